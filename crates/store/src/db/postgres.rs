//! PostgreSQL: serializable transactions on the store's own threads, run again on conflict.

use super::migrate::{self, Migration};
use super::task::Task;
use super::{Fault, Inner, Row, Statement, Tx, Value};
use crossbeam_channel as channel;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, Config, NoTls, error::SqlState};
use std::collections::HashMap;
use std::time::Duration;

const WRITERS: usize = 6;
const READERS: usize = 6;
const QUEUE_MAX: usize = 4_096;
/// A transaction that still conflicts after so many runs is given up; each waits a little longer than the one before.
const ATTEMPTS_MAX: u32 = 30;
/// Keeps two programs from migrating one database at once ("DOMESDAY" as a number).
const MIGRATION_LOCK: i64 = 0x444f_4d45_5344_4159;

/// PostgreSQL's text holds no NUL, so that nothing stored is what was asked for with one: a noncharacter is asked for in its place, and the answer is
/// that there is none, as it is on SQLite. To write one is a fault.
const FOR_NUL: &str = "\u{fdd0}";

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(v) if *ty == Type::INT8 => v.to_sql(ty, out),
            Value::Int(v) if *ty == Type::INT4 => i32::try_from(*v)?.to_sql(ty, out),
            Value::Int(_) => Err(format!("an integer was given where {ty} is expected").into()),
            Value::Text(v) => v.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INT8 || *ty == Type::INT4 || <&str as ToSql>::accepts(ty)
    }

    to_sql_checked!();
}

/// One connection with its prepared statements.
pub(super) struct Session {
    client: Client,
    /// By address and length of the program text, which is compared and never followed.
    prepared: HashMap<(usize, usize), postgres::Statement>,
    /// The connection was lost in the middle of the present transaction.
    lost: bool,
}

impl Session {
    fn connect(config: &Config) -> Result<Session, Fault> {
        let mut client = config.connect(NoTls).map_err(|e| Fault::Unavailable(format!("cannot connect: {e}")))?;
        client
            .batch_execute("SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on")
            .map_err(|e| Fault::Unavailable(e.to_string()))?;
        Ok(Session { client, prepared: HashMap::new(), lost: false })
    }

    fn fault(&mut self, error: postgres::Error, conflicted: &mut bool) -> Fault {
        let state = error.code().cloned();
        // The server said goodbye (class 57P: shut down, crashed, starting) or the line is broken (class 08).
        let parting = state.as_ref().is_some_and(|s| s.code().starts_with("57P") || s.code().starts_with("08"));
        if parting || self.client.is_closed() || error.is_closed() {
            self.lost = true;
            return Fault::Unavailable(error.to_string());
        }
        match state {
            Some(s) if s == SqlState::T_R_SERIALIZATION_FAILURE || s == SqlState::T_R_DEADLOCK_DETECTED => {
                *conflicted = true;
                Fault::Unavailable(describe(&error))
            }
            _ => Fault::Database(describe(&error)),
        }
    }

    fn prepare(&mut self, statement: Statement) -> Result<postgres::Statement, postgres::Error> {
        let key = (statement.0.as_ptr() as usize, statement.0.len());
        if let Some(prepared) = self.prepared.get(&key) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare(statement.0)?;
        self.prepared.insert(key, prepared.clone());
        Ok(prepared)
    }

    pub(super) fn execute(&mut self, statement: Statement, params: &[Value<'_>], conflicted: &mut bool) -> Result<u64, Fault> {
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        let done = self.prepare(statement).and_then(|p| self.client.execute(&p, &params));
        done.map_err(|e| self.fault(e, conflicted))
    }

    pub(super) fn rows(
        &mut self,
        statement: Statement,
        params: &[Value<'_>],
        read: &mut dyn FnMut(&Row<'_>) -> Result<bool, Fault>,
        conflicted: &mut bool,
    ) -> Result<(), Fault> {
        let holds_nul = |value: &Value<'_>| matches!(value, Value::Text(text) if text.contains('\0'));
        if statement.0.starts_with("SELECT") && params.iter().any(holds_nul) {
            let texts: Vec<Option<String>> = params
                .iter()
                .map(|value| match value {
                    Value::Text(text) if text.contains('\0') => Some(text.replace('\0', FOR_NUL)),
                    _ => None,
                })
                .collect();
            let askable: Vec<Value<'_>> =
                params.iter().zip(&texts).map(|(value, text)| text.as_deref().map_or(*value, Value::Text)).collect();
            return self.rows(statement, &askable, read, conflicted);
        }
        let prepared = self.prepare(statement).map_err(|e| self.fault(e, conflicted))?;
        let mut broken = None;
        match self.client.query_raw(&prepared, params) {
            Ok(mut rows) => loop {
                match rows.next() {
                    Ok(Some(row)) => {
                        if !read(&Row::Postgres(&row))? {
                            break;
                        }
                    }
                    Ok(None) => break,
                    Err(e) => {
                        broken = Some(e);
                        break;
                    }
                }
            },
            Err(e) => broken = Some(e),
        }
        broken.map_or(Ok(()), |e| Err(self.fault(e, conflicted)))
    }
}

fn describe(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |db| format!("{} ({})", db.message(), db.code().code()))
}

/// What became of one run of an operation.
enum Run {
    Settled(Result<(), Fault>),
    Again,
    Reconnect,
}

fn run(session: &mut Session, begin: &str, task: &mut Box<dyn Task>) -> Run {
    if let Err(e) = session.client.batch_execute(begin) {
        tracing::warn!(error = %e, "cannot begin a transaction");
        return Run::Reconnect;
    }
    let mut tx = Tx { inner: Inner::Postgres(session), conflicted: false };
    let keep = task.attempt(&mut tx);
    let conflicted = tx.conflicted;
    if session.lost {
        return Run::Reconnect;
    }
    if !keep || conflicted {
        if session.client.batch_execute("ROLLBACK").is_err() {
            session.lost = true;
        }
        return if conflicted { Run::Again } else { Run::Settled(Ok(())) };
    }
    match session.client.batch_execute("COMMIT") {
        Ok(()) => Run::Settled(Ok(())),
        Err(e) => {
            let mut conflicted = false;
            let fault = session.fault(e, &mut conflicted);
            if conflicted {
                Run::Again
            } else if session.lost {
                Run::Settled(Err(Fault::CommitUnknown(fault.to_string())))
            } else {
                Run::Settled(Err(fault))
            }
        }
    }
}

/// Serves operations until the queue closes, reconnecting as needed.
fn serve(config: Config, begin: &'static str, queue: channel::Receiver<Box<dyn Task>>) {
    let mut session: Option<Session> = None;
    while let Ok(mut task) = queue.recv() {
        let mut attempt = 0;
        let settled = loop {
            attempt += 1;
            if attempt > ATTEMPTS_MAX {
                break Err(Fault::Unavailable("too many conflicting transactions, or no connection".to_owned()));
            }
            if attempt > 1 {
                std::thread::sleep(Duration::from_millis(u64::from(attempt.min(20)) * 3));
            }
            let open = match session.take().filter(|s| !s.lost) {
                Some(open) => Ok(open),
                None => Session::connect(&config),
            };
            let mut open = match open {
                Ok(open) => open,
                Err(fault) => {
                    tracing::warn!(error = %fault, "no connection to the database");
                    std::thread::sleep(Duration::from_millis(100));
                    continue;
                }
            };
            let ran = run(&mut open, begin, &mut task);
            session = Some(open);
            match ran {
                Run::Settled(result) => break result,
                Run::Again => {}
                Run::Reconnect => session = None,
            }
        };
        task.settle(settled);
    }
}

/// Migrates, then starts writing and reading threads; returns the readers' queue.
pub(super) fn start(
    url: &str,
    migrations: &'static [Migration],
    writes: channel::Receiver<Box<dyn Task>>,
) -> Result<channel::Sender<Box<dyn Task>>, Fault> {
    let config: Config = url.parse().map_err(|e| Fault::Database(format!("the database URL cannot be read: {e}")))?;
    let mut config = config;
    config.connect_timeout(Duration::from_secs(5)).application_name("domesday");
    // The synchronous client may not live on a thread of the async runtime: it is born on a thread of ours.
    let migrating = config.clone();
    let session = std::thread::spawn(move || migrate_all(&migrating, migrations))
        .join()
        .map_err(|_| Fault::Database("migration panicked".to_owned()))?;
    session?;
    let (reads, read_queue) = channel::bounded(QUEUE_MAX);
    let spawn = |name: &str, begin: &'static str, queue: channel::Receiver<Box<dyn Task>>| {
        let config = config.clone();
        let thread = std::thread::Builder::new().name(name.to_owned());
        thread.spawn(move || serve(config, begin, queue)).map_err(|e| Fault::Database(e.to_string()))
    };
    for _ in 0..WRITERS {
        spawn("store-writer", "BEGIN ISOLATION LEVEL SERIALIZABLE", writes.clone())?;
    }
    for _ in 0..READERS {
        spawn("store-reader", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", read_queue.clone())?;
    }
    Ok(reads)
}

fn migrate_all(config: &Config, migrations: &'static [Migration]) -> Result<(), Fault> {
    let mut session = Session::connect(config)?;
    let say = |e: postgres::Error| Fault::Database(describe(&e));
    let collation: String =
        session.client.query_one("SELECT datcollate::text FROM pg_database WHERE datname = current_database()", &[]).map_err(say)?.get(0);
    if !["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&collation.as_str()) {
        return Err(Fault::Database(format!(
            "the database sorts by {collation}; names need bytewise order: create it with LC_COLLATE 'C'"
        )));
    }
    session.client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).map_err(say)?;
    session.client.batch_execute("BEGIN").map_err(say)?;
    session.client.batch_execute(migrate::TABLE).map_err(say)?;
    let pending = migrate::pending(&mut Tx { inner: Inner::Postgres(&mut session), conflicted: false }, migrations)?;
    for migration in pending {
        session
            .client
            .batch_execute(migration.sql)
            .map_err(|e| Fault::Database(format!("migration {}: {}", migration.name, describe(&e))))?;
        migrate::note(&mut Tx { inner: Inner::Postgres(&mut session), conflicted: false }, migration)?;
    }
    session.client.batch_execute("COMMIT").map_err(say)
}
