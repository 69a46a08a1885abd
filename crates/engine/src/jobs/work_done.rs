//! What this node has done by itself since its start, and how long that took: counted as it is done, for those who measure or watch.

use crate::{Engine, Error};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{agenda, jobs};

/// So many times a thing was done, and how long that took in all.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Effort {
    pub count: u64,
    pub time: Duration,
}

#[derive(Default)]
pub(crate) struct Meter {
    count: AtomicU64,
    micros: AtomicU64,
}

impl Meter {
    pub(crate) fn add(&self, count: usize, time: Duration) {
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn read(&self) -> Effort {
        Effort { count: self.count.load(Ordering::Relaxed), time: Duration::from_micros(self.micros.load(Ordering::Relaxed)) }
    }
}

/// The kinds of the agenda, in the order in which they are told.
const KINDS: [&str; 11] = [
    crate::agenda::NOTICE,
    crate::agenda::FUNDS,
    crate::agenda::RENEWAL,
    crate::agenda::LOOK,
    crate::agenda::RESUME,
    crate::owner_change::OWNER_LOCK,
    crate::domain::relock::RELOCK,
    crate::transfer::people::PEOPLE,
    crate::agenda::VERIFICATION,
    crate::grant::INVITATION,
    crate::contact::UNUSED,
];

#[derive(Default)]
pub(crate) struct Meters {
    /// Batches with their claims and commits, by items.
    pub agenda: Meter,
    kinds: [Meter; KINDS.len()],
    pub messages: Meter,
    pub jobs: Meter,
}

impl Meters {
    /// One item, without the commit that it shares.
    pub(crate) fn item(&self, what: &str, time: Duration) {
        if let Some(place) = KINDS.iter().position(|kind| *kind == what) {
            self.kinds[place].add(1, time);
        }
    }
}

/// What was done since the start of the process.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct WorkDone {
    /// Items of the agenda with all that goes with them: claims, commits, questions to registries.
    pub agenda: Effort,
    /// Items by kind, without what they share.
    pub kinds: Vec<(&'static str, Effort)>,
    /// Messages of the registries' poll queues, from the question to the acknowledgement.
    pub messages: Effort,
    /// Jobs: the time that runners spent on them, several at once.
    pub jobs: Effort,
}

impl Engine {
    /// What was done since the start.
    pub fn work_done(&self) -> WorkDone {
        let meters = &self.inner.meters;
        WorkDone {
            agenda: meters.agenda.read(),
            kinds: KINDS.into_iter().zip(meters.kinds.iter().map(Meter::read)).collect(),
            messages: meters.messages.read(),
            jobs: meters.jobs.read(),
        }
    }

    /// Whether nothing is due here that is not done. What the registries' queues hold is not asked.
    pub fn is_idle(&self) -> Result<bool, Error> {
        let now = self.now();
        let due = self
            .inner
            .store
            .read(move |tx| Ok::<_, Error>(agenda::next_due(tx)?.is_some_and(|at| at <= now) || jobs::count_due(tx, now)? > 0))?;
        Ok(!due && self.inner.bell.is_quiet())
    }
}
