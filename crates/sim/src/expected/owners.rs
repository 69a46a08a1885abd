//! Owners: a name gets another one with the words that its zone demands and not without, each change has one end, and the lock that follows lasts as
//! long as policy says.

use super::names::{Around, Held};
use super::{Model, OrderKind};
use crate::house::ACCOUNTS;
use crate::wish::{Meant, zone_of};
use engine::domain::DomainView;
use engine::order::OrderStanding;
use engine::owner_change::OwnerChangeView;
use model::contact::ContactData;
use model::lock::LockReason;
use model::owner_change::{Mode, OwnerChangeState, Side};
use model::policy::{Item, Kind, ZoneSet};
use model::{Months, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Whose word a change of owner takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Demand {
    /// Nobody's but the account's.
    Account,
    /// Both owners', or their designated agent's (ICANN Transfer Policy II).
    OwnersOrAgent,
    /// Both owners' own (CentralNic: .at confirms by mail to both).
    Owners,
}

/// A change as it was last seen.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Change {
    account: usize,
    object: String,
    of_contact: bool,
    state: OwnerChangeState,
    ended: Option<Timestamp>,
    gaining_email: String,
    requested: Timestamp,
}

#[derive(Default)]
pub(super) struct Owners {
    changes: BTreeMap<i64, Change>,
    /// What each side of a change has said, or may have.
    words: BTreeSet<(i64, Gives, bool)>,
    /// What the present owner said about the lock.
    declined: BTreeMap<i64, bool>,
    /// Changes of which nobody can tell what was said about the lock.
    unsure: BTreeSet<i64>,
}

/// [`Side`], in an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Gives {
    Losing,
    Gaining,
}

fn gives(side: Side) -> Gives {
    match side {
        Side::Losing => Gives::Losing,
        Side::Gaining => Gives::Gaining,
    }
}

/// ICANN Transfer Policy II.C.2.
const LOCK_DAYS: i64 = 60;
/// CentralNic: so many days have both owners to answer, so many where it is a trade.
const ANSWER_DAYS: [i64; 2] = [14, 10];

/// A contact as its account's list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// What makes somebody another owner (ICANN Transfer Policy II.A.1.1).
    pub who: [String; 4],
    pub email: String,
    /// Its address is proven.
    pub proven: bool,
}

impl Person {
    pub fn of(data: &ContactData, proven: bool) -> Person {
        let text = |part: &String| part.clone();
        Person {
            who: [text(&data.first_name), text(&data.middle_name), text(&data.last_name), text(&data.organization)],
            email: data.email.to_lowercase(),
            proven,
        }
    }

    fn is_same(&self, other: &Person) -> bool {
        self.who == other.who && self.email == other.email
    }
}

/// A name's owner when it was last looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owned {
    pub person: Person,
    pub handle: String,
    pub seen: Timestamp,
}

fn demand(zones: &ZoneSet, name: &str) -> Demand {
    match zone_of(name) {
        "at" => Demand::Owners,
        zone if zones.get(zone).is_some_and(|zone| zone.kind == Kind::Gtld) => Demand::OwnersOrAgent,
        _ => Demand::Account,
    }
}

impl Model {
    /// An owner has answered by a link, or may have. `declines`: what was said of the lock; unsure where the page failed.
    pub fn owner_said(&mut self, change: i64, side: Side, agree: bool, declines: Option<bool>, sure: bool) {
        self.owners.words.insert((change, gives(side), agree));
        match declines {
            Some(declines) if sure => drop(self.owners.declined.insert(change, declines)),
            // What the account sees then is believed.
            Some(_) => drop(self.owners.unsure.insert(change)),
            None => {}
        }
    }

    /// The changes of an account, newest first, after its orders were read.
    pub fn owner_changes(&mut self, account: usize, rows: &[OwnerChangeView], around: &Around<'_>, faults: &mut Vec<String>) {
        for view in rows.iter().rev() {
            if !self.orders.contains_key(&view.id) && self.forgotten.is_some_and(|before| view.ended.is_some_and(|at| at < before)) {
                continue;
            }
            let seen = Change {
                account,
                object: view.object.clone(),
                of_contact: view.of_contact,
                state: view.state,
                ended: view.ended,
                gaining_email: view.gaining_email.to_lowercase(),
                requested: view.requested,
            };
            if self.owners.changes.get(&view.id) == Some(&seen) && !(around.settled && view.state.is_open()) {
                continue;
            }
            if let Some(before) = self.owners.changes.get(&view.id)
                && !before.state.is_open()
            {
                faults.push(format!("the change of owner {} had ended: {before:?}, and is now {view:?}", view.id));
                continue;
            }
            self.was_consented_to(around.zones, view, faults);
            self.ends_with_its_order(around.zones, view, faults);
            if view.state.is_open() {
                self.waits_for_owners(view, around, faults);
            } else {
                self.change_ended(account, view, around, faults);
            }
            if !view.of_contact {
                self.touched.insert(view.object.clone());
            }
            self.owners.changes.insert(view.id, seen);
        }
        let mut open: BTreeMap<(usize, &str), i64> = BTreeMap::new();
        for (id, change) in self.owners.changes.iter().filter(|(_, c)| c.state.is_open() && c.account == account) {
            if let Some(other) = open.insert((change.account, &change.object), *id) {
                faults.push(format!("changes of owner {other} and {id} of {} are both open", change.object));
            }
        }
    }

    /// Nobody's word stands in for another's.
    fn was_consented_to(&self, zones: &ZoneSet, view: &OwnerChangeView, faults: &mut Vec<String>) {
        use OwnerChangeState as S;
        let demand = if view.of_contact { Demand::OwnersOrAgent } else { demand(zones, &view.object) };
        let said = |side, agree| self.owners.words.contains(&(view.id, gives(side), agree));
        let by_owners = match view.state {
            S::LosingApproved => said(Side::Losing, true),
            S::GainingApproved => said(Side::Gaining, true),
            S::CarryingOut | S::Succeeded => said(Side::Losing, true) && said(Side::Gaining, true),
            S::LosingDenied => said(Side::Losing, false),
            S::GainingDenied => said(Side::Gaining, false),
            S::Requested | S::Cancelled | S::Expired | S::Failed => return,
        };
        let by_agent = view.mode == Mode::Agent && demand == Demand::OwnersOrAgent && self.speaks_for_owners(view.id);
        if !(by_owners || by_agent || demand == Demand::Account) {
            faults.push(format!("a change of owner goes on, and not all who must have agreed: {view:?}"));
        }
        let refused = Side::ALL.into_iter().any(|side| said(side, false) && !said(side, true));
        if refused && matches!(view.state, S::CarryingOut | S::Succeeded) {
            faults.push(format!("a change of owner goes on that an owner refused: {view:?}"));
        }
    }

    /// Whether the account that asked said, by its interface or outright, that it speaks for both.
    fn speaks_for_owners(&self, id: i64) -> bool {
        let Some((_, wish)) = self.orders.get(&id).and_then(|order| self.wishes.get(&order.client_id)) else { return false };
        wish.spoiled || matches!(wish.meant, Meant::NewOwner { agent: true, .. })
    }

    /// A change that was carried out is an order that succeeded and was paid for, and the other way round.
    fn ends_with_its_order(&self, zones: &ZoneSet, view: &OwnerChangeView, faults: &mut Vec<String>) {
        let Some(order) = self.orders.get(&view.id) else {
            faults.push(format!("a change of owner without its order: {view:?}"));
            return;
        };
        let expected = match view.state {
            OwnerChangeState::Succeeded => OrderStanding::Succeeded,
            state if state.is_open() => OrderStanding::Pending,
            _ => OrderStanding::Failed,
        };
        if order.standing != expected {
            faults.push(format!("the order of a change of owner stands otherwise: {order:?} {view:?}"));
        }
        let zone = zones.get(zone_of(&view.object)).filter(|_| !view.of_contact);
        let price = zone.and_then(|zone| zone.list_price(Item::Trade, Months::new(12), order.accepted)).map_or(0, |price| price.amount_e4);
        if order.price_e4 != price {
            faults.push(format!("a change of owner costs {}, and a trade {price}: {view:?}", order.price_e4));
        }
    }

    /// At rest a change waits for an owner, and not beyond its time.
    fn waits_for_owners(&self, view: &OwnerChangeView, around: &Around<'_>, faults: &mut Vec<String>) {
        if around.settled && (!view.state.is_waiting() || view.expires < around.now) {
            faults.push(format!("a change of owner is {:?} at rest, due {}: {view:?}", view.state, view.expires));
        }
        if !ANSWER_DAYS.iter().any(|days| view.requested.plus_days(*days) == view.expires) {
            faults.push(format!("the owners may answer until {}: {view:?}", view.expires));
        }
    }

    fn change_ended(&mut self, account: usize, view: &OwnerChangeView, around: &Around<'_>, faults: &mut Vec<String>) {
        let Some(ended) = view.ended else {
            faults.push(format!("a change of owner ended at no time: {view:?}"));
            return;
        };
        if view.state == OwnerChangeState::Expired && ended != view.expires && self.time.was_quiet(view.expires) {
            faults.push(format!("a change of owner ended {ended}, due was {}", view.expires));
        }
        if view.state != OwnerChangeState::Succeeded {
            return;
        }
        *self.by_kind.entry("changes of owner").or_default() += 1;
        let meant = self.orders.get(&view.id).and_then(|order| self.wishes.get(&order.client_id)).map(|(_, wish)| wish.clone());
        let spoiled = meant.as_ref().is_some_and(|wish| wish.spoiled) || self.owners.unsure.contains(&view.id);
        let by_wish = matches!(meant.map(|wish| wish.meant), Some(Meant::NewOwner { declines: true, .. }));
        let declined = match view.mode {
            Mode::Agent => by_wish,
            Mode::Foa => self.owners.declined.get(&view.id).copied().unwrap_or(false),
        };
        let handle = &view.gaining.short_handle;
        for (name, held) in &mut self.held {
            let owns =
                if view.of_contact { held.owned.as_ref().is_some_and(|owned| owned.handle == *handle) } else { *name == view.object };
            if demand(around.zones, name) != Demand::OwnersOrAgent {
                continue;
            }
            // Which names the contact owned at that instant cannot be told here for sure.
            held.lock_is_open |= view.of_contact && held.account == account || owns && spoiled;
            if !owns {
                continue;
            }
            self.touched.insert(name.clone());
            if !held.begins.contains(&ended) {
                held.begins.push(ended);
            }
            let running = held.owner_lock.filter(|until| *until > ended);
            held.owner_lock = match (declined, view.mode, running) {
                (true, _, running) => running,
                (false, Mode::Foa, Some(running)) => Some(running),
                (false, _, _) => Some(ended.plus_days(LOCK_DAYS)),
            };
        }
    }

    /// The owner of a name, and the lock after its last change.
    pub(super) fn owned(&mut self, held: &mut Held, view: &DomainView, moved: bool, around: &Around<'_>, faults: &mut Vec<String>) {
        let name = view.name.as_str();
        let Some(person) = around.people.get(&view.registrant.short_handle) else {
            faults.push(format!("{name} is owned by {:?}, which is no contact of {}", view.registrant, ACCOUNTS[held.account]));
            return;
        };
        if let Some(before) = held.owned.as_ref().filter(|before| !before.person.is_same(person)) {
            let since = |c: &&Change| c.state == OwnerChangeState::Succeeded && c.ended.is_some_and(|at| at >= before.seen);
            let covers = |c: &&Change| c.object == name || (c.of_contact && c.gaining_email == person.email);
            let changed = self.owners.changes.values().filter(since).any(|c| covers(&c));
            // Where nobody is asked, a contact may become another person by itself.
            let by_contact = demand(around.zones, name) == Demand::Account
                && self.orders.values().any(|o| {
                    o.kind == OrderKind::ContactModify
                        && o.standing == OrderStanding::Succeeded
                        && o.decided.is_some_and(|at| at >= before.seen)
                });
            if !changed && !by_contact {
                faults.push(format!("{name} was owned by {before:?} and is now by {person:?}, moved {moved}, and nobody agreed to that"));
            }
        }
        let last =
            self.owners.changes.values().filter(|c| c.state == OwnerChangeState::Succeeded && c.object == name).max_by_key(|c| c.ended);
        if let Some(last) = last
            && held.owned.as_ref().is_some_and(|owned| last.ended.is_some_and(|at| at >= owned.seen))
            && !moved
            && last.gaining_email != person.email
            && !self.owners.changes.values().any(|c| c.of_contact && c.ended >= last.ended)
            && demand(around.zones, name) != Demand::Account
        {
            faults.push(format!("{name} is owned by {person:?} after {last:?}"));
        }
        held.owned = Some(Owned { person: person.clone(), handle: view.registrant.short_handle.clone(), seen: around.now });
        self.owner_lock(held, view, around, faults);
    }

    fn owner_lock(&mut self, held: &mut Held, view: &DomainView, around: &Around<'_>, faults: &mut Vec<String>) {
        let name = view.name.as_str();
        if !around.settled {
            return;
        }
        let expected = held.owner_lock.filter(|until| *until > around.now);
        let shown = view.owner_lock_until.filter(|until| *until > around.now);
        let cannot = view.statuses.iter().any(|s| s.ends_with("UpdateProhibited") || s.starts_with("pending") || s == "redemptionPeriod");
        if held.lock_is_open {
            // A name that cannot be changed now is locked when it can.
            held.lock_is_open = cannot;
        } else if expected != shown {
            faults.push(format!("{name} is locked after a change of owner until {shown:?}, and not until {expected:?}: {held:?}"));
        }
        let holds = view.locks.holds(LockReason::OwnerChange);
        if holds != shown.is_some() && !cannot {
            faults.push(format!("{name}: the lock after a change of owner is {holds}, and lasts until {shown:?}: {view:?}"));
        }
        if let (Some(until), Some(rested)) = (held.owner_lock, self.time.rested)
            && rested < until
            && self.time.was_quiet(until)
            && !self.is_touched(name)
            && !cannot
        {
            let lifted = |kind| self.orders.values().any(|o| o.by_itself && o.kind == kind && o.name == name && o.accepted == until);
            if !lifted(OrderKind::DomainUnlock) {
                faults.push(format!("{name}: the lock after a change of owner was to be lifted at {until}, and nothing happened then"));
            }
        }
        held.owner_lock = shown;
    }

    /// Whether a change of owner keeps a name here, for sure.
    pub(super) fn is_owner_locked(held: &Held, now: Timestamp) -> bool {
        held.owner_lock.is_some_and(|until| until > now)
    }

    /// Whether an order is a change of owner that waits for somebody.
    pub fn waits_for_an_owner(&self, id: i64) -> bool {
        self.owners.changes.get(&id).is_some_and(|change| change.state.is_waiting())
    }

    pub(super) fn forget_owners(&mut self, before: Timestamp) {
        self.owners.changes.retain(|_, change| change.ended.is_none_or(|at| at >= before));
        let known = &self.owners.changes;
        self.owners.words.retain(|(id, _, _)| known.contains_key(id));
        self.owners.declined.retain(|id, _| known.contains_key(id));
        self.owners.unsure.retain(|id| known.contains_key(id));
    }
}
