//! The registry's hosts, and those under a domain.

use super::DomainRow;
use crate::embedded::status::Statuses;
use model::Timestamp;
use store::{Fault, Tx, params, statements};

/// A row of `hosts`.
#[derive(Clone, Debug)]
pub(in crate::embedded) struct HostRow {
    pub(in crate::embedded) id: i64,
    pub(in crate::embedded) name: String,
    /// The registrable name above it, where its zone is served here.
    pub(in crate::embedded) apex: Option<String>,
    pub(in crate::embedded) sponsor: String,
    pub(in crate::embedded) creator: String,
    pub(in crate::embedded) created: Timestamp,
    pub(in crate::embedded) updater: Option<String>,
    pub(in crate::embedded) updated: Option<Timestamp>,
    pub(in crate::embedded) transferred: Option<Timestamp>,
    pub(in crate::embedded) statuses: Statuses,
    /// Separated by blanks.
    pub(in crate::embedded) addresses: String,
}

statements! {
    HOST = "SELECT id, name, apex, sponsor, creator, created_at, updater, updated_at, transferred_at, statuses, addresses FROM hosts WHERE name = $1";
    HOST_INSERT = "INSERT INTO hosts (id, name, apex, sponsor, creator, created_at, updater, updated_at, transferred_at, statuses, addresses) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (name) DO NOTHING";
    HOST_UPDATE = "UPDATE hosts SET name = $1, apex = $2, sponsor = $3, updater = $4, updated_at = $5, statuses = $6, addresses = $7 WHERE id = $8";
    HOST_DELETE = "DELETE FROM hosts WHERE id = $1";
    HOSTS_UNDER = "SELECT name FROM hosts WHERE apex = $1 ORDER BY name";
    HOSTS_UNDER_LINKED = "SELECT 1 FROM hosts h JOIN domain_hosts l ON l.host = h.id WHERE h.apex = $1 AND l.domain <> $2 LIMIT 1";
    HOSTS_UNDER_GIVE = "UPDATE hosts SET sponsor = $1, transferred_at = $2 WHERE apex = $3";
    HOSTS_UNDER_DELETE = "DELETE FROM hosts WHERE apex = $1 AND NOT EXISTS (SELECT 1 FROM domain_hosts l WHERE l.host = hosts.id)";
    HOSTS_UNDER_STRIP = "UPDATE hosts SET addresses = '' WHERE apex = $1";
}

pub(in crate::embedded) fn host(tx: &mut Tx<'_>, name: &str) -> Result<Option<HostRow>, Fault> {
    tx.one(HOST, params![name], |row| {
        Ok(HostRow {
            id: row.int(0)?,
            name: row.text(1)?,
            apex: row.text_opt(2)?,
            sponsor: row.text(3)?,
            creator: row.text(4)?,
            created: row.time(5)?,
            updater: row.text_opt(6)?,
            updated: row.time_opt(7)?,
            transferred: row.time_opt(8)?,
            statuses: Statuses::from_bits(row.int(9)?),
            addresses: row.text(10)?,
        })
    })
}

/// False if there is one of this name.
pub(in crate::embedded) fn insert_host(tx: &mut Tx<'_>, h: &HostRow) -> Result<bool, Fault> {
    let values = params![
        h.id,
        &h.name,
        h.apex.as_ref(),
        &h.sponsor,
        &h.creator,
        h.created,
        h.updater.as_ref(),
        h.updated,
        h.transferred,
        h.statuses.bits(),
        &h.addresses,
    ];
    Ok(tx.execute(HOST_INSERT, values)? == 1)
}

pub(in crate::embedded) fn save_host(tx: &mut Tx<'_>, h: &HostRow) -> Result<(), Fault> {
    let values = params![&h.name, h.apex.as_ref(), &h.sponsor, h.updater.as_ref(), h.updated, h.statuses.bits(), &h.addresses, h.id];
    tx.execute(HOST_UPDATE, values).map(drop)
}

pub(in crate::embedded) fn delete_host(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(HOST_DELETE, params![id]).map(drop)
}

/// Names of the hosts under a domain.
pub(in crate::embedded) fn hosts_under(tx: &mut Tx<'_>, domain: &str) -> Result<Vec<String>, Fault> {
    tx.many(HOSTS_UNDER, params![domain], |row| row.text(0))
}

/// Whether another domain uses a host under this one.
pub(in crate::embedded) fn hosts_under_are_linked(tx: &mut Tx<'_>, domain: &DomainRow) -> Result<bool, Fault> {
    Ok(tx.one(HOSTS_UNDER_LINKED, params![&domain.name, domain.id], |_| Ok(()))?.is_some())
}

/// Hosts go with the domain above them.
pub(in crate::embedded) fn give_hosts_under(tx: &mut Tx<'_>, domain: &str, sponsor: &str, at: Timestamp) -> Result<(), Fault> {
    tx.execute(HOSTS_UNDER_GIVE, params![sponsor, at, domain]).map(drop)
}

/// Hosts under a domain that is gone: nobody's are removed, those that other domains use lose their addresses.
pub(super) fn drop_hosts_under(tx: &mut Tx<'_>, domain: &str) -> Result<(), Fault> {
    tx.execute(HOSTS_UNDER_DELETE, params![domain])?;
    tx.execute(HOSTS_UNDER_STRIP, params![domain]).map(drop)
}
