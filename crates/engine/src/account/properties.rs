//! Properties: what an account sets for all its names, several at once or none.
//!
//! Reached by CentralNic `SetProperty`. Refuses: Fields, AccessDenied.

use crate::context::{Cx, Operation};
use crate::owner_change::SetOptions;
use crate::{Error, audit};
use model::{Need, Refusal};
use store::{Tx, accounts};

/// Changes properties of the actor's account; what is not named stays.
#[derive(Clone, Default, Debug)]
pub struct SetProperties {
    /// Whether names that are registered or transferred in are locked at once, and unlocked ones again after a while.
    pub transfer_lock: Option<bool>,
    /// How its changes of owner go.
    pub owner_change: Option<SetOptions>,
}

impl Operation for SetProperties {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        if let Some(options) = &self.owner_change {
            options.run(tx, cx)?;
        }
        let Some(locked) = self.transfer_lock else { return Ok(()) };
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        accounts::set_transfer_lock(tx, account.id, locked)?;
        let detail = format!("names are locked at once: {} before, {locked} now", account.transfer_lock);
        audit::append(tx, cx, audit::Change { verb: "account-property", object: &account.dmapi_login, order_id: None, detail: &detail })
    }
}
