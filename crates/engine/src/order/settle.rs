//! How an order ends: charged or released, the domain changed, the account told, the job done; all in one transaction, exactly once.

use super::Intent;
use crate::context::{After, Cx, Operation};
use crate::domain::register::Made;
use crate::error::broken;
use crate::{Error, audit, domain, events, ledger};
use model::order::{OrderEvent, OrderKind, OrderState};
use model::{Need, Timestamp};
use store::Tx;
use store::jobs::{self, Job};
use store::orders::{self, Order};

/// What became of an order at the registry.
#[derive(Clone, Debug)]
pub(crate) enum Settlement {
    Registered(Made),
    Renewed {
        expires: Timestamp,
    },
    /// Gone, or on its way out: with what expiry, if the registry says so, and statuses.
    Deleted {
        left: Option<(Option<Timestamp>, String)>,
    },
    /// The registry, or whom it went to, holds the name now.
    Released,
    Restored {
        expires: Timestamp,
        statuses: String,
    },
    /// The registry has our request for a name and waits for the losing side until then.
    TransferPending {
        act_by: Timestamp,
        expires: Option<Timestamp>,
    },
    /// A name has come here and is set as wished.
    Transferred(Box<crate::transfer::Arrival>),
    /// A transfer ended without effect: taken back, or refused.
    TransferEnded {
        cancelled: bool,
        by: model::transfer::Party,
        message: String,
    },
    /// Our answer to another registrar's request is in force; `moved` if the name has left.
    Answered {
        moved: bool,
    },
    /// A change of what we keep; the registry had nothing to add.
    Changed,
    /// Refused for good, in words a person can act on.
    Refused {
        message: String,
    },
    /// The registry decides later.
    Deferred,
}

/// Settles an order under the lease of its job. A late node, whose lease was lost, changes nothing.
pub(crate) struct Settle {
    pub job: Job,
    pub settlement: Settlement,
    /// What is now known to exist at the registry.
    pub known: Known,
}

/// Objects that the registry step found or made.
#[derive(Clone, Default, Debug)]
pub(crate) struct Known {
    pub registry: String,
    /// Contact id, id at the registry, version.
    pub contacts: Vec<(i64, String, i64)>,
    pub hosts: Vec<String>,
    /// What was found or made at further registries.
    pub others: Vec<Known>,
}

pub(crate) fn settle(job: Job, settlement: Settlement, known: Known) -> Settle {
    Settle { job, settlement, known }
}

/// Keeps what the registry step found, whatever became of the order itself.
pub(crate) fn note_known(tx: &mut Tx<'_>, known: &Known) -> Result<(), Error> {
    for (contact_id, registry_id, version) in &known.contacts {
        store::contacts::note_at_registry(tx, &known.registry, *contact_id, registry_id, *version)?;
    }
    for host in &known.hosts {
        store::contacts::note_host_at_registry(tx, &known.registry, host)?;
    }
    for other in &known.others {
        note_known(tx, other)?;
    }
    Ok(())
}

impl Operation for Settle {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let order = orders::by_id(tx, self.job.subject)?.ok_or_else(|| broken("a job without its order"))?;
        note_known(tx, &self.known)?;
        if matches!(self.settlement, Settlement::Deferred) {
            return defer(tx, cx, &self.job, &order);
        }
        if let Settlement::TransferPending { act_by, expires } = &self.settlement {
            let waiting = crate::transfer::pending(tx, cx, &order, *act_by, *expires)?;
            return wait_for_loser(tx, cx, &self.job, &order, *act_by, &waiting);
        }
        if !jobs::finish(tx, self.job.id, self.job.epoch)? {
            return Err(broken(format!("the lease on {} was lost before it was settled", self.job.name)));
        }
        conclude(tx, cx, &order, &self.settlement)?;
        cx.after(After::Decided(order.id));
        Ok(())
    }
}

/// Ends an open order as the registry, or staff with evidence, decided it: its money, its effect and what is told.
pub(crate) fn conclude(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, settlement: &Settlement) -> Result<(), Error> {
    let event = if matches!(settlement, Settlement::Refused { .. } | Settlement::TransferEnded { .. }) {
        OrderEvent::Refused
    } else {
        OrderEvent::Confirmed
    };
    let Some(next) = order.state.next(event) else {
        return Err(broken(format!("order {} is {} and cannot be settled again", order.id, order.state.word())));
    };
    match settlement {
        Settlement::Refused { message } => refused(tx, cx, order, message),
        Settlement::TransferEnded { cancelled, by, message } => {
            ledger::release(tx, cx, order.id)?;
            end(tx, cx, order, next, message, "[]")?;
            crate::transfer::ended(tx, cx, order, *cancelled, *by, message)
        }
        done => {
            let (message, result) = domain::apply(tx, cx, order, done)?;
            let result = serde_json::to_string(&result).map_err(|e| broken(e.to_string()))?;
            end(tx, cx, order, next, &message, &result)
        }
    }
}

fn end(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, next: OrderState, message: &str, result: &str) -> Result<(), Error> {
    if !orders::decide(tx, order.id, next, message, result, cx.now)? {
        return Err(broken(format!("order {} was decided twice", order.id)));
    }
    let verb = if next == OrderState::Succeeded { "order-succeed" } else { "order-fail" };
    audit::append(tx, cx, audit::Change { verb, object: &order.object, order_id: Some(order.id), detail: message })
}

fn refused(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, message: &str) -> Result<(), Error> {
    ledger::release(tx, cx, order.id)?;
    end(tx, cx, order, OrderState::Failed, message, "[]")?;
    // The transfer behind an order ends, or goes on waiting, with it, and tells in its own words.
    if order.kind == OrderKind::DomainTransfer {
        return crate::transfer::abandoned(tx, cx, order, message);
    }
    if order.kind == OrderKind::TransferAnswer {
        let Intent::TransferAnswer(wish) = domain::parsed("an order's intent", &order.intent)? else {
            return Err(broken(format!("order {} is no answer", order.id)));
        };
        return crate::transfer::answer_failed(tx, cx, wish.transfer, message);
    }
    // So does a change of owner.
    match domain::parsed("an order's intent", &order.intent)? {
        Intent::OwnerChange(_) => return crate::owner_change::refused(tx, cx, order, message),
        Intent::ContactModify(wish) if wish.of_owner => return crate::owner_change::refused(tx, cx, order, message),
        Intent::Modify(wish) if wish.follows && !crate::transfer::people::refused(tx, cx, wish.domain, message)? => return Ok(()),
        _ => {}
    }
    let (class, subclass) = domain::failure_event(order.kind);
    events::append(
        tx,
        cx,
        events::Happened {
            account_id: order.account_id,
            class,
            subclass,
            object: &order.object,
            order_id: Some(order.id),
            data: &[(domain::object_word(order.kind), &order.object), ("reason", message)],
        },
    )
}

/// Ends an open order without asking the registry: nothing was begun there.
pub(crate) fn fail(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, message: &str) -> Result<(), Error> {
    ledger::release(tx, cx, order.id)?;
    end(tx, cx, order, OrderState::Failed, message, "[]")?;
    cx.after(After::Decided(order.id));
    Ok(())
}

/// Ends an open order that needed no registry. What it wished for is done already.
pub(crate) fn succeed(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, message: &str) -> Result<(), Error> {
    ledger::capture(tx, cx, order.id, order.price, order.kind.word())?;
    end(tx, cx, order, OrderState::Succeeded, message, "[]")?;
    cx.after(After::Decided(order.id));
    Ok(())
}

/// The losing side has until `act_by`; a poll message wakes the job earlier, and a look now and then finds what a lost message told.
fn wait_for_loser(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    job: &Job,
    order: &Order,
    act_by: Timestamp,
    waiting: &crate::transfer::Waiting,
) -> Result<(), Error> {
    const LOOK_SECONDS: i64 = 12 * 3_600;
    let Some(next) = order.state.next(OrderEvent::Deferred) else { return Err(broken("a decided order cannot be deferred")) };
    orders::advance(tx, order.id, order.state, next, waiting.message, &waiting.attention)?;
    let look = cx.now.plus_seconds(LOOK_SECONDS);
    // Just after the deadline the registry has decided, if it decides by itself; what it does not know of ends with its time.
    let last = if waiting.ends_here { act_by } else { act_by.plus_seconds(1) };
    let due = if act_by > cx.now { look.min(last) } else { cx.now.plus_seconds(600) };
    if !jobs::again(tx, job.id, job.epoch, due, "")? {
        return Err(broken("a lease was lost"));
    }
    Ok(())
}

/// The registry took the order and will tell by poll message; the job looks again from time to time, in case the message is lost.
fn defer(tx: &mut Tx<'_>, cx: &Cx<'_>, job: &Job, order: &Order) -> Result<(), Error> {
    let Some(next) = order.state.next(OrderEvent::Deferred) else { return Err(broken("a decided order cannot be deferred")) };
    orders::advance(tx, order.id, order.state, next, "The registry has accepted the order and will decide", &order.attention)?;
    if !jobs::again(tx, job.id, job.epoch, cx.now.plus_seconds(600), "")? {
        return Err(broken("a lease was lost"));
    }
    Ok(())
}

/// Notes that nobody knows what became of an order, or that it could not be sent, and when to look again.
pub(crate) struct Lost {
    pub job: Job,
    /// True if the registry may have done it.
    pub uncertain: bool,
    pub why: String,
    pub again_seconds: i64,
    pub known: Known,
}

pub(crate) fn lost(job: Job, uncertain: bool, why: String, again_seconds: i64, known: Known) -> Lost {
    Lost { job, uncertain, why, again_seconds, known }
}

/// An outcome unknown for so long is put before staff.
const ALARM_SECONDS: i64 = 15 * 60;

impl Operation for Lost {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let order = orders::by_id(tx, self.job.subject)?.ok_or_else(|| broken("a job without its order"))?;
        note_known(tx, &self.known)?;
        if !order.state.is_open() {
            jobs::finish(tx, self.job.id, self.job.epoch)?;
            return Ok(());
        }
        let event = if self.uncertain { OrderEvent::AnswerLost } else { OrderEvent::NotDone };
        let next = order.state.next(event).unwrap_or(order.state);
        let late = cx.now.seconds_since(order.accepted_at) >= ALARM_SECONDS;
        // What another matter has put before staff, such as a transfer that is not completed in time, stays until the order ends.
        let taken = !order.attention.is_empty() && !order.attention.starts_with(OUTCOME_UNKNOWN);
        let attention = if late && !taken { attention(&self.why) } else { order.attention.clone() };
        let message = if self.uncertain {
            "The registry's answer was lost; its outcome is being asked for"
        } else {
            "The registry cannot be reached; the order is waiting"
        };
        orders::advance(tx, order.id, order.state, next, message, &attention)?;
        if !jobs::again(tx, self.job.id, self.job.epoch, cx.now.plus_seconds(self.again_seconds), &self.why)? {
            return Err(broken("a lease was lost"));
        }
        if next != order.state {
            audit::append(
                tx,
                cx,
                audit::Change { verb: "order-wait", object: &order.object, order_id: Some(order.id), detail: &self.why },
            )?;
        }
        Ok(())
    }
}

const OUTCOME_UNKNOWN: &str = "the registry's outcome is not known";

/// The text under which staff find an order that needs them.
pub(crate) fn attention(why: &str) -> String {
    format!("{OUTCOME_UNKNOWN}: {why}")
}
