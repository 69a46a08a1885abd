//! Work by hand: one thread is caller, runner and agenda in turn, so that the same steps leave the same trace.

use crate::{Engine, Error};
use store::jobs;

/// What a caller does who wants to wait for an order where no runner was started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hand {
    /// Does the work that was handed over, as quick runners would.
    Work,
    /// Sees the order as it stands, as with slow ones.
    Leave,
}

impl Engine {
    /// From now on nobody waits: for engines whose runners are not started, driven by one thread.
    pub fn by_hand(&self, hand: Hand) {
        self.inner.bell.set_hand(hand);
    }

    /// Ends the leases of the dead: all of them where no other node works on the store, else those of this node's earlier lives.
    pub fn take_over(&self, alone: bool) -> Result<(), Error> {
        let node = self.inner.node.clone();
        self.inner.store.write(move |tx| {
            if !alone {
                return Ok::<_, Error>(jobs::free_held(tx, &node)?);
            }
            store::agenda::free_all(tx)?;
            store::webhooks::free_all(tx)?;
            Ok(jobs::free_all(tx)?)
        })?;
        Ok(())
    }

    /// One round of the agenda, its work done on the caller's thread: due jobs, the audit chain, the registries' poll queues. Yields how many
    /// jobs and messages there were.
    pub fn round(&self) -> Result<usize, Error> {
        let claimed = self.claim(1_000)?;
        let count = claimed.len();
        for job in claimed {
            self.do_job(job);
        }
        self.link_audit(false)?;
        Ok(count + self.drain_polls()?.0)
    }
}
