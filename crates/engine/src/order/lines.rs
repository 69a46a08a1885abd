//! What became of requests, a leaf at a time, for replies of any length; and how many there are.
//!
//! Reached by DMAPI `result-list`. As with lists of names, each leaf is a transaction of its own that begins after the last line of the one before.

use super::OrderStanding;
use super::list::OrderFilter;
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Leaf, Step};
use model::order::OrderKind;
use model::pattern::Pattern;
use model::{Need, Timestamp};
use store::Tx;
use store::result_milestones::{self as milestones, Marks, Place, STRETCH, Stretch};
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

/// What of the list the next leaf begins in, and how many lines are still wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinePlace {
    rest: Stretch,
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
    /// Where in the order of acceptance those that are meant lie.
    fn stretch(&self) -> Stretch {
        Stretch { low: self.since.map_or_else(Place::first, Place::start_of), high: self.until.map_or_else(Place::last, Place::end_of) }
    }

    /// A walk along what may be meant.
    fn walk(&self, account_id: i64, newest_first: bool, stretch: Stretch) -> Walk<'_> {
        let object = match &self.object {
            // Handles are written in upper case and compared without regard to it: only names can be looked up as they are.
            Pattern::Exact(object) if object.contains('.') => Some(object.as_str()),
            Pattern::All | Pattern::Exact(_) | Pattern::Prefix(_) | Pattern::Suffix(_) | Pattern::Glob(_) => None,
        };
        Walk { account_id, newest_first, stretch, object, marks_only: false, limit: PAGE }
    }

    /// True if an order's marks decide whether it is meant.
    fn needs_marks_only(&self) -> bool {
        [&self.object, &self.id, &self.tracking_id, &self.client_id].into_iter().all(|pattern| *pattern == Pattern::All)
    }

    /// True if these marks are meant.
    fn means(&self, marks: &Marks) -> bool {
        (self.hidden_too || !marks.hidden)
            && (self.standings.is_empty() || self.standings.contains(&marks.standing))
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&marks.kind))
    }

    fn takes(&self, line: &Line) -> bool {
        self.means(&line.marks)
            && (self.id == Pattern::All || self.id.matches(&line.id.to_string()))
            && (self.object == Pattern::All || self.object.matches(&line.object))
            && (self.tracking_id == Pattern::All || self.tracking_id.matches(&line.tracking_id))
            && (self.client_id == Pattern::All || self.client_id.matches(&line.client_id))
    }

    /// Where just one order is named: whether it is there and meant.
    fn one(&self, tx: &mut Tx<'_>, account_id: i64) -> Result<Option<Vec<Line>>, Error> {
        let found = match (&self.id, &self.tracking_id) {
            (Pattern::Exact(id), _) => match id.parse() {
                Ok(id) => results::by_id(tx, account_id, id)?,
                Err(_) => None,
            },
            // They are written in lower case, as patterns are.
            (_, Pattern::Exact(tracking_id)) => results::by_tracking_id(tx, account_id, tracking_id)?,
            _ => return Ok(None),
        };
        let Stretch { low, high } = self.stretch();
        Ok(Some(found.into_iter().filter(|line| (low..high).contains(&line.place()) && self.takes(line)).collect()))
    }
}

impl Operation for Lines {
    type Done = Leaf<ResultLine, LinePlace>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Leaf<ResultLine, LinePlace>, Error> {
        let account = cx.actor.account;
        let (stretch, left, skip) = match self.step {
            Step::First(window) => (self.filter.stretch(), window.take, window.skip),
            Step::Next(ref place) => (place.rest, place.left, 0),
        };
        if let Some(found) = self.filter.one(tx, account)? {
            let meant = found.into_iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).take(usize::try_from(left).unwrap_or(0));
            return Ok(Leaf { rows: meant.map(shown).collect(), next: None });
        }
        let (stretch, mut skip) =
            if skip >= STRETCH && self.filter.needs_marks_only() { self.pass_over(tx, account, stretch, skip)? } else { (stretch, skip) };
        let limit = left.min(PAGE);
        let mut rows = Vec::new();
        let mut walk = self.filter.walk(account, self.newest_first, stretch);
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
                walk.pass(line.place());
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
        let more = limit > 0 && rows.len() as i64 == limit && left > limit;
        let next = more.then_some(LinePlace { rest: walk.stretch, left: left - limit });
        Ok(Leaf { rows, next })
    }
}

impl Lines {
    /// What is left of a stretch once whole parts of it are passed over, and how many of those meant must still be passed over one by one.
    fn pass_over(&self, tx: &mut Tx<'_>, account_id: i64, stretch: Stretch, mut skip: i64) -> Result<(Stretch, i64), Error> {
        let mut parts = milestones::parts(tx, account_id, stretch, |marks| self.filter.means(marks))?;
        if self.newest_first {
            parts.reverse();
        }
        for part in parts {
            let results = match part.results {
                Some(results) => results,
                None => milestones::count(tx, account_id, part.stretch, |marks| self.filter.means(marks))?,
            };
            if skip < results {
                let Stretch { low, high } = part.stretch;
                return Ok((if self.newest_first { Stretch { high, ..stretch } } else { Stretch { low, ..stretch } }, skip));
            }
            skip -= results;
        }
        Ok((Stretch { high: stretch.low, ..stretch }, 0))
    }
}

impl Operation for CountLines {
    type Done = i64;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<i64, Error> {
        let account = cx.actor.account;
        if let Some(found) = self.filter.one(tx, account)? {
            return Ok(found.len() as i64);
        }
        let mut count: i64 = 0;
        if self.filter.needs_marks_only() {
            for part in milestones::parts(tx, account, self.filter.stretch(), |marks| self.filter.means(marks))? {
                count += match part.results {
                    Some(results) => results,
                    None => milestones::count(tx, account, part.stretch, |marks| self.filter.means(marks))?,
                };
            }
            return Ok(count);
        }
        let mut walk = self.filter.walk(account, false, self.filter.stretch());
        loop {
            let page = results::page(tx, &walk)?;
            count += page.iter().filter(|line| self.filter.takes(line)).count() as i64;
            match page.last() {
                Some(last) if page.len() as i64 == PAGE => walk.pass(last.place()),
                Some(_) | None => return Ok(count),
            }
        }
    }
}

fn shown(line: Line) -> ResultLine {
    ResultLine {
        id: line.id,
        tracking_id: line.tracking_id,
        kind: line.marks.kind,
        object: line.object,
        standing: line.marks.standing,
        client_id: line.client_id,
        accepted: line.accepted_at,
    }
}
