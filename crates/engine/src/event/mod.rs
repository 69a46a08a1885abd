//! Events as an account reads them: listed, looked at, acknowledged. They are written with the change that they tell of.

mod acknowledge;
mod info;
mod list;

pub use acknowledge::{Acknowledge, Acknowledged};
pub use info::Info;
pub use list::{List, Marked, SortBy};

use crate::Error;
use model::Timestamp;
use store::events::Told;

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
