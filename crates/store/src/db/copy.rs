//! Copies of SQLite stores: made of a store in use, amended, and laid over it again.

use super::sqlite::{bring_up, fault, run, transaction};
use super::{Fault, Migration, Tx};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};

/// So long a copy waits for whoever uses one of the two files.
const PATIENCE: Duration = Duration::from_secs(10);

fn opened(path: &Path, flags: OpenFlags) -> Result<Connection, Fault> {
    Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|e| Fault::Database(format!("{}: {e}", path.display())))
}

/// Makes the file `to` what `from` is, as one transaction of `to` and one view of `from`, by SQLite's own backup; both may be in use.
/// When this returns it is on disk.
pub fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    let source = opened(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut target = opened(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    target.execute_batch("PRAGMA synchronous = FULL;").map_err(fault)?;
    let begun = Instant::now();
    let backup = Backup::new(&source, &mut target).map_err(fault)?;
    loop {
        match backup.step(-1).map_err(fault)? {
            StepResult::Done => return Ok(()),
            _ if begun.elapsed() > PATIENCE => {
                return Err(Fault::Unavailable(format!("{} or {} was in use too long to be copied", from.display(), to.display())));
            }
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Brings the tables of a copy that nobody else has open up to date, and does `work` to it in one transaction. The file is whole by itself
/// when this returns.
pub fn amend<T, E: From<Fault>>(
    copy: &Path,
    migrations: &'static [Migration],
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let connection = opened(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;").map_err(fault)?;
    bring_up(&connection, migrations)?;
    run(&connection, "BEGIN IMMEDIATE")?;
    // Closed without a commit it is as it was.
    let done = work(&mut transaction(&connection))?;
    run(&connection, "COMMIT")?;
    connection.close().map_err(|(_, error)| fault(error))?;
    Ok(done)
}
