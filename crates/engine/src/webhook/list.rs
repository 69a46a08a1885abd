//! The account's webhooks, and one of them.
//!
//! Reached by `GET /api/v1/webhooks`, `GET /api/v1/webhooks/{id}` and `domesday webhook list`. Refuses: WebhookUnknown.

use super::{WEBHOOKS_MAX, WebhookView, find, view};
use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use store::{Tx, webhooks};

/// Asks for all webhooks of the account, oldest first.
pub struct List;

impl Operation for List {
    type Done = Vec<WebhookView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<WebhookView>, Error> {
        webhooks::list(tx, cx.actor.account, WEBHOOKS_MAX as i64)?.into_iter().map(view).collect()
    }
}

/// Asks for one.
pub struct Info {
    pub id: i64,
}

impl Operation for Info {
    type Done = WebhookView;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<WebhookView, Error> {
        view(find(tx, cx, self.id)?)
    }
}
