//! What the registry charges its registrars, and what a deletion takes back.

use model::Timestamp;
use store::{Fault, Tx, params, statements};

/// A row of `charges`.
pub(in crate::embedded) struct ChargeRow<'a> {
    pub(in crate::embedded) id: i64,
    pub(in crate::embedded) at: Timestamp,
    pub(in crate::embedded) registrar: &'a str,
    pub(in crate::embedded) domain: i64,
    pub(in crate::embedded) name: &'a str,
    pub(in crate::embedded) operation: &'a str,
    pub(in crate::embedded) months: i64,
    pub(in crate::embedded) amount_e4: i64,
    pub(in crate::embedded) refundable_until: Option<Timestamp>,
}

statements! {
    CHARGE = "INSERT INTO charges (id, at, registrar, domain, name, operation, months, amount_e4, refundable_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    REFUNDABLE = "SELECT operation, months, amount_e4 FROM charges WHERE domain = $1 AND registrar = $2 AND refundable_until > $3 ORDER BY id";
    REFUNDED = "UPDATE charges SET refundable_until = NULL WHERE domain = $1 AND registrar = $2";
    CHARGES_SUM = "SELECT CAST(COALESCE(SUM(amount_e4), 0) AS BIGINT) FROM charges WHERE registrar = $1";
}

pub(in crate::embedded) fn charge(tx: &mut Tx<'_>, c: &ChargeRow<'_>) -> Result<(), Fault> {
    tx.execute(CHARGE, params![c.id, c.at, c.registrar, c.domain, c.name, c.operation, c.months, c.amount_e4, c.refundable_until]).map(drop)
}

/// Charges that a deletion at `at` takes back: operation, months, amount.
pub(in crate::embedded) fn refundable(
    tx: &mut Tx<'_>,
    domain: i64,
    registrar: &str,
    at: Timestamp,
) -> Result<Vec<(String, i64, i64)>, Fault> {
    tx.many(REFUNDABLE, params![domain, registrar, at], |row| Ok((row.text(0)?, row.int(1)?, row.int(2)?)))
}

/// No charge of this domain can be taken back any more.
pub(in crate::embedded) fn close_refunds(tx: &mut Tx<'_>, domain: i64, registrar: &str) -> Result<(), Fault> {
    tx.execute(REFUNDED, params![domain, registrar]).map(drop)
}

/// What a registrar owes in all, in ten-thousandths of a dollar.
pub(in crate::embedded) fn charges_sum(tx: &mut Tx<'_>, registrar: &str) -> Result<i64, Fault> {
    Ok(tx.one(CHARGES_SUM, params![registrar], |row| row.int(0))?.unwrap_or(0))
}
