//! What became of the deliveries of a webhook, those of the highest event number first.
//!
//! Reached by `GET /api/v1/webhooks/{id}/deliveries` and `domesday webhook deliveries`. Refuses: WebhookUnknown.

use super::find;
use crate::context::{Cx, Operation};
use crate::{Error, event};
use model::{Need, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::events::Told;
use store::webhooks::{self, Delivery};

/// A page holds so many at most.
pub const PAGE_MAX: i64 = 500;

/// Which deliveries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeliveryFilter {
    All,
    Queued,
    Delivered,
    Failed,
}

impl DeliveryFilter {
    /// By the words of the JSON API; `all` is not among them, since it is what is meant by none.
    pub fn from_word(word: &str) -> Option<DeliveryFilter> {
        [DeliveryFilter::Queued, DeliveryFilter::Delivered, DeliveryFilter::Failed].into_iter().find(|f| f.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            DeliveryFilter::All => "",
            DeliveryFilter::Queued => "queued",
            DeliveryFilter::Delivered => "delivered",
            DeliveryFilter::Failed => "failed",
        }
    }
}

/// Asks for a page.
pub struct Deliveries {
    pub webhook: i64,
    pub filter: DeliveryFilter,
    /// Only events of a number below this one.
    pub before: Option<i64>,
    pub limit: i64,
}

/// One attempt, as it is kept with its delivery.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LoggedAttempt {
    /// Real clock, microseconds.
    pub at_micros: i64,
    /// The answer's status; 0 if there was none.
    pub status: i64,
    pub reason: String,
    pub millis: i64,
}

/// A delivery as its account sees it. Instants are of the real clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryView {
    pub event: i64,
    pub kind: String,
    pub object: String,
    /// `queued`, `delivered` or `failed`.
    pub state: String,
    pub attempts: i64,
    /// When it will be tried, if it is queued.
    pub next: Option<Timestamp>,
    pub status: i64,
    pub reason: String,
    pub done: Option<Timestamp>,
    /// The last attempts, oldest first.
    pub log: Vec<LoggedAttempt>,
}

/// A page of deliveries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryPage {
    pub rows: Vec<DeliveryView>,
    /// What to give as `before` for the page after this one; none after the last.
    pub next: Option<i64>,
}

fn view((d, told): (Delivery, Told)) -> Result<DeliveryView, Error> {
    let log = serde_json::from_str(&d.log).map_err(|e| store::Fault::corrupt(format_args!("a delivery's log: {e}")))?;
    Ok(DeliveryView {
        event: d.event_id,
        kind: event::kind(&told.event.class, &told.event.subclass),
        object: told.event.object,
        next: (d.state == "queued").then_some(d.next_at),
        state: d.state,
        attempts: d.attempts,
        status: d.status,
        reason: d.reason,
        done: d.done_at,
        log,
    })
}

impl Operation for Deliveries {
    type Done = DeliveryPage;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<DeliveryPage, Error> {
        find(tx, cx, self.webhook)?;
        let limit = self.limit.clamp(1, PAGE_MAX);
        let rows = webhooks::deliveries(tx, self.webhook, self.before.unwrap_or(i64::MAX), self.filter.word(), limit)?;
        let full = rows.len() as i64 == limit;
        let rows: Vec<DeliveryView> = rows.into_iter().map(view).collect::<Result<_, _>>()?;
        Ok(DeliveryPage { next: rows.last().map(|d| d.event).filter(|_| full), rows })
    }
}
