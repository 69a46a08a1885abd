//! Unclaimed names that staff send on: to whom, and what came of it.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;

/// A name that was or is being sent on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SentOn {
    pub id: i64,
    pub name: String,
    /// The registry's name in the configuration.
    pub registry: String,
    /// The zone's word for its registry, or a registrar's tag.
    pub target: String,
    pub by_tag: bool,
    /// Who of the staff asked for it.
    pub actor: String,
    pub asked_at: Timestamp,
    /// What is not done by then has failed.
    pub deadline_at: Timestamp,
    /// The registry has taken it and decides later.
    pub at_registry: bool,
    /// How it stands, in words.
    pub message: String,
    pub done: bool,
    /// None while it is open.
    pub ended_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, name, registry, target, by_tag, actor, asked_at, deadline_at, at_registry, message, done, ended_at"
    };
}

statements! {
    INSERT = concat!("INSERT INTO sent_on (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    BY_ID = concat!("SELECT ", columns!(), " FROM sent_on WHERE id = $1");
    LAST_OF = concat!("SELECT ", columns!(), " FROM sent_on WHERE name = $1 ORDER BY id DESC LIMIT 1");
    WITHOUT_JOB = "SELECT name FROM sent_on WHERE ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.name = 'send-on:' || sent_on.name) LIMIT 100";
    IS_OPEN = "SELECT 1 FROM sent_on WHERE name = $1 AND ended_at IS NULL";
    ADVANCE = "UPDATE sent_on SET at_registry = $1, message = $2 WHERE id = $3 AND ended_at IS NULL";
    END = "UPDATE sent_on SET done = $1, message = $2, ended_at = $3 WHERE id = $4 AND ended_at IS NULL";
}

fn sent_on(row: &Row<'_>) -> Result<SentOn, Fault> {
    Ok(SentOn {
        id: row.int(0)?,
        name: row.text(1)?,
        registry: row.text(2)?,
        target: row.text(3)?,
        by_tag: row.flag(4)?,
        actor: row.text(5)?,
        asked_at: row.time(6)?,
        deadline_at: row.time(7)?,
        at_registry: row.flag(8)?,
        message: row.text(9)?,
        done: row.flag(10)?,
        ended_at: row.time_opt(11)?,
    })
}

/// Keeps a new one; two open ones of a name are refused by the database.
pub fn insert(tx: &mut Tx<'_>, s: &SentOn) -> Result<(), Fault> {
    let values = params![
        s.id,
        &s.name,
        &s.registry,
        &s.target,
        s.by_tag,
        &s.actor,
        s.asked_at,
        s.deadline_at,
        s.at_registry,
        &s.message,
        s.done,
        s.ended_at
    ];
    tx.execute(INSERT, values).map(|_| ())
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<SentOn>, Fault> {
    tx.one(BY_ID, params![id], sent_on)
}

/// The latest of a name, open or ended.
pub fn last_of(tx: &mut Tx<'_>, name: &str) -> Result<Option<SentOn>, Fault> {
    tx.one(LAST_OF, params![name], sent_on)
}

/// Whether a name is being sent on now.
pub fn is_open(tx: &mut Tx<'_>, name: &str) -> Result<bool, Fault> {
    Ok(tx.one(IS_OPEN, params![name], |_| Ok(()))?.is_some())
}

/// Names that are being sent on and that nobody works on.
pub fn violations(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    tx.many(WITHOUT_JOB, &[], |row| Ok(format!("{} is to be sent on, and no job does it", row.text(0)?)))
}

/// Notes how an open one stands; false if it has ended.
pub fn advance(tx: &mut Tx<'_>, id: i64, at_registry: bool, message: &str) -> Result<bool, Fault> {
    Ok(tx.execute(ADVANCE, params![at_registry, message, id])? == 1)
}

/// Ends an open one; false if it has ended before.
pub fn end(tx: &mut Tx<'_>, id: i64, done: bool, message: &str, at: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(END, params![done, message, at, id])? == 1)
}
