//! Names that leave: another registrar has asked, the holder is told, and the account's or the holder's answer goes to the registry.

use super::events::{Told, tell};
use super::{consent, must_step, note, set_timer, step};
use crate::context::Cx;
use crate::error::broken;
use crate::order::{self, Intent, NewOrder, OrderRef};
use crate::{Error, contact, domain};
use model::order::OrderKind;
use model::transfer::{Direction, Party, TransferEvent, TransferState};
use model::{DomainName, Money, Refusal};
use registry::{RegistryDomain, RegistryTransfer};
use serde::{Deserialize, Serialize};
use store::domains::{self, Domain};
use store::transfers::{self, Transfer};
use store::{Tx, contacts};

/// An answer as it is kept until the registry has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answering {
    pub transfer: i64,
    pub name: String,
    pub approve: bool,
    /// The holder said so by the link of a mail.
    pub by_holder: bool,
    /// The domain's transfer mode said so.
    pub automatic: bool,
}

/// Where owner and first admin of a domain of ours are written to.
fn addresses(tx: &mut Tx<'_>, ours: &Domain) -> Result<(String, String), Error> {
    let roles: domain::RoleContacts = domain::parsed("a domain's contacts", &ours.contacts)?;
    let mut email = |id: Option<i64>| -> Result<String, Error> {
        let Some(id) = id else { return Ok(String::new()) };
        let row = contacts::by_id(tx, id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?;
        Ok(contact::from_json(&row.data)?.email)
    };
    Ok((email(Some(ours.registrant_id))?, email(roles.admin.first().copied())?))
}

/// A name of ours on its way to another registrar, as it stands when that begins and nobody has a time to answer.
fn leaving(tx: &mut Tx<'_>, cx: &Cx<'_>, ours: &Domain, losing: &str, gaining: &str) -> Result<Transfer, Error> {
    let (owner_email, admin_email) = addresses(tx, ours)?;
    Ok(Transfer {
        id: cx.id(),
        direction: Direction::Out,
        account_id: ours.account_id,
        other_account_id: None,
        name: ours.name.clone(),
        zone: ours.zone.clone(),
        state: TransferState::Leaving,
        ended_by: None,
        losing: losing.to_owned(),
        gaining: gaining.to_owned(),
        owner_email,
        admin_email,
        with_auth: false,
        requested_at: cx.now,
        act_by_at: cx.now,
        ended_at: None,
        expires_at: Some(ours.expires_at),
        log: "[]".to_owned(),
        wish: String::new(),
    })
}

/// A request of another registrar for a name of ours, seen at the registry. Says whether it was news.
pub(crate) fn noticed(tx: &mut Tx<'_>, cx: &Cx<'_>, ours: &Domain, at_registry: &RegistryTransfer, registrar: &str) -> Result<bool, Error> {
    if transfers::open_of_name(tx, &ours.name)?.is_some() {
        return Ok(false);
    }
    let zone = domain::zone_of(cx, ours)?;
    let mut t = Transfer {
        with_auth: true,
        requested_at: at_registry.requested,
        act_by_at: at_registry.act_by,
        expires_at: at_registry.expires,
        ..leaving(tx, cx, ours, registrar, &at_registry.requested_by)?
    };
    let line = format!("{} has asked for the name", t.gaining);
    note(&mut t, cx.now, &line)?;
    transfers::insert(tx, &t)?;
    let consent_required = zone.transfer.losing_consent_required;
    consent::ask_leaving(tx, cx, &mut t, consent_required || zone.transfer.completes_after.is_none())?;
    tell(tx, cx, &t, Told::Pending, None, &[])?;
    // A mode that answers by itself is looked at by the timer, which acts for the account.
    if ours.transfer_mode != "default" {
        set_timer(tx, cx, t.id, cx.now)?;
    }
    Ok(true)
}

/// Gives the account's answer, or the holder's. A yes without the holder's consent is not passed on where the zone wants that consent.
pub(super) fn answer(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer, approve: bool, by_holder: bool) -> Result<OrderRef, Error> {
    answer_as(tx, cx, t, approve, by_holder, false)
}

pub(super) fn answer_as(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    t: &mut Transfer,
    approve: bool,
    by_holder: bool,
    automatic: bool,
) -> Result<OrderRef, Error> {
    let name = DomainName::parse(&t.name).map_err(|_| store::Fault::corrupt("a transfer's name"))?;
    let ours = domains::of_account(tx, t.account_id, &t.name)?.ok_or_else(|| broken(format!("{name} is leaving and not here")))?;
    let zone = domain::zone_of(cx, &ours)?;
    if approve && !by_holder && zone.transfer.losing_consent_required {
        let status = "the holder's consent, by the link in the mail, is needed first".to_owned();
        return Err(Refusal::StatusForbids { status }.into());
    }
    let fingerprint = format!("transfer-answer {name} {approve}");
    if let Some(order) = order::join(tx, cx, &name, &fingerprint)? {
        return Ok(order);
    }
    let said = match (by_holder, automatic, approve) {
        (true, _, true) => "the holder agreed",
        (true, _, false) => "the holder refused",
        (_, true, true) => "approved by the transfer mode",
        (_, true, false) => "denied by the transfer mode",
        (_, _, true) => "approved by the account",
        (_, _, false) => "denied by the account",
    };
    must_step(tx, cx, t, TransferEvent::AnswerSent, None, said)?;
    let answering = Answering { transfer: t.id, name: t.name.clone(), approve, by_holder, automatic };
    let new = NewOrder {
        kind: OrderKind::TransferAnswer,
        name: &name,
        registry: &ours.registry,
        fingerprint,
        price: Money::zero(cx.actor.currency),
        client_id: "",
        intent: Intent::TransferAnswer(answering),
    };
    order::open(tx, cx, new)
}

/// The answer could not be given: the request waits as before.
pub(crate) fn answer_failed(tx: &mut Tx<'_>, cx: &Cx<'_>, transfer_id: i64, message: &str) -> Result<(), Error> {
    let mut t = super::settled::of_order(tx, transfer_id)?;
    step(tx, cx, &mut t, TransferEvent::AnswerFailed, None, message)?;
    tell(tx, cx, &t, Told::Notify, None, &[("reason", message)])
}

/// The name has left: it is not this account's any more.
pub(super) fn gone(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    t: &mut Transfer,
    by: Option<Party>,
    order_id: Option<i64>,
    more: &[(&str, &str)],
) -> Result<(), Error> {
    if let Some(ours) = domains::of_account(tx, t.account_id, &t.name)? {
        domain::dismiss(tx, cx, &ours)?;
    }
    if step(tx, cx, t, TransferEvent::Moved, by, "the name has left")? {
        tell(tx, cx, t, Told::Successful, order_id, more)?;
    }
    Ok(())
}

/// A name was handed to another registrar by its tag, at its account's word: a transfer on record, and a notice to the holder.
pub(crate) fn pushed(tx: &mut Tx<'_>, cx: &Cx<'_>, ours: &Domain, tag: &str) -> Result<(), Error> {
    let losing = cx.inner.registries.get(&ours.registry).map(|registry| registry.registrar().to_owned()).unwrap_or_default();
    let mut t = leaving(tx, cx, ours, &losing, tag)?;
    consent::tell_pushed(tx, cx, &mut t)?;
    transfers::insert(tx, &t)?;
    must_step(tx, cx, &mut t, TransferEvent::Moved, Some(Party::Losing), "handed over by its account")
}

/// The name is not here any more, or was given away otherwise: a transfer of it out of an account here has ended with that.
pub(crate) fn overtaken(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &str) -> Result<(), Error> {
    let Some(mut t) = transfers::open_of_name(tx, name)?.filter(|t| t.direction != Direction::In) else { return Ok(()) };
    if step(tx, cx, &mut t, TransferEvent::Cancelled, Some(Party::Registry), "the name is not here any more")? {
        tell(tx, cx, &t, Told::Failed, None, &[])?;
    }
    Ok(())
}

/// What the registry shows of a name of ours whose transfer is open: it left, or the request ended. Says what came of it, if anything.
pub(crate) fn went(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    name: &str,
    found: &RegistryDomain,
    at_registry: Option<&RegistryTransfer>,
    registrar: &str,
) -> Result<Option<&'static str>, Error> {
    let Some(mut t) = transfers::open_of_name(tx, name)?.filter(|t| t.direction == Direction::Out) else { return Ok(None) };
    let word = at_registry.map_or("", |a| a.status.as_str());
    if found.sponsor != registrar {
        let by = if word == "clientApproved" { Party::Losing } else { Party::Registry };
        gone(tx, cx, &mut t, Some(by), None, &[])?;
        return Ok(Some("transferred away"));
    }
    let (event, by) = match word {
        "clientCancelled" => (TransferEvent::Cancelled, Party::Gaining),
        "serverCancelled" => (TransferEvent::Cancelled, Party::Registry),
        "clientRejected" => (TransferEvent::Rejected, Party::Losing),
        // The registry tells nothing of it, and its time is long over.
        "" if !is_asked_for(&found.statuses) && cx.now > t.act_by_at.plus_days(OVERDUE_DAYS) => (TransferEvent::Cancelled, Party::Registry),
        _ => return Ok(None),
    };
    if step(tx, cx, &mut t, event, Some(by), "the request ended; the name stays")? {
        tell(tx, cx, &t, Told::Failed, None, &[])?;
    }
    Ok(Some("transfer ended"))
}
/// A request of another registrar that is not closed here ends with its time at the latest, if the registry tells nothing of it.
const OVERDUE_DAYS: i64 = 1;
/// How soon a registry that would not tell how a request ended is asked again.
const UNTOLD_SECONDS: i64 = 3_600;

fn is_asked_for<S: AsRef<str>>(statuses: &[S]) -> bool {
    statuses.iter().any(|status| status.as_ref() == "pendingTransfer")
}

/// Whether another registrar's request for a name is open here.
pub(crate) fn is_open(tx: &mut Tx<'_>, name: &str) -> Result<bool, Error> {
    Ok(transfers::open_of_name(tx, name)?.is_some_and(|t| t.direction == Direction::Out))
}

/// The registry shows a name without the request that is open for it here, and did not tell how that ended: it is asked again.
pub(crate) fn look_again(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &str) -> Result<(), Error> {
    let Some(t) = transfers::open_of_name(tx, name)?.filter(|t| t.direction == Direction::Out) else { return Ok(()) };
    let Some(ours) = domains::of_account(tx, t.account_id, name)? else { return Ok(()) };
    if is_asked_for(&ours.statuses.split_whitespace().collect::<Vec<_>>()) {
        return Ok(());
    }
    Ok(store::agenda::set(tx, ours.id, crate::agenda::LOOK, ours.account_id, cx.now.plus_seconds(UNTOLD_SECONDS), 0, "")?)
}
