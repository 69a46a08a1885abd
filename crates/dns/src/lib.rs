//! Hosted zones, answered: an authoritative name server over UDP and TCP for the domains of our holders.
//!
//! What a zone says is asked of the engine, kept for a moment, and built into answers by [`build`]; the protocol is hickory's.

mod answer;
mod build;
mod cache;
mod limit;
mod reply;
mod tcp;
mod udp;

pub use build::Redirects;
pub use limit::{Limits, REPLIES_PER_SECOND, SLIP};

use answer::Answerer;
use cache::Cache;
use engine::Engine;
use limit::Limiter;
use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Queries that are being answered when it stops have so long.
const DRAIN: Duration = Duration::from_secs(2);

/// How a name server answers.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where web requests for redirected names are answered.
    pub redirects: Redirects,
    /// How much one network is told over UDP.
    pub limits: Limits,
    /// Signatures are made anew after so long; they are good for fourteen days.
    pub sign_again: Duration,
}

impl Default for Options {
    /// No redirections, the usual limits, signatures anew each day.
    fn default() -> Options {
        Options { redirects: Redirects::default(), limits: Limits::default(), sign_again: Duration::from_secs(24 * 3_600) }
    }
}

/// A name server at work. Ends when it is dropped or [`Running::stop`] is called.
pub struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Answers on two bound sockets from a thread of its own.
pub fn serve(engine: Engine, udp: UdpSocket, tcp: TcpListener, options: Options) -> std::io::Result<Running> {
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
            let answerer = Arc::new(Answerer::new(Cache::new(engine, options.redirects, options.sign_again)));
            let limiter = Limiter::new(options.limits);
            let ears = [tokio::spawn(udp::serve(udp, answerer.clone(), limiter)), tokio::spawn(tcp::serve(tcp, answerer))];
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
