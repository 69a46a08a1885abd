//! Create an account.
//!
//! Reached by `domesday account create` and the seeding of the sandbox. Refuses: AccessDenied, Fields, AlreadyExists, Busy.

use super::by_login;
use super::set_password::hashed;
use crate::account::{Actor, Profile};
use crate::context::{Cx, Operation};
use crate::{Engine, Error, audit};
use model::contact::is_email;
use model::domain::RenewalMode;
use model::{Currency, Field, FieldProblem, Money, Need, Refusal};
use store::Tx;
use store::accounts::{self, Account};

/// What a new account is.
#[derive(Clone)]
pub struct NewAccount {
    pub dmapi_login: String,
    pub kv_login: String,
    pub password: String,
    pub email: String,
    pub currency: Currency,
    pub credit: Money,
    /// The CentralNic login of the account above, for a sub-account.
    pub parent: Option<String>,
    pub tier: String,
    pub premium: bool,
    pub profile: Profile,
}

impl Engine {
    /// Makes an account and returns its number. The password is hashed before the transaction.
    pub fn create_account(&self, actor: &Actor, account: NewAccount) -> Result<i64, Error> {
        let hash = hashed(self, &account.password)?;
        self.run(actor, Create { account, hash })
    }
}

/// A new account gets one deletion refunded for each so many registrations begun in a zone and month (DMAPI domain-delete).
const REFUND_EVERY: i64 = 12;

struct Create {
    account: NewAccount,
    hash: String,
}

impl Operation for Create {
    type Done = i64;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<i64, Error> {
        let new = &self.account;
        let (dmapi_login, kv_login) = (new.dmapi_login.trim().to_lowercase(), new.kv_login.trim().to_lowercase());
        let plain =
            |login: &str| (2..=64).contains(&login.len()) && login.bytes().all(|b| b.is_ascii_alphanumeric() || b"@._-+".contains(&b));
        if !plain(&dmapi_login) || !plain(&kv_login) {
            return Err(FieldProblem::malformed(Field::Login, "2 to 64 letters, digits and any of @ . _ - +").into());
        }
        if !is_email(&new.email) {
            return Err(FieldProblem::malformed(Field::Other("email"), "an e-mail address").into());
        }
        if accounts::by_dmapi_login(tx, &dmapi_login)?.is_some() || accounts::by_kv_login(tx, &kv_login)?.is_some() {
            return Err(Refusal::AlreadyExists.into());
        }
        let parent_id = match &new.parent {
            Some(login) => Some(by_login(tx, login)?.id),
            None => None,
        };
        let account = Account {
            id: cx.id(),
            parent_id,
            dmapi_login,
            kv_login,
            email: new.email.clone(),
            password_hash: self.hash.clone(),
            credentials_version: 1,
            active: true,
            currency: new.currency,
            balance_e4: 0,
            held_e4: 0,
            credit_e4: new.credit.amount_e4.max(0),
            low_balance_e4: 0,
            tier: new.tier.clone(),
            renewal_mode: RenewalMode::AutoRenew,
            premium: new.premium,
            transfer_lock: true,
            renew_at_expiry: false,
            refund_every: REFUND_EVERY,
            profile: serde_json::to_string(&new.profile).map_err(|e| crate::error::broken(e.to_string()))?,
            created_at: cx.now,
            login_at: None,
            login_from: String::new(),
            error_at: None,
            error_from: String::new(),
            paid_at: None,
        };
        accounts::insert(tx, &account)?;
        audit::append(tx, cx, audit::Change { verb: "account-create", object: &account.dmapi_login, order_id: None, detail: "" })?;
        Ok(account.id)
    }
}
