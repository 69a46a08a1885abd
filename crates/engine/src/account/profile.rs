//! Profile: the account's money, names and counts.
//!
//! Reached by DMAPI `login`, `query-profile` and the `Account-Balance` header, CentralNic `StatusAccount`.

use crate::Error;
use crate::context::{Cx, Operation};
use model::{Currency, Money, Need, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Tx, accounts, domains};

/// Names and address of the account's holder.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    pub first_name: String,
    pub last_name: String,
    pub organization: String,
    pub street: Vec<String>,
    pub city: String,
    pub state: String,
    pub postal_code: String,
    pub country: String,
    pub phone: String,
    pub fax: String,
    pub vat_id: String,
    pub url: String,
    /// The language of mails to the account, such as `de`; English if empty.
    pub language: String,
    /// What the reseller says of itself in WHOIS, four lines at most.
    pub whois_lines: Vec<String>,
}

impl Profile {
    /// Reads what the store keeps.
    pub(crate) fn parse(json: &str) -> Result<Profile, store::Fault> {
        serde_json::from_str(json).map_err(|e| store::Fault::corrupt(format_args!("an account's profile: {e}")))
    }
}

/// The account as its holder sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProfileView {
    pub account: i64,
    pub dmapi_login: String,
    pub kv_login: String,
    pub email: String,
    pub profile: Profile,
    pub currency: Currency,
    /// Posted balance.
    pub balance: Money,
    /// Reserved for open orders.
    pub held: Money,
    /// What can still be spent: balance less holds plus credit.
    pub available: Money,
    pub credit: Money,
    pub low_balance: Money,
    pub created: Timestamp,
    /// When money was last received.
    pub paid_at: Option<Timestamp>,
    pub login_at: Option<Timestamp>,
    pub login_from: String,
    pub domains: i64,
    pub autorenewing: i64,
    /// Addresses from which the availability daemon may be asked.
    pub availability_from: Vec<String>,
}

/// Asks for the actor's own profile.
pub struct Show;

impl Operation for Show {
    type Done = ProfileView;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<ProfileView, Error> {
        let a = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let money = |amount_e4| Money::new(amount_e4, a.currency);
        let available = a.balance_e4.saturating_sub(a.held_e4).saturating_add(a.credit_e4);
        Ok(ProfileView {
            account: a.id,
            profile: Profile::parse(&a.profile)?,
            currency: a.currency,
            balance: money(a.balance_e4),
            held: money(a.held_e4),
            available: money(available),
            credit: money(a.credit_e4),
            low_balance: money(a.low_balance_e4),
            created: a.created_at,
            paid_at: a.paid_at,
            login_at: a.login_at,
            login_from: a.login_from.clone(),
            availability_from: accounts::availability_addresses(tx, a.id)?,
            domains: domains::count(tx, a.id)?,
            autorenewing: domains::count_autorenew(tx, a.id)?,
            dmapi_login: a.dmapi_login,
            kv_login: a.kv_login,
            email: a.email,
        })
    }
}

/// Asks for the money alone: what a header shows on every reply.
pub struct Balance;

impl Operation for Balance {
    /// Posted balance and what is held of it.
    type Done = (Money, Money);
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(Money, Money), Error> {
        let a = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        Ok((Money::new(a.balance_e4, a.currency), Money::new(a.held_e4, a.currency)))
    }
}
