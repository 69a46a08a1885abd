//! Orders seen from outside: opened, listed, looked up, put away; and how they end.

mod lines;
mod list;
mod open;
mod retrieve;
mod settle;
mod wait;

pub use lines::{CountLines, LinePlace, Lines, ResultLine};
pub use list::{List, OrderFilter};
pub use retrieve::{Hide, OrderKey, Retrieve};

pub(crate) use open::{
    Finished, Intent, NewOrder, Wanted, finished, finished_with, join, join_object, open, open_object, open_until, open_waiting,
};
pub(crate) use settle::{Known, Settlement, conclude, fail, lost, settle, succeed};

pub use model::order::OrderStanding;

use model::order::OrderKind;
use model::{Channel, Money, Timestamp};
use store::orders::Order;

/// The ids of an order: `Proc-ID` and `Tracking-Id` of DMAPI.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderRef {
    pub id: i64,
    pub tracking_id: String,
}

/// An order as its account sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderView {
    pub id: i64,
    pub tracking_id: String,
    pub kind: OrderKind,
    /// A domain or handle.
    pub object: String,
    pub standing: OrderStanding,
    /// The outcome in words; what is known so far while it is pending.
    pub message: String,
    pub price: Money,
    /// Empty if none was given.
    pub client_id: String,
    pub channel: Channel,
    pub accepted: Timestamp,
    pub decided: Option<Timestamp>,
    /// Put away by its owner: only its outcome is still known.
    pub hidden: bool,
    /// Its details are not told any more: it was put away, or was decided too long ago.
    pub spent: bool,
    /// What the outcome brought, such as `expires` or `roid`.
    pub result: Vec<(String, String)>,
}

pub(crate) fn view(o: Order) -> OrderView {
    OrderView {
        id: o.id,
        tracking_id: o.tracking_id,
        kind: o.kind,
        object: o.object,
        standing: o.state.standing(),
        message: o.message,
        price: o.price,
        client_id: o.client_id,
        channel: o.channel,
        accepted: o.accepted_at,
        decided: o.decided_at,
        hidden: o.hidden_at.is_some(),
        spent: o.hidden_at.is_some(),
        result: serde_json::from_str(&o.result).unwrap_or_default(),
    }
}
