//! Transfers: who asked for which name, how far it is, and who was written to about it.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;
use model::transfer::{Direction, Party, TransferState};

/// A transfer as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// For a transfer in the number of its order.
    pub id: i64,
    pub direction: Direction,
    /// Whose transfer it is: the gaining account, or the losing one of a transfer out.
    pub account_id: i64,
    /// The losing account of an internal transfer.
    pub other_account_id: Option<i64>,
    pub name: String,
    pub zone: String,
    pub state: TransferState,
    /// Who decided its end; none while it is open.
    pub ended_by: Option<Party>,
    /// Who gives the name away, by registrar id or login.
    pub losing: String,
    /// Who asked for it, by registrar id or login.
    pub gaining: String,
    /// Where owner and admin are asked; empty if unknown.
    pub owner_email: String,
    pub admin_email: String,
    /// An internal transfer that was asked for with the right code.
    pub with_auth: bool,
    pub requested_at: Timestamp,
    /// Until when somebody may answer.
    pub act_by_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// The expiry that it leads to, where it is known.
    pub expires_at: Option<Timestamp>,
    /// What happened, line by line, as a JSON array.
    pub log: String,
    /// What an internal transfer is to set, as JSON; empty for others.
    pub wish: String,
}

macro_rules! columns {
    () => {
        "id, direction, account_id, other_account_id, name, zone, state, ended_by, losing, gaining, owner_email, admin_email, with_auth, requested_at, act_by_at, \
         ended_at, expires_at, log, wish"
    };
}

macro_rules! open {
    () => {
        "state NOT IN ('completed', 'refused', 'rejected', 'cancelled', 'lapsed')"
    };
}

statements! {
    INSERT = concat!("INSERT INTO transfers (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)");
    BY_ID = concat!("SELECT ", columns!(), " FROM transfers WHERE id = $1");
    OPEN_OF_NAME = concat!("SELECT ", columns!(), " FROM transfers WHERE name = $1 AND ", open!(), " ORDER BY id DESC LIMIT 1");
    LATEST_OF_ACCOUNT = concat!("SELECT ", columns!(), " FROM transfers WHERE name = $1 AND (account_id = $2 OR other_account_id = $3) ORDER BY id DESC LIMIT 1");
    OPEN_OF_ACCOUNT = concat!("SELECT ", columns!(), " FROM transfers WHERE (account_id = $1 OR other_account_id = $2) AND ", open!(), " ORDER BY name, id LIMIT $3");
    MOVE = "UPDATE transfers SET state = $1, ended_by = $2, act_by_at = $3, ended_at = $4, expires_at = $5, losing = $6, owner_email = $7, admin_email = $8, log = $9 \
            WHERE id = $10 AND state = $11";
}

fn transfer(row: &Row<'_>) -> Result<Transfer, Fault> {
    let (direction, state, ended_by) = (row.text(1)?, row.text(6)?, row.text(7)?);
    let ended_by =
        if ended_by.is_empty() { None } else { Some(Party::from_word(&ended_by).ok_or_else(|| Fault::corrupt("who ended a transfer"))?) };
    Ok(Transfer {
        id: row.int(0)?,
        direction: Direction::from_word(&direction).ok_or_else(|| Fault::corrupt("a transfer's direction"))?,
        account_id: row.int(2)?,
        other_account_id: row.int_opt(3)?,
        name: row.text(4)?,
        zone: row.text(5)?,
        state: TransferState::from_word(&state).ok_or_else(|| Fault::corrupt("a transfer's state"))?,
        ended_by,
        losing: row.text(8)?,
        gaining: row.text(9)?,
        owner_email: row.text(10)?,
        admin_email: row.text(11)?,
        with_auth: row.flag(12)?,
        requested_at: row.time(13)?,
        act_by_at: row.time(14)?,
        ended_at: row.time_opt(15)?,
        expires_at: row.time_opt(16)?,
        log: row.text(17)?,
        wish: row.text(18)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, t: &Transfer) -> Result<(), Fault> {
    tx.execute(
        INSERT,
        params![
            t.id,
            t.direction.word(),
            t.account_id,
            t.other_account_id,
            &t.name,
            &t.zone,
            t.state.word(),
            t.ended_by.map_or("", Party::word),
            &t.losing,
            &t.gaining,
            &t.owner_email,
            &t.admin_email,
            t.with_auth,
            t.requested_at,
            t.act_by_at,
            t.ended_at,
            t.expires_at,
            &t.log,
            &t.wish
        ],
    )?;
    Ok(())
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Transfer>, Fault> {
    tx.one(BY_ID, params![id], transfer)
}

/// The open transfer of a name, whichever way it goes: there is one at most.
pub fn open_of_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Transfer>, Fault> {
    tx.one(OPEN_OF_NAME, params![name], transfer)
}

/// The last transfer of a name that an account has a part in, open or ended.
pub fn latest_of_account(tx: &mut Tx<'_>, account_id: i64, name: &str) -> Result<Option<Transfer>, Fault> {
    tx.one(LATEST_OF_ACCOUNT, params![name, account_id, account_id], transfer)
}

/// The open transfers that an account has a part in, by name.
pub fn open_of_account(tx: &mut Tx<'_>, account_id: i64, limit: i64) -> Result<Vec<Transfer>, Fault> {
    tx.many(OPEN_OF_ACCOUNT, params![account_id, account_id, limit], transfer)
}

/// Writes a transfer that was in `from`; false if it had moved on.
pub fn update(tx: &mut Tx<'_>, t: &Transfer, from: TransferState) -> Result<bool, Fault> {
    let changed = tx.execute(
        MOVE,
        params![
            t.state.word(),
            t.ended_by.map_or("", Party::word),
            t.act_by_at,
            t.ended_at,
            t.expires_at,
            &t.losing,
            &t.owner_email,
            &t.admin_email,
            &t.log,
            t.id,
            from.word()
        ],
    )?;
    Ok(changed == 1)
}
