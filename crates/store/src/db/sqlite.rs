//! SQLite: one writer thread with group commit, readers on the callers' own threads.

use super::migrate::{self, Migration};
use super::task::Task;
use super::{Fault, Inner, Row, Statement, Tx, Value};
use crossbeam_channel as channel;
use rusqlite::{Connection, ErrorCode, OpenFlags, types::ToSqlOutput};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// So many operations share one commit at most: beyond that a commit gains nothing and the first waits too long.
const GROUP_MAX: usize = 128;
/// Read connections per store; a query takes microseconds, so few serve many threads.
const READERS_MAX: usize = 8;
/// Pages that a reader keeps, 4 MiB: what it does not have, the system's page cache has.
const READER_CACHE: &str = "PRAGMA cache_size = -4000;";
const STATEMENTS_CACHED: usize = 256;

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::ValueRef;
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
        }))
    }
}

pub(super) fn fault(error: rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => Fault::Unavailable(error.to_string()),
        _ => Fault::Database(error.to_string()),
    }
}

pub(super) fn open(path: &Path) -> Result<Connection, Fault> {
    let connection = Connection::open(path).map_err(|e| Fault::Database(format!("{}: {e}", path.display())))?;
    prepare(
        connection,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -64000;",
    )
}

pub(super) fn open_memory() -> Result<Connection, Fault> {
    prepare(Connection::open_in_memory().map_err(fault)?, "PRAGMA journal_mode = MEMORY;")
}

fn prepare(connection: Connection, pragmas: &str) -> Result<Connection, Fault> {
    connection.busy_timeout(Duration::from_secs(10)).map_err(fault)?;
    connection.execute_batch(pragmas).map_err(fault)?;
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;").map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    Ok(connection)
}

pub(super) fn execute(connection: &Connection, statement: Statement, params: &[Value<'_>]) -> Result<u64, Fault> {
    let mut prepared = connection.prepare_cached(statement.0).map_err(fault)?;
    let changed = prepared.execute(rusqlite::params_from_iter(params)).map_err(fault)?;
    Ok(changed as u64)
}

pub(super) fn rows(
    connection: &Connection,
    statement: Statement,
    params: &[Value<'_>],
    read: &mut dyn FnMut(&Row<'_>) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    let mut prepared = connection.prepare_cached(statement.0).map_err(fault)?;
    let mut rows = prepared.query(rusqlite::params_from_iter(params)).map_err(fault)?;
    let mut more = true;
    // A statement with RETURNING is stepped to its end, so that all of its changes happen.
    while let Some(row) = rows.next().map_err(fault)? {
        if more {
            more = read(&Row::Sqlite(row))?;
        }
    }
    Ok(())
}

pub(super) fn transaction(connection: &Connection) -> Tx<'_> {
    Tx { inner: Inner::Sqlite(connection), conflicted: false }
}

pub(super) fn run(connection: &Connection, sql: &'static str) -> Result<(), Fault> {
    execute(connection, Statement(sql), &[]).map(|_| ())
}

/// Applies the migrations that a store has not seen, all of them or none.
pub(super) fn bring_up(connection: &Connection, migrations: &'static [Migration]) -> Result<(), Fault> {
    run(connection, "BEGIN IMMEDIATE")?;
    connection.execute_batch(migrate::TABLE).map_err(fault)?;
    for migration in migrate::pending(&mut transaction(connection), migrations)? {
        connection.execute_batch(migration.sql).map_err(|e| Fault::Database(format!("migration {}: {e}", migration.name)))?;
        migrate::note(&mut transaction(connection), migration)?;
    }
    run(connection, "COMMIT")
}

/// Applies migrations and starts the thread that owns the writing connection.
pub(super) fn start_writer(
    connection: Connection,
    migrations: &'static [Migration],
    queue: channel::Receiver<Box<dyn Task>>,
    stopped: Arc<AtomicBool>,
) -> Result<(), Fault> {
    bring_up(&connection, migrations)?;
    let writer = move || {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            group.extend(queue.try_iter().take(GROUP_MAX - 1));
            let committed = commit(&connection, &mut group);
            if let Err(Fault::Database(text)) = &committed {
                tracing::error!(error = %text, "a commit failed on disk; the store takes no more writes");
                stopped.store(true, Ordering::Release);
            }
            for task in group {
                task.settle(committed.clone());
            }
        }
    };
    std::thread::Builder::new().name("store-writer".to_owned()).spawn(writer).map_err(|e| Fault::Database(e.to_string()))?;
    Ok(())
}

/// Runs a group of operations in one transaction, each within its own savepoint.
fn commit(connection: &Connection, group: &mut [Box<dyn Task>]) -> Result<(), Fault> {
    run(connection, "BEGIN IMMEDIATE")?;
    let outcome = (|| {
        for task in group.iter_mut() {
            run(connection, "SAVEPOINT operation")?;
            if !task.attempt(&mut transaction(connection)) {
                run(connection, "ROLLBACK TO operation")?;
            }
            run(connection, "RELEASE operation")?;
        }
        run(connection, "COMMIT")
    })();
    if outcome.is_err() && !connection.is_autocommit() {
        // The first error is the one worth telling; a failed rollback leaves nothing committed either.
        let _ = run(connection, "ROLLBACK");
    }
    outcome
}

/// Read connections, opened when first needed.
pub(super) struct Pool {
    path: PathBuf,
    free: Mutex<(Vec<Connection>, usize)>,
    freed: Condvar,
}

impl Pool {
    pub(super) fn new(path: PathBuf) -> Pool {
        Pool { path, free: Mutex::new((Vec::new(), 0)), freed: Condvar::new() }
    }

    fn take(&self) -> Result<Connection, Fault> {
        let mut free = self.free.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        loop {
            if let Some(connection) = free.0.pop() {
                return Ok(connection);
            }
            if free.1 < READERS_MAX {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = Connection::open_with_flags(&self.path, flags).map_err(fault)?;
                let connection = prepare(connection, READER_CACHE)?;
                free.1 += 1;
                return Ok(connection);
            }
            free = self.freed.wait(free).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }

    fn give_back(&self, connection: Connection) {
        self.free.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).0.push(connection);
        self.freed.notify_one();
    }

    pub(super) fn read<T, E: From<Fault>>(&self, query: &mut dyn FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let connection = self.take()?;
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            run(&connection, "BEGIN")?;
            query(&mut transaction(&connection))
        }));
        if !connection.is_autocommit() {
            // Ends the view; there is nothing to undo.
            let _ = run(&connection, "ROLLBACK");
        }
        self.give_back(connection);
        result.unwrap_or_else(|_| Err(Fault::Panic("in a query".to_owned()).into()))
    }
}
