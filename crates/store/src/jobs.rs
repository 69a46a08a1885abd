//! Jobs: work outside transactions, claimed by a lease with an epoch that every settling statement carries.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;

/// A job in hand: whoever holds this epoch may settle it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    pub id: i64,
    pub kind: String,
    /// The lease's name: one job of a name at a time, such as `domain:example.com`.
    pub name: String,
    /// What it is about: an order's id, or 0.
    pub subject: i64,
    /// When it is due, on the business clock.
    pub run_at: Timestamp,
    pub epoch: i64,
    pub attempts: i64,
}

statements! {
    INSERT = "INSERT INTO jobs (id, kind, name, subject, run_at, locked_until, holder, epoch, attempts, last_error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '')";
    CLAIM = "UPDATE jobs SET locked_until = $1, holder = $2, epoch = epoch + 1, attempts = attempts + 1 \
             WHERE id IN (SELECT id FROM jobs WHERE run_at <= $3 AND locked_until < $4 ORDER BY run_at, id LIMIT $5) AND locked_until < $4 \
             RETURNING id, kind, name, subject, run_at, epoch, attempts";
    CLAIMABLE = "SELECT 1 FROM jobs WHERE run_at <= $1 AND locked_until < $2 LIMIT 1";
    FINISH = "DELETE FROM jobs WHERE id = $1 AND epoch = $2";
    AGAIN = "UPDATE jobs SET run_at = $1, locked_until = 0, last_error = $2 WHERE id = $3 AND epoch = $4";
    FAILING = "SELECT failing_since_at, attention FROM jobs WHERE id = $1 AND epoch = $2";
    FAILED = "UPDATE jobs SET run_at = $1, locked_until = 0, last_error = $2, failing_since_at = $3, attention = $4 WHERE id = $5 AND epoch = $6";
    COUNT_ATTENTION = "SELECT COUNT(*) FROM jobs WHERE attention <> ''";
    IN_ATTENTION = "SELECT kind, subject, failing_since_at, attention FROM jobs WHERE attention <> '' ORDER BY failing_since_at, id LIMIT $1";
    SET_DUE = "UPDATE jobs SET run_at = $1 WHERE name = $2";
    DROP_NAMED = "DELETE FROM jobs WHERE name = $1";
    NEXT_DUE = "SELECT MIN(run_at) FROM jobs WHERE locked_until < $1";
    COUNT_DUE = "SELECT COUNT(*) FROM jobs WHERE run_at <= $1";
    EXTEND = "UPDATE jobs SET locked_until = $1 WHERE id = $2 AND epoch = $3";
    FREE_HELD = "UPDATE jobs SET locked_until = 0 WHERE holder = $1 AND locked_until > 0";
    FREE_ALL = "UPDATE jobs SET locked_until = 0 WHERE locked_until > 0";
}

fn job(row: &Row<'_>) -> Result<Job, Fault> {
    Ok(Job {
        id: row.int(0)?,
        kind: row.text(1)?,
        name: row.text(2)?,
        subject: row.int(3)?,
        run_at: row.time(4)?,
        epoch: row.int(5)?,
        attempts: row.int(6)?,
    })
}

/// Who holds a lease, and until when on the real clock.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// The node: the same for every life of one node, and no other's.
    pub holder: &'a str,
    pub until: Timestamp,
}

/// Enqueues a job that is claimed already. Epoch 1 belongs to that first claim.
pub fn insert(tx: &mut Tx<'_>, job: &Job, lease: Lease<'_>) -> Result<(), Fault> {
    tx.execute(INSERT, params![job.id, &job.kind, &job.name, job.subject, job.run_at, lease.until, lease.holder, job.epoch])?;
    Ok(())
}

/// Enqueues a job for whoever is free when it is due.
pub fn insert_free(tx: &mut Tx<'_>, job: &Job) -> Result<(), Fault> {
    insert(tx, job, Lease { holder: "", until: Timestamp::from_micros(0) })
}

/// Claims jobs due on the business clock whose lease has run out on the real one.
pub fn claim(tx: &mut Tx<'_>, due: Timestamp, real_now: Timestamp, lease: Lease<'_>, limit: i64) -> Result<Vec<Job>, Fault> {
    let mut claimed = tx.many(CLAIM, params![lease.until, lease.holder, due, real_now, limit], job)?;
    claimed.sort_by_key(|j| (j.run_at, j.id));
    Ok(claimed)
}

/// Lengthens a lease; false if it was lost.
pub fn extend(tx: &mut Tx<'_>, id: i64, epoch: i64, until: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(EXTEND, params![until, id, epoch])? == 1)
}

/// Ends a job; false if the lease was lost, in which case the caller must undo its transaction.
pub fn finish(tx: &mut Tx<'_>, id: i64, epoch: i64) -> Result<bool, Fault> {
    Ok(tx.execute(FINISH, params![id, epoch])? == 1)
}

/// Puts a job off; false if the lease was lost.
pub fn again(tx: &mut Tx<'_>, id: i64, epoch: i64, run_at: Timestamp, error: &str) -> Result<bool, Fault> {
    Ok(tx.execute(AGAIN, params![run_at, error, id, epoch])? == 1)
}

/// How a job stands that failed before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failing {
    /// None if it has not failed yet.
    pub since_at: Option<Timestamp>,
    /// Under which staff find it; empty while it is not before them.
    pub attention: String,
}

/// How a job in hand stands; none if the lease was lost.
pub fn failing(tx: &mut Tx<'_>, id: i64, epoch: i64) -> Result<Option<Failing>, Fault> {
    tx.one(FAILING, params![id, epoch], |row| Ok(Failing { since_at: row.time_opt(0)?, attention: row.text(1)? }))
}

/// Puts a job off that failed, as [`again`]; keeps since when it does, and what staff are told.
pub fn failed(tx: &mut Tx<'_>, id: i64, epoch: i64, run_at: Timestamp, error: &str, failing: &Failing) -> Result<bool, Fault> {
    Ok(tx.execute(FAILED, params![run_at, error, failing.since_at, &failing.attention, id, epoch])? == 1)
}

/// A job that staff are told of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stuck {
    pub kind: String,
    /// What it is about, as in the job.
    pub subject: i64,
    pub since_at: Option<Timestamp>,
    pub attention: String,
}

/// How many jobs wait for staff.
pub fn count_attention(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_ATTENTION, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Jobs that wait for staff, those that fail longest first.
pub fn in_attention(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Stuck>, Fault> {
    let stuck = |row: &Row<'_>| Ok(Stuck { kind: row.text(0)?, subject: row.int(1)?, since_at: row.time_opt(2)?, attention: row.text(3)? });
    tx.many(IN_ATTENTION, params![limit], stuck)
}

/// Sets when the job of this name is due; false if there is none.
pub fn set_due(tx: &mut Tx<'_>, name: &str, run_at: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(SET_DUE, params![run_at, name])? == 1)
}

/// Drops the job of this name, if there is one: what it waited for has happened. Whoever does it just now finds its lease lost.
pub fn drop_named(tx: &mut Tx<'_>, name: &str) -> Result<(), Fault> {
    tx.execute(DROP_NAMED, params![name]).map(|_| ())
}

/// The instant of the next job that could be claimed at `real_now`, due or not. One in hand is its holder's affair.
pub fn next_due(tx: &mut Tx<'_>, real_now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    Ok(tx.one(NEXT_DUE, params![real_now], |row| row.time_opt(0))?.flatten())
}

pub fn count_due(tx: &mut Tx<'_>, now: Timestamp) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_DUE, params![now], |row| row.int(0))?.unwrap_or(0))
}

/// Ends the leases of a node: at its start, when those are of an earlier life of its own, which is dead.
pub fn free_held(tx: &mut Tx<'_>, holder: &str) -> Result<u64, Fault> {
    tx.execute(FREE_HELD, params![holder])
}

/// Ends all leases: only for the start of a store that no other node uses, where whoever held them is dead.
pub fn free_all(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    tx.execute(FREE_ALL, &[])
}

/// Whether there is anything to claim; a read, so that an idle node writes nothing.
pub fn claimable(tx: &mut Tx<'_>, due: Timestamp, real_now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.one(CLAIMABLE, params![due, real_now], |_| Ok(()))?.is_some())
}
