//! Carrying out: what was agreed goes to the registry as soon as the name or contact is free, and what comes of it is told.

use super::{BUSY_SECONDS, Holder, Wish, end, holders, lock, mails, must_step, of_order, set_timer, wish};
use crate::contact::{ContactChange, lock_name};
use crate::context::{After, Cx};
use crate::domain::modify::{self, Modification};
use crate::domain::{json, parsed};
use crate::error::broken;
use crate::jobs::{LEASE_SECONDS, STEP};
use crate::order::{self, Intent};
use crate::{Error, contact, domain};
use model::lock::{LockReason, Locks};
use model::owner_change::{OwnerChangeEvent, OwnerChangeState, lock_until};
use model::policy::After as AfterEvent;
use store::Tx;
use store::contacts::{self, Contact};
use store::domains::{self, Domain};
use store::jobs::{self, Job, Lease};
use store::orders::{self, Order, TakenUp};
use store::owner_changes::{self, OwnerChange};

/// An order at the registry that nobody settled for so long is brought to staff's attention.
const DEADLINE_SECONDS: i64 = 24 * 3_600;
const ON_ITS_WAY: &str = "The order is on its way to the registry";

/// What stands in the way for good.
enum Planned {
    Ready {
        lock: String,
        intent: Intent,
    },
    Never(String),
    /// The person is just becoming another one, or is getting another name: what is agreed to waits for that.
    Later,
}

/// Sends a change on that both sides agreed to. Where another order holds the name or contact, it is tried again in a minute.
pub(super) fn send(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &mut OwnerChange) -> Result<(), Error> {
    let order = orders::by_id(tx, change.id)?.ok_or_else(|| broken("an owner change without its order"))?;
    let planned = match wish(change)? {
        Wish::Name { registrant, trustee, fields } => name(tx, cx, change, registrant, trustee, &fields)?,
        Wish::Person { data } => person(tx, cx, change, data)?,
    };
    let (lock, intent) = match planned {
        Planned::Ready { lock, intent } => (lock, intent),
        Planned::Later => return set_timer(tx, cx, change.id, cx.now.plus_seconds(BUSY_SECONDS)),
        Planned::Never(why) => return end::end(tx, cx, change, OwnerChangeEvent::Refused, &why),
    };
    if orders::holder(tx, &lock)?.is_some_and(|holder| holder.id != change.id) {
        return set_timer(tx, cx, change.id, cx.now.plus_seconds(BUSY_SECONDS));
    }
    let nowhere = matches!(&intent, Intent::ContactModify(wish) if wish.registries.is_empty());
    let deadline = cx.now.plus_seconds(DEADLINE_SECONDS);
    // Which registries know a contact may be other ones than when it was asked for.
    let registry = match &intent {
        Intent::ContactModify(wish) => wish.registries.first().map_or("", |(registry, _)| registry),
        _ => &order.registry,
    };
    let with = TakenUp { lock_name: &lock, registry, intent: &json(&intent)?, message: ON_ITS_WAY, deadline_at: deadline };
    if !orders::take_up(tx, order.id, with)? {
        return Err(broken(format!("order {} was decided before its owner change", order.id)));
    }
    if nowhere {
        // No registry knows the contact: it is changed here, and that is all.
        let order = orders::by_id(tx, change.id)?.ok_or_else(|| broken("an owner change without its order"))?;
        let Intent::ContactModify(wish) = &intent else { return Err(broken("a contact's change is none")) };
        contact::settle_change(tx, cx, &order, wish)?;
        order::succeed(tx, cx, &order, domain::DONE)?;
        *change = of_order(tx, change.id)?;
        return Ok(());
    }
    let job =
        Job { id: cx.id(), kind: STEP.to_owned(), name: format!("name:{lock}"), subject: order.id, run_at: cx.now, epoch: 1, attempts: 0 };
    jobs::insert(tx, &job, Lease { holder: &cx.inner.node, until: cx.real_now.plus_seconds(LEASE_SECONDS) })?;
    cx.after(After::Work(job));
    Ok(())
}

fn ours(tx: &mut Tx<'_>, change: &OwnerChange) -> Result<Option<Domain>, Error> {
    let Some(id) = change.domain_id else { return Ok(None) };
    Ok(domains::by_id(tx, id)?.filter(|d| d.account_id == change.account_id))
}

/// Whether a contact is the person whom the owners were shown.
fn is_still(row: &Contact, shown: &Holder) -> Result<bool, Error> {
    let now = Holder::of(row, &contact::from_json(&row.data)?);
    Ok((&now.name, &now.organization, &now.email) == (&shown.name, &shown.organization, &shown.email))
}

/// The change of a name as the name stands now.
fn name(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    change: &OwnerChange,
    registrant: i64,
    trustee: Option<bool>,
    given: &[(String, String)],
) -> Result<Planned, Error> {
    let Some(domain) = ours(tx, change)? else { return Ok(Planned::Never("the name is not held here any more".to_owned())) };
    if let Some(status) = modify::forbidding(&domain.statuses, None) {
        return Ok(Planned::Never(format!("the status {status} forbids it")));
    }
    // What both agreed to is what they were shown: a new owner who became another person since is not the one.
    let (losing, gaining) = holders(change)?;
    let row = contacts::by_id(tx, registrant)?.filter(|c| c.account_id == change.account_id);
    let Some(row) = row else { return Ok(Planned::Never("the new owner's contact was deleted".to_owned())) };
    if domain.registrant_id != losing.contact {
        return Ok(Planned::Never("the name got another owner meanwhile".to_owned()));
    }
    if owner_changes::carried_within(tx, registrant)? || owner_changes::carried_within(tx, losing.contact)? {
        return Ok(Planned::Later);
    }
    if !is_still(&row, &gaining)? {
        return Ok(Planned::Never("the new owner's data were changed meanwhile".to_owned()));
    }
    // Whoever agreed as the present owner may be it no more.
    let present = contacts::by_id(tx, losing.contact)?.ok_or_else(|| broken("a name without its owner's contact"))?;
    if !is_still(&present, &losing)? {
        return Ok(Planned::Never("the name's owner became another person meanwhile".to_owned()));
    }
    let zone = domain::zone_of(cx, &domain)?;
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    let running = lock::until(tx, domain.id)?;
    let rule = zone.lock_after(AfterEvent::OwnerChange, cx.now);
    let until = rule.and_then(|rule| lock_until(change.mode, change.declines_lock, running, cx.now, rule.span));
    let before: Vec<(String, String)> = parsed("a domain's fields", &domain.fields)?;
    let mut after = before.clone();
    for (field, value) in given {
        after.retain(|(known, _)| !known.eq_ignore_ascii_case(field));
        after.push((field.clone(), value.clone()));
    }
    let wanted = Modification {
        registrant: Some(registrant),
        trustee: trustee.filter(|on| *on != domain.trustee),
        fields: (after != before).then_some(after),
        owner_lock: (until.is_some() && !locks.holds(LockReason::OwnerChange)).then_some(true),
        ..Modification::of(&domain)
    };
    Ok(Planned::Ready { lock: domain.name, intent: Intent::OwnerChange(Box::new(wanted)) })
}

/// The change of a contact. It was locked since it was asked for: its data are those that were shown.
fn person(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange, data: String) -> Result<Planned, Error> {
    let id = change.contact_id.ok_or_else(|| broken("an owner change without its contact"))?;
    if contacts::by_id(tx, id)?.is_none() {
        return Ok(Planned::Never("the contact was deleted".to_owned()));
    }
    if owner_changes::carried_to(tx, id)?.is_some() {
        return Ok(Planned::Later);
    }
    let registries = contacts::registries(tx, id)?.into_iter().map(|(registry, id, _)| (registry, id)).collect();
    let wish = ContactChange { contact: id, data, version: cx.id(), registries, of_owner: true };
    Ok(Planned::Ready { lock: lock_name(id), intent: Intent::ContactModify(Box::new(wish)) })
}

/// The registry has the change: the lock begins, and everybody hears of it.
pub(crate) fn carried(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order) -> Result<(), Error> {
    let mut change = of_order(tx, order.id)?;
    if change.state != OwnerChangeState::CarryingOut {
        return Err(broken(format!("the owner change of {} is {} and carried out", change.object, change.state.word())));
    }
    must_step(tx, cx, &mut change, OwnerChangeEvent::CarriedOut, "ownerchange successful")?;
    let until = lock::begin(tx, cx, &change)?;
    mails::tell(tx, cx, &change, mails::Told::Successful, "ownerchange successful")?;
    if change.kind.needs_consent() {
        mails::done(tx, cx, &change, until)?;
    }
    Ok(())
}

/// The registry refused; its order is failed by whoever calls.
pub(crate) fn refused(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, message: &str) -> Result<(), Error> {
    let mut change = of_order(tx, order.id)?;
    must_step(tx, cx, &mut change, OwnerChangeEvent::Refused, message)?;
    end::told(tx, cx, &change)
}
