//! Look up one order, and put one away.
//!
//! Reached by DMAPI `result-retrieve` and `result-delete`. Refuses: OrderUnknown, StatusForbids.

use super::{OrderView, view};
use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::{Need, Refusal};
use store::Tx;
use store::orders::{self, Order};

/// By what an order is named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderKey {
    Id(i64),
    Tracking(String),
}

fn find(tx: &mut Tx<'_>, account: i64, key: &OrderKey) -> Result<Order, Error> {
    let found = match key {
        OrderKey::Id(id) => orders::by_id(tx, *id)?.filter(|o| o.account_id == account),
        OrderKey::Tracking(id) => orders::by_tracking_id(tx, account, &id.to_ascii_lowercase())?,
    };
    found.ok_or_else(|| Refusal::OrderUnknown.into())
}

/// Details are told for so long after the end of an order, its outcome for ever (dmapi.md 3).
const DETAILS_DAYS: i64 = 90;

/// Asks for an order.
pub struct Retrieve {
    pub by: OrderKey,
}

impl Operation for Retrieve {
    type Done = OrderView;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<OrderView, Error> {
        let mut order = view(find(tx, cx.actor.account, &self.by)?);
        if order.decided.is_some_and(|at| at.plus_days(DETAILS_DAYS) <= cx.now) {
            order.spent = true;
            order.message.clear();
            order.result.clear();
        }
        // An order remembers of a code only its digest; the code itself is shown while it is the one in force.
        if let Some(at) = order.result.iter().position(|(key, _)| key == "auth-digest") {
            let (_, known) = order.result.remove(at);
            if let Some(code) = crate::transfer::reveal(tx, cx, cx.actor.account, &order.object, &known)? {
                order.result.push(("auth-info".to_owned(), code));
            }
        }
        Ok(order)
    }
}

/// Takes a decided order out of the list and drops its details; its outcome stays known (DMAPI result-delete).
pub struct Hide {
    pub by: OrderKey,
}

impl Operation for Hide {
    type Done = OrderView;
    const NEED: Need = Need::Read;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<OrderView, Error> {
        let order = find(tx, cx.actor.account, &self.by)?;
        if order.state.is_open() {
            return Err(Refusal::StatusForbids { status: "pending".to_owned() }.into());
        }
        if orders::hide(tx, order.id, cx.now)? {
            audit::append(tx, cx, audit::Change { verb: "result-delete", object: &order.object, order_id: Some(order.id), detail: "" })?;
        }
        Ok(view(Order { hidden_at: Some(cx.now), ..order }))
    }
}
