//! Events by pages, oldest first, for who reads on from a place.
//!
//! Reached by `GET /api/v1/events`.

use super::{EventView, with_order};
use crate::Error;
use crate::context::{Cx, Operation};
use model::pattern::Pattern;
use model::{Need, Timestamp};
use store::{Tx, events};

/// A place in the order of instants and numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub at: Timestamp,
    pub id: i64,
}

impl Place {
    /// Before everything that happened at this instant or later.
    pub fn before(at: Timestamp) -> Place {
        Place { at, id: i64::MIN }
    }

    /// Before everything.
    pub fn beginning() -> Place {
        Place::before(Timestamp::from_micros(i64::MIN))
    }

    /// As clients hand it back: opaque to them.
    pub fn word(self) -> String {
        format!("{}-{}", self.at.micros(), self.id)
    }

    pub fn from_word(word: &str) -> Option<Place> {
        let (at, id) = word.split_once('-')?;
        let number = |digits: &str| digits.parse::<i64>().ok().filter(|n| *n >= 0);
        Some(Place { at: Timestamp::from_micros(number(at)?), id: number(id)? })
    }
}

/// A page holds so many at most.
pub const PAGE_MAX: i64 = 500;
/// One call looks at so many events at most to fill a page.
const LOOKED_AT_MAX: i64 = 5_000;

/// Asks for a page.
pub struct PageOf {
    pub after: Place,
    /// Over kinds of events.
    pub kind: Pattern,
    /// Only those that nobody acknowledged.
    pub open_only: bool,
    pub limit: i64,
}

/// A page of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventPage {
    pub rows: Vec<EventView>,
    /// Where the page after this one begins; none if there is nothing more now.
    pub next: Option<Place>,
}

impl Operation for PageOf {
    type Done = EventPage;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<EventPage, Error> {
        let limit = self.limit.clamp(1, PAGE_MAX);
        let steps = if self.kind == Pattern::All { limit } else { LOOKED_AT_MAX };
        let found = events::after(tx, cx.actor.account, (self.after.at, self.after.id), self.open_only, steps)?;
        let looked_at = found.len() as i64;
        let (mut rows, mut last) = (Vec::new(), None);
        for told in &found {
            last = Some(Place { at: told.event.at, id: told.event.id });
            if self.kind.matches(&super::kind(&told.event.class, &told.event.subclass)) {
                rows.push(with_order(tx, cx.actor.account, told.event.id)?);
                if rows.len() as i64 == limit {
                    break;
                }
            }
        }
        let full = rows.len() as i64 == limit || looked_at == steps;
        Ok(EventPage { rows, next: last.filter(|_| full) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_as_they_went() {
        let place = Place { at: Timestamp::from_micros(1_800_000_000_000_001), id: 42 };
        assert_eq!(Place::from_word(&place.word()), Some(place));
        for bad in ["", "1", "-1-2", "1--2", "a-b", "1-2-3", "99999999999999999999-1"] {
            assert_eq!(Place::from_word(bad), None, "{bad}");
        }
    }
}
