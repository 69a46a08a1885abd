//! Replies kept for requests that carry a key of their own, so that a repeat gets the first reply and has no second effect.

use crate::db::{Fault, Tx};
use crate::{params, statements};
use model::Timestamp;

/// A reply as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// What was asked, as a digest: the same key with another request is refused.
    pub request_digest: String,
    pub status: i64,
    /// Sealed.
    pub reply: String,
    /// Real clock.
    pub kept_at: Timestamp,
}

statements! {
    GET = "SELECT request_digest, status, reply, kept_at FROM kept_replies WHERE account_id = $1 AND key_digest = $2";
    DROP_OLD = "DELETE FROM kept_replies WHERE account_id = $1 AND key_digest = $2 AND kept_at <= $3";
    KEEP = "INSERT INTO kept_replies (account_id, key_digest, request_digest, status, reply, kept_at) VALUES ($1, $2, $3, $4, $5, $6)";
    SWEEP = "DELETE FROM kept_replies WHERE kept_at <= $1";
}

/// What was answered under a key.
pub fn get(tx: &mut Tx<'_>, account_id: i64, key_digest: &str) -> Result<Option<Kept>, Fault> {
    tx.one(GET, params![account_id, key_digest], |row| {
        Ok(Kept { request_digest: row.text(0)?, status: row.int(1)?, reply: row.text(2)?, kept_at: row.time(3)? })
    })
}

/// Keeps a reply under a key that has none, or none but one from `old` or before.
pub fn keep(tx: &mut Tx<'_>, account_id: i64, key_digest: &str, kept: &Kept, old: Timestamp) -> Result<(), Fault> {
    tx.execute(DROP_OLD, params![account_id, key_digest, old])?;
    tx.execute(KEEP, params![account_id, key_digest, &kept.request_digest, kept.status, &kept.reply, kept.kept_at]).map(|_| ())
}

/// Forgets replies from `old` or before.
pub fn sweep(tx: &mut Tx<'_>, old: Timestamp) -> Result<u64, Fault> {
    tx.execute(SWEEP, params![old])
}
