//! The queue of messages of each registrar.

use model::Timestamp;
use store::{Fault, Tx, params, statements};

/// A row of `poll_messages`; what the columns mean depends on the kind, see `poll.rs`.
#[derive(Clone, Debug)]
pub(in crate::embedded) struct PollRow {
    pub(in crate::embedded) id: i64,
    pub(in crate::embedded) queued: Timestamp,
    pub(in crate::embedded) text: String,
    pub(in crate::embedded) kind: i64,
    pub(in crate::embedded) object: String,
    pub(in crate::embedded) word: String,
    pub(in crate::embedded) first_party: String,
    pub(in crate::embedded) second_party: String,
    pub(in crate::embedded) first: Timestamp,
    pub(in crate::embedded) second: Timestamp,
    pub(in crate::embedded) expires: Option<Timestamp>,
}

statements! {
    POLL_INSERT = "INSERT INTO poll_messages (id, registrar, queued_at, text, kind, object, word, first_party, second_party, first_at, second_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    POLL_FIRST = "SELECT id, queued_at, text, kind, object, word, first_party, second_party, first_at, second_at, expires_at FROM poll_messages \
        WHERE registrar = $1 ORDER BY id LIMIT 1";
    /// How many wait is counted as they come and go: a queue may be a million long, and each reply tells it.
    POLL_COUNT = "SELECT value FROM counters WHERE name = $1";
    POLL_COUNT_ADD = "INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value";
    POLL_ACK = "DELETE FROM poll_messages WHERE id = $1 AND registrar = $2";
}

pub(in crate::embedded) fn insert_poll(tx: &mut Tx<'_>, registrar: &str, p: &PollRow) -> Result<(), Fault> {
    let values = params![
        p.id,
        registrar,
        p.queued,
        &p.text,
        p.kind,
        &p.object,
        &p.word,
        &p.first_party,
        &p.second_party,
        p.first,
        p.second,
        p.expires,
    ];
    tx.execute(POLL_INSERT, values)?;
    tx.execute(POLL_COUNT_ADD, params![&poll_counter(registrar), 1]).map(drop)
}

/// The counter of a registrar's queue.
fn poll_counter(registrar: &str) -> String {
    format!("poll:{registrar}")
}

pub(in crate::embedded) fn first_poll(tx: &mut Tx<'_>, registrar: &str) -> Result<Option<PollRow>, Fault> {
    tx.one(POLL_FIRST, params![registrar], |row| {
        Ok(PollRow {
            id: row.int(0)?,
            queued: row.time(1)?,
            text: row.text(2)?,
            kind: row.int(3)?,
            object: row.text(4)?,
            word: row.text(5)?,
            first_party: row.text(6)?,
            second_party: row.text(7)?,
            first: row.time(8)?,
            second: row.time(9)?,
            expires: row.time_opt(10)?,
        })
    })
}

pub(in crate::embedded) fn count_poll(tx: &mut Tx<'_>, registrar: &str) -> Result<u64, Fault> {
    let count = tx.one(POLL_COUNT, params![&poll_counter(registrar)], |row| row.int(0))?.unwrap_or(0);
    u64::try_from(count).map_err(Fault::corrupt)
}

/// False if the registrar has no such message.
pub(in crate::embedded) fn ack_poll(tx: &mut Tx<'_>, registrar: &str, id: i64) -> Result<bool, Fault> {
    let gone = tx.execute(POLL_ACK, params![id, registrar])? > 0;
    if gone {
        tx.execute(POLL_COUNT_ADD, params![&poll_counter(registrar), -1])?;
    }
    Ok(gone)
}
