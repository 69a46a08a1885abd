//! Defaults of the account that it sets itself: whether its names renew by themselves.
//!
//! Reached by DMAPI `user-get-property`, `user-set-property`. Refuses: NotYours, AccessDenied, NotSupported.

use crate::context::{Cx, Operation};
use crate::{Error, agenda, audit};
use model::domain::RenewalMode;
use model::{Need, Refusal};
use store::{Tx, accounts, domains};

/// Dates of so many names are written anew in one go at most; a larger portfolio's default is staff's business, at a quiet hour.
const NAMES_MAX: i64 = 20_000;

/// Asks whether names renew by themselves unless they were set otherwise.
pub struct Autorenews {
    /// The account that is meant, where the caller says it: the actor's own, or none of its business.
    pub account: Option<i64>,
}

/// Says whether they do.
pub struct SetAutorenews {
    pub account: Option<i64>,
    pub on: bool,
}

fn own(cx: &Cx<'_>, account: Option<i64>) -> Result<(), Refusal> {
    if account.is_none_or(|account| account == cx.actor.account) { Ok(()) } else { Err(Refusal::NotYours) }
}

impl Operation for Autorenews {
    type Done = bool;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<bool, Error> {
        own(cx, self.account)?;
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        Ok(RenewalMode::Default.renews(account.renewal_mode))
    }
}

impl Operation for SetAutorenews {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        own(cx, self.account)?;
        // A renewal costs: who may not spend may not have names renewed.
        if self.on && !cx.actor.access().allows(Need::Spend) {
            return Err(Refusal::AccessDenied { access: cx.actor.access() }.into());
        }
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        if RenewalMode::Default.renews(account.renewal_mode) == self.on {
            return Ok(());
        }
        if domains::count(tx, account.id)? > NAMES_MAX {
            let what = format!("changing the default of more than {NAMES_MAX} domains at once, please ask the support");
            return Err(Refusal::NotSupported { what }.into());
        }
        let mode = if self.on { RenewalMode::AutoRenew } else { RenewalMode::AutoDelete };
        accounts::set_renewals(tx, account.id, mode, account.renew_at_expiry, account.refund_every)?;
        agenda::refresh_all(tx, cx, account.id)?;
        audit::append(tx, cx, audit::Change { verb: "account-renewals", object: &account.dmapi_login, order_id: None, detail: mode.word() })
    }
}
