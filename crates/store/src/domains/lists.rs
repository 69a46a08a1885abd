//! Domains in lists: searched by name from the front and from the back, sorted, and counted.

use super::{Domain, columns, domain};
use crate::db::{Fault, Statement, Tx};
use crate::milestones::{self, Names};
use crate::{params, statements};

/// The order of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SortBy {
    Name,
    Created,
    Updated,
    Expires,
    Zone,
    RenewalMode,
}

/// Where in the list of names to look, in byte order: from `low` (included) to `high` (excluded).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Range {
    Names {
        low: String,
        high: String,
    },
    /// Over names spelled backwards.
    Reversed {
        low: String,
        high: String,
    },
}

macro_rules! list {
    ($column:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM domains WHERE account_id = $1 AND ",
            $column,
            " >= $2 AND ",
            $column,
            " < $3 ORDER BY ",
            $order,
            " LIMIT $4 OFFSET $5"
        )
    };
}

statements! {
    IDS_OF_ACCOUNT = "SELECT id FROM domains WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    LEAVING = "SELECT name FROM domains WHERE account_id = $1 AND \
               (statuses LIKE '%pendingDelete%' OR statuses LIKE '%redemptionPeriod%' OR statuses LIKE '%pendingRestore%') ORDER BY name";
    COUNT_REVERSED = "SELECT COUNT(*) FROM domains WHERE account_id = $1 AND name_reversed >= $2 AND name_reversed < $3";
    COUNT_AUTORENEW = "SELECT COUNT(*) FROM domains WHERE account_id = $1 AND renewal_mode IN ('default', 'autorenew', 'renewonce')";
    COUNT_ZONES = "SELECT zone, COUNT(*) FROM domains WHERE account_id = $1 GROUP BY zone ORDER BY zone";
    ALL = concat!("SELECT ", columns!(), " FROM domains WHERE id > $1 ORDER BY id LIMIT $2");
    OF_ZONE = concat!("SELECT ", columns!(), " FROM domains WHERE account_id = $1 AND zone = $2 AND name >= $3 AND name < $4 ORDER BY name LIMIT $5");
    NAMES_UP = list!("name", "name");
    NAMES_DOWN = list!("name", "name DESC");
    NAMES_CREATED_UP = list!("name", "created_at, name");
    NAMES_CREATED_DOWN = list!("name", "created_at DESC, name DESC");
    NAMES_UPDATED_UP = list!("name", "updated_at, name");
    NAMES_UPDATED_DOWN = list!("name", "updated_at DESC, name DESC");
    NAMES_EXPIRES_UP = list!("name", "expires_at, name");
    NAMES_EXPIRES_DOWN = list!("name", "expires_at DESC, name DESC");
    NAMES_ZONE_UP = list!("name", "zone, name");
    NAMES_ZONE_DOWN = list!("name", "zone DESC, name DESC");
    NAMES_MODE_UP = list!("name", "renewal_mode, name");
    NAMES_MODE_DOWN = list!("name", "renewal_mode DESC, name DESC");
    REVERSED_UP = list!("name_reversed", "name");
    REVERSED_DOWN = list!("name_reversed", "name DESC");
    REVERSED_CREATED_UP = list!("name_reversed", "created_at, name");
    REVERSED_CREATED_DOWN = list!("name_reversed", "created_at DESC, name DESC");
    REVERSED_UPDATED_UP = list!("name_reversed", "updated_at, name");
    REVERSED_UPDATED_DOWN = list!("name_reversed", "updated_at DESC, name DESC");
    REVERSED_EXPIRES_UP = list!("name_reversed", "expires_at, name");
    REVERSED_EXPIRES_DOWN = list!("name_reversed", "expires_at DESC, name DESC");
    REVERSED_ZONE_UP = list!("name_reversed", "zone, name");
    REVERSED_ZONE_DOWN = list!("name_reversed", "zone DESC, name DESC");
    REVERSED_MODE_UP = list!("name_reversed", "renewal_mode, name");
    REVERSED_MODE_DOWN = list!("name_reversed", "renewal_mode DESC, name DESC");
}

/// The account's domains after id `after`, by their ids.
pub fn ids_of_account(tx: &mut Tx<'_>, account_id: i64, after: i64, limit: i64) -> Result<Vec<i64>, Fault> {
    tx.many(IDS_OF_ACCOUNT, params![account_id, after, limit], |row| row.int(0))
}

pub fn count(tx: &mut Tx<'_>, account_id: i64) -> Result<i64, Fault> {
    milestones::count(tx, Names { account_id, zone: "" })
}

/// How many of the account's domains will renew by themselves (modes that renew, the default counted with them).
pub fn count_autorenew(tx: &mut Tx<'_>, account_id: i64) -> Result<i64, Fault> {
    Ok(tx.one(COUNT_AUTORENEW, params![account_id], |row| row.int(0))?.unwrap_or(0))
}

/// Domains of the account in each zone that it has some in.
pub fn count_by_zone(tx: &mut Tx<'_>, account_id: i64) -> Result<Vec<(String, i64)>, Fault> {
    tx.many(COUNT_ZONES, params![account_id], |row| Ok((row.text(0)?, row.int(1)?)))
}

/// Domains of all accounts after id `after`, for audits.
pub fn all(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Domain>, Fault> {
    tx.many(ALL, params![after, limit], domain)
}

pub fn count_in(tx: &mut Tx<'_>, account_id: i64, range: &Range) -> Result<i64, Fault> {
    match range {
        Range::Names { low, high } => {
            let list = Names { account_id, zone: "" };
            Ok(milestones::place_of(tx, list, high)?.saturating_sub(milestones::place_of(tx, list, low)?))
        }
        Range::Reversed { low, high } => Ok(tx.one(COUNT_REVERSED, params![account_id, low, high], |row| row.int(0))?.unwrap_or(0)),
    }
}

/// Names of an account that are on their way out or back: deleted, and not free yet.
pub fn leaving(tx: &mut Tx<'_>, account_id: i64) -> Result<Vec<String>, Fault> {
    tx.many(LEAVING, params![account_id], |row| row.text(0))
}

/// The account's domains from `low` (included) to `high` (excluded) by name, at most `limit`; with a zone only those in it.
pub fn stretch(tx: &mut Tx<'_>, list: Names<'_>, low: &str, high: &str, limit: i64) -> Result<Vec<Domain>, Fault> {
    let Names { account_id, zone } = list;
    if zone.is_empty() {
        tx.many(NAMES_UP, params![account_id, low, high, limit, 0_i64], domain)
    } else {
        tx.many(OF_ZONE, params![account_id, zone, low, high, limit], domain)
    }
}

/// The account's domains within a range, one by one in the order asked for: passes over so many, and takes at most so many more.
pub fn each(
    tx: &mut Tx<'_>,
    account_id: i64,
    range: &Range,
    sort: SortBy,
    descending: bool,
    (skip, limit): (i64, i64),
    mut take: impl FnMut(Domain) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (reversed, low, high) = match range {
        Range::Names { low, high } => (false, low, high),
        Range::Reversed { low, high } => (true, low, high),
    };
    tx.each(list_statement(sort, descending, reversed), params![account_id, low, high, limit, skip], |row| take(domain(row)?))
}

fn list_statement(sort: SortBy, descending: bool, reversed: bool) -> Statement {
    let [names_up, names_down, reversed_up, reversed_down] = match sort {
        SortBy::Name => [NAMES_UP, NAMES_DOWN, REVERSED_UP, REVERSED_DOWN],
        SortBy::Created => [NAMES_CREATED_UP, NAMES_CREATED_DOWN, REVERSED_CREATED_UP, REVERSED_CREATED_DOWN],
        SortBy::Updated => [NAMES_UPDATED_UP, NAMES_UPDATED_DOWN, REVERSED_UPDATED_UP, REVERSED_UPDATED_DOWN],
        SortBy::Expires => [NAMES_EXPIRES_UP, NAMES_EXPIRES_DOWN, REVERSED_EXPIRES_UP, REVERSED_EXPIRES_DOWN],
        SortBy::Zone => [NAMES_ZONE_UP, NAMES_ZONE_DOWN, REVERSED_ZONE_UP, REVERSED_ZONE_DOWN],
        SortBy::RenewalMode => [NAMES_MODE_UP, NAMES_MODE_DOWN, REVERSED_MODE_UP, REVERSED_MODE_DOWN],
    };
    match (reversed, descending) {
        (false, false) => names_up,
        (false, true) => names_down,
        (true, false) => reversed_up,
        (true, true) => reversed_down,
    }
}
