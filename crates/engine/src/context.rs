//! The context of one operation: one instant, one actor, ids and randomness, and what is to happen after the commit.

use crate::account::Actor;
use crate::{Error, Inner};
use model::policy::ZoneSet;
use model::{Need, Timestamp};
use std::cell::RefCell;
use std::sync::Arc;
use store::Tx;
use store::jobs::Job;

/// An operation: one verb with its request. It runs in one transaction and may be run again if the transaction must be.
pub trait Operation: Send + 'static {
    /// What it yields.
    type Done: Send + 'static;
    /// What the actor must be allowed to do.
    const NEED: Need;
    /// Whether it changes anything.
    const WRITES: bool;
    /// Whether it is for staff and the engine itself alone: every other channel is refused before anything is read.
    const STAFF: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Self::Done, Error>;
}

/// What an operation leaves to be done once it is committed.
#[derive(Clone, Debug)]
pub enum After {
    /// A job that this node has claimed already.
    Work(Job),
    /// An order ended: whoever waits for it may look.
    Decided(i64),
    /// Mails were queued.
    Mail,
    /// Something was queued for webhooks.
    Webhook,
}

/// Made once per operation: an operation happens at one instant.
pub struct Cx<'a> {
    pub(crate) inner: &'a Inner,
    /// The business clock.
    pub now: Timestamp,
    /// The real clock, for leases and sessions.
    pub real_now: Timestamp,
    pub actor: Actor,
    after: RefCell<Vec<After>>,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(inner: &'a Arc<Inner>, now: Timestamp, real_now: Timestamp, actor: Actor) -> Cx<'a> {
        Cx { inner, now, real_now, actor, after: RefCell::new(Vec::new()) }
    }

    /// A part of the same operation that belongs to another account: at the same instant, and followed by what it leaves to be done.
    pub(crate) fn on_behalf<T>(&self, actor: Actor, part: impl FnOnce(&Cx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let theirs = Cx { inner: self.inner, now: self.now, real_now: self.real_now, actor, after: RefCell::new(Vec::new()) };
        let done = part(&theirs)?;
        self.after.borrow_mut().extend(theirs.into_after());
        Ok(done)
    }

    pub fn zones(&self) -> &ZoneSet {
        &self.inner.zones
    }

    /// A fresh id, unique over all tables.
    pub fn id(&self) -> i64 {
        self.inner.ids.next()
    }

    /// Fills a buffer with random octets.
    pub fn random(&self, buffer: &mut [u8]) {
        (self.inner.world.entropy)(buffer);
    }

    /// Has something done once the transaction is committed; dropped if it is undone.
    pub fn after(&self, step: After) {
        self.after.borrow_mut().push(step);
    }

    pub(crate) fn into_after(self) -> Vec<After> {
        self.after.into_inner()
    }
}
