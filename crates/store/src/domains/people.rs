//! Domains and the contacts that they use: which uses which, and what holds for all names of one registrant.

use crate::db::{Fault, Tx};
use crate::{params, statements};

statements! {
    LINK_CONTACT = "INSERT INTO domain_contacts (contact_id, domain_id) VALUES ($1, $2) ON CONFLICT (contact_id, domain_id) DO NOTHING";
    DOMAINS_OF_CONTACT = "SELECT COUNT(*) FROM domain_contacts WHERE contact_id = $1";
    ZONES_OF_CONTACT = "SELECT d.zone, CAST(MAX(CASE WHEN d.registrant_id = $1 THEN 1 ELSE 0 END) AS BIGINT), MIN(d.name) FROM domain_contacts l \
                        JOIN domains d ON d.id = l.domain_id WHERE l.contact_id = $1 GROUP BY d.zone ORDER BY d.zone";
    SET_OF_REGISTRANT = "INSERT INTO domain_properties (domain_id, name, value) SELECT d.id, $1, $2 FROM domain_contacts l JOIN domains d ON d.id = l.domain_id \
                         WHERE l.contact_id = $3 AND d.registrant_id = $3 AND d.zone = $4 \
                         ON CONFLICT (domain_id, name) DO UPDATE SET value = excluded.value";
    SET_OF_REGISTRANT_ONCE = "INSERT INTO domain_properties (domain_id, name, value) SELECT d.id, $1, $2 FROM domain_contacts l JOIN domains d ON d.id = l.domain_id \
                         WHERE l.contact_id = $3 AND d.registrant_id = $3 AND d.zone = $4 \
                              ON CONFLICT (domain_id, name) DO NOTHING";
    LOCKED_OF_REGISTRANT = "SELECT d.name FROM domain_contacts l JOIN domains d ON d.id = l.domain_id \
                            WHERE l.contact_id = $1 AND d.registrant_id = $1 AND ' ' || d.locks || ' ' LIKE $2 ORDER BY d.name LIMIT 1";
    COUNT_OF_REGISTRANT = "SELECT COUNT(*) FROM domain_contacts l JOIN domains d ON d.id = l.domain_id WHERE l.contact_id = $1 AND d.registrant_id = $1 AND d.zone = $2";
    FIRST_OF_REGISTRANT = "SELECT d.name FROM domain_contacts l JOIN domains d ON d.id = l.domain_id WHERE l.contact_id = $1 AND d.registrant_id = $1 AND d.zone = $2 ORDER BY d.name LIMIT $3";
}

/// Notes that a domain uses a contact.
pub fn link_contact(tx: &mut Tx<'_>, contact_id: i64, domain_id: i64) -> Result<(), Fault> {
    tx.execute(LINK_CONTACT, params![contact_id, domain_id]).map(|_| ())
}

/// How many domains use a contact.
pub fn count_of_contact(tx: &mut Tx<'_>, contact_id: i64) -> Result<i64, Fault> {
    Ok(tx.one(DOMAINS_OF_CONTACT, params![contact_id], |row| row.int(0))?.unwrap_or(0))
}

/// Sets a property of all names of a registrant in a zone; `keep` leaves a value that is there.
pub fn set_property_of_registrant(
    tx: &mut Tx<'_>,
    registrant_id: i64,
    zone: &str,
    name: &str,
    value: &str,
    keep: bool,
) -> Result<(), Fault> {
    let statement = if keep { SET_OF_REGISTRANT_ONCE } else { SET_OF_REGISTRANT };
    tx.execute(statement, params![name, value, registrant_id, zone]).map(|_| ())
}

/// A name of a registrant that is locked for this reason, if there is one.
pub fn locked_name_of_registrant(tx: &mut Tx<'_>, registrant_id: i64, reason: &str) -> Result<Option<String>, Fault> {
    tx.one(LOCKED_OF_REGISTRANT, params![registrant_id, &format!("% {reason} %")], |row| row.text(0))
}

/// Names of a registrant in a zone.
pub fn count_of_registrant(tx: &mut Tx<'_>, registrant_id: i64, zone: &str) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_OF_REGISTRANT, params![registrant_id, zone], |row| row.int(0))?.unwrap_or(0))
}

/// The first names of a registrant in a zone.
pub fn names_of_registrant(tx: &mut Tx<'_>, registrant_id: i64, zone: &str, limit: i64) -> Result<Vec<String>, Fault> {
    tx.many(FIRST_OF_REGISTRANT, params![registrant_id, zone, limit], |row| row.text(0))
}

/// A zone in which a contact is used.
pub struct ZoneOfContact {
    pub zone: String,
    /// It is the registrant of a name there.
    pub registrant: bool,
    /// One of the names.
    pub example: String,
}

/// Where a contact is used.
pub fn zones_of_contact(tx: &mut Tx<'_>, contact_id: i64) -> Result<Vec<ZoneOfContact>, Fault> {
    tx.many(ZONES_OF_CONTACT, params![contact_id], |row| {
        Ok(ZoneOfContact { zone: row.text(0)?, registrant: row.int(1)? != 0, example: row.text(2)? })
    })
}
