//! Changes of owner: who is to follow whom, who has consented, and how it ended.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;
use model::owner_change::{Kind, Mode, OwnerChangeState};

/// A change of owner as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnerChange {
    /// The number of its order.
    pub id: i64,
    pub account_id: i64,
    /// The name, or the handle of the contact that becomes another person.
    pub object: String,
    pub domain_id: Option<i64>,
    pub contact_id: Option<i64>,
    /// The contact that becomes a name's owner.
    pub registrant_id: Option<i64>,
    pub kind: Kind,
    pub mode: Mode,
    pub state: OwnerChangeState,
    /// The owner so far and the one to be, as JSON.
    pub losing: String,
    pub gaining: String,
    /// What is to be done once both have agreed, as JSON.
    pub wish: String,
    /// The present owner may do without the lock that follows.
    pub may_decline_lock: bool,
    /// No lock follows.
    pub declines_lock: bool,
    /// Why it ended otherwise than wished.
    pub reason: String,
    pub requested_at: Timestamp,
    /// Until when both must have answered.
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, account_id, object, domain_id, contact_id, kind, mode, state, losing, gaining, wish, may_decline_lock, declines_lock, reason, requested_at, expires_at, ended_at, registrant_id"
    };
}

macro_rules! open {
    () => {
        "state IN ('requested', 'losing-approved', 'gaining-approved', 'carrying-out')"
    };
}

statements! {
    INSERT = concat!("INSERT INTO owner_changes (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)");
    BY_ID = concat!("SELECT ", columns!(), " FROM owner_changes WHERE id = $1");
    OPEN_OF = concat!("SELECT ", columns!(), " FROM owner_changes WHERE account_id = $1 AND object = $2 AND ", open!(), " ORDER BY id DESC LIMIT 1");
    LATEST_OF = concat!("SELECT ", columns!(), " FROM owner_changes WHERE account_id = $1 AND object = $2 ORDER BY id DESC LIMIT 1");
    LIST = concat!("SELECT ", columns!(), " FROM owner_changes WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    CARRIED_TO = "SELECT c.object FROM owner_changes c JOIN orders o ON o.id = c.id WHERE c.registrant_id = $1 AND c.state = 'carrying-out' AND o.lock_name = c.object LIMIT 1";
    CARRIED_WITHIN = "SELECT id FROM owner_changes WHERE contact_id = $1 AND state = 'carrying-out' LIMIT 1";
    TRADES = concat!("SELECT ", columns!(), " FROM owner_changes WHERE account_id = $1 AND ", open!(), " AND kind IN ('trade', 'trade-confirmed') ORDER BY object LIMIT $2");
    MOVE = "UPDATE owner_changes SET state = $1, declines_lock = $2, reason = $3, ended_at = $4 WHERE id = $5 AND state = $6";
}

fn change(row: &Row<'_>) -> Result<OwnerChange, Fault> {
    let (kind, mode, state) = (row.text(5)?, row.text(6)?, row.text(7)?);
    Ok(OwnerChange {
        id: row.int(0)?,
        account_id: row.int(1)?,
        object: row.text(2)?,
        domain_id: row.int_opt(3)?,
        contact_id: row.int_opt(4)?,
        kind: Kind::from_word(&kind).ok_or_else(|| Fault::corrupt("an owner change's kind"))?,
        mode: Mode::from_word(&mode).ok_or_else(|| Fault::corrupt("an owner change's mode"))?,
        state: OwnerChangeState::from_word(&state).ok_or_else(|| Fault::corrupt("an owner change's state"))?,
        losing: row.text(8)?,
        gaining: row.text(9)?,
        wish: row.text(10)?,
        may_decline_lock: row.flag(11)?,
        declines_lock: row.flag(12)?,
        reason: row.text(13)?,
        requested_at: row.time(14)?,
        expires_at: row.time(15)?,
        ended_at: row.time_opt(16)?,
        registrant_id: row.int_opt(17)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, c: &OwnerChange) -> Result<(), Fault> {
    tx.execute(
        INSERT,
        params![
            c.id,
            c.account_id,
            &c.object,
            c.domain_id,
            c.contact_id,
            c.kind.word(),
            c.mode.word(),
            c.state.word(),
            &c.losing,
            &c.gaining,
            &c.wish,
            c.may_decline_lock,
            c.declines_lock,
            &c.reason,
            c.requested_at,
            c.expires_at,
            c.ended_at,
            c.registrant_id
        ],
    )
    .map(|_| ())
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<OwnerChange>, Fault> {
    tx.one(BY_ID, params![id], change)
}

/// The open change of a name or handle of an account: there is one at most.
pub fn open_of(tx: &mut Tx<'_>, account_id: i64, object: &str) -> Result<Option<OwnerChange>, Fault> {
    tx.one(OPEN_OF, params![account_id, object], change)
}

/// A name that is just being given to a contact as its owner at its registry. One that still waits for its turn is none: its order does not
/// hold the name.
pub fn carried_to(tx: &mut Tx<'_>, contact_id: i64) -> Result<Option<String>, Fault> {
    tx.one(CARRIED_TO, params![contact_id], |row| row.text(0))
}

/// Whether a contact is just becoming another person at its registries.
pub fn carried_within(tx: &mut Tx<'_>, contact_id: i64) -> Result<bool, Fault> {
    Ok(tx.one(CARRIED_WITHIN, params![contact_id], |row| row.int(0))?.is_some())
}

/// The last change of a name or handle of an account, open or ended.
pub fn latest_of(tx: &mut Tx<'_>, account_id: i64, object: &str) -> Result<Option<OwnerChange>, Fault> {
    tx.one(LATEST_OF, params![account_id, object], change)
}

/// An account's changes before number `before`, the newest first.
pub fn list(tx: &mut Tx<'_>, account_id: i64, before: i64, limit: i64) -> Result<Vec<OwnerChange>, Fault> {
    tx.many(LIST, params![account_id, before, limit], change)
}

/// Writes a change that was in `from`; false if it had moved on.
pub fn update(tx: &mut Tx<'_>, c: &OwnerChange, from: OwnerChangeState) -> Result<bool, Fault> {
    let changed = tx.execute(MOVE, params![c.state.word(), c.declines_lock, &c.reason, c.ended_at, c.id, from.word()])?;
    Ok(changed == 1)
}

/// The trades of an account that are under way, by name.
pub fn trades(tx: &mut Tx<'_>, account_id: i64, limit: i64) -> Result<Vec<OwnerChange>, Fault> {
    tx.many(TRADES, params![account_id, limit], change)
}
