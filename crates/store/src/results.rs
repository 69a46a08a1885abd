//! What became of an account's orders, in the order of their acceptance and a page at a time: no more of each than a list shows.

use crate::db::{Fault, Row, Tx};
use crate::result_milestones::{Marks, Place, Stretch};
use crate::{params, statements};
use model::Timestamp;
use model::order::{OrderKind, OrderState};

/// A line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub id: i64,
    pub accepted_at: Timestamp,
    pub marks: Marks,
    /// Empty where only what stands above was asked for.
    pub tracking_id: String,
    pub object: String,
    pub client_id: String,
}

impl Line {
    pub fn place(&self) -> Place {
        Place { accepted_at: self.accepted_at, id: self.id }
    }
}

/// Which lines, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    pub account_id: i64,
    pub newest_first: bool,
    pub stretch: Stretch,
    /// Only those of this object.
    pub object: Option<&'a str>,
    /// Only what the index holds: no ids but the order's own, and no object.
    pub marks_only: bool,
    /// Lines of a page.
    pub limit: i64,
}

impl Walk<'_> {
    /// What is left once it has come past this place.
    pub fn pass(&mut self, place: Place) {
        if self.newest_first {
            self.stretch.high = place;
        } else {
            self.stretch.low = place.next();
        }
    }
}

/// Lines of a page at most.
pub const PAGE: i64 = 2_000;

macro_rules! within {
    ($rest:literal) => {
        concat!(" FROM orders WHERE account_id = $1 AND (accepted_at, id) >= ($2, $3) AND (accepted_at, id) < ($4, $5)", $rest)
    };
}

macro_rules! marks {
    () => {
        "SELECT id, accepted_at, kind, state, hidden_at"
    };
}

macro_rules! lines {
    () => {
        "SELECT id, accepted_at, kind, state, hidden_at, tracking_id, object, client_id"
    };
}

statements! {
    MARKS_UP = concat!(marks!(), within!(" ORDER BY accepted_at, id LIMIT $6"));
    MARKS_DOWN = concat!(marks!(), within!(" ORDER BY accepted_at DESC, id DESC LIMIT $6"));
    UP = concat!(lines!(), within!(" ORDER BY accepted_at, id LIMIT $6"));
    DOWN = concat!(lines!(), within!(" ORDER BY accepted_at DESC, id DESC LIMIT $6"));
    OF_OBJECT_UP = concat!(lines!(), within!(" AND object = $6 ORDER BY accepted_at, id LIMIT $7"));
    OF_OBJECT_DOWN = concat!(lines!(), within!(" AND object = $6 ORDER BY accepted_at DESC, id DESC LIMIT $7"));
    BY_ID = concat!(lines!(), " FROM orders WHERE id = $1 AND account_id = $2");
    BY_TRACKING = concat!(lines!(), " FROM orders WHERE account_id = $1 AND tracking_id = $2 ORDER BY id LIMIT 1");
}

fn marks(row: &Row<'_>) -> Result<Line, Fault> {
    let (kind, state) = (row.text(2)?, row.text(3)?);
    Ok(Line {
        id: row.int(0)?,
        accepted_at: row.time(1)?,
        marks: Marks {
            kind: OrderKind::from_word(&kind).ok_or_else(|| Fault::corrupt("an order's kind"))?,
            standing: OrderState::from_word(&state).ok_or_else(|| Fault::corrupt("an order's state"))?.standing(),
            hidden: row.int_opt(4)?.is_some(),
        },
        tracking_id: String::new(),
        object: String::new(),
        client_id: String::new(),
    })
}

fn line(row: &Row<'_>) -> Result<Line, Fault> {
    Ok(Line { tracking_id: row.text(5)?, object: row.text(6)?, client_id: row.text(7)?, ..marks(row)? })
}

/// The next lines of a walk.
pub fn page(tx: &mut Tx<'_>, walk: &Walk<'_>) -> Result<Vec<Line>, Fault> {
    let Walk { account_id, stretch: Stretch { low, high }, limit, .. } = *walk;
    let (low_at, low_id, high_at, high_id) = (low.accepted_at, low.id, high.accepted_at, high.id);
    let read = if walk.marks_only && walk.object.is_none() { marks } else { line };
    match (walk.object, walk.marks_only, walk.newest_first) {
        (Some(object), _, newest_first) => {
            let statement = if newest_first { OF_OBJECT_DOWN } else { OF_OBJECT_UP };
            tx.many(statement, params![account_id, low_at, low_id, high_at, high_id, object, limit], read)
        }
        (None, marks_only, newest_first) => {
            let statement = match (marks_only, newest_first) {
                (true, false) => MARKS_UP,
                (true, true) => MARKS_DOWN,
                (false, false) => UP,
                (false, true) => DOWN,
            };
            tx.many(statement, params![account_id, low_at, low_id, high_at, high_id, limit], read)
        }
    }
}

/// The account's line of this number.
pub fn by_id(tx: &mut Tx<'_>, account_id: i64, id: i64) -> Result<Option<Line>, Fault> {
    tx.one(BY_ID, params![id, account_id], line)
}

/// The account's line of this tracking id, as it is written.
pub fn by_tracking_id(tx: &mut Tx<'_>, account_id: i64, tracking_id: &str) -> Result<Option<Line>, Fault> {
    tx.one(BY_TRACKING, params![account_id, tracking_id], line)
}
