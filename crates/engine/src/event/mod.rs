//! Events as an account reads them: listed, looked at, acknowledged. They are written with the change that they tell of.

mod acknowledge;
mod info;
mod kinds;
mod list;
mod page;

pub use acknowledge::{Acknowledge, Acknowledged};
pub use info::Info;
pub use kinds::{KINDS, Kind};
pub use list::{List, Marked, SortBy};
pub use page::{EventPage, PageOf, Place};

use crate::Error;
use model::{Refusal, Timestamp};
use store::events::{self, Told};
use store::{Tx, orders};

/// One event as its account sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventView {
    pub id: i64,
    pub at: Timestamp,
    /// What kind of object it happened to, and to what end: `DOMAIN_RENEWAL`, `RENEWAL_SUCCESSFUL`.
    pub class: String,
    pub subclass: String,
    /// The domain's name or the contact's short handle.
    pub object: String,
    pub data: Vec<(String, String)>,
    /// The order that it belongs to.
    pub order: Option<EventOrder>,
    /// CentralNic login of the account that it was told to.
    pub login: String,
    pub acknowledged: Option<Timestamp>,
}

/// The order that an event belongs to, as its owner knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventOrder {
    pub id: i64,
    pub tracking_id: String,
    /// The caller's own number for it; may be empty.
    pub client_id: String,
}

fn view(told: Told) -> Result<EventView, Error> {
    let e = told.event;
    Ok(EventView {
        id: e.id,
        at: e.at,
        class: e.class,
        subclass: e.subclass,
        object: e.object,
        data: serde_json::from_str(&e.data).map_err(|error| store::Fault::corrupt(format_args!("an event's data: {error}")))?,
        order: None,
        login: told.login,
        acknowledged: e.acknowledged_at,
    })
}

/// The kind of an event in one word: class and subclass in lower case, joined by a full stop, such as `domain_renewal.renewal_successful`.
pub fn kind(class: &str, subclass: &str) -> String {
    format!("{}.{}", class.to_ascii_lowercase(), subclass.to_ascii_lowercase())
}

impl EventView {
    /// The kind of the event, by which webhooks choose.
    pub fn kind(&self) -> String {
        kind(&self.class, &self.subclass)
    }

    /// What the JSON API and webhooks show of it. Numbers are texts: some readers of JSON know no integers of 64 bits. Where it was acknowledged is
    /// not in it, so that it never changes.
    pub fn json(&self) -> serde_json::Value {
        let mut values = serde_json::Map::new();
        for (key, value) in &self.data {
            values.insert(key.clone(), value.clone().into());
        }
        let order = self
            .order
            .as_ref()
            .map(|o| serde_json::json!({ "id": o.id.to_string(), "tracking_id": o.tracking_id, "client_id": o.client_id }));
        serde_json::json!({
            "id": self.id.to_string(),
            "type": self.kind(),
            "at": self.at.rfc3339(),
            "account": self.login,
            "class": self.class,
            "subclass": self.subclass,
            "object": self.object,
            "order": order,
            "values": values,
        })
    }
}

/// An event of an account with its order, acknowledged or not.
pub(crate) fn with_order(tx: &mut Tx<'_>, account: i64, id: i64) -> Result<EventView, Error> {
    let told = events::by_id(tx, account, id)?.ok_or(Refusal::EventUnknown)?;
    let order = match told.event.order_id {
        Some(order) => orders::by_id(tx, order)?.filter(|order| order.account_id == account),
        None => None,
    };
    let order = order.map(|o| EventOrder { id: o.id, tracking_id: o.tracking_id, client_id: o.client_id });
    Ok(EventView { order, ..view(told)? })
}
