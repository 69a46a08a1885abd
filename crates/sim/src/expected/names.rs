//! Names: who holds which, what its term was paid to, and why it may be gone.

use super::owners::{Owned, Person};
use super::rest::{EARLY_SECONDS, RELOCK_DAYS};
use super::{Model, fact, later, near};
use crate::house::ACCOUNTS;
use crate::wish::{Meant, Wish, zone_of};
use engine::domain::DomainView;
use engine::order::OrderView;
use model::lock::LockReason;
use model::order::OrderKind;
use model::policy::ZoneSet;
use model::{Channel, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A name that an account holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    pub account: usize,
    /// Of the row, once it was seen: a name that comes back has another.
    pub id: Option<i64>,
    pub since: Timestamp,
    /// The end of what its orders have paid for.
    pub paid_until: Timestamp,
    /// The registry's term may reach so far beyond that, as the run began.
    pub(super) ahead_at_first: bool,
    /// It was renewed for less than a year: the registry's term, which is longer, is paid for bit by bit.
    pub(super) by_the_month: bool,
    /// When the last renewal that was asked for succeeded.
    renewed_at: Option<Timestamp>,
    pub expires_seen: Option<Timestamp>,
    /// The holder's own lock as the last order about it left it.
    pub user_lock: Option<bool>,
    /// When the holder lifted it, where that is known: after so many days it comes again.
    pub unlocked_at: Option<Timestamp>,
    /// It was locked by itself sooner than that, as it seems: unlocked when, and locked when.
    pub relocked: Option<(Timestamp, Timestamp)>,
    pub at_rest: Option<AtRest>,
    /// Deleted, and to be restored.
    pub in_redemption: bool,
    /// Its hosts by its orders; none where nobody can tell before it is looked at.
    pub hosts: Option<BTreeSet<String>>,
    pub owned: Option<Owned>,
    /// Until when its last change of owner keeps it here.
    pub owner_lock: Option<Timestamp>,
    /// Nobody can tell what was said of that lock: what is shown then is believed.
    pub lock_is_open: bool,
    /// When its owner's time to prove the address may have begun.
    pub begins: Vec<Timestamp>,
    /// It has had another owner or account in this run: its owner owes a proof.
    pub owes: bool,
    /// The end of that time as it was last seen, and explained; at first as the run began.
    pub due_explained: Option<Timestamp>,
    /// Suspended for want of a proof, as last seen.
    pub suspended: bool,
}

/// A name as it stood when all was last at rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AtRest {
    pub paid_until: Timestamp,
    pub renewal_date: Timestamp,
    pub renews: bool,
    pub leaving: bool,
}

/// A transfer between two accounts here, as the account that got the name is shown it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    pub transfer: i64,
    pub from: usize,
    pub requested: Timestamp,
    pub ended: Timestamp,
}

/// What else was seen with the names.
pub struct Around<'a> {
    pub now: Timestamp,
    pub zones: &'a ZoneSet,
    /// Nothing is under way.
    pub settled: bool,
    /// Transfers that brought names from another account here.
    pub moved: &'a BTreeMap<String, Moved>,
    /// The accounts' contacts by their CentralNic handles.
    pub people: &'a BTreeMap<String, Person>,
}

const LEAVING: [&str; 3] = ["pendingDelete", "redemptionPeriod", "pendingRestore"];
impl Model {
    /// A name that is there from the beginning.
    pub fn begin_with(&mut self, account: usize, view: &DomainView, due_explained: Option<Timestamp>) {
        let ahead_at_first = !near(view.expires, view.paid_until);
        let owner_lock = view.owner_lock_until;
        let held =
            Held { id: Some(view.id), ahead_at_first, owner_lock, due_explained, ..Held::new(account, view.created, view.paid_until) };
        let staff: BTreeSet<String> = view.locks.iter().filter(|r| *r != LockReason::User).map(|r| r.word().to_owned()).collect();
        if !staff.is_empty() {
            self.staff_locks.insert(view.name.as_str().to_owned(), staff);
        }
        self.asked.insert((account, view.name.as_str().to_owned()));
        self.held.insert(view.name.as_str().to_owned(), held);
    }

    /// What an order that succeeded changed.
    pub(super) fn effect(&mut self, zones: &ZoneSet, account: usize, wish: Option<&Wish>, view: &OrderView, faults: &mut Vec<String>) {
        let date = |key: &str| fact(view, key).and_then(Timestamp::parse_rfc3339);
        let told_months: Option<u32> = fact(view, "months").and_then(|m| m.parse().ok());
        let name = view.object.clone();
        if let Some((name, reason, locked)) = self.staff_orders.remove(&view.id) {
            let locks = self.staff_locks.entry(name).or_default();
            if locked {
                locks.insert(reason)
            } else {
                locks.remove(&reason)
            };
            return;
        }
        match view.kind {
            // No other order of this kind says what it answered.
            OrderKind::TransferAnswer if view.message.contains("denied") => {
                let denied = self.transfers.iter().filter(|(_, t)| t.name == name && t.loser == Some(account)).map(|(id, _)| *id).max();
                self.refused.extend(denied);
            }
            OrderKind::DomainRegister => {
                let asked = match Self::meant(wish) {
                    Some(Meant::Register { months, .. }) => Some(u32::from(*months)),
                    _ => None,
                };
                let (Some(months), Some(since)) = (asked.or(told_months), date("created")) else {
                    faults.push(format!("order {} registered {name} without saying since when", view.id));
                    return;
                };
                let fresh = Held { begins: vec![since], owes: true, ..Held::new(account, since, later(since, months)) };
                self.arrives(account, &name, view, fresh, faults);
                self.delegation(wish, view);
            }
            OrderKind::DomainTransfer => {
                let (Some(expires), Some(decided)) = (date("expires"), view.decided) else {
                    faults.push(format!("order {} brought {name} without saying until when", view.id));
                    return;
                };
                self.codes.remove(&name);
                self.came_by_tag(zones, view, faults);
                let come = Held { begins: vec![decided], owes: true, ..Held::new(account, decided, expires) };
                self.arrives(account, &name, view, come, faults);
            }
            OrderKind::DomainRenew if view.price.amount_e4 > 0 => self.renewed(zones, account, wish, view, told_months, faults),
            OrderKind::DomainRestore => {
                let Some(expires) = date("expires") else {
                    faults.push(format!("order {} restored {name} without saying until when", view.id));
                    return;
                };
                let zone = zones.get(zone_of(&name));
                let Some(held) = self.held.get_mut(&name) else {
                    faults.push(format!("order {} restored {name}, which {} does not have", view.id, ACCOUNTS[account]));
                    return;
                };
                self.deleted.remove(&name);
                self.gone.remove(&name);
                let over = held.paid_until <= view.accepted || held.expires_seen.is_some_and(|expires| expires <= view.accepted);
                if over && zone.is_some_and(|zone| zone.restore.renews) {
                    // A deletion gave up what the registry then took back; what it showed while the name was gone is the least.
                    if expires < held.expires_seen.map_or(held.paid_until, |shown| shown.min(held.paid_until)) {
                        faults.push(format!("{name} was restored with a renewal and its term is shorter: {expires}, {held:?}"));
                    }
                    held.paid_until = expires;
                } else {
                    // A deletion gave up what the registry then took back.
                    held.paid_until = held.paid_until.min(expires);
                }
                held.expires_seen = None;
            }
            OrderKind::DomainDelete => {
                // What was set to end at its term is no deletion yet.
                let at_once = fact(view, "deleted").is_some();
                if let Some(decided) = view.decided.filter(|_| at_once) {
                    self.deleted.insert(name, (decided, view.channel == Channel::System));
                }
            }
            OrderKind::DomainPush => {
                self.handed_over(wish, view, faults);
            }
            OrderKind::HostCreate | OrderKind::HostModify | OrderKind::HostDelete => self.host_order(account, wish, view, faults),
            OrderKind::ContactModify => self.contact_changed(account, view.decided.unwrap_or(view.accepted)),
            OrderKind::DomainOwnerChange => {
                self.delegation(wish, view);
                if let Some(held) = self.held.get_mut(&name) {
                    held.begins.extend(view.decided);
                    held.owes = true;
                }
            }
            OrderKind::DomainLock | OrderKind::DomainUnlock | OrderKind::DomainModify => match Self::meant(wish) {
                Some(Meant::Lock { locked }) => {
                    if let Some(held) = self.held.get_mut(&name) {
                        held.relocked = None;
                        if *locked || view.channel == Channel::Dmapi {
                            held.unlocked_at = None;
                        } else if held.user_lock == Some(true) {
                            held.unlocked_at = view.decided;
                        }
                        held.user_lock = Some(*locked);
                    }
                }
                _ if view.kind == OrderKind::DomainLock && view.channel == Channel::System => {
                    if let Some(held) = self.held.get_mut(&name) {
                        let early = held.unlocked_at.zip(view.decided).filter(|(from, at)| *at < from.plus_days(RELOCK_DAYS));
                        // One that comes with another account is that account's wish, one after a change of owner is no lock of the holder's.
                        held.relocked = early.filter(|_| held.account == account);
                        if held.relocked.is_none() {
                            held.unlocked_at = None;
                        }
                        held.user_lock = None;
                    }
                }
                // Any other change of a name may have said something about its lock.
                _ if view.kind == OrderKind::DomainModify => {
                    self.delegation(wish, view);
                    if let Some(held) = self.held.get_mut(&name) {
                        held.user_lock = None;
                        held.unlocked_at = None;
                        held.relocked = None;
                        held.begins.extend(view.decided);
                        if let Some(Meant::Code(code)) = Self::meant(wish) {
                            self.code_set.insert(name.clone(), view.decided.unwrap_or(view.accepted));
                            self.codes.insert(name, code.clone());
                        }
                    }
                }
                _ => {}
            },
            OrderKind::AuthCode => match Self::meant(wish) {
                Some(Meant::Code(code)) => {
                    self.code_set.insert(name.clone(), view.decided.unwrap_or(view.accepted));
                    self.codes.insert(name, code.clone());
                }
                _ => {
                    self.codes.remove(&name);
                }
            },
            _ => {}
        }
    }

    fn arrives(&mut self, account: usize, name: &str, view: &OrderView, held: Held, faults: &mut Vec<String>) {
        if let Some(before) = self.held.get(name)
            && self.why_gone(name, before).is_none()
        {
            let (who, since) = (ACCOUNTS[before.account], before.since);
            faults.push(format!("order {} brought {name}, which {who} has had since {since}", view.id));
        }
        self.staff_locks.remove(name);
        if let Some(before) = self.held.get(name).map(|before| before.account) {
            self.sharing_ends(name, before, held.since);
        }
        self.asked.insert((account, name.to_owned()));
        self.hosts_go_along(name, None);
        self.held.insert(name.to_owned(), held);
    }

    fn renewed(
        &mut self,
        zones: &ZoneSet,
        account: usize,
        wish: Option<&Wish>,
        view: &OrderView,
        told: Option<u32>,
        faults: &mut Vec<String>,
    ) {
        let name = view.object.clone();
        let by_itself = view.channel == Channel::System && view.client_id.is_empty();
        let asked = match Self::meant(wish) {
            Some(Meant::Renew { months, .. }) => Some(u32::from(*months)),
            _ if by_itself => self.months_by_itself(zones, view),
            _ => None,
        };
        let Some(months) = asked.or(told) else {
            faults.push(format!("order {} renewed {name} by nobody knows how much", view.id));
            return;
        };
        let Some(held) = self.held.get_mut(&name) else {
            faults.push(format!("order {} renewed {name}, which {} does not have", view.id, ACCOUNTS[account]));
            return;
        };
        let decided = view.decided.unwrap_or(view.accepted);
        held.by_the_month |= months < 12;
        if by_itself {
            // One charge for one term, when it is over and not before.
            if held.paid_until.seconds_since(view.accepted) > EARLY_SECONDS {
                faults.push(format!("order {} renewed {name} by itself at {}, which was paid until {}", view.id, decided, held.paid_until));
            }
        } else {
            let interval_seconds = match (view.channel, zone_of(&name)) {
                (_, "or.kr") => 5 * 86_400,
                (Channel::Dmapi, _) => 6 * 3_600,
                _ => 0,
            };
            if let Some(before) = held.renewed_at.filter(|before| view.accepted.seconds_since(*before) < interval_seconds) {
                faults.push(format!("order {} renewed {name} at {}, too soon after {before}", view.id, view.accepted));
            }
            held.renewed_at = view.decided;
        }
        let told_expiry = fact(view, "expires").and_then(Timestamp::parse_rfc3339);
        if let Some(Meant::RenewUntil { year }) = Self::meant(wish)
            && told_expiry.is_some_and(|expires| expires.year() > *year)
        {
            faults.push(format!("order {} renewed {name} beyond {year}", view.id));
        }
        held.paid_until = later(held.paid_until, months);
    }

    /// Holds the accounts' present names against what they must be.
    pub fn names(&mut self, listed: &[(usize, DomainView)], around: &Around<'_>, faults: &mut Vec<String>) {
        let mut met = BTreeSet::new();
        for (account, view) in listed {
            let name = view.name.as_str();
            if !met.insert(name.to_owned()) {
                faults.push(format!("{name} stands in two accounts"));
            }
            self.name(*account, view, around, faults);
        }
        self.judge_strangers(faults);
        let missing: Vec<String> = self.held.keys().filter(|name| !met.contains(*name)).cloned().collect();
        for name in missing {
            let held = self.held[&name].clone();
            match self.why_gone(&name, &held) {
                Some(why) => {
                    if around.settled || why != "elsewhere" {
                        self.lost(&name, &held, why, faults);
                    }
                    self.held.remove(&name);
                    self.hosts_go_along(&name, None);
                    self.sharing_ends(&name, held.account, around.now);
                    self.codes.remove(&name);
                    self.staff_locks.remove(&name);
                }
                None => faults.push(format!("{name} of {} is lost: {held:?}", ACCOUNTS[held.account])),
            }
        }
    }

    fn name(&mut self, account: usize, view: &DomainView, around: &Around<'_>, faults: &mut Vec<String>) {
        let name = view.name.as_str();
        let Some(mut held) = self.held.get(name).cloned() else {
            faults.push(format!("{} has {name}, which no order brought", ACCOUNTS[account]));
            return;
        };
        let has_moved = held.account != account;
        if has_moved {
            match around.moved.get(name) {
                Some(moved) if self.may_move(held.account, account, name, moved) => {
                    self.given(held.account, account, name);
                    self.hosts_go_along(name, Some(account));
                    self.sharing_ends(name, held.account, moved.ended);
                    held.account = account;
                    held.user_lock = None;
                    held.unlocked_at = None;
                    held.relocked = None;
                    held.begins.push(moved.ended);
                    held.owes = true;
                }
                other => {
                    faults.push(format!("{} has {name} of {}: {other:?}", ACCOUNTS[account], ACCOUNTS[held.account]));
                    return;
                }
            }
        }
        if held.id.is_some_and(|id| id != view.id) {
            faults.push(format!("{name} has become another row: {held:?} {}", view.id));
        }
        held.id = Some(view.id);
        held.in_redemption = view.statuses.iter().any(|s| s == "redemptionPeriod");
        let leaving = view.statuses.iter().any(|s| LEAVING.contains(&s.as_str()));
        let was_deleted = self.deleted.contains_key(name) || leaving;
        // A deletion takes back what was in a grace period; nothing else makes a term shorter.
        if !was_deleted && held.expires_seen.is_some_and(|seen| view.expires < seen) {
            faults.push(format!("{name} expired {:?} and now {}", held.expires_seen, view.expires));
        }
        held.expires_seen = Some(view.expires);
        let owner_before = held.owned.clone();
        self.owned(&mut held, view, has_moved, around, faults);
        self.owed(&mut held, owner_before.as_ref(), view, leaving, around, faults);
        if around.settled {
            self.rested(&mut held, view, leaving, around, faults);
        }
        self.held.insert(name.to_owned(), held);
    }
}

impl Held {
    fn new(account: usize, since: Timestamp, paid_until: Timestamp) -> Held {
        Held {
            account,
            id: None,
            since,
            paid_until,
            ahead_at_first: false,
            by_the_month: false,
            renewed_at: None,
            expires_seen: None,
            user_lock: None,
            unlocked_at: None,
            relocked: None,
            at_rest: None,
            in_redemption: false,
            hosts: None,
            owned: None,
            owner_lock: None,
            lock_is_open: false,
            begins: Vec::new(),
            owes: false,
            due_explained: None,
            suspended: false,
        }
    }
}
