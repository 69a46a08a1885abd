//! What must be true: the accounts' orders, names and money in plain maps, kept from what clients were told and what the registry did.

use crate::house::ACCOUNTS;
use crate::wish::{Meant, Shield, Wish, is_premium, zone_of};
use engine::domain::DomainView;
use engine::order::{OrderStanding, OrderView};
use model::order::OrderKind;
use model::policy::{Item, ZoneSet};
use model::{Channel, Months, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// An order as it was last seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    pub account: usize,
    pub kind: OrderKind,
    pub name: String,
    pub standing: OrderStanding,
    pub price_e4: i64,
    pub accepted: Timestamp,
    pub decided: Option<Timestamp>,
}

/// A name that an account holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    pub account: usize,
    /// Of the row, once it was seen: a name that comes back has another.
    pub id: Option<i64>,
    pub since: Timestamp,
    /// The end of the term, and of what was paid for, as they began.
    base: Timestamp,
    paid_base: Timestamp,
    /// Months renewed by orders that succeeded.
    renewed: u32,
    /// Months of those that paid for terms which the registry had begun by itself: they moved no date.
    covered: u32,
    /// Months of which that cannot be told, since the registry began a term while the order was open.
    unclear: u32,
    /// When the last of them succeeded.
    renewed_at: Option<Timestamp>,
    expires_seen: Option<Timestamp>,
}

impl Held {
    /// Months by which the term reached beyond what was paid for, as the run began.
    fn ahead_at_first(&self) -> u32 {
        (0..=120).find(|months| later(self.paid_base, *months) >= self.base).unwrap_or(0)
    }
}

/// What clients were told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Granted {
    pub account: usize,
    pub kind: OrderKind,
    pub name: String,
    pub at: Timestamp,
}

#[derive(Default)]
pub struct Model {
    wishes: BTreeMap<String, (usize, Wish)>,
    asked: BTreeSet<(usize, String)>,
    pub orders: BTreeMap<i64, Seen>,
    pub open: BTreeSet<i64>,
    /// Process ids that a client was given, with the account.
    pub promised: BTreeMap<i64, usize>,
    pub granted: Vec<Granted>,
    pub held: BTreeMap<String, Held>,
    /// When the registry renewed a name by itself.
    autos: BTreeMap<String, Vec<Timestamp>>,
    /// When a name was last dropped or given away.
    gone: BTreeMap<String, Timestamp>,
    pub handles: BTreeMap<String, usize>,
    /// What each account has been given, less what it spent, in ten-thousandths.
    pub purse_e4: [i64; ACCOUNTS.len()],
    pub quotes: BTreeMap<(String, &'static str, bool), i64>,
    /// The end of the last order on a name, or that there is one.
    busy: BTreeMap<String, (i64, Timestamp)>,
    pub succeeded: u64,
    pub failed: u64,
}

/// Dates may be a day apart: 29 February has no fellow in most years, and each added year may lose it.
const TOLERANCE_SECONDS: i64 = 86_400;

fn near(a: Timestamp, b: Timestamp) -> bool {
    a.seconds_since(b).abs() <= TOLERANCE_SECONDS
}

fn later(from: Timestamp, months: u32) -> Timestamp {
    let mut at = from;
    let mut left = months;
    while left > 0 {
        let some = left.min(u32::from(Months::MAX));
        at = u16::try_from(some).ok().and_then(Months::new).map_or(at, |m| at.plus_months(m));
        left -= some;
    }
    at
}

impl Model {
    pub fn note_wish(&mut self, account: usize, wish: &Wish) {
        if !wish.name.is_empty() {
            self.asked.insert((account, wish.name.clone()));
        }
        self.wishes.insert(wish.client_id.clone(), (account, wish.clone()));
    }

    /// Whether an account ever named this in a wish of its own.
    pub fn has_asked(&self, account: usize, name: &str) -> bool {
        self.asked.contains(&(account, name.to_owned()))
    }

    /// The account's name that is the next to expire after `from`.
    pub fn next_to_expire(&self, account: usize, from: Timestamp) -> Option<(String, Timestamp)> {
        let own = self.held.iter().filter(|(_, held)| held.account == account);
        let due = own.filter_map(|(name, held)| Some((name.clone(), held.expires_seen?))).filter(|(_, expires)| *expires > from);
        due.min_by_key(|(name, expires)| (*expires, name.clone()))
    }

    /// Whose word this is, if it is anybody's.
    pub fn owner_of(&self, word: &str) -> Option<usize> {
        let by_mail = ACCOUNTS.iter().position(|login| word.ends_with(&format!("@{login}-mail.example")));
        by_mail.or_else(|| self.handles.get(word).copied()).or_else(|| self.held.get(&word.to_lowercase()).map(|held| held.account))
    }

    /// Something that the registry did by itself: `registry: NAME what`.
    pub fn happened(&mut self, at: Timestamp, name: &str, what: &str) {
        if what.starts_with("auto-renewed") {
            self.autos.entry(name.to_owned()).or_default().push(at);
        } else if what.starts_with("deleted and free again") || what.starts_with("transferred to") {
            self.gone.insert(name.to_owned(), at);
        }
    }

    fn was_auto_renewed(&self, name: &str, from: Timestamp) -> u32 {
        self.was_auto_renewed_between(name, from, Timestamp::from_micros(i64::MAX))
    }

    fn was_auto_renewed_between(&self, name: &str, from: Timestamp, until: Timestamp) -> u32 {
        let count = self.autos.get(name).map_or(0, |times| times.iter().filter(|at| (from..=until).contains(*at)).count());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Whether the registry moved a name by itself while an order on it was open: then nobody can tell the two apart.
    pub fn may_be_unclear(&self, order: &Seen) -> bool {
        self.was_auto_renewed(&order.name, order.accepted) > 0 || self.gone.get(&order.name).is_some_and(|at| *at >= order.accepted)
    }

    /// A name that is there from the beginning.
    pub fn begin_with(&mut self, account: usize, view: &DomainView) {
        let held = Held {
            account,
            id: Some(view.id),
            since: view.created,
            base: view.expires,
            paid_base: view.paid_until,
            renewed: 0,
            covered: 0,
            unclear: 0,
            renewed_at: None,
            expires_seen: Some(view.expires),
        };
        self.held.insert(view.name.as_str().to_owned(), held);
    }

    /// An order as it is listed now. Every end is an end; what it cost and changed is what its wish meant.
    pub fn order(&mut self, zones: &ZoneSet, account: usize, view: &OrderView, faults: &mut Vec<String>) {
        let whose = ACCOUNTS[account];
        if let Some(known) = self.orders.get(&view.id) {
            if known.account != account {
                faults.push(format!("order {} is listed for {whose} and for {}", view.id, ACCOUNTS[known.account]));
            }
            if known.standing != OrderStanding::Pending {
                if (known.standing, known.price_e4, known.decided) != (view.standing, view.price.amount_e4, view.decided) {
                    faults.push(format!("order {} was {known:?} and is now {view:?}", view.id));
                }
                return;
            }
            if known.price_e4 != view.price.amount_e4 {
                faults.push(format!("order {} was held at {} and is now {}", view.id, known.price_e4, view.price));
            }
        }
        let seen = Seen {
            account,
            kind: view.kind,
            name: view.object.clone(),
            standing: view.standing,
            price_e4: view.price.amount_e4,
            accepted: view.accepted,
            decided: view.decided,
        };
        let fresh = self.orders.insert(view.id, seen.clone()).is_none();
        if fresh && view.price.amount_e4 > 0 {
            self.alone(view.id, &seen, faults);
        }
        let wish = self.wishes.get(&view.client_id).cloned();
        match &wish {
            Some((asker, _)) if *asker != account => {
                faults.push(format!("order {} of {whose} bears an id that {} chose", view.id, ACCOUNTS[*asker]));
            }
            None => faults.push(format!("order {} of {whose} comes from nobody: client id `{}`", view.id, view.client_id)),
            Some(_) => {}
        }
        if view.standing == OrderStanding::Pending {
            self.open.insert(view.id);
            return;
        }
        self.open.remove(&view.id);
        if let Some(decided) = view.decided.filter(|_| view.price.amount_e4 > 0) {
            // What was free was done at once, beside whatever was on its way.
            self.busy.insert(view.object.clone(), (view.id, decided));
        }
        if view.decided.is_none() {
            faults.push(format!("order {} is decided, at no time", view.id));
        }
        if view.standing == OrderStanding::Failed {
            self.failed += 1;
            return;
        }
        self.succeeded += 1;
        self.purse_e4[account] -= view.price.amount_e4;
        if let Some((_, wish)) = wish {
            self.price(zones, &wish, view, faults);
            self.effect(account, &wish, view, faults);
        }
    }

    /// No two orders on one name at once.
    fn alone(&mut self, id: i64, seen: &Seen, faults: &mut Vec<String>) {
        if seen.kind == OrderKind::ContactCreate {
            return;
        }
        let others = self.open.iter().filter_map(|open| Some((open, self.orders.get(open)?)));
        if let Some((other, _)) = others.into_iter().find(|(other, order)| **other != id && order.name == seen.name) {
            faults.push(format!("orders {other} and {id} are both open on {}", seen.name));
        }
        if let Some((other, end)) = self.busy.get(&seen.name).filter(|(_, end)| *end > seen.accepted) {
            faults.push(format!("order {id} on {} was accepted {}, order {other} ended {end}", seen.name, seen.accepted));
        }
    }

    /// The price is what was quoted, and within the limit.
    fn price(&self, zones: &ZoneSet, wish: &Wish, view: &OrderView, faults: &mut Vec<String>) {
        let paid = view.price.amount_e4;
        let expected = match self.expected(zones, wish, view) {
            Some(expected) if !wish.spoiled => expected,
            _ => return,
        };
        let free = paid == 0 && view.kind == OrderKind::DomainRenew && matches!(wish.meant, Meant::RenewUntil { .. });
        if !expected.contains(&paid) && !free {
            faults.push(format!("order {} cost {paid}, quoted was {expected:?}: {:?}", view.id, wish));
        }
        if view.channel == Channel::Dmapi && wish.limit_e4.is_some_and(|limit| paid > limit) {
            faults.push(format!("order {} cost {paid}, more than its limit: {:?}", view.id, wish));
        }
    }

    /// Prices that this wish may have, from the quotes of the beginning and the zones' lists.
    fn expected(&self, zones: &ZoneSet, wish: &Wish, view: &OrderView) -> Option<Vec<i64>> {
        let zone = zone_of(&wish.name);
        let yearly = |operation| self.quotes.get(&(zone.to_owned(), operation, is_premium(&wish.name))).copied();
        let item = |item| {
            let price = zones.get(zone)?.list_price(item, Months::new(12), view.accepted)?;
            Some(price.amount_e4)
        };
        let shield = |shield| match shield {
            Shield::None | Shield::Keep => Some(0),
            Shield::Basic => item(Item::PrivacyBasic),
            Shield::Pro => item(Item::PrivacyPro),
        };
        // A name may have come with the trustee, which is paid for with every term.
        let with_trustee = |prices: Vec<i64>, years: i64| match item(Item::Trustee) {
            Some(trustee) => prices.iter().flat_map(|price| [*price, price + trustee * years]).collect(),
            None => prices,
        };
        let fact = |key: &str| view.result.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        Some(match &wish.meant {
            Meant::Register { months, shield: wanted, trustee } => {
                let trustee = if *trustee { item(Item::Trustee)? } else { 0 };
                vec![(yearly("register")? + shield(*wanted)? + trustee) * i64::from(*months) / 12]
            }
            Meant::Renew { months, shield: wanted } => {
                let years = i64::from(*months) / 12;
                let plain = yearly("renew")? * years;
                let with_shield: Vec<i64> = match wanted {
                    Shield::Keep => [Shield::None, Shield::Basic, Shield::Pro]
                        .into_iter()
                        .filter_map(|may| Some(plain + shield(may)? * years))
                        .collect(),
                    other => vec![plain + shield(*other)? * years],
                };
                with_trustee(with_shield, years)
            }
            Meant::RenewUntil { .. } => {
                let months: i64 = fact("months")?.parse().ok()?;
                with_trustee(vec![yearly("renew")? * months / 12], months / 12)
            }
            Meant::Privacy { shield: wanted } => {
                let until = Timestamp::parse_rfc3339(fact("privacy-until")?)?;
                let years = (1..=10_i64).find(|years| {
                    u16::try_from(*years).ok().and_then(Months::from_years).is_some_and(|m| view.accepted.plus_months(m) >= until)
                });
                vec![shield(*wanted)? * years.unwrap_or(10)]
            }
            Meant::Contact => vec![0],
            Meant::Nothing => return None,
        })
    }

    /// What an order that succeeded changed.
    fn effect(&mut self, account: usize, wish: &Wish, view: &OrderView, faults: &mut Vec<String>) {
        let fact = |key: &str| view.result.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        let told_months: Option<u32> = fact("months").and_then(|m| m.parse().ok());
        let date = |key: &str| fact(key).and_then(Timestamp::parse_rfc3339);
        let name = view.object.clone();
        match view.kind {
            OrderKind::DomainRegister => {
                let asked = match &wish.meant {
                    Meant::Register { months, .. } if !wish.spoiled => Some(u32::from(*months)),
                    _ => None,
                };
                let (Some(months), Some(since)) = (asked.or(told_months), date("created")) else {
                    faults.push(format!("order {} registered {name} without saying since when", view.id));
                    return;
                };
                if let Some(held) = self.held.get(&name)
                    && self.gone.get(&name).is_none_or(|gone| *gone < held.since)
                {
                    faults.push(format!(
                        "order {} registered {name}, which {} has had since {}",
                        view.id, ACCOUNTS[held.account], held.since
                    ));
                }
                let base = later(since, months);
                let held = Held {
                    account,
                    id: None,
                    since,
                    base,
                    paid_base: base,
                    renewed: 0,
                    covered: 0,
                    unclear: 0,
                    renewed_at: None,
                    expires_seen: None,
                };
                self.held.insert(name, held);
            }
            OrderKind::DomainRenew if view.price.amount_e4 > 0 => {
                let asked = match &wish.meant {
                    Meant::Renew { months, .. } if !wish.spoiled => Some(u32::from(*months)),
                    _ => None,
                };
                let Some(months) = asked.or(told_months) else {
                    faults.push(format!("order {} renewed {name} by nobody knows how much", view.id));
                    return;
                };
                let since = self.held.get(&name).map_or(view.accepted, |held| held.since);
                let begun_before = self.was_auto_renewed_between(&name, since, view.accepted);
                let begun_meanwhile = self.was_auto_renewed_between(&name, since, view.decided.unwrap_or(view.accepted)) - begun_before;
                let Some(held) = self.held.get_mut(&name).filter(|held| held.account == account) else {
                    faults.push(format!("order {} renewed {name}, which {} does not have", view.id, ACCOUNTS[account]));
                    return;
                };
                let interval_seconds = match (view.channel, zone_of(&name)) {
                    (_, "or.kr") => 5 * 86_400,
                    (Channel::Dmapi, _) => 6 * 3_600,
                    _ => 0,
                };
                if let Some(before) = held.renewed_at.filter(|before| view.accepted.seconds_since(*before) < interval_seconds) {
                    faults.push(format!("order {} renewed {name} at {}, too soon after {before}", view.id, view.accepted));
                }
                if let Meant::RenewUntil { year } = wish.meant
                    && !wish.spoiled
                    && date("expires").is_some_and(|expires| expires.year() > year)
                {
                    faults.push(format!("order {} renewed {name} beyond {year}", view.id));
                }
                let ahead = (held.ahead_at_first() + 12 * begun_before).saturating_sub(held.covered);
                held.covered += months.min(ahead);
                held.unclear += months.saturating_sub(ahead).min(12 * begun_meanwhile);
                held.renewed += months;
                held.renewed_at = view.decided;
            }
            // Neither a name more nor a date another.
            _ => {}
        }
    }

    /// Holds in the accounts' present names against what they must be. `settled`: nothing is under way, so that dates are exact.
    pub fn names(&mut self, listed: &[(usize, DomainView)], settled: bool, faults: &mut Vec<String>) {
        let mut met = BTreeSet::new();
        for (account, view) in listed {
            let name = view.name.as_str();
            if !met.insert(name.to_owned()) {
                faults.push(format!("{name} stands in two accounts"));
            }
            let autos = self.held.get(name).map_or(0, |held| self.was_auto_renewed(name, held.since));
            let Some(held) = self.held.get_mut(name) else {
                faults.push(format!("{} has {name}, which no order registered", ACCOUNTS[*account]));
                continue;
            };
            if held.account != *account {
                faults.push(format!("{} has {name} of {}", ACCOUNTS[*account], ACCOUNTS[held.account]));
                continue;
            }
            if held.id.is_some_and(|id| id != view.id) {
                faults.push(format!("{name} has become another row: {held:?} {}", view.id));
            }
            held.id = Some(view.id);
            if held.expires_seen.is_some_and(|seen| view.expires < seen) {
                faults.push(format!("{name} expired {:?} and now {}", held.expires_seen, view.expires));
            }
            held.expires_seen = Some(view.expires);
            let least = if settled { autos } else { 0 };
            // A renewal that pays for a term the registry had begun by itself moves no date.
            let moved = (0..=held.unclear).map(|unclear| held.renewed - held.covered - unclear);
            let dates = |autos: u32| moved.clone().map(move |months| (months, autos));
            if !(least..=autos).flat_map(dates).any(|(months, autos)| near(view.expires, later(held.base, months + 12 * autos))) {
                faults.push(format!("{name} expires {}, but {held:?} and {autos} renewals by the registry", view.expires));
            }
            let paid_until = later(held.paid_base, held.renewed);
            if settled && !near(view.paid_until, paid_until) {
                faults.push(format!("{name} is paid until {}, but by its orders until {paid_until}: {held:?}", view.paid_until));
            }
        }
        let missing: Vec<String> = self.held.keys().filter(|name| !met.contains(*name)).cloned().collect();
        for name in missing {
            let held = &self.held[&name];
            if self.gone.get(&name).is_some_and(|gone| *gone >= held.since) {
                self.held.remove(&name);
            } else {
                faults.push(format!("{name} of {} is lost: {held:?}", ACCOUNTS[held.account]));
            }
        }
    }

    /// Holds the account's money against what was given and spent.
    pub fn money(&self, account: usize, balance_e4: i64, held_e4: i64, faults: &mut Vec<String>) {
        let expected_held: i64 =
            self.open.iter().filter_map(|id| self.orders.get(id)).filter(|o| o.account == account).map(|o| o.price_e4).sum();
        if balance_e4 != self.purse_e4[account] || held_e4 != expected_held {
            faults.push(format!(
                "{} has {balance_e4} and {held_e4} held, but by its orders {} and {expected_held}",
                ACCOUNTS[account], self.purse_e4[account]
            ));
        }
    }

    /// What clients were told must be so.
    pub fn promises(&mut self, faults: &mut Vec<String>) {
        for (id, account) in std::mem::take(&mut self.promised) {
            if self.orders.get(&id).is_none_or(|order| order.account != account) {
                faults.push(format!("{} was promised order {id}, and there is none", ACCOUNTS[account]));
            }
        }
        for told in std::mem::take(&mut self.granted) {
            let fits = |order: &Seen| {
                order.account == told.account
                    && order.kind == told.kind
                    && order.name == told.name
                    && order.standing == OrderStanding::Succeeded
                    && order.decided == Some(told.at)
            };
            if !self.orders.values().rev().any(fits) {
                faults.push(format!("no order bears out what was told: {told:?}"));
            }
        }
    }
}
