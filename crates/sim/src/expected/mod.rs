//! What must be true: the accounts' orders, names, money, transfers and mails in plain maps, kept from what clients were told, what other
//! parties did, and what happened at the registry.

mod ends;
mod hosts;
mod money;
mod names;
mod owners;
mod prices;
mod proofs;
mod rest;
mod shares;
mod tags;
mod time;
mod told;
mod transfers;

pub use names::{Around, Held, Moved};
pub use owners::Person;
pub use transfers::Transferring;

use crate::house::ACCOUNTS;
use crate::wish::{Meant, Wish};
use engine::order::{OrderStanding, OrderView};
use model::order::OrderKind;
use model::pattern::Pattern;
use model::policy::ZoneSet;
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
    /// Nobody asked for it.
    pub by_itself: bool,
    pub client_id: String,
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
    /// Names that the registry holds, with their sponsor, as last looked at.
    pub registry: BTreeMap<String, String>,
    /// The hosts that names of ours have there, at rest.
    pub delegated_there: BTreeMap<String, BTreeSet<String>>,
    /// Those of them that are locked there.
    pub locked_there: BTreeSet<String>,
    /// When the registry renewed a name by itself.
    autos: BTreeMap<String, Vec<Timestamp>>,
    /// When a name was last dropped or given away.
    gone: BTreeMap<String, Timestamp>,
    /// The last deletion of a name by an order: when, and whether nobody asked for it.
    deleted: BTreeMap<String, (Timestamp, bool)>,
    /// Names that an order or a wish has moved since all was last at rest.
    touched: BTreeSet<String>,
    pub handles: BTreeMap<String, usize>,
    /// Whose data another account may see, since names were given on with them: (owner, viewer).
    kin: BTreeSet<(usize, usize)>,
    /// What each account has been given, less what it spent, in ten-thousandths.
    pub purse_e4: [i64; ACCOUNTS.len()],
    pub quotes: BTreeMap<(String, &'static str, bool), i64>,
    money: money::Money,
    told: told::Told,
    owners: owners::Owners,
    proofs: proofs::Proofs,
    shares: shares::Shares,
    /// Names that were handed over, to their registry or by a tag.
    handed: BTreeMap<String, tags::Handed>,
    tags: tags::Tags,
    hosts: hosts::Hosts,
    pub time: time::Time,
    pub transfers: BTreeMap<i64, Transferring>,
    /// Transfers that a holder or staff agreed to or refused: what they may not do any more.
    pub agreed: BTreeSet<i64>,
    pub refused: BTreeSet<i64>,
    /// When the code of a name that is held here was set.
    code_set: BTreeMap<String, Timestamp>,
    /// Accounts that said yes to a transfer of a name, or may have: by a wish or by its transfer mode.
    approvals: BTreeSet<(usize, String)>,
    /// Locks of staff that are on their way.
    staff_orders: BTreeMap<i64, (String, String, bool)>,
    /// Names of ours that another registrar has asked for at the registry.
    pub asked_outside: BTreeSet<String>,
    /// Codes by which names can be asked for.
    pub codes: BTreeMap<String, String>,
    /// Locks that staff set: they are theirs to lift.
    pub staff_locks: BTreeMap<String, BTreeSet<String>>,
    /// The end of the last order on a name, or that there is one.
    busy: BTreeMap<String, (i64, Timestamp)>,
    /// What ended before is known no more.
    forgotten: Option<Timestamp>,
    pub succeeded: u64,
    pub failed: u64,
    pub by_kind: BTreeMap<&'static str, u64>,
}

/// Dates may be a day apart: 29 February has no fellow in most years, and each added year may lose it. The registry's own date wins where both
/// mean the same term (decision 0021).
const TOLERANCE_SECONDS: i64 = 3 * 86_400;

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

fn fact<'a>(view: &'a OrderView, key: &str) -> Option<&'a str> {
    view.result.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
}

impl Model {
    pub fn note_wish(&mut self, account: usize, wish: &Wish, now: Timestamp) {
        self.note_sharing(account, wish, now);
        if !wish.name.is_empty() {
            self.asked.insert((account, wish.name.clone()));
        }
        let by_mode = wish.params.iter().any(|(_, value)| value == "AUTOAPPROVE");
        if by_mode || wish.meant == (Meant::Answer { approve: true }) {
            self.approvals.insert((account, wish.name.clone()));
        }
        self.wishes.insert(wish.client_id.clone(), (account, wish.clone()));
    }

    pub fn staff_order(&mut self, id: i64, name: &str, reason: &str, locked: bool) {
        self.staff_orders.insert(id, (name.to_owned(), reason.to_owned(), locked));
    }

    /// Whether somebody did anything to a name since all was last at rest, by its own name or by a pattern.
    fn is_touched(&self, name: &str) -> bool {
        let reaches = |wish: &String| wish.contains('*') && Pattern::parse(wish).is_some_and(|pattern| pattern.matches(name));
        self.touched.contains(name) || self.touched.iter().any(reaches)
    }

    /// Whether an account ever named this in a wish of its own, or had it.
    pub fn has_asked(&self, account: usize, name: &str) -> bool {
        self.asked.contains(&(account, name.to_owned()))
    }

    /// Whose word this is, if it is anybody's.
    pub fn owner_of(&self, word: &str) -> Option<usize> {
        let by_mail = ACCOUNTS.iter().position(|login| word.ends_with(&format!("@{login}-mail.example")));
        by_mail.or_else(|| self.handles.get(word).copied()).or_else(|| self.held.get(&word.to_lowercase()).map(|held| held.account))
    }

    pub fn is_handle(&self, word: &str) -> bool {
        self.handles.contains_key(word)
    }

    /// Whether a name went from the one to the other with its contacts.
    pub fn may_know(&self, owner: usize, viewer: usize) -> bool {
        self.kin.contains(&(owner, viewer))
    }

    /// The account's name that is the next to expire after `from`.
    pub fn next_to_expire(&self, account: usize, from: Timestamp) -> Option<(String, Timestamp)> {
        let own = self.held.iter().filter(|(_, held)| held.account == account);
        let due = own.filter_map(|(name, held)| Some((name.clone(), held.expires_seen?))).filter(|(_, expires)| *expires > from);
        due.min_by_key(|(name, expires)| (*expires, name.clone()))
    }

    /// The account's names in a state that its last look showed.
    pub fn names_of(&self, account: usize, wanted: impl Fn(&Held) -> bool) -> Vec<String> {
        self.held.iter().filter(|(_, held)| held.account == account && wanted(held)).map(|(name, _)| name.clone()).collect()
    }

    /// Names of this account that somebody has asked for.
    pub fn leaving(&self, account: usize) -> Vec<String> {
        self.transfers.values().filter(|t| t.is_open && t.loser == Some(account)).map(|t| t.name.clone()).collect()
    }

    /// Something that the registry did by itself: `registry: NAME what`.
    pub fn happened(&mut self, at: Timestamp, name: &str, what: &str) {
        if what.starts_with("auto-renewed") {
            self.autos.entry(name.to_owned()).or_default().push(at);
        } else if what.starts_with("deleted and free again") || what.starts_with("transferred to") || what.starts_with("expired and was") {
            self.gone.insert(name.to_owned(), at);
            self.tag_ended(name, at);
        }
    }

    fn was_auto_renewed(&self, name: &str, from: Timestamp) -> bool {
        self.autos.get(name).is_some_and(|times| times.iter().any(|at| *at >= from))
    }

    /// Whether the registry moved a name by itself while an order on it was open: then nobody can tell the two apart.
    pub fn may_be_unclear(&self, order: &Seen) -> bool {
        self.was_auto_renewed(&order.name, order.accepted) || self.gone.get(&order.name).is_some_and(|at| *at >= order.accepted)
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
        let by_itself = view.client_id.is_empty() && view.channel == Channel::System;
        let seen = Seen {
            account,
            kind: view.kind,
            name: view.object.clone(),
            standing: view.standing,
            price_e4: view.price.amount_e4,
            accepted: view.accepted,
            decided: view.decided,
            by_itself,
            client_id: view.client_id.clone(),
        };
        let fresh = self.orders.insert(view.id, seen.clone()).is_none();
        if fresh {
            self.note_stranger(view.id, &seen);
        }
        if fresh && view.price.amount_e4 > 0 {
            self.alone(view.id, &seen, faults);
        }
        if !by_itself || !matches!(view.kind, OrderKind::DomainRenew | OrderKind::DomainSuspend) {
            self.touched.insert(view.object.clone());
        }
        let wish = self.wishes.get(&view.client_id).cloned();
        match &wish {
            Some((asker, _)) if *asker != account => {
                faults.push(format!("order {} of {whose} bears an id that {} chose", view.id, ACCOUNTS[*asker]));
            }
            // An answer to another registrar bears no id; staff's own acts are nobody's wish.
            None if !by_itself && view.kind != OrderKind::TransferAnswer && view.channel != Channel::Staff => {
                faults.push(format!("order {} of {whose} comes from nobody: client id `{}`", view.id, view.client_id));
            }
            _ => {}
        }
        if view.standing == OrderStanding::Pending {
            self.open.insert(view.id);
            return;
        }
        self.open.remove(&view.id);
        if let Some(decided) = view.decided.filter(|_| view.price.amount_e4 > 0 && view.kind != OrderKind::DomainOwnerChange) {
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
        *self.by_kind.entry(view.kind.word()).or_default() += 1;
        self.purse_e4[account] -= view.price.amount_e4;
        let wish = wish.map(|(_, wish)| wish);
        self.price(zones, wish.as_ref(), view, faults);
        self.effect(zones, account, wish.as_ref(), view, faults);
    }

    /// No two orders on one name at once; a change of owner that waits for its owners is in nobody's way.
    fn alone(&mut self, id: i64, seen: &Seen, faults: &mut Vec<String>) {
        let aside = |kind| matches!(kind, OrderKind::ContactCreate | OrderKind::DomainOwnerChange);
        if aside(seen.kind) {
            return;
        }
        let others = self.open.iter().filter_map(|open| Some((open, self.orders.get(open)?)));
        let alike = |other: i64, order: &Seen| other != id && order.name == seen.name && order.price_e4 > 0 && !aside(order.kind);
        if let Some((other, _)) = others.into_iter().find(|(other, order)| alike(**other, order)) {
            faults.push(format!("orders {other} and {id} are both open on {}", seen.name));
        }
        if let Some((other, end)) = self.busy.get(&seen.name).filter(|(_, end)| *end > seen.accepted) {
            faults.push(format!("order {id} on {} was accepted {}, order {other} ended {end}", seen.name, seen.accepted));
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

    /// Forgets what no check asks for any more, so that long runs stay small.
    pub fn forget(&mut self, now: Timestamp) {
        let before = now.plus_days(-900);
        self.orders.retain(|_, order| order.decided.is_none_or(|at| at >= before));
        self.transfers.retain(|_, t| t.is_open || t.requested >= before);
        self.forgotten = Some(before);
        self.forget_owners(before);
        self.forget_proofs(before);
        self.forget_shares(before);
        if self.wishes.len() > 20_000 {
            // Those that orders still bear lie within the last of them.
            let keep = self.wishes.len() - 10_000;
            let old: Vec<String> = self.wishes.keys().take(keep).cloned().collect();
            if self.open.is_empty() {
                old.iter().for_each(|id| drop(self.wishes.remove(id)));
            }
        }
    }

    /// Whether a wish for this can still be what an order did.
    fn meant(wish: Option<&Wish>) -> Option<&Meant> {
        wish.filter(|wish| !wish.spoiled).map(|wish| &wish.meant)
    }
}
