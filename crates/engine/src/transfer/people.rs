//! People: a name that came from another account here, or from elsewhere, is shown at its registry with the contacts of the account that has it now.
//!
//! CentralNic clones the contacts and puts them in by a modification (cnr-kb.md B, PushObject). Until it is done, and for as long as the registry
//! will not have it, it stands on the agenda.

use crate::Error;
use crate::account::Actor;
use crate::agenda::is_leaving;
use crate::context::Cx;
use crate::domain::modify::{self, Modification};
use crate::domain::parsed;
use crate::error::broken;
use crate::owner_change::{self, NewOwner, Terms};
use model::lock::LockReason;
use model::order::OrderKind;
use model::owner_change::{Kind, OwnerChangeState};
use model::policy::Zone;
use model::{DomainName, Money, Refusal, Timestamp};
use store::Tx;
use store::accounts::Account;
use store::agenda::{self, Item};
use store::domains::{self, Domain};

/// What the agenda calls it.
pub(crate) const PEOPLE: &str = "people";
/// An order that did not bring it about is followed by another after so long.
const AGAIN_SECONDS: i64 = 6 * 3_600;
/// What a registry refused may be taken on another day.
const REFUSED_SECONDS: i64 = 86_400;

/// The contacts that the registry is to show, as they stand here.
fn shown(domain: &Domain) -> Result<Modification, Error> {
    Ok(Modification {
        registrant: Some(domain.registrant_id),
        contacts: Some(parsed("a domain's contacts", &domain.contacts)?),
        follows: true,
        ..Modification::of(domain)
    })
}

/// A name that has come, and what was wished for with it.
pub(super) struct Arrived<'a> {
    pub gaining: &'a Account,
    /// As it stands since, with copies of the contacts that it had where no others were named.
    pub domain: &'a Domain,
    pub zone: &'a Zone,
    /// The holder's lock, where it is to change.
    pub locked: Option<bool>,
    /// Somebody else who is to own it: a change of owner like any other of the account that has it now.
    pub owner: Option<i64>,
}

/// The contacts of a name that has come go to the registry, with the holder's lock where that changes, and a change of owner begins where one was
/// wished for; says why it did not.
pub(super) fn begin(tx: &mut Tx<'_>, cx: &Cx<'_>, arrived: &Arrived<'_>) -> Result<Option<Refusal>, Error> {
    let Arrived { gaining, domain, zone, locked, owner } = *arrived;
    let Some(owner) = owner else {
        show(tx, cx, gaining, domain, locked)?;
        return Ok(None);
    };
    let kind = Kind::of(zone.owner_change.kind).ok_or_else(|| broken("a zone without a change of owner"))?;
    let terms = Terms::default();
    let waits = owner_change::would_wait(tx, gaining.id, kind, terms)? == OwnerChangeState::Requested;
    let change = if waits {
        show(tx, cx, gaining, domain, locked)?;
        Modification { registrant: Some(owner), ..Modification::of(domain) }
    } else {
        await_taken(tx, domain, cx.now.plus_seconds(AGAIN_SECONDS), "")?;
        Modification { registrant: Some(owner), lock: own_lock(locked), ..shown(domain)? }
    };
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    let new = NewOwner { name: &name, domain, zone, kind, terms, change, price: Money::zero(gaining.currency), client_id: "" };
    match cx.on_behalf(Actor::system(gaining.id, gaining.currency), |theirs| owner_change::begin_name(tx, theirs, new)) {
        Ok(_) => Ok(None),
        Err(Error::Refused(refusal)) => {
            if !waits {
                show(tx, cx, gaining, domain, locked)?;
            }
            Ok(Some(refusal))
        }
        Err(error) => Err(error),
    }
}

fn own_lock(locked: Option<bool>) -> Option<(String, bool)> {
    locked.map(|on| (LockReason::User.word().to_owned(), on))
}

fn show(tx: &mut Tx<'_>, cx: &Cx<'_>, gaining: &Account, domain: &Domain, locked: Option<bool>) -> Result<(), Error> {
    await_taken(tx, domain, cx.now.plus_seconds(AGAIN_SECONDS), "")?;
    let change = Modification { lock: own_lock(locked), ..shown(domain)? };
    match cx.on_behalf(Actor::system(gaining.id, gaining.currency), |theirs| send(tx, theirs, domain, change)) {
        // A status that forbids it stays for the account to see; the contacts are tried again, the lock is the account's to set.
        Ok(()) | Err(Error::Refused(Refusal::StatusForbids { .. })) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A name has arrived, and not all of it could be set: its contacts are tried again.
pub(super) fn later(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    await_taken(tx, domain, cx.now.plus_seconds(AGAIN_SECONDS), "")
}

/// Its contacts are looked after at an instant, unless the registry has them before.
fn await_taken(tx: &mut Tx<'_>, domain: &Domain, at: Timestamp, attention: &str) -> Result<(), Error> {
    Ok(agenda::set(tx, domain.id, PEOPLE, domain.account_id, at, 0, attention)?)
}

fn send(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, change: Modification) -> Result<(), Error> {
    let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
    let wish = modify::Wish {
        kind: OrderKind::DomainModify,
        of_owner: false,
        name: &name,
        fingerprint: format!("people {name} {}", domain.registrant_id),
        change,
        price: Money::zero(cx.actor.currency),
        client_id: "",
    };
    modify::accept_change(tx, cx, domain, wish)?;
    Ok(())
}

/// Tries again.
pub(crate) fn run(tx: &mut Tx<'_>, cx: &Cx<'_>, item: &Item, domain: &Domain) -> Result<String, Error> {
    await_taken(tx, domain, cx.now.plus_seconds(AGAIN_SECONDS), &item.attention)?;
    if is_leaving(domain) || modify::forbidding(&domain.statuses, None).is_some() {
        return Ok(String::new());
    }
    send(tx, cx, domain, shown(domain)?)?;
    Ok("its contacts go to the registry".to_owned())
}

/// The name can be changed at its registry again: what had to wait for that happens now.
pub(crate) fn changeable_again(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    agenda::wake(tx, domain.id, PEOPLE, cx.now)?;
    Ok(())
}

/// The registry has them.
pub(crate) fn taken(tx: &mut Tx<'_>, domain_id: i64) -> Result<(), Error> {
    Ok(agenda::remove(tx, domain_id, PEOPLE)?)
}

/// The registry will not have them. It is asked again daily, and staff see why; says whether the account is to hear of it, which is once.
pub(crate) fn refused(tx: &mut Tx<'_>, cx: &Cx<'_>, domain_id: i64, message: &str) -> Result<bool, Error> {
    let Some(item) = agenda::of(tx, domain_id, PEOPLE)? else { return Ok(true) };
    let domain = domains::by_id(tx, domain_id)?.ok_or_else(|| broken("an agenda of no name"))?;
    let attention = format!("the registry does not take its contacts: {message}");
    await_taken(tx, &domain, cx.now.plus_seconds(REFUSED_SECONDS), &attention)?;
    Ok(item.attention.is_empty())
}
