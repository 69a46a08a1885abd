//! The bell within a node: new work is handed to a runner at once, and whoever waits for an order hears of its end.

use super::Hand;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use store::jobs::Job;

/// Beyond this the work waits in the store until its lease runs out.
const WORK_MAX: usize = 20_000;
/// With so much work of its own in hand the agenda waits.
const LATER_MAX: usize = 400;

/// One waiting caller or several: set once.
#[derive(Default)]
struct Decision {
    made: Mutex<bool>,
    told: Condvar,
}

pub(crate) struct Bell {
    work_in: Sender<Job>,
    work_out: Receiver<Job>,
    /// What nobody waits for.
    later_in: Sender<Job>,
    later_out: Receiver<Job>,
    mail_in: Sender<()>,
    mail_out: Receiver<()>,
    webhook_in: Sender<()>,
    webhook_out: Receiver<()>,
    waiting: Mutex<HashMap<i64, (Arc<Decision>, usize)>>,
    /// Jobs being done at this moment.
    in_hand: AtomicUsize,
    /// Jobs that this node has claimed and not done, with their epoch and the time since which their lease runs.
    held: Mutex<HashMap<i64, (i64, Instant)>>,
    /// Set where one thread does everything, so that nobody may wait.
    by_hand: Mutex<Option<Hand>>,
    /// Poll messages may have been left to open orders; true at first, since another life may have left some.
    messages_left: AtomicBool,
}

/// A job in hand, until dropped.
pub(crate) struct InHand<'a> {
    bell: &'a Bell,
    job: i64,
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        // Done or not: if not, its lease runs out and it is claimed again.
        self.bell.held.lock().unwrap_or_else(|p| p.into_inner()).remove(&self.job);
        self.bell.in_hand.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Bell {
    pub(crate) fn new() -> Bell {
        let (work_in, work_out) = bounded(WORK_MAX);
        let (later_in, later_out) = bounded(WORK_MAX);
        let (mail_in, mail_out) = bounded(1);
        let (webhook_in, webhook_out) = bounded(1);
        Bell {
            work_in,
            work_out,
            later_in,
            later_out,
            mail_in,
            mail_out,
            webhook_in,
            webhook_out,
            waiting: Mutex::new(HashMap::new()),
            in_hand: AtomicUsize::new(0),
            held: Mutex::new(HashMap::new()),
            by_hand: Mutex::new(None),
            messages_left: AtomicBool::new(true),
        }
    }

    pub(crate) fn are_messages_left(&self) -> bool {
        self.messages_left.load(Ordering::Acquire)
    }

    pub(crate) fn set_messages_left(&self, left: bool) {
        self.messages_left.store(left, Ordering::Release);
    }

    pub(crate) fn set_hand(&self, hand: Hand) {
        *self.by_hand.lock().unwrap_or_else(|p| p.into_inner()) = Some(hand);
    }

    /// How one waits where no runner was started; `None` where runners work.
    pub(crate) fn hand(&self) -> Option<Hand> {
        *self.by_hand.lock().unwrap_or_else(|p| p.into_inner())
    }

    pub(crate) fn hand_over(&self, job: Job) {
        self.hand_to(&self.work_in, job);
    }

    /// As [`Bell::hand_over`], for work that nobody waits for: it is done when there is no other.
    pub(crate) fn hand_over_later(&self, job: Job) {
        self.hand_to(&self.later_in, job);
    }

    fn hand_to(&self, queue: &Sender<Job>, job: Job) {
        let (id, epoch) = (job.id, job.epoch);
        self.held.lock().unwrap_or_else(|p| p.into_inner()).insert(id, (epoch, Instant::now()));
        if queue.try_send(job).is_err() {
            self.held.lock().unwrap_or_else(|p| p.into_inner()).remove(&id);
            tracing::warn!("more work than this node can take at once; it waits for its lease to run out");
        }
    }

    /// Whether the agenda has handed over as much as should be in hand.
    pub(crate) fn is_laden(&self) -> bool {
        self.later_out.len() > LATER_MAX
    }

    /// The next piece of work, that of callers first; `None` if there is none within `limit`.
    pub(crate) fn next_work(&self, limit: Duration) -> Option<Job> {
        if let Ok(job) = self.work_out.try_recv() {
            return Some(job);
        }
        crossbeam_channel::select! {
            recv(self.work_out) -> job => job.ok(),
            recv(self.later_out) -> job => job.ok(),
            default(limit) => None,
        }
    }

    /// Jobs whose lease has run for longer than `age`, which begins anew for them now.
    pub(crate) fn held_for(&self, age: Duration) -> Vec<(i64, i64)> {
        let now = Instant::now();
        let mut held = self.held.lock().unwrap_or_else(|p| p.into_inner());
        let old = held.iter_mut().filter(|(_, (_, since))| now.duration_since(*since) >= age);
        old.map(|(id, (epoch, since))| {
            *since = now;
            (*id, *epoch)
        })
        .collect()
    }

    /// Notes that a job is being done.
    pub(crate) fn in_hand(&self, job: &Job) -> InHand<'_> {
        self.held.lock().unwrap_or_else(|p| p.into_inner()).entry(job.id).or_insert((job.epoch, Instant::now()));
        self.in_hand.fetch_add(1, Ordering::AcqRel);
        InHand { bell: self, job: job.id }
    }

    /// True if nothing was handed over that is not done.
    pub(crate) fn is_quiet(&self) -> bool {
        // A job between the queue and the hand that takes it is held, too.
        self.held.lock().unwrap_or_else(|p| p.into_inner()).is_empty()
            && self.work_out.is_empty()
            && self.later_out.is_empty()
            && self.in_hand.load(Ordering::Acquire) == 0
    }

    /// Somebody queued mails. One ring is as good as many.
    pub(crate) fn mail(&self) {
        let _ = self.mail_in.try_send(());
    }

    pub(crate) fn mail_rings(&self) -> &Receiver<()> {
        &self.mail_out
    }

    /// Something was queued for webhooks, or there is room for more.
    pub(crate) fn webhook(&self) {
        let _ = self.webhook_in.try_send(());
    }

    pub(crate) fn webhook_rings(&self) -> &Receiver<()> {
        &self.webhook_out
    }

    pub(crate) fn decided(&self, order_id: i64) {
        let waiting = self.waiting.lock().unwrap_or_else(|p| p.into_inner()).get(&order_id).map(|(d, _)| d.clone());
        if let Some(decision) = waiting {
            *decision.made.lock().unwrap_or_else(|p| p.into_inner()) = true;
            decision.told.notify_all();
        }
    }

    /// A place from which the order's end is heard. To be taken before the order is looked at.
    pub(crate) fn listen(&self, order_id: i64) -> Ear<'_> {
        let mut waiting = self.waiting.lock().unwrap_or_else(|p| p.into_inner());
        let entry = waiting.entry(order_id).or_default();
        entry.1 += 1;
        Ear { bell: self, order_id, decision: entry.0.clone() }
    }
}

pub(crate) struct Ear<'a> {
    bell: &'a Bell,
    order_id: i64,
    decision: Arc<Decision>,
}

impl Ear<'_> {
    /// Returns when the order was decided on this node, or after `limit`.
    pub(crate) fn wait(&self, limit: Duration) {
        let ends = Instant::now() + limit;
        let mut made = self.decision.made.lock().unwrap_or_else(|p| p.into_inner());
        while !*made {
            let left = ends.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            made = self.decision.told.wait_timeout(made, left).unwrap_or_else(|p| p.into_inner()).0;
        }
    }
}

impl Drop for Ear<'_> {
    fn drop(&mut self) {
        let mut waiting = self.bell.waiting.lock().unwrap_or_else(|p| p.into_inner());
        if let Some(entry) = waiting.get_mut(&self.order_id) {
            entry.1 -= 1;
            if entry.1 == 0 {
                waiting.remove(&self.order_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_callers_wait_for_comes_first() {
        let bell = Bell::new();
        let job = |id| Job {
            id,
            kind: String::new(),
            name: id.to_string(),
            subject: 0,
            run_at: model::Timestamp::from_micros(0),
            epoch: 1,
            attempts: 0,
        };
        for id in 0..3 {
            bell.hand_over_later(job(id));
        }
        bell.hand_over(job(7));
        let order: Vec<i64> = std::iter::from_fn(|| bell.next_work(Duration::ZERO)).map(|job| job.id).collect();
        assert_eq!(order, [7, 0, 1, 2]);
        assert!(!bell.is_laden());
        (0..=LATER_MAX as i64).for_each(|id| bell.hand_over_later(job(id)));
        assert!(bell.is_laden());
    }

    #[test]
    fn an_end_is_heard_even_before_one_waits() {
        let bell = Bell::new();
        let ear = bell.listen(7);
        bell.decided(8);
        bell.decided(7);
        let start = Instant::now();
        ear.wait(Duration::from_secs(5));
        assert!(start.elapsed() < Duration::from_secs(4));
        drop(ear);
        assert!(bell.waiting.lock().unwrap().is_empty());
    }
}
