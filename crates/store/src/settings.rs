//! Single values and counters: the lab's clock, the blocks of ids, and prices that differ from the list.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::{Currency, Money, Timestamp};

statements! {
    GET = "SELECT value FROM settings WHERE name = $1";
    SET = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    TAKE_LEASE = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE settings.value < $3";
    START_IDS = "INSERT INTO ids (name, next) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    TAKE_IDS = "UPDATE ids SET next = next + $1 WHERE name = $2 RETURNING next";
    NEXT_ID = "SELECT next FROM ids WHERE name = $1";
    RAISE_IDS = "UPDATE ids SET next = $1 WHERE name = $2 AND next < $3";
    SET_PRICE = "INSERT INTO prices (id, zone, item, months, tier, currency, amount_e4, valid_from_at, valid_until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
                 ON CONFLICT (zone, item, months, tier, currency, valid_from_at) DO UPDATE SET amount_e4 = excluded.amount_e4, valid_until_at = excluded.valid_until_at";
    PRICES = "SELECT zone, item, months, tier, currency, amount_e4, valid_from_at, valid_until_at FROM prices WHERE zone = $1 ORDER BY item, months, tier, valid_from_at LIMIT 10000";
    PRICES_IN_FORCE = "SELECT zone, item, months, tier, currency, amount_e4, valid_from_at, valid_until_at FROM prices WHERE currency = $1 AND tier IN ('', $2) \
                       AND valid_from_at <= $3 AND (valid_until_at IS NULL OR valid_until_at > $3) ORDER BY zone, item, months, tier DESC, valid_from_at DESC LIMIT 100000";
    PRICE = "SELECT zone, item, months, tier, currency, amount_e4, valid_from_at, valid_until_at FROM prices WHERE zone = $1 AND item = $2 AND months = $3 AND currency = $4 \
             AND tier IN ('', $5) AND valid_from_at <= $6 AND (valid_until_at IS NULL OR valid_until_at > $6) ORDER BY tier DESC, valid_from_at DESC LIMIT 1";
}

/// A price that overrides the zone pack's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriceRow {
    pub zone: String,
    pub item: String,
    pub months: i64,
    /// The tier it is for; empty for every tier.
    pub tier: String,
    pub amount: Money,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
}

pub fn get(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, Fault> {
    tx.one(GET, params![name], |row| row.text(0))
}

pub fn set(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), Fault> {
    tx.execute(SET, params![name, value]).map(|_| ())
}

/// Takes a lease that nobody holds any more, on the real clock; true if it is now the caller's until `until`.
pub fn take_lease(tx: &mut Tx<'_>, name: &str, now: Timestamp, until: Timestamp) -> Result<bool, Fault> {
    let digits = |at: Timestamp| format!("{:020}", at.micros().max(0));
    Ok(tx.execute(TAKE_LEASE, params![name, &digits(until), &digits(now)])? == 1)
}

/// The first id that no block has had yet; none where no block was taken.
pub fn next_id(tx: &mut Tx<'_>, name: &str) -> Result<Option<i64>, Fault> {
    tx.one(NEXT_ID, params![name], |row| row.int(0))
}

/// Sees to it that no block begins before `next`: in the copy of a store that has gone on since.
pub fn raise_ids(tx: &mut Tx<'_>, name: &str, next: i64) -> Result<(), Fault> {
    tx.execute(RAISE_IDS, params![next, name, next]).map(|_| ())
}

/// Takes a block of ids; returns its first. Blocks that are not used up leave gaps and nothing else.
pub fn take_ids(tx: &mut Tx<'_>, name: &str, first: i64, count: i64) -> Result<i64, Fault> {
    let taken = tx.one(TAKE_IDS, params![count, name], |row| row.int(0))?;
    let next = match taken {
        Some(next) => next,
        None => {
            tx.execute(START_IDS, params![name, first])?;
            tx.one(TAKE_IDS, params![count, name], |row| row.int(0))?.ok_or_else(|| Fault::corrupt("a counter that cannot be started"))?
        }
    };
    Ok(next - count)
}

fn price(row: &Row<'_>) -> Result<PriceRow, Fault> {
    let currency = Currency::from_code(&row.text(4)?).ok_or_else(|| Fault::corrupt("a price's currency"))?;
    Ok(PriceRow {
        zone: row.text(0)?,
        item: row.text(1)?,
        months: row.int(2)?,
        tier: row.text(3)?,
        amount: Money::new(row.int(5)?, currency),
        valid_from: row.time(6)?,
        valid_until: row.time_opt(7)?,
    })
}

pub fn set_price(tx: &mut Tx<'_>, id: i64, p: &PriceRow) -> Result<(), Fault> {
    let (amount, currency) = (p.amount.amount_e4, p.amount.currency.code());
    tx.execute(SET_PRICE, params![id, &p.zone, &p.item, p.months, &p.tier, currency, amount, p.valid_from, p.valid_until]).map(|_| ())
}

pub fn prices(tx: &mut Tx<'_>, zone: &str) -> Result<Vec<PriceRow>, Fault> {
    tx.many(PRICES, params![zone], price)
}

/// The prices in force at an instant for all zones; of several for the same the one that counts comes first, as in [`price_in_force`].
pub fn prices_in_force(tx: &mut Tx<'_>, currency: Currency, tier: &str, at: Timestamp) -> Result<Vec<PriceRow>, Fault> {
    tx.many(PRICES_IN_FORCE, params![currency.code(), tier, at], price)
}

/// The price in force at an instant: the tier's own before the one for every tier, the latest before older ones.
pub fn price_in_force(
    tx: &mut Tx<'_>,
    zone: &str,
    item: &str,
    months: i64,
    currency: Currency,
    tier: &str,
    at: Timestamp,
) -> Result<Option<PriceRow>, Fault> {
    tx.one(PRICE, params![zone, item, months, currency.code(), tier, at], price)
}
