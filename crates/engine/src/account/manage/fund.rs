//! Fund: books a deposit or a payout.
//!
//! Reached by `domesday fund` and the seeding of the sandbox. Refuses: AccessDenied, Fields, FundsShort.

use super::by_login;
use crate::context::{Cx, Operation};
use crate::{Error, audit, ledger};
use model::{Money, Need};
use store::Tx;

/// Books a deposit (or, negative, a payout) in the account's currency.
pub struct Fund {
    pub login: String,
    pub amount_e4: i64,
    pub memo: String,
}

impl Operation for Fund {
    /// The new balance.
    type Done = Money;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Money, Error> {
        let account = by_login(tx, &self.login)?;
        let amount = Money::new(self.amount_e4, account.currency);
        ledger::deposit(tx, cx, &account, amount, &self.memo)?;
        let detail = format!("{amount} {}", self.memo);
        audit::append(tx, cx, audit::Change { verb: "deposit", object: &account.dmapi_login, order_id: None, detail: &detail })?;
        let balance_e4 = account.balance_e4.checked_add(self.amount_e4).ok_or_else(|| crate::error::broken("a balance overflows"))?;
        Ok(Money::new(balance_e4, account.currency))
    }
}
