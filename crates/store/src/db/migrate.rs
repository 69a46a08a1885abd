//! Numbered migrations, one text for both engines, applied at start and never again.

use super::{Fault, Statement, Tx, Value};
use sha2::{Digest, Sha256};

/// One step of the schema. Numbers ascend by one from 1.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub number: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

pub(super) const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL)";
pub(super) const APPLIED: Statement = Statement("SELECT number, name, digest FROM migrations ORDER BY number");
pub(super) const NOTE: Statement = Statement("INSERT INTO migrations (number, name, digest) VALUES ($1, $2, $3)");

impl Migration {
    fn digest(&self) -> String {
        Sha256::digest(self.sql.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// The migrations still to apply, after checking that those applied are ours.
pub(super) fn pending(tx: &mut Tx<'_>, migrations: &'static [Migration]) -> Result<&'static [Migration], Fault> {
    let applied = tx.many(APPLIED, &[], |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)))?;
    for (index, (number, name, digest)) in applied.iter().enumerate() {
        let Some(ours) = migrations.get(index) else {
            return Err(Fault::Database(format!(
                "the store is newer than this program: it has migration {number} ({name}), the program knows {}",
                migrations.len()
            )));
        };
        if ours.number != *number || ours.digest() != *digest {
            return Err(Fault::Database(format!("migration {number} ({name}) of the store is not the one this program was built with")));
        }
    }
    Ok(&migrations[applied.len()..])
}

/// Notes that a migration was applied, in the transaction that applied it.
pub(super) fn note(tx: &mut Tx<'_>, migration: &Migration) -> Result<(), Fault> {
    let digest = migration.digest();
    tx.execute(NOTE, &[Value::Int(migration.number), Value::Text(migration.name), Value::Text(&digest)])?;
    Ok(())
}
