//! Replay: one event, or all since an instant, are queued for a webhook once more, under the same numbers.
//!
//! Reached by `POST /api/v1/webhooks/{id}/replay` and `domesday webhook replay`. Refuses: WebhookUnknown, EventUnknown.

use super::{OWN_CLASS, find, listens, patterns};
use crate::context::{After, Cx, Operation};
use crate::event::{self, Place};
use crate::{Error, audit};
use model::{Need, Refusal};
use store::webhooks::{self, Webhook};
use store::{Tx, events};

/// One call looks at so many events at most, in steps of so many.
const LOOKED_AT_MAX: usize = 5_000;
const STEP: i64 = 1_000;

/// What to send once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// This event, whatever the patterns say.
    Event(i64),
    /// All that the patterns name after this place.
    After(Place),
}

/// Asks for it.
pub struct Replay {
    pub webhook: i64,
    pub what: What,
}

/// What was queued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replayed {
    pub queued: i64,
    /// Where the next call should go on, if there is more.
    pub next: Option<Place>,
}

impl Operation for Replay {
    type Done = Replayed;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Replayed, Error> {
        let (webhook, _) = find(tx, cx, self.webhook)?;
        let done = match self.what {
            What::Event(id) => {
                let told = events::by_id_or_below(tx, cx.actor.account, webhook.sub_accounts, id)?;
                told.filter(|t| t.event.class != OWN_CLASS).ok_or(Refusal::EventUnknown)?;
                webhooks::enqueue(tx, webhook.id, id, cx.real_now)?;
                Replayed { queued: 1, next: None }
            }
            What::After(place) => self.all_after(tx, cx, &webhook, place)?,
        };
        let detail = format!("{:?}: {} queued", self.what, done.queued);
        audit::append(tx, cx, audit::Change { verb: "webhook-replay", object: &webhook.id.to_string(), order_id: None, detail: &detail })?;
        cx.after(After::Webhook);
        Ok(done)
    }
}

impl Replay {
    fn all_after(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, webhook: &Webhook, mut place: Place) -> Result<Replayed, Error> {
        let patterns = patterns(&webhook.events)?;
        let after = |tx: &mut Tx<'_>, place: Place, limit: i64| {
            events::after_with_below(tx, cx.actor.account, webhook.sub_accounts, (place.at, place.id), limit)
        };
        let (mut queued, mut looked_at) = (0, 0);
        while looked_at < LOOKED_AT_MAX {
            let step = after(tx, place, STEP)?;
            looked_at += step.len();
            for told in &step {
                let e = &told.event;
                if e.class != OWN_CLASS && listens(&patterns, &event::kind(&e.class, &e.subclass)) {
                    webhooks::enqueue(tx, self.webhook, e.id, cx.real_now)?;
                    queued += 1;
                }
            }
            match step.last() {
                Some(last) => place = Place { at: last.event.at, id: last.event.id },
                None => return Ok(Replayed { queued, next: None }),
            }
        }
        let more = !after(tx, place, 1)?.is_empty();
        Ok(Replayed { queued, next: more.then_some(place) })
    }
}
