//! One SQL text, two engines: the neutral surface over SQLite and PostgreSQL that every table module uses.

mod copy;
mod migrate;
mod postgres;
mod sqlite;
mod task;

use crossbeam_channel as channel;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use task::{Closure, Task};

pub use copy::{amend, copy};
pub use migrate::Migration;

/// A statement: SQL that both engines accept, placeholders `$1..$n` first used in that order.
#[derive(Clone, Copy, Debug)]
pub struct Statement(pub &'static str);

/// Names the statements of one module and lists them, so that a test can prepare each on both engines.
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* const $name: $crate::db::Statement = $crate::db::Statement($sql);)*
        /// Every statement of this module, by name.
        pub const STATEMENTS: &[(&str, $crate::db::Statement)] = &[$((stringify!($name), $name)),*];
    };
}

/// A parameter of a statement.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
}

impl From<i64> for Value<'_> {
    fn from(v: i64) -> Self {
        Value::Int(v)
    }
}
impl From<bool> for Value<'_> {
    fn from(v: bool) -> Self {
        Value::Int(i64::from(v))
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(v: &'a str) -> Self {
        Value::Text(v)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(v: &'a String) -> Self {
        Value::Text(v)
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}
impl From<model::Timestamp> for Value<'_> {
    fn from(v: model::Timestamp) -> Self {
        Value::Int(v.micros())
    }
}

/// Parameters in order: `params![id, name, now]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] };
}

/// What the store could not do: a fault of the system, never of the caller.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// The engine refused a statement or row: a defect, or a store that is not ours.
    #[error("the database failed: {0}")]
    Database(String),
    /// The transaction was undone and may be tried again.
    #[error("the database is busy: {0}")]
    Unavailable(String),
    /// The connection was lost while committing: nobody knows whether it was committed.
    #[error("the outcome of a commit is unknown: {0}")]
    CommitUnknown(String),
    /// An operation panicked; its changes were undone.
    #[error("an operation panicked: {0}")]
    Panic(String),
    /// A row holds what no row may hold.
    #[error("the store holds an impossible value: {0}")]
    Corrupt(String),
    /// The store has stopped taking writes after a failure of the disk.
    #[error("the store has stopped: {0}")]
    Stopped(String),
}

impl Fault {
    pub fn corrupt(what: impl fmt::Display) -> Fault {
        Fault::Corrupt(what.to_string())
    }
}

/// One row of an answer.
pub enum Row<'a> {
    #[doc(hidden)]
    Sqlite(&'a rusqlite::Row<'a>),
    #[doc(hidden)]
    Postgres(&'a ::postgres::Row),
}

impl Row<'_> {
    pub fn int(&self, column: usize) -> Result<i64, Fault> {
        self.int_opt(column)?.ok_or_else(|| Fault::corrupt(format_args!("NULL in column {column}")))
    }

    pub fn int_opt(&self, column: usize) -> Result<Option<i64>, Fault> {
        match self {
            Row::Sqlite(row) => row.get(column).map_err(Fault::corrupt),
            Row::Postgres(row) => row.try_get(column).map_err(Fault::corrupt),
        }
    }

    pub fn flag(&self, column: usize) -> Result<bool, Fault> {
        Ok(self.int(column)? != 0)
    }

    pub fn text(&self, column: usize) -> Result<String, Fault> {
        self.text_opt(column)?.ok_or_else(|| Fault::corrupt(format_args!("NULL in column {column}")))
    }

    pub fn text_opt(&self, column: usize) -> Result<Option<String>, Fault> {
        match self {
            Row::Sqlite(row) => row.get(column).map_err(Fault::corrupt),
            Row::Postgres(row) => row.try_get(column).map_err(Fault::corrupt),
        }
    }

    pub fn time(&self, column: usize) -> Result<model::Timestamp, Fault> {
        self.int(column).map(model::Timestamp::from_micros)
    }

    pub fn time_opt(&self, column: usize) -> Result<Option<model::Timestamp>, Fault> {
        Ok(self.int_opt(column)?.map(model::Timestamp::from_micros))
    }
}

/// A transaction. Nothing outside this module can tell which engine runs it.
pub struct Tx<'a> {
    inner: Inner<'a>,
    /// Set when the engine said that the transaction must be run again.
    conflicted: bool,
}

enum Inner<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut postgres::Session),
}

impl Tx<'_> {
    /// Runs a statement that changes rows; returns how many.
    pub fn execute(&mut self, statement: Statement, params: &[Value<'_>]) -> Result<u64, Fault> {
        match &mut self.inner {
            Inner::Sqlite(connection) => sqlite::execute(connection, statement, params),
            Inner::Postgres(session) => session.execute(statement, params, &mut self.conflicted),
        }
    }

    /// The first row, if there is one.
    pub fn one<T>(
        &mut self,
        statement: Statement,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut found = None;
        self.rows(statement, params, &mut |row| {
            found = Some(read(row)?);
            Ok(false)
        })?;
        Ok(found)
    }

    /// All rows; the statement must carry a LIMIT or have few by nature.
    pub fn many<T>(
        &mut self,
        statement: Statement,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        self.rows(statement, params, &mut |row| {
            found.push(read(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// Rows one by one, without keeping them.
    pub fn each(
        &mut self,
        statement: Statement,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.rows(statement, params, &mut |row| {
            read(row)?;
            Ok(true)
        })
    }

    fn rows(
        &mut self,
        statement: Statement,
        params: &[Value<'_>],
        read: &mut dyn FnMut(&Row<'_>) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        match &mut self.inner {
            Inner::Sqlite(connection) => sqlite::rows(connection, statement, params, read),
            Inner::Postgres(session) => session.rows(statement, params, read, &mut self.conflicted),
        }
    }
}

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A SQLite file, made if absent.
    File(PathBuf),
    /// A SQLite store that ends with the process, for tests.
    Memory,
    /// A PostgreSQL URL, `postgres://user@host/database`.
    Postgres(String),
}

impl Location {
    pub fn file(path: impl AsRef<Path>) -> Location {
        Location::File(path.as_ref().to_owned())
    }
}

/// An open store. Cheap to clone; the threads behind it end with the last clone.
#[derive(Clone)]
pub struct Store {
    writes: channel::Sender<Box<dyn Task>>,
    reads: Reads,
    stopped: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Reads {
    /// On the caller's own thread, from a pool of connections.
    Pool(Arc<sqlite::Pool>),
    /// By the engine's threads.
    Threads(channel::Sender<Box<dyn Task>>),
}

/// At most so many operations wait for the writer; beyond that callers wait at the door, which bounds memory.
const QUEUE_MAX: usize = 4_096;

impl Store {
    /// Opens a store and brings its tables up to date. Refuses a store whose migrations are newer than or other than `migrations`.
    pub fn open(location: &Location, migrations: &'static [Migration]) -> Result<Store, Fault> {
        let stopped = Arc::new(AtomicBool::new(false));
        let (writes, queue) = channel::bounded(QUEUE_MAX);
        let reads = match location {
            Location::File(path) => {
                sqlite::start_writer(sqlite::open(path)?, migrations, queue, stopped.clone())?;
                Reads::Pool(Arc::new(sqlite::Pool::new(path.clone())))
            }
            Location::Memory => {
                sqlite::start_writer(sqlite::open_memory()?, migrations, queue, stopped.clone())?;
                Reads::Threads(writes.clone())
            }
            Location::Postgres(url) => Reads::Threads(postgres::start(url, migrations, queue)?),
        };
        Ok(Store { writes, reads, stopped })
    }

    /// Runs an operation in a transaction and returns after the commit. An operation that returns an error leaves nothing behind.
    /// The closure may be run more than once; only one run is kept.
    pub fn write<T, E, F>(&self, operation: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        if self.stopped.load(Ordering::Acquire) {
            return Err(Fault::Stopped("a write failed on disk".to_owned()).into());
        }
        submit(&self.writes, operation)
    }

    /// Runs a query on one consistent view of the data.
    pub fn read<T, E, F>(&self, mut query: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        match &self.reads {
            Reads::Pool(pool) => pool.read(&mut query),
            Reads::Threads(threads) => submit(threads, query),
        }
    }

    /// True once a write has failed on disk: the process should end, so that nothing is acknowledged that is not kept.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

fn submit<T, E, F>(queue: &channel::Sender<Box<dyn Task>>, operation: F) -> Result<T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    let (task, answer) = Closure::new(operation);
    if queue.send(Box::new(task)).is_err() {
        return Err(Fault::Stopped("the store is closed".to_owned()).into());
    }
    answer.recv().unwrap_or_else(|_| Err(Fault::Stopped("the store closed before answering".to_owned()).into()))
}
