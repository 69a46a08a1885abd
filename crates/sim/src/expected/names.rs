//! Names: who holds which, what its term was paid to, and why it may be gone.

use super::owners::{Owned, Person};
use super::{Model, fact, later, near};
use crate::house::ACCOUNTS;
use crate::wish::{Meant, Wish, is_premium, zone_of};
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
    ahead_at_first: bool,
    /// It was renewed for less than a year: the registry's term, which is longer, is paid for bit by bit.
    by_the_month: bool,
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

/// CentralNic, transfer lock default: an unlocked name that has not left is locked again after so many days.
const RELOCK_DAYS: i64 = 30;

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
/// A renewal that nobody asked for is charged no earlier than so long before what was paid for ends: a day, where expiry is the end, and a
/// little for the clock between the renewal date and the order's end.
const EARLY_SECONDS: i64 = 3 * 86_400;

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
            }
            OrderKind::DomainTransfer => {
                let (Some(expires), Some(decided)) = (date("expires"), view.decided) else {
                    faults.push(format!("order {} brought {name} without saying until when", view.id));
                    return;
                };
                self.codes.remove(&name);
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
                if let Some(decided) = view.decided {
                    self.handed.insert(name, (decided, view.channel == Channel::System));
                }
            }
            OrderKind::ContactModify => self.contact_changed(account, view.decided.unwrap_or(view.accepted)),
            OrderKind::DomainOwnerChange => {
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

    /// A name at rest: its dates, locks and sponsor are exact.
    fn rested(&mut self, held: &mut Held, view: &DomainView, leaving: bool, around: &Around<'_>, faults: &mut Vec<String>) {
        let name = view.name.as_str();
        if !near(view.paid_until, held.paid_until) {
            faults.push(format!("{name} is paid until {}, but by its orders until {}: {held:?}", view.paid_until, held.paid_until));
        }
        held.paid_until = view.paid_until;
        if !leaving {
            let ahead = [0_u32, 12].into_iter().find(|months| near(view.expires, later(view.paid_until, *months)));
            let begun = view.paid_until.seconds_since(around.now) <= 86_400;
            // Charged a day before the registry renews by itself.
            let to_come = near(view.paid_until, later(view.expires, 12)) && view.expires.seconds_since(around.now) <= EARLY_SECONDS;
            match ahead {
                None if to_come => {}
                // Paid for bit by bit, or for a year from the middle of the registry's own: its year ends within twelve months of ours, either side.
                _ if held.by_the_month
                    && later(view.expires, 12).plus_days(3) >= view.paid_until
                    && view.expires <= later(view.paid_until, 12).plus_days(3) => {}
                Some(0) => held.ahead_at_first = false,
                // The registry has begun a term that nobody has paid for yet.
                Some(_) if begun || held.ahead_at_first => {}
                _ if held.ahead_at_first || self.told.could_not_delete(held.account, name) => {}
                _ => faults.push(format!("{name} expires {} and is paid until {}: {held:?}", view.expires, view.paid_until)),
            }
        }
        if self.registry.get(name).is_none_or(|sponsor| sponsor != sandbox::REGISTRAR) {
            faults.push(format!("{name} of {} is sponsored by {:?}", ACCOUNTS[held.account], self.registry.get(name)));
        }
        let staff: BTreeSet<String> = view.locks.iter().filter(|r| *r != LockReason::User).map(|r| r.word().to_owned()).collect();
        let expected = self.staff_locks.get(name).cloned().unwrap_or_default();
        // Changes of owner and verification lock by themselves.
        let own: BTreeSet<String> = ["owner-change", "verification"].map(str::to_owned).into();
        if staff.difference(&own).ne(expected.difference(&own)) {
            faults.push(format!("{name} is locked for {staff:?}, and staff locked it for {expected:?}"));
        }
        let user = view.locks.holds(LockReason::User);
        if held.user_lock.is_some_and(|locked| locked != user) {
            faults.push(format!("{name}: the holder's lock is {user}, and {:?} was wished for", held.user_lock));
        }
        held.user_lock = Some(user);
        if let Some((from, at)) = held.relocked.take().filter(|_| user) {
            faults.push(format!("{name} was unlocked at {from} and locked again at {at}"));
        }
        if let Some(due) = held.unlocked_at.filter(|_| !user).map(|at| at.plus_days(RELOCK_DAYS)) {
            // Where nothing was in its way.
            let free =
                !leaving && !self.is_touched(name) && !view.statuses.iter().any(|s| s.starts_with("pending") || s.contains("Update"));
            if free && self.time.was_quiet(due) && self.time.rested.is_some_and(|rested| rested < due) {
                faults.push(format!("{name} was to be locked again at {due}"));
            }
        }
        self.on_time(held, name, around, faults);
        let renews = view.renews;
        held.at_rest = Some(AtRest { paid_until: view.paid_until, renewal_date: view.renewal_date, renews, leaving });
    }

    /// The gaining account asked, and the losing one agreed or was silent; or the losing one gave it, or who stands above it. Since it was last seen
    /// it may have gone through another account.
    fn may_move(&self, last: usize, to: usize, name: &str, moved: &Moved) -> bool {
        let silent = moved.ended.seconds_since(moved.requested) >= 5 * 86_400;
        let by_word = |from: usize| {
            let agreed = self.approvals.contains(&(from, name.to_owned()));
            self.asked.contains(&(to, name.to_owned())) && !self.refused.contains(&moved.transfer) && (silent || agreed)
        };
        let given = |from: usize, to: usize| self.shares.gifts.contains(&(name.to_owned(), from, to));
        let asked =
            |from: usize, to: usize| self.approvals.contains(&(from, name.to_owned())) && self.asked.contains(&(to, name.to_owned()));
        let through = |middle: usize| (given(last, middle) || asked(last, middle)) && middle == moved.from;
        let came_there = moved.from == last || (0..ACCOUNTS.len()).any(through);
        came_there && (by_word(moved.from) || given(moved.from, to))
    }

    /// A name goes from one account here to another, with its contacts' data.
    fn given(&mut self, from: usize, to: usize, name: &str) {
        let seen: Vec<usize> = (0..ACCOUNTS.len()).filter(|owner| self.kin.contains(&(*owner, from))).collect();
        self.kin.extend(seen.into_iter().chain([from]).map(|owner| (owner, to)));
        self.proofs_go_along(from, to);
        self.touched.insert(name.to_owned());
        self.codes.remove(name);
        *self.by_kind.entry("names between accounts").or_default() += 1;
    }

    /// Why a name may not be here any more.
    fn why_gone(&self, name: &str, held: &Held) -> Option<&'static str> {
        if self.handed.get(name).is_some_and(|(at, _)| *at >= held.since) {
            return Some("handed over");
        }
        if self.registry.get(name).is_some_and(|sponsor| sponsor != sandbox::REGISTRAR) {
            return Some("elsewhere");
        }
        if let Some((at, by_itself)) = self.deleted.get(name)
            && *at >= held.since
        {
            return Some(if *by_itself { "let go" } else { "deleted" });
        }
        self.gone.get(name).is_some_and(|gone| *gone >= held.since).then_some("dropped")
    }

    /// A name went: somebody wished it, or its term ended and could not be paid for, and its account was told.
    fn lost(&mut self, name: &str, held: &Held, why: &'static str, faults: &mut Vec<String>) {
        let rest = held.at_rest.as_ref();
        let touched = self.is_touched(name);
        match why {
            "let go" | "dropped" => {
                let wished = rest.is_none_or(|rest| !rest.renews || rest.leaving) || touched;
                let unpaid = self.told.could_not_renew(held.account, name);
                let unseen = self.time.was_blind_near(held.paid_until);
                if !(wished || unpaid || unseen || is_premium(name)) {
                    faults.push(format!("{name} was {why}, though it was to be renewed and could be paid for: {held:?}"));
                }
            }
            "elsewhere" => self.may_leave(name, held, faults),
            // By itself it is handed over only where it was not to be renewed; or somebody wished it, whose order says so.
            "handed over" => {
                let by_itself = self.handed.get(name).is_some_and(|(_, by_itself)| *by_itself);
                if by_itself && rest.is_some_and(|rest| rest.renews && !rest.leaving) && !touched {
                    faults.push(format!("{name} was handed over by itself, though it was to be renewed: {held:?}"));
                }
                if self.registry.get(name).is_some_and(|sponsor| sponsor == sandbox::REGISTRAR) {
                    faults.push(format!("{name} was handed over, and is still ours at the registry: {held:?}"));
                }
            }
            _ => {}
        }
        *self.by_kind.entry(why).or_default() += 1;
        if !self.told.heard_of_the_end(held.account, name, held.since) {
            faults.push(format!("{name} was {why}, and no event told {} of it: {held:?}", ACCOUNTS[held.account]));
        }
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
