//! Management of accounts by staff: making them, keys, deposits, prices.
//!
//! Reached by the command line (`domesday account|key|fund|price`) and the seeding of the sandbox.
//! Refuses: Fields, AlreadyExists, FundsShort, AccessDenied to all who are not staff.

use super::{Actor, Profile};
use crate::context::{Cx, Operation};
use crate::secret::digest;
use crate::{Engine, Error, audit, ledger};
use model::contact::is_email;
use model::domain::RenewalMode;
use model::policy::Item;
use model::{Access, Channel, Currency, Field, FieldProblem, Money, Months, Need, Network, Problem, Refusal, Timestamp};
use std::net::IpAddr;
use store::accounts::{self, Account, KeyInForce, KeyView};
use store::settings::PriceRow;
use store::{Tx, settings};

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

/// NIST SP 800-63B-4: at least 8 characters; no rule on their kinds.
const PASSWORD_MIN: usize = 8;
const PASSWORD_MAX: usize = 256;

impl Engine {
    /// Makes an account and returns its number. The password is hashed before the transaction.
    pub fn create_account(&self, actor: &Actor, account: NewAccount) -> Result<i64, Error> {
        let length = account.password.chars().count();
        if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
            let expected = format!("{PASSWORD_MIN} to {PASSWORD_MAX} characters");
            return Err(FieldProblem::new(Field::Password, Problem::OutOfRange { expected }).into());
        }
        let mut salt = [0_u8; 16];
        (self.inner.world.entropy)(&mut salt);
        let hash = self.inner.gate.hash(&account.password, &salt).ok_or(Refusal::Busy)?;
        self.run(actor, Create { account, hash })
    }

    /// Gives an account a new password and ends its sessions.
    pub fn set_password(&self, actor: &Actor, login: &str, password: &str) -> Result<(), Error> {
        let length = password.chars().count();
        if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
            let expected = format!("{PASSWORD_MIN} to {PASSWORD_MAX} characters");
            return Err(FieldProblem::new(Field::Password, Problem::OutOfRange { expected }).into());
        }
        let mut salt = [0_u8; 16];
        (self.inner.world.entropy)(&mut salt);
        let hash = self.inner.gate.hash(password, &salt).ok_or(Refusal::Busy)?;
        self.run(actor, SetPassword { login: login.to_owned(), hash })
    }
}

/// The account of a login of either dialect.
pub(crate) fn by_login(tx: &mut Tx<'_>, login: &str) -> Result<Account, Error> {
    let login = login.trim().to_lowercase();
    let found = match accounts::by_dmapi_login(tx, &login)? {
        Some(account) => Some(account),
        None => accounts::by_kv_login(tx, &login)?,
    };
    found.ok_or_else(|| FieldProblem::new(Field::Login, Problem::Unknown).into())
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

struct SetPassword {
    login: String,
    hash: String,
}

impl Operation for SetPassword {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        accounts::set_password(tx, account.id, &self.hash)?;
        accounts::end_sessions(tx, account.id)?;
        audit::append(tx, cx, audit::Change { verb: "password-set", object: &account.dmapi_login, order_id: None, detail: "" })
    }
}

/// Opens or closes an account; a closed one can do nothing, and its sessions are over.
pub struct SetActive {
    pub login: String,
    pub active: bool,
}

impl Operation for SetActive {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        accounts::set_state(tx, account.id, self.active)?;
        accounts::end_sessions(tx, account.id)?;
        let verb = if self.active { "account-open" } else { "account-close" };
        audit::append(tx, cx, audit::Change { verb, object: &account.dmapi_login, order_id: None, detail: "" })
    }
}

/// How an account is written to and warned; what is not given stays.
#[derive(Clone, Default, Debug)]
pub struct SetDetails {
    pub login: String,
    pub email: Option<String>,
    /// The language of its mails: `de`, `en`, `pt-BR`; where there is no template of it, English is used. Empty for English.
    pub language: Option<String>,
    /// A charge that takes the balance below this is told by mail and event; 0 for never.
    pub low_balance: Option<Money>,
    /// What the reseller says of itself in WHOIS.
    pub whois_lines: Option<Vec<String>>,
    /// From where the availability daemon may be asked.
    pub availability_from: Option<Vec<IpAddr>>,
}

/// DMAPI's profile has room for so many (`whois1` to `whois4`).
const WHOIS_LINES_MAX: usize = 4;
const WHOIS_LINE_CHARS_MAX: usize = 80;
const AVAILABILITY_ADDRESSES_MAX: usize = 20;

impl Operation for SetDetails {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        let mut problems = Vec::new();
        let mut profile = Profile::parse(&account.profile)?;
        let email = self.email.clone().unwrap_or_else(|| account.email.clone());
        if !is_email(&email) {
            problems.push(FieldProblem::malformed(Field::Other("email"), "an e-mail address"));
        }
        if let Some(language) = &self.language {
            let plain = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
            if !language.is_empty() && (language.len() > 20 || !language.split(['-', '_']).all(plain)) {
                problems.push(FieldProblem::malformed(Field::Language, "a language such as de or pt-BR"));
            }
            profile.language.clone_from(language);
        }
        if let Some(lines) = &self.whois_lines {
            let plain = |line: &String| {
                let length = line.chars().count();
                (1..=WHOIS_LINE_CHARS_MAX).contains(&length) && !line.chars().any(model::text::is_forbidden)
            };
            if lines.len() > WHOIS_LINES_MAX || !lines.iter().all(plain) {
                let expected = format!("at most {WHOIS_LINES_MAX} lines of at most {WHOIS_LINE_CHARS_MAX} characters");
                problems.push(FieldProblem::malformed(Field::Other("whois lines"), expected));
            }
            profile.whois_lines.clone_from(lines);
        }
        if self.availability_from.as_ref().is_some_and(|addresses| addresses.len() > AVAILABILITY_ADDRESSES_MAX) {
            let expected = format!("at most {AVAILABILITY_ADDRESSES_MAX} addresses");
            problems.push(FieldProblem::new(Field::Other("availability addresses"), Problem::OutOfRange { expected }));
        }
        let low_balance_e4 = match self.low_balance {
            Some(limit) if limit.is_negative() || limit.currency != account.currency => {
                let expected = format!("0 or more, in {}", account.currency.code());
                problems.push(FieldProblem::new(Field::Other("low balance"), Problem::OutOfRange { expected }));
                0
            }
            Some(limit) => limit.amount_e4,
            None => account.low_balance_e4,
        };
        if !problems.is_empty() {
            return Err(Refusal::Fields(problems).into());
        }
        let json = serde_json::to_string(&profile).map_err(|e| crate::error::broken(e.to_string()))?;
        accounts::set_details(tx, account.id, &email, low_balance_e4, &json)?;
        if let Some(addresses) = &self.availability_from {
            let addresses: Vec<String> = addresses.iter().map(|address| address.to_canonical().to_string()).collect();
            accounts::set_availability_addresses(tx, account.id, &addresses)?;
        }
        let mut detail = format!("{email}, {}, warned below {}", profile.language, Money::new(low_balance_e4, account.currency));
        if let Some(addresses) = &self.availability_from {
            let addresses: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
            detail.push_str(&format!(", availability asked from {}", addresses.join(" ")));
        }
        audit::append(tx, cx, audit::Change { verb: "account-details", object: &account.dmapi_login, order_id: None, detail: &detail })
    }
}

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

/// Stands for an account whose login is given, so that staff can read as it would.
pub struct Impersonate {
    pub login: String,
}

impl Operation for Impersonate {
    type Done = Actor;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Actor, Error> {
        let a = by_login(tx, &self.login)?;
        Ok(Actor { account: a.id, login: a.dmapi_login, currency: a.currency, access: Access::Full, channel: Channel::Staff })
    }
}

/// Adds an API key that was made outside; only its digest is kept.
pub struct AddKey {
    pub login: String,
    pub key: String,
    pub label: String,
    pub access: Access,
    /// From where it may be used; empty for anywhere.
    pub networks: Vec<Network>,
}

/// More networks than a key has use for.
const NETWORKS_MAX: usize = 50;

impl Operation for AddKey {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let account = by_login(tx, &self.login)?;
        if self.networks.len() > NETWORKS_MAX {
            let expected = format!("at most {NETWORKS_MAX} networks");
            return Err(FieldProblem::new(Field::Other("networks"), Problem::OutOfRange { expected }).into());
        }
        let networks = self.networks.iter().map(Network::to_string).collect::<Vec<_>>().join(" ");
        let key = KeyInForce { account_id: account.id, access: self.access, networks };
        if !accounts::insert_key(tx, &digest(&self.key), &self.label, &key, cx.now)? {
            return Err(Refusal::AlreadyExists.into());
        }
        let from = if key.networks.is_empty() { String::new() } else { format!(", from {}", key.networks) };
        let detail = format!("{}, {}{from}", self.label, self.access);
        audit::append(tx, cx, audit::Change { verb: "key-add", object: &account.dmapi_login, order_id: None, detail: &detail })
    }
}

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

/// Sets a price that overrides the zone pack's list from an instant on.
pub struct SetPrice {
    pub zone: String,
    pub item: Item,
    pub months: Months,
    /// Empty for every tier.
    pub tier: String,
    pub amount: Money,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
}

impl Operation for SetPrice {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        if cx.zones().get(&self.zone).is_none() {
            return Err(Refusal::ZoneNotSold { name: self.zone.clone() }.into());
        }
        if self.amount.is_negative() {
            return Err(FieldProblem::malformed(Field::Other("amount"), "a price of zero or more").into());
        }
        let row = PriceRow {
            zone: self.zone.clone(),
            item: self.item.word().to_owned(),
            months: i64::from(self.months.get()),
            tier: self.tier.clone(),
            amount: self.amount.rounded(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        };
        settings::set_price(tx, cx.id(), &row)?;
        let detail = format!("{} {} months {} tier '{}' from {}", row.item, row.months, row.amount, row.tier, row.valid_from);
        audit::append(tx, cx, audit::Change { verb: "price-set", object: &self.zone, order_id: None, detail: &detail })
    }
}

/// Lists the prices that override a zone's list.
pub struct Prices {
    pub zone: String,
}

impl Operation for Prices {
    type Done = Vec<PriceRow>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Vec<PriceRow>, Error> {
        Ok(settings::prices(tx, &self.zone)?)
    }
}
