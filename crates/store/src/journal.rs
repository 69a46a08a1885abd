//! What happened: the audit log with its chain, and events for the accounts.

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
