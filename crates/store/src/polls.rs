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

/// What came of a message about a name that an open order, or one that has just ended, has its hands on: it is taken up again afterwards. Few are in this
/// state, and an index of their own finds them among millions.
pub const LEFT: &str = "left to the open order";

/// What came of a message about a name that the registry holds for us and no account has; an index of their own finds these too.
pub const UNCLAIMED: &str = "nobody has asked for it";

statements! {
    STORE = "INSERT INTO poll_messages (registry, message_id, received_at, queued_at, object, text, frame, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, '') \
             ON CONFLICT (registry, message_id) DO NOTHING";
    OUTCOME = "SELECT outcome FROM poll_messages WHERE registry = $1 AND message_id = $2";
    FREE_LEFT = "SELECT registry, message_id, object, text FROM poll_messages WHERE outcome = 'left to the open order' AND NOT EXISTS (SELECT 1 FROM orders \
                 WHERE orders.lock_name = poll_messages.object AND orders.state IN ('sending', 'at-registry', 'unknown')) \
                 ORDER BY received_at, registry, message_id LIMIT $1";
    ANY_LEFT = "SELECT 1 FROM poll_messages WHERE outcome = 'left to the open order' LIMIT 1";
    UNCLAIMED_NAMES = "SELECT object, MIN(received_at) FROM poll_messages WHERE outcome = 'nobody has asked for it' GROUP BY object ORDER BY object LIMIT $1";
    COUNT_UNCLAIMED = "SELECT COUNT(DISTINCT object) FROM poll_messages WHERE outcome = 'nobody has asked for it'";
    IS_UNCLAIMED = "SELECT 1 FROM poll_messages WHERE outcome = 'nobody has asked for it' AND object = $1 LIMIT 1";
    CLAIMED = "UPDATE poll_messages SET outcome = 'claimed' WHERE outcome = 'nobody has asked for it' AND object = $1";
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

/// Messages that were [`LEFT`], about names under no open order any more, oldest first.
pub fn free_left(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Waiting>, Fault> {
    let waiting =
        |row: &crate::db::Row<'_>| Ok(Waiting { registry: row.text(0)?, id: row.text(1)?, object: row.text(2)?, text: row.text(3)? });
    tx.many(FREE_LEFT, params![limit], waiting)
}

/// Whether any message is [`LEFT`].
pub fn any_left(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(tx.one(ANY_LEFT, &[], |_| Ok(()))?.is_some())
}

/// Names that are [`UNCLAIMED`] and since when, by name.
pub fn unclaimed(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(String, Timestamp)>, Fault> {
    tx.many(UNCLAIMED_NAMES, params![limit], |row| Ok((row.text(0)?, row.time(1)?)))
}

/// How many names are [`UNCLAIMED`].
pub fn count_unclaimed(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_UNCLAIMED, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Whether a name is [`UNCLAIMED`].
pub fn is_unclaimed(tx: &mut Tx<'_>, name: &str) -> Result<bool, Fault> {
    Ok(tx.one(IS_UNCLAIMED, params![name], |_| Ok(()))?.is_some())
}

/// Notes that a name is not unclaimed any more: an account has it, or it has gone again.
pub fn claimed(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    tx.execute(CLAIMED, params![name]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_the_one_of_the_index() {
        let unclaimed = format!("outcome = '{UNCLAIMED}'");
        assert!([UNCLAIMED_NAMES, COUNT_UNCLAIMED, IS_UNCLAIMED, CLAIMED].iter().all(|statement| statement.0.contains(&unclaimed)));
        assert!(crate::MIGRATIONS[0].sql.contains(&unclaimed));
        let word = format!("outcome = '{LEFT}'");
        assert!(FREE_LEFT.0.contains(&word) && ANY_LEFT.0.contains(&word));
        assert!(crate::MIGRATIONS[0].sql.contains(&word));
    }
}
