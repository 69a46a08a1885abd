//! What became of requests, a leaf at a time, for replies of any length; and how many there are.
//!
//! Reached by DMAPI `result-list`. As with lists of names, each leaf is a transaction of its own that begins after the last line of the one before.

use super::list::OrderFilter;
use super::{OrderStanding, standing};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Leaf, Step};
use model::order::OrderKind;
use model::pattern::Pattern;
use model::{Need, Timestamp};
use store::Tx;
use store::results::{self, Line, PAGE, Walk};

/// A page has so many lines at least.
const FEW: i64 = 100;

/// A line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResultLine {
    pub id: i64,
    pub tracking_id: String,
    pub kind: OrderKind,
    /// A domain or handle.
    pub object: String,
    pub standing: OrderStanding,
    /// Empty if none was given.
    pub client_id: String,
    pub accepted: Timestamp,
}

/// After which order the next leaf begins, and how many lines are still wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinePlace {
    after: i64,
    left: i64,
}

/// Asks for a leaf of the list.
#[derive(Clone, Debug)]
pub struct Lines {
    pub filter: OrderFilter,
    pub newest_first: bool,
    pub step: Step<LinePlace>,
}

/// Asks how many lines there are.
pub struct CountLines {
    pub filter: OrderFilter,
}

impl OrderFilter {
    /// A walk along what may be meant.
    fn walk(&self, account_id: i64, newest_first: bool, after: Option<i64>) -> Walk<'_> {
        let object = match &self.object {
            // Handles are written in upper case and compared without regard to it: only names can be looked up as they are.
            Pattern::Exact(object) if object.contains('.') => Some(object.as_str()),
            Pattern::All | Pattern::Exact(_) | Pattern::Prefix(_) | Pattern::Suffix(_) | Pattern::Glob(_) => None,
        };
        let since = self.since.unwrap_or(Timestamp::from_micros(i64::MIN));
        let until = self.until.unwrap_or(Timestamp::from_micros(i64::MAX));
        Walk { account_id, newest_first, after, since, until, object, marks_only: false, limit: PAGE }
    }

    /// True if an order's marks decide whether it is meant.
    fn needs_marks_only(&self) -> bool {
        [&self.object, &self.tracking_id, &self.client_id].into_iter().all(|pattern| *pattern == Pattern::All)
    }

    fn takes(&self, line: &Line) -> bool {
        (self.hidden_too || !line.hidden)
            && (self.standings.is_empty() || self.standings.contains(&standing(line.state)))
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&line.kind))
            && (self.id == Pattern::All || self.id.matches(&line.id.to_string()))
            && (self.object == Pattern::All || self.object.matches(&line.object))
            && (self.tracking_id == Pattern::All || self.tracking_id.matches(&line.tracking_id))
            && (self.client_id == Pattern::All || self.client_id.matches(&line.client_id))
    }
}

impl Operation for Lines {
    type Done = Leaf<ResultLine, LinePlace>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Leaf<ResultLine, LinePlace>, Error> {
        let (after, left, mut skip) = match self.step {
            Step::First(window) => (None, window.take, window.skip),
            Step::Next(ref place) => (Some(place.after), place.left, 0),
        };
        let limit = left.min(PAGE);
        let mut rows = Vec::new();
        let mut walk = self.filter.walk(cx.actor.account, self.newest_first, after);
        // What is passed over need not be read whole.
        walk.marks_only = skip > 0 && self.filter.needs_marks_only();
        // A few lines are mostly found among the first few.
        walk.limit = skip.saturating_add(limit).clamp(FEW, PAGE);
        while (rows.len() as i64) < limit {
            let page = results::page(tx, &walk)?;
            let full = page.len() as i64 == walk.limit;
            walk.limit = PAGE;
            for line in page {
                if walk.marks_only && skip == 0 {
                    break;
                }
                walk.after = Some(line.id);
                if !self.filter.takes(&line) {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                rows.push(shown(line));
                if rows.len() as i64 == limit {
                    break;
                }
            }
            if walk.marks_only && skip == 0 {
                (walk.marks_only, walk.limit) = (false, limit.clamp(FEW, PAGE));
            } else if !full {
                break;
            }
        }
        let full = rows.len() as i64 == limit && left > limit;
        let next = rows.last().filter(|_| full).map(|last| LinePlace { after: last.id, left: left - limit });
        Ok(Leaf { rows, next })
    }
}

impl Operation for CountLines {
    type Done = i64;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<i64, Error> {
        let mut walk = self.filter.walk(cx.actor.account, false, None);
        walk.marks_only = self.filter.needs_marks_only();
        let mut count = 0;
        loop {
            let page = results::page(tx, &walk)?;
            count += page.iter().filter(|line| self.filter.takes(line)).count() as i64;
            match page.last() {
                Some(last) if page.len() as i64 == PAGE => walk.after = Some(last.id),
                Some(_) | None => return Ok(count),
            }
        }
    }
}

fn shown(line: Line) -> ResultLine {
    ResultLine {
        id: line.id,
        tracking_id: line.tracking_id,
        kind: line.kind,
        object: line.object,
        standing: standing(line.state),
        client_id: line.client_id,
        accepted: line.accepted_at,
    }
}
