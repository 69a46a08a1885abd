//! Accounts, their API keys and sessions, and the one statement that guards their money.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::domain::RenewalMode;
use model::{Access, Channel, Currency, Timestamp};

/// An account as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub id: i64,
    /// The account above, for a sub-account.
    pub parent_id: Option<i64>,
    pub dmapi_login: String,
    pub kv_login: String,
    pub email: String,
    /// PHC string.
    pub password_hash: String,
    /// Counts changes of password and state: what was verified under an older one is void.
    pub credentials_version: i64,
    pub active: bool,
    pub currency: Currency,
    /// Sum of the account's ledger legs.
    pub balance_e4: i64,
    /// Sum of its open holds.
    pub held_e4: i64,
    pub credit_e4: i64,
    /// A capture that brings the balance below this sends a mail; 0 for never.
    pub low_balance_e4: i64,
    /// The price tier; empty for the list.
    pub tier: String,
    pub renewal_mode: RenewalMode,
    /// Whether names of premium price may be bought.
    pub premium: bool,
    /// Whether new names are locked against transfer at once.
    pub transfer_lock: bool,
    /// Whether automatic renewals are made and charged at expiry, rather than at the zone's renewal date.
    pub renew_at_expiry: bool,
    /// One deletion is refunded for so many registrations begun in the zone and month; 0 for none.
    pub refund_every: i64,
    /// Names and address, as JSON.
    pub profile: String,
    pub created_at: Timestamp,
    pub login_at: Option<Timestamp>,
    pub login_from: String,
    pub error_at: Option<Timestamp>,
    pub error_from: String,
    /// When money was last received.
    pub paid_at: Option<Timestamp>,
}

/// A session as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    pub account_id: i64,
    pub access: Access,
    pub channel: Channel,
    pub credentials_version: i64,
    /// The digest of the key that opened it; none where a password did.
    pub key_digest: Option<String>,
    pub used_at: Timestamp,
    pub ends_at: Timestamp,
}

/// A key that is in force, as a caller showed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyInForce {
    pub account_id: i64,
    pub access: Access,
    /// From where it may be used, parted by blanks; empty for anywhere.
    pub networks: String,
}

macro_rules! columns {
    () => {
        "id, parent_id, dmapi_login, kv_login, email, password_hash, credentials_version, state, currency, balance_e4, held_e4, credit_e4, \
         low_balance_e4, tier, renewal_mode, premium, transfer_lock, profile, created_at, login_at, login_from, error_at, error_from, renew_at_expiry, refund_every, paid_at"
    };
}

statements! {
    INSERT = concat!("INSERT INTO accounts (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)");
    BY_ID = concat!("SELECT ", columns!(), " FROM accounts WHERE id = $1");
    BY_DMAPI_LOGIN = concat!("SELECT ", columns!(), " FROM accounts WHERE dmapi_login = $1");
    BY_KV_LOGIN = concat!("SELECT ", columns!(), " FROM accounts WHERE kv_login = $1");
    LIST = concat!("SELECT ", columns!(), " FROM accounts WHERE id > $1 ORDER BY id LIMIT $2");
    HOLD = "UPDATE accounts SET held_e4 = held_e4 + $1 WHERE id = $2 AND state = 'active' AND balance_e4 - held_e4 - $1 >= -credit_e4";
    RELEASE = "UPDATE accounts SET held_e4 = held_e4 - $1 WHERE id = $2 AND held_e4 >= $1";
    CAPTURE = "UPDATE accounts SET held_e4 = held_e4 - $1, balance_e4 = balance_e4 - $2 WHERE id = $3 AND held_e4 >= $1 \
               RETURNING balance_e4, low_balance_e4";
    CHARGE = "UPDATE accounts SET balance_e4 = balance_e4 - $1 WHERE id = $2 AND state = 'active' AND balance_e4 - held_e4 - $1 >= -credit_e4 \
              RETURNING balance_e4, low_balance_e4";
    ADD_BALANCE = "UPDATE accounts SET balance_e4 = balance_e4 + $1 WHERE id = $2 AND balance_e4 + $1 - held_e4 >= -credit_e4";
    NOTE_PAYMENT = "UPDATE accounts SET paid_at = $1 WHERE id = $2";
    SET_DETAILS = "UPDATE accounts SET email = $1, low_balance_e4 = $2, profile = $3 WHERE id = $4";
    SET_RENEWALS = "UPDATE accounts SET renewal_mode = $1, renew_at_expiry = $2, refund_every = $3 WHERE id = $4";
    SET_TRANSFER_LOCK = "UPDATE accounts SET transfer_lock = $1 WHERE id = $2";
    SET_PASSWORD = "UPDATE accounts SET password_hash = $1, credentials_version = credentials_version + 1 WHERE id = $2";
    SET_STATE = "UPDATE accounts SET state = $1, credentials_version = credentials_version + 1 WHERE id = $2";
    NOTE_LOGIN = "UPDATE accounts SET login_at = $1, login_from = $2 WHERE id = $3";
    NOTE_ERROR = "UPDATE accounts SET error_at = $1, error_from = $2 WHERE id = $3";
    INSERT_KEY = "INSERT INTO api_keys (digest, account_id, label, access, networks, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, NULL) ON CONFLICT (digest) DO NOTHING";
    OPTION = "SELECT value FROM account_options WHERE account_id = $1 AND name = $2";
    SET_OPTION = "INSERT INTO account_options (account_id, name, value) VALUES ($1, $2, $3) ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value";
    DROP_OPTION = "DELETE FROM account_options WHERE account_id = $1 AND name = $2";
    AVAILABILITY = "SELECT address FROM availability_addresses WHERE account_id = $1 ORDER BY address LIMIT 1000";
    DROP_AVAILABILITY = "DELETE FROM availability_addresses WHERE account_id = $1";
    ADD_AVAILABILITY = "INSERT INTO availability_addresses (address, account_id) VALUES ($1, $2) ON CONFLICT (address, account_id) DO NOTHING";
    BY_AVAILABILITY = concat!("SELECT ", columns!(), " FROM accounts WHERE state = 'active' AND id IN (SELECT account_id FROM availability_addresses WHERE address = $1) ORDER BY id LIMIT 1");
    KEY = "SELECT account_id, access, networks FROM api_keys WHERE digest = $1 AND revoked_at IS NULL";
    KEYS = "SELECT label, access, networks, created_at, revoked_at FROM api_keys WHERE account_id = $1 ORDER BY created_at, label LIMIT 1000";
    REVOKE_KEY = "UPDATE api_keys SET revoked_at = $1 WHERE account_id = $2 AND label = $3 AND revoked_at IS NULL";
    INSERT_SESSION = "INSERT INTO sessions (digest, account_id, access, channel, credentials_version, key_digest, started_at, used_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    SESSION = "SELECT account_id, access, channel, credentials_version, key_digest, used_at, ends_at FROM sessions WHERE digest = $1";
    TOUCH_SESSION = "UPDATE sessions SET used_at = $1 WHERE digest = $2 AND used_at < $1";
    END_SESSION = "DELETE FROM sessions WHERE digest = $1";
    END_SESSIONS = "DELETE FROM sessions WHERE account_id = $1";
    END_KEY_SESSIONS = "DELETE FROM sessions WHERE account_id = $1 AND key_digest IN (SELECT digest FROM api_keys WHERE account_id = $1 AND label = $2)";
    COUNT_SESSIONS = "SELECT COUNT(*) FROM sessions WHERE account_id = $1 AND channel = $2 AND used_at > $3";
    SWEEP_SESSIONS = "DELETE FROM sessions WHERE used_at < $1";
}

fn account(row: &Row<'_>) -> Result<Account, Fault> {
    let currency = row.text(8)?;
    let mode = row.text(14)?;
    Ok(Account {
        id: row.int(0)?,
        parent_id: row.int_opt(1)?,
        dmapi_login: row.text(2)?,
        kv_login: row.text(3)?,
        email: row.text(4)?,
        password_hash: row.text(5)?,
        credentials_version: row.int(6)?,
        active: row.text(7)? == "active",
        currency: Currency::from_code(&currency).ok_or_else(|| Fault::corrupt("an account's currency"))?,
        balance_e4: row.int(9)?,
        held_e4: row.int(10)?,
        credit_e4: row.int(11)?,
        low_balance_e4: row.int(12)?,
        tier: row.text(13)?,
        renewal_mode: RenewalMode::from_word(&mode).ok_or_else(|| Fault::corrupt("an account's renewal mode"))?,
        premium: row.flag(15)?,
        transfer_lock: row.flag(16)?,
        profile: row.text(17)?,
        created_at: row.time(18)?,
        login_at: row.time_opt(19)?,
        login_from: row.text(20)?,
        error_at: row.time_opt(21)?,
        error_from: row.text(22)?,
        renew_at_expiry: row.flag(23)?,
        refund_every: row.int(24)?,
        paid_at: row.time_opt(25)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, a: &Account) -> Result<(), Fault> {
    let state = if a.active { "active" } else { "suspended" };
    tx.execute(
        INSERT,
        params![
            a.id,
            a.parent_id,
            &a.dmapi_login,
            &a.kv_login,
            &a.email,
            &a.password_hash,
            a.credentials_version,
            state,
            a.currency.code(),
            a.balance_e4,
            a.held_e4,
            a.credit_e4,
            a.low_balance_e4,
            &a.tier,
            a.renewal_mode.word(),
            a.premium,
            a.transfer_lock,
            &a.profile,
            a.created_at,
            a.login_at,
            &a.login_from,
            a.error_at,
            &a.error_from,
            a.renew_at_expiry,
            a.refund_every,
            a.paid_at
        ],
    )?;
    Ok(())
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Account>, Fault> {
    tx.one(BY_ID, params![id], account)
}

pub fn by_dmapi_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<Account>, Fault> {
    tx.one(BY_DMAPI_LOGIN, params![login], account)
}

pub fn by_kv_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<Account>, Fault> {
    tx.one(BY_KV_LOGIN, params![login], account)
}

/// Accounts in order of their ids, after `after`.
pub fn list(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Account>, Fault> {
    tx.many(LIST, params![after, limit], account)
}

/// Reserves money; false if the account is not active or the balance does not reach. This one statement is what keeps every balance above
/// its credit limit under any interleaving.
pub fn hold(tx: &mut Tx<'_>, id: i64, amount_e4: i64) -> Result<bool, Fault> {
    Ok(tx.execute(HOLD, params![amount_e4, id])? == 1)
}

/// Gives reserved money back; false if there is less reserved, which the caller must treat as a fault.
pub fn release(tx: &mut Tx<'_>, id: i64, amount_e4: i64) -> Result<bool, Fault> {
    Ok(tx.execute(RELEASE, params![amount_e4, id])? == 1)
}

/// What a charge left behind.
pub struct Left {
    pub balance_e4: i64,
    pub low_balance_e4: i64,
}

/// Turns `held_e4` of reserved money into a charge of `charged_e4`, at most what was held.
pub fn capture(tx: &mut Tx<'_>, id: i64, held_e4: i64, charged_e4: i64) -> Result<Option<Left>, Fault> {
    tx.one(CAPTURE, params![held_e4, charged_e4, id], |row| Ok(Left { balance_e4: row.int(0)?, low_balance_e4: row.int(1)? }))
}

/// Charges what was not reserved; `None` if the balance does not reach or the account is suspended.
pub fn charge(tx: &mut Tx<'_>, id: i64, amount_e4: i64) -> Result<Option<Left>, Fault> {
    tx.one(CHARGE, params![amount_e4, id], |row| Ok(Left { balance_e4: row.int(0)?, low_balance_e4: row.int(1)? }))
}

/// Books money in (or, negative, out); false if the account could not bear it.
pub fn add_balance(tx: &mut Tx<'_>, id: i64, amount_e4: i64) -> Result<bool, Fault> {
    Ok(tx.execute(ADD_BALANCE, params![amount_e4, id])? == 1)
}

/// Notes that money was received.
pub fn note_payment(tx: &mut Tx<'_>, id: i64, at: Timestamp) -> Result<(), Fault> {
    tx.execute(NOTE_PAYMENT, params![at, id]).map(|_| ())
}

pub fn set_password(tx: &mut Tx<'_>, id: i64, hash: &str) -> Result<bool, Fault> {
    Ok(tx.execute(SET_PASSWORD, params![hash, id])? == 1)
}

pub fn set_state(tx: &mut Tx<'_>, id: i64, active: bool) -> Result<bool, Fault> {
    Ok(tx.execute(SET_STATE, params![if active { "active" } else { "suspended" }, id])? == 1)
}

pub fn note_login(tx: &mut Tx<'_>, id: i64, at: Timestamp, from: &str) -> Result<(), Fault> {
    tx.execute(NOTE_LOGIN, params![at, from, id]).map(|_| ())
}

pub fn note_error(tx: &mut Tx<'_>, id: i64, at: Timestamp, from: &str) -> Result<(), Fault> {
    tx.execute(NOTE_ERROR, params![at, from, id]).map(|_| ())
}

/// Adds a key by its digest; false if that key exists already.
pub fn insert_key(tx: &mut Tx<'_>, digest: &str, label: &str, key: &KeyInForce, at: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(INSERT_KEY, params![digest, key.account_id, label, key.access.word(), &key.networks, at])? == 1)
}

/// A key that is not revoked.
pub fn key(tx: &mut Tx<'_>, digest: &str) -> Result<Option<KeyInForce>, Fault> {
    tx.one(KEY, params![digest], |row| {
        let word = row.text(1)?;
        let access = Access::from_word(&word).ok_or_else(|| Fault::corrupt("a key's access"))?;
        Ok(KeyInForce { account_id: row.int(0)?, access, networks: row.text(2)? })
    })
}

/// A key without its secret.
pub struct KeyView {
    pub label: String,
    pub access: String,
    /// From where it may be used, parted by blanks; empty for anywhere.
    pub networks: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

pub fn keys(tx: &mut Tx<'_>, account_id: i64) -> Result<Vec<KeyView>, Fault> {
    tx.many(KEYS, params![account_id], |row| {
        Ok(KeyView {
            label: row.text(0)?,
            access: row.text(1)?,
            networks: row.text(2)?,
            created_at: row.time(3)?,
            revoked_at: row.time_opt(4)?,
        })
    })
}

/// Revokes the account's keys of a label and ends the sessions that they opened; returns how many keys.
pub fn revoke_key(tx: &mut Tx<'_>, account_id: i64, label: &str, at: Timestamp) -> Result<u64, Fault> {
    tx.execute(END_KEY_SESSIONS, params![account_id, label])?;
    tx.execute(REVOKE_KEY, params![at, account_id, label])
}

pub fn insert_session(tx: &mut Tx<'_>, digest: &str, s: &Session) -> Result<(), Fault> {
    tx.execute(
        INSERT_SESSION,
        params![
            digest,
            s.account_id,
            s.access.word(),
            s.channel.word(),
            s.credentials_version,
            s.key_digest.as_deref(),
            s.used_at,
            s.used_at,
            s.ends_at
        ],
    )?;
    Ok(())
}

pub fn session(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Session>, Fault> {
    tx.one(SESSION, params![digest], |row| {
        let (access, channel) = (row.text(1)?, row.text(2)?);
        Ok(Session {
            account_id: row.int(0)?,
            access: Access::from_word(&access).ok_or_else(|| Fault::corrupt("a session's access"))?,
            channel: Channel::from_word(&channel).ok_or_else(|| Fault::corrupt("a session's channel"))?,
            credentials_version: row.int(3)?,
            key_digest: row.text_opt(4)?,
            used_at: row.time(5)?,
            ends_at: row.time(6)?,
        })
    })
}

pub fn touch_session(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<(), Fault> {
    tx.execute(TOUCH_SESSION, params![at, digest]).map(|_| ())
}

/// True if there was such a session.
pub fn end_session(tx: &mut Tx<'_>, digest: &str) -> Result<bool, Fault> {
    Ok(tx.execute(END_SESSION, params![digest])? == 1)
}

/// Ends all sessions of an account, as a new password must.
pub fn end_sessions(tx: &mut Tx<'_>, account_id: i64) -> Result<u64, Fault> {
    tx.execute(END_SESSIONS, params![account_id])
}

/// Sessions of an account on a channel that were used since an instant of the real clock.
pub fn count_sessions(tx: &mut Tx<'_>, account_id: i64, channel: Channel, since: Timestamp) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_SESSIONS, params![account_id, channel.word(), since], |row| row.int(0))?.unwrap_or(0))
}

/// Forgets sessions unused since an instant.
pub fn sweep_sessions(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, Fault> {
    tx.execute(SWEEP_SESSIONS, params![before])
}

/// Where the account is written to, below which balance it is warned, and its holder, as JSON.
pub fn set_details(tx: &mut Tx<'_>, id: i64, email: &str, low_balance_e4: i64, profile: &str) -> Result<(), Fault> {
    tx.execute(SET_DETAILS, params![email, low_balance_e4, profile, id]).map(|_| ())
}

/// What becomes of the account's names at the end of their terms, and how many deletions are refunded.
pub fn set_renewals(tx: &mut Tx<'_>, id: i64, mode: RenewalMode, at_expiry: bool, refund_every: i64) -> Result<(), Fault> {
    tx.execute(SET_RENEWALS, params![mode.word(), at_expiry, refund_every, id]).map(|_| ())
}

/// Sets whether an account's names are locked against transfer by default.
pub fn set_transfer_lock(tx: &mut Tx<'_>, id: i64, locked: bool) -> Result<(), Fault> {
    tx.execute(SET_TRANSFER_LOCK, params![locked, id]).map(|_| ())
}

/// The value of an option that is not at its default.
pub fn option(tx: &mut Tx<'_>, account_id: i64, name: &str) -> Result<Option<String>, Fault> {
    tx.one(OPTION, params![account_id, name], |row| row.text(0))
}

/// Sets an option; `None` is its default.
pub fn set_option(tx: &mut Tx<'_>, account_id: i64, name: &str, value: Option<&str>) -> Result<(), Fault> {
    match value {
        Some(value) => tx.execute(SET_OPTION, params![account_id, name, value]),
        None => tx.execute(DROP_OPTION, params![account_id, name]),
    }
    .map(|_| ())
}

/// The addresses from which the availability daemon may be asked on behalf of an account.
pub fn availability_addresses(tx: &mut Tx<'_>, account_id: i64) -> Result<Vec<String>, Fault> {
    tx.many(AVAILABILITY, params![account_id], |row| row.text(0))
}

/// Sets them, in place of those there were.
pub fn set_availability_addresses(tx: &mut Tx<'_>, account_id: i64, addresses: &[String]) -> Result<(), Fault> {
    tx.execute(DROP_AVAILABILITY, params![account_id])?;
    for address in addresses {
        tx.execute(ADD_AVAILABILITY, params![address, account_id])?;
    }
    Ok(())
}

/// The active account on whose behalf an address may ask; the oldest of several.
pub fn by_availability_address(tx: &mut Tx<'_>, address: &str) -> Result<Option<Account>, Fault> {
    tx.one(BY_AVAILABILITY, params![address], account)
}
