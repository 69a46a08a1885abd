//! The lock that follows a change of owner: until when it lasts, set and lifted by the agenda.
//!
//! Until when is kept as a property of the domain; the reason for a lock beside it says that it is in force at the registry.

use crate::Error;
use crate::context::Cx;
use crate::domain::modify::{self, Modification};
use crate::domain::zone_of;
use crate::error::broken;
use model::lock::{LockReason, Locks};
use model::order::OrderKind;
use model::owner_change::{Mode, lock_until};
use model::policy::{After, Lock};
use model::{DomainName, Money, Refusal, Timestamp};
use store::Tx;
use store::agenda::{self, Item};
use store::domains::{self, Domain};
use store::owner_changes::OwnerChange;

/// What the agenda calls it.
pub(crate) const OWNER_LOCK: &str = "owner-lock";
/// The property that holds its end, in microseconds.
const UNTIL: &str = "owner-lock-until";
/// An order that did not set or lift it is followed by another after so long.
const AGAIN_SECONDS: i64 = 6 * 3_600;

/// Until when the lock of a domain lasts, in force or about to be.
pub(crate) fn until(tx: &mut Tx<'_>, domain_id: i64) -> Result<Option<Timestamp>, Error> {
    let Some(text) = domains::property(tx, domain_id, UNTIL)? else { return Ok(None) };
    let micros = text.parse().map_err(|_| store::Fault::corrupt("the end of a lock"))?;
    Ok(Some(Timestamp::from_micros(micros)))
}

/// The lock is off: nothing is left of it.
pub(crate) fn forget(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Error> {
    Ok(domains::set_property(tx, domain_id, UNTIL, None)?)
}

/// Starts the lock of all names that a change was about; says until when the last of them is locked.
pub(super) fn begin(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange) -> Result<Option<Timestamp>, Error> {
    if let Some(domain_id) = change.domain_id {
        let Some(domain) = domains::by_id(tx, domain_id)? else { return Ok(None) };
        let running = until(tx, domain_id)?;
        let zone = zone_of(cx, &domain)?;
        let Some(rule) = zone.lock_after(After::OwnerChange, cx.now) else { return Ok(running) };
        let end = lock_until(change.mode, change.declines_lock, running, cx.now, rule.span);
        domains::set_property(tx, domain_id, UNTIL, end.map(|end| end.micros().to_string()).as_deref())?;
        crate::agenda::refresh(tx, cx, domain_id)?;
        return Ok(end);
    }
    let contact = change.contact_id.ok_or_else(|| broken("an owner change of nothing"))?;
    let mut last = None;
    for (zone, rule) in rules_of(tx, cx, contact)? {
        if change.declines_lock && rule.opt_out {
            continue;
        }
        let end = rule.span.after(cx.now);
        domains::set_property_of_registrant(tx, contact, &zone, UNTIL, &end.micros().to_string(), change.mode == Mode::Foa)?;
        agenda::set_of_registrant(tx, contact, &zone, OWNER_LOCK, cx.now)?;
        last = last.max(Some(end));
    }
    Ok(last)
}

/// The zones of a contact's own names, with their rule for this lock.
fn rules_of(tx: &mut Tx<'_>, cx: &Cx<'_>, contact: i64) -> Result<Vec<(String, Lock)>, Error> {
    let mut rules = Vec::new();
    for used in domains::zones_of_contact(tx, contact)?.into_iter().filter(|used| used.registrant) {
        let zone = cx.zones().get(&used.zone).ok_or_else(|| broken("a zone without policy"))?;
        rules.extend(zone.lock_after(After::OwnerChange, cx.now).map(|rule| (used.zone, rule.clone())));
    }
    Ok(rules)
}

/// Whether every lock that a change of this contact brings may be declined; false where none would come.
pub(super) fn all_names_may_decline(tx: &mut Tx<'_>, cx: &Cx<'_>, contact: i64) -> Result<bool, Error> {
    let rules = rules_of(tx, cx, contact)?;
    Ok(!rules.is_empty() && rules.iter().all(|(_, rule)| rule.opt_out))
}

/// ICANN Transfer Policy II.B: the owner of a name in dispute stays who it is.
pub(super) fn check_names_of(tx: &mut Tx<'_>, contact: i64) -> Result<(), Error> {
    match domains::locked_name_of_registrant(tx, contact, LockReason::Dispute.word())? {
        Some(name) => Err(Refusal::StatusForbids { status: format!("{name} is in a dispute") }.into()),
        None => Ok(()),
    }
}

/// How long names would be locked after a change, in whole days; 0 where they would not be.
pub(super) fn days(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange) -> Result<i64, Error> {
    let seconds = match change.contact_id {
        Some(contact) => rules_of(tx, cx, contact)?.iter().map(|(_, rule)| rule.span.seconds()).max(),
        None => {
            let domain = change.domain_id.map(|id| domains::by_id(tx, id)).transpose()?.flatten();
            let zone = domain.map(|domain| zone_of(cx, &domain)).transpose()?;
            zone.and_then(|zone| zone.lock_after(After::OwnerChange, cx.now).map(|rule| rule.span.seconds()))
        }
    };
    Ok(seconds.unwrap_or(0) / 86_400)
}

/// When the lock of a domain is to be looked at; `pending` is when that was to be so far. None where there is no lock.
pub(crate) fn next(tx: &mut Tx<'_>, domain: &Domain, pending: Option<Timestamp>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let Some(end) = until(tx, domain.id)? else { return Ok(None) };
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    Ok(Some(if locks.holds(LockReason::OwnerChange) && end > now { end } else { pending.filter(|due| *due > now).unwrap_or(now) }))
}

/// The name can be changed at its registry again: a lock that had to wait for that is set or lifted now.
pub(crate) fn changeable_again(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    if until(tx, domain.id)?.is_some_and(|end| (cx.now < end) != locks.holds(LockReason::OwnerChange)) {
        agenda::wake(tx, domain.id, OWNER_LOCK, cx.now)?;
    }
    Ok(())
}

/// Sets the lock, or lifts it when its time is over. The registry is told where no other reason locks the name.
pub(crate) fn run(tx: &mut Tx<'_>, cx: &Cx<'_>, item: &Item, domain: &Domain) -> Result<String, Error> {
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    let holds = locks.holds(LockReason::OwnerChange);
    let put = |tx: &mut Tx<'_>, at: Timestamp| agenda::set(tx, domain.id, OWNER_LOCK, item.account_id, at, 0, "");
    let Some(end) = until(tx, domain.id)? else {
        agenda::remove(tx, domain.id, OWNER_LOCK)?;
        return Ok(String::new());
    };
    let on = cx.now < end;
    if on == holds {
        if on {
            put(tx, end)?;
        } else {
            forget(tx, domain.id)?;
            agenda::remove(tx, domain.id, OWNER_LOCK)?;
        }
        return Ok(String::new());
    }
    // It may take more than one try; what succeeds sets the next instant itself.
    put(tx, cx.now.plus_seconds(AGAIN_SECONDS))?;
    if modify::forbidding(&domain.statuses, None).is_some() {
        return Ok(String::new());
    }
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    let wish = modify::Wish {
        kind: if on { OrderKind::DomainLock } else { OrderKind::DomainUnlock },
        of_owner: false,
        name: &name,
        fingerprint: format!("owner-lock {name} {on}"),
        change: Modification { owner_lock: Some(on), ..Modification::of(domain) },
        price: Money::zero(cx.actor.currency),
        client_id: "",
    };
    modify::accept_change(tx, cx, domain, wish)?;
    Ok(format!("{} after a change of owner", if on { "locked" } else { "unlocked" }))
}
