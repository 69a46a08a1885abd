//! What became of an account's orders, in the order of their acceptance and a page at a time: no more of each than a list shows.

use crate::db::{Fault, Row, Tx};
use crate::{params, statements};
use model::Timestamp;
use model::order::{OrderKind, OrderState};

/// A line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub id: i64,
    pub kind: OrderKind,
    pub state: OrderState,
    pub accepted_at: Timestamp,
    /// Put away by its owner.
    pub hidden: bool,
    /// Empty where only the marks above were asked for.
    pub tracking_id: String,
    pub object: String,
    pub client_id: String,
}

/// Which lines, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    pub account_id: i64,
    pub newest_first: bool,
    /// After this order, itself not included; `None` for from the first on.
    pub after: Option<i64>,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Only those of this object.
    pub object: Option<&'a str>,
    /// Only what the index holds: no ids but the order's own, and no object.
    pub marks_only: bool,
    /// Lines of a page.
    pub limit: i64,
}

/// Lines of a page at most.
pub const PAGE: i64 = 5_000;

macro_rules! marks {
    ($rest:literal) => {
        concat!(
            "SELECT id, kind, state, accepted_at, hidden_at FROM orders WHERE account_id = $1 AND accepted_at >= $2 AND accepted_at <= $3",
            $rest
        )
    };
}

macro_rules! lines {
    ($rest:literal) => {
        concat!(
            "SELECT id, kind, state, accepted_at, hidden_at, tracking_id, object, client_id FROM orders WHERE account_id = $1 AND accepted_at >= $2 AND accepted_at <= $3",
            $rest
        )
    };
}

statements! {
    MARKS_UP = marks!(" AND id > $4 ORDER BY id LIMIT $5");
    MARKS_DOWN = marks!(" AND id < $4 ORDER BY id DESC LIMIT $5");
    UP = lines!(" AND id > $4 ORDER BY id LIMIT $5");
    DOWN = lines!(" AND id < $4 ORDER BY id DESC LIMIT $5");
    OF_OBJECT_UP = lines!(" AND id > $4 AND object = $5 ORDER BY id LIMIT $6");
    OF_OBJECT_DOWN = lines!(" AND id < $4 AND object = $5 ORDER BY id DESC LIMIT $6");
}

fn marks(row: &Row<'_>) -> Result<Line, Fault> {
    let (kind, state) = (row.text(1)?, row.text(2)?);
    Ok(Line {
        id: row.int(0)?,
        kind: OrderKind::from_word(&kind).ok_or_else(|| Fault::corrupt("an order's kind"))?,
        state: OrderState::from_word(&state).ok_or_else(|| Fault::corrupt("an order's state"))?,
        accepted_at: row.time(3)?,
        hidden: row.int_opt(4)?.is_some(),
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
    let Walk { account_id, since, until, limit, .. } = *walk;
    let from = walk.after.unwrap_or(if walk.newest_first { i64::MAX } else { 0 });
    match (walk.object, walk.marks_only, walk.newest_first) {
        (Some(object), _, false) => tx.many(OF_OBJECT_UP, params![account_id, since, until, from, object, limit], line),
        (Some(object), _, true) => tx.many(OF_OBJECT_DOWN, params![account_id, since, until, from, object, limit], line),
        (None, true, false) => tx.many(MARKS_UP, params![account_id, since, until, from, limit], marks),
        (None, true, true) => tx.many(MARKS_DOWN, params![account_id, since, until, from, limit], marks),
        (None, false, false) => tx.many(UP, params![account_id, since, until, from, limit], line),
        (None, false, true) => tx.many(DOWN, params![account_id, since, until, from, limit], line),
    }
}
