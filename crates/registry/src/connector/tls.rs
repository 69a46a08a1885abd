//! Links over TCP and TLS (RFC 5734): client certificate, a CA of the operator's choice, a time limit on every step.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use epp::frame;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::link::{Dial, Link, LinkError, Unasked, is_timeout, received};

/// How to reach a registry over TLS.
#[derive(Clone, Debug)]
pub struct TlsAddress {
    /// `host:port`; port 700 is EPP's.
    pub address: String,
    /// The name its certificate must hold.
    pub server_name: String,
    /// Largest frame to take, length field included.
    pub frame_bytes_max: usize,
    /// Limit on handing a frame to the network.
    pub write_timeout: Duration,
}

/// Certificates and keys that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("certificate or key: {0}")]
    Pem(#[from] rustls::pki_types::pem::Error),
    #[error("no CA certificate given")]
    NoCa,
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("{0} is no server name")]
    ServerName(String),
}

/// Makes TLS links. There is no way to connect without TLS, nor without checking the server's certificate.
pub struct TlsDialer {
    address: TlsAddress,
    server_name: ServerName<'static>,
    config: Arc<ClientConfig>,
}

impl TlsDialer {
    /// `ca_pem`: one or more CA certificates, the only ones trusted. `certificate_pem`: our certificate, then its chain.
    pub fn new(address: TlsAddress, ca_pem: &[u8], certificate_pem: &[u8], key_pem: &[u8]) -> Result<TlsDialer, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem) {
            roots.add(certificate?)?;
        }
        if roots.is_empty() {
            return Err(TlsError::NoCa);
        }
        let chain = CertificateDer::pem_slice_iter(certificate_pem).collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(key_pem)?;
        let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)?;
        // Every connection shows and checks the certificates anew.
        config.resumption = Resumption::disabled();
        let server_name =
            ServerName::try_from(address.server_name.clone()).map_err(|_| TlsError::ServerName(address.server_name.clone()))?;
        Ok(TlsDialer { address, server_name, config: Arc::new(config) })
    }

    fn connect(&self, deadline: Instant) -> io::Result<TcpStream> {
        let mut last = io::Error::new(ErrorKind::NotFound, "the name has no address");
        for address in self.address.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left(deadline)?) {
                Ok(socket) => {
                    socket.set_nodelay(true)?;
                    return Ok(socket);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Dial for TlsDialer {
    fn dial(&self, deadline: Instant) -> Result<Box<dyn Link>, LinkError> {
        let unreached = |what: &str, error: &dyn std::fmt::Display| LinkError::Unreached(format!("{what}: {error}"));
        let socket = self.connect(deadline).map_err(|e| unreached("TCP", &e))?;
        let tls = ClientConnection::new(self.config.clone(), self.server_name.clone()).map_err(|e| unreached("TLS", &e))?;
        let mut link = TlsLink {
            tls,
            socket: Socket { stream: socket, written: 0 },
            frame_bytes_max: self.address.frame_bytes_max,
            write_timeout: self.address.write_timeout,
        };
        link.shake_hands(deadline).map_err(|e| unreached("TLS", &e))?;
        Ok(Box::new(link))
    }
}

/// The socket, and how many bytes went into it.
struct Socket {
    stream: TcpStream,
    written: u64,
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.stream.write(bytes)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A TLS connection to a registry.
struct TlsLink {
    tls: ClientConnection,
    socket: Socket,
    frame_bytes_max: usize,
    write_timeout: Duration,
}

impl TlsLink {
    fn shake_hands(&mut self, deadline: Instant) -> io::Result<()> {
        while self.tls.is_handshaking() {
            self.write_out(deadline)?;
            if self.tls.is_handshaking() && self.read_in(deadline)? == 0 {
                return Err(io::Error::new(ErrorKind::UnexpectedEof, "closed during the handshake"));
            }
        }
        self.write_out(deadline)
    }

    /// Sends what TLS has ready.
    fn write_out(&mut self, deadline: Instant) -> io::Result<()> {
        while self.tls.wants_write() {
            self.socket.stream.set_write_timeout(Some(left(deadline)?))?;
            if self.tls.write_tls(&mut self.socket)? == 0 {
                return Err(ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }

    /// Reads once from the socket; 0 at its end.
    fn read_in(&mut self, deadline: Instant) -> io::Result<usize> {
        self.socket.stream.set_read_timeout(Some(left(deadline)?))?;
        let count = self.tls.read_tls(&mut self.socket.stream)?;
        if let Err(error) = self.tls.process_new_packets() {
            // The alert that tells the other side why.
            let _ = self.write_out(deadline);
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        Ok(count)
    }

    fn write_plain(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            // Takes as much as its buffer holds.
            let count = self.tls.writer().write(rest)?;
            rest = &rest[count..];
            self.write_out(deadline)?;
        }
        Ok(())
    }

    /// Whether decrypted data waits or the end was reached; reads nothing from the socket.
    fn buffered(&mut self) -> Unasked {
        let state = match self.tls.process_new_packets() {
            Ok(state) => state,
            Err(_) => return Unasked::Closed,
        };
        if state.plaintext_bytes_to_read() > 0 {
            Unasked::Data
        } else if state.peer_has_closed() {
            Unasked::Closed
        } else {
            Unasked::Nothing
        }
    }
}

impl Link for TlsLink {
    fn send(&mut self, frame: &[u8]) -> Result<(), LinkError> {
        let bytes = frame::to_frame(frame).map_err(|e| LinkError::Unreached(e.to_string()))?;
        let before = self.socket.written;
        let deadline = Instant::now() + self.write_timeout;
        self.write_plain(&bytes, deadline).map_err(|error| {
            if self.socket.written == before {
                LinkError::Unreached(error.to_string())
            } else if is_timeout(&error) {
                LinkError::TimedOut
            } else {
                LinkError::Cut(error.to_string())
            }
        })
    }

    fn receive(&mut self, deadline: Instant) -> Result<Vec<u8>, LinkError> {
        let max = self.frame_bytes_max;
        received(frame::read_frame(&mut Timed { link: self, deadline }, max))
    }

    fn unasked(&mut self) -> Unasked {
        let buffered = self.buffered();
        if buffered != Unasked::Nothing {
            return buffered;
        }
        if self.socket.stream.set_nonblocking(true).is_err() {
            return Unasked::Closed;
        }
        // Several records may wait, session tickets and key updates among them, which carry no data.
        let heard = loop {
            match self.tls.read_tls(&mut self.socket.stream) {
                Ok(0) => break Unasked::Closed,
                Ok(_) => {
                    let buffered = self.buffered();
                    if buffered != Unasked::Nothing {
                        break buffered;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break Unasked::Nothing,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break Unasked::Closed,
            }
        };
        if self.socket.stream.set_nonblocking(false).is_err() {
            return Unasked::Closed;
        }
        heard
    }
}

impl Drop for TlsLink {
    fn drop(&mut self) {
        self.tls.send_close_notify();
        let _ = self.write_out(Instant::now() + Duration::from_millis(200));
        let _ = self.socket.stream.shutdown(std::net::Shutdown::Both);
    }
}

/// Reading with a deadline.
struct Timed<'a> {
    link: &'a mut TlsLink,
    deadline: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.link.tls.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                other => return other,
            }
            self.link.read_in(self.deadline)?;
            self.link.write_out(self.deadline)?;
        }
    }
}

/// The time left, or the error that there is none.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}
