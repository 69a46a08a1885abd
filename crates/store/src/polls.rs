//! Messages of registries' poll queues, raw and with what came of them.

use crate::db::{Fault, Tx};
use crate::{params, statements};
use model::Timestamp;

/// A message as received.
pub struct Message<'a> {
    pub registry: &'a str,
    pub id: &'a str,
    pub received_at: Timestamp,
    pub queued_at: Option<Timestamp>,
    /// The name that it is about; empty if it says none.
    pub object: &'a str,
    pub text: &'a str,
    /// The frame, as text.
    pub frame: &'a str,
}

statements! {
    STORE = "INSERT INTO poll_messages (registry, message_id, received_at, queued_at, object, text, frame, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, '') \
             ON CONFLICT (registry, message_id) DO NOTHING";
    OUTCOME = "SELECT outcome FROM poll_messages WHERE registry = $1 AND message_id = $2";
    WITH_OUTCOME = "SELECT registry, message_id, object, text FROM poll_messages WHERE outcome = $1 AND NOT EXISTS (SELECT 1 FROM orders \
                    WHERE orders.lock_name = poll_messages.object AND orders.state IN ('sending', 'at-registry', 'unknown')) \
                    ORDER BY received_at, registry, message_id LIMIT $2";
    HAS_OUTCOME = "SELECT 1 FROM poll_messages WHERE outcome = $1 LIMIT 1";
    SET_OUTCOME = "UPDATE poll_messages SET outcome = $1 WHERE registry = $2 AND message_id = $3";
}

/// Keeps a message; one that is there already stays as it is. Returns what came of it, empty if nothing has yet.
pub fn store(tx: &mut Tx<'_>, m: &Message<'_>) -> Result<String, Fault> {
    tx.execute(STORE, params![m.registry, m.id, m.received_at, m.queued_at, m.object, m.text, m.frame])?;
    Ok(tx.one(OUTCOME, params![m.registry, m.id], |row| row.text(0))?.unwrap_or_default())
}

/// Notes what came of a message.
pub fn set_outcome(tx: &mut Tx<'_>, registry: &str, id: &str, outcome: &str) -> Result<(), Fault> {
    tx.execute(SET_OUTCOME, params![outcome, registry, id]).map(|_| ())
}

/// A message whose effect was put off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    pub registry: String,
    pub id: String,
    pub object: String,
    pub text: String,
}

/// Messages of this outcome about names under no open order, oldest first.
pub fn free_with_outcome(tx: &mut Tx<'_>, outcome: &str, limit: i64) -> Result<Vec<Waiting>, Fault> {
    let waiting =
        |row: &crate::db::Row<'_>| Ok(Waiting { registry: row.text(0)?, id: row.text(1)?, object: row.text(2)?, text: row.text(3)? });
    tx.many(WITH_OUTCOME, params![outcome, limit], waiting)
}

/// Whether any message has this outcome.
pub fn has_outcome(tx: &mut Tx<'_>, outcome: &str) -> Result<bool, Fault> {
    Ok(tx.one(HAS_OUTCOME, params![outcome], |_| Ok(()))?.is_some())
}
