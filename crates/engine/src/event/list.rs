//! List the account's events.
//!
//! Reached by CentralNic `QueryEventList`.

use super::{EventView, view};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Page, Window};
use model::pattern::Pattern;
use model::{Need, Timestamp};
use store::Tx;
use store::events::{self, Choice, Sort};

/// Which events: those nobody has acknowledged, those that were, or all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marked {
    Open,
    Acknowledged,
    All,
}

/// What a list of events is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SortBy {
    Date,
    Class,
    Subclass,
    Object,
}

/// Asks for events, by default the oldest first.
pub struct List {
    pub class: Pattern,
    pub subclass: Pattern,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Not after this instant.
    pub to: Option<Timestamp>,
    pub marked: Marked,
    /// Those of the account's own sub-accounts too.
    pub sub_accounts: bool,
    pub sort: SortBy,
    pub descending: bool,
    pub window: Window,
}

impl List {
    /// Every event of the account, oldest first.
    pub fn all() -> List {
        List {
            class: Pattern::All,
            subclass: Pattern::All,
            from: None,
            to: None,
            marked: Marked::All,
            sub_accounts: false,
            sort: SortBy::Date,
            descending: false,
            window: Window::ALL,
        }
    }

    fn choice(&self, account_id: i64) -> Choice {
        Choice {
            account_id,
            sub_accounts: self.sub_accounts,
            open: self.marked != Marked::Acknowledged,
            acknowledged: self.marked != Marked::Open,
            from: self.from.unwrap_or(Timestamp::from_micros(i64::MIN)),
            to: self.to.unwrap_or(Timestamp::from_micros(i64::MAX)),
        }
    }
}

impl Operation for List {
    type Done = Page<EventView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<EventView>, Error> {
        let choice = self.choice(cx.actor.account);
        let sort = match self.sort {
            SortBy::Date => Sort::Date,
            SortBy::Class => Sort::Class,
            SortBy::Subclass => Sort::Subclass,
            SortBy::Object => Sort::Object,
        };
        let one_by_one = self.class != Pattern::All || self.subclass != Pattern::All;
        // Where no pattern decides, the store passes over what comes before the window.
        let Window { skip, take } = self.window;
        let (passed, limit) = if one_by_one { (0, i64::MAX) } else { (skip, take) };
        let (mut place, mut found) = (passed, Vec::new());
        if take > 0 || one_by_one {
            events::each(tx, &choice, sort, self.descending, (passed, limit), |told| {
                if self.class.matches(&told.event.class) && self.subclass.matches(&told.event.subclass) {
                    if self.window.holds(place) {
                        found.push(told);
                    }
                    place += 1;
                }
                Ok(())
            })?;
        }
        let total = if one_by_one { place } else { events::count(tx, &choice)? };
        Ok(Page { total, rows: found.into_iter().map(view).collect::<Result<_, _>>()? })
    }
}
