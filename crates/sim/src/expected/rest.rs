//! Names when nothing is under way: dates, locks and sponsor are exact, here and at the registry.

use super::names::{Around, AtRest, Held};
use super::{Model, later, near};
use crate::house::ACCOUNTS;
use crate::wish::zone_of;
use engine::domain::DomainView;
use model::lock::LockReason;
use std::collections::BTreeSet;

/// CentralNic, transfer lock default: an unlocked name that has not left is locked again after so many days.
pub(super) const RELOCK_DAYS: i64 = 30;
/// A renewal that nobody asked for is charged no earlier than so long before what was paid for ends: a day, where expiry is the end, and a
/// little for the clock between the renewal date and the order's end.
pub(super) const EARLY_SECONDS: i64 = 3 * 86_400;

impl Model {
    /// A name at rest: its dates, locks and sponsor are exact, here and at its registry.
    pub(super) fn rested(&mut self, held: &mut Held, view: &DomainView, leaving: bool, around: &Around<'_>, faults: &mut Vec<String>) {
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
        // Whatever locks it here keeps it there too, where its registry knows locks.
        let knows_locks = around.zones.get(zone_of(name)).is_some_and(|zone| zone.support.transfer_lock);
        let (wanted, found) = (!view.locks.is_empty() && knows_locks, self.locked_there.contains(name));
        if wanted != found {
            let reasons = view.locks.words();
            faults.push(format!("{name} is locked for `{reasons}`, and at the registry that is {found}: {:?} {held:?}", view.statuses));
        }
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
        self.delegated_rightly(held, view, faults);
        self.on_time(held, name, around, faults);
        let renews = view.renews;
        held.at_rest = Some(AtRest { paid_until: view.paid_until, renewal_date: view.renewal_date, renews, leaving });
    }
}
