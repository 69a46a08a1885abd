//! What hangs on a domain: contacts by role, hosts, delegation signers and keys.

use store::db::Value;
use store::{Fault, Tx, params, statements};

/// So many names are linked by one statement; longer lists take several.
const LINKED_AT_ONCE: usize = 8;

/// A row of `domain_keys`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::embedded) struct KeyRow {
    /// 0 delegation signer, 1 key.
    pub(in crate::embedded) kind: i64,
    /// Key tag, or flags.
    pub(in crate::embedded) first: i64,
    pub(in crate::embedded) algorithm: i64,
    /// Digest type, or protocol.
    pub(in crate::embedded) second: i64,
    /// Digest in upper-case hexadecimal, or key in base64.
    pub(in crate::embedded) data: String,
}

statements! {
    LINK_CONTACTS = "WITH wish (role, contact) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT)), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), \
        ($13, $14), ($15, $16)) INSERT INTO domain_contacts (domain, role, contact) SELECT CAST($17 AS BIGINT), w.role, c.id \
        FROM wish w JOIN contacts c ON c.id = w.contact WHERE true ON CONFLICT (domain, role, contact) DO NOTHING";
    UNLINK_CONTACT = "DELETE FROM domain_contacts WHERE domain = $1 AND role = $2 AND contact = $3";
    UNLINK_ROLE = "DELETE FROM domain_contacts WHERE domain = $1 AND role = $2";
    UNLINK_CONTACTS = "DELETE FROM domain_contacts WHERE domain = $1";
    CONTACTS_OF_DOMAIN = "SELECT role, contact FROM domain_contacts WHERE domain = $1 ORDER BY role, contact";
    CONTACT_LINKED = "SELECT 1 FROM domain_contacts WHERE contact = $1 LIMIT 1";
    REGISTRANT_AUTH = "SELECT c.number, c.auth_hash FROM domain_contacts l JOIN contacts c ON c.id = l.contact WHERE l.domain = $1 AND l.role = 0";
    LINK_HOSTS = "INSERT INTO domain_hosts (domain, host) SELECT CAST($1 AS BIGINT), h.id FROM hosts h WHERE h.name IN ($2, $3, $4, $5, $6, $7, $8, $9) \
        AND (h.apex IS NULL OR h.addresses <> '' OR NOT EXISTS (SELECT 1 FROM domains d WHERE d.name = h.apex)) ON CONFLICT (domain, host) DO NOTHING";
    UNLINK_HOST = "DELETE FROM domain_hosts WHERE domain = $1 AND host IN (SELECT id FROM hosts WHERE name = $2)";
    UNLINK_HOSTS = "DELETE FROM domain_hosts WHERE domain = $1";
    HOSTS_OF_DOMAIN = "SELECT h.name FROM domain_hosts l JOIN hosts h ON h.id = l.host WHERE l.domain = $1 ORDER BY h.name";
    HOST_LINKED = "SELECT 1 FROM domain_hosts WHERE host = $1 LIMIT 1";
    HOST_LINKED_BY_OTHERS = "SELECT 1 FROM domain_hosts l JOIN domains d ON d.id = l.domain WHERE l.host = $1 AND d.sponsor <> $2 LIMIT 1";
    KEY_INSERT = "INSERT INTO domain_keys (domain, kind, first, algorithm, second, data) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (domain, kind, first, algorithm, second, data) DO NOTHING";
    KEY_DELETE = "DELETE FROM domain_keys WHERE domain = $1 AND kind = $2 AND first = $3 AND algorithm = $4 AND second = $5 AND data = $6";
    KEYS_DELETE = "DELETE FROM domain_keys WHERE domain = $1";
    KEYS = "SELECT kind, first, algorithm, second, data FROM domain_keys WHERE domain = $1 ORDER BY kind, first, algorithm, second, data";
}

/// Links contacts by role (0 registrant, 1 admin, 2 tech, 3 billing); returns how many links are new.
pub(in crate::embedded) fn link_contacts(tx: &mut Tx<'_>, domain: i64, wishes: &[(i64, &str)]) -> Result<u64, Fault> {
    let mut linked = 0;
    for chunk in wishes.chunks(LINKED_AT_ONCE) {
        let mut values = [Value::Null; 2 * LINKED_AT_ONCE + 1];
        for (place, (role, contact)) in chunk.iter().enumerate() {
            values[2 * place] = (*role).into();
            values[2 * place + 1] = (*contact).into();
        }
        values[2 * LINKED_AT_ONCE] = domain.into();
        linked += tx.execute(LINK_CONTACTS, &values)?;
    }
    Ok(linked)
}

/// False if it was not linked.
pub(in crate::embedded) fn unlink_contact(tx: &mut Tx<'_>, domain: i64, role: i64, contact: &str) -> Result<bool, Fault> {
    Ok(tx.execute(UNLINK_CONTACT, params![domain, role, contact])? > 0)
}

pub(in crate::embedded) fn unlink_role(tx: &mut Tx<'_>, domain: i64, role: i64) -> Result<(), Fault> {
    tx.execute(UNLINK_ROLE, params![domain, role]).map(drop)
}

/// Roles and ids, by role.
pub(in crate::embedded) fn contacts_of_domain(tx: &mut Tx<'_>, domain: i64) -> Result<Vec<(i64, String)>, Fault> {
    tx.many(CONTACTS_OF_DOMAIN, params![domain], |row| Ok((row.int(0)?, row.text(1)?)))
}

pub(in crate::embedded) fn contact_is_linked(tx: &mut Tx<'_>, id: &str) -> Result<bool, Fault> {
    Ok(tx.one(CONTACT_LINKED, params![id], |_| Ok(()))?.is_some())
}

/// Number and authInfo hash of a domain's registrant.
pub(in crate::embedded) fn registrant_auth(tx: &mut Tx<'_>, domain: i64) -> Result<Option<(i64, Option<String>)>, Fault> {
    tx.one(REGISTRANT_AUTH, params![domain], |row| Ok((row.int(0)?, row.text_opt(1)?)))
}

/// Links hosts, except those that need glue and have none; returns how many links are new.
pub(in crate::embedded) fn link_hosts(tx: &mut Tx<'_>, domain: i64, names: &[String]) -> Result<u64, Fault> {
    let mut linked = 0;
    for chunk in names.chunks(LINKED_AT_ONCE) {
        let mut values = [Value::Null; LINKED_AT_ONCE + 1];
        values[0] = domain.into();
        for (place, name) in chunk.iter().enumerate() {
            values[place + 1] = name.into();
        }
        linked += tx.execute(LINK_HOSTS, &values)?;
    }
    Ok(linked)
}

/// False if it was not linked.
pub(in crate::embedded) fn unlink_host(tx: &mut Tx<'_>, domain: i64, name: &str) -> Result<bool, Fault> {
    Ok(tx.execute(UNLINK_HOST, params![domain, name])? > 0)
}

pub(in crate::embedded) fn hosts_of_domain(tx: &mut Tx<'_>, domain: i64) -> Result<Vec<String>, Fault> {
    tx.many(HOSTS_OF_DOMAIN, params![domain], |row| row.text(0))
}

pub(in crate::embedded) fn host_is_linked(tx: &mut Tx<'_>, host: i64) -> Result<bool, Fault> {
    Ok(tx.one(HOST_LINKED, params![host], |_| Ok(()))?.is_some())
}

/// Whether a domain of another sponsor uses the host.
pub(in crate::embedded) fn host_is_linked_by_others(tx: &mut Tx<'_>, host: i64, sponsor: &str) -> Result<bool, Fault> {
    Ok(tx.one(HOST_LINKED_BY_OTHERS, params![host, sponsor], |_| Ok(()))?.is_some())
}

pub(in crate::embedded) fn insert_key(tx: &mut Tx<'_>, domain: i64, k: &KeyRow) -> Result<(), Fault> {
    tx.execute(KEY_INSERT, params![domain, k.kind, k.first, k.algorithm, k.second, &k.data]).map(drop)
}

/// False if there is none like it.
pub(in crate::embedded) fn delete_key(tx: &mut Tx<'_>, domain: i64, k: &KeyRow) -> Result<bool, Fault> {
    Ok(tx.execute(KEY_DELETE, params![domain, k.kind, k.first, k.algorithm, k.second, &k.data])? > 0)
}

pub(in crate::embedded) fn delete_keys(tx: &mut Tx<'_>, domain: i64) -> Result<(), Fault> {
    tx.execute(KEYS_DELETE, params![domain]).map(drop)
}

pub(in crate::embedded) fn keys(tx: &mut Tx<'_>, domain: i64) -> Result<Vec<KeyRow>, Fault> {
    tx.many(KEYS, params![domain], |row| {
        Ok(KeyRow { kind: row.int(0)?, first: row.int(1)?, algorithm: row.int(2)?, second: row.int(3)?, data: row.text(4)? })
    })
}

/// Nothing hangs on the domain any more.
pub(super) fn unlink_all(tx: &mut Tx<'_>, domain: i64) -> Result<(), Fault> {
    for statement in [UNLINK_HOSTS, UNLINK_CONTACTS, KEYS_DELETE] {
        tx.execute(statement, params![domain])?;
    }
    Ok(())
}
