//! Domains: one row each; what changes in it, and how it comes and goes.

pub(crate) mod lists;
pub(crate) mod people;
pub(crate) mod properties;

pub use lists::{Range, SortBy, all, count, count_autorenew, count_by_zone, count_in, each, ids_of_account, leaving, stretch};
pub use people::{
    ZoneOfContact, count_of_contact, count_of_registrant, link_contact, locked_name_of_registrant, names_of_registrant,
    set_property_of_registrant, zones_of_contact,
};
pub use properties::{property, set_property};

use crate::db::{Fault, Row, Tx};
use crate::{milestones, params, statements};
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

macro_rules! columns {
    () => {
        "id, account_id, name, zone, registry, roid, registrant_id, contacts, hosts, dnssec, locks, statuses, renewal_mode, transfer_mode, privacy, privacy_until_at, \
         trustee, price_class, language, fields, auth_sealed, created_at, created_by, updated_at, updated_by, expires_at, paid_until_at, renewed_at"
    };
}
use columns;

statements! {
    INSERT = concat!("INSERT INTO domains (", columns!(), ", name_reversed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
                      $21, $22, $23, $24, $25, $26, $27, $28, $29)");
    BY_NAME = concat!("SELECT ", columns!(), " FROM domains WHERE name = $1");
    BY_ID = concat!("SELECT ", columns!(), " FROM domains WHERE id = $1");
    SET_TERM = "UPDATE domains SET expires_at = $1, paid_until_at = $2, renewed_at = $3, renewal_mode = $4, updated_at = $5, updated_by = $6 WHERE id = $7";
    SET_PRIVACY = "UPDATE domains SET privacy = $1, privacy_until_at = $2, updated_at = $3, updated_by = $4 WHERE id = $5";
    SET_AT_REGISTRY = "UPDATE domains SET expires_at = $1, statuses = $2, updated_at = $3, updated_by = $4 WHERE id = $5";
    SET_AUTH = "UPDATE domains SET auth_sealed = $1, updated_at = $2, updated_by = $3 WHERE id = $4";
    GIVE = "UPDATE domains SET account_id = $1, registrant_id = $2, contacts = $3, hosts = $4, locks = $5, renewal_mode = $6, transfer_mode = 'default', auth_sealed = '', \
            updated_at = $7, updated_by = $8 WHERE id = $9 AND account_id = $10";
    SET_RENEWAL_MODE = "UPDATE domains SET renewal_mode = $1, updated_at = $2, updated_by = $3 WHERE id = $4";
    HOSTS_OF_ALL = "SELECT id, hosts FROM domains WHERE id > $1 ORDER BY id LIMIT $2";
    SET_HOSTS = "UPDATE domains SET hosts = $1, updated_at = $2, updated_by = $3 WHERE id = $4";
    MODIFY = "UPDATE domains SET registrant_id = $1, contacts = $2, hosts = $3, dnssec = $4, locks = $5, statuses = $6, renewal_mode = $7, transfer_mode = $8, \
              privacy = $9, privacy_until_at = $10, trustee = $11, fields = $12, auth_sealed = $13, updated_at = $14, updated_by = $15 WHERE id = $16";
    DROP_PROPERTIES = "DELETE FROM domain_properties WHERE domain_id = $1";
    SET_SUSPENDED = "UPDATE domains SET statuses = $1, locks = $2, updated_at = $3, updated_by = $4 WHERE id = $5";
    DELETE = "DELETE FROM domains WHERE id = $1";
    NAME = "SELECT account_id, zone, name FROM domains WHERE id = $1";
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

/// Numbers and name servers of all domains after a number, in their order: to find those that use one.
pub fn hosts_of_all(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<(i64, String)>, Fault> {
    tx.many(HOSTS_OF_ALL, params![after, limit], |row| Ok((row.int(0)?, row.text(1)?)))
}

/// Sets the name servers as the registry has them, separated by blanks.
pub fn set_hosts(tx: &mut Tx<'_>, id: i64, hosts: &str, at: Timestamp, by: &str) -> Result<(), Fault> {
    tx.execute(SET_HOSTS, params![hosts, at, by, id]).map(|_| ())
}
