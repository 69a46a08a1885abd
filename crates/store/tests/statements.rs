//! Every statement is accepted by both engines, and its placeholders first appear in order, so that both number them alike.

use store::MIGRATIONS;

/// `$1..$n` in order of first appearance, without gaps: SQLite numbers named parameters as they come.
fn placeholders_in_order(sql: &str) -> Result<usize, String> {
    let mut seen = 0;
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let number: usize = digits.parse().map_err(|_| format!("a lone $ in {sql}"))?;
        if number > seen + 1 {
            return Err(format!("${number} comes before ${} in {sql}", seen + 1));
        }
        seen = seen.max(number);
    }
    Ok(seen)
}

fn all() -> Vec<(String, &'static str)> {
    store::statements().map(|(module, name, statement)| (format!("{module}::{name}"), statement.0)).collect()
}

#[test]
fn placeholders_come_in_order() {
    let wrong: Vec<String> =
        all().iter().filter_map(|(name, sql)| placeholders_in_order(sql).err().map(|e| format!("{name}: {e}"))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sqlite_accepts_every_statement() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    for migration in MIGRATIONS {
        connection.execute_batch(migration.sql).unwrap();
    }
    let mut wrong = Vec::new();
    for (name, sql) in all() {
        match connection.prepare(sql) {
            Ok(prepared) if prepared.parameter_count() != placeholders_in_order(sql).unwrap_or(0) => {
                wrong.push(format!("{name}: parameters miscounted"))
            }
            Ok(_) => {}
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn postgresql_accepts_every_statement() {
    let Some(database) = testkit::Database::new() else {
        eprintln!("skipped: DOMESDAY_TEST_POSTGRES names no server");
        return;
    };
    let store::Location::Postgres(url) = database.location() else { panic!("a PostgreSQL database has a URL") };
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    for migration in MIGRATIONS {
        client.batch_execute(migration.sql).unwrap();
    }
    let wrong: Vec<String> = all().iter().filter_map(|(name, sql)| client.prepare(sql).err().map(|e| format!("{name}: {e}"))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// PostgreSQL refused the whole question (found by the simulator): whatever a client asks for by name is there or not.
#[test]
fn what_is_asked_for_with_a_nul_is_not_there() {
    for (name, location, _database) in testkit::stores() {
        eprintln!("on {name}");
        let store = store::open(&location).unwrap();
        let found = store
            .read(|tx| Ok::<_, store::Fault>((store::contacts::by_handle(tx, 1, "nul\0byte")?, store::accounts::by_kv_login(tx, "\0")?)));
        assert_eq!(found.unwrap(), (None, None));
    }
}
