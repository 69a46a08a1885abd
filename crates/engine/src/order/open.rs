//! Opening an order: hold, intent and job in one transaction; a repeat of the same wish joins the order that is open.

use super::OrderRef;
use crate::context::{After, Cx};
use crate::error::broken;
use crate::jobs::{LEASE_SECONDS, STEP};
use crate::tracking::tracking_id;
use crate::{Error, audit, ledger};
use model::order::{OrderKind, OrderState};
use model::{DomainName, Money, Refusal};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::jobs::{self, Job, Lease};
use store::orders::{self, Order};

/// Everything needed to send a wish or to recognise it at the registry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Intent {
    Register(Box<crate::domain::register::Registration>),
    Renew(crate::domain::renew::Renewal),
    Privacy(crate::domain::order_privacy::PrivacyChange),
    Modify(Box<crate::domain::modify::Modification>),
    /// As a modification, with the change of owner that has the order's number.
    OwnerChange(Box<crate::domain::modify::Modification>),
    ContactModify(Box<crate::contact::ContactChange>),
    ContactDelete(crate::contact::ContactRemoval),
    Host(crate::host::HostWish),
    Delete(crate::domain::delete::Deletion),
    Push(crate::domain::push::HandOver),
    Restore(crate::domain::restore::Restoration),
    Suspend(crate::domain::suspend::Suspension),
    Transfer(Box<crate::transfer::Incoming>),
    TransferAnswer(crate::transfer::Answering),
    AuthCode(crate::transfer::CodeChange),
}

/// An order to be opened.
pub(crate) struct NewOrder<'a> {
    pub kind: OrderKind,
    pub name: &'a DomainName,
    pub registry: &'a str,
    pub fingerprint: String,
    pub price: Money,
    pub client_id: &'a str,
    pub intent: Intent,
}

/// An order that nobody settled for so long is brought to staff's attention; its hold stays.
const DEADLINE_SECONDS: i64 = 24 * 3_600;

/// The open order for the same wish of the same account, if there is one; a refusal if another wish holds the name.
pub(crate) fn join(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &DomainName, fingerprint: &str) -> Result<Option<OrderRef>, Error> {
    let Some(order) = orders::holder(tx, name.as_str())? else { return Ok(None) };
    if order.account_id == cx.actor.account && order.fingerprint == fingerprint {
        return Ok(Some(OrderRef { id: order.id, tracking_id: order.tracking_id }));
    }
    Err(Refusal::NameBusy { name: name.clone() }.into())
}

/// The same for an order about a contact or host, which is locked under a name of its own.
pub(crate) fn join_object(tx: &mut Tx<'_>, cx: &Cx<'_>, lock: &str, object: &str, fingerprint: &str) -> Result<Option<OrderRef>, Error> {
    let Some(order) = orders::holder(tx, lock)? else { return Ok(None) };
    if order.account_id == cx.actor.account && order.fingerprint == fingerprint {
        return Ok(Some(OrderRef { id: order.id, tracking_id: order.tracking_id }));
    }
    Err(Refusal::ObjectBusy { object: object.to_owned() }.into())
}

/// Opens an order about a name.
pub(crate) fn open(tx: &mut Tx<'_>, cx: &Cx<'_>, new: NewOrder<'_>) -> Result<OrderRef, Error> {
    open_until(tx, cx, new, cx.now.plus_seconds(DEADLINE_SECONDS), true)
}

/// As [`open`], for an order that may take until `deadline`. Without `at_once` it waits for a word from elsewhere, and whoever opens it sees to
/// a job that ends the wait.
pub(crate) fn open_until(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    new: NewOrder<'_>,
    deadline: model::Timestamp,
    at_once: bool,
) -> Result<OrderRef, Error> {
    let NewOrder { kind, name, registry, fingerprint, price, client_id, intent } = new;
    let wanted = Wanted { kind, object: name.as_str(), lock: name.as_str(), registry, fingerprint, price, client_id, intent };
    open_as(tx, cx, wanted, deadline, at_once)
}

/// An order to be opened about any object.
pub(crate) struct Wanted<'a> {
    pub kind: OrderKind,
    /// As its owner knows it.
    pub object: &'a str,
    /// One open order at a time has this lock.
    pub lock: &'a str,
    pub registry: &'a str,
    pub fingerprint: String,
    pub price: Money,
    pub client_id: &'a str,
    pub intent: Intent,
}

/// Opens an order. The job is claimed for this node in the same commit, so that sending needs no further one.
pub(crate) fn open_object(tx: &mut Tx<'_>, cx: &Cx<'_>, new: Wanted<'_>) -> Result<OrderRef, Error> {
    open_as(tx, cx, new, cx.now.plus_seconds(DEADLINE_SECONDS), true)
}

/// Opens an order that waits for people until `until`. Whoever opens it sees to a job that ends the wait.
pub(crate) fn open_waiting(tx: &mut Tx<'_>, cx: &Cx<'_>, new: Wanted<'_>, until: model::Timestamp) -> Result<OrderRef, Error> {
    open_as(tx, cx, new, until.plus_seconds(DEADLINE_SECONDS), false)
}

fn open_as(tx: &mut Tx<'_>, cx: &Cx<'_>, new: Wanted<'_>, deadline: model::Timestamp, at_once: bool) -> Result<OrderRef, Error> {
    let id = cx.id();
    let tracking_id = tracking_id(cx.now, &|b| cx.random(b));
    let order = Order {
        id,
        tracking_id: tracking_id.clone(),
        account_id: cx.actor.account,
        kind: new.kind,
        object: new.object.to_owned(),
        lock_name: Some(new.lock.to_owned()),
        registry: new.registry.to_owned(),
        state: OrderState::Sending,
        fingerprint: new.fingerprint,
        price: new.price,
        client_id: new.client_id.to_owned(),
        channel: cx.actor.channel,
        actor: cx.actor.name(),
        intent: serde_json::to_string(&new.intent).map_err(|e| broken(e.to_string()))?,
        result: String::new(),
        message: if at_once { "The order is on its way to the registry" } else { "The order waits for consent" }.to_owned(),
        attention: String::new(),
        attempts: 0,
        accepted_at: cx.now,
        deadline_at: deadline,
        decided_at: None,
        hidden_at: unasked(cx, new.kind),
    };
    orders::insert(tx, &order)?;
    ledger::hold(tx, cx, id, new.price)?;
    let detail = format!("{} accepted, {} held", new.kind.word(), new.price);
    audit::append(tx, cx, audit::Change { verb: "order-accept", object: new.object, order_id: Some(id), detail: &detail })?;
    if at_once {
        let job = Job {
            id: cx.id(),
            kind: STEP.to_owned(),
            name: format!("name:{}", new.lock),
            subject: id,
            run_at: cx.now,
            epoch: 1,
            attempts: 0,
        };
        jobs::insert(tx, &job, Lease { holder: &cx.inner.node, until: cx.real_now.plus_seconds(LEASE_SECONDS) })?;
        cx.after(After::Work(job));
    }
    Ok(OrderRef { id, tracking_id })
}

/// A change that is done with its own transaction, noted as an order so that its result can be asked for.
pub(crate) struct Finished<'a> {
    pub kind: OrderKind,
    pub object: &'a str,
    pub client_id: &'a str,
    pub price: Money,
    pub message: &'a str,
}

pub(crate) fn finished(tx: &mut Tx<'_>, cx: &Cx<'_>, done: Finished<'_>) -> Result<OrderRef, Error> {
    finished_with(tx, cx, done, &[])
}

/// As [`finished`], with what the change brought.
pub(crate) fn finished_with(tx: &mut Tx<'_>, cx: &Cx<'_>, done: Finished<'_>, result: &[(&str, String)]) -> Result<OrderRef, Error> {
    let id = cx.id();
    let tracking_id = tracking_id(cx.now, &|b| cx.random(b));
    let order = Order {
        id,
        tracking_id: tracking_id.clone(),
        account_id: cx.actor.account,
        kind: done.kind,
        object: done.object.to_owned(),
        lock_name: None,
        registry: String::new(),
        state: OrderState::Succeeded,
        fingerprint: String::new(),
        price: done.price,
        client_id: done.client_id.to_owned(),
        channel: cx.actor.channel,
        actor: cx.actor.name(),
        intent: String::new(),
        result: crate::domain::json(&result)?,
        message: done.message.to_owned(),
        attention: String::new(),
        attempts: 0,
        accepted_at: cx.now,
        deadline_at: cx.now,
        decided_at: Some(cx.now),
        hidden_at: unasked(cx, done.kind),
    };
    orders::insert(tx, &order)?;
    Ok(OrderRef { id, tracking_id })
}

/// What the agenda does by itself nobody asked for: it is told by events and stands in the statement, not in the list of requests.
fn unasked(cx: &Cx<'_>, kind: OrderKind) -> Option<model::Timestamp> {
    let by_itself = matches!(
        kind,
        OrderKind::DomainSuspend
            | OrderKind::DomainRenew
            | OrderKind::DomainDelete
            | OrderKind::DomainPush
            | OrderKind::DomainLock
            | OrderKind::DomainUnlock
    );
    (by_itself && cx.actor.channel == model::Channel::System).then_some(cx.now)
}
