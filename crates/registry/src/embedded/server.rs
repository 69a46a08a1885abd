//! The EPP listener (RFC 5734): TLS with client certificates, frames, one thread per connection, all of it bounded.

use super::{EmbeddedRegistry, Peer, Session};
use crate::pki::certificate_names;
use epp::frame::{self, FrameError};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Connections at once; more are closed without a word.
const CONNECTIONS_MAX: usize = 64;
/// Largest frame, header included.
const FRAME_BYTES_MAX: usize = 512 * 1024;
/// The TLS handshake must be done by then.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// So long a client may say nothing.
const IDLE_LIMIT: Duration = Duration::from_secs(600);
/// A frame that has begun must be whole by then; a reply must be taken by then.
const FRAME_LIMIT: Duration = Duration::from_secs(30);
/// After this long a stopping server no longer waits for clients to take their replies.
const STOP_PATIENCE: Duration = Duration::from_secs(5);
/// Rest after a failed accept (no file descriptors), so that the loop does not spin.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// A running listener. It stops when told to, not when dropped.
pub struct ServerHandle {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: JoinHandle<()>,
}

struct Shared {
    registry: Arc<EmbeddedRegistry>,
    tls: Arc<ServerConfig>,
    stopping: AtomicBool,
    next: AtomicU64,
    live: Mutex<HashMap<u64, Live>>,
}

struct Live {
    socket: TcpStream,
    thread: Option<JoinHandle<()>>,
}

/// Serves EPP on a bound listener. `tls` must ask for client certificates.
pub fn serve(listener: TcpListener, tls: Arc<ServerConfig>, registry: Arc<EmbeddedRegistry>) -> io::Result<ServerHandle> {
    let address = listener.local_addr()?;
    let shared = Arc::new(Shared { registry, tls, stopping: AtomicBool::new(false), next: AtomicU64::new(0), live: Mutex::default() });
    let accepting = shared.clone();
    let acceptor = thread::Builder::new().name("epp-accept".to_owned()).spawn(move || accept(&listener, &accepting))?;
    Ok(ServerHandle { address, shared, acceptor })
}

impl ServerHandle {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.shared.live().len()
    }

    /// Takes no more connections and frames; lets commands that run be answered; returns when all threads have ended.
    pub fn stop(self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor; if this fails, the next connection does.
        let mut wake = self.address;
        if wake.ip().is_unspecified() {
            wake.set_ip(if wake.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
        }
        let woken = TcpStream::connect_timeout(&wake, Duration::from_secs(1)).is_ok();
        if woken && self.acceptor.join().is_err() {
            tracing::error!("the EPP acceptor panicked");
        }
        let mut threads = Vec::new();
        for live in self.shared.live().values_mut() {
            // A connection that is reading sees its end; one that is working still writes its reply.
            let _ = live.socket.shutdown(Shutdown::Read);
            threads.extend(live.thread.take());
        }
        let deadline = Instant::now() + STOP_PATIENCE;
        while threads.iter().any(|thread| !thread.is_finished()) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        for live in self.shared.live().values() {
            let _ = live.socket.shutdown(Shutdown::Both);
        }
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("an EPP connection panicked");
            }
        }
    }
}

impl Shared {
    fn live(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let accepted = listener.accept();
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        match accepted {
            Ok((socket, from)) => {
                if let Err(error) = welcome(socket, from, shared) {
                    tracing::warn!(%from, %error, "an EPP connection could not be served");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "accepting an EPP connection failed");
                thread::sleep(ACCEPT_REST);
            }
        }
    }
}

/// Gives the connection a thread, if there is room.
fn welcome(socket: TcpStream, from: SocketAddr, shared: &Arc<Shared>) -> io::Result<()> {
    let number = shared.next.fetch_add(1, Ordering::Relaxed);
    let mut live = shared.live();
    if live.len() >= CONNECTIONS_MAX {
        tracing::warn!(%from, "too many EPP connections");
        return Ok(());
    }
    live.insert(number, Live { socket: socket.try_clone()?, thread: None });
    let serving = shared.clone();
    // The map stays locked until the thread's handle is in it: the thread cannot leave before.
    let spawned = thread::Builder::new().name("epp-connection".to_owned()).spawn(move || {
        let _leaving = Leaving { shared: serving.clone(), number };
        match serve_connection(socket, &serving) {
            Ok(()) => tracing::debug!(%from, "EPP connection closed"),
            Err(error) => tracing::info!(%from, %error, "EPP connection ended"),
        }
    });
    match spawned {
        Ok(thread) => {
            if let Some(entry) = live.get_mut(&number) {
                entry.thread = Some(thread);
            }
            Ok(())
        }
        Err(error) => {
            live.remove(&number);
            Err(error)
        }
    }
}

struct Leaving {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.shared.live().remove(&self.number);
    }
}

/// A socket whose reads and writes end at a deadline, however slowly the peer drips.
struct Timed {
    socket: TcpStream,
    deadline: Instant,
}

impl Timed {
    fn allow(&mut self, time: Duration) {
        self.deadline = Instant::now() + time;
    }

    fn left(&self) -> io::Result<Duration> {
        match self.deadline.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.left()?))?;
        self.socket.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.left()?))?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// Reads plain text; with its first octet the time for a whole frame begins.
struct FrameReader<'a> {
    tls: &'a mut StreamOwned<ServerConnection, Timed>,
    begun: bool,
}

impl Read for FrameReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.tls.read(buffer)?;
        if got > 0 && !self.begun {
            self.begun = true;
            self.tls.sock.allow(FRAME_LIMIT);
        }
        Ok(got)
    }
}

#[derive(Debug, thiserror::Error)]
enum ConnectionError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Tls(#[from] rustls::Error),
    #[error("{0}")]
    Frame(#[from] FrameError),
    #[error("the client's certificate is bound to no registrar")]
    Unbound,
}

fn serve_connection(socket: TcpStream, shared: &Shared) -> Result<(), ConnectionError> {
    socket.set_nodelay(true)?;
    let mut timed = Timed { socket, deadline: Instant::now() + HANDSHAKE_LIMIT };
    let mut connection = ServerConnection::new(shared.tls.clone())?;
    while connection.is_handshaking() {
        connection.complete_io(&mut timed)?;
    }
    let registrar = bound_registrar(&connection, &shared.registry).ok_or(ConnectionError::Unbound)?;
    let mut session = shared.registry.connect(Peer::Certificate { registrar });
    let mut tls = StreamOwned::new(connection, timed);
    say(&mut tls, &session.greeting())?;
    let outcome = converse(&mut tls, &mut session, shared);
    // A farewell, so that the client can tell an end from a cut; it may be gone.
    tls.conn.send_close_notify();
    let _ = tls.flush();
    outcome
}

fn converse(tls: &mut StreamOwned<ServerConnection, Timed>, session: &mut Session, shared: &Shared) -> Result<(), ConnectionError> {
    while !shared.stopping.load(Ordering::SeqCst) {
        tls.sock.allow(IDLE_LIMIT);
        let read = frame::read_frame(&mut FrameReader { tls: &mut *tls, begun: false }, FRAME_BYTES_MAX);
        let frame = match read {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(()),
            // Many clients leave without TLS's farewell; between frames nothing is lost by it.
            Err(FrameError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error @ (FrameError::TooLong { .. } | FrameError::TooShort(_))) => {
                // Where the next frame begins is unknown: the client hears of it, and the connection ends.
                say(tls, &session.handle(b"").frame)?;
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        let reply = session.handle(&frame);
        say(tls, &reply.frame)?;
        if reply.close {
            return Ok(());
        }
    }
    Ok(())
}

fn say(tls: &mut StreamOwned<ServerConnection, Timed>, xml: &[u8]) -> Result<(), ConnectionError> {
    tls.sock.allow(FRAME_LIMIT);
    Ok(frame::write_frame(tls, xml)?)
}

/// The first name of the client's certificate that is a registrar's.
fn bound_registrar(connection: &ServerConnection, registry: &EmbeddedRegistry) -> Option<String> {
    let leaf = connection.peer_certificates()?.first()?;
    certificate_names(leaf).into_iter().find(|name| registry.knows(name))
}
