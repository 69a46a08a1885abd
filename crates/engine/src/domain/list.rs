//! List the account's own domains with all that is known of each, in any order.
//!
//! Reached by CentralNic `QueryDomainList`.

use super::{DomainView, Handles, Page, SortBy, Window, default_mode, view};
use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use model::name::reversed;
use model::pattern::{Pattern, prefix_end};
use store::Tx;
use store::domains::{self, Range};

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
pub(crate) fn range(pattern: &Pattern) -> (Range, Option<&Pattern>) {
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
        let account = cx.actor.account;
        let (range, rest) = range(&self.pattern);
        let one_by_one = rest.is_some() || self.zone.is_some();
        let end = self.window.skip.saturating_add(self.window.take);
        let limit = if one_by_one { i64::MAX } else { end };
        let mut place = 0;
        let mut found = Vec::new();
        if self.window.take > 0 || one_by_one {
            domains::each(tx, account, &range, self.sort, self.descending, limit, |domain| {
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
        let total = if one_by_one { place } else { domains::count_in(tx, account, &range)? };
        let mode = default_mode(tx, account)?;
        let mut handles = Handles::default();
        let mut rows = Vec::with_capacity(found.len());
        for domain in found {
            rows.push(view(tx, cx, domain, mode, &mut handles)?);
        }
        Ok(Page { total, rows })
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
