//! What the registry said of a transfer, brought home: it waits, it ended, or the name has arrived and is this account's.

use super::events::{Told, tell};
use super::{COMPLETION_SECONDS, consent, must_step, people, set_timer, step};
use crate::context::{Cx, Operation};
use crate::domain::{DnssecRecord, Newcomer, Outcome};
use crate::error::broken;
use crate::transfer::Incoming;
use crate::{Error, order};
use model::policy::TransferKind;
use model::transfer::{Party, TransferEvent, TransferState};
use model::{Need, Timestamp};
use store::domains;
use store::orders::Order;
use store::transfers::{self, Transfer};
use store::{Tx, orders, polls};

/// A name as it stands at the registry once it has arrived and been set.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub created: Timestamp,
    pub expires: Timestamp,
    pub roid: String,
    pub hosts: Vec<String>,
    pub dnssec: Vec<DnssecRecord>,
    pub by: Party,
    /// The registry shows it locked.
    pub locked: bool,
    /// What was wished for and could not be set, in words.
    pub undone: Option<String>,
}

pub(super) fn of_order(tx: &mut Tx<'_>, order_id: i64) -> Result<Transfer, Error> {
    transfers::by_id(tx, order_id)?.ok_or_else(|| broken(format!("order {order_id} has no transfer")))
}

/// Ends the order of a transfer that has ended without the registry, and tells the account.
pub(super) fn fail_order(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &Transfer, message: &str) -> Result<(), Error> {
    let order = orders::by_id(tx, t.id)?.ok_or_else(|| broken("a transfer without its order"))?;
    order::fail(tx, cx, &order, message)?;
    tell(tx, cx, t, Told::Failed, Some(t.id), &[("reason", message)])
}

/// The registry refused the order; whatever it was before, the transfer is over.
pub(crate) fn abandoned(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, message: &str) -> Result<(), Error> {
    ended(tx, cx, order, false, Party::Registry, message)
}

/// The transfer ended at the registry without effect; the order is failed by whoever calls.
pub(crate) fn ended(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, cancelled: bool, by: Party, message: &str) -> Result<(), Error> {
    let mut t = of_order(tx, order.id)?;
    let event = if cancelled { TransferEvent::Cancelled } else { TransferEvent::Rejected };
    // A withdrawal that ends otherwise than by cancellation has still ended.
    let other = if cancelled { TransferEvent::Rejected } else { TransferEvent::Cancelled };
    if !step(tx, cx, &mut t, event, Some(by), message)? {
        must_step(tx, cx, &mut t, other, Some(by), message)?;
    }
    tell(tx, cx, &t, Told::Failed, Some(order.id), &[("reason", message)])
}

/// A transfer that the registry has not decided this long after it should have is put before staff, in days.
const OVERDUE_DAYS: i64 = 1;

/// How a transfer that waits for the losing side is told of.
pub(crate) struct Waiting {
    /// What the order says meanwhile.
    pub message: &'static str,
    /// Why staff must look at it; empty if they need not.
    pub attention: String,
    /// The registry knows of no request: nobody but us ends it.
    pub ends_here: bool,
}

/// The losing side must act: the registry has the request and waits for it, or our tag is to be set.
pub(crate) fn pending(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    order: &Order,
    act_by: Timestamp,
    expires: Option<Timestamp>,
) -> Result<Waiting, Error> {
    let mut t = of_order(tx, order.id)?;
    let first = t.state == TransferState::Requesting;
    t.act_by_at = act_by;
    t.expires_at = expires.or(t.expires_at);
    let kind = cx.zones().get(&t.zone).map(|z| z.transfer.kind);
    let (line, message) = match kind {
        Some(TransferKind::PushByTag) => {
            ("the losing registrar must set our tag", "The transfer waits for the losing registrar to set the name's tag")
        }
        _ => (
            "the registry has the request; the losing registrar may object",
            "The registry has the request; the losing registrar may object",
        ),
    };
    must_step(tx, cx, &mut t, TransferEvent::Pending, None, if first { line } else { "" })?;
    if first {
        let asks_holder = kind == Some(TransferKind::LoserMailsHolder);
        if asks_holder && cx.inner.outside.get().is_some() {
            consent::ask_outside(tx, cx, &mut t)?;
            let state = t.state;
            transfers::update(tx, &t, state)?;
        }
        tell(tx, cx, &t, Told::Notify, Some(order.id), &[])?;
    }
    let late = cx.now > act_by.plus_days(OVERDUE_DAYS);
    let attention = if late { "the registry has not decided the transfer in time".to_owned() } else { String::new() };
    Ok(Waiting { message, attention, ends_here: kind == Some(TransferKind::PushByTag) })
}

/// Notes that the name is ours at the registry, before what was wished for is set there.
pub(crate) struct NoteArrived {
    pub order_id: i64,
}

impl Operation for NoteArrived {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let mut t = of_order(tx, self.order_id)?;
        if t.state == TransferState::Arrived {
            return Ok(());
        }
        must_step(tx, cx, &mut t, TransferEvent::Moved, None, "the name has arrived")?;
        consent::void(tx, cx, t.id)?;
        set_timer(tx, cx, t.id, cx.now.plus_seconds(COMPLETION_SECONDS))
    }
}

/// The name is here, set as wished and charged: it is the account's from now on.
pub(crate) fn arrived(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Incoming, arrival: &Arrival) -> Result<Outcome, Error> {
    let mut t = of_order(tx, order.id)?;
    t.expires_at = Some(arrival.expires);
    must_step(tx, cx, &mut t, TransferEvent::PriceTaken, None, &format!("{} charged", order.price))?;
    let newcomer = Newcomer {
        name: &wish.name,
        zone: &wish.zone,
        registrant: wish.registrant,
        contacts: &wish.contacts,
        renewal_mode: &wish.renewal_mode,
        privacy: &wish.privacy,
        trustee: wish.trustee,
        price_class: &wish.price_class,
        language: "",
        fields: &wish.fields,
        // Where the registry took no lock none is shown.
        locks: if arrival.locked { &wish.locks } else { "" },
        // The code that brought it here is spent.
        auth_sealed: "",
        roid: &arrival.roid,
        hosts: &arrival.hosts,
        dnssec: &arrival.dnssec,
        created: arrival.created,
        created_by: &t.losing,
        expires: arrival.expires,
        since: cx.now,
    };
    let domain = newcomer.settle(tx, cx, order)?;
    if arrival.undone.is_some() {
        // Whose contacts it shows there is not left to chance.
        people::later(tx, cx, &domain)?;
    }
    polls::claimed(tx, &domain.name)?;
    must_step(tx, cx, &mut t, TransferEvent::Finished, Some(arrival.by), "the transfer is complete")?;
    tell(tx, cx, &t, Told::Successful, Some(order.id), &[])?;
    let message = match &arrival.undone {
        None => "Command completed successfully".to_owned(),
        Some(undone) => format!("The domain was transferred, but not all that was asked for could be set: {undone}"),
    };
    let facts = vec![
        ("created".to_owned(), arrival.created.rfc3339()),
        ("expires".to_owned(), arrival.expires.rfc3339()),
        ("roid".to_owned(), domain.roid),
    ];
    Ok((message, facts))
}

/// Our answer to another registrar's request is in force, or the request ended before it came.
pub(crate) fn answered(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &super::Answering, moved: bool) -> Result<Outcome, Error> {
    let mut t = of_order(tx, wish.transfer)?;
    let by = if wish.by_holder { Party::Holder } else { Party::Losing };
    let auto = if wish.automatic { "1" } else { "0" };
    if moved {
        super::out::gone(tx, cx, &mut t, Some(by), Some(order.id), &[("auto ack", auto)])?;
        return Ok(("The transfer was approved".to_owned(), Vec::new()));
    }
    if let Some(ours) = domains::of_account(tx, t.account_id, &t.name)? {
        // The registry sends no message about what we have said ourselves. Left standing, the status would keep the name from being renewed.
        let statuses: Vec<&str> = ours.statuses.split_whitespace().filter(|s| *s != "pendingTransfer").collect();
        domains::set_at_registry(tx, ours.id, ours.expires_at, &statuses.join(" "), cx.now, &order.actor)?;
        crate::agenda::refresh(tx, cx, ours.id)?;
        crate::agenda::changeable_again(tx, cx, &ours)?;
    }
    if step(tx, cx, &mut t, TransferEvent::Rejected, Some(Party::Losing), "the transfer was denied")? {
        tell(tx, cx, &t, Told::Failed, Some(order.id), &[("auto nack", auto)])?;
    }
    Ok(("The transfer was denied".to_owned(), Vec::new()))
}
