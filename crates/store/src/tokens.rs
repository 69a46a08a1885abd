//! Tokens of links in mails: kept as digests, good once and for a while.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;

/// A token as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// SHA-256 of the token, in hex.
    pub digest: String,
    /// What it is good for.
    pub kind: String,
    /// The number of what it is about.
    pub subject: i64,
    pub recipient: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

statements! {
    INSERT = "INSERT INTO tokens (digest, kind, subject, recipient, created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)";
    BY_DIGEST = "SELECT digest, kind, subject, recipient, created_at, expires_at, used_at FROM tokens WHERE digest = $1";
    USE = "UPDATE tokens SET used_at = $1 WHERE digest = $2 AND used_at IS NULL";
    USE_ALL = "UPDATE tokens SET used_at = $1 WHERE kind = $2 AND subject = $3 AND used_at IS NULL";
}

fn token(row: &Row<'_>) -> Result<Token, Fault> {
    Ok(Token {
        digest: row.text(0)?,
        kind: row.text(1)?,
        subject: row.int(2)?,
        recipient: row.text(3)?,
        created_at: row.time(4)?,
        expires_at: row.time(5)?,
        used_at: row.time_opt(6)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, t: &Token) -> Result<(), Fault> {
    tx.execute(INSERT, params![&t.digest, &t.kind, t.subject, &t.recipient, t.created_at, t.expires_at]).map(|_| ())
}

pub fn by_digest(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Token>, Fault> {
    tx.one(BY_DIGEST, params![digest], token)
}

/// Spends a token; false if it was spent before.
pub fn spend(tx: &mut Tx<'_>, digest: &str, at: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(USE, params![at, digest])? == 1)
}

/// Spends all tokens of a kind for one subject: the matter is decided, or new ones are sent.
pub fn spend_all(tx: &mut Tx<'_>, kind: &str, subject: i64, at: Timestamp) -> Result<(), Fault> {
    tx.execute(USE_ALL, params![at, kind, subject]).map(|_| ())
}
