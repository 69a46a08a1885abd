//! List the account's own domains with all that is known of each, in any order.
//!
//! Reached by CentralNic `QueryDomainList`.

use super::rows::whole_zone;
use super::{DomainView, Handles, Page, SortBy, Window, default_mode, view};
use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use model::name::reversed;
use model::pattern::{Pattern, prefix_end};
use store::Tx;
use store::domains::{self, Domain, Range};
use store::milestones::{self, Names};

/// Asks for domains whose name matches.
pub struct List {
    pub pattern: Pattern,
    /// Only those of this zone.
    pub zone: Option<String>,
    pub sort: SortBy,
    pub descending: bool,
    pub window: Window,
}

/// Above every A-label name in byte order.
pub(super) const LAST: &str = "\u{7f}";

/// Where to look, and what must still be compared one by one.
pub(super) fn range(pattern: &Pattern) -> (Range, Option<&Pattern>) {
    let names = |low: &str, high: String| Range::Names { low: low.to_owned(), high };
    match pattern {
        Pattern::All => (names("", LAST.to_owned()), None),
        Pattern::Exact(name) => (names(name, format!("{name}\u{1}")), None),
        Pattern::Prefix(prefix) => (names(prefix, prefix_end(prefix).unwrap_or_else(|| LAST.to_owned())), None),
        Pattern::Suffix(suffix) => {
            let low = reversed(suffix);
            let high = prefix_end(&low).unwrap_or_else(|| LAST.to_owned());
            (Range::Reversed { low, high }, None)
        }
        Pattern::Glob(glob) => {
            // What stands before the first wildcard still narrows the search.
            let prefix: String = glob.chars().take_while(|c| !matches!(c, '*' | '?')).collect();
            let high = prefix_end(&prefix).unwrap_or_else(|| LAST.to_owned());
            (names(&prefix, high), Some(pattern))
        }
    }
}

impl Operation for List {
    type Done = Page<DomainView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<DomainView>, Error> {
        let (total, found) = match self.counted(cx) {
            Some((zone, low, high)) => self.by_place(tx, Names { account_id: cx.actor.account, zone: &zone }, &low, &high)?,
            None => self.one_by_one(tx, cx.actor.account)?,
        };
        let mode = default_mode(tx, cx.actor.account)?;
        let mut handles = Handles::default();
        let mut rows = Vec::with_capacity(found.len());
        for domain in found {
            rows.push(view(tx, cx, domain, mode, &mut handles)?);
        }
        Ok(Page { total, rows })
    }
}

impl List {
    /// The zone (empty for all) and the stretch of names that are listed, where a list by name is a stretch of those that have milestones.
    fn counted(&self, cx: &Cx<'_>) -> Option<(String, String, String)> {
        if self.sort != SortBy::Name {
            return None;
        }
        match range(&self.pattern) {
            (Range::Names { low, high }, None) => Some((self.zone.clone().unwrap_or_default(), low, high)),
            (Range::Reversed { .. }, None) => {
                let zone = whole_zone(cx, &self.pattern).filter(|zone| self.zone.as_ref().is_none_or(|wanted| wanted == zone))?;
                Some((zone, String::new(), LAST.to_owned()))
            }
            (_, Some(_)) => None,
        }
    }

    /// How many there are, and those of the window, found by their places.
    fn by_place(&self, tx: &mut Tx<'_>, list: Names<'_>, low: &str, high: &str) -> Result<(i64, Vec<Domain>), Error> {
        let before = milestones::place_of(tx, list, low)?;
        let total = milestones::place_of(tx, list, high)?.saturating_sub(before);
        let Window { skip, take } = self.window;
        let take = take.min(total.saturating_sub(skip));
        if take <= 0 {
            return Ok((total, Vec::new()));
        }
        let first = if self.descending { total - skip - take } else { skip };
        let Some(from) = milestones::name_at(tx, list, before.saturating_add(first))? else { return Ok((total, Vec::new())) };
        let mut found = domains::stretch(tx, list, &from, high, take)?;
        if self.descending {
            found.reverse();
        }
        Ok((total, found))
    }

    /// The same for other orders and patterns: what comes before the window is passed over row by row.
    fn one_by_one(&self, tx: &mut Tx<'_>, account: i64) -> Result<(i64, Vec<Domain>), Error> {
        let (range, rest) = range(&self.pattern);
        let compared = rest.is_some() || self.zone.is_some();
        let Window { skip, take } = self.window;
        let (passed, limit) = if compared { (0, i64::MAX) } else { (skip, take) };
        let mut place = passed;
        let mut found = Vec::new();
        if take > 0 || compared {
            domains::each(tx, account, &range, self.sort, self.descending, (passed, limit), |domain| {
                let matches = rest.is_none_or(|p| p.matches(&domain.name)) && self.zone.as_ref().is_none_or(|z| *z == domain.zone);
                if matches {
                    if self.window.holds(place) {
                        found.push(domain);
                    }
                    place += 1;
                }
                Ok(())
            })?;
        }
        Ok((if compared { place } else { domains::count_in(tx, account, &range)? }, found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_ranges() {
        let names = |low: &str, high: &str| Range::Names { low: low.into(), high: high.into() };
        let cases = [
            ("abc*", names("abc", "abd"), false),
            ("abc.com", names("abc.com", "abc.com\u{1}"), false),
            ("*.kr", Range::Reversed { low: "rk.".into(), high: "rk/".into() }, false),
            ("ab*d", names("ab", "ac"), true),
        ];
        for (text, expected, compared) in cases {
            let pattern = Pattern::parse(text).unwrap();
            let (range, rest) = range(&pattern);
            assert_eq!((range, rest.is_some()), (expected, compared), "{text}");
        }
    }
}
