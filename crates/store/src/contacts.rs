//! Contacts: stored data, both dialects' handles, and which are known at which registry.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;
use model::contact::UNUSED_DAYS;
use model::verification::folded;

/// A contact as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    pub id: i64,
    pub account_id: i64,
    /// The handle in DMAPI's form, `CCOM-43438`.
    pub handle: String,
    /// The handle in CentralNic's form, `P-ABC12`.
    pub short_handle: String,
    /// The zone family that it was made for; empty if it serves everywhere.
    pub family: String,
    /// The person, or the organization where no person is named.
    pub name: String,
    pub organization: String,
    pub email: String,
    pub country: String,
    /// All data as JSON.
    pub data: String,
    /// Digest of the data: equal for equal contacts of one account.
    pub digest: String,
    /// Another number for each state of the data, so that registries can be brought up to date.
    pub version: i64,
    /// The data pass the formal check.
    pub validated: bool,
    /// Deleted by itself once nothing has used it for long.
    pub auto_delete: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, account_id, handle, short_handle, family, name, organization, email, country, data, digest, version, validated, auto_delete, created_at, updated_at"
    };
}

statements! {
    INSERT = concat!("INSERT INTO contacts (", columns!(), ", address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)");
    ACCOUNT_OF = "SELECT account_id FROM contacts WHERE id = $1";
    BY_ID = concat!("SELECT ", columns!(), " FROM contacts WHERE id = $1");
    BY_HANDLE = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND handle = $2");
    BY_SHORT_HANDLE = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND short_handle = $2");
    SAME = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND digest = $2 AND family = $3 ORDER BY id LIMIT 1");
    LIST = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    AT_REGISTRY = "SELECT registry_contact_id, version FROM registry_contacts WHERE registry = $1 AND contact_id = $2";
    NOTE_AT_REGISTRY = "INSERT INTO registry_contacts (registry, contact_id, registry_contact_id, version) VALUES ($1, $2, $3, $4) \
                        ON CONFLICT (registry, contact_id) DO UPDATE SET registry_contact_id = excluded.registry_contact_id, version = excluded.version";
    REGISTRIES = "SELECT registry, registry_contact_id, version FROM registry_contacts WHERE contact_id = $1 ORDER BY registry";
    FORGET_AT_REGISTRIES = "DELETE FROM registry_contacts WHERE contact_id = $1";
    CHANGE = "UPDATE contacts SET name = $1, organization = $2, email = $3, country = $4, data = $5, digest = $6, version = $7, validated = $8, auto_delete = $9, \
              updated_at = $10, address = $11 WHERE id = $12";
    DELETE = "DELETE FROM contacts WHERE id = $1";
    NOTE_UNUSED = "INSERT INTO agenda (domain_id, what, account_id, due_at, amount_e4, attention, locked_until, epoch) \
                   SELECT c.id, 'unused', c.account_id, CAST($1 AS BIGINT), 0, '', 0, 1 FROM domain_contacts l JOIN contacts c ON c.id = l.contact_id \
                   WHERE l.domain_id = $2 AND c.auto_delete = 1 ON CONFLICT (domain_id, what) DO UPDATE SET due_at = excluded.due_at, locked_until = 0, \
                   epoch = agenda.epoch + 1";
    UNLINK = "DELETE FROM domain_contacts WHERE domain_id = $1";
    HOST_AT_REGISTRY = "SELECT 1 FROM registry_hosts WHERE registry = $1 AND host = $2";
    NOTE_HOST_AT_REGISTRY = "INSERT INTO registry_hosts (registry, host) VALUES ($1, $2) ON CONFLICT (registry, host) DO NOTHING";
    FORGET_HOST_AT_REGISTRY = "DELETE FROM registry_hosts WHERE registry = $1 AND host = $2";
}

fn contact(row: &Row<'_>) -> Result<Contact, Fault> {
    Ok(Contact {
        id: row.int(0)?,
        account_id: row.int(1)?,
        handle: row.text(2)?,
        short_handle: row.text(3)?,
        family: row.text(4)?,
        name: row.text(5)?,
        organization: row.text(6)?,
        email: row.text(7)?,
        country: row.text(8)?,
        data: row.text(9)?,
        digest: row.text(10)?,
        version: row.int(11)?,
        validated: row.flag(12)?,
        auto_delete: row.flag(13)?,
        created_at: row.time(14)?,
        updated_at: row.time(15)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, c: &Contact) -> Result<(), Fault> {
    tx.execute(
        INSERT,
        params![
            c.id,
            c.account_id,
            &c.handle,
            &c.short_handle,
            &c.family,
            &c.name,
            &c.organization,
            &c.email,
            &c.country,
            &c.data,
            &c.digest,
            c.version,
            c.validated,
            c.auto_delete,
            c.created_at,
            c.updated_at,
            &folded(&c.email)
        ],
    )?;
    Ok(())
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Contact>, Fault> {
    tx.one(BY_ID, params![id], contact)
}

/// The account of a contact.
pub fn account_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<i64>, Fault> {
    tx.one(ACCOUNT_OF, params![id], |row| row.int(0))
}

/// A contact of the account by either of its handles, as stored (upper case).
pub fn by_handle(tx: &mut Tx<'_>, account_id: i64, handle: &str) -> Result<Option<Contact>, Fault> {
    match tx.one(BY_HANDLE, params![account_id, handle], contact)? {
        Some(found) => Ok(Some(found)),
        None => tx.one(BY_SHORT_HANDLE, params![account_id, handle], contact),
    }
}

/// The oldest contact of the account with the same data and family.
pub fn same(tx: &mut Tx<'_>, account_id: i64, digest: &str, family: &str) -> Result<Option<Contact>, Fault> {
    tx.one(SAME, params![account_id, digest, family], contact)
}

/// Contacts of the account in order of their making, after id `after`.
pub fn list(tx: &mut Tx<'_>, account_id: i64, after: i64, limit: i64) -> Result<Vec<Contact>, Fault> {
    tx.many(LIST, params![account_id, after, limit], contact)
}

/// The contact's id at a registry and the version that the registry holds.
pub fn at_registry(tx: &mut Tx<'_>, registry: &str, contact_id: i64) -> Result<Option<(String, i64)>, Fault> {
    tx.one(AT_REGISTRY, params![registry, contact_id], |row| Ok((row.text(0)?, row.int(1)?)))
}

pub fn note_at_registry(tx: &mut Tx<'_>, registry: &str, contact_id: i64, registry_contact_id: &str, version: i64) -> Result<(), Fault> {
    tx.execute(NOTE_AT_REGISTRY, params![registry, contact_id, registry_contact_id, version]).map(|_| ())
}

/// Where a contact is known: the registry, its id there, and the version held there.
pub fn registries(tx: &mut Tx<'_>, contact_id: i64) -> Result<Vec<(String, String, i64)>, Fault> {
    tx.many(REGISTRIES, params![contact_id], |row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)))
}

/// Writes back the data of a contact with what is derived from them.
pub fn change(tx: &mut Tx<'_>, c: &Contact) -> Result<(), Fault> {
    tx.execute(
        CHANGE,
        params![
            &c.name,
            &c.organization,
            &c.email,
            &c.country,
            &c.data,
            &c.digest,
            c.version,
            c.validated,
            c.auto_delete,
            c.updated_at,
            &folded(&c.email),
            c.id
        ],
    )
    .map(|_| ())
}

/// Takes a contact out, and what was known of it at registries. No domain may use it.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(FORGET_AT_REGISTRIES, params![id])?;
    crate::agenda::remove(tx, id, UNUSED)?;
    tx.execute(DELETE, params![id]).map(|_| ())
}

/// What falls due on the agenda for a contact that could be deleted by itself, under the contact's number.
pub const UNUSED: &str = "unused";

/// A domain uses no contact any more, or others from now on: each one's time until it is deleted begins; what is used at its end stays.
pub fn let_go(tx: &mut Tx<'_>, domain_id: i64, at: Timestamp) -> Result<(), Fault> {
    tx.execute(NOTE_UNUSED, params![at.plus_days(UNUSED_DAYS), domain_id])?;
    tx.execute(UNLINK, params![domain_id]).map(|_| ())
}

/// True if the host is known to exist at the registry.
pub fn host_at_registry(tx: &mut Tx<'_>, registry: &str, host: &str) -> Result<bool, Fault> {
    Ok(tx.one(HOST_AT_REGISTRY, params![registry, host], |_| Ok(()))?.is_some())
}

pub fn note_host_at_registry(tx: &mut Tx<'_>, registry: &str, host: &str) -> Result<(), Fault> {
    tx.execute(NOTE_HOST_AT_REGISTRY, params![registry, host]).map(|_| ())
}

/// Forgets what was believed of a host, so that the next order creates it anew.
pub fn forget_host_at_registry(tx: &mut Tx<'_>, registry: &str, host: &str) -> Result<(), Fault> {
    tx.execute(FORGET_HOST_AT_REGISTRY, params![registry, host]).map(|_| ())
}
