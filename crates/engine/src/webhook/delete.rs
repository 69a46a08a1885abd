//! Delete a webhook with all that was queued for it; its events stay in the account's list.
//!
//! Reached by `DELETE /api/v1/webhooks/{id}` and `domesday webhook delete`. Refuses: WebhookUnknown.

use super::{find, receiver};
use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::Need;
use store::Tx;
use store::webhooks;

/// Asks for the end of a webhook.
pub struct Delete {
    pub id: i64,
}

impl Operation for Delete {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let (webhook, _) = find(tx, cx, self.id)?;
        webhooks::delete(tx, self.id)?;
        let detail = receiver(&webhook);
        audit::append(tx, cx, audit::Change { verb: "webhook-delete", object: &self.id.to_string(), order_id: None, detail: &detail })
    }
}
