//! Host objects of accounts: name servers below their own domains, with their addresses.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;

/// A host as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    pub id: i64,
    pub account_id: i64,
    /// The domain that it is below.
    pub domain_id: i64,
    /// A-label form.
    pub name: String,
    /// IPv4 and IPv6 addresses, separated by blanks.
    pub addresses: String,
    /// The client's own statuses, separated by blanks.
    pub statuses: String,
    pub created_at: Timestamp,
    pub created_by: String,
    pub updated_at: Timestamp,
    pub updated_by: String,
}

macro_rules! columns {
    () => {
        "id, account_id, domain_id, name, addresses, statuses, created_at, created_by, updated_at, updated_by"
    };
}

statements! {
    INSERT = concat!("INSERT INTO hosts (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    BY_NAME = concat!("SELECT ", columns!(), " FROM hosts WHERE name = $1");
    LIST = concat!("SELECT ", columns!(), " FROM hosts WHERE account_id = $1 AND name > $2 ORDER BY name LIMIT $3");
    SAVE = "UPDATE hosts SET account_id = $1, domain_id = $2, name = $3, addresses = $4, statuses = $5, updated_at = $6, updated_by = $7 WHERE id = $8";
    DELETE = "DELETE FROM hosts WHERE id = $1";
    DELETE_BELOW = "DELETE FROM hosts WHERE domain_id = $1";
    GIVE_BELOW = "UPDATE hosts SET account_id = $1, updated_at = $2, updated_by = $3 WHERE domain_id = $4";
}

fn host(row: &Row<'_>) -> Result<Host, Fault> {
    Ok(Host {
        id: row.int(0)?,
        account_id: row.int(1)?,
        domain_id: row.int(2)?,
        name: row.text(3)?,
        addresses: row.text(4)?,
        statuses: row.text(5)?,
        created_at: row.time(6)?,
        created_by: row.text(7)?,
        updated_at: row.time(8)?,
        updated_by: row.text(9)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, h: &Host) -> Result<(), Fault> {
    tx.execute(
        INSERT,
        params![
            h.id,
            h.account_id,
            h.domain_id,
            &h.name,
            &h.addresses,
            &h.statuses,
            h.created_at,
            &h.created_by,
            h.updated_at,
            &h.updated_by
        ],
    )?;
    Ok(())
}

/// Whoever's it is: only for the engine's own use.
pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Host>, Fault> {
    tx.one(BY_NAME, params![name], host)
}

/// The account's host of that name; another account's is as absent as none.
pub fn of_account(tx: &mut Tx<'_>, account_id: i64, name: &str) -> Result<Option<Host>, Fault> {
    Ok(by_name(tx, name)?.filter(|h| h.account_id == account_id))
}

/// Hosts of the account by name, after `after`.
pub fn list(tx: &mut Tx<'_>, account_id: i64, after: &str, limit: i64) -> Result<Vec<Host>, Fault> {
    tx.many(LIST, params![account_id, after, limit], host)
}

/// Writes what can change: the name with the domain above it, the addresses, the statuses, and when and by whom.
pub fn save(tx: &mut Tx<'_>, h: &Host) -> Result<(), Fault> {
    tx.execute(SAVE, params![h.account_id, h.domain_id, &h.name, &h.addresses, &h.statuses, h.updated_at, &h.updated_by, h.id]).map(|_| ())
}

pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(DELETE, params![id]).map(|_| ())
}

/// Takes out the hosts below a domain, which go where it goes.
pub fn delete_below(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Fault> {
    tx.execute(DELETE_BELOW, params![domain_id]).map(|_| ())
}

/// The hosts below a domain that is given to another account go with it.
pub fn give_below(tx: &mut Tx<'_>, domain_id: i64, to: i64, at: Timestamp, by: &str) -> Result<(), Fault> {
    tx.execute(GIVE_BELOW, params![to, at, by, domain_id]).map(|_| ())
}
