//! Tallies: how many names an account registered and gave back with a refund, by zone and month.

use crate::db::{Fault, Tx};
use crate::{params, statements};

statements! {
    REGISTERED = "INSERT INTO tallies (account_id, zone, month, registrations, refunds) VALUES ($1, $2, $3, 1, 0) \
                  ON CONFLICT (account_id, zone, month) DO UPDATE SET registrations = tallies.registrations + 1";
    OF = "SELECT registrations, refunds FROM tallies WHERE account_id = $1 AND zone = $2 AND month = $3";
    REFUNDED = "UPDATE tallies SET refunds = refunds + 1 WHERE account_id = $1 AND zone = $2 AND month = $3 AND refunds < $4";
}

/// What an account did in a zone in a month.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    pub registrations: i64,
    pub refunds: i64,
}

/// Counts a registration; `month` is written `2027-03`.
pub fn registered(tx: &mut Tx<'_>, account_id: i64, zone: &str, month: &str) -> Result<(), Fault> {
    tx.execute(REGISTERED, params![account_id, zone, month]).map(|_| ())
}

pub fn of(tx: &mut Tx<'_>, account_id: i64, zone: &str, month: &str) -> Result<Tally, Fault> {
    let found = tx.one(OF, params![account_id, zone, month], |row| Ok(Tally { registrations: row.int(0)?, refunds: row.int(1)? }))?;
    Ok(found.unwrap_or_default())
}

/// Counts a refund if fewer than `limit` were given; false if that many were.
pub fn refunded(tx: &mut Tx<'_>, account_id: i64, zone: &str, month: &str, limit: i64) -> Result<bool, Fault> {
    Ok(tx.execute(REFUNDED, params![account_id, zone, month, limit])? == 1)
}
