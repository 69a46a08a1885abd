//! Suspend: interrupts a name's resolution, for one reason, and lets it resolve again when no reason is left.
//!
//! Reached by the agenda only: before a deletion for lack of renewal (ICANN ERRP: for the last eight days; renewable until then), and while a
//! registrant's address is not proven in time. The second locks the name against transfer too.

use super::settled::{DONE, Outcome, told};
use super::zone_of;
use crate::context::Cx;
use crate::error::broken;
use crate::order::{self, Intent, NewOrder, OrderRef};
use crate::{Error, agenda, verification};
use model::lock::{LockReason, Locks};
use model::order::OrderKind;
use model::policy::Unverified;
use model::verification::HoldReason;
use model::{DomainName, Money};
use serde::{Deserialize, Serialize};
use store::domains::{self, Domain};
use store::orders::Order;
use store::{Tx, verifications};

/// The status under which a registry does not publish a name (RFC 5731).
pub(crate) const HOLD: &str = "clientHold";
/// The status that a lock is at registries.
pub(crate) const LOCKED: &str = "clientTransferProhibited";

/// The wish as it is kept until the registry has decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suspension {
    pub domain: i64,
    pub name: String,
    /// The word of a [`HoldReason`].
    pub reason: String,
    /// Interrupted, or resumed.
    pub on: bool,
}

/// What is to stand at the registry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wanted {
    pub hold: bool,
    /// Whether the name is locked; none where that does not change, or where the zone knows no lock.
    pub locked: Option<bool>,
}

/// Opens the order that interrupts resolution or resumes it.
pub(crate) fn open(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, reason: HoldReason, on: bool) -> Result<OrderRef, Error> {
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    let wish = Suspension { domain: domain.id, name: domain.name.clone(), reason: reason.word().to_owned(), on };
    let new = NewOrder {
        kind: OrderKind::DomainSuspend,
        name: &name,
        registry: &domain.registry,
        fingerprint: format!("suspend {} {} {on}", domain.name, reason.word()),
        price: Money::zero(cx.actor.currency),
        client_id: "",
        intent: Intent::Suspend(wish),
    };
    order::open(tx, cx, new)
}

/// A name before and after a wish.
struct Change {
    reason: HoldReason,
    /// The reasons that are noted; before the wish a hold of the holder's own is not among them.
    noted: Vec<HoldReason>,
    /// The hold stood before without any reason: it is the holder's own.
    own: bool,
    /// Whether the reason interrupts resolution here, rather than only locking.
    interrupts: bool,
    locks: Locks,
    hold: bool,
}

impl Change {
    fn of(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, wish: &Suspension) -> Result<Change, Error> {
        let reason = HoldReason::from_word(&wish.reason).ok_or_else(|| broken("an unknown reason for a hold"))?;
        let zone = zone_of(cx, domain)?;
        let noted = verifications::holds(tx, domain.id)?;
        let own = noted.is_empty() && domain.statuses.split_whitespace().any(|s| s == HOLD);
        let interrupts = reason != HoldReason::Verification || zone.verification.then == Unverified::Hold;
        let others = noted.iter().any(|r| *r != reason);
        let mut locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
        if reason == HoldReason::Verification {
            locks = if wish.on { locks.with(LockReason::Verification) } else { locks.without(LockReason::Verification) };
        }
        Ok(Change { reason, noted, own, interrupts, locks, hold: others || own || (wish.on && interrupts) })
    }
}

/// What the registry is to be brought to by a wish.
pub(crate) fn wanted(tx: &mut Tx<'_>, cx: &Cx<'_>, wish: &Suspension) -> Result<Option<Wanted>, Error> {
    let Some(domain) = domains::by_id(tx, wish.domain)? else { return Ok(None) };
    let change = Change::of(tx, cx, &domain, wish)?;
    let locks = change.reason == HoldReason::Verification && zone_of(cx, &domain)?.support.transfer_lock;
    Ok(Some(Wanted { hold: change.hold, locked: locks.then_some(!change.locks.is_empty()) }))
}

/// The registry publishes the name no more, or again.
pub(super) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Suspension) -> Result<Outcome, Error> {
    let Some(domain) = domains::by_id(tx, wish.domain)? else {
        return Ok(("The name is not held here any more".to_owned(), Vec::new()));
    };
    let change = Change::of(tx, cx, &domain, wish)?;
    if wish.on && change.interrupts {
        if change.own {
            // Remembered, so that it stays when the reasons go.
            verifications::hold(tx, domain.id, HoldReason::User, cx.now)?;
        }
        verifications::hold(tx, domain.id, change.reason, cx.now)?;
    } else if !wish.on {
        verifications::unhold(tx, domain.id, change.reason)?;
        if change.noted.iter().all(|r| *r == change.reason || *r == HoldReason::User) {
            // The holder's own hold stands by itself again, as any status does.
            verifications::unhold(tx, domain.id, HoldReason::User)?;
        }
    }
    let mut statuses: Vec<&str> = domain.statuses.split_whitespace().filter(|s| *s != HOLD).collect();
    if change.hold {
        statuses.push(HOLD);
    }
    statuses.sort_unstable();
    let mut after = domain.clone();
    after.statuses = statuses.join(" ");
    after.locks = change.locks.words();
    domains::set_suspended(tx, domain.id, &after.statuses, &after.locks, cx.now, &order.actor)?;
    match (change.reason, wish.on) {
        (HoldReason::Term, false) => store::agenda::remove(tx, domain.id, agenda::RESUME)?,
        (HoldReason::Verification, true) => {
            verification::tell_suspended(tx, cx, &domain)?;
            // An answer that came meanwhile lifts it at once.
            store::agenda::set(tx, domain.id, agenda::VERIFICATION, domain.account_id, cx.now, 0, "")?;
        }
        (HoldReason::Verification, false) => verification::lifted(tx, cx, domain.id)?,
        (HoldReason::Term | HoldReason::User, _) => {}
    }
    let standing = if wish.on { "suspended" } else { "resumed" };
    let why: &[(&str, &str)] = match change.reason {
        HoldReason::Verification => &[("reason", "CONTACTVERIFICATION")],
        HoldReason::Term | HoldReason::User => &[],
    };
    let data: Vec<(&str, &str)> = [("standing", standing)].into_iter().chain(why.iter().copied()).collect();
    told(tx, cx, order, "DOMAIN_MODIFICATION", "MODIFICATION_NOTIFY", &data)?;
    Ok((DONE.to_owned(), Vec::new()))
}
