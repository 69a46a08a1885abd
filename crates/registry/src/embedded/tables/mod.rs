//! The embedded registry's tables: every SQL statement of this room, one file a table, with the rows they read and write.

mod charges;
mod contacts;
mod domains;
mod hosts;
mod links;
mod poll;
mod transfers;

pub(super) use charges::*;
pub(super) use contacts::*;
pub(super) use domains::*;
pub(super) use hosts::*;
pub(super) use links::*;
pub(super) use poll::*;
pub(super) use transfers::*;

use model::Timestamp;
use store::db::Migration;
use store::{Fault, Tx, params, statements};

/// The steps of this room's own schema.
pub(super) const MIGRATIONS: &[Migration] =
    &[Migration { number: 1, name: "registry", sql: include_str!("../../../migrations/0001-registry.sql") }];

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
    RAISE_EPOCH = "UPDATE counters SET value = $1 WHERE name = 'epoch' AND value < $2";
    REGISTRAR_PUT = "INSERT INTO registrars (id, password_hash, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    REGISTRAR_BY_TAG = "SELECT id FROM registrars WHERE LOWER(id) = $1";
    REGISTRAR_PASSWORD = "SELECT password_hash FROM registrars WHERE id = $1";
    REGISTRAR_SET_PASSWORD = "UPDATE registrars SET password_hash = $1 WHERE id = $2";
}

/// Takes the next epoch: numbers made under it were never made before.
pub(super) fn next_epoch(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(NEXT_EPOCH, params![], |row| row.int(0))?.ok_or_else(|| Fault::corrupt("no epoch counter"))
}

/// Sees to it that the next epoch comes after this one: in a copy of tables that have gone on since.
pub(super) fn raise_epoch(tx: &mut Tx<'_>, epoch: i64) -> Result<(), Fault> {
    tx.execute(RAISE_EPOCH, params![epoch, epoch]).map(drop)
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

/// False if there is one of this id.
pub(super) fn put_registrar(tx: &mut Tx<'_>, id: &str, password_hash: &str, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(REGISTRAR_PUT, params![id, password_hash, now])? == 1)
}

/// The registrar of a tag, which is its id in any case.
pub(super) fn registrar_by_tag(tx: &mut Tx<'_>, tag: &str) -> Result<Option<String>, Fault> {
    tx.one(REGISTRAR_BY_TAG, params![&tag.to_ascii_lowercase()], |row| row.text(0))
}

pub(super) fn registrar_password(tx: &mut Tx<'_>, id: &str) -> Result<Option<String>, Fault> {
    tx.one(REGISTRAR_PASSWORD, params![id], |row| row.text(0))
}

pub(super) fn set_registrar_password(tx: &mut Tx<'_>, id: &str, password_hash: &str) -> Result<(), Fault> {
    tx.execute(REGISTRAR_SET_PASSWORD, params![password_hash, id]).map(drop)
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
        let rooms = [STATEMENTS, charges::STATEMENTS, contacts::STATEMENTS, domains::STATEMENTS, hosts::STATEMENTS, links::STATEMENTS];
        for (name, statement) in rooms.into_iter().chain([poll::STATEMENTS, transfers::STATEMENTS]).flatten() {
            let count = placeholders(name, statement.0);
            let explained: &'static str = format!("EXPLAIN {}", statement.0).leak();
            let tried = store.write::<_, Fault, _>(move |tx| tx.many(Statement(explained), &vec![Value::Null; count], |_| Ok(())));
            assert!(tried.is_ok_and(|steps| !steps.is_empty()), "{name}");
        }
    }
}
