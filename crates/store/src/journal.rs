//! What happened: the audit log with its chain, events for the accounts, and mails to send.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;

/// An audit row as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub id: i64,
    pub at: Timestamp,
    pub account_id: Option<i64>,
    pub actor: String,
    pub channel: String,
    pub verb: String,
    pub object: String,
    pub order_id: Option<i64>,
    pub detail: String,
    /// SHA-256 of all the above, in hex.
    pub digest: String,
}

/// An event as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    pub id: i64,
    pub account_id: i64,
    pub at: Timestamp,
    pub class: String,
    pub subclass: String,
    pub object: String,
    pub order_id: Option<i64>,
    /// Keys and values as JSON.
    pub data: String,
    pub acknowledged_at: Option<Timestamp>,
}

/// A mail as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mail {
    pub id: i64,
    pub account_id: Option<i64>,
    pub at: Timestamp,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Links in the mail, as a JSON array.
    pub links: String,
    pub state: String,
    pub attempts: i64,
    pub last_error: String,
}

statements! {
    APPEND = "INSERT INTO audit (id, at, account_id, actor, channel, verb, object, order_id, detail, digest, place) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)";
    PLACE = "UPDATE audit SET place = $1 WHERE id IN (SELECT id FROM audit WHERE place IS NULL ORDER BY id LIMIT $2) RETURNING id, digest";
    LAST_LINK = "SELECT place, link FROM audit_chain ORDER BY place DESC LIMIT 1";
    CHAIN = "INSERT INTO audit_chain (place, entries, link) VALUES ($1, $2, $3)";
    LINKS = "SELECT place, entries, link FROM audit_chain WHERE place > $1 ORDER BY place LIMIT $2";
    AT_PLACE = "SELECT id, at, account_id, actor, channel, verb, object, order_id, detail, digest FROM audit WHERE place = $1 ORDER BY id";
    COUNT_ASTRAY = "SELECT COUNT(*) FROM audit a WHERE a.place IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_chain c WHERE c.place = a.place)";
    HISTORY = "SELECT id, at, account_id, actor, channel, verb, object, order_id, detail, digest FROM audit WHERE id > $1 ORDER BY id LIMIT $2";
    INSERT_EVENT = "INSERT INTO events (id, account_id, at, class, subclass, object, order_id, data, acknowledged_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)";
    EVENTS = "SELECT id, account_id, at, class, subclass, object, order_id, data, acknowledged_at FROM events WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    INSERT_MAIL = "INSERT INTO mails (id, account_id, at, recipient, subject, text, html, links, state, attempts, last_error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', 0, '')";
    MAILS = "SELECT id, account_id, at, recipient, subject, text, html, links, state, attempts, last_error FROM mails ORDER BY id DESC LIMIT $1";
    MAILS_TO = "SELECT id, account_id, at, recipient, subject, text, html, links, state, attempts, last_error FROM mails WHERE recipient = $1 ORDER BY id DESC LIMIT $2";
    QUEUED_MAILS = "SELECT id, account_id, at, recipient, subject, text, html, links, state, attempts, last_error FROM mails WHERE state = 'queued' ORDER BY id LIMIT $1";
    MAIL_STATE = "UPDATE mails SET state = $1, attempts = attempts + 1, last_error = $2 WHERE id = $3 AND state = 'queued'";
}

fn entry_at(row: &Row<'_>, first: usize) -> Result<Entry, Fault> {
    Ok(Entry {
        id: row.int(first)?,
        at: row.time(first + 1)?,
        account_id: row.int_opt(first + 2)?,
        actor: row.text(first + 3)?,
        channel: row.text(first + 4)?,
        verb: row.text(first + 5)?,
        object: row.text(first + 6)?,
        order_id: row.int_opt(first + 7)?,
        detail: row.text(first + 8)?,
        digest: row.text(first + 9)?,
    })
}

pub fn append(tx: &mut Tx<'_>, e: &Entry) -> Result<(), Fault> {
    tx.execute(APPEND, params![e.id, e.at, e.account_id, &e.actor, &e.channel, &e.verb, &e.object, e.order_id, &e.detail, &e.digest])?;
    Ok(())
}

/// Gives rows without a place this one, at most `limit`; returns their ids and digests in order of their ids.
pub fn place(tx: &mut Tx<'_>, place: i64, limit: i64) -> Result<Vec<(i64, String)>, Fault> {
    let mut placed = tx.many(PLACE, params![place, limit], |row| Ok((row.int(0)?, row.text(1)?)))?;
    placed.sort();
    Ok(placed)
}

/// The place and value of the chain's last link.
pub fn last_link(tx: &mut Tx<'_>) -> Result<Option<(i64, String)>, Fault> {
    tx.one(LAST_LINK, &[], |row| Ok((row.int(0)?, row.text(1)?)))
}

/// Adds a link that covers `entries` rows.
pub fn chain(tx: &mut Tx<'_>, place: i64, entries: i64, link: &str) -> Result<(), Fault> {
    tx.execute(CHAIN, params![place, entries, link]).map(|_| ())
}

/// A link of the chain.
pub struct Link {
    pub place: i64,
    /// How many rows it covers.
    pub entries: i64,
    pub link: String,
}

pub fn links(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Link>, Fault> {
    tx.many(LINKS, params![after, limit], |row| Ok(Link { place: row.int(0)?, entries: row.int(1)?, link: row.text(2)? }))
}

/// The rows that a link covers, in order of their ids.
pub fn at_place(tx: &mut Tx<'_>, place: i64) -> Result<Vec<Entry>, Fault> {
    tx.many(AT_PLACE, params![place], |row| entry_at(row, 0))
}

/// Rows that claim a place which no link has.
pub fn count_astray(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_ASTRAY, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Rows in order of their ids, after `after`.
pub fn history(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Entry>, Fault> {
    tx.many(HISTORY, params![after, limit], |row| entry_at(row, 0))
}

pub fn insert_event(tx: &mut Tx<'_>, e: &Event) -> Result<(), Fault> {
    tx.execute(INSERT_EVENT, params![e.id, e.account_id, e.at, &e.class, &e.subclass, &e.object, e.order_id, &e.data])?;
    Ok(())
}

pub fn events(tx: &mut Tx<'_>, account_id: i64, after: i64, limit: i64) -> Result<Vec<Event>, Fault> {
    tx.many(EVENTS, params![account_id, after, limit], |row| {
        Ok(Event {
            id: row.int(0)?,
            account_id: row.int(1)?,
            at: row.time(2)?,
            class: row.text(3)?,
            subclass: row.text(4)?,
            object: row.text(5)?,
            order_id: row.int_opt(6)?,
            data: row.text(7)?,
            acknowledged_at: row.time_opt(8)?,
        })
    })
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
    })
}

/// Queues a mail; its state, attempts and error start afresh whatever the value says.
pub fn insert_mail(tx: &mut Tx<'_>, m: &Mail) -> Result<(), Fault> {
    tx.execute(INSERT_MAIL, params![m.id, m.account_id, m.at, &m.recipient, &m.subject, &m.text, &m.html, &m.links])?;
    Ok(())
}

/// Mails, newest first; all, or those to one address.
pub fn mails(tx: &mut Tx<'_>, to: Option<&str>, limit: i64) -> Result<Vec<Mail>, Fault> {
    match to {
        Some(to) => tx.many(MAILS_TO, params![to, limit], mail),
        None => tx.many(MAILS, params![limit], mail),
    }
}

pub fn queued_mails(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Mail>, Fault> {
    tx.many(QUEUED_MAILS, params![limit], mail)
}

/// Notes what became of a queued mail: `captured`, `sent`, `failed`, or `queued` to try again.
pub fn set_mail_state(tx: &mut Tx<'_>, id: i64, state: &str, error: &str) -> Result<bool, Fault> {
    Ok(tx.execute(MAIL_STATE, params![state, error, id])? == 1)
}
