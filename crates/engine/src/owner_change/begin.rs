//! Begin: a change of owner is written down; the owners are asked, or it goes to the registry at once.
//!
//! Reached by DMAPI `domain-owner-change`, `contact-modify`, CentralNic `ModifyDomain`, `ModifyContact`.
//! Refuses: StatusForbids, NameBusy, ObjectBusy, Fields, AccessDenied.

use super::options::Options;
use super::{Begun, Holder, Terms, Wish, carry, consent, end, lock, mails, must_step, set_timer, waiting_lock};
use crate::contact::ContactChange;
use crate::context::Cx;
use crate::domain::modify::{self, Modification};
use crate::domain::{json, parsed};
use crate::error::broken;
use crate::order::{self, Intent, OrderRef, Wanted};
use crate::secret::digest;
use crate::{Error, contact};
use model::contact::ContactData;
use model::lock::{LockReason, Locks};
use model::order::OrderKind;
use model::owner_change::{Kind, Mode, OwnerChangeEvent, OwnerChangeState, lock_until};
use model::policy::{After, Zone};
use model::{DomainName, Field, FieldProblem, Money, Problem, Refusal};
use store::contacts::{self, Contact};
use store::domains::Domain;
use store::owner_changes::{self, OwnerChange};
use store::{Tx, orders};

/// A name that is to have another contact as its owner.
pub(crate) struct NewOwner<'a> {
    pub name: &'a DomainName,
    pub domain: &'a Domain,
    pub zone: &'a Zone,
    pub kind: Kind,
    pub terms: Terms,
    /// The new registrant, and whatever else is to change with it.
    pub change: Modification,
    pub price: Money,
    pub client_id: &'a str,
}

/// A contact that is to become another person.
pub(crate) struct NewPerson<'a> {
    pub contact: &'a Contact,
    pub before: &'a ContactData,
    pub after: &'a ContactData,
    pub terms: Terms,
    pub change: ContactChange,
    pub fingerprint: String,
    pub client_id: &'a str,
}

/// The mode of a change: the caller's for this one, else the account's, else the dialect's; an agent only where the account has one.
pub(crate) fn mode_of(terms: Terms, options: &Options) -> Result<Mode, Refusal> {
    match terms.trigger {
        Some(Mode::Agent) if !options.agent_allowed => {
            let reason = "this account is no designated agent".to_owned();
            Err(Refusal::field(FieldProblem::new(Field::Other("triggerda"), Problem::NotAllowed { reason })))
        }
        Some(mode) => Ok(mode),
        None if !options.agent_allowed => Ok(Mode::Foa),
        None => Ok(options.mode.unwrap_or(terms.default)),
    }
}

/// The mode of a change of this kind.
fn mode_for(kind: Kind, terms: Terms, options: &Options) -> Result<Mode, Refusal> {
    match kind {
        kind if !kind.needs_consent() => Ok(Mode::Agent),
        kind if !kind.takes_agent() => Ok(Mode::Foa),
        _ => mode_of(terms, options),
    }
}

/// What an account's changes of owner begin with, by the mode that they go by. Nothing is changed.
pub(crate) fn would_wait(tx: &mut Tx<'_>, account_id: i64, kind: Kind, terms: Terms) -> Result<OwnerChangeState, Error> {
    Ok(match mode_for(kind, terms, &Options::load(tx, account_id)?)? {
        Mode::Foa => OwnerChangeState::Requested,
        Mode::Agent => OwnerChangeState::CarryingOut,
    })
}

/// Begins the change of a name. `change.registrant` is set.
pub(crate) fn begin_name(tx: &mut Tx<'_>, cx: &Cx<'_>, new: NewOwner<'_>) -> Result<Begun, Error> {
    let registrant = new.change.registrant.ok_or_else(|| broken("an owner change without a new owner"))?;
    // The holding account's, whoever asks for it.
    let options = Options::load(tx, new.domain.account_id)?;
    let mode = mode_for(new.kind, new.terms, &options)?;
    let locks = Locks::parse(&new.domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    // ICANN Transfer Policy II.B: no change of a name that is in dispute. A trade is none either.
    if (new.kind == Kind::Icann || new.kind.is_trade()) && locks.holds(LockReason::Dispute) {
        return Err(Refusal::StatusForbids { status: "the name is in a dispute".to_owned() }.into());
    }
    let (losing, gaining) = (owner(tx, new.domain.registrant_id)?, owner(tx, registrant)?);
    for (contact, holder) in [(registrant, &gaining), (new.domain.registrant_id, &losing)] {
        if owner_changes::carried_within(tx, contact)? {
            return Err(Refusal::ObjectBusy { object: holder.handle.clone() }.into());
        }
    }
    let rule = new.zone.lock_after(After::OwnerChange, cx.now);
    let may_decline = rule.is_some_and(|rule| rule.opt_out);
    if new.terms.declines_lock && rule.is_some() && !may_decline {
        let reason = format!("the lock after a change of owner under .{} cannot be declined", new.zone.suffix);
        return Err(FieldProblem::new(Field::Other("lock-opt-out"), Problem::NotAllowed { reason }).into());
    }
    let mut row = OwnerChange {
        id: 0,
        account_id: new.domain.account_id,
        object: new.domain.name.clone(),
        domain_id: Some(new.domain.id),
        contact_id: None,
        registrant_id: Some(registrant),
        kind: new.kind,
        mode,
        state: OwnerChangeState::Requested,
        losing: json(&losing)?,
        gaining: json(&gaining)?,
        wish: String::new(),
        may_decline_lock: may_decline && options.lock_override,
        declines_lock: match mode {
            Mode::Agent => new.terms.declines_lock,
            Mode::Foa => may_decline && !options.lock,
        },
        reason: String::new(),
        requested_at: cx.now,
        expires_at: cx.now.plus_days(new.kind.answer_days()),
        ended_at: None,
    };
    let mut change = new.change;
    match mode {
        Mode::Agent => {
            row.wish = json(&Wish::Name { registrant, trustee: change.trustee, fields: change.fields.clone().unwrap_or_default() })?;
            let running = lock::until(tx, new.domain.id)?;
            let until = rule.and_then(|rule| lock_until(mode, row.declines_lock, running, cx.now, rule.span));
            change.owner_lock = (until.is_some() && !locks.holds(LockReason::OwnerChange)).then_some(true);
            let fingerprint = format!("domain-owner-change {} {}", new.name, digest(&json(&change)?));
            if orders::holder(tx, new.name.as_str())?.is_none() {
                end::supersede(tx, cx, new.domain.account_id, &new.domain.name)?;
            }
            let wish = modify::Wish {
                kind: OrderKind::DomainOwnerChange,
                of_owner: true,
                name: new.name,
                change,
                fingerprint,
                price: new.price,
                client_id: new.client_id,
            };
            let order = modify::accept_change(tx, cx, new.domain, wish)?.order;
            by_agent(tx, cx, row, order)
        }
        Mode::Foa => {
            let before: Vec<(String, String)> = parsed("a domain's fields", &new.domain.fields)?;
            let fields = change.fields.iter().flatten().filter(|field| !before.contains(field)).cloned().collect();
            row.wish = json(&Wish::Name { registrant, trustee: change.trustee, fields })?;
            let lock = waiting_lock(&new.domain.name);
            let fingerprint = format!("domain-owner-change {} {}", new.name, digest(&row.wish));
            if let Some(begun) = joined(tx, cx, &lock, &fingerprint)? {
                return Ok(begun);
            }
            if let Some(status) = modify::forbidding(&new.domain.statuses, None) {
                return Err(Refusal::StatusForbids { status: status.to_owned() }.into());
            }
            end::supersede(tx, cx, new.domain.account_id, &new.domain.name)?;
            let wanted = Wanted {
                kind: OrderKind::DomainOwnerChange,
                object: &new.domain.name,
                lock: &lock,
                registry: &new.domain.registry,
                fingerprint,
                price: new.price,
                client_id: new.client_id,
                intent: Intent::OwnerChange(Box::new(change)),
            };
            ask(tx, cx, row, wanted)
        }
    }
}

/// Refuses (ObjectBusy) that a contact becomes another person while a name is on its way to it at a registry: the owner would not be whom both
/// sides, or their agent, were shown.
pub(crate) fn check_nothing_comes(tx: &mut Tx<'_>, contact_id: i64) -> Result<(), Error> {
    match owner_changes::carried_to(tx, contact_id)? {
        Some(object) => Err(Refusal::ObjectBusy { object }.into()),
        None => Ok(()),
    }
}

/// Begins the change of a contact, which is the owner of names under ICANN's rule.
pub(crate) fn begin_person(tx: &mut Tx<'_>, cx: &Cx<'_>, new: NewPerson<'_>) -> Result<Begun, Error> {
    let options = Options::load(tx, cx.actor.account)?;
    let mode = mode_of(new.terms, &options)?;
    let lock_name = contact::lock_name(new.contact.id);
    if let Some(begun) = joined(tx, cx, &lock_name, &new.fingerprint)? {
        return Ok(begun);
    }
    end::supersede(tx, cx, cx.actor.account, &new.contact.short_handle)?;
    if orders::holder(tx, &lock_name)?.is_some() {
        return Err(Refusal::ObjectBusy { object: new.contact.handle.clone() }.into());
    }
    lock::check_names_of(tx, new.contact.id)?;
    let mut row = OwnerChange {
        id: 0,
        account_id: cx.actor.account,
        object: new.contact.short_handle.clone(),
        domain_id: None,
        contact_id: Some(new.contact.id),
        registrant_id: None,
        kind: Kind::Icann,
        mode,
        state: OwnerChangeState::Requested,
        losing: json(&Holder::of(new.contact, new.before))?,
        gaining: json(&Holder::of(new.contact, new.after))?,
        wish: json(&Wish::Person { data: new.change.data.clone() })?,
        may_decline_lock: options.lock_override && lock::all_names_may_decline(tx, cx, new.contact.id)?,
        declines_lock: false,
        reason: String::new(),
        requested_at: cx.now,
        expires_at: cx.now.plus_days(Kind::Icann.answer_days()),
        ended_at: None,
    };
    row.declines_lock = match mode {
        Mode::Agent => new.terms.declines_lock && row.may_decline_lock,
        Mode::Foa => !options.lock && row.may_decline_lock,
    };
    // A contact that stands at no registry is changed here; the order has none then.
    let registry = new.change.registries.first().map(|(registry, _)| registry.clone()).unwrap_or_default();
    let wanted = Wanted {
        kind: OrderKind::ContactModify,
        object: &new.contact.handle,
        lock: &lock_name,
        registry: &registry,
        fingerprint: new.fingerprint,
        price: Money::zero(cx.actor.currency),
        client_id: new.client_id,
        intent: Intent::ContactModify(Box::new(ContactChange { of_owner: true, ..new.change.clone() })),
    };
    match mode {
        Mode::Agent if !new.change.registries.is_empty() => {
            let order = order::open_object(tx, cx, wanted)?;
            by_agent(tx, cx, row, order)
        }
        Mode::Agent => {
            let order = order::open_waiting(tx, cx, wanted, row.expires_at)?;
            let begun = by_agent(tx, cx, row, order)?;
            let mut row = super::of_order(tx, begun.order.id)?;
            carry::send(tx, cx, &mut row)?;
            Ok(Begun { state: row.state, ..begun })
        }
        Mode::Foa => ask(tx, cx, row, wanted),
    }
}

/// The same wish of the same account that is still open.
fn joined(tx: &mut Tx<'_>, cx: &Cx<'_>, lock: &str, fingerprint: &str) -> Result<Option<Begun>, Error> {
    let Some(open) = orders::holder(tx, lock)?.filter(|o| o.account_id == cx.actor.account && o.fingerprint == fingerprint) else {
        return Ok(None);
    };
    let order = OrderRef { id: open.id, tracking_id: open.tracking_id };
    Ok(owner_changes::by_id(tx, order.id)?.map(|row| Begun { order, state: row.state, needs_consent: row.kind.needs_consent() }))
}

/// An agent has spoken, or nobody needs to: it is with the registry.
fn by_agent(tx: &mut Tx<'_>, cx: &Cx<'_>, row: OwnerChange, order: OrderRef) -> Result<Begun, Error> {
    if let Some(known) = owner_changes::by_id(tx, order.id)? {
        return Ok(Begun { order, state: known.state, needs_consent: known.kind.needs_consent() });
    }
    let mut row = OwnerChange { id: order.id, ..row };
    owner_changes::insert(tx, &row)?;
    let line = if row.kind.needs_consent() { "the account speaks for both owners" } else { "no consent is asked for by us" };
    must_step(tx, cx, &mut row, OwnerChangeEvent::AgentApproved, line)?;
    Ok(Begun { order, state: row.state, needs_consent: row.kind.needs_consent() })
}

/// Both owners are asked.
fn ask(tx: &mut Tx<'_>, cx: &Cx<'_>, row: OwnerChange, wanted: Wanted<'_>) -> Result<Begun, Error> {
    let order = order::open_waiting(tx, cx, wanted, row.expires_at)?;
    let row = OwnerChange { id: order.id, ..row };
    owner_changes::insert(tx, &row)?;
    set_timer(tx, cx, row.id, row.expires_at)?;
    consent::ask(tx, cx, &row, &model::owner_change::Side::ALL)?;
    mails::tell(tx, cx, &row, mails::Told::Pending, "")?;
    Ok(Begun { order, state: row.state, needs_consent: row.kind.needs_consent() })
}

fn owner(tx: &mut Tx<'_>, id: i64) -> Result<Holder, Error> {
    let row = contacts::by_id(tx, id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?;
    Ok(Holder::of(&row, &contact::from_json(&row.data)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_the_callers_then_the_accounts_then_the_dialects() {
        let terms = |default, trigger| Terms { default, trigger, declines_lock: false };
        let options = |mode, agent_allowed| Options { mode, agent_allowed, ..Options::default() };
        for (terms, options, expected) in [
            (terms(Mode::Foa, None), options(None, true), Some(Mode::Foa)),
            (terms(Mode::Agent, None), options(None, true), Some(Mode::Agent)),
            (terms(Mode::Agent, None), options(None, false), Some(Mode::Foa)),
            (terms(Mode::Agent, None), options(Some(Mode::Foa), true), Some(Mode::Foa)),
            (terms(Mode::Foa, None), options(Some(Mode::Agent), true), Some(Mode::Agent)),
            (terms(Mode::Foa, Some(Mode::Agent)), options(None, true), Some(Mode::Agent)),
            (terms(Mode::Agent, Some(Mode::Foa)), options(Some(Mode::Agent), true), Some(Mode::Foa)),
            (terms(Mode::Foa, Some(Mode::Agent)), options(None, false), None),
        ] {
            assert_eq!(mode_of(terms, &options).ok(), expected, "{terms:?} {options:?}");
        }
    }
}
