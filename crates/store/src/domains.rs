//! Domains: one row each, searched by name from the front and from the back.

use crate::db::{Fault, Row, Statement, Tx};
use crate::milestones::{self, Names};
use crate::{params, statements};
use model::Timestamp;
use model::domain::{Privacy, RenewalMode};

/// A domain as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Domain {
    pub id: i64,
    pub account_id: i64,
    /// A-label form.
    pub name: String,
    pub zone: String,
    pub registry: String,
    pub roid: String,
    pub registrant_id: i64,
    /// Role and contact ids in order, as JSON: `{"admin":[1],"tech":[1]}`.
    pub contacts: String,
    /// Host names in order, separated by blanks.
    pub hosts: String,
    /// DS or key records as JSON.
    pub dnssec: String,
    /// The set of reasons for which the name is locked, words separated by blanks.
    pub locks: String,
    /// Further EPP statuses seen at the registry, separated by blanks.
    pub statuses: String,
    pub renewal_mode: RenewalMode,
    pub transfer_mode: String,
    pub privacy: Privacy,
    pub privacy_until_at: Option<Timestamp>,
    pub trustee: bool,
    /// The registry's price class; empty for standard.
    pub price_class: String,
    pub language: String,
    /// The zone's own fields as JSON.
    pub fields: String,
    /// The authorization code as far as we hold it, sealed; empty if we do not.
    pub auth_sealed: String,
    pub created_at: Timestamp,
    pub created_by: String,
    pub updated_at: Timestamp,
    pub updated_by: String,
    /// Expiry at the registry.
    pub expires_at: Timestamp,
    /// The end of what was paid for.
    pub paid_until_at: Timestamp,
    /// The last renewal that someone asked for and that succeeded.
    pub renewed_at: Option<Timestamp>,
}

/// The order of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SortBy {
    Name,
    Created,
    Updated,
    Expires,
    Zone,
    RenewalMode,
}

/// Where in the list of names to look, in byte order: from `low` (included) to `high` (excluded).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Range {
    Names {
        low: String,
        high: String,
    },
    /// Over names spelled backwards.
    Reversed {
        low: String,
        high: String,
    },
}

macro_rules! columns {
    () => {
        "id, account_id, name, zone, registry, roid, registrant_id, contacts, hosts, dnssec, locks, statuses, renewal_mode, transfer_mode, privacy, privacy_until_at, \
         trustee, price_class, language, fields, auth_sealed, created_at, created_by, updated_at, updated_by, expires_at, paid_until_at, renewed_at"
    };
}

macro_rules! list {
    ($column:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM domains WHERE account_id = $1 AND ",
            $column,
            " >= $2 AND ",
            $column,
            " < $3 ORDER BY ",
            $order,
            " LIMIT $4"
        )
    };
}

statements! {
    INSERT = concat!("INSERT INTO domains (", columns!(), ", name_reversed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
                      $21, $22, $23, $24, $25, $26, $27, $28, $29)");
    BY_NAME = concat!("SELECT ", columns!(), " FROM domains WHERE name = $1");
    BY_ID = concat!("SELECT ", columns!(), " FROM domains WHERE id = $1");
    LINK_CONTACT = "INSERT INTO domain_contacts (contact_id, domain_id) VALUES ($1, $2) ON CONFLICT (contact_id, domain_id) DO NOTHING";
    DOMAINS_OF_CONTACT = "SELECT COUNT(*) FROM domain_contacts WHERE contact_id = $1";
    SET_TERM = "UPDATE domains SET expires_at = $1, paid_until_at = $2, renewed_at = $3, renewal_mode = $4, updated_at = $5, updated_by = $6 WHERE id = $7";
    SET_PRIVACY = "UPDATE domains SET privacy = $1, privacy_until_at = $2, updated_at = $3, updated_by = $4 WHERE id = $5";
    SET_AT_REGISTRY = "UPDATE domains SET expires_at = $1, statuses = $2, updated_at = $3, updated_by = $4 WHERE id = $5";
    SET_AUTH = "UPDATE domains SET auth_sealed = $1, updated_at = $2, updated_by = $3 WHERE id = $4";
    GIVE = "UPDATE domains SET account_id = $1, registrant_id = $2, contacts = $3, hosts = $4, locks = $5, renewal_mode = $6, transfer_mode = 'default', auth_sealed = '', \
            updated_at = $7, updated_by = $8 WHERE id = $9 AND account_id = $10";
    IDS_OF_ACCOUNT = "SELECT id FROM domains WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    SET_RENEWAL_MODE = "UPDATE domains SET renewal_mode = $1, updated_at = $2, updated_by = $3 WHERE id = $4";
    MODIFY = "UPDATE domains SET registrant_id = $1, contacts = $2, hosts = $3, dnssec = $4, locks = $5, statuses = $6, renewal_mode = $7, transfer_mode = $8, \
              privacy = $9, privacy_until_at = $10, trustee = $11, fields = $12, auth_sealed = $13, updated_at = $14, updated_by = $15 WHERE id = $16";
    PROPERTY = "SELECT value FROM domain_properties WHERE domain_id = $1 AND name = $2";
    SET_PROPERTY = "INSERT INTO domain_properties (domain_id, name, value) VALUES ($1, $2, $3) ON CONFLICT (domain_id, name) DO UPDATE SET value = excluded.value";
    DROP_PROPERTY = "DELETE FROM domain_properties WHERE domain_id = $1 AND name = $2";
    DROP_PROPERTIES = "DELETE FROM domain_properties WHERE domain_id = $1";
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
    SET_SUSPENDED = "UPDATE domains SET statuses = $1, locks = $2, updated_at = $3, updated_by = $4 WHERE id = $5";
    DELETE = "DELETE FROM domains WHERE id = $1";
    NAME = "SELECT account_id, zone, name FROM domains WHERE id = $1";
    LEAVING = "SELECT name FROM domains WHERE account_id = $1 AND \
               (statuses LIKE '%pendingDelete%' OR statuses LIKE '%redemptionPeriod%' OR statuses LIKE '%pendingRestore%') ORDER BY name";
    COUNT_REVERSED = "SELECT COUNT(*) FROM domains WHERE account_id = $1 AND name_reversed >= $2 AND name_reversed < $3";
    COUNT_AUTORENEW = "SELECT COUNT(*) FROM domains WHERE account_id = $1 AND renewal_mode IN ('default', 'autorenew', 'renewonce')";
    COUNT_ZONES = "SELECT zone, COUNT(*) FROM domains WHERE account_id = $1 GROUP BY zone ORDER BY zone";
    ALL = concat!("SELECT ", columns!(), " FROM domains WHERE id > $1 ORDER BY id LIMIT $2");
    OF_ZONE = concat!("SELECT ", columns!(), " FROM domains WHERE account_id = $1 AND zone = $2 AND name >= $3 AND name < $4 ORDER BY name LIMIT $5");
    NAMES_UP = list!("name", "name");
    NAMES_DOWN = list!("name", "name DESC");
    NAMES_CREATED_UP = list!("name", "created_at, name");
    NAMES_CREATED_DOWN = list!("name", "created_at DESC, name DESC");
    NAMES_UPDATED_UP = list!("name", "updated_at, name");
    NAMES_UPDATED_DOWN = list!("name", "updated_at DESC, name DESC");
    NAMES_EXPIRES_UP = list!("name", "expires_at, name");
    NAMES_EXPIRES_DOWN = list!("name", "expires_at DESC, name DESC");
    NAMES_ZONE_UP = list!("name", "zone, name");
    NAMES_ZONE_DOWN = list!("name", "zone DESC, name DESC");
    NAMES_MODE_UP = list!("name", "renewal_mode, name");
    NAMES_MODE_DOWN = list!("name", "renewal_mode DESC, name DESC");
    REVERSED_UP = list!("name_reversed", "name");
    REVERSED_DOWN = list!("name_reversed", "name DESC");
    REVERSED_CREATED_UP = list!("name_reversed", "created_at, name");
    REVERSED_CREATED_DOWN = list!("name_reversed", "created_at DESC, name DESC");
    REVERSED_UPDATED_UP = list!("name_reversed", "updated_at, name");
    REVERSED_UPDATED_DOWN = list!("name_reversed", "updated_at DESC, name DESC");
    REVERSED_EXPIRES_UP = list!("name_reversed", "expires_at, name");
    REVERSED_EXPIRES_DOWN = list!("name_reversed", "expires_at DESC, name DESC");
    REVERSED_ZONE_UP = list!("name_reversed", "zone, name");
    REVERSED_ZONE_DOWN = list!("name_reversed", "zone DESC, name DESC");
    REVERSED_MODE_UP = list!("name_reversed", "renewal_mode, name");
    REVERSED_MODE_DOWN = list!("name_reversed", "renewal_mode DESC, name DESC");
}

fn domain(row: &Row<'_>) -> Result<Domain, Fault> {
    let (mode, privacy) = (row.text(12)?, row.text(14)?);
    Ok(Domain {
        id: row.int(0)?,
        account_id: row.int(1)?,
        name: row.text(2)?,
        zone: row.text(3)?,
        registry: row.text(4)?,
        roid: row.text(5)?,
        registrant_id: row.int(6)?,
        contacts: row.text(7)?,
        hosts: row.text(8)?,
        dnssec: row.text(9)?,
        locks: row.text(10)?,
        statuses: row.text(11)?,
        renewal_mode: RenewalMode::from_word(&mode).ok_or_else(|| Fault::corrupt("a domain's renewal mode"))?,
        transfer_mode: row.text(13)?,
        privacy: Privacy::from_word(&privacy).ok_or_else(|| Fault::corrupt("a domain's privacy"))?,
        privacy_until_at: row.time_opt(15)?,
        trustee: row.flag(16)?,
        price_class: row.text(17)?,
        language: row.text(18)?,
        fields: row.text(19)?,
        auth_sealed: row.text(20)?,
        created_at: row.time(21)?,
        created_by: row.text(22)?,
        updated_at: row.time(23)?,
        updated_by: row.text(24)?,
        expires_at: row.time(25)?,
        paid_until_at: row.time(26)?,
        renewed_at: row.time_opt(27)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, d: &Domain) -> Result<(), Fault> {
    let reversed = model::name::reversed(&d.name);
    tx.execute(
        INSERT,
        params![
            d.id,
            d.account_id,
            &d.name,
            &d.zone,
            &d.registry,
            &d.roid,
            d.registrant_id,
            &d.contacts,
            &d.hosts,
            &d.dnssec,
            &d.locks,
            &d.statuses,
            d.renewal_mode.word(),
            &d.transfer_mode,
            d.privacy.word(),
            d.privacy_until_at,
            d.trustee,
            &d.price_class,
            &d.language,
            &d.fields,
            &d.auth_sealed,
            d.created_at,
            &d.created_by,
            d.updated_at,
            &d.updated_by,
            d.expires_at,
            d.paid_until_at,
            d.renewed_at,
            &reversed
        ],
    )?;
    milestones::added(tx, d.account_id, &d.zone, &d.name)
}

/// Whoever's it is: only for the engine's own use.
pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Domain>, Fault> {
    tx.one(BY_NAME, params![name], domain)
}

pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Domain>, Fault> {
    tx.one(BY_ID, params![id], domain)
}

/// The account's domain of that name; another account's is as absent as none.
pub fn of_account(tx: &mut Tx<'_>, account_id: i64, name: &str) -> Result<Option<Domain>, Fault> {
    Ok(by_name(tx, name)?.filter(|d| d.account_id == account_id))
}

/// Notes that a domain uses a contact.
pub fn link_contact(tx: &mut Tx<'_>, contact_id: i64, domain_id: i64) -> Result<(), Fault> {
    tx.execute(LINK_CONTACT, params![contact_id, domain_id]).map(|_| ())
}

/// How many domains use a contact.
pub fn count_of_contact(tx: &mut Tx<'_>, contact_id: i64) -> Result<i64, Fault> {
    Ok(tx.one(DOMAINS_OF_CONTACT, params![contact_id], |row| row.int(0))?.unwrap_or(0))
}

/// The new term of a domain.
pub struct Term {
    pub expires_at: Timestamp,
    pub paid_until_at: Timestamp,
    pub renewed_at: Option<Timestamp>,
    pub renewal_mode: RenewalMode,
}

pub fn set_term(tx: &mut Tx<'_>, id: i64, term: &Term, at: Timestamp, by: &str) -> Result<(), Fault> {
    tx.execute(SET_TERM, params![term.expires_at, term.paid_until_at, term.renewed_at, term.renewal_mode.word(), at, by, id]).map(|_| ())
}

pub fn set_privacy(tx: &mut Tx<'_>, id: i64, privacy: Privacy, until: Option<Timestamp>, at: Timestamp, by: &str) -> Result<(), Fault> {
    tx.execute(SET_PRIVACY, params![privacy.word(), until, at, by, id]).map(|_| ())
}

/// The account's domains after id `after`, by their ids.
pub fn ids_of_account(tx: &mut Tx<'_>, account_id: i64, after: i64, limit: i64) -> Result<Vec<i64>, Fault> {
    tx.many(IDS_OF_ACCOUNT, params![account_id, after, limit], |row| row.int(0))
}

pub fn set_renewal_mode(tx: &mut Tx<'_>, id: i64, mode: RenewalMode, at: Timestamp, by: &str) -> Result<(), Fault> {
    tx.execute(SET_RENEWAL_MODE, params![mode.word(), at, by, id]).map(|_| ())
}

/// Takes over what the registry shows: its expiry and statuses.
pub fn set_at_registry(tx: &mut Tx<'_>, id: i64, expires_at: Timestamp, statuses: &str, at: Timestamp, by: &str) -> Result<(), Fault> {
    tx.execute(SET_AT_REGISTRY, params![expires_at, statuses, at, by, id]).map(|_| ())
}

/// Sets statuses and locks after a suspension or its end.
pub fn set_suspended(tx: &mut Tx<'_>, id: i64, statuses: &str, locks: &str, at: Timestamp, by: &str) -> Result<(), Fault> {
    tx.execute(SET_SUSPENDED, params![statuses, locks, at, by, id]).map(|_| ())
}

/// Sets the sealed authorization code; empty for none.
pub fn set_auth(tx: &mut Tx<'_>, id: i64, sealed: &str, at: Timestamp, by: &str) -> Result<(), Fault> {
    tx.execute(SET_AUTH, params![sealed, at, by, id]).map(|_| ())
}

/// What changes at a domain that is given to another account.
pub struct Gift<'a> {
    pub from: i64,
    pub to: i64,
    pub registrant_id: i64,
    pub contacts: &'a str,
    pub hosts: &'a str,
    pub locks: &'a str,
    pub renewal_mode: RenewalMode,
}

/// Gives a domain to another account; its code is spent, and what was granted in it ends. False if it was not the giver's any more.
pub fn give(tx: &mut Tx<'_>, id: i64, gift: &Gift<'_>, at: Timestamp, by: &str) -> Result<bool, Fault> {
    crate::agenda::hand_over(tx, id, gift.to)?;
    crate::hosts::give_below(tx, id, gift.to, at, by)?;
    crate::grants::delete_of_domain(tx, id)?;
    crate::contacts::let_go(tx, id, at)?;
    crate::hosted::close_dynamic(tx, id)?;
    let changed = tx.execute(
        GIVE,
        params![gift.to, gift.registrant_id, gift.contacts, gift.hosts, gift.locks, gift.renewal_mode.word(), at, by, id, gift.from],
    )?;
    if changed != 1 {
        return Ok(false);
    }
    if let Some((_, zone, name)) = tx.one(NAME, params![id], |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)))? {
        milestones::removed(tx, gift.from, &zone, &name)?;
        milestones::added(tx, gift.to, &zone, &name)?;
    }
    Ok(true)
}

/// Takes a domain out: it was dropped, or is another registrar's. Orders, ledger, events and audit keep its history.
/// The time of contacts that nothing uses any more begins at `at`.
pub fn delete(tx: &mut Tx<'_>, id: i64, at: Timestamp) -> Result<(), Fault> {
    crate::hosts::delete_below(tx, id)?;
    crate::hosted::delete(tx, id)?;
    crate::grants::delete_of_domain(tx, id)?;
    crate::verifications::forget(tx, id)?;
    tx.execute(DROP_PROPERTIES, params![id])?;
    crate::contacts::let_go(tx, id, at)?;
    let gone = tx.one(NAME, params![id], |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)))?;
    tx.execute(DELETE, params![id])?;
    match gone {
        Some((account_id, zone, name)) => milestones::removed(tx, account_id, &zone, &name),
        None => Ok(()),
    }
}

/// Writes back everything of a domain that an update can change: from its registrant to its authorization code. Contacts are to be linked anew.
pub fn modify(tx: &mut Tx<'_>, d: &Domain) -> Result<(), Fault> {
    crate::contacts::let_go(tx, d.id, d.updated_at)?;
    tx.execute(
        MODIFY,
        params![
            d.registrant_id,
            &d.contacts,
            &d.hosts,
            &d.dnssec,
            &d.locks,
            &d.statuses,
            d.renewal_mode.word(),
            &d.transfer_mode,
            d.privacy.word(),
            d.privacy_until_at,
            d.trustee,
            &d.fields,
            &d.auth_sealed,
            d.updated_at,
            &d.updated_by,
            d.id
        ],
    )
    .map(|_| ())
}

/// The value of a property that is not at its default.
pub fn property(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<Option<String>, Fault> {
    tx.one(PROPERTY, params![id, name], |row| row.text(0))
}

/// Sets a property; `None` is its default.
pub fn set_property(tx: &mut Tx<'_>, id: i64, name: &str, value: Option<&str>) -> Result<(), Fault> {
    match value {
        Some(value) => tx.execute(SET_PROPERTY, params![id, name, value]),
        None => tx.execute(DROP_PROPERTY, params![id, name]),
    }
    .map(|_| ())
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

pub fn count(tx: &mut Tx<'_>, account_id: i64) -> Result<i64, Fault> {
    milestones::count(tx, Names { account_id, zone: "" })
}

/// How many of the account's domains will renew by themselves (modes that renew, the default counted with them).
pub fn count_autorenew(tx: &mut Tx<'_>, account_id: i64) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_AUTORENEW, params![account_id], |row| row.int(0))?.unwrap_or(0))
}

/// Domains of the account in each zone that it has some in.
pub fn count_by_zone(tx: &mut Tx<'_>, account_id: i64) -> Result<Vec<(String, i64)>, Fault> {
    tx.many(COUNT_ZONES, params![account_id], |row| Ok((row.text(0)?, row.int(1)?)))
}

/// Domains of all accounts after id `after`, for audits.
pub fn all(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Domain>, Fault> {
    tx.many(ALL, params![after, limit], domain)
}

pub fn count_in(tx: &mut Tx<'_>, account_id: i64, range: &Range) -> Result<i64, Fault> {
    match range {
        Range::Names { low, high } => {
            let list = Names { account_id, zone: "" };
            Ok(milestones::place_of(tx, list, high)?.saturating_sub(milestones::place_of(tx, list, low)?))
        }
        Range::Reversed { low, high } => Ok(tx.one(COUNT_REVERSED, params![account_id, low, high], |row| row.int(0))?.unwrap_or(0)),
    }
}

/// Names of an account that are on their way out or back: deleted, and not free yet.
pub fn leaving(tx: &mut Tx<'_>, account_id: i64) -> Result<Vec<String>, Fault> {
    tx.many(LEAVING, params![account_id], |row| row.text(0))
}

/// The account's domains from `low` (included) to `high` (excluded) by name, at most `limit`; with a zone only those in it.
pub fn stretch(tx: &mut Tx<'_>, list: Names<'_>, low: &str, high: &str, limit: i64) -> Result<Vec<Domain>, Fault> {
    let Names { account_id, zone } = list;
    if zone.is_empty() {
        tx.many(NAMES_UP, params![account_id, low, high, limit], domain)
    } else {
        tx.many(OF_ZONE, params![account_id, zone, low, high, limit], domain)
    }
}

/// The account's domains within a range, one by one in the order asked for, at most `limit`.
pub fn each(
    tx: &mut Tx<'_>,
    account_id: i64,
    range: &Range,
    sort: SortBy,
    descending: bool,
    limit: i64,
    mut take: impl FnMut(Domain) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (reversed, low, high) = match range {
        Range::Names { low, high } => (false, low, high),
        Range::Reversed { low, high } => (true, low, high),
    };
    tx.each(list_statement(sort, descending, reversed), params![account_id, low, high, limit], |row| take(domain(row)?))
}

fn list_statement(sort: SortBy, descending: bool, reversed: bool) -> Statement {
    let [names_up, names_down, reversed_up, reversed_down] = match sort {
        SortBy::Name => [NAMES_UP, NAMES_DOWN, REVERSED_UP, REVERSED_DOWN],
        SortBy::Created => [NAMES_CREATED_UP, NAMES_CREATED_DOWN, REVERSED_CREATED_UP, REVERSED_CREATED_DOWN],
        SortBy::Updated => [NAMES_UPDATED_UP, NAMES_UPDATED_DOWN, REVERSED_UPDATED_UP, REVERSED_UPDATED_DOWN],
        SortBy::Expires => [NAMES_EXPIRES_UP, NAMES_EXPIRES_DOWN, REVERSED_EXPIRES_UP, REVERSED_EXPIRES_DOWN],
        SortBy::Zone => [NAMES_ZONE_UP, NAMES_ZONE_DOWN, REVERSED_ZONE_UP, REVERSED_ZONE_DOWN],
        SortBy::RenewalMode => [NAMES_MODE_UP, NAMES_MODE_DOWN, REVERSED_MODE_UP, REVERSED_MODE_DOWN],
    };
    match (reversed, descending) {
        (false, false) => names_up,
        (false, true) => names_down,
        (true, false) => reversed_up,
        (true, true) => reversed_down,
    }
}
