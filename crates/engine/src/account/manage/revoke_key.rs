//! Revoke the keys of an account that bear a label.
//!
//! Reached by `domesday key revoke`. Refuses: AccessDenied, Fields.

use super::by_login;
use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::Need;
use store::{Tx, accounts};

/// Revokes the keys of a label, and with them the sessions that they opened; returns how many keys.
pub struct RevokeKey {
    pub login: String,
    pub label: String,
}

impl Operation for RevokeKey {
    type Done = u64;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<u64, Error> {
        let account = by_login(tx, &self.login)?;
        let revoked = accounts::revoke_key(tx, account.id, &self.label, cx.now)?;
        audit::append(tx, cx, audit::Change { verb: "key-revoke", object: &account.dmapi_login, order_id: None, detail: &self.label })?;
        Ok(revoked)
    }
}
