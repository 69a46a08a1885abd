//! One event with all its data, and the order that it belongs to.
//!
//! Reached by CentralNic `StatusEvent`. Refuses: EventUnknown.

use super::{EventOrder, EventView, view};
use crate::Error;
use crate::context::{Cx, Operation};
use model::{Need, Refusal};
use store::{Tx, events, orders};

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
        let told = events::by_id(tx, cx.actor.account, self.id)?;
        let told = told.filter(|t| self.acknowledged || t.event.acknowledged_at.is_none()).ok_or(Refusal::EventUnknown)?;
        let order = match told.event.order_id {
            Some(id) => orders::by_id(tx, id)?.filter(|order| order.account_id == cx.actor.account),
            None => None,
        };
        let order = order.map(|o| EventOrder { id: o.id, tracking_id: o.tracking_id, client_id: o.client_id });
        Ok(EventView { order, ..view(told)? })
    }
}
