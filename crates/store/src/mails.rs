//! Mails: queued with a change, delivered by claims that carry the number of the attempt.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;

/// A mail as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mail {
    pub id: i64,
    pub account_id: Option<i64>,
    /// Business clock.
    pub at: Timestamp,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    /// Empty for a mail of plain text.
    pub html: String,
    /// Links in the mail, as a JSON array.
    pub links: String,
    pub state: String,
    pub attempts: i64,
    pub last_error: String,
    /// When it may be sent (again), or until when somebody who is sending it has it; real clock.
    pub next_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, account_id, at, recipient, subject, text, html, links, state, attempts, last_error, next_at"
    };
}

statements! {
    INSERT = concat!("INSERT INTO mails (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', 0, '', $9)");
    LIST = concat!("SELECT ", columns!(), " FROM mails ORDER BY id DESC LIMIT $1");
    LIST_TO = concat!("SELECT ", columns!(), " FROM mails WHERE recipient = $1 ORDER BY id DESC LIMIT $2");
    QUEUED_IDS = "SELECT id FROM mails WHERE state = 'queued' ORDER BY id LIMIT $1";
    DUE = concat!("SELECT ", columns!(), " FROM mails WHERE state = 'queued' AND next_at <= $1 ORDER BY next_at, id LIMIT $2");
    PAGE = concat!("SELECT ", columns!(), " FROM mails WHERE id < $1 AND (state = $2 OR CAST($2 AS TEXT) = '') ORDER BY id DESC LIMIT $3");
    PAGE_OF = concat!("SELECT ", columns!(), " FROM mails WHERE account_id = $1 AND id < $2 AND (state = $3 OR CAST($3 AS TEXT) = '') ORDER BY id DESC LIMIT $4");
    BY_ID = concat!("SELECT ", columns!(), " FROM mails WHERE id = $1");
    BOUNCE = "UPDATE mails SET state = 'bounced', last_error = $1 WHERE id = $2 AND state = 'sent'";
    CAPTURE = "UPDATE mails SET state = 'captured' WHERE id = $1 AND state = 'queued'";
    CLAIM = "UPDATE mails SET attempts = attempts + 1, next_at = $1 WHERE id = $2 AND state = 'queued' AND attempts = $3";
    END = "UPDATE mails SET state = $1, last_error = $2 WHERE id = $3 AND state = 'queued' AND attempts = $4";
    AGAIN = "UPDATE mails SET next_at = $1, last_error = $2 WHERE id = $3 AND state = 'queued' AND attempts = $4";
}

fn mail(row: &Row<'_>) -> Result<Mail, Fault> {
    Ok(Mail {
        id: row.int(0)?,
        account_id: row.int_opt(1)?,
        at: row.time(2)?,
        recipient: row.text(3)?,
        subject: row.text(4)?,
        text: row.text(5)?,
        html: row.text(6)?,
        links: row.text(7)?,
        state: row.text(8)?,
        attempts: row.int(9)?,
        last_error: row.text(10)?,
        next_at: row.time(11)?,
    })
}

/// Queues a mail; its state, attempts and error start afresh whatever the value says.
pub fn insert(tx: &mut Tx<'_>, m: &Mail) -> Result<(), Fault> {
    tx.execute(INSERT, params![m.id, m.account_id, m.at, &m.recipient, &m.subject, &m.text, &m.html, &m.links, m.next_at])?;
    Ok(())
}

/// Mails, newest first; all, or those to one address.
pub fn list(tx: &mut Tx<'_>, to: Option<&str>, limit: i64) -> Result<Vec<Mail>, Fault> {
    match to {
        Some(to) => tx.many(LIST_TO, params![to, limit], mail),
        None => tx.many(LIST, params![limit], mail),
    }
}

/// Mails below number `before`, the highest number first; of one account or all, of one state or, if that is empty, all.
pub fn page(tx: &mut Tx<'_>, account_id: Option<i64>, before: i64, state: &str, limit: i64) -> Result<Vec<Mail>, Fault> {
    match account_id {
        Some(id) => tx.many(PAGE_OF, params![id, before, state, limit], mail),
        None => tx.many(PAGE, params![before, state, limit], mail),
    }
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Mail>, Fault> {
    tx.one(BY_ID, params![id], mail)
}

/// A mail that was handed over came back; false if it was not handed over, or came back before.
pub fn bounce(tx: &mut Tx<'_>, id: i64, reason: &str) -> Result<bool, Fault> {
    Ok(tx.execute(BOUNCE, params![reason, id])? == 1)
}

/// Numbers of those that are not delivered, due or not.
pub fn queued_ids(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<i64>, Fault> {
    tx.many(QUEUED_IDS, params![limit], |row| row.int(0))
}

/// Those that may be sent now, the longest waiting first.
pub fn due(tx: &mut Tx<'_>, real_now: Timestamp, limit: i64) -> Result<Vec<Mail>, Fault> {
    tx.many(DUE, params![real_now, limit], mail)
}

/// Marks a queued mail as captured; false if it was queued no more.
pub fn capture(tx: &mut Tx<'_>, id: i64) -> Result<bool, Fault> {
    Ok(tx.execute(CAPTURE, params![id])? == 1)
}

/// Takes a mail for one attempt, until `until`; false if another took it since it was read. The next attempt is `attempts + 1`.
pub fn claim(tx: &mut Tx<'_>, id: i64, attempts: i64, until: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(CLAIM, params![until, id, attempts])? == 1)
}

/// Ends a mail as `sent`, `failed` or `bounced`; false if this attempt is not the last one any more.
pub fn end(tx: &mut Tx<'_>, id: i64, attempt: i64, state: &str, error: &str) -> Result<bool, Fault> {
    Ok(tx.execute(END, params![state, error, id, attempt])? == 1)
}

/// Puts a mail off; false if this attempt is not the last one any more.
pub fn again(tx: &mut Tx<'_>, id: i64, attempt: i64, at: Timestamp, error: &str) -> Result<bool, Fault> {
    Ok(tx.execute(AGAIN, params![at, error, id, attempt])? == 1)
}
