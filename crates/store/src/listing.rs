//! Lists of an account's names, by name and a page at a time: no more of each row than a list shows.

use crate::db::{Fault, Row, Statement, Tx};
use crate::{params, statements};
use model::Timestamp;
use model::domain::{Privacy, RenewalMode};

/// A row of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    pub name: String,
    pub expires_at: Timestamp,
    /// The rest, where it was asked for.
    pub more: Option<More>,
}

/// What a list can show of a domain beyond its name and expiry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct More {
    pub id: i64,
    pub account_id: i64,
    pub locks: String,
    pub statuses: String,
    pub renewal_mode: RenewalMode,
    pub privacy: Privacy,
    pub privacy_until_at: Option<Timestamp>,
    pub paid_until_at: Timestamp,
    pub hosts: String,
}

/// Which names of a stretch are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which<'a> {
    All,
    /// Those in a zone.
    Zone(&'a str),
    /// Those that match: `%` for any text, `_` for one character, `\` before each of them that means itself.
    Like(&'a str),
}

/// From `low` (included) to `high` (excluded) in byte order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch<'a> {
    pub low: &'a str,
    pub high: &'a str,
}

macro_rules! brief {
    () => {
        "SELECT name, expires_at FROM domains WHERE account_id = $1"
    };
}

macro_rules! full {
    () => {
        "SELECT name, expires_at, id, account_id, locks, statuses, renewal_mode, privacy, privacy_until_at, paid_until_at, hosts FROM domains WHERE account_id = $1"
    };
}

macro_rules! all {
    ($columns:expr) => {
        concat!($columns, " AND name >= $2 AND name < $3 ORDER BY name LIMIT $4 OFFSET $5")
    };
}

macro_rules! of_zone {
    ($columns:expr) => {
        concat!($columns, " AND zone = $2 AND name >= $3 AND name < $4 ORDER BY name LIMIT $5 OFFSET $6")
    };
}

macro_rules! like {
    ($columns:expr) => {
        concat!($columns, " AND name >= $2 AND name < $3 AND name LIKE $4 ESCAPE '\\' ORDER BY name LIMIT $5 OFFSET $6")
    };
}

statements! {
    BRIEF = all!(brief!());
    BRIEF_OF_ZONE = of_zone!(brief!());
    BRIEF_LIKE = like!(brief!());
    BRIEF_NAMED = concat!(brief!(), " AND name = $2");
    FULL = all!(full!());
    FULL_OF_ZONE = of_zone!(full!());
    FULL_LIKE = like!(full!());
    FULL_NAMED = concat!(full!(), " AND name = $2");
    REVERSED = "SELECT name_reversed FROM domains WHERE account_id = $1 AND name_reversed >= $2 AND name_reversed < $3 LIMIT $4";
}

fn brief(row: &Row<'_>) -> Result<Listed, Fault> {
    Ok(Listed { name: row.text(0)?, expires_at: row.time(1)?, more: None })
}

fn full(row: &Row<'_>) -> Result<Listed, Fault> {
    let (mode, privacy) = (row.text(6)?, row.text(7)?);
    let more = More {
        id: row.int(2)?,
        account_id: row.int(3)?,
        locks: row.text(4)?,
        statuses: row.text(5)?,
        renewal_mode: RenewalMode::from_word(&mode).ok_or_else(|| Fault::corrupt("a domain's renewal mode"))?,
        privacy: Privacy::from_word(&privacy).ok_or_else(|| Fault::corrupt("a domain's privacy"))?,
        privacy_until_at: row.time_opt(8)?,
        paid_until_at: row.time(9)?,
        hosts: row.text(10)?,
    };
    Ok(Listed { more: Some(more), ..brief(row)? })
}

/// How a list's rows are read: with all that it can show, or names and expiries only.
fn reading(more: bool) -> fn(&Row<'_>) -> Result<Listed, Fault> {
    if more { full } else { brief }
}

/// A pattern of ours, with `*` and `?`, as [`Which::Like`] has it.
pub fn like(glob: &str) -> String {
    let mut like = String::with_capacity(glob.len() + 8);
    for c in glob.chars() {
        match c {
            '*' => like.push('%'),
            '?' => like.push('_'),
            '%' | '_' | '\\' => like.extend(['\\', c]),
            c => like.push(c),
        }
    }
    like
}

/// At most `limit` rows of the account by name, the first `skip` passed over.
pub fn page(
    tx: &mut Tx<'_>,
    account_id: i64,
    which: Which<'_>,
    stretch: Stretch<'_>,
    skip: i64,
    limit: i64,
    more: bool,
) -> Result<Vec<Listed>, Fault> {
    let Stretch { low, high } = stretch;
    let pick = |brief: Statement, full: Statement| if more { full } else { brief };
    match which {
        Which::All => tx.many(pick(BRIEF, FULL), params![account_id, low, high, limit, skip], reading(more)),
        Which::Zone(zone) => tx.many(pick(BRIEF_OF_ZONE, FULL_OF_ZONE), params![account_id, zone, low, high, limit, skip], reading(more)),
        Which::Like(like) => tx.many(pick(BRIEF_LIKE, FULL_LIKE), params![account_id, low, high, like, limit, skip], reading(more)),
    }
}

/// The account's row of a name.
pub fn named(tx: &mut Tx<'_>, account_id: i64, name: &str, more: bool) -> Result<Option<Listed>, Fault> {
    tx.one(if more { FULL_NAMED } else { BRIEF_NAMED }, params![account_id, name], reading(more))
}

/// The account's names that end alike, at most `limit`, in no order that means anything. `low` and `high` bound them spelled backwards.
pub fn ending(tx: &mut Tx<'_>, account_id: i64, low: &str, high: &str, limit: i64) -> Result<Vec<String>, Fault> {
    let backwards = tx.many(REVERSED, params![account_id, low, high, limit], |row| row.text(0))?;
    Ok(backwards.iter().map(|name| model::name::reversed(name)).collect())
}
