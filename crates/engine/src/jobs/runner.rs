//! Runners: threads that take orders to their registries, and one that looks for work that nobody handed over.

use super::{LEASE_SECONDS, LENGTHEN_AFTER_SECONDS, STEP, backoff_seconds};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Engine, Error, audit};
use model::{Currency, Need, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::jobs::{self, Job, Lease};
use store::{Tx, settings};

/// Threads that talk to registries. Each spends most of its time waiting for a registry or a commit.
const RUNNERS: usize = 16;
/// How often the store is asked for work that was not handed over: put off, or left by a node that died.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often audit rows are linked.
const LINK_EVERY_SECONDS: i64 = 1;
/// How often the registries are asked for messages when there were none.
const POLL_EVERY_SECONDS: i64 = 1;
const CLAIM_MAX: i64 = 200;
/// Sessions unused for so long are forgotten.
const SESSION_SWEEP_SECONDS: i64 = 2 * 86_400;

/// The running threads; dropping it stops them after the work in hand.
pub struct Running {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops and waits for the work in hand.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Release);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a runner ended by a panic");
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

impl Engine {
    /// Starts the runners. `alone` says that no other node works on the store, so that all leases are those of the dead; else
    /// only those of this node's earlier lives are.
    pub fn start(&self, alone: bool) -> Result<Running, Error> {
        self.take_over(alone)?;
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for number in 0..RUNNERS {
            let (engine, stop) = (self.clone(), stop.clone());
            threads.push(spawn(&format!("runner-{number}"), move || engine.work(&stop))?);
        }
        let (engine, stopping) = (self.clone(), stop.clone());
        threads.push(spawn("looker", move || engine.look(&stopping))?);
        let (engine, stopping) = (self.clone(), stop.clone());
        threads.push(spawn("agenda", move || engine.keep_agenda(&stopping))?);
        let (engine, stopping) = (self.clone(), stop.clone());
        threads.push(spawn("polls", move || engine.keep_hearing(&stopping))?);
        Ok(Running { stop, threads })
    }

    /// Does the work that was handed over so far, on the caller's thread: for engines whose runners were not started.
    pub fn work_once(&self) {
        while let Some(job) = self.inner.bell.next_work(Duration::ZERO) {
            self.do_job(job);
        }
    }

    fn work(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Acquire) {
            if let Some(job) = self.inner.bell.next_work(Duration::from_millis(100)) {
                self.do_job(job);
            }
        }
    }

    /// Does one claimed job, whatever comes of it.
    pub(crate) fn do_job(&self, job: Job) {
        let _in_hand = self.inner.bell.in_hand(&job);
        let begun = Instant::now();
        let name = job.name.clone();
        let attempt = std::panic::AssertUnwindSafe(|| match job.kind.as_str() {
            STEP => self.registry_step(job.clone()),
            crate::transfer::TIMER => self.transfer_timer(job.clone()),
            crate::owner_change::TIMER => self.owner_change_timer(job.clone()),
            crate::staff::SEND_ON => self.send_on_step(job.clone()),
            crate::transfer::CODE_EXPIRY => self.auth_code_expiry(job.clone()),
            other => Err(crate::error::broken(format!("a job of unknown kind {other}"))),
        });
        match std::panic::catch_unwind(attempt) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(job = %name, error = %error, "a job failed");
                self.give_back(job, &name);
            }
            Err(_) => {
                tracing::error!(job = %name, "a job panicked");
                self.give_back(job, &name);
            }
        }
        self.inner.meters.jobs.add(1, begun.elapsed());
    }

    /// Puts a job off after a failure of our own, so that it waits by the business clock and not for the end of a lease.
    fn give_back(&self, job: Job, name: &str) {
        const WHY: &str = "the work on it failed inside the program";
        let put_off = if job.kind == STEP {
            self.put_off(job, WHY)
        } else {
            let again = self.now().plus_seconds(backoff_seconds(job.attempts.saturating_add(4)));
            self.inner.store.write(move |tx| Ok::<_, Error>(jobs::again(tx, job.id, job.epoch, again, WHY)?)).map(|_| ())
        };
        if let Err(error) = put_off {
            tracing::error!(job = %name, error = %error, "a job could not be put off; it is tried again when its lease runs out");
        }
    }

    /// Looks for work until told to stop.
    fn look(&self, stop: &AtomicBool) {
        let mut linked_at = Timestamp::from_micros(0);
        let mut swept_at = self.real_now();
        while !stop.load(Ordering::Acquire) {
            std::thread::sleep(LOOK_EVERY);
            let real_now = self.real_now();
            let round = (|| {
                self.load_clock()?;
                self.jobs_in_turn()?;
                self.lengthen_leases()?;
                if real_now.seconds_since(linked_at) >= LINK_EVERY_SECONDS {
                    linked_at = real_now;
                    self.link_audit(false)?;
                }
                if real_now.seconds_since(swept_at) >= 3_600 {
                    swept_at = real_now;
                    let before = real_now.plus_seconds(-SESSION_SWEEP_SECONDS);
                    let (delivered_before, kept_before) =
                        (real_now.plus_days(-crate::webhook::KEPT_DAYS), real_now.plus_seconds(-crate::once::KEPT_SECONDS));
                    self.inner.store.write(move |tx| {
                        store::accounts::sweep_sessions(tx, before)?;
                        store::webhooks::sweep(tx, delivered_before)?;
                        store::kept::sweep(tx, kept_before)?;
                        Ok::<_, Error>(())
                    })?;
                }
                Ok::<_, Error>(())
            })();
            if let Err(error) = round {
                tracing::warn!(error = %error, "looking for work failed; trying again");
            }
        }
    }

    /// Claims what is due and hands it over, unless the clock is being moved: then that does it. Whoever moves the clock must not find a job that
    /// is claimed and in nobody's hand.
    fn jobs_in_turn(&self) -> Result<(), Error> {
        let _running = self.inner.time_gate.enter();
        for job in self.claim(CLAIM_MAX)? {
            self.inner.bell.hand_over(job);
        }
        Ok(())
    }

    /// Does what is due until told to stop: batch after batch while there is any, and other requests in between.
    fn keep_agenda(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Acquire) {
            match self.agenda_in_turn() {
                Ok(0) => std::thread::sleep(LOOK_EVERY),
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = %error, "the agenda could not be kept; trying again");
                    std::thread::sleep(LOOK_EVERY);
                }
            }
        }
    }

    /// Does one batch of what is due, unless the clock is being moved: then that does it. Waits while its earlier work for registries is not done.
    fn agenda_in_turn(&self) -> Result<usize, Error> {
        if self.inner.bell.is_laden() {
            return Ok(0);
        }
        let _running = self.inner.time_gate.enter();
        self.run_agenda()
    }

    /// Drains the registries' poll queues until told to stop: looks every second, and goes on while a round is full.
    fn keep_hearing(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Acquire) {
            let mut more = self.poll_in_turn(true);
            while matches!(more, Ok(true)) && !stop.load(Ordering::Acquire) {
                more = self.poll_in_turn(false);
            }
            if let Err(error) = more {
                tracing::warn!(error = %error, "the poll queues could not be read; trying again");
            }
            std::thread::sleep(Duration::from_secs(POLL_EVERY_SECONDS.unsigned_abs()));
        }
    }

    /// Reads a round of the registries' poll queues, if it is this node's turn and the clock is not being moved. Who goes on keeps its turn. True if
    /// there may be more.
    fn poll_in_turn(&self, first: bool) -> Result<bool, Error> {
        let _running = self.inner.time_gate.enter();
        let real_now = self.real_now();
        let lease = TakeLease { name: "lease-poll", real_now, seconds: POLL_EVERY_SECONDS, mine: !first };
        Ok(self.run_inside(&Actor::system(0, Currency::USD), lease)? && self.drain_polls()?.1)
    }

    /// Claims due jobs for this node.
    pub(crate) fn claim(&self, limit: i64) -> Result<Vec<Job>, Error> {
        let (now, real_now) = (self.now(), self.real_now());
        if !self.inner.store.read(move |tx| Ok::<_, Error>(jobs::claimable(tx, now, real_now)?))? {
            return Ok(Vec::new());
        }
        let node = self.inner.node.clone();
        self.inner.store.write(move |tx| {
            let lease = Lease { holder: &node, until: real_now.plus_seconds(LEASE_SECONDS) };
            Ok::<_, Error>(jobs::claim(tx, now, real_now, lease, limit)?)
        })
    }

    /// Keeps what is in hand in hand: a registry may take longer to answer than a lease lasts.
    fn lengthen_leases(&self) -> Result<(), Error> {
        let held = self.inner.bell.held_for(Duration::from_secs(LENGTHEN_AFTER_SECONDS));
        if held.is_empty() {
            return Ok(());
        }
        let until = self.real_now().plus_seconds(LEASE_SECONDS);
        self.inner.store.write(move |tx| {
            for (id, epoch) in &held {
                // A lease that was lost is another's; whoever works under it settles nothing.
                jobs::extend(tx, *id, *epoch, until)?;
            }
            Ok::<_, Error>(())
        })
    }

    /// Links audit rows, if this node gets the lease; all of them if `all`, else what has gathered.
    pub(crate) fn link_audit(&self, all: bool) -> Result<(), Error> {
        let real_now = self.real_now();
        let nobody = Actor::system(0, Currency::USD);
        if !all && !self.run_inside(&nobody, TakeLease { name: "lease-audit", real_now, seconds: LINK_EVERY_SECONDS, mine: false })? {
            return Ok(());
        }
        while self.run_inside(&nobody, audit::Chain)? > 0 {}
        Ok(())
    }
}

/// A lease for work that one node does at a time; another takes over soon after it died.
struct TakeLease {
    name: &'static str,
    real_now: Timestamp,
    seconds: i64,
    /// It is held already, and lengthened.
    mine: bool,
}

impl Operation for TakeLease {
    type Done = bool;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<bool, Error> {
        let until = self.real_now.plus_seconds(self.seconds);
        // An instant that no lease outlasts: whoever holds it takes it again.
        let ends_before = if self.mine { until.plus_seconds(1) } else { self.real_now };
        Ok(settings::take_lease(tx, self.name, ends_before, until)?)
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map_err(|e| crate::error::broken(format!("no thread can be started: {e}")))
}
