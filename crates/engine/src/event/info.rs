//! One event with all its data, and the order that it belongs to.
//!
//! Reached by CentralNic `StatusEvent` and `GET /api/v1/events/{id}`. Refuses: EventUnknown.

use super::{EventView, with_order};
use crate::Error;
use crate::context::{Cx, Operation};
use model::{Need, Refusal};
use store::Tx;

/// Asks for an event of the account.
pub struct Info {
    pub id: i64,
    /// Even if it was acknowledged.
    pub acknowledged: bool,
}

impl Operation for Info {
    type Done = EventView;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<EventView, Error> {
        let found = with_order(tx, cx.actor.account, self.id)?;
        if found.acknowledged.is_some() && !self.acknowledged {
            return Err(Refusal::EventUnknown.into());
        }
        Ok(found)
    }
}
