//! The EPP connector: our client side. It keeps sessions, sends each transform at most once, and says honestly what it does not know.
//!
//! ```text
//! asks.rs      trait Registry, verb by verb
//! domains.rs contacts.rs hosts.rs fees.rs     our values to EPP commands, EPP data to our values
//! session.rs   one session: log-in, one command at a time, strict matching, the lab's faults, what a code means
//! pool.rs      few sessions, opened with restraint; a bounded number of callers wait
//! link.rs      what carries frames: tls.rs over the network, in_process.rs to the embedded registry
//! recover.rs   what an info after a lost answer proves
//! ```

mod asks;
mod config;
mod contacts;
mod domains;
mod fees;
mod hosts;
mod in_process;
mod link;
mod pool;
pub mod recover;
mod session;
pub mod testing;
mod tls;
mod words;

use std::sync::Arc;
use std::time::Duration;

use epp::{Command, codes};

use crate::faults::Faults;
use crate::{Answer, Clock, Entropy, Trouble};

pub use config::Config;
pub use in_process::InProcessDialer;
pub use link::{Dial, Link, LinkError, Unasked};
pub use pool::Health;
pub use tls::{TlsAddress, TlsDialer, TlsError};

use pool::Pool;
use session::{Ask, Failure, Kind, OpenError, Outcome, Reply, Services};

/// A registry reached by EPP. Calls block, up to the limits of its [`Config`]; it is shared by all threads.
pub struct Connector {
    config: Arc<Config>,
    pool: Pool,
    faults: Faults,
    clock: Clock,
    entropy: Entropy,
}

/// An answer to our command that does not say what it must.
struct Misread {
    what: String,
    /// It speaks of something else: the session cannot be trusted any more.
    foreign: bool,
}

impl Misread {
    fn missing(what: &str) -> Misread {
        Misread { what: format!("the answer does not say {what}"), foreign: false }
    }

    fn foreign(what: &str, value: &str) -> Misread {
        Misread { what: format!("the answer is about another {what}: {}", words::clean(value, 80)), foreign: true }
    }
}

/// Refused on our own side, before anything was sent.
fn refused_here(code: u16, message: impl Into<String>) -> Trouble {
    Trouble::Refused { code, message: message.into(), reasons: Vec::new() }
}

impl Connector {
    /// No connection is made before the first question.
    pub fn new(config: Config, dial: Arc<dyn Dial>, faults: Faults, clock: Clock, entropy: Entropy) -> Connector {
        let config = Arc::new(config);
        let pool = Pool::new(config.clone(), dial, faults.clone(), entropy.clone());
        Connector { config, pool, faults, clock, entropy }
    }

    /// Keeps silent sessions alive and ends old ones; call it every few seconds.
    pub fn tend(&self) {
        self.pool.tend();
    }

    /// A thread that tends the connector until the returned value is dropped.
    pub fn tended(self: &Arc<Self>, every: Duration) -> Tender {
        let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
        let connector = self.clone();
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(every) == Err(crossbeam_channel::RecvTimeoutError::Timeout) {
                connector.tend();
            }
        });
        Tender { stop: Some(stop), thread: Some(thread) }
    }

    /// Logs out. Every question after it is answered with [`Trouble::NotSent`].
    pub fn close(&self) {
        self.pool.close();
    }

    pub fn health(&self) -> Health {
        self.pool.health()
    }

    /// Asks something that changes nothing. Sent once more, on a fresh session, if no answer came.
    fn query<T>(
        &self,
        point: &'static str,
        build: impl Fn(&Services) -> Result<Command, Trouble>,
        read: impl Fn(&Reply) -> Result<T, Misread>,
    ) -> Result<T, Trouble> {
        let once = |fresh| {
            let id = words::transaction_id("ask", &self.entropy);
            self.ask(Ask { point, kind: Kind::Query }, &id, fresh, &build, |reply, _| read(reply))
        };
        match once(false) {
            Err((_, Again::Worthwhile)) => once(true),
            other => other,
        }
        .map_err(|(trouble, _)| trouble)
    }

    /// Like [`Connector::query`], with nothing where the object does not exist (2303).
    fn query_object<T>(
        &self,
        point: &'static str,
        build: impl Fn(&Services) -> Result<Command, Trouble>,
        read: impl Fn(&Reply) -> Result<T, Misread>,
    ) -> Result<Option<T>, Trouble> {
        match self.query(point, build, read) {
            Err(Trouble::Refused { code: codes::OBJECT_DOES_NOT_EXIST, .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Sends something that changes something: once, whatever happens.
    fn transform<T>(
        &self,
        point: &'static str,
        id: &str,
        build: impl Fn(&Services) -> Result<Command, Trouble>,
        read: impl Fn(&Reply) -> Result<T, Misread>,
    ) -> Result<Answer<T>, Trouble> {
        self.transform_with(point, id, build, |reply, outcome| match outcome {
            Outcome::Done => read(reply).map(Answer::Done),
            Outcome::Deferred => Ok(Answer::Deferred),
        })
    }

    /// Like [`Connector::transform`], reading deferred answers too.
    fn transform_with<T>(
        &self,
        point: &'static str,
        id: &str,
        build: impl Fn(&Services) -> Result<Command, Trouble>,
        read: impl Fn(&Reply, Outcome) -> Result<T, Misread>,
    ) -> Result<T, Trouble> {
        // RFC 5730 trIDStringType.
        if !(3..=64).contains(&id.chars().count()) {
            return Err(refused_here(codes::PARAMETER_SYNTAX, "a client transaction id has 3 to 64 characters"));
        }
        self.ask(Ask { point, kind: Kind::Transform }, id, false, &build, read).map_err(|(trouble, _)| trouble)
    }

    fn ask<T>(
        &self,
        ask: Ask,
        id: &str,
        fresh: bool,
        build: &impl Fn(&Services) -> Result<Command, Trouble>,
        read: impl Fn(&Reply, Outcome) -> Result<T, Misread>,
    ) -> Result<T, (Trouble, Again)> {
        let mut lease = self.pool.lease(fresh).map_err(|what| (Trouble::NotSent(what), Again::Useless))?;
        let session = lease.session();
        let mut command = build(&session.services).map_err(|trouble| (trouble, Again::Useless))?;
        command.cltrid = Some(id.to_owned());
        let frame = self.frame(&command).map_err(|trouble| (trouble, Again::Useless))?;
        let reply = match session.exchange(ask, &frame, id, self.config.command_timeout, &self.faults) {
            Ok(reply) => reply,
            Err(Failure::Played(what)) => return Err((refused_here(codes::DATA_MANAGEMENT_POLICY, what), Again::Useless)),
            Err(Failure::Unsent(what)) => return Err((Trouble::NotSent(what), Again::Worthwhile)),
            Err(Failure::Lost(what)) => {
                tracing::warn!(registry = self.config.id, point = ask.point, id, what, "no answer that counts; the session is dropped");
                return Err((Trouble::Lost(what), Again::Worthwhile));
            }
        };
        let outcome = match session::judge(ask.kind, &reply.response) {
            Ok(outcome) => outcome,
            Err(trouble) => {
                match reply.response.code() {
                    codes::SESSION_LIMIT => drop(self.pool.postpone(OpenError::Limit(trouble.to_string()))),
                    codes::AUTHENTICATION_CLOSING => drop(self.pool.postpone(OpenError::Rejected(trouble.to_string()))),
                    // The session is not in the state in which we believe it to be.
                    codes::USE_ERROR => session.broken = true,
                    _ => {}
                }
                let again = if reply.response.code() == codes::COMMAND_FAILED_CLOSING { Again::Worthwhile } else { Again::Useless };
                return Err((trouble, again));
            }
        };
        read(&reply, outcome).map_err(|misread| {
            session.broken |= misread.foreign;
            let again = if misread.foreign { Again::Worthwhile } else { Again::Useless };
            (Trouble::Lost(misread.what), again)
        })
    }

    fn frame(&self, command: &Command) -> Result<Vec<u8>, Trouble> {
        let frame = epp::write_command(command).map_err(|e| refused_here(codes::PARAMETER_SYNTAX, e.to_string()))?;
        if frame.len() > self.config.frame_bytes_max {
            return Err(refused_here(codes::PARAMETER_RANGE, format!("the command is longer than {} bytes", self.config.frame_bytes_max)));
        }
        Ok(frame)
    }
}

/// Whether a question without an answer may be asked once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Again {
    Worthwhile,
    Useless,
}

/// Tends a connector as long as it lives.
pub struct Tender {
    stop: Option<crossbeam_channel::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Tender {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
