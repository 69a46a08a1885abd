//! Give a webhook a new secret; the one before signs too for a while, so that no delivery is lost to the change.
//!
//! Reached by `POST /api/v1/webhooks/{id}/secret` and `domesday webhook rotate`. Refuses: WebhookUnknown, Fields.

use super::{WebhookView, find, seal, secret, view};
use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::{Field, FieldProblem, Need, Problem, Timestamp};
use store::Tx;
use store::webhooks;

/// The old secret signs for so many hours where nothing else is asked for.
pub(super) const OLD_HOURS: i64 = 24;
const OLD_HOURS_MAX: i64 = 7 * 24;

/// Asks for a new secret.
pub struct Rotate {
    pub id: i64,
    /// How long the present secret signs beside the new one, 0 to 168 hours of the real clock; 24 if not given. 0 is for a secret that leaked.
    pub old_hours: Option<i64>,
}

/// A webhook with its new secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotated {
    pub webhook: WebhookView,
    pub secret: String,
}

impl Operation for Rotate {
    type Done = Rotated;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Rotated, Error> {
        let hours = self.old_hours.unwrap_or(OLD_HOURS);
        if !(0..=OLD_HOURS_MAX).contains(&hours) {
            let expected = format!("0 to {OLD_HOURS_MAX} hours");
            return Err(FieldProblem::new(Field::Other("old_hours"), Problem::OutOfRange { expected }).into());
        }
        let (mut webhook, health) = find(tx, cx, self.id)?;
        let made = secret::made(&|b| cx.random(b));
        let old = std::mem::replace(&mut webhook.secret, seal(cx, self.id, &made)?);
        let until: Option<Timestamp> = (hours > 0).then(|| cx.real_now.plus_seconds(hours * 3_600));
        webhook.old_secret = if until.is_some() { old } else { String::new() };
        webhook.old_secret_until_at = until;
        webhook.updated_at = cx.now;
        webhooks::update(tx, &webhook)?;
        let detail = format!("the old one signs for {hours} hours");
        audit::append(tx, cx, audit::Change { verb: "webhook-secret", object: &self.id.to_string(), order_id: None, detail: &detail })?;
        Ok(Rotated { webhook: view((webhook, health))?, secret: made })
    }
}
