//! The sessions of one registry: few, shared, opened with restraint, and a bounded number of callers that wait for one.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::config::Config;
use super::link::Dial;
use super::session::{OpenError, Session};
use crate::Entropy;
use crate::faults::Faults;

/// How the pool is doing, for operators.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Health {
    /// Sessions open or being opened.
    pub sessions: usize,
    /// Those of them without work.
    pub idle: usize,
    /// Callers that wait for a session.
    pub waiting: usize,
    /// Log-ins that failed since the last that did not.
    pub failures: u32,
    /// Why the last of them failed.
    pub problem: Option<String>,
}

#[derive(Default)]
struct State {
    idle: Vec<Session>,
    /// Idle, in use, or being opened.
    open: usize,
    waiting: usize,
    /// No log-in is attempted before.
    attempt_from: Option<Instant>,
    failures: u32,
    problem: Option<String>,
    closed: bool,
}

/// See the module.
pub(super) struct Pool {
    config: Arc<Config>,
    dial: Arc<dyn Dial>,
    faults: Faults,
    entropy: Entropy,
    state: Mutex<State>,
    changed: Condvar,
}

/// The sole use of one session. Dropped, the session goes back, or away if it is broken.
pub(super) struct Lease<'a> {
    pool: &'a Pool,
    session: Option<Session>,
}

impl Pool {
    pub fn new(config: Arc<Config>, dial: Arc<dyn Dial>, faults: Faults, entropy: Entropy) -> Pool {
        Pool { config, dial, faults, entropy, state: Mutex::new(State::default()), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session for one command; `fresh` wants one that was just opened. The error says why there is none.
    pub fn lease(&self, fresh: bool) -> Result<Lease<'_>, String> {
        let deadline = Instant::now() + self.config.wait_max;
        let mut state = self.state();
        loop {
            if state.closed {
                return Err("the connector is closed".to_owned());
            }
            if !state.idle.is_empty() && (!fresh || state.open >= self.config.sessions_max) {
                // The one used last is the one least likely to have been forgotten by the registry.
                let session = state.idle.pop();
                drop(state);
                let mut lease = Lease { pool: self, session };
                if !fresh && lease.is_usable() {
                    return Ok(lease);
                }
                lease.retire();
                state = self.state();
                continue;
            }
            let now = Instant::now();
            let mut until = deadline;
            if state.open < self.config.sessions_max {
                match state.attempt_from.filter(|from| *from > now) {
                    None => {
                        state.open += 1;
                        state.attempt_from = Some(now + self.config.login_interval);
                        drop(state);
                        return self.open();
                    }
                    Some(from) => until = deadline.min(from),
                }
                if until == deadline && state.open == 0 {
                    let problem = state.problem.clone().unwrap_or_else(|| "too many log-ins".to_owned());
                    return Err(format!("waiting before the next log-in: {problem}"));
                }
            }
            if now >= deadline || state.waiting >= self.config.waiting_max {
                return Err(match &state.problem {
                    Some(problem) => format!("busy: {problem}"),
                    None => "busy".to_owned(),
                });
            }
            state.waiting += 1;
            state = self.changed.wait_timeout(state, until.saturating_duration_since(now)).unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
    }

    /// Opens the session whose place was counted already.
    fn open(&self) -> Result<Lease<'_>, String> {
        // Gives the place back on every way out, panics included.
        let mut lease = Lease { pool: self, session: None };
        match Session::open(&*self.dial, &self.config, &self.faults, &self.entropy) {
            Ok(session) => {
                lease.session = Some(session);
                let mut state = self.state();
                state.failures = 0;
                state.problem = None;
                Ok(lease)
            }
            Err(error) => {
                drop(lease);
                Err(self.postpone(error))
            }
        }
    }

    /// Puts the next log-in off, the longer the more often it failed, by a random part, so that many nodes do not come back at once.
    pub fn postpone(&self, error: OpenError) -> String {
        let (what, people) = match error {
            OpenError::Unreached(what) | OpenError::Limit(what) => (what, false),
            OpenError::Rejected(what) => (what, true),
        };
        let mut random = [0_u8; 4];
        (self.entropy)(&mut random);
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        state.problem = Some(what.clone());
        // A password that is not taken will not be taken in a second either, and may lock the account.
        let whole = if people { self.config.backoff_max } else { backoff(&self.config, state.failures) };
        let wait = jittered(whole, u32::from_le_bytes(random));
        let from = Instant::now() + wait.max(self.config.login_interval);
        state.attempt_from = state.attempt_from.max(Some(from));
        let failures = state.failures;
        drop(state);
        self.changed.notify_all();
        if people {
            tracing::error!(registry = self.config.id, failures, problem = what, "the registry does not take our log-in");
        } else {
            tracing::warn!(registry = self.config.id, failures, problem = what, "no session at the registry");
        }
        what
    }

    /// Says hello on silent sessions and logs old ones out. Call it every few seconds; it blocks while it talks.
    pub fn tend(&self) {
        let due: Vec<Lease<'_>> = {
            let mut state = self.state();
            let all = std::mem::take(&mut state.idle);
            let (due, rest) = all.into_iter().partition(|s| s.idle() >= self.config.keep_alive || s.age() >= self.config.age_max);
            state.idle = rest;
            let lease = |session| Lease { pool: self, session: Some(session) };
            let due: Vec<Session> = due;
            due.into_iter().map(lease).collect()
        };
        for mut lease in due {
            if !lease.is_usable() {
                lease.retire();
            } else if let Some(session) = &mut lease.session
                && !session.hello(self.config.command_timeout)
            {
                tracing::info!(registry = self.config.id, "a silent session had died");
            }
        }
    }

    /// Logs out of every idle session and opens no more.
    pub fn close(&self) {
        let idle = {
            let mut state = self.state();
            state.closed = true;
            std::mem::take(&mut state.idle)
        };
        self.changed.notify_all();
        for session in idle {
            Lease { pool: self, session: Some(session) }.retire();
        }
    }

    pub fn health(&self) -> Health {
        let state = self.state();
        Health {
            sessions: state.open,
            idle: state.idle.len(),
            waiting: state.waiting,
            failures: state.failures,
            problem: state.problem.clone(),
        }
    }
}

impl Lease<'_> {
    /// Whether the session is young enough and nothing happened on it unasked.
    fn is_usable(&mut self) -> bool {
        let age_max = self.pool.config.age_max;
        self.session.as_mut().is_some_and(|session| session.age() < age_max && session.is_ready())
    }

    /// The session is used no more; it is logged out where that is possible.
    fn retire(mut self) {
        if let Some(session) = self.session.take() {
            session.close(&self.pool.entropy);
        }
    }

    pub fn session(&mut self) -> &mut Session {
        self.session.as_mut().expect("a lease that was handed out holds its session until it is dropped")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let session = self.session.take().filter(|session| !session.broken && !std::thread::panicking());
        let mut state = self.pool.state();
        match session {
            Some(session) if !state.closed => state.idle.push(session),
            gone => {
                state.open -= 1;
                drop(state);
                drop(gone);
            }
        }
        self.pool.changed.notify_one();
    }
}

/// The whole wait after so many failures: doubling up to the limit.
fn backoff(config: &Config, failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(20);
    config.backoff_first.saturating_mul(1 << doublings).min(config.backoff_max)
}

/// Half of the wait, and a random part of the other half.
fn jittered(whole: Duration, random: u32) -> Duration {
    let half = whole / 2;
    half + half.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit_and_are_spread() {
        let config = Config::new("r", "us", "secret");
        let seconds: Vec<u64> = [1, 2, 3, 6, 7, 8, u32::MAX].map(|failures| backoff(&config, failures).as_secs()).to_vec();
        assert_eq!(seconds, [1, 2, 4, 32, 60, 60, 60]);
        let whole = Duration::from_secs(8);
        assert_eq!(jittered(whole, 0), Duration::from_secs(4));
        assert_eq!(jittered(whole, u32::MAX), whole);
        assert!(jittered(whole, 1 << 31) > Duration::from_secs(5) && jittered(whole, 1 << 31) < Duration::from_secs(7));
    }
}
