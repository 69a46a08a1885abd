//! Lists of names a leaf at a time, for replies of any length: pattern, place and what a row shows.
//!
//! Reached by DMAPI `query-domain-list`, `dns-zone-list`. Each leaf is a transaction of its own that begins after the last name of the one before, so a long list holds
//! nothing while its reader is slow; what comes or goes meanwhile may be in it or not, and what stays is in it once.

use super::list::{LAST, range};
use super::{Window, default_mode};
use crate::context::{Cx, Operation};
use crate::{Error, agenda, grant, hosted};
use model::domain::{Privacy, RenewalMode};
use model::grant::GrantRole;
use model::lock::Locks;
use model::pattern::Pattern;
use model::{Need, Timestamp};
use std::collections::BTreeMap;
use store::domains::{self, Domain, Range};
use store::listing::{self, Listed, More, Stretch, Which};
use store::milestones::{self, Names};
use store::{Tx, grants};

/// Rows of a leaf at most: enough to make a transaction worth it, few enough to be nothing in memory.
pub const LEAF_ROWS: i64 = 2_000;
/// So many names that end alike are sorted in memory; where there are more, all names are gone through in their order.
const FEW: i64 = 10_000;

/// A part of a list and where the next one begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf<T, P> {
    pub rows: Vec<T>,
    /// None where this was the last.
    pub next: Option<P>,
}

/// Where a leaf begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step<P> {
    First(Window),
    Next(P),
}

/// After which name the next leaf begins, and how many rows are still wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    after: String,
    left: i64,
}

/// What rows show beyond names and expiries.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Detail {
    /// Status, privacy, the parts that the account has.
    pub more: bool,
    /// The number of grants and invitations; nothing without `more`.
    pub sharing: bool,
}

/// Whose names a list holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// All of the account's own.
    Own,
    /// The account's own without those that were deleted, and those that others share with it.
    OwnAndShared,
}

/// Asks for a leaf of the list of names that match, by name.
#[derive(Clone, Debug)]
pub struct Rows {
    pub whose: Whose,
    pub pattern: Pattern,
    pub detail: Detail,
    pub step: Step<Place>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct ListRow {
    pub name: String,
    /// Expiry at the registry.
    pub expires: Timestamp,
    pub more: Option<RowDetail>,
}

/// What can be shown of a name in a list.
#[derive(Clone, Debug)]
pub struct RowDetail {
    pub condition: Condition,
    /// Whether it will renew by itself.
    pub renews: bool,
    /// The parts that the account has in it.
    pub roles: Vec<GrantRole>,
    pub privacy: Privacy,
    pub privacy_until: Option<Timestamp>,
    /// It is delegated to our name servers and to nobody else.
    pub hosted: bool,
    pub grants: usize,
    pub invitations: usize,
}

/// The state of a name, as far as it has words on the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    pub locks: Locks,
    /// EPP and RGP statuses seen at the registry.
    pub statuses: Vec<String>,
    /// The end of what was paid for has passed.
    pub expired: bool,
    /// It was deleted and is not free yet.
    pub deleted: bool,
}

/// How the names are found.
enum Way {
    /// A stretch of names in which places can be told.
    Counted { zone: String, low: String, high: String },
    /// Each name of a stretch is looked at.
    Matched { low: String, high: String, like: String },
    /// Just these, sorted.
    Named(Vec<String>),
}

impl Operation for Rows {
    type Done = Leaf<ListRow, Place>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Leaf<ListRow, Place>, Error> {
        let (after, left, skip) = match &self.step {
            Step::First(window) => (None, window.take, window.skip),
            Step::Next(place) => (Some(place.after.clone()), place.left, 0),
        };
        if left <= 0 {
            return Ok(Leaf { rows: Vec::new(), next: None });
        }
        let way = self.way(tx, cx)?;
        let (mut shared, mut left_out) = match self.whose {
            Whose::Own => (Vec::new(), Vec::new()),
            Whose::OwnAndShared => (grant::shared(tx, cx)?, domains::leaving(tx, cx.actor.account)?),
        };
        shared.retain(|d| self.pattern.matches(&d.name) && after.as_ref().is_none_or(|after| d.name > *after));
        shared.sort_by(|a, b| a.name.cmp(&b.name));
        let limit = left.min(LEAF_ROWS);
        shared.retain(|d| !agenda::is_leaving(d));
        left_out.retain(|name| self.pattern.matches(name));
        let mut walk = Walk { account: cx.actor.account, way: &way, more: self.detail.more, after, skip, shared, left_out };
        let pass_over = walk.begin(tx)?;
        let found = walk.after_passing(tx, pass_over, limit)?;

        let full = found.len() as i64 == limit;
        let next = found.last().filter(|_| full && left > limit).map(|last| Place { after: last.name.clone(), left: left - limit });
        let mut modes = BTreeMap::new();
        let rows = found.into_iter().map(|row| self.shown(tx, cx, row, &mut modes)).collect::<Result<Vec<_>, _>>()?;
        Ok(Leaf { rows, next })
    }
}

impl Rows {
    fn way(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Way, Error> {
        let (bounds, rest) = range(&self.pattern);
        Ok(match (bounds, rest, &self.pattern) {
            (Range::Names { low, high }, None, _) => Way::Counted { zone: String::new(), low, high },
            (Range::Names { low, high }, Some(_), pattern) => Way::Matched { low, high, like: listing::like(&text(pattern)) },
            (Range::Reversed { low, high }, _, pattern) => {
                if let Some(zone) = whole_zone(cx, pattern) {
                    return Ok(Way::Counted { zone, low: String::new(), high: LAST.to_owned() });
                }
                let mut names = listing::ending(tx, cx.actor.account, &low, &high, FEW + 1)?;
                if names.len() as i64 > FEW {
                    return Ok(Way::Matched { low: String::new(), high: LAST.to_owned(), like: listing::like(&text(pattern)) });
                }
                names.sort_unstable();
                Way::Named(names)
            }
        })
    }

    fn shown(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, row: Listed, modes: &mut BTreeMap<i64, RenewalMode>) -> Result<ListRow, Error> {
        let more = match row.more {
            None => None,
            Some(more) => Some(self.detailed(tx, cx, more, modes)?),
        };
        Ok(ListRow { name: row.name, expires: row.expires_at, more })
    }

    fn detailed(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, d: More, modes: &mut BTreeMap<i64, RenewalMode>) -> Result<RowDetail, Error> {
        let own = d.account_id == cx.actor.account;
        let mode = match modes.get(&d.account_id) {
            Some(mode) => *mode,
            None => {
                let mode = default_mode(tx, d.account_id)?;
                modes.insert(d.account_id, mode);
                mode
            }
        };
        let (mut grants, mut invitations) = (0, 0);
        if own && self.detail.sharing {
            grants = grants::of_domain(tx, d.id)?.len();
            invitations = grants::invitations(tx, d.id)?.iter().filter(|i| i.expires_at > cx.now).count();
        }
        let roles = if own { vec![GrantRole::Creator] } else { grants::roles(tx, d.id, cx.actor.account)? };
        Ok(RowDetail {
            renews: d.renewal_mode.renews(mode) && !agenda::are_leaving(&d.statuses),
            condition: Condition {
                locks: Locks::parse(&d.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?,
                statuses: d.statuses.split_whitespace().map(str::to_owned).collect(),
                expired: d.paid_until_at <= cx.now,
                deleted: agenda::are_leaving(&d.statuses),
            },
            roles,
            privacy: d.privacy,
            privacy_until: d.privacy_until_at,
            hosted: hosted::delegated(cx.inner.name_servers(), d.hosts.split_whitespace()),
            grants,
            invitations,
        })
    }
}

/// The pattern as it is written.
fn text(pattern: &Pattern) -> String {
    match pattern {
        Pattern::All => "*".to_owned(),
        Pattern::Exact(text) | Pattern::Glob(text) => text.clone(),
        Pattern::Prefix(text) => format!("{text}*"),
        Pattern::Suffix(text) => format!("*{text}"),
    }
}

/// The zone whose names are just those that end like this (`*.or.kr`), if there is one and no other zone lies within it.
pub(super) fn whole_zone(cx: &Cx<'_>, pattern: &Pattern) -> Option<String> {
    let Pattern::Suffix(suffix) = pattern else { return None };
    let zone = suffix.strip_prefix('.')?;
    let lies_within = |other: &str| other.ends_with(suffix.as_str());
    (cx.zones().get(zone).is_some() && !cx.zones().iter().any(|other| lies_within(&other.suffix))).then(|| zone.to_owned())
}

/// One walk along the account's names, with those of others in between.
struct Walk<'a> {
    account: i64,
    way: &'a Way,
    more: bool,
    /// Rows begin after this name ...
    after: Option<String>,
    /// ... or, without one, after so many of the account's own.
    skip: i64,
    /// Names of others that may still come, sorted.
    shared: Vec<Domain>,
    /// The account's names that were deleted and are not free yet, sorted: they are not shown and count for nothing.
    left_out: Vec<String>,
}

impl Walk<'_> {
    /// Finds out where to begin where others' names come in between or names are left out; returns how many rows must still be passed over one by one.
    fn begin(&mut self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        if self.skip == 0 || (self.shared.is_empty() && self.left_out.is_empty()) {
            return Ok(0);
        }
        let Way::Counted { zone, low, .. } = self.way else { return Ok(std::mem::take(&mut self.skip)) };
        let list = Names { account_id: self.account, zone };
        let base = milestones::place_of(tx, list, low)?;
        let left_out = &self.left_out;
        // The place of a name among the account's own that are shown.
        let mut shown_before = |name: &str| {
            let hidden = left_out.partition_point(|other| other.as_str() < name) as i64;
            Ok::<_, Error>(milestones::place_of(tx, list, name)?.saturating_sub(base).saturating_sub(hidden))
        };
        // Places in the whole list rise with the names, so the first that is wanted is found by halving.
        let skip = self.skip;
        let first = first_of(self.shared.len(), |at| Ok(shown_before(&self.shared[at].name)?.saturating_add(at as i64) >= skip))?;
        let skip = skip - first as i64;
        let hidden = first_of(left_out.len(), |at| Ok(shown_before(&left_out[at])? > skip))?;
        self.shared.drain(..first);
        self.skip = skip + hidden as i64;
        Ok(0)
    }

    /// The next rows once so many more were passed over.
    fn after_passing(&mut self, tx: &mut Tx<'_>, mut pass_over: i64, limit: i64) -> Result<Vec<Listed>, Error> {
        while pass_over > 0 {
            let passed = self.rows(tx, pass_over.min(LEAF_ROWS))?;
            if passed.is_empty() {
                return Ok(passed);
            }
            pass_over -= passed.len() as i64;
        }
        self.rows(tx, limit)
    }

    /// The next rows, at most `limit`; fewer at the end only.
    fn rows(&mut self, tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Listed>, Error> {
        let mut rows = self.own(tx, limit)?;
        let upto = rows.last().filter(|_| rows.len() as i64 == limit).map(|last| last.name.clone());
        let among = self.shared.iter().take_while(|d| upto.as_ref().is_none_or(|last| d.name <= *last)).count();
        if among > 0 {
            rows.extend(self.shared[..among].iter().map(|d| listed(d, self.more)));
            rows.sort_by(|a, b| a.name.cmp(&b.name));
            rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        if let Some(last) = rows.last() {
            self.after = Some(last.name.clone());
            self.skip = 0;
            self.shared.retain(|d| d.name > last.name);
        }
        Ok(rows)
    }

    /// The account's own rows that are shown.
    fn own(&self, tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Listed>, Error> {
        let (mut rows, mut after, mut skip) = (Vec::new(), self.after.clone(), self.skip);
        loop {
            let wanted = limit - rows.len() as i64;
            let page = self.page(tx, after.as_deref(), skip, wanted)?;
            let full = page.len() as i64 == wanted;
            if let Some(last) = page.last() {
                (after, skip) = (Some(last.name.clone()), 0);
            }
            rows.extend(page.into_iter().filter(|row| self.left_out.binary_search(&row.name).is_err()));
            if !full || rows.len() as i64 == limit {
                return Ok(rows);
            }
        }
    }

    /// The account's own rows, whether they are shown or not.
    fn page(&self, tx: &mut Tx<'_>, after: Option<&str>, skip: i64, limit: i64) -> Result<Vec<Listed>, Error> {
        // Names hold nothing below a hyphen, so this is what follows a name.
        let begin = |low: &str| after.map_or_else(|| low.to_owned(), |after| format!("{after}\u{1}"));
        Ok(match self.way {
            Way::Counted { zone, low, high } => {
                let (start, skip) = if skip == 0 {
                    (begin(low), 0)
                } else {
                    let list = Names { account_id: self.account, zone };
                    let place = milestones::place_of(tx, list, low)?.saturating_add(skip);
                    let Some(found) = milestones::at_place(tx, list, place)? else { return Ok(Vec::new()) };
                    found
                };
                let which = if zone.is_empty() { Which::All } else { Which::Zone(zone) };
                listing::page(tx, self.account, which, Stretch { low: &start, high }, skip, limit, self.more)?
            }
            Way::Matched { low, high, like } => {
                let start = begin(low);
                listing::page(tx, self.account, Which::Like(like), Stretch { low: &start, high }, skip, limit, self.more)?
            }
            Way::Named(names) => {
                let wanted = names.iter().filter(|name| after.is_none_or(|after| name.as_str() > after));
                let (skip, take) = (usize::try_from(skip).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(usize::MAX));
                let mut rows = Vec::new();
                for name in wanted.skip(skip).take(take) {
                    rows.extend(listing::named(tx, self.account, name, self.more)?);
                }
                rows
            }
        })
    }
}

/// The first of so many places for which this holds; it holds for all after it.
fn first_of(count: usize, mut holds: impl FnMut(usize) -> Result<bool, Error>) -> Result<usize, Error> {
    let (mut first, mut end) = (0, count);
    while first < end {
        let middle = first + (end - first) / 2;
        if holds(middle)? { end = middle } else { first = middle + 1 }
    }
    Ok(first)
}

fn listed(d: &Domain, more: bool) -> Listed {
    let more = more.then(|| More {
        id: d.id,
        account_id: d.account_id,
        locks: d.locks.clone(),
        statuses: d.statuses.clone(),
        renewal_mode: d.renewal_mode,
        privacy: d.privacy,
        privacy_until_at: d.privacy_until_at,
        paid_until_at: d.paid_until_at,
        hosts: d.hosts.clone(),
    });
    Listed { name: d.name.clone(), expires_at: d.expires_at, more }
}
