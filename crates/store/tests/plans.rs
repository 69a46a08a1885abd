//! No statement reads a whole table by accident: SQLite's plan of each is looked at, and every foreign key can be followed backwards by an index.
//!
//! The plan is that of empty tables, so it shows which indices can serve, not which are best. PostgreSQL has the same indices.

use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use store::MIGRATIONS;

/// Statements that go through a whole table, each for a reason: what they read is small, is ended by a limit, or is meant to be all of it.
const MAY_SCAN: &[(&str, &str)] = &[
    ("agenda::DAYS_OFF", "a promise, looked at as a whole"),
    ("agenda::FORGOTTEN", "a promise, looked at as a whole"),
    ("agenda::FREE_ALL", "once, when the only node starts"),
    ("jobs::FREE_ALL", "once, when the only node starts"),
    ("jobs::FREE_HELD", "once, when a node starts; jobs are what is not done yet"),
    ("journal::LAST_LINK", "the last row, by the key"),
    ("ledger::BALANCES_OFF", "a promise, looked at as a whole"),
    ("ledger::CAPTURES_ASTRAY", "a promise, looked at as a whole"),
    ("ledger::CURRENCIES_MIXED", "a promise, looked at as a whole"),
    ("ledger::HELD_OFF", "a promise, looked at as a whole"),
    ("ledger::HOLDS_ASTRAY", "a promise, looked at as a whole"),
    ("ledger::LEGLESS", "a promise, looked at as a whole"),
    ("ledger::OVERDRAWN", "a promise, looked at as a whole"),
    ("ledger::UNBALANCED", "a promise, looked at as a whole"),
    ("mails::LIST", "the newest, by the key, up to a limit"),
    ("milestones::OFF", "a promise, looked at as a whole"),
    ("milestones::UNMARKED", "a promise, looked at as a whole"),
    ("orders::JOBLESS", "a promise; all jobs, once"),
    ("settings::PRICES_IN_FORCE", "the prices that an operator has set himself, up to a limit"),
    ("verifications::FORGOTTEN", "a promise, looked at as a whole"),
    ("webhooks::DUE_WEBHOOKS", "as few as the operator's resellers have registered"),
];

/// Keys to rows that stay for ever.
const NEVER_DELETED: &[&str] = &["webhook_deliveries.event_id"];

fn schema() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for migration in MIGRATIONS {
        connection.execute_batch(migration.sql).unwrap();
    }
    connection
}

fn rows<T>(connection: &Connection, sql: &str, read: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let mut statement = connection.prepare(sql).unwrap();
    let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
    let found = statement.query_map(rusqlite::params_from_iter(nulls), |row| read(row)).unwrap();
    found.map(Result::unwrap).collect()
}

/// The tables that a statement goes through from one end to the other. Going through a partial index is what such an index is for.
fn scanned(connection: &Connection, sql: &str, tables: &BTreeSet<String>, partial: &BTreeSet<String>) -> Vec<String> {
    let plan = rows(connection, &format!("EXPLAIN QUERY PLAN {sql}"), |row| row.get::<_, String>(3));
    // An alias is resolved by the statement itself: `FROM domains d`.
    let words: Vec<&str> = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let named = |alias: &str| {
        let place = words.windows(2).find(|pair| pair[1] == alias && tables.contains(pair[0]));
        if tables.contains(alias) { Some(alias.to_owned()) } else { place.map(|pair| pair[0].to_owned()) }
    };
    let scan = |line: &String| {
        let mut words = line.strip_prefix("SCAN ")?.split(' ');
        let table = words.next().and_then(named)?;
        (!words.any(|word| partial.contains(word))).then_some(table)
    };
    plan.iter().filter_map(scan).collect()
}

#[test]
fn no_statement_scans_a_table_by_accident() {
    let connection = schema();
    let tables: BTreeSet<String> =
        rows(&connection, "SELECT name FROM sqlite_master WHERE type = 'table'", |row| row.get(0)).into_iter().collect();
    let partial = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'";
    let partial: BTreeSet<String> = rows(&connection, partial, |row| row.get(0)).into_iter().collect();
    let allowed: BTreeMap<&str, &str> = MAY_SCAN.iter().copied().collect();
    let mut found = BTreeSet::new();
    let mut wrong = Vec::new();
    for (module, name, statement) in store::statements().filter(|(module, ..)| *module != "wipe") {
        let full = format!("{module}::{name}");
        let scanned = scanned(&connection, statement.0, &tables, &partial);
        if scanned.is_empty() {
            continue;
        }
        if !allowed.contains_key(full.as_str()) {
            wrong.push(format!("{full} goes through all of {}", scanned.join(", ")));
        }
        found.insert(full);
    }
    wrong.extend(allowed.keys().filter(|name| !found.contains(**name)).map(|name| format!("{name} scans nothing, or is gone")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Deleting or changing a row that others may point to looks them up: without an index that is a scan for each row.
#[test]
fn every_foreign_key_has_an_index() {
    let connection = schema();
    let tables: Vec<String> = rows(&connection, "SELECT name FROM sqlite_master WHERE type = 'table'", |row| row.get(0));
    let mut wrong = Vec::new();
    for table in &tables {
        let indices: Vec<String> = rows(&connection, &format!("PRAGMA index_list('{table}')"), |row| row.get(1));
        let firsts: Vec<String> = indices
            .iter()
            .filter_map(|index| {
                rows(&connection, &format!("PRAGMA index_info('{index}')"), |row| row.get::<_, String>(2)).into_iter().next()
            })
            .collect();
        let key: Vec<String> = rows(&connection, &format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 1"), |row| row.get(0));
        for column in rows(&connection, &format!("PRAGMA foreign_key_list('{table}')"), |row| row.get::<_, String>(3)) {
            let followed =
                firsts.contains(&column) || key.contains(&column) || NEVER_DELETED.contains(&format!("{table}.{column}").as_str());
            if !followed {
                wrong.push(format!("{table}.{column}"));
            }
        }
    }
    assert!(wrong.is_empty(), "no index begins with {wrong:?}");
}
