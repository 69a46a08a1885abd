//! Set renewals: what becomes of an account's names at the end of their terms.
//!
//! Reached by `domesday renewals`. Refuses: AccessDenied, Fields.

use super::by_login;
use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::domain::RenewalMode;
use model::{Field, FieldProblem, Need};
use store::{Tx, accounts};

/// What becomes of an account's names at the end of their terms, and how many of its deletions are refunded.
pub struct SetRenewals {
    pub login: String,
    /// What [`RenewalMode::Default`] means for its names.
    pub mode: RenewalMode,
    /// Renewed and charged at expiry, rather than at the zone's renewal date.
    pub at_expiry: bool,
    /// One refund for each so many registrations begun in a zone and month; 0 for none.
    pub refund_every: i64,
}

impl Operation for SetRenewals {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    /// Names whose dates move by it are put on the agenda anew.
    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        // A rhythm, or a single renewal, is a name's own.
        let general = [RenewalMode::AutoRenew, RenewalMode::AutoDelete, RenewalMode::AutoExpire];
        if self.refund_every < 0 || !general.contains(&self.mode) {
            return Err(FieldProblem::malformed(Field::Other("renewals"), "AUTORENEW, AUTODELETE or AUTOEXPIRE, and 0 or more").into());
        }
        accounts::set_renewals(tx, account.id, self.mode, self.at_expiry, self.refund_every)?;
        crate::agenda::refresh_all(tx, cx, account.id)?;
        let detail = format!("{}, at expiry: {}, one refund in {}", self.mode.word(), self.at_expiry, self.refund_every);
        audit::append(tx, cx, audit::Change { verb: "account-renewals", object: &account.dmapi_login, order_id: None, detail: &detail })
    }
}
