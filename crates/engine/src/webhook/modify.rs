//! Modify a webhook: where it sends, what, and whether it does.
//!
//! Reached by `PATCH /api/v1/webhooks/{id}` and `domesday webhook modify`. Refuses: WebhookUnknown, Fields.

use super::{State, WebhookView, checked_description, checked_patterns, checked_url, find, receiver, view};
use crate::context::{After, Cx, Operation};
use crate::{Error, audit};
use model::{Need, Refusal};
use store::Tx;
use store::webhooks;

/// Asks for changes; what is not given stays.
#[derive(Default)]
pub struct Modify {
    pub id: i64,
    pub url: Option<String>,
    pub description: Option<String>,
    pub events: Option<Vec<String>>,
    pub sub_accounts: Option<bool>,
    /// Stops it, or sets it going again, also after a pause of ours. What was queued before is sent then.
    pub active: Option<bool>,
}

impl Operation for Modify {
    type Done = WebhookView;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<WebhookView, Error> {
        let (mut webhook, mut health) = find(tx, cx, self.id)?;
        let mut problems = Vec::new();
        let before = webhook.clone();
        if let Some(url) = &self.url {
            webhook.url = checked_url(cx, url, &mut problems);
        }
        if let Some(description) = &self.description {
            webhook.description = checked_description(description, &mut problems);
        }
        if let Some(events) = &self.events {
            webhook.events = checked_patterns(events, &mut problems);
        }
        webhook.sub_accounts = self.sub_accounts.unwrap_or(webhook.sub_accounts);
        if !problems.is_empty() {
            return Err(Refusal::Fields(problems).into());
        }
        let was_paused = webhook.state == State::Paused.word();
        match self.active {
            Some(true) => webhook.state = State::Active.word().to_owned(),
            // A pause of ours stays told as one.
            Some(false) if !was_paused => webhook.state = State::Stopped.word().to_owned(),
            Some(false) | None => {}
        }
        if webhook != before {
            webhook.updated_at = cx.now;
            webhooks::update(tx, &webhook)?;
            let detail = format!("{} {} {} sub-accounts {}", receiver(&webhook), webhook.events, webhook.state, webhook.sub_accounts);
            audit::append(tx, cx, audit::Change { verb: "webhook-modify", object: &self.id.to_string(), order_id: None, detail: &detail })?;
        }
        let begins_anew = webhook.url != before.url || (webhook.state != before.state && webhook.state == State::Active.word());
        if begins_anew && health.failures > 0 {
            // Who repaired the receiver need not wait for what the broken one earned.
            health.failures = 0;
            health.failing_since_at = None;
            health.hold_until_at = cx.real_now;
            webhooks::ill(tx, self.id, &health)?;
        }
        cx.after(After::Webhook);
        view((webhook, health))
    }
}
