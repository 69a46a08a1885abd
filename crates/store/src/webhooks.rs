//! Webhooks: where accounts want their events delivered, how the receivers do, and what became of each delivery.

use crate::db::{Fault, Row, Tx};
use crate::events::{Told, told_from};
use crate::{params, statements};
use model::Timestamp;

/// A webhook as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    pub id: i64,
    pub account_id: i64,
    pub url: String,
    pub description: String,
    /// Patterns over kinds of events, as a JSON array.
    pub events: String,
    /// Sealed.
    pub secret: String,
    /// Sealed; empty if there is none.
    pub old_secret: String,
    /// Until when the old secret signs too; real clock.
    pub old_secret_until_at: Option<Timestamp>,
    /// `active`, `stopped` (by its account) or `paused` (by us).
    pub state: String,
    /// Business clock.
    pub created_at: Timestamp,
    /// Business clock.
    pub updated_at: Timestamp,
    /// Events of its sub-accounts, too.
    pub sub_accounts: bool,
}

/// How a receiver does. All instants are of the real clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebhookHealth {
    /// Attempts in a row that failed.
    pub failures: i64,
    pub failing_since_at: Option<Timestamp>,
    /// Nothing is tried before.
    pub hold_until_at: Timestamp,
    pub tried_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
    pub last_error: String,
}

/// A delivery as stored. All instants are of the real clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    pub webhook_id: i64,
    pub event_id: i64,
    /// `queued`, `delivered` or `failed`.
    pub state: String,
    /// All attempts ever; marks the claim.
    pub attempts: i64,
    /// Attempts since it was last queued.
    pub tries: i64,
    /// The first of these.
    pub first_at: Option<Timestamp>,
    pub next_at: Timestamp,
    /// Status of the last answer, 0 if there was none.
    pub status: i64,
    pub reason: String,
    /// The last attempts, as JSON.
    pub log: String,
    pub done_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "w.id, w.account_id, w.url, w.description, w.events, w.secret, w.old_secret, w.old_secret_until_at, w.state, w.created_at, w.updated_at, w.sub_accounts"
    };
}

macro_rules! health {
    () => {
        "h.failures, h.failing_since_at, h.hold_until_at, h.tried_at, h.delivered_at, h.last_error"
    };
}

macro_rules! delivery {
    () => {
        "d.webhook_id, d.event_id, d.state, d.attempts, d.tries, d.first_at, d.next_at, d.status, d.reason, d.log, d.done_at"
    };
}

macro_rules! event {
    () => {
        "e.id, e.account_id, e.at, e.class, e.subclass, e.object, e.order_id, e.data, e.acknowledged_at, a.kv_login"
    };
}

statements! {
    INSERT = "INSERT INTO webhooks (id, account_id, url, description, events, secret, old_secret, old_secret_until_at, state, created_at, updated_at, sub_accounts) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    INSERT_HEALTH = "INSERT INTO webhook_health (webhook_id, failures, failing_since_at, hold_until_at, tried_at, delivered_at, last_error) VALUES ($1, 0, NULL, 0, 0, NULL, '')";
    UPDATE = "UPDATE webhooks SET url = $1, description = $2, events = $3, secret = $4, old_secret = $5, old_secret_until_at = $6, state = $7, updated_at = $8, sub_accounts = $9 WHERE id = $10";
    DELETE_DELIVERIES = "DELETE FROM webhook_deliveries WHERE webhook_id = $1";
    DELETE_HEALTH = "DELETE FROM webhook_health WHERE webhook_id = $1";
    DELETE = "DELETE FROM webhooks WHERE id = $1";
    BY_ID = concat!("SELECT ", columns!(), ", ", health!(), " FROM webhooks w JOIN webhook_health h ON h.webhook_id = w.id WHERE w.id = $1");
    LIST = concat!("SELECT ", columns!(), ", ", health!(), " FROM webhooks w JOIN webhook_health h ON h.webhook_id = w.id WHERE w.account_id = $1 ORDER BY w.id LIMIT $2");
    /// What every event asks; no health, which changes with each delivery.
    LISTENING = "SELECT id, events FROM webhooks WHERE account_id = $1 AND state = 'active' UNION ALL \
                 SELECT w.id, w.events FROM accounts a JOIN webhooks w ON w.account_id = a.parent_id WHERE a.id = $1 AND w.sub_accounts = 1 AND w.state = 'active' \
                 ORDER BY 1";
    ENQUEUE = "INSERT INTO webhook_deliveries (webhook_id, event_id, state, attempts, tries, first_at, next_at, locked_until, status, reason, log, done_at) \
               VALUES ($1, $2, 'queued', 0, 0, NULL, $3, 0, 0, '', '[]', NULL) \
               ON CONFLICT (webhook_id, event_id) DO UPDATE SET state = 'queued', tries = 0, first_at = NULL, next_at = excluded.next_at, done_at = NULL";
    DUE_WEBHOOKS = "SELECT w.id FROM webhooks w JOIN webhook_health h ON h.webhook_id = w.id WHERE w.state = 'active' AND h.hold_until_at <= $1 AND EXISTS \
                    (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'queued' AND d.next_at <= $1 AND d.locked_until <= $1) \
                    ORDER BY h.tried_at, w.id LIMIT $2";
    CLAIM = "UPDATE webhook_deliveries SET attempts = attempts + 1, tries = tries + 1, first_at = COALESCE(first_at, $1), locked_until = $2 \
             WHERE webhook_id = $3 AND state = 'queued' AND locked_until <= $1 AND event_id IN \
             (SELECT d.event_id FROM webhook_deliveries d WHERE d.webhook_id = $3 AND d.state = 'queued' AND d.next_at <= $1 AND d.locked_until <= $1 ORDER BY d.next_at, d.event_id LIMIT $4) \
             RETURNING event_id";
    TRIED = "UPDATE webhook_health SET tried_at = $1 WHERE webhook_id = $2";
    DELIVERY = concat!("SELECT ", delivery!(), ", ", event!(), " FROM webhook_deliveries d JOIN events e ON e.id = d.event_id JOIN accounts a ON a.id = e.account_id \
                WHERE d.webhook_id = $1 AND d.event_id = $2");
    DELIVERIES = concat!("SELECT ", delivery!(), ", ", event!(), " FROM webhook_deliveries d JOIN events e ON e.id = d.event_id JOIN accounts a ON a.id = e.account_id \
                  WHERE d.webhook_id = $1 AND d.event_id < $2 AND (d.state = $3 OR CAST($3 AS TEXT) = '') ORDER BY d.event_id DESC LIMIT $4");
    SETTLE = "UPDATE webhook_deliveries SET state = $1, next_at = $2, locked_until = 0, status = $3, reason = $4, log = $5, done_at = $6 \
              WHERE webhook_id = $7 AND event_id = $8 AND attempts = $9 AND state = 'queued'";
    WELL = "UPDATE webhook_health SET failures = 0, failing_since_at = NULL, hold_until_at = 0, delivered_at = $1, last_error = '' WHERE webhook_id = $2";
    ILL = "UPDATE webhook_health SET failures = $1, failing_since_at = $2, hold_until_at = $3, last_error = $4 WHERE webhook_id = $5";
    SWEEP = "DELETE FROM webhook_deliveries WHERE done_at IS NOT NULL AND done_at <= $1";
    FREE_ALL = "UPDATE webhook_deliveries SET locked_until = 0 WHERE state = 'queued' AND locked_until > 0";
}

fn webhook(row: &Row<'_>) -> Result<Webhook, Fault> {
    Ok(Webhook {
        id: row.int(0)?,
        account_id: row.int(1)?,
        url: row.text(2)?,
        description: row.text(3)?,
        events: row.text(4)?,
        secret: row.text(5)?,
        old_secret: row.text(6)?,
        old_secret_until_at: row.time_opt(7)?,
        state: row.text(8)?,
        created_at: row.time(9)?,
        updated_at: row.time(10)?,
        sub_accounts: row.flag(11)?,
    })
}

fn with_health(row: &Row<'_>) -> Result<(Webhook, WebhookHealth), Fault> {
    let health = WebhookHealth {
        failures: row.int(12)?,
        failing_since_at: row.time_opt(13)?,
        hold_until_at: row.time(14)?,
        tried_at: row.time(15)?,
        delivered_at: row.time_opt(16)?,
        last_error: row.text(17)?,
    };
    Ok((webhook(row)?, health))
}

fn with_event(row: &Row<'_>) -> Result<(Delivery, Told), Fault> {
    let delivery = Delivery {
        webhook_id: row.int(0)?,
        event_id: row.int(1)?,
        state: row.text(2)?,
        attempts: row.int(3)?,
        tries: row.int(4)?,
        first_at: row.time_opt(5)?,
        next_at: row.time(6)?,
        status: row.int(7)?,
        reason: row.text(8)?,
        log: row.text(9)?,
        done_at: row.time_opt(10)?,
    };
    Ok((delivery, told_from(row, 11)?))
}

/// A new webhook, in good health.
pub fn insert(tx: &mut Tx<'_>, w: &Webhook) -> Result<(), Fault> {
    let old_until = w.old_secret_until_at;
    tx.execute(
        INSERT,
        params![
            w.id,
            w.account_id,
            &w.url,
            &w.description,
            &w.events,
            &w.secret,
            &w.old_secret,
            old_until,
            &w.state,
            w.created_at,
            w.updated_at,
            w.sub_accounts
        ],
    )?;
    tx.execute(INSERT_HEALTH, params![w.id]).map(|_| ())
}

/// Writes all that can change of a webhook.
pub fn update(tx: &mut Tx<'_>, w: &Webhook) -> Result<(), Fault> {
    let old_until = w.old_secret_until_at;
    tx.execute(
        UPDATE,
        params![&w.url, &w.description, &w.events, &w.secret, &w.old_secret, old_until, &w.state, w.updated_at, w.sub_accounts, w.id],
    )
    .map(|_| ())
}

/// Deletes a webhook with its deliveries, delivered or not.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    for statement in [DELETE_DELIVERIES, DELETE_HEALTH, DELETE] {
        tx.execute(statement, params![id])?;
    }
    Ok(())
}

/// A webhook of whatever account.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<(Webhook, WebhookHealth)>, Fault> {
    tx.one(BY_ID, params![id], with_health)
}

/// The account's webhooks, oldest first.
pub fn list(tx: &mut Tx<'_>, account_id: i64, limit: i64) -> Result<Vec<(Webhook, WebhookHealth)>, Fault> {
    tx.many(LIST, params![account_id, limit], with_health)
}

/// The account's active webhooks and those of the account above that want its events too, each with its patterns.
pub fn listening(tx: &mut Tx<'_>, account_id: i64) -> Result<Vec<(i64, String)>, Fault> {
    tx.many(LISTENING, params![account_id], |row| Ok((row.int(0)?, row.text(1)?)))
}

/// Queues an event for a webhook, or once more if it was before.
pub fn enqueue(tx: &mut Tx<'_>, webhook_id: i64, event_id: i64, real_now: Timestamp) -> Result<(), Fault> {
    tx.execute(ENQUEUE, params![webhook_id, event_id, real_now]).map(|_| ())
}

/// Webhooks that something may be sent to now, the one that waited longest first.
pub fn due(tx: &mut Tx<'_>, real_now: Timestamp, limit: i64) -> Result<Vec<i64>, Fault> {
    tx.many(DUE_WEBHOOKS, params![real_now, limit], |row| row.int(0))
}

/// Takes deliveries of a webhook for one attempt each, until `until`; returns their events.
pub fn claim(tx: &mut Tx<'_>, webhook_id: i64, real_now: Timestamp, until: Timestamp, limit: i64) -> Result<Vec<i64>, Fault> {
    let mut claimed = tx.many(CLAIM, params![real_now, until, webhook_id, limit], |row| row.int(0))?;
    claimed.sort_unstable();
    if !claimed.is_empty() {
        tx.execute(TRIED, params![real_now, webhook_id])?;
    }
    Ok(claimed)
}

/// A delivery with its event.
pub fn delivery(tx: &mut Tx<'_>, webhook_id: i64, event_id: i64) -> Result<Option<(Delivery, Told)>, Fault> {
    tx.one(DELIVERY, params![webhook_id, event_id], with_event)
}

/// Deliveries of a webhook with their events, those of the highest event number first, below `before`; all, or those of one state.
pub fn deliveries(tx: &mut Tx<'_>, webhook_id: i64, before: i64, state: &str, limit: i64) -> Result<Vec<(Delivery, Told)>, Fault> {
    tx.many(DELIVERIES, params![webhook_id, before, state, limit], with_event)
}

/// Writes what came of attempt number `d.attempts`; false if that is not the last one any more, or the delivery is gone.
pub fn settle(tx: &mut Tx<'_>, d: &Delivery) -> Result<bool, Fault> {
    let settled =
        tx.execute(SETTLE, params![&d.state, d.next_at, d.status, &d.reason, &d.log, d.done_at, d.webhook_id, d.event_id, d.attempts])?;
    Ok(settled == 1)
}

/// The receiver has taken something.
pub fn well(tx: &mut Tx<'_>, webhook_id: i64, real_now: Timestamp) -> Result<(), Fault> {
    tx.execute(WELL, params![real_now, webhook_id]).map(|_| ())
}

/// The receiver has failed so often in a row.
pub fn ill(tx: &mut Tx<'_>, webhook_id: i64, health: &WebhookHealth) -> Result<(), Fault> {
    tx.execute(ILL, params![health.failures, health.failing_since_at, health.hold_until_at, &health.last_error, webhook_id]).map(|_| ())
}

/// Forgets deliveries that ended at `old` or before.
pub fn sweep(tx: &mut Tx<'_>, old: Timestamp) -> Result<u64, Fault> {
    tx.execute(SWEEP, params![old])
}

/// Ends all claims: only for the start of a store that no other node uses.
pub fn free_all(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    tx.execute(FREE_ALL, &[])
}
