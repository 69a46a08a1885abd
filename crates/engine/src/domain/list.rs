//! List the account's domains, and those that are shared with it where they are wanted too.
//!
//! Reached by CentralNic `QueryDomainList`.

use super::{DomainView, Handles, Page, SortBy, Window, default_mode, view};
use crate::agenda::is_leaving;
use crate::context::{Cx, Operation};
use crate::{Error, grant};
use model::Need;
use model::name::reversed;
use model::pattern::{Pattern, prefix_end};
use std::cmp::Ordering;
use store::Tx;
use store::domains::{self, Domain, Range};

/// Asks for domains whose name matches.
pub struct List {
    pub pattern: Pattern,
    /// Only those of this zone.
    pub zone: Option<String>,
    /// Names of other accounts in which the account has a part, too.
    pub shared: bool,
    /// Names that were deleted and are not free yet, too.
    pub deleted: bool,
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
        let mut shared = if self.shared { grant::shared(tx, cx)? } else { Vec::new() };
        let hides = |d: &Domain| !self.deleted && is_leaving(d);
        shared.retain(|d| self.pattern.matches(&d.name) && self.zone.as_ref().is_none_or(|z| *z == d.zone) && !hides(d));
        let hidden = if self.deleted { 0 } else { domains::leaving(tx, account)?.iter().filter(|name| self.pattern.matches(name)).count() };
        let hidden = i64::try_from(hidden).unwrap_or(i64::MAX);
        // Names that are left out count for nothing.
        let limit = if one_by_one { i64::MAX } else { end.saturating_add(hidden) };
        // Where others come in between, the account's own are wanted from the first on.
        let window = if shared.is_empty() { self.window } else { Window { skip: 0, take: end } };
        let mut place = 0;
        let mut found = Vec::new();
        if self.window.take > 0 || one_by_one {
            domains::each(tx, account, &range, self.sort, self.descending, limit, |domain| {
                let matches =
                    !hides(&domain) && rest.is_none_or(|p| p.matches(&domain.name)) && self.zone.as_ref().is_none_or(|z| *z == domain.zone);
                if matches {
                    if window.holds(place) {
                        found.push(domain);
                    }
                    place += 1;
                }
                Ok(())
            })?;
        }
        let total = if one_by_one { place } else { domains::count_in(tx, account, &range)?.saturating_sub(hidden) };
        let total = total.saturating_add(i64::try_from(shared.len()).unwrap_or(i64::MAX));
        if !shared.is_empty() {
            found.append(&mut shared);
            found.sort_by(|a, b| if self.descending { order(self.sort, b, a) } else { order(self.sort, a, b) });
            let mut place = 0;
            found.retain(|_| {
                place += 1;
                self.window.holds(place - 1)
            });
        }
        let mode = default_mode(tx, account)?;
        let mut handles = Handles::default();
        let mut rows = Vec::with_capacity(found.len());
        for domain in found {
            let mode = if domain.account_id == account { mode } else { default_mode(tx, domain.account_id)? };
            rows.push(view(tx, cx, domain, mode, &mut handles)?);
        }
        Ok(Page { total, rows })
    }
}

/// As the store orders them, for names that do not come from one index.
fn order(sort: SortBy, a: &Domain, b: &Domain) -> Ordering {
    let first = match sort {
        SortBy::Name => Ordering::Equal,
        SortBy::Created => a.created_at.cmp(&b.created_at),
        SortBy::Updated => a.updated_at.cmp(&b.updated_at),
        SortBy::Expires => a.expires_at.cmp(&b.expires_at),
        SortBy::Zone => a.zone.cmp(&b.zone),
        SortBy::RenewalMode => a.renewal_mode.word().cmp(b.renewal_mode.word()),
    };
    first.then_with(|| a.name.cmp(&b.name))
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
