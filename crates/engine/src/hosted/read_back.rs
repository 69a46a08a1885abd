//! How an account reads texts of its zones back: as they are, or padded as Joker's service gave them back until 2020.
//!
//! Reached by `domesday account option`. Refuses: AccessDenied, AccountUnknown.
//!
//! An old module for WHMCS cuts off what that service put around texts, so that it loses characters of clean ones (dmapi.md 9.2).

use crate::context::{Cx, Operation};
use crate::{Error, account, audit};
use model::Need;
use model::hosted::{Data, Record, Text};
use store::{Tx, accounts};

const PADDED: &str = "zone-texts-padded";

pub(super) fn padded(tx: &mut Tx<'_>, account_id: i64) -> Result<bool, Error> {
    Ok(accounts::option(tx, account_id, PADDED)?.as_deref() == Some("1"))
}

/// Takes the blank off again that a padded text has at its end, for clients that write back what they read.
pub(super) fn unpadded(record: Record) -> Record {
    let Data::Txt(text) = &record.data else { return record };
    match text.as_str().strip_suffix(' ').map(Text::parse) {
        Some(Ok(text)) => Record { data: Data::Txt(text), ..record },
        Some(Err(_)) | None => record,
    }
}

/// Shows whether an account reads texts padded; staff only.
#[derive(Clone, Debug)]
pub struct ShowPaddedTexts {
    /// Either login.
    pub login: String,
}

impl Operation for ShowPaddedTexts {
    type Done = bool;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<bool, Error> {
        let account = account::manage::by_login(tx, &self.login)?;
        padded(tx, account.id)
    }
}

/// Sets whether an account reads texts padded; staff only.
#[derive(Clone, Debug)]
pub struct SetPaddedTexts {
    /// Either login.
    pub login: String,
    pub on: bool,
}

impl Operation for SetPaddedTexts {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = account::manage::by_login(tx, &self.login)?;
        accounts::set_option(tx, account.id, PADDED, self.on.then_some("1"))?;
        let detail = format!("account {}: texts of zones are read {}", account.id, if self.on { "padded" } else { "as they are" });
        audit::append(tx, cx, audit::Change { verb: "account-option", object: "hosted-zones", order_id: None, detail: &detail })
    }
}
