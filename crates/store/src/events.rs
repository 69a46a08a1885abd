//! Events as an account looks at them: lists, one by its id, and the mark that it was seen. They are written by `journal`.

use crate::db::{Fault, Row, Statement, Tx};
use crate::journal::Event;
use crate::{params, statements};
use model::Timestamp;

/// An event with the account that it belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    pub event: Event,
    /// The account's CentralNic login.
    pub login: String,
}

/// Which events of which account are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    pub account_id: i64,
    /// Those of its sub-accounts too.
    pub sub_accounts: bool,
    /// Those that were not acknowledged.
    pub open: bool,
    /// Those that were.
    pub acknowledged: bool,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// What a list is sorted by; equal ones by date, then number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    Date,
    Class,
    Subclass,
    Object,
}

macro_rules! select {
    () => {
        "SELECT e.id, e.account_id, e.at, e.class, e.subclass, e.object, e.order_id, e.data, e.acknowledged_at, a.kv_login \
         FROM events e JOIN accounts a ON a.id = e.account_id WHERE "
    };
}

// $1 is the account, $2 the one whose sub-accounts count too (0 for none).
macro_rules! chosen {
    () => {
        "e.account_id IN (SELECT id FROM accounts WHERE id = $1 UNION ALL SELECT id FROM accounts WHERE parent_id = $2) AND e.at >= $3 AND e.at <= $4"
    };
}

macro_rules! marked {
    () => {
        " AND ((e.acknowledged_at IS NULL AND CAST($5 AS BIGINT) = 1) OR (e.acknowledged_at IS NOT NULL AND CAST($6 AS BIGINT) = 1))"
    };
}

statements! {
    OPEN_UP = concat!(select!(), chosen!(), " AND e.acknowledged_at IS NULL ORDER BY e.at, e.id LIMIT $5 OFFSET $6");
    OPEN_DOWN = concat!(select!(), chosen!(), " AND e.acknowledged_at IS NULL ORDER BY e.at DESC, e.id DESC LIMIT $5 OFFSET $6");
    UP = concat!(select!(), chosen!(), marked!(), " ORDER BY e.at, e.id LIMIT $7 OFFSET $8");
    DOWN = concat!(select!(), chosen!(), marked!(), " ORDER BY e.at DESC, e.id DESC LIMIT $7 OFFSET $8");
    CLASS_UP = concat!(select!(), chosen!(), marked!(), " ORDER BY e.class, e.at, e.id LIMIT $7 OFFSET $8");
    CLASS_DOWN = concat!(select!(), chosen!(), marked!(), " ORDER BY e.class DESC, e.at DESC, e.id DESC LIMIT $7 OFFSET $8");
    SUBCLASS_UP = concat!(select!(), chosen!(), marked!(), " ORDER BY e.subclass, e.at, e.id LIMIT $7 OFFSET $8");
    SUBCLASS_DOWN = concat!(select!(), chosen!(), marked!(), " ORDER BY e.subclass DESC, e.at DESC, e.id DESC LIMIT $7 OFFSET $8");
    OBJECT_UP = concat!(select!(), chosen!(), marked!(), " ORDER BY e.object, e.at, e.id LIMIT $7 OFFSET $8");
    OBJECT_DOWN = concat!(select!(), chosen!(), marked!(), " ORDER BY e.object DESC, e.at DESC, e.id DESC LIMIT $7 OFFSET $8");
    COUNT = concat!("SELECT COUNT(*) FROM events e WHERE ", chosen!(), marked!());
    OPEN_AFTER = concat!(select!(), "e.account_id = $1 AND e.acknowledged_at IS NULL AND (e.at, e.id) > ($2, $3) ORDER BY e.at, e.id LIMIT $4");
    AFTER = concat!(select!(), "e.account_id = $1 AND (e.at, e.id) > ($2, $3) ORDER BY e.at, e.id LIMIT $4");
    AFTER_WITH_BELOW = concat!(
        select!(),
        "e.account_id IN (SELECT id FROM accounts WHERE id = $1 UNION ALL SELECT id FROM accounts WHERE parent_id = $2) AND (e.at, e.id) > ($3, $4) \
         ORDER BY e.at, e.id LIMIT $5"
    );
    BY_ID_OR_BELOW = concat!(select!(), "e.id = $1 AND (e.account_id = $2 OR a.parent_id = $3)");
    BY_ID = concat!(select!(), "e.id = $1 AND e.account_id = $2");
    ACKNOWLEDGE = "UPDATE events SET acknowledged_at = $1 WHERE id = $2 AND account_id = $3 AND acknowledged_at IS NULL";
}

fn told(row: &Row<'_>) -> Result<Told, Fault> {
    told_from(row, 0)
}

/// An event whose columns begin at `first`, the account's login behind them.
pub(crate) fn told_from(row: &Row<'_>, first: usize) -> Result<Told, Fault> {
    Ok(Told {
        event: Event {
            id: row.int(first)?,
            account_id: row.int(first + 1)?,
            at: row.time(first + 2)?,
            class: row.text(first + 3)?,
            subclass: row.text(first + 4)?,
            object: row.text(first + 5)?,
            order_id: row.int_opt(first + 6)?,
            data: row.text(first + 7)?,
            acknowledged_at: row.time_opt(first + 8)?,
        },
        login: row.text(first + 9)?,
    })
}

impl Choice {
    fn parent(&self) -> i64 {
        if self.sub_accounts { self.account_id } else { 0 }
    }
}

/// Goes through the events in the wanted order: passes over so many, and takes at most so many more.
pub fn each(
    tx: &mut Tx<'_>,
    choice: &Choice,
    sort: Sort,
    descending: bool,
    (skip, limit): (i64, i64),
    mut found: impl FnMut(Told) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let c = choice;
    let mut take = |row: &Row<'_>| found(told(row)?);
    // What polling clients ask for; it is answered from an index that holds nothing else.
    if sort == Sort::Date && c.open && !c.acknowledged {
        let statement = if descending { OPEN_DOWN } else { OPEN_UP };
        return tx.each(statement, params![c.account_id, c.parent(), c.from, c.to, limit, skip], &mut take);
    }
    let statement: Statement = match (sort, descending) {
        (Sort::Date, false) => UP,
        (Sort::Date, true) => DOWN,
        (Sort::Class, false) => CLASS_UP,
        (Sort::Class, true) => CLASS_DOWN,
        (Sort::Subclass, false) => SUBCLASS_UP,
        (Sort::Subclass, true) => SUBCLASS_DOWN,
        (Sort::Object, false) => OBJECT_UP,
        (Sort::Object, true) => OBJECT_DOWN,
    };
    tx.each(statement, params![c.account_id, c.parent(), c.from, c.to, c.open, c.acknowledged, limit, skip], &mut take)
}

pub fn count(tx: &mut Tx<'_>, c: &Choice) -> Result<i64, Fault> {
    let counted = tx.one(COUNT, params![c.account_id, c.parent(), c.from, c.to, c.open, c.acknowledged], |row| row.int(0))?;
    Ok(counted.unwrap_or(0))
}

/// Events of an account after a place in the order of instants and numbers, oldest first; only those nobody acknowledged, or all.
pub fn after(tx: &mut Tx<'_>, account_id: i64, place: (Timestamp, i64), open_only: bool, limit: i64) -> Result<Vec<Told>, Fault> {
    let statement = if open_only { OPEN_AFTER } else { AFTER };
    tx.many(statement, params![account_id, place.0, place.1, limit], told)
}

/// An event of the account.
pub fn by_id(tx: &mut Tx<'_>, account_id: i64, id: i64) -> Result<Option<Told>, Fault> {
    tx.one(BY_ID, params![id, account_id], told)
}

/// As [`after`], acknowledged or not; with `below` those of the account's sub-accounts too.
pub fn after_with_below(tx: &mut Tx<'_>, account_id: i64, below: bool, place: (Timestamp, i64), limit: i64) -> Result<Vec<Told>, Fault> {
    tx.many(AFTER_WITH_BELOW, params![account_id, if below { account_id } else { 0 }, place.0, place.1, limit], told)
}

/// An event of the account, or with `below` of one of its sub-accounts.
pub fn by_id_or_below(tx: &mut Tx<'_>, account_id: i64, below: bool, id: i64) -> Result<Option<Told>, Fault> {
    tx.one(BY_ID_OR_BELOW, params![id, account_id, if below { account_id } else { 0 }], told)
}

/// Marks an event as seen; false if it was already, or is not the account's.
pub fn acknowledge(tx: &mut Tx<'_>, account_id: i64, id: i64, at: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(ACKNOWLEDGE, params![at, id, account_id])? == 1)
}
