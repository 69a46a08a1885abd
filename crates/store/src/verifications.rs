//! Verifications: mail addresses of accounts with what their readers said, until when names need them proven, and why names do not resolve.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;
use model::verification::{AddressState, HoldReason};

/// An address of an account that was asked about or proven.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verification {
    pub id: i64,
    pub account_id: i64,
    /// As it is compared.
    pub address: String,
    /// As it was written: where mails go.
    pub recipient: String,
    pub state: AddressState,
    pub created_at: Timestamp,
    /// When the last mail went out.
    pub requested_at: Option<Timestamp>,
    pub verified_at: Option<Timestamp>,
    pub invalid_at: Option<Timestamp>,
    /// What happened when, as a JSON array of pairs.
    pub history: String,
}

/// Until when a name's registrant must have proven the address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    pub domain_id: i64,
    pub account_id: i64,
    /// The registrant's address, as it is compared.
    pub address: String,
    /// Since when that address is asked for; the time itself may have begun with an owner before.
    pub begun_at: Timestamp,
    pub due_at: Timestamp,
}

/// A name in a list about verification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    pub domain_id: i64,
    pub name: String,
    pub zone: String,
    /// The registrant.
    pub contact_id: i64,
    pub short_handle: String,
    pub email: String,
    pub validated: bool,
    pub due_at: Option<Timestamp>,
    /// Its locks, as they are stored.
    pub locks: String,
}

macro_rules! columns {
    () => {
        "id, account_id, address, recipient, state, created_at, requested_at, verified_at, invalid_at, history"
    };
}

macro_rules! term {
    () => {
        "domain_id, account_id, address, begun_at, due_at"
    };
}

macro_rules! listed {
    () => {
        "SELECT d.id, d.name, d.zone, c.id, c.short_handle, c.email, c.validated, t.due_at, d.locks FROM "
    };
}

statements! {
    INSERT = concat!("INSERT INTO verifications (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    UPDATE = "UPDATE verifications SET recipient = $1, state = $2, requested_at = $3, verified_at = $4, invalid_at = $5, history = $6 WHERE id = $7";
    BY_ID = concat!("SELECT ", columns!(), " FROM verifications WHERE id = $1");
    OF = concat!("SELECT ", columns!(), " FROM verifications WHERE account_id = $1 AND address = $2");
    SET_TERM = concat!(
        "INSERT INTO verification_terms (", term!(), ") VALUES ($1, $2, $3, $4, $5) ON CONFLICT (domain_id) DO UPDATE SET \
         account_id = excluded.account_id, address = excluded.address, begun_at = excluded.begun_at"
    );
    TERM_OF = concat!("SELECT ", term!(), " FROM verification_terms WHERE domain_id = $1");
    END_TERM = "DELETE FROM verification_terms WHERE domain_id = $1";
    TERMS_OF_ADDRESS = concat!("SELECT ", term!(), " FROM verification_terms WHERE account_id = $1 AND address = $2 AND domain_id > $3 ORDER BY domain_id LIMIT $4");
    LIST_TERMS = concat!(
        listed!(),
        "verification_terms t JOIN domains d ON d.id = t.domain_id JOIN contacts c ON c.id = d.registrant_id WHERE t.account_id = $1 AND d.name > $2 \
         ORDER BY d.name LIMIT $3"
    );
    LIST_UNVALIDATED = concat!(
        listed!(),
        "domains d JOIN contacts c ON c.id = d.registrant_id LEFT JOIN verification_terms t ON t.domain_id = d.id \
         WHERE d.account_id = $1 AND d.name > $2 AND c.validated = 0 ORDER BY d.name LIMIT $3"
    );
    REGISTRANT_OF = "SELECT d.id FROM domains d WHERE d.registrant_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3";
    OWNS = "SELECT 1 FROM domains d JOIN contacts c ON c.id = d.registrant_id WHERE c.account_id = $1 AND c.address = $2 LIMIT 1";
    USES = "SELECT short_handle FROM contacts WHERE account_id = $1 AND address = $2 ORDER BY id LIMIT 1";
    HOLD = "INSERT INTO suspensions (domain_id, reason, since_at) VALUES ($1, $2, $3) ON CONFLICT (domain_id, reason) DO NOTHING";
    UNHOLD = "DELETE FROM suspensions WHERE domain_id = $1 AND reason = $2";
    HOLDS = "SELECT reason FROM suspensions WHERE domain_id = $1 ORDER BY reason";
    FORGET_HOLDS = "DELETE FROM suspensions WHERE domain_id = $1";
    FORGOTTEN = "SELECT d.name FROM verification_terms t JOIN domains d ON d.id = t.domain_id \
                 WHERE NOT EXISTS (SELECT 1 FROM agenda a WHERE a.domain_id = t.domain_id AND a.what = 'verification') LIMIT 100";
}

fn verification(row: &Row<'_>) -> Result<Verification, Fault> {
    let state = row.text(4)?;
    Ok(Verification {
        id: row.int(0)?,
        account_id: row.int(1)?,
        address: row.text(2)?,
        recipient: row.text(3)?,
        state: AddressState::from_word(&state).ok_or_else(|| Fault::corrupt("an address's state"))?,
        created_at: row.time(5)?,
        requested_at: row.time_opt(6)?,
        verified_at: row.time_opt(7)?,
        invalid_at: row.time_opt(8)?,
        history: row.text(9)?,
    })
}

fn term(row: &Row<'_>) -> Result<Term, Fault> {
    Ok(Term { domain_id: row.int(0)?, account_id: row.int(1)?, address: row.text(2)?, begun_at: row.time(3)?, due_at: row.time(4)? })
}

fn listed(row: &Row<'_>) -> Result<Listed, Fault> {
    Ok(Listed {
        domain_id: row.int(0)?,
        name: row.text(1)?,
        zone: row.text(2)?,
        contact_id: row.int(3)?,
        short_handle: row.text(4)?,
        email: row.text(5)?,
        validated: row.flag(6)?,
        due_at: row.time_opt(7)?,
        locks: row.text(8)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, v: &Verification) -> Result<(), Fault> {
    tx.execute(
        INSERT,
        params![
            v.id,
            v.account_id,
            &v.address,
            &v.recipient,
            v.state.word(),
            v.created_at,
            v.requested_at,
            v.verified_at,
            v.invalid_at,
            &v.history
        ],
    )
    .map(|_| ())
}

/// Writes back what can change.
pub fn update(tx: &mut Tx<'_>, v: &Verification) -> Result<(), Fault> {
    tx.execute(UPDATE, params![&v.recipient, v.state.word(), v.requested_at, v.verified_at, v.invalid_at, &v.history, v.id]).map(|_| ())
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Verification>, Fault> {
    tx.one(BY_ID, params![id], verification)
}

/// An address of an account, given as it is compared.
pub fn of(tx: &mut Tx<'_>, account_id: i64, address: &str) -> Result<Option<Verification>, Fault> {
    tx.one(OF, params![account_id, address], verification)
}

/// Begins a name's time. Where it runs already, it goes on, for the address and account now given.
pub fn set_term(tx: &mut Tx<'_>, t: &Term) -> Result<(), Fault> {
    tx.execute(SET_TERM, params![t.domain_id, t.account_id, &t.address, t.begun_at, t.due_at]).map(|_| ())
}

pub fn term_of(tx: &mut Tx<'_>, domain_id: i64) -> Result<Option<Term>, Fault> {
    tx.one(TERM_OF, params![domain_id], term)
}

pub fn end_term(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Fault> {
    tx.execute(END_TERM, params![domain_id]).map(|_| ())
}

/// Names that wait for an address, by their ids, after `after`.
pub fn terms_of_address(tx: &mut Tx<'_>, account_id: i64, address: &str, after: i64, limit: i64) -> Result<Vec<Term>, Fault> {
    tx.many(TERMS_OF_ADDRESS, params![account_id, address, after, limit], term)
}

/// An account's names whose time runs or is over, by name, after `after`.
pub fn list_terms(tx: &mut Tx<'_>, account_id: i64, after: &str, limit: i64) -> Result<Vec<Listed>, Fault> {
    tx.many(LIST_TERMS, params![account_id, after, limit], listed)
}

/// An account's names whose registrant's data fail the formal check, by name, after `after`.
pub fn list_unvalidated(tx: &mut Tx<'_>, account_id: i64, after: &str, limit: i64) -> Result<Vec<Listed>, Fault> {
    tx.many(LIST_UNVALIDATED, params![account_id, after, limit], listed)
}

/// Ids of the names that a contact is the registrant of, after `after`.
pub fn registrant_of(tx: &mut Tx<'_>, contact_id: i64, after: i64, limit: i64) -> Result<Vec<i64>, Fault> {
    tx.many(REGISTRANT_OF, params![contact_id, after, limit], |row| row.int(0))
}

/// Whether the address is that of a registrant of the account.
pub fn is_registrants(tx: &mut Tx<'_>, account_id: i64, address: &str) -> Result<bool, Fault> {
    Ok(tx.one(OWNS, params![account_id, address], |_| Ok(()))?.is_some())
}

/// The handle of the oldest contact of the account with the address.
pub fn user_of(tx: &mut Tx<'_>, account_id: i64, address: &str) -> Result<Option<String>, Fault> {
    tx.one(USES, params![account_id, address], |row| row.text(0))
}

/// Notes why a name does not resolve.
pub fn hold(tx: &mut Tx<'_>, domain_id: i64, reason: HoldReason, since: Timestamp) -> Result<(), Fault> {
    tx.execute(HOLD, params![domain_id, reason.word(), since]).map(|_| ())
}

/// The reason stands no more.
pub fn unhold(tx: &mut Tx<'_>, domain_id: i64, reason: HoldReason) -> Result<(), Fault> {
    tx.execute(UNHOLD, params![domain_id, reason.word()]).map(|_| ())
}

/// Why a name does not resolve; a hold that its holder set while no other reason stood is not among them.
pub fn holds(tx: &mut Tx<'_>, domain_id: i64) -> Result<Vec<HoldReason>, Fault> {
    let words = tx.many(HOLDS, params![domain_id], |row| row.text(0))?;
    words.iter().map(|word| HoldReason::from_word(word).ok_or_else(|| Fault::corrupt("a reason for a hold"))).collect()
}

/// Forgets everything about a name that goes away.
pub fn forget(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Fault> {
    tx.execute(FORGET_HOLDS, params![domain_id])?;
    end_term(tx, domain_id)
}

/// Names whose time runs and that nothing will be done about, which cannot be: one sentence each.
pub fn violations(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    tx.many(FORGOTTEN, &[], |row| Ok(format!("{} waits for a proof on no agenda", row.text(0)?)))
}
