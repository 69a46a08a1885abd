//! Acknowledge an event: it leaves the list of open ones and stays in history.
//!
//! Reached by CentralNic `DeleteEvent` and `POST /api/v1/events/{id}/acknowledge`. Refuses: EventUnknown.

use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::{Need, Refusal};
use store::{Tx, events};

/// Asks to take an event off the open list.
pub struct Acknowledge {
    pub id: i64,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acknowledged {
    Now,
    /// It was acknowledged before: nothing changed. Whoever repeats a call whose answer was lost is told that it is done.
    Before,
}

impl Operation for Acknowledge {
    type Done = Acknowledged;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Acknowledged, Error> {
        let account = cx.actor.account;
        let told = events::by_id(tx, account, self.id)?.ok_or(Refusal::EventUnknown)?;
        if !events::acknowledge(tx, account, self.id, cx.now)? {
            return Ok(Acknowledged::Before);
        }
        let (id, detail) = (self.id.to_string(), format!("{} {} {}", told.event.class, told.event.subclass, told.event.object));
        audit::append(tx, cx, audit::Change { verb: "event-acknowledge", object: &id, order_id: told.event.order_id, detail: &detail })?;
        Ok(Acknowledged::Now)
    }
}
