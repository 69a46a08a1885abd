//! The last transfer of each domain.

use model::Timestamp;
use store::{Fault, Tx, params, statements};

/// A row of `transfers`.
#[derive(Clone, Debug)]
pub(in crate::embedded) struct TransferRow {
    pub(in crate::embedded) status: String,
    pub(in crate::embedded) requested_by: String,
    pub(in crate::embedded) requested: Timestamp,
    pub(in crate::embedded) acting: String,
    /// When it was acted on; while pending, until when it may be.
    pub(in crate::embedded) acted: Timestamp,
    pub(in crate::embedded) expires: Option<Timestamp>,
}

statements! {
    TRANSFER = "SELECT status, requested_by, requested_at, acting, acted_at, expires_at FROM transfers WHERE domain = $1";
    TRANSFER_PUT = "INSERT INTO transfers (domain, status, requested_by, requested_at, acting, acted_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (domain) DO UPDATE SET status = excluded.status, requested_by = excluded.requested_by, requested_at = excluded.requested_at, \
        acting = excluded.acting, acted_at = excluded.acted_at, expires_at = excluded.expires_at";
    TRANSFER_DELETE = "DELETE FROM transfers WHERE domain = $1";
}

pub(in crate::embedded) fn transfer(tx: &mut Tx<'_>, domain: i64) -> Result<Option<TransferRow>, Fault> {
    tx.one(TRANSFER, params![domain], |row| {
        Ok(TransferRow {
            status: row.text(0)?,
            requested_by: row.text(1)?,
            requested: row.time(2)?,
            acting: row.text(3)?,
            acted: row.time(4)?,
            expires: row.time_opt(5)?,
        })
    })
}

pub(in crate::embedded) fn put_transfer(tx: &mut Tx<'_>, domain: i64, t: &TransferRow) -> Result<(), Fault> {
    tx.execute(TRANSFER_PUT, params![domain, &t.status, &t.requested_by, t.requested, &t.acting, t.acted, t.expires]).map(drop)
}

pub(super) fn delete_transfer(tx: &mut Tx<'_>, domain: i64) -> Result<(), Fault> {
    tx.execute(TRANSFER_DELETE, params![domain]).map(drop)
}
