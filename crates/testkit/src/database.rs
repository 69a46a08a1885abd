//! Both stores for tests: SQLite always, PostgreSQL where a server is named by `DOMESDAY_TEST_POSTGRES`.

use postgres::{Client, NoTls};
use std::sync::atomic::{AtomicU32, Ordering};
use store::Location;

/// A PostgreSQL database of one test, dropped with it.
pub struct Database {
    server: String,
    name: String,
}

static MADE: AtomicU32 = AtomicU32::new(0);

fn on_own_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // The synchronous client may not live on a thread of an async runtime.
    std::thread::scope(|scope| scope.spawn(work).join().expect("the database thread ends"))
}

fn with_database(server: &str, name: &str) -> String {
    match server.split_once("://").map(|(_, rest)| rest) {
        Some(rest) => {
            let (authority, tail) = rest.split_once('/').unwrap_or((rest, ""));
            let query = tail.split_once('?').map_or(String::new(), |(_, q)| format!("?{q}"));
            format!("postgres://{authority}/{name}{query}")
        }
        None => format!("{server} dbname={name}"),
    }
}

impl Database {
    /// Makes an empty database; `None` where no server is named.
    pub fn new() -> Option<Database> {
        let server = std::env::var("DOMESDAY_TEST_POSTGRES").ok().filter(|url| !url.is_empty())?;
        Some(Database::on(&server))
    }

    /// Makes an empty database on a server, `postgres://user@host/database`. Panics where the server does not answer or lets nobody make one.
    pub fn on(server: &str) -> Database {
        let name = format!("domesday_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        on_own_thread(|| {
            let mut client = Client::connect(server, NoTls).expect("the server answers");
            let make = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
            client.batch_execute(&make).expect("a database can be made");
        });
        Database { server: server.to_owned(), name }
    }

    pub fn location(&self) -> Location {
        Location::Postgres(with_database(&self.server, &self.name))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server = self.server.clone();
        on_own_thread(move || {
            if let Ok(mut client) = Client::connect(&server, NoTls) {
                // A database left behind harms no other test.
                let _ = client.batch_execute(&drop_it);
            }
        });
    }
}

/// The stores that a test is to run on, by name. Says so where PostgreSQL is left out.
pub fn stores() -> Vec<(&'static str, Location, Option<Database>)> {
    let mut stores = vec![("SQLite", Location::Memory, None)];
    match Database::new() {
        Some(database) => stores.push(("PostgreSQL", database.location(), Some(database))),
        None => eprintln!("skipped on PostgreSQL: DOMESDAY_TEST_POSTGRES names no server"),
    }
    stores
}
