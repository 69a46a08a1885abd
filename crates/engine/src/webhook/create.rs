//! Create a webhook: its secret is made here and shown once.
//!
//! Reached by `POST /api/v1/webhooks` and `domesday webhook create`. Refuses: Fields, NotSupported.

use super::{State, WEBHOOKS_MAX, WebhookView, checked_description, checked_patterns, checked_url, receiver, seal, secret, view};
use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::{Need, Refusal};
use store::Tx;
use store::webhooks::{self, Webhook};

/// Asks for a webhook.
pub struct Create {
    pub url: String,
    pub description: String,
    /// Patterns over kinds of events; none for every event.
    pub events: Vec<String>,
    /// Events of the account's sub-accounts, too.
    pub sub_accounts: bool,
}

/// A webhook that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Created {
    pub webhook: WebhookView,
    /// `whsec_` and base64, as receivers' libraries take it. What is kept of it is sealed and never shown.
    pub secret: String,
}

impl Operation for Create {
    type Done = Created;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Created, Error> {
        let mut problems = Vec::new();
        let url = checked_url(cx, &self.url, &mut problems);
        let description = checked_description(&self.description, &mut problems);
        let events = checked_patterns(&self.events, &mut problems);
        if !problems.is_empty() {
            return Err(Refusal::Fields(problems).into());
        }
        let present = webhooks::list(tx, cx.actor.account, WEBHOOKS_MAX as i64)?;
        if present.len() >= WEBHOOKS_MAX {
            return Err(Refusal::NotSupported { what: format!("more than {WEBHOOKS_MAX} webhooks in an account") }.into());
        }
        let (id, secret) = (cx.id(), secret::made(&|b| cx.random(b)));
        let webhook = Webhook {
            id,
            account_id: cx.actor.account,
            url,
            description,
            events,
            secret: seal(cx, id, &secret)?,
            old_secret: String::new(),
            old_secret_until_at: None,
            state: State::Active.word().to_owned(),
            created_at: cx.now,
            updated_at: cx.now,
            sub_accounts: self.sub_accounts,
        };
        webhooks::insert(tx, &webhook)?;
        let detail = format!("{} {}", receiver(&webhook), webhook.events);
        audit::append(tx, cx, audit::Change { verb: "webhook-create", object: &id.to_string(), order_id: None, detail: &detail })?;
        let stored = webhooks::by_id(tx, id)?.ok_or_else(|| crate::error::broken("a webhook is gone while it is made"))?;
        Ok(Created { webhook: view(stored)?, secret })
    }
}
