//! Open or close an account.
//!
//! Reached by `domesday account open` and `close`. Refuses: AccessDenied, Fields.

use super::by_login;
use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::Need;
use store::{Tx, accounts};

/// Opens or closes an account; a closed one can do nothing, and its sessions are over.
pub struct SetActive {
    pub login: String,
    pub active: bool,
}

impl Operation for SetActive {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        accounts::set_state(tx, account.id, self.active)?;
        accounts::end_sessions(tx, account.id)?;
        let verb = if self.active { "account-open" } else { "account-close" };
        audit::append(tx, cx, audit::Change { verb, object: &account.dmapi_login, order_id: None, detail: "" })
    }
}
