//! Hosted zones, answered: an authoritative name server over UDP and TCP for the domains of our holders.
//!
//! What a zone says is asked of the engine, kept for a moment, and built into answers by [`build`]; the protocol is hickory's.

mod answer;
mod build;
mod cache;

pub use build::Redirects;

use answer::Answerer;
use cache::Cache;
use engine::Engine;
use hickory_server::Server;
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;
use tokio::sync::oneshot;

/// A TCP connection that asks nothing for so long is closed (RFC 7766 section 6.2.3).
const TCP_IDLE: Duration = Duration::from_secs(10);
/// Replies of one TCP connection that may wait to be sent.
const TCP_REPLIES: usize = 64;

/// A name server at work. Ends when it is dropped or [`Running::stop`] is called.
pub struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Answers on two bound sockets from a thread of its own.
pub fn serve(engine: Engine, udp: UdpSocket, tcp: TcpListener, redirects: Redirects) -> std::io::Result<Running> {
    udp.set_nonblocking(true)?;
    tcp.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("dns").enable_all().build()?;
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::Builder::new().name("dns".to_owned()).spawn(move || {
        runtime.block_on(async move {
            let sockets = (tokio::net::UdpSocket::from_std(udp), tokio::net::TcpListener::from_std(tcp));
            let (Ok(udp), Ok(tcp)) = sockets else {
                tracing::error!("the sockets of the name server cannot be used");
                return;
            };
            let mut server = Server::new(Answerer::new(Cache::new(engine, redirects)));
            server.register_socket(udp);
            server.register_listener(tcp, TCP_IDLE, TCP_REPLIES);
            let _ = stopped.await;
            if tokio::time::timeout(Duration::from_secs(2), server.shutdown_gracefully()).await.is_err() {
                tracing::warn!("queries were cut off when the name server stopped");
            }
        });
    })?;
    Ok(Running { stop: Some(stop), thread: Some(thread) })
}

impl Running {
    /// Takes no further queries and returns when the last one is answered, after two seconds at most.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
