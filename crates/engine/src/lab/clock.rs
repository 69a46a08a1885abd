//! The business clock in the sandbox: moved forward only, through every instant at which something falls due, in order.

use crate::agenda::{self, Came};
use crate::context::After;
use crate::{Engine, Error};
use model::{Field, FieldProblem, Problem, Timestamp};
use registry::FarSide;
use std::sync::atomic::Ordering;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use store::{jobs, settings};

pub(super) const OFFSET: &str = "clock-offset-micros";

/// Operations pass while the clock runs; while it is moved they wait.
pub(crate) struct TimeGate {
    gate: RwLock<()>,
}

impl TimeGate {
    pub(crate) fn new() -> TimeGate {
        TimeGate { gate: RwLock::new(()) }
    }

    pub(crate) fn enter(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().unwrap_or_else(|p| p.into_inner())
    }

    pub(super) fn close(&self) -> RwLockWriteGuard<'_, ()> {
        self.gate.write().unwrap_or_else(|p| p.into_inner())
    }
}

/// Something that happened while the clock was moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    pub at: Timestamp,
    pub what: String,
}

/// What came of moving the clock.
#[derive(Clone, Debug)]
pub struct Moved {
    pub now: Timestamp,
    /// How many things happened.
    pub count: usize,
    /// The first thousand of them.
    pub happenings: Vec<Happening>,
}

/// So many things of the agenda are claimed at once.
const BATCH: i64 = 1_000;
const HAPPENINGS_SHOWN: usize = 1_000;
/// A job that is put off again and again must not hold the clock for ever: at most so many rounds at one instant.
const ROUNDS_AT_ONE_INSTANT_MAX: usize = 64;

impl Engine {
    /// Takes the clock's offset from the store, where all nodes share it.
    pub(crate) fn load_clock(&self) -> Result<(), Error> {
        let _running = self.inner.time_gate.enter();
        if let Some(offset) = self.kept_offset()? {
            self.inner.offset_micros.fetch_max(offset, Ordering::AcqRel);
        }
        Ok(())
    }

    /// Sets the clock as the store says: at the start, and where the store is another one.
    pub(crate) fn take_clock(&self) -> Result<(), Error> {
        self.inner.offset_micros.store(self.kept_offset()?.unwrap_or(0), Ordering::Release);
        Ok(())
    }

    fn kept_offset(&self) -> Result<Option<i64>, Error> {
        let stored = self.inner.store.read(|tx| Ok::<_, Error>(settings::get(tx, OFFSET)?))?;
        Ok(stored.and_then(|text| text.parse::<i64>().ok()))
    }

    /// Moves the clock to `target`. Everything due until then happens first, here and at the embedded registry; other requests wait.
    pub fn move_clock(&self, target: Timestamp, far: Option<&dyn FarSide>) -> Result<Moved, Error> {
        let _still = self.inner.time_gate.close();
        if target < self.now() {
            let expected = format!("an instant after {}: the clock never goes backward", self.now());
            return Err(FieldProblem::new(Field::Other("set"), Problem::OutOfRange { expected }).into());
        }
        // What was accepted before the clock moves is sent before it moves.
        self.work_once();
        self.settle_down()?;
        let mut moved = Moved { now: self.now(), count: 0, happenings: Vec::new() };
        let mut last = (Timestamp::from_micros(0), 0);
        let mut talked = true;
        loop {
            let real_now = self.real_now();
            let ours = self.inner.store.read(move |tx| {
                let (job, item) = (jobs::next_due(tx, real_now)?, store::agenda::next_due(tx)?);
                Ok::<_, Error>([job, item].into_iter().flatten().min())
            })?;
            let theirs = match far {
                Some(far) => far.next_due().map_err(|e| Error::Fault(crate::Fault::Registry(e)))?,
                None => None,
            };
            let Some(due) = [ours, theirs].into_iter().flatten().min().filter(|due| *due <= target) else { break };
            let due = due.max(self.now());
            last = if last.0 == due { (due, last.1 + 1) } else { (due, 0) };
            if last.1 > ROUNDS_AT_ONE_INSTANT_MAX {
                tracing::warn!(at = %due, "work is put off to the same instant again and again; the clock moves on");
                break;
            }
            if due > self.now() {
                self.set_clock(due);
                // A life that ends on the way is followed by one that goes on from here: the clock never goes backward.
                self.keep_offset()?;
            }
            if let Some(far) = far.filter(|_| theirs.is_some_and(|at| at <= due)) {
                let happened = far.run_due(self.now()).map_err(|e| Error::Fault(crate::Fault::Registry(e)))?;
                moved.count += usize::try_from(happened.count).unwrap_or(usize::MAX).saturating_sub(happened.first.len());
                happened.first.into_iter().for_each(|(at, what)| note(&mut moved, at, what));
                talked = true;
            }
            if talked {
                // The registry may have told something.
                while self.drain_polls()?.1 {}
                talked = false;
            }
            let items = self.claim_agenda(BATCH)?;
            if items.len() as i64 == BATCH {
                // So many things at one instant are not one thing put off again and again.
                last.1 = 0;
            }
            for part in items.chunks(agenda::TOGETHER) {
                for (at, came) in self.do_items(part) {
                    talked |= !came.after.is_empty();
                    self.go_through(at, came, &mut moved);
                }
            }
            for job in self.claim(1_000)? {
                note(&mut moved, job.run_at, format!("{} {}", job.kind, job.name));
                self.do_job(job);
                talked = true;
            }
            // What these have begun is done at this instant too, before the clock goes on.
            self.work_once();
            self.settle_down()?;
        }
        self.set_clock(target);
        self.keep_offset()?;
        moved.now = self.now();
        Ok(moved)
    }

    /// Sets the clock forward without playing what lies in between: what has fallen due is then done as after a long sleep, while requests are served.
    /// For measurements.
    pub fn skip_to(&self, target: Timestamp) -> Result<(), Error> {
        let _still = self.inner.time_gate.close();
        self.set_clock(target);
        self.keep_offset()
    }

    fn keep_offset(&self) -> Result<(), Error> {
        let offset = self.inner.offset_micros.load(Ordering::Acquire).to_string();
        self.inner.store.write(move |tx| Ok::<_, Error>(settings::set(tx, OFFSET, &offset)?))
    }

    /// Notes what came of an item of the agenda and has a registry do what it left to be done, before anything else happens.
    fn go_through(&self, due_at: Timestamp, came: Came, moved: &mut Moved) {
        if !came.told.is_empty() {
            note(moved, due_at, format!("agenda: {}", came.told));
        }
        for step in came.after {
            match step {
                After::Work(job) => {
                    self.inner.faults.passing("order.accepted");
                    note(moved, job.run_at, format!("{} {}", job.kind, job.name));
                    self.do_job(job);
                }
                other => self.follow(vec![other]),
            }
        }
    }

    /// Waits until nothing is in hand.
    pub(super) fn settle_down(&self) -> Result<(), Error> {
        let begun = std::time::Instant::now();
        while !self.inner.bell.is_quiet() {
            if begun.elapsed() > std::time::Duration::from_secs(20) {
                return Err(crate::error::broken("work in hand did not end; nothing was done"));
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        Ok(())
    }

    /// Puts the store back to empty and the clock to the real one, while nothing else runs. `others` empties what belongs to it elsewhere.
    pub fn wipe(&self, others: impl FnOnce() -> Result<(), String>) -> Result<(), Error> {
        let _still = self.inner.time_gate.close();
        self.settle_down()?;
        others().map_err(|e| Error::Fault(crate::Fault::Registry(e)))?;
        self.inner.store.write(|tx| Ok::<_, Error>(store::wipe::all(tx)?))?;
        self.inner.faults.clear();
        self.inner.offset_micros.store(0, Ordering::Release);
        Ok(())
    }

    fn set_clock(&self, at: Timestamp) {
        let offset = at.micros().saturating_sub(self.real_now().micros());
        // Never backward, even if the real clock ran on meanwhile.
        self.inner.offset_micros.fetch_max(offset, Ordering::AcqRel);
    }
}

fn note(moved: &mut Moved, at: Timestamp, what: String) {
    moved.count += 1;
    if moved.happenings.len() < HAPPENINGS_SHOWN {
        moved.happenings.push(Happening { at, what });
    }
}
