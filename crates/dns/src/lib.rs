//! Hosted zones, answered: an authoritative name server over UDP and TCP for the domains of our holders.
//!
//! What a zone says is asked of the engine, kept for a moment, and built into answers by [`build`]; the protocol is hickory's.

mod answer;
mod build;
mod cache;
mod reply;
mod tcp;
mod udp;

pub use build::Redirects;

use answer::Answerer;
use cache::Cache;
use engine::Engine;
use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Queries that are being answered when it stops have so long.
const DRAIN: Duration = Duration::from_secs(2);

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
            let answerer = Arc::new(Answerer::new(Cache::new(engine, redirects)));
            let ears = [tokio::spawn(udp::serve(udp, answerer.clone())), tokio::spawn(tcp::serve(tcp, answerer))];
            let _ = stopped.await;
            for ear in ears {
                ear.abort();
            }
        });
        runtime.shutdown_timeout(DRAIN);
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
