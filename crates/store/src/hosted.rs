//! Hosted zones: what our name servers answer for each domain, one row with all records of the domain.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;

/// A hosted zone as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostedZone {
    pub domain_id: i64,
    /// The domain's name, A-label form.
    pub name: String,
    /// In the form of `model::hosted::stored`.
    pub records: String,
    /// The sealed seed of the signing key; empty while there is none.
    pub key_sealed: String,
    /// Base64 of the key's public half.
    pub key_public: String,
    /// The holder wants the zone signed.
    pub signed: bool,
    /// Since when the holder does not want it signed any more; none where it never was.
    pub unsigned_at: Option<Timestamp>,
    /// The user of the dynamic service; empty while it is off.
    pub dynamic_user: String,
    /// The sealed password of that user.
    pub dynamic_sealed: String,
    /// Of the zone's SOA: grows with every change.
    pub serial: i64,
    pub updated_at: Timestamp,
    pub updated_by: String,
}

macro_rules! columns {
    () => {
        "domain_id, name, records, key_sealed, key_public, signed, unsigned_at, dynamic_user, dynamic_sealed, serial, updated_at, updated_by"
    };
}

statements! {
    PUT = concat!(
        "INSERT INTO hosted_zones (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (domain_id) DO UPDATE SET records = excluded.records, key_sealed = excluded.key_sealed, key_public = excluded.key_public, \
         signed = excluded.signed, unsigned_at = excluded.unsigned_at, dynamic_user = excluded.dynamic_user, dynamic_sealed = excluded.dynamic_sealed, \
         serial = excluded.serial, updated_at = excluded.updated_at, updated_by = excluded.updated_by"
    );
    OF = concat!("SELECT ", columns!(), " FROM hosted_zones WHERE domain_id = $1");
    BY_NAME = concat!("SELECT ", columns!(), " FROM hosted_zones WHERE name = $1");
    STATE = "SELECT h.serial, h.signed, h.unsigned_at, h.key_public, d.zone, d.dnssec FROM hosted_zones h \
             JOIN domains d ON d.id = h.domain_id WHERE h.name = $1";
    CLOSE_DYNAMIC = "UPDATE hosted_zones SET dynamic_user = '', dynamic_sealed = '' WHERE domain_id = $1";
    DELETE = "DELETE FROM hosted_zones WHERE domain_id = $1";
}

fn zone(row: &Row<'_>) -> Result<HostedZone, Fault> {
    Ok(HostedZone {
        domain_id: row.int(0)?,
        name: row.text(1)?,
        records: row.text(2)?,
        key_sealed: row.text(3)?,
        key_public: row.text(4)?,
        signed: row.flag(5)?,
        unsigned_at: row.time_opt(6)?,
        dynamic_user: row.text(7)?,
        dynamic_sealed: row.text(8)?,
        serial: row.int(9)?,
        updated_at: row.time(10)?,
        updated_by: row.text(11)?,
    })
}

/// Writes a zone, the first time or again.
pub fn put(tx: &mut Tx<'_>, z: &HostedZone) -> Result<(), Fault> {
    let values = params![
        z.domain_id,
        &z.name,
        &z.records,
        &z.key_sealed,
        &z.key_public,
        z.signed,
        z.unsigned_at,
        &z.dynamic_user,
        &z.dynamic_sealed,
        z.serial,
        z.updated_at,
        &z.updated_by
    ];
    tx.execute(PUT, values).map(|_| ())
}

pub fn of(tx: &mut Tx<'_>, domain_id: i64) -> Result<Option<HostedZone>, Fault> {
    tx.one(OF, params![domain_id], zone)
}

pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<HostedZone>, Fault> {
    tx.one(BY_NAME, params![name], zone)
}

/// What tells whether a zone is answered as before, for whoever has the rest already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    pub serial: i64,
    pub signed: bool,
    pub unsigned_at: Option<Timestamp>,
    pub key_public: String,
    /// The suffix under which its domain is registered.
    pub suffix: String,
    /// The domain's DNSSEC records at its registry, as the table of domains keeps them.
    pub dnssec: String,
}

pub fn state(tx: &mut Tx<'_>, name: &str) -> Result<Option<State>, Fault> {
    tx.one(STATE, params![name], |row| {
        Ok(State {
            serial: row.int(0)?,
            signed: row.flag(1)?,
            unsigned_at: row.time_opt(2)?,
            key_public: row.text(3)?,
            suffix: row.text(4)?,
            dnssec: row.text(5)?,
        })
    })
}

/// Takes the dynamic service's login away: the domain has another holder now.
pub fn close_dynamic(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Fault> {
    tx.execute(CLOSE_DYNAMIC, params![domain_id]).map(|_| ())
}

pub fn delete(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Fault> {
    tx.execute(DELETE, params![domain_id]).map(|_| ())
}
