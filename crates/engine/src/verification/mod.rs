//! Verification: a registrant's mail address must be proven after a registration, a transfer in or an owner change, where the zone demands it.
//!
//! An address is proven within an account, once for all its contacts. A name has its own time, which another owner change does not lengthen;
//! when it is over the name is suspended until the address is proven. Sources: ICANN RAA 2013, Registration Data Accuracy; CentralNic,
//! contact verification; DMAPI `wa-*`.

mod answer;
mod ask;
mod due;
mod list;

pub use answer::{Answer, Answered, Details, Pending, Question};
pub use ask::{Ask, Asked, Whose};
pub use list::{ListNames, NameRow, Prove, StateOf, Waiting, WaitingRow, WhichNames, Within};

pub(crate) use ask::{contact_asked, tell_suspended};
pub(crate) use due::run as run_due;

use crate::agenda::VERIFICATION;
use crate::context::Cx;
use crate::domain::zone_of;
use crate::{Error, audit, events};
use model::lock::{LockReason, Locks};
use model::verification::{AddressEvent, AddressState, folded};
use model::{Timestamp, verification};
use store::domains::{self, Domain};
use store::verifications::{self, Term, Verification};
use store::{Tx, agenda, contacts};

/// So many names are looked through at once.
const PAGE: i64 = 1_000;
/// So many lines of an address's history are kept, the newest.
const HISTORY_MAX: usize = 50;

/// How an address of an account stands.
pub(crate) fn state_of(tx: &mut Tx<'_>, account_id: i64, email: &str) -> Result<AddressState, Error> {
    let found = verifications::of(tx, account_id, &folded(email))?;
    Ok(found.map_or(AddressState::Unverified, |v| v.state))
}

/// The row of an address, made if there is none.
fn row(tx: &mut Tx<'_>, cx: &Cx<'_>, account_id: i64, email: &str) -> Result<Verification, Error> {
    let address = folded(email);
    if let Some(found) = verifications::of(tx, account_id, &address)? {
        return Ok(found);
    }
    let fresh = Verification {
        id: cx.id(),
        account_id,
        address,
        recipient: email.trim().to_owned(),
        state: AddressState::Unverified,
        created_at: cx.now,
        requested_at: None,
        verified_at: None,
        invalid_at: None,
        history: "[]".to_owned(),
    };
    verifications::insert(tx, &fresh)?;
    Ok(fresh)
}

/// What happened to an address and when; a mail is `EMAIL`, as in CentralNic's sample.
pub(crate) fn history(v: &Verification) -> Result<Vec<(Timestamp, String)>, Error> {
    let lines: Vec<(i64, String)> = crate::domain::parsed("an address's history", &v.history)?;
    Ok(lines.into_iter().map(|(at, word)| (Timestamp::from_micros(at), word)).collect())
}

/// Takes an event into the row: state, instants, and a line of its history.
fn step(tx: &mut Tx<'_>, cx: &Cx<'_>, v: &mut Verification, event: AddressEvent, word: &str) -> Result<(), Error> {
    v.state = v.state.next(event);
    match event {
        AddressEvent::Asked => v.requested_at = Some(cx.now),
        AddressEvent::Confirmed | AddressEvent::Denied | AddressEvent::TimedOut => {}
    }
    v.verified_at = v.state.is_verified().then(|| v.verified_at.unwrap_or(cx.now));
    v.invalid_at = (v.state == AddressState::Invalid).then(|| v.invalid_at.unwrap_or(cx.now));
    let mut lines: Vec<(i64, String)> = crate::domain::parsed("an address's history", &v.history)?;
    lines.push((cx.now.micros(), word.to_owned()));
    if lines.len() > HISTORY_MAX {
        lines.remove(0);
    }
    v.history = crate::domain::json(&lines)?;
    Ok(verifications::update(tx, v)?)
}

/// Whether a name is under the sanction of an address that was not proven in time.
pub(crate) fn is_suspended(domain: &Domain) -> Result<bool, Error> {
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    Ok(locks.holds(LockReason::Verification))
}

/// A name has another registrant since `from`: where its zone wants proof and there is none, its time begins, and the registrant is written to.
/// A time that runs already goes on as it was.
pub(crate) fn begin(tx: &mut Tx<'_>, cx: &Cx<'_>, domain_id: i64, from: Timestamp) -> Result<(), Error> {
    let Some(domain) = domains::by_id(tx, domain_id)? else { return Ok(()) };
    let zone = zone_of(cx, &domain)?;
    let running = verifications::term_of(tx, domain.id)?;
    // A time that runs is not ended by a zone that wants no proof any more: the name would stay suspended.
    if zone.verification.within.is_zero() && running.is_none() {
        return Ok(());
    }
    let Some(owner) = contacts::by_id(tx, domain.registrant_id)? else { return Ok(()) };
    let mut v = row(tx, cx, domain.account_id, &owner.email)?;
    if v.state.is_verified() {
        if let Some(term) = running {
            // Until it is over it is the business of the account that has the name now.
            verifications::set_term(tx, &Term { account_id: domain.account_id, address: v.address, ..term })?;
            satisfied(tx, cx, &domain)?;
        }
        return Ok(());
    }
    let due_at = running.as_ref().map_or_else(|| zone.verification.within.after(from), |t| t.due_at);
    let term = Term { domain_id: domain.id, account_id: domain.account_id, address: v.address.clone(), begun_at: from, due_at };
    verifications::set_term(tx, &term)?;
    let suspended = is_suspended(&domain)?;
    let next = if suspended { crate::agenda::never() } else { due::next_stage(due_at, cx.now) };
    agenda::set(tx, domain.id, VERIFICATION, domain.account_id, next, 0, "")?;
    ask::of_owner(tx, cx, &mut v, &owner, &ask::About { domain: Some(&domain.name), until: (!suspended).then_some(due_at), reminds: false })
}

/// The registrant's address is proven: a running time ends; a suspension is lifted by the agenda, at once.
fn satisfied(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    if is_suspended(domain)? {
        agenda::set(tx, domain.id, VERIFICATION, domain.account_id, cx.now, 0, "")?;
    } else {
        verifications::end_term(tx, domain.id)?;
        agenda::remove(tx, domain.id, VERIFICATION)?;
    }
    Ok(())
}

/// The name is under no sanction any more. Where it has another registrant since the proof that lifted it, whose address is not proven, that one's
/// time begins with the change.
pub(crate) fn lifted(tx: &mut Tx<'_>, cx: &Cx<'_>, domain_id: i64) -> Result<(), Error> {
    let term = verifications::term_of(tx, domain_id)?;
    verifications::end_term(tx, domain_id)?;
    agenda::remove(tx, domain_id, VERIFICATION)?;
    term.map_or(Ok(()), |term| begin(tx, cx, domain_id, term.begun_at))
}

/// The name can be changed at its registry again: a suspension or its lifting that had to wait for that happens now.
pub(crate) fn changeable_again(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    let Some(term) = verifications::term_of(tx, domain.id)? else { return Ok(()) };
    if is_suspended(domain)? || term.due_at <= cx.now {
        agenda::wake(tx, domain.id, VERIFICATION, cx.now)?;
    }
    Ok(())
}

/// Every name of which a contact is the registrant has another one, since the contact has another address.
pub(crate) fn begin_for_contact(tx: &mut Tx<'_>, cx: &Cx<'_>, contact_id: i64) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let ids = verifications::registrant_of(tx, contact_id, after, PAGE)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = *last;
        for id in ids {
            begin(tx, cx, id, cx.now)?;
        }
    }
}

/// Somebody who reads an address has answered otherwise than by our link (`why`: an owner change, staff with evidence). Proves it like the link.
pub(crate) fn proven(tx: &mut Tx<'_>, cx: &Cx<'_>, account_id: i64, email: &str, why: &str) -> Result<(), Error> {
    let mut v = row(tx, cx, account_id, email)?;
    confirm(tx, cx, &mut v, why)
}

/// An address that is proven in one account is, in another one to which its contact is copied with a name.
pub(crate) fn carried_over(tx: &mut Tx<'_>, cx: &Cx<'_>, from: i64, to: i64, email: &str) -> Result<(), Error> {
    if state_of(tx, from, email)?.is_verified() && !state_of(tx, to, email)?.is_verified() {
        proven(tx, cx, to, email, "COPY")?;
    }
    Ok(())
}

/// The address is proven: its links are spent, and every name that waited for it waits no more.
fn confirm(tx: &mut Tx<'_>, cx: &Cx<'_>, v: &mut Verification, word: &str) -> Result<(), Error> {
    if v.state.is_verified() {
        return Ok(());
    }
    step(tx, cx, v, AddressEvent::Confirmed, word)?;
    answer::void(tx, cx, v)?;
    let mut after = 0;
    loop {
        let terms = verifications::terms_of_address(tx, v.account_id, &v.address, after, PAGE)?;
        let Some(last) = terms.last() else { break };
        after = last.domain_id;
        for term in terms {
            if let Some(domain) = domains::by_id(tx, term.domain_id)? {
                satisfied(tx, cx, &domain)?;
            }
        }
    }
    told(tx, cx, v, "verified")?;
    let detail = format!("verified: {word}");
    audit::append(tx, cx, audit::Change { verb: "address-verify", object: &v.address, order_id: None, detail: &detail })
}

/// Tells the account what became of an address, under one of its contacts that has it.
fn told(tx: &mut Tx<'_>, cx: &Cx<'_>, v: &Verification, outcome: &str) -> Result<(), Error> {
    let Some(handle) = verifications::user_of(tx, v.account_id, &v.address)? else { return Ok(()) };
    let reason = format!("CONTACTVERIFICATION {outcome}");
    let happened = events::Happened {
        account_id: v.account_id,
        class: "CONTACT_MODIFICATION",
        subclass: "MODIFICATION_NOTIFY",
        object: &handle,
        order_id: None,
        data: &[("contact", &handle), ("email", &v.recipient), ("reason", &reason)],
    };
    events::append(tx, cx, happened)
}

/// What a contact's account sees of its address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddressView {
    pub state: verification::AddressState,
    /// When it was first asked about or proven.
    pub created: Timestamp,
    /// When the last mail went out.
    pub requested: Option<Timestamp>,
    /// What happened when: `EMAIL` for each mail, then what came of it.
    pub history: Vec<(Timestamp, String)>,
}

/// The view of an address; `None` if nothing ever happened to it.
pub(crate) fn view(tx: &mut Tx<'_>, account_id: i64, email: &str) -> Result<Option<AddressView>, Error> {
    let Some(v) = verifications::of(tx, account_id, &folded(email))? else { return Ok(None) };
    Ok(Some(AddressView { state: v.state, created: v.created_at, requested: v.requested_at, history: history(&v)? }))
}
