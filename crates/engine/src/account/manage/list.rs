//! List accounts.
//!
//! Reached by `domesday account list`. Refuses: AccessDenied.

use crate::Error;
use crate::context::{Cx, Operation};
use model::{Money, Need};
use store::Tx;
use store::accounts::{self, Account};

/// An account in the operator's list.
#[derive(Clone, Debug)]
pub struct AccountLine {
    pub id: i64,
    pub dmapi_login: String,
    pub kv_login: String,
    pub email: String,
    pub active: bool,
    pub balance: Money,
    pub held: Money,
    pub credit: Money,
}

/// Lists accounts after number `after`, at most 1,000.
pub struct List {
    pub after: i64,
}

impl Operation for List {
    type Done = Vec<AccountLine>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Vec<AccountLine>, Error> {
        let line = |a: Account| AccountLine {
            id: a.id,
            balance: Money::new(a.balance_e4, a.currency),
            held: Money::new(a.held_e4, a.currency),
            credit: Money::new(a.credit_e4, a.currency),
            active: a.active,
            dmapi_login: a.dmapi_login,
            kv_login: a.kv_login,
            email: a.email,
        };
        Ok(accounts::list(tx, self.after, 1_000)?.into_iter().map(line).collect())
    }
}
