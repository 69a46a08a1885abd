//! The embedded registry's tables: every SQL statement of this room, and the rows they read and write.

pub(super) use super::rows::{ChargeRow, ContactRow, DomainRow, HostRow, KeyRow, Listed, Phase, PollRow, TransferRow};
use super::status::Statuses;
use model::Timestamp;
use store::db::Migration;
use store::{Fault, Tx, params, statements};

/// The steps of this room's own schema.
pub(super) const MIGRATIONS: &[Migration] =
    &[Migration { number: 1, name: "registry", sql: include_str!("../../migrations/0001-registry.sql") }];

/// So many names are linked by one statement; longer lists take several.
const LINKED_AT_ONCE: usize = 8;

statements! {
    WIPE_CHARGES = "DELETE FROM charges";
    WIPE_POLL_MESSAGES = "DELETE FROM poll_messages";
    WIPE_POLL_COUNTS = "DELETE FROM counters WHERE name <> 'epoch'";
    WIPE_TRANSFERS = "DELETE FROM transfers";
    WIPE_DOMAIN_KEYS = "DELETE FROM domain_keys";
    WIPE_DOMAIN_HOSTS = "DELETE FROM domain_hosts";
    WIPE_DOMAIN_CONTACTS = "DELETE FROM domain_contacts";
    WIPE_HOSTS = "DELETE FROM hosts";
    WIPE_DOMAINS = "DELETE FROM domains";
    WIPE_CONTACTS = "DELETE FROM contacts";

    NEXT_EPOCH = "UPDATE counters SET value = value + 1 WHERE name = 'epoch' RETURNING value";

    REGISTRAR_PUT = "INSERT INTO registrars (id, password_hash, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    REGISTRAR_PASSWORD = "SELECT password_hash FROM registrars WHERE id = $1";
    REGISTRAR_SET_PASSWORD = "UPDATE registrars SET password_hash = $1 WHERE id = $2";

    DOMAIN = "SELECT id, name, sponsor, creator, created_at, updater, updated_at, transferred_at, expires_at, statuses, auth_hash, add_until, \
        renew_until, autorenew_until, transfer_until, phase, phase_until, redemption_until, transfer_act_by, pending_cltrid, pending_svtrid, signed, \
        kr_type, kr_number, kr_trustee FROM domains WHERE name = $1";
    DOMAIN_DUE = "SELECT due_at FROM domains WHERE name = $1";
    DOMAIN_INSERT = "INSERT INTO domains (id, name, sponsor, creator, created_at, updater, updated_at, transferred_at, expires_at, statuses, auth_hash, \
        add_until, renew_until, autorenew_until, transfer_until, phase, phase_until, redemption_until, transfer_act_by, pending_cltrid, \
        pending_svtrid, signed, kr_type, kr_number, kr_trustee, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
        $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) ON CONFLICT (name) DO NOTHING";
    DOMAIN_UPDATE = "UPDATE domains SET sponsor = $1, updater = $2, updated_at = $3, transferred_at = $4, expires_at = $5, statuses = $6, auth_hash = $7, \
        add_until = $8, renew_until = $9, autorenew_until = $10, transfer_until = $11, phase = $12, phase_until = $13, redemption_until = $14, \
        transfer_act_by = $15, pending_cltrid = $16, pending_svtrid = $17, signed = $18, kr_type = $19, kr_number = $20, kr_trustee = $21, \
        due_at = $22 WHERE id = $23";
    DOMAIN_DELETE = "DELETE FROM domains WHERE id = $1";
    DOMAIN_NEXT_DUE = "SELECT name, due_at FROM domains ORDER BY due_at LIMIT 1";
    DOMAIN_PAGE = "SELECT name, sponsor, created_at, expires_at, statuses, \
        CAST(CASE WHEN EXISTS (SELECT 1 FROM domain_hosts l WHERE l.domain = d.id) THEN 1 ELSE 0 END AS BIGINT) FROM domains d WHERE name > $1 ORDER BY name LIMIT 1000";

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

    CONTACT = "SELECT id, number, sponsor, creator, created_at, updater, updated_at, statuses, auth_hash, int_postal, loc_postal, voice, fax, email, \
        disclose FROM contacts WHERE id = $1";
    CONTACT_EXISTS = "SELECT 1 FROM contacts WHERE id = $1";
    CONTACT_INSERT = "INSERT INTO contacts (id, number, sponsor, creator, created_at, updater, updated_at, statuses, auth_hash, int_postal, loc_postal, \
        voice, fax, email, disclose) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (id) DO NOTHING";
    CONTACT_UPDATE = "UPDATE contacts SET updater = $1, updated_at = $2, statuses = $3, auth_hash = $4, int_postal = $5, loc_postal = $6, voice = $7, \
        fax = $8, email = $9, disclose = $10 WHERE id = $11";
    CONTACT_DELETE = "DELETE FROM contacts WHERE id = $1";

    TRANSFER = "SELECT status, requested_by, requested_at, acting, acted_at, expires_at FROM transfers WHERE domain = $1";
    TRANSFER_PUT = "INSERT INTO transfers (domain, status, requested_by, requested_at, acting, acted_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (domain) DO UPDATE SET status = excluded.status, requested_by = excluded.requested_by, requested_at = excluded.requested_at, \
        acting = excluded.acting, acted_at = excluded.acted_at, expires_at = excluded.expires_at";
    TRANSFER_DELETE = "DELETE FROM transfers WHERE domain = $1";

    POLL_INSERT = "INSERT INTO poll_messages (id, registrar, queued_at, text, kind, object, word, first_party, second_party, first_at, second_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    POLL_FIRST = "SELECT id, queued_at, text, kind, object, word, first_party, second_party, first_at, second_at, expires_at FROM poll_messages \
        WHERE registrar = $1 ORDER BY id LIMIT 1";
    /// How many wait is counted as they come and go: a queue may be a million long, and each reply tells it.
    POLL_COUNT = "SELECT value FROM counters WHERE name = $1";
    POLL_COUNT_ADD = "INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value";
    POLL_ACK = "DELETE FROM poll_messages WHERE id = $1 AND registrar = $2";

    CHARGE = "INSERT INTO charges (id, at, registrar, domain, name, operation, months, amount_e4, refundable_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    REFUNDABLE = "SELECT operation, months, amount_e4 FROM charges WHERE domain = $1 AND registrar = $2 AND refundable_until > $3 ORDER BY id";
    REFUNDED = "UPDATE charges SET refundable_until = NULL WHERE domain = $1 AND registrar = $2";
    CHARGES_SUM = "SELECT CAST(COALESCE(SUM(amount_e4), 0) AS BIGINT) FROM charges WHERE registrar = $1";
}

/// Takes the next epoch: numbers made under it were never made before.
pub(super) fn next_epoch(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(NEXT_EPOCH, params![], |row| row.int(0))?.ok_or_else(|| Fault::corrupt("no epoch counter"))
}

/// Empties every table but registrars and the counter of epochs, for the sandbox.
pub(super) fn wipe(tx: &mut Tx<'_>) -> Result<(), Fault> {
    let tables =
        [WIPE_CHARGES, WIPE_POLL_MESSAGES, WIPE_POLL_COUNTS, WIPE_TRANSFERS, WIPE_DOMAIN_KEYS, WIPE_DOMAIN_HOSTS, WIPE_DOMAIN_CONTACTS];
    for statement in tables.into_iter().chain([WIPE_HOSTS, WIPE_DOMAINS, WIPE_CONTACTS]) {
        tx.execute(statement, params![])?;
    }
    Ok(())
}

// --- registrars

/// False if there is one of this id.
pub(super) fn put_registrar(tx: &mut Tx<'_>, id: &str, password_hash: &str, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(REGISTRAR_PUT, params![id, password_hash, now])? == 1)
}

pub(super) fn registrar_password(tx: &mut Tx<'_>, id: &str) -> Result<Option<String>, Fault> {
    tx.one(REGISTRAR_PASSWORD, params![id], |row| row.text(0))
}

pub(super) fn set_registrar_password(tx: &mut Tx<'_>, id: &str, password_hash: &str) -> Result<(), Fault> {
    tx.execute(REGISTRAR_SET_PASSWORD, params![password_hash, id]).map(drop)
}

// --- domains

fn domain_row(row: &store::db::Row<'_>) -> Result<DomainRow, Fault> {
    Ok(DomainRow {
        id: row.int(0)?,
        name: row.text(1)?,
        sponsor: row.text(2)?,
        creator: row.text(3)?,
        created: row.time(4)?,
        updater: row.text_opt(5)?,
        updated: row.time_opt(6)?,
        transferred: row.time_opt(7)?,
        expires: row.time(8)?,
        statuses: Statuses::from_bits(row.int(9)?),
        auth_hash: row.text_opt(10)?,
        add_until: row.time_opt(11)?,
        renew_until: row.time_opt(12)?,
        autorenew_until: row.time_opt(13)?,
        transfer_until: row.time_opt(14)?,
        phase: Phase::from_int(row.int(15)?)?,
        phase_until: row.time_opt(16)?,
        redemption_until: row.time_opt(17)?,
        transfer_act_by: row.time_opt(18)?,
        pending_cltrid: row.text_opt(19)?,
        pending_svtrid: row.text_opt(20)?,
        signed: row.flag(21)?,
        kr_type: row.text_opt(22)?,
        kr_number: row.text_opt(23)?,
        kr_trustee: row.flag(24)?,
    })
}

pub(super) fn domain(tx: &mut Tx<'_>, name: &str) -> Result<Option<DomainRow>, Fault> {
    tx.one(DOMAIN, params![name], domain_row)
}

/// When something next happens to a domain, if there is one.
pub(super) fn domain_due(tx: &mut Tx<'_>, name: &str) -> Result<Option<Timestamp>, Fault> {
    tx.one(DOMAIN_DUE, params![name], |row| row.time(0))
}

/// False if the name is taken.
pub(super) fn insert_domain(tx: &mut Tx<'_>, d: &DomainRow) -> Result<bool, Fault> {
    let values = params![
        d.id,
        &d.name,
        &d.sponsor,
        &d.creator,
        d.created,
        d.updater.as_ref(),
        d.updated,
        d.transferred,
        d.expires,
        d.statuses.bits(),
        d.auth_hash.as_ref(),
        d.add_until,
        d.renew_until,
        d.autorenew_until,
        d.transfer_until,
        d.phase as i64,
        d.phase_until,
        d.redemption_until,
        d.transfer_act_by,
        d.pending_cltrid.as_ref(),
        d.pending_svtrid.as_ref(),
        d.signed,
        d.kr_type.as_ref(),
        d.kr_number.as_ref(),
        d.kr_trustee,
        d.due(),
    ];
    Ok(tx.execute(DOMAIN_INSERT, values)? == 1)
}

/// Writes everything that may change.
pub(super) fn save_domain(tx: &mut Tx<'_>, d: &DomainRow) -> Result<(), Fault> {
    let values = params![
        &d.sponsor,
        d.updater.as_ref(),
        d.updated,
        d.transferred,
        d.expires,
        d.statuses.bits(),
        d.auth_hash.as_ref(),
        d.add_until,
        d.renew_until,
        d.autorenew_until,
        d.transfer_until,
        d.phase as i64,
        d.phase_until,
        d.redemption_until,
        d.transfer_act_by,
        d.pending_cltrid.as_ref(),
        d.pending_svtrid.as_ref(),
        d.signed,
        d.kr_type.as_ref(),
        d.kr_number.as_ref(),
        d.kr_trustee,
        d.due(),
        d.id,
    ];
    tx.execute(DOMAIN_UPDATE, values).map(drop)
}

/// Removes a domain and all that hangs on it. Hosts below it go too, unless other domains still use them: those lose their addresses.
pub(super) fn delete_domain(tx: &mut Tx<'_>, d: &DomainRow) -> Result<(), Fault> {
    for statement in [UNLINK_HOSTS, UNLINK_CONTACTS, KEYS_DELETE, TRANSFER_DELETE, DOMAIN_DELETE] {
        tx.execute(statement, params![d.id])?;
    }
    tx.execute(HOSTS_UNDER_DELETE, params![&d.name])?;
    tx.execute(HOSTS_UNDER_STRIP, params![&d.name]).map(drop)
}

/// The name at which something happens next, and when.
pub(super) fn next_due(tx: &mut Tx<'_>) -> Result<Option<(String, Timestamp)>, Fault> {
    tx.one(DOMAIN_NEXT_DUE, params![], |row| Ok((row.text(0)?, row.time(1)?)))
}

/// Up to a thousand domains after `after`, by name.
pub(super) fn page(tx: &mut Tx<'_>, after: &str) -> Result<Vec<Listed>, Fault> {
    tx.many(DOMAIN_PAGE, params![after], |row| {
        Ok(Listed {
            name: row.text(0)?,
            sponsor: row.text(1)?,
            created: row.time(2)?,
            expires: row.time(3)?,
            statuses: Statuses::from_bits(row.int(4)?),
            delegated: row.flag(5)?,
        })
    })
}

// --- links

/// Links contacts by role (0 registrant, 1 admin, 2 tech, 3 billing); returns how many links are new.
pub(super) fn link_contacts(tx: &mut Tx<'_>, domain: i64, wishes: &[(i64, &str)]) -> Result<u64, Fault> {
    let mut linked = 0;
    for chunk in wishes.chunks(LINKED_AT_ONCE) {
        let mut values = [store::db::Value::Null; 2 * LINKED_AT_ONCE + 1];
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
pub(super) fn unlink_contact(tx: &mut Tx<'_>, domain: i64, role: i64, contact: &str) -> Result<bool, Fault> {
    Ok(tx.execute(UNLINK_CONTACT, params![domain, role, contact])? > 0)
}

pub(super) fn unlink_role(tx: &mut Tx<'_>, domain: i64, role: i64) -> Result<(), Fault> {
    tx.execute(UNLINK_ROLE, params![domain, role]).map(drop)
}

/// Roles and ids, by role.
pub(super) fn contacts_of_domain(tx: &mut Tx<'_>, domain: i64) -> Result<Vec<(i64, String)>, Fault> {
    tx.many(CONTACTS_OF_DOMAIN, params![domain], |row| Ok((row.int(0)?, row.text(1)?)))
}

pub(super) fn contact_is_linked(tx: &mut Tx<'_>, id: &str) -> Result<bool, Fault> {
    Ok(tx.one(CONTACT_LINKED, params![id], |_| Ok(()))?.is_some())
}

/// Number and authInfo hash of a domain's registrant.
pub(super) fn registrant_auth(tx: &mut Tx<'_>, domain: i64) -> Result<Option<(i64, Option<String>)>, Fault> {
    tx.one(REGISTRANT_AUTH, params![domain], |row| Ok((row.int(0)?, row.text_opt(1)?)))
}

/// Links hosts, except those that need glue and have none; returns how many links are new.
pub(super) fn link_hosts(tx: &mut Tx<'_>, domain: i64, names: &[String]) -> Result<u64, Fault> {
    let mut linked = 0;
    for chunk in names.chunks(LINKED_AT_ONCE) {
        let mut values = [store::db::Value::Null; LINKED_AT_ONCE + 1];
        values[0] = domain.into();
        for (place, name) in chunk.iter().enumerate() {
            values[place + 1] = name.into();
        }
        linked += tx.execute(LINK_HOSTS, &values)?;
    }
    Ok(linked)
}

/// False if it was not linked.
pub(super) fn unlink_host(tx: &mut Tx<'_>, domain: i64, name: &str) -> Result<bool, Fault> {
    Ok(tx.execute(UNLINK_HOST, params![domain, name])? > 0)
}

pub(super) fn hosts_of_domain(tx: &mut Tx<'_>, domain: i64) -> Result<Vec<String>, Fault> {
    tx.many(HOSTS_OF_DOMAIN, params![domain], |row| row.text(0))
}

pub(super) fn host_is_linked(tx: &mut Tx<'_>, host: i64) -> Result<bool, Fault> {
    Ok(tx.one(HOST_LINKED, params![host], |_| Ok(()))?.is_some())
}

/// Whether a domain of another sponsor uses the host.
pub(super) fn host_is_linked_by_others(tx: &mut Tx<'_>, host: i64, sponsor: &str) -> Result<bool, Fault> {
    Ok(tx.one(HOST_LINKED_BY_OTHERS, params![host, sponsor], |_| Ok(()))?.is_some())
}

pub(super) fn insert_key(tx: &mut Tx<'_>, domain: i64, k: &KeyRow) -> Result<(), Fault> {
    tx.execute(KEY_INSERT, params![domain, k.kind, k.first, k.algorithm, k.second, &k.data]).map(drop)
}

/// False if there is none like it.
pub(super) fn delete_key(tx: &mut Tx<'_>, domain: i64, k: &KeyRow) -> Result<bool, Fault> {
    Ok(tx.execute(KEY_DELETE, params![domain, k.kind, k.first, k.algorithm, k.second, &k.data])? > 0)
}

pub(super) fn delete_keys(tx: &mut Tx<'_>, domain: i64) -> Result<(), Fault> {
    tx.execute(KEYS_DELETE, params![domain]).map(drop)
}

pub(super) fn keys(tx: &mut Tx<'_>, domain: i64) -> Result<Vec<KeyRow>, Fault> {
    tx.many(KEYS, params![domain], |row| {
        Ok(KeyRow { kind: row.int(0)?, first: row.int(1)?, algorithm: row.int(2)?, second: row.int(3)?, data: row.text(4)? })
    })
}

// --- hosts

pub(super) fn host(tx: &mut Tx<'_>, name: &str) -> Result<Option<HostRow>, Fault> {
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
pub(super) fn insert_host(tx: &mut Tx<'_>, h: &HostRow) -> Result<bool, Fault> {
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

pub(super) fn save_host(tx: &mut Tx<'_>, h: &HostRow) -> Result<(), Fault> {
    let values = params![&h.name, h.apex.as_ref(), &h.sponsor, h.updater.as_ref(), h.updated, h.statuses.bits(), &h.addresses, h.id];
    tx.execute(HOST_UPDATE, values).map(drop)
}

pub(super) fn delete_host(tx: &mut Tx<'_>, id: i64) -> Result<(), Fault> {
    tx.execute(HOST_DELETE, params![id]).map(drop)
}

/// Names of the hosts under a domain.
pub(super) fn hosts_under(tx: &mut Tx<'_>, domain: &str) -> Result<Vec<String>, Fault> {
    tx.many(HOSTS_UNDER, params![domain], |row| row.text(0))
}

/// Whether another domain uses a host under this one.
pub(super) fn hosts_under_are_linked(tx: &mut Tx<'_>, domain: &DomainRow) -> Result<bool, Fault> {
    Ok(tx.one(HOSTS_UNDER_LINKED, params![&domain.name, domain.id], |_| Ok(()))?.is_some())
}

/// Hosts go with the domain above them.
pub(super) fn give_hosts_under(tx: &mut Tx<'_>, domain: &str, sponsor: &str, at: Timestamp) -> Result<(), Fault> {
    tx.execute(HOSTS_UNDER_GIVE, params![sponsor, at, domain]).map(drop)
}

// --- contacts

pub(super) fn contact(tx: &mut Tx<'_>, id: &str) -> Result<Option<ContactRow>, Fault> {
    tx.one(CONTACT, params![id], |row| {
        Ok(ContactRow {
            id: row.text(0)?,
            number: row.int(1)?,
            sponsor: row.text(2)?,
            creator: row.text(3)?,
            created: row.time(4)?,
            updater: row.text_opt(5)?,
            updated: row.time_opt(6)?,
            statuses: Statuses::from_bits(row.int(7)?),
            auth_hash: row.text_opt(8)?,
            int_postal: row.text_opt(9)?,
            loc_postal: row.text_opt(10)?,
            voice: row.text_opt(11)?,
            fax: row.text_opt(12)?,
            email: row.text(13)?,
            disclose: row.int_opt(14)?,
        })
    })
}

pub(super) fn contact_exists(tx: &mut Tx<'_>, id: &str) -> Result<bool, Fault> {
    Ok(tx.one(CONTACT_EXISTS, params![id], |_| Ok(()))?.is_some())
}

/// False if there is one of this id.
pub(super) fn insert_contact(tx: &mut Tx<'_>, c: &ContactRow) -> Result<bool, Fault> {
    let values = params![
        &c.id,
        c.number,
        &c.sponsor,
        &c.creator,
        c.created,
        c.updater.as_ref(),
        c.updated,
        c.statuses.bits(),
        c.auth_hash.as_ref(),
        c.int_postal.as_ref(),
        c.loc_postal.as_ref(),
        c.voice.as_ref(),
        c.fax.as_ref(),
        &c.email,
        c.disclose,
    ];
    Ok(tx.execute(CONTACT_INSERT, values)? == 1)
}

pub(super) fn save_contact(tx: &mut Tx<'_>, c: &ContactRow) -> Result<(), Fault> {
    let values = params![
        c.updater.as_ref(),
        c.updated,
        c.statuses.bits(),
        c.auth_hash.as_ref(),
        c.int_postal.as_ref(),
        c.loc_postal.as_ref(),
        c.voice.as_ref(),
        c.fax.as_ref(),
        &c.email,
        c.disclose,
        &c.id,
    ];
    tx.execute(CONTACT_UPDATE, values).map(drop)
}

pub(super) fn delete_contact(tx: &mut Tx<'_>, id: &str) -> Result<(), Fault> {
    tx.execute(CONTACT_DELETE, params![id]).map(drop)
}

// --- transfers

pub(super) fn transfer(tx: &mut Tx<'_>, domain: i64) -> Result<Option<TransferRow>, Fault> {
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

pub(super) fn put_transfer(tx: &mut Tx<'_>, domain: i64, t: &TransferRow) -> Result<(), Fault> {
    tx.execute(TRANSFER_PUT, params![domain, &t.status, &t.requested_by, t.requested, &t.acting, t.acted, t.expires]).map(drop)
}

// --- poll messages

pub(super) fn insert_poll(tx: &mut Tx<'_>, registrar: &str, p: &PollRow) -> Result<(), Fault> {
    let values = params![
        p.id,
        registrar,
        p.queued,
        &p.text,
        p.kind,
        &p.object,
        &p.word,
        &p.first_party,
        &p.second_party,
        p.first,
        p.second,
        p.expires,
    ];
    tx.execute(POLL_INSERT, values)?;
    tx.execute(POLL_COUNT_ADD, params![&poll_counter(registrar), 1]).map(drop)
}

/// The counter of a registrar's queue.
fn poll_counter(registrar: &str) -> String {
    format!("poll:{registrar}")
}

pub(super) fn first_poll(tx: &mut Tx<'_>, registrar: &str) -> Result<Option<PollRow>, Fault> {
    tx.one(POLL_FIRST, params![registrar], |row| {
        Ok(PollRow {
            id: row.int(0)?,
            queued: row.time(1)?,
            text: row.text(2)?,
            kind: row.int(3)?,
            object: row.text(4)?,
            word: row.text(5)?,
            first_party: row.text(6)?,
            second_party: row.text(7)?,
            first: row.time(8)?,
            second: row.time(9)?,
            expires: row.time_opt(10)?,
        })
    })
}

pub(super) fn count_poll(tx: &mut Tx<'_>, registrar: &str) -> Result<u64, Fault> {
    let count = tx.one(POLL_COUNT, params![&poll_counter(registrar)], |row| row.int(0))?.unwrap_or(0);
    u64::try_from(count).map_err(Fault::corrupt)
}

/// False if the registrar has no such message.
pub(super) fn ack_poll(tx: &mut Tx<'_>, registrar: &str, id: i64) -> Result<bool, Fault> {
    let gone = tx.execute(POLL_ACK, params![id, registrar])? > 0;
    if gone {
        tx.execute(POLL_COUNT_ADD, params![&poll_counter(registrar), -1])?;
    }
    Ok(gone)
}

// --- charges

pub(super) fn charge(tx: &mut Tx<'_>, c: &ChargeRow<'_>) -> Result<(), Fault> {
    tx.execute(CHARGE, params![c.id, c.at, c.registrar, c.domain, c.name, c.operation, c.months, c.amount_e4, c.refundable_until]).map(drop)
}

/// Charges that a deletion at `at` takes back: operation, months, amount.
pub(super) fn refundable(tx: &mut Tx<'_>, domain: i64, registrar: &str, at: Timestamp) -> Result<Vec<(String, i64, i64)>, Fault> {
    tx.many(REFUNDABLE, params![domain, registrar, at], |row| Ok((row.text(0)?, row.int(1)?, row.int(2)?)))
}

/// No charge of this domain can be taken back any more.
pub(super) fn close_refunds(tx: &mut Tx<'_>, domain: i64, registrar: &str) -> Result<(), Fault> {
    tx.execute(REFUNDED, params![domain, registrar]).map(drop)
}

/// What a registrar owes in all, in ten-thousandths of a dollar.
pub(super) fn charges_sum(tx: &mut Tx<'_>, registrar: &str) -> Result<i64, Fault> {
    Ok(tx.one(CHARGES_SUM, params![registrar], |row| row.int(0))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::db::{Statement, Value};
    use store::{Location, Store};

    /// `$1..$n` in order of first appearance: the engines number them alike only then.
    fn placeholders(name: &str, sql: &str) -> usize {
        let mut seen = 0;
        for part in sql.split('$').skip(1) {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let number: usize = part[..digits].parse().unwrap();
            assert!(number <= seen + 1, "{name}: ${number} comes before ${}", seen + 1);
            seen = seen.max(number);
        }
        seen
    }

    #[test]
    fn every_statement_is_sound() {
        let store = Store::open(&Location::Memory, MIGRATIONS).unwrap();
        for (name, statement) in STATEMENTS {
            let count = placeholders(name, statement.0);
            let explained: &'static str = format!("EXPLAIN {}", statement.0).leak();
            let tried = store.write::<_, Fault, _>(move |tx| tx.many(Statement(explained), &vec![Value::Null; count], |_| Ok(())));
            assert!(tried.is_ok_and(|steps| !steps.is_empty()), "{name}");
        }
    }
}
