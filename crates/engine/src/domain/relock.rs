//! Relock: locks a name again that its holder unlocked (not through DMAPI) and that has not left since.
//!
//! Reached by the agenda only; the account's default for new names decides when the time is over (cnr-kb.md B, transfer lock default). What
//! stands on the agenda is all that is kept: it goes when the name is locked by anybody, and follows the name to another account.

use super::modify::{self, Modification, Wish};
use crate::context::Cx;
use crate::{Error, agenda, events};
use model::lock::{LockReason, Locks};
use model::order::OrderKind;
use model::policy::Zone;
use model::{Channel, DomainName, Money, Timestamp};
use store::Tx;
use store::accounts::Account;
use store::agenda::Item;
use store::domains::Domain;

/// What the agenda calls it.
pub(crate) const RELOCK: &str = "relock";
/// A name is locked again so many days after its holder unlocked it (cnr-kb.md B).
const DAYS: i64 = 30;
/// An order that did not set the lock is followed by another after so long, and a transfer that keeps it off is looked at again.
const AGAIN_SECONDS: i64 = 6 * 3_600;

/// The holder's own lock has come or gone: the time ends or begins. Who lifts it through DMAPI was never told of such a time: there it stays lifted.
pub(super) fn note(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, locked: bool, channel: Channel) -> Result<(), Error> {
    if locked || channel == Channel::Dmapi {
        store::agenda::remove(tx, domain.id, RELOCK)?;
    } else {
        store::agenda::set(tx, domain.id, RELOCK, domain.account_id, cx.now.plus_days(DAYS), 0, "")?;
    }
    Ok(())
}

/// How a name stands when its time is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Standing {
    /// Its holder has locked it.
    locked: bool,
    /// The account wants names locked, and the zone knows locks.
    wanted: bool,
    /// Deleted, or on its way back.
    leaving: bool,
    /// A status keeps it from being changed at its registry; a transfer is one.
    forbidden: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    Forget,
    Wait(Timestamp),
    Lock { again: Timestamp },
}

/// Pure.
fn decide(standing: Standing, now: Timestamp) -> Act {
    match standing {
        Standing { locked: true, .. } | Standing { wanted: false, .. } => Act::Forget,
        Standing { leaving: true, .. } => Act::Wait(now.plus_days(1)),
        Standing { forbidden: true, .. } => Act::Wait(now.plus_seconds(AGAIN_SECONDS)),
        _ => Act::Lock { again: now.plus_seconds(AGAIN_SECONDS) },
    }
}

/// Does what is due.
pub(crate) fn run(tx: &mut Tx<'_>, cx: &Cx<'_>, item: &Item, domain: &Domain, zone: &Zone, account: &Account) -> Result<String, Error> {
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    let standing = Standing {
        locked: locks.holds(LockReason::User),
        wanted: account.transfer_lock && zone.support.transfer_lock,
        leaving: agenda::is_leaving(domain),
        forbidden: modify::forbidding(&domain.statuses, None).is_some(),
    };
    let put = |tx: &mut Tx<'_>, at: Timestamp| store::agenda::set(tx, domain.id, RELOCK, item.account_id, at, 0, "");
    match decide(standing, cx.now) {
        Act::Forget => {
            store::agenda::remove(tx, domain.id, RELOCK)?;
            Ok(String::new())
        }
        Act::Wait(at) => {
            put(tx, at)?;
            Ok(String::new())
        }
        Act::Lock { again } => {
            put(tx, again)?;
            let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
            let wish = Wish {
                kind: OrderKind::DomainLock,
                of_owner: false,
                name: &name,
                fingerprint: format!("relock {name}"),
                change: Modification { lock: Some((LockReason::User.word().to_owned(), true)), relock: true, ..Modification::of(domain) },
                price: Money::zero(cx.actor.currency),
                client_id: "",
            };
            modify::accept_change(tx, cx, domain, wish)?;
            Ok(format!("is locked again {DAYS} days after it was unlocked"))
        }
    }
}

/// Tells the account, which did not ask for it.
pub(super) fn tell(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    let happened = events::Happened {
        account_id: domain.account_id,
        class: "DOMAIN_MODIFICATION",
        subclass: "MODIFICATION_NOTIFY",
        object: &domain.name,
        order_id: None,
        data: &[("domain", &domain.name), ("transferlock", "1"), ("reason", "TRANSFERLOCK")],
    };
    events::append(tx, cx, happened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_left_or_is_locked_is_left_alone() {
        let now = Timestamp::parse_rfc3339("2027-03-31T10:00:00Z").unwrap();
        let open = Standing { locked: false, wanted: true, leaving: false, forbidden: false };
        let cases = [
            (open, Act::Lock { again: now.plus_seconds(21_600) }),
            (Standing { locked: true, ..open }, Act::Forget),
            (Standing { wanted: false, ..open }, Act::Forget),
            (Standing { forbidden: true, ..open }, Act::Wait(now.plus_seconds(21_600))),
            (Standing { leaving: true, forbidden: true, ..open }, Act::Wait(now.plus_days(1))),
            (Standing { wanted: false, leaving: true, ..open }, Act::Forget),
        ];
        for (standing, act) in cases {
            assert_eq!(decide(standing, now), act, "{standing:?}");
        }
    }
}
