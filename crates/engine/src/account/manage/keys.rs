//! List the keys of an account.
//!
//! Reached by `domesday key list`. Refuses: AccessDenied, Fields.

use super::by_login;
use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use store::Tx;
use store::accounts::{self, KeyView};

/// Lists an account's keys, without their secrets.
pub struct Keys {
    pub login: String,
}

impl Operation for Keys {
    type Done = Vec<KeyView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Vec<KeyView>, Error> {
        let account = by_login(tx, &self.login)?;
        Ok(accounts::keys(tx, account.id)?)
    }
}
