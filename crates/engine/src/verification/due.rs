//! What falls due while an address is not proven: reminders, the suspension at the end of the time to the second, and its lifting.
//!
//! Reached by the agenda only.

use super::ask::About;
use super::{is_suspended, row, step, told};
use crate::agenda::{VERIFICATION, is_leaving, never};
use crate::context::Cx;
use crate::domain::suspend;
use crate::error::broken;
use crate::{Error, audit};
use model::Timestamp;
use model::verification::{AddressEvent, AddressState, HoldReason};
use store::agenda::{self, Item};
use store::domains::Domain;
use store::{Tx, contacts, orders, verifications};

/// Days before the end at which a registrant who has not answered is written to again.
const REMINDER_DAYS: [i64; 3] = [10, 5, 1];
/// A name under another order is looked at again after so long.
const BUSY_SECONDS: i64 = 60;
/// A name that another registrar asks for cannot be changed at its registry.
const IN_TRANSFER_SECONDS: i64 = 6 * 3_600;
/// What the registry did not do is tried again after so long.
const AGAIN_SECONDS: i64 = 3_600;

/// The next reminder that lies ahead, or the end.
pub(super) fn next_stage(due_at: Timestamp, now: Timestamp) -> Timestamp {
    REMINDER_DAYS.iter().map(|days| due_at.plus_days(-days)).find(|at| *at > now).unwrap_or(due_at)
}

/// How a name stands when something is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Standing {
    address: AddressState,
    suspended: bool,
    /// Deleted, or on its way back.
    leaving: bool,
    in_transfer: bool,
    busy: bool,
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    /// The address is proven and the name goes on.
    End,
    Wait(Timestamp),
    /// Only an answer changes anything.
    Sleep,
    Remind(Timestamp),
    /// Suspended at the registry; looked at again if nothing came of it.
    Suspend(Timestamp),
    Lift(Timestamp),
}

/// Pure: every rule about the time to prove an address is here or in the zone's data.
fn decide(due_at: Timestamp, standing: Standing, now: Timestamp) -> Act {
    let s = standing;
    let verified = s.address.is_verified();
    let at_registry = |act: Act| match () {
        () if s.leaving => Act::Wait(now.plus_days(1)),
        () if s.busy => Act::Wait(now.plus_seconds(BUSY_SECONDS)),
        () if s.in_transfer => Act::Wait(now.plus_seconds(IN_TRANSFER_SECONDS)),
        () => act,
    };
    match (verified, s.suspended) {
        (true, false) => Act::End,
        (true, true) => at_registry(Act::Lift(now.plus_seconds(AGAIN_SECONDS))),
        (false, true) => Act::Sleep,
        (false, false) if now >= due_at => at_registry(Act::Suspend(now.plus_seconds(AGAIN_SECONDS))),
        (false, false) => {
            let stage = REMINDER_DAYS.iter().any(|days| due_at.plus_days(-days) <= now);
            let next = next_stage(due_at, now);
            // Whoever said no is not asked again by itself.
            if stage && s.address != AddressState::Invalid { Act::Remind(next) } else { Act::Wait(next) }
        }
    }
}

/// Does what is due for a name whose registrant's address is to be proven.
pub(crate) fn run(tx: &mut Tx<'_>, cx: &Cx<'_>, item: &Item, domain: &Domain) -> Result<String, Error> {
    let term = verifications::term_of(tx, domain.id)?;
    let suspended = is_suspended(domain)?;
    if term.is_none() && !suspended {
        agenda::remove(tx, domain.id, VERIFICATION)?;
        return Ok(String::new());
    }
    let owner = contacts::by_id(tx, domain.registrant_id)?.ok_or_else(|| broken(format!("{} has no registrant", domain.name)))?;
    let mut v = row(tx, cx, domain.account_id, &owner.email)?;
    let standing = Standing {
        // The proof came while the suspension was on its way to the registry: no time runs, and nothing keeps the name suspended.
        address: if term.is_some() { v.state } else { AddressState::Verified },
        suspended,
        leaving: is_leaving(domain),
        in_transfer: domain.statuses.split_whitespace().any(|s| s == "pendingTransfer"),
        busy: orders::holder(tx, &domain.name)?.is_some(),
    };
    let put = |tx: &mut Tx<'_>, at| agenda::set(tx, domain.id, VERIFICATION, item.account_id, at, 0, "");
    let due_at = term.map_or(cx.now, |term| term.due_at);
    match decide(due_at, standing, cx.now) {
        Act::End => {
            verifications::end_term(tx, domain.id)?;
            agenda::remove(tx, domain.id, VERIFICATION)?;
            Ok(String::new())
        }
        Act::Wait(at) => {
            put(tx, at)?;
            Ok(String::new())
        }
        Act::Sleep => {
            put(tx, never())?;
            Ok(String::new())
        }
        Act::Remind(next) => {
            put(tx, next)?;
            let about = About { domain: Some(&domain.name), until: Some(due_at), reminds: true };
            super::ask::of_owner(tx, cx, &mut v, &owner, &about)?;
            Ok(format!("waits for its owner's address until {}: reminder to {}", due_at.date(), owner.email))
        }
        Act::Suspend(again) => {
            put(tx, again)?;
            if v.state != AddressState::Invalid {
                step(tx, cx, &mut v, AddressEvent::TimedOut, "TIMEOUT")?;
                told(tx, cx, &v, "invalid")?;
                let detail = format!("no answer in the time of {}", domain.name);
                audit::append(tx, cx, audit::Change { verb: "address-timeout", object: &v.address, order_id: None, detail: &detail })?;
            }
            suspend::open(tx, cx, domain, HoldReason::Verification, true)?;
            Ok(format!("is suspended: {} was not verified", owner.email))
        }
        Act::Lift(again) => {
            put(tx, again)?;
            suspend::open(tx, cx, domain, HoldReason::Verification, false)?;
            Ok(format!("is suspended no more: {} is verified", owner.email))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    const WAITING: Standing =
        Standing { address: AddressState::Pending, suspended: false, leaving: false, in_transfer: false, busy: false };

    #[test]
    fn the_end_is_met_to_the_second() {
        let due = "2027-03-16T10:00:00Z";
        let verified = Standing { address: AddressState::Verified, ..WAITING };
        let suspended = Standing { address: AddressState::Invalid, suspended: true, ..WAITING };
        let cases = [
            (WAITING, "2027-03-01T10:00:00Z", Act::Wait(at("2027-03-06T10:00:00Z"))),
            (WAITING, "2027-03-06T10:00:00Z", Act::Remind(at("2027-03-11T10:00:00Z"))),
            (WAITING, "2027-03-11T10:00:00Z", Act::Remind(at("2027-03-15T10:00:00Z"))),
            (WAITING, "2027-03-15T10:00:00Z", Act::Remind(at(due))),
            (WAITING, due, Act::Suspend(at("2027-03-16T11:00:00Z"))),
            (Standing { address: AddressState::Invalid, ..WAITING }, "2027-03-11T10:00:00Z", Act::Wait(at("2027-03-15T10:00:00Z"))),
            (Standing { address: AddressState::Invalid, ..WAITING }, due, Act::Suspend(at("2027-03-16T11:00:00Z"))),
            (Standing { busy: true, ..WAITING }, due, Act::Wait(at("2027-03-16T10:01:00Z"))),
            (Standing { in_transfer: true, ..WAITING }, due, Act::Wait(at("2027-03-16T16:00:00Z"))),
            (Standing { leaving: true, ..WAITING }, due, Act::Wait(at("2027-03-17T10:00:00Z"))),
            (verified, due, Act::End),
            (suspended, "2027-04-16T10:00:00Z", Act::Sleep),
            (Standing { suspended: true, ..verified }, "2027-04-16T10:00:00Z", Act::Lift(at("2027-04-16T11:00:00Z"))),
            (Standing { suspended: true, busy: true, ..verified }, "2027-04-16T10:00:00Z", Act::Wait(at("2027-04-16T10:01:00Z"))),
        ];
        for (standing, now, act) in cases {
            assert_eq!(decide(at(due), standing, at(now)), act, "{standing:?} {now}");
        }
        assert!(matches!(decide(at(due), WAITING, at("2027-03-16T09:59:59Z")), Act::Remind(_)), "a second before it is not suspended");
    }

    #[test]
    fn stages_lie_ahead() {
        let due = at("2027-03-16T10:00:00Z");
        assert_eq!(next_stage(due, at("2027-03-01T10:00:00Z")), at("2027-03-06T10:00:00Z"));
        assert_eq!(next_stage(due, at("2027-03-15T10:00:00Z")), due);
        assert_eq!(next_stage(due, at("2027-05-15T10:00:00Z")), due);
    }
}
