//! Milestones tell places in long lists, and how much there is of what, whatever came and went.

mod names;
mod results;

use model::domain::RenewalMode;
use model::{Currency, Timestamp};
use store::{Fault, Tx, accounts, contacts};

/// An account with a contact, whose number is a hundred above its own.
fn account(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    let at = Timestamp::from_micros(0);
    let text = |what: &str| format!("{what}{id}");
    let account = accounts::Account {
        id,
        parent_id: None,
        dmapi_login: text("d"),
        kv_login: text("k"),
        email: text("e"),
        password_hash: String::new(),
        credentials_version: 1,
        active: true,
        currency: Currency::USD,
        balance_e4: 0,
        held_e4: 0,
        credit_e4: 0,
        low_balance_e4: 0,
        tier: String::new(),
        renewal_mode: RenewalMode::AutoRenew,
        premium: false,
        transfer_lock: false,
        renew_at_expiry: false,
        refund_every: 0,
        profile: "{}".to_owned(),
        created_at: at,
        login_at: None,
        login_from: String::new(),
        error_at: None,
        error_from: String::new(),
        paid_at: None,
    };
    accounts::insert(tx, &account)?;
    let contact = contacts::Contact {
        id: id + 100,
        account_id: id,
        handle: text("h"),
        short_handle: text("s"),
        family: String::new(),
        name: String::new(),
        organization: String::new(),
        email: String::new(),
        country: String::new(),
        data: "{}".to_owned(),
        digest: String::new(),
        version: 1,
        validated: true,
        auto_delete: false,
        created_at: at,
        updated_at: at,
    };
    contacts::insert(tx, &contact)
}
