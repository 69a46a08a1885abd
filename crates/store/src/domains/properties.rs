//! Properties of domains: switches that are at their default unless they are set.

use crate::db::{Fault, Tx};
use crate::{params, statements};

statements! {
    PROPERTY = "SELECT value FROM domain_properties WHERE domain_id = $1 AND name = $2";
    SET_PROPERTY = "INSERT INTO domain_properties (domain_id, name, value) VALUES ($1, $2, $3) ON CONFLICT (domain_id, name) DO UPDATE SET value = excluded.value";
    DROP_PROPERTY = "DELETE FROM domain_properties WHERE domain_id = $1 AND name = $2";
}

/// The value of a property that is not at its default.
pub fn property(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<Option<String>, Fault> {
    tx.one(PROPERTY, params![id, name], |row| row.text(0))
}

/// Sets a property; `None` is its default.
pub fn set_property(tx: &mut Tx<'_>, id: i64, name: &str, value: Option<&str>) -> Result<(), Fault> {
    match value {
        Some(value) => tx.execute(SET_PROPERTY, params![id, name, value]),
        None => tx.execute(DROP_PROPERTY, params![id, name]),
    }
    .map(|_| ())
}
