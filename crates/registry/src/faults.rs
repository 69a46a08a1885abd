//! The lab's scripted faults and crash points: armed by people and tests, looked up by whoever talks to the outside.
//!
//! A point is a place where something leaves us: `registry.create`, `mail.send`, `store.commit`. A fault waits at a point and strikes a
//! given number of times. Nothing here sleeps: a time-out that is played costs lab time, which a callback adds to the clock.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultKind {
    /// The far side says no; nothing is done there.
    Refuse,
    /// Nothing comes back in time. It was not done there, but nobody here can know that.
    Timeout,
    /// It is done there, and the answer never arrives here.
    ReplyLost,
    /// It is done, late but in time.
    Slow,
    /// The connection is cut before anything left.
    Disconnect,
}

impl FaultKind {
    pub const ALL: [FaultKind; 5] = [FaultKind::Refuse, FaultKind::Timeout, FaultKind::ReplyLost, FaultKind::Slow, FaultKind::Disconnect];

    /// The lab's word for it.
    pub fn word(self) -> &'static str {
        match self {
            FaultKind::Refuse => "refuse",
            FaultKind::Timeout => "timeout",
            FaultKind::ReplyLost => "reply-lost",
            FaultKind::Slow => "slow",
            FaultKind::Disconnect => "disconnect",
        }
    }

    pub fn from_word(word: &str) -> Option<FaultKind> {
        FaultKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// Every point at which a fault may wait. `registry.*` stands for every command, but neither for `registry.connect` nor
/// `registry.login`, which come before a command.
pub const POINTS: &[&str] = &[
    "registry.*",
    "registry.check",
    "registry.info",
    "registry.create",
    "registry.renew",
    "registry.update",
    "registry.delete",
    "registry.restore",
    "registry.release",
    "registry.transfer",
    "registry.transfer.query",
    "registry.contact.info",
    "registry.contact.create",
    "registry.contact.update",
    "registry.contact.delete",
    "registry.host.info",
    "registry.host.create",
    "registry.host.update",
    "registry.host.delete",
    "registry.poll",
    "registry.poll.ack",
    "registry.connect",
    "registry.login",
    "mail.send",
    "webhook.send",
    "store.commit",
];

/// Every point at which the process may be told to die.
pub const CRASH_POINTS: &[&str] = &["order.accepted", "registry.sent", "registry.answered", "order.settled"];

/// Most faults that wait at once.
pub const FAULTS_MAX: usize = 64;
/// Most times that one fault strikes.
pub const TIMES_MAX: u32 = 1_000_000;

/// A fault that waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// One of [`POINTS`].
    pub at: String,
    pub kind: FaultKind,
    /// How often it will still strike.
    pub times: u32,
}

/// Why a fault or a crash was not armed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FaultError {
    #[error("no such point: {0}")]
    Point(String),
    #[error("no such crash point: {0}")]
    CrashPoint(String),
    #[error("times must be 1 to {TIMES_MAX}")]
    Times,
    #[error("{FAULTS_MAX} faults wait already")]
    TooMany,
}

type Waited = Arc<dyn Fn(Duration) + Send + Sync>;

#[derive(Default)]
struct State {
    waiting: Vec<Fault>,
    crashes: Vec<&'static str>,
    waited: Option<Waited>,
}

#[derive(Default)]
struct Shared {
    /// Faults and crashes that wait: while it is 0 nothing is locked.
    armed: AtomicUsize,
    state: Mutex<State>,
}

/// The faults of one lab, shared by everybody who may be struck. Clones are the same faults. Empty, it costs one atomic load.
#[derive(Clone, Default)]
pub struct Faults(Arc<Shared>);

impl Faults {
    /// No faults.
    pub fn none() -> Faults {
        Faults::default()
    }

    /// Called with the length of every wait that is played instead of slept, so that the lab's clock can move on.
    pub fn on_wait(&self, waited: impl Fn(Duration) + Send + Sync + 'static) {
        self.state().waited = Some(Arc::new(waited));
    }

    /// Arms a fault. Faults at one point strike in the order in which they were added.
    pub fn add(&self, at: &str, kind: FaultKind, times: u32) -> Result<(), FaultError> {
        if !POINTS.contains(&at) {
            return Err(FaultError::Point(at.chars().take(80).collect()));
        }
        if times == 0 || times > TIMES_MAX {
            return Err(FaultError::Times);
        }
        let mut state = self.state();
        if state.waiting.len() >= FAULTS_MAX {
            return Err(FaultError::TooMany);
        }
        state.waiting.push(Fault { at: at.to_owned(), kind, times });
        self.count(&state);
        Ok(())
    }

    /// What still waits, oldest first.
    pub fn list(&self) -> Vec<Fault> {
        self.state().waiting.clone()
    }

    /// Disarms every fault and every crash; says how many there were.
    pub fn clear(&self) -> usize {
        let mut state = self.state();
        let count = state.waiting.len() + state.crashes.len();
        state.waiting.clear();
        state.crashes.clear();
        self.count(&state);
        count
    }

    /// Whether a fault strikes here and now; if so, one of its times is used up.
    pub fn strike(&self, at: &str) -> Option<FaultKind> {
        if self.0.armed.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut state = self.state();
        let index = state.waiting.iter().position(|fault| covers(&fault.at, at))?;
        let fault = &mut state.waiting[index];
        let kind = fault.kind;
        fault.times -= 1;
        if fault.times == 0 {
            state.waiting.remove(index);
        }
        self.count(&state);
        drop(state);
        tracing::warn!(at, kind = kind.word(), "a fault of the lab strikes");
        Some(kind)
    }

    /// Tells the lab that so much time was waited in play.
    pub fn waited(&self, time: Duration) {
        let waited = self.state().waited.clone();
        if let Some(waited) = waited {
            waited(time);
        }
    }

    /// Arms a crash: the next passing of this point ends the process.
    pub fn crash_at(&self, point: &str) -> Result<(), FaultError> {
        let Some(point) = CRASH_POINTS.iter().find(|known| **known == point) else {
            return Err(FaultError::CrashPoint(point.chars().take(80).collect()));
        };
        let mut state = self.state();
        if !state.crashes.contains(point) {
            state.crashes.push(point);
        }
        self.count(&state);
        Ok(())
    }

    /// The crash points that are armed.
    pub fn crashes(&self) -> Vec<&'static str> {
        self.state().crashes.clone()
    }

    /// Ends the process at once, without clean-up, if a crash is armed at this point.
    pub fn passing(&self, point: &str) {
        if self.0.armed.load(Ordering::Acquire) == 0 {
            return;
        }
        if self.state().crashes.contains(&point) {
            tracing::error!(point, "crashing as the lab asked");
            std::process::abort();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, state: &State) {
        self.0.armed.store(state.waiting.len() + state.crashes.len(), Ordering::Release);
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        out.debug_struct("Faults").field("waiting", &state.waiting).field("crashes", &state.crashes).finish()
    }
}

/// Whether a fault that waits at `waiting` is met at `at`.
fn covers(waiting: &str, at: &str) -> bool {
    if waiting == "registry.*" {
        return at.starts_with("registry.") && !matches!(at, "registry.connect" | "registry.login");
    }
    waiting == at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_as_often_as_told() {
        let faults = Faults::none();
        assert_eq!(faults.strike("registry.create"), None);
        faults.add("registry.create", FaultKind::ReplyLost, 2).unwrap();
        faults.add("registry.create", FaultKind::Slow, 1).unwrap();
        assert_eq!(faults.strike("registry.renew"), None);
        assert_eq!(faults.strike("registry.create"), Some(FaultKind::ReplyLost));
        assert_eq!(faults.list()[0].times, 1);
        assert_eq!(faults.clone().strike("registry.create"), Some(FaultKind::ReplyLost));
        assert_eq!(faults.strike("registry.create"), Some(FaultKind::Slow));
        assert_eq!(faults.strike("registry.create"), None);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn the_star_covers_commands_only() {
        let faults = Faults::none();
        faults.add("registry.*", FaultKind::Refuse, 9).unwrap();
        for (at, struck) in [
            ("registry.create", true),
            ("registry.contact.create", true),
            ("registry.poll.ack", true),
            ("registry.connect", false),
            ("registry.login", false),
            ("mail.send", false),
        ] {
            assert_eq!(faults.strike(at).is_some(), struck, "{at}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let faults = Faults::none();
        assert!(matches!(faults.add("registry.crate", FaultKind::Slow, 1), Err(FaultError::Point(_))));
        assert_eq!(faults.add("mail.send", FaultKind::Slow, 0), Err(FaultError::Times));
        assert_eq!(faults.add("mail.send", FaultKind::Slow, TIMES_MAX + 1), Err(FaultError::Times));
        assert!(matches!(faults.crash_at("order.forgotten"), Err(FaultError::CrashPoint(_))));
        for _ in 0..FAULTS_MAX {
            faults.add("mail.send", FaultKind::Slow, 1).unwrap();
        }
        assert_eq!(faults.add("mail.send", FaultKind::Slow, 1), Err(FaultError::TooMany));
        assert_eq!(faults.clear(), FAULTS_MAX);
        assert_eq!(faults.strike("mail.send"), None);
    }

    #[test]
    fn waits_are_told_and_crashes_are_listed() {
        let faults = Faults::none();
        let total = Arc::new(Mutex::new(Duration::ZERO));
        let sum = total.clone();
        faults.waited(Duration::from_secs(1));
        faults.on_wait(move |time| *sum.lock().unwrap() += time);
        faults.waited(Duration::from_secs(30));
        assert_eq!(*total.lock().unwrap(), Duration::from_secs(30));
        faults.crash_at("order.settled").unwrap();
        faults.passing("order.accepted");
        assert_eq!(faults.crashes(), ["order.settled"]);
        assert_eq!(faults.clear(), 1);
        faults.passing("order.settled");
    }

    #[test]
    fn words_are_read_back() {
        for kind in FaultKind::ALL {
            assert_eq!(FaultKind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(FaultKind::from_word("explode"), None);
    }
}
