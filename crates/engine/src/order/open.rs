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
use store::jobs::{self, Job};
use store::orders::{self, Order};

/// Everything needed to send a wish or to recognise it at the registry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Intent {
    Register(Box<crate::domain::register::Registration>),
    Renew(crate::domain::renew::Renewal),
    Privacy(crate::domain::order_privacy::PrivacyChange),
    Delete(crate::domain::delete::Deletion),
    Restore(crate::domain::restore::Restoration),
    Suspend(crate::domain::suspend::Suspension),
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

/// Opens an order. The job is claimed for this node in the same commit, so that sending needs no further one.
pub(crate) fn open(tx: &mut Tx<'_>, cx: &Cx<'_>, new: NewOrder<'_>) -> Result<OrderRef, Error> {
    let id = cx.id();
    let tracking_id = tracking_id(cx.now, &|b| cx.random(b));
    let order = Order {
        id,
        tracking_id: tracking_id.clone(),
        account_id: cx.actor.account,
        kind: new.kind,
        object: new.name.as_str().to_owned(),
        lock_name: Some(new.name.as_str().to_owned()),
        registry: new.registry.to_owned(),
        state: OrderState::Sending,
        fingerprint: new.fingerprint,
        price: new.price,
        client_id: new.client_id.to_owned(),
        channel: cx.actor.channel,
        actor: cx.actor.name(),
        intent: serde_json::to_string(&new.intent).map_err(|e| broken(e.to_string()))?,
        result: String::new(),
        message: "The order is on its way to the registry".to_owned(),
        attention: String::new(),
        attempts: 0,
        accepted_at: cx.now,
        deadline_at: cx.now.plus_seconds(DEADLINE_SECONDS),
        decided_at: None,
        hidden_at: None,
    };
    orders::insert(tx, &order)?;
    ledger::hold(tx, cx, id, new.price)?;
    let job =
        Job { id: cx.id(), kind: STEP.to_owned(), name: format!("name:{}", new.name), subject: id, run_at: cx.now, epoch: 1, attempts: 0 };
    jobs::insert(tx, job.id, &job.kind, &job.name, id, cx.now, cx.real_now.plus_seconds(LEASE_SECONDS))?;
    let detail = format!("{} accepted, {} held", new.kind.word(), new.price);
    audit::append(tx, cx, audit::Change { verb: "order-accept", object: new.name.as_str(), order_id: Some(id), detail: &detail })?;
    cx.after(After::Work(job));
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
        result: "[]".to_owned(),
        message: done.message.to_owned(),
        attention: String::new(),
        attempts: 0,
        accepted_at: cx.now,
        deadline_at: cx.now,
        decided_at: Some(cx.now),
        hidden_at: None,
    };
    orders::insert(tx, &order)?;
    Ok(OrderRef { id, tracking_id })
}
