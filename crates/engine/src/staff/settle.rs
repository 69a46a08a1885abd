//! Settle by staff: an order whose outcome nobody could find out is ended with evidence, as if the registry had told.
//!
//! Reached by the command line (`domesday attention settle`). Refuses: AccessDenied to all who are not staff, OrderUnknown, StatusForbids, Fields,
//! NotSupported. Decision 0014: no clock ever ends such an order.

use crate::context::{After, Cx, Operation};
use crate::domain::register::Made;
use crate::order::{Intent, OrderView, Settlement, conclude, view};
use crate::{Error, audit, domain};
use model::{Field, FieldProblem, Need, Refusal, Timestamp};
use store::orders::{self, Order};
use store::{Tx, jobs};

/// What staff found out at the registry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FoundOut {
    /// It was done; with the expiry that the registry shows, where the deed has one.
    Done { expires: Option<Timestamp> },
    /// It was not done and will not be.
    NotDone,
}

/// Ends an order that waits for staff. Done: charged and in force. Not done: released and failed.
pub struct SettleOrder {
    pub order: i64,
    pub found: FoundOut,
    /// What proves it, for the audit log.
    pub evidence: String,
}

impl Operation for SettleOrder {
    type Done = OrderView;
    const NEED: Need = Need::Spend;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<OrderView, Error> {
        let order = orders::by_id(tx, self.order)?.ok_or(Refusal::OrderUnknown)?;
        let intent: Option<Intent> = if order.intent.is_empty() { None } else { Some(domain::parsed("an order's intent", &order.intent)?) };
        let settlement = decide(&order, intent.as_ref(), self.found)?;
        // Whoever works on it at this moment finds its lease lost and changes nothing.
        if let Some(lock) = &order.lock_name {
            jobs::drop_named(tx, &format!("name:{lock}"))?;
        }
        let word = if matches!(self.found, FoundOut::NotDone) { "not done" } else { "done" };
        let detail = format!("{word}: {}", self.evidence);
        audit::append(tx, cx, audit::Change { verb: "order-settle", object: &order.object, order_id: Some(order.id), detail: &detail })?;
        conclude(tx, cx, &order, &settlement)?;
        cx.after(After::Decided(order.id));
        Ok(view(orders::by_id(tx, self.order)?.ok_or(Refusal::OrderUnknown)?))
    }
}

/// What the finding means for the order, or why it cannot be taken. Pure.
fn decide(order: &Order, intent: Option<&Intent>, found: FoundOut) -> Result<Settlement, Refusal> {
    if !order.state.is_open() {
        return Err(Refusal::StatusForbids { status: order.state.word().to_owned() });
    }
    if order.attention.is_empty() {
        return Err(Refusal::StatusForbids { status: format!("{}, and it is still being worked on", order.state.word()) });
    }
    let FoundOut::Done { expires } = found else {
        return Ok(Settlement::Refused { message: "The registry did not carry it out".to_owned() });
    };
    let dated = || expires.ok_or_else(|| Refusal::field(FieldProblem::missing(Field::Other("expires"))));
    match intent {
        // Whether a lock followed is not known: what the registry shows is taken over by the next look at it.
        Some(Intent::Register(_)) => {
            Ok(Settlement::Registered(Made { created: order.accepted_at, expires: dated()?, roid: String::new(), locked: false }))
        }
        Some(Intent::Renew(_)) => Ok(Settlement::Renewed { expires: dated()? }),
        Some(Intent::Restore(_)) => Ok(Settlement::Restored { expires: dated()?, statuses: String::new() }),
        Some(Intent::Delete(_)) => Ok(Settlement::Deleted { left: expires.map(|at| (Some(at), "pendingDelete".to_owned())) }),
        Some(
            Intent::Suspend(_)
            | Intent::Privacy(_)
            | Intent::Modify(_)
            | Intent::OwnerChange(_)
            | Intent::ContactModify(_)
            | Intent::ContactDelete(_)
            | Intent::Host(_)
            | Intent::AuthCode(_),
        ) => Ok(Settlement::Changed),
        Some(Intent::Push(_)) => Ok(Settlement::Released),
        // A name that came or went shows at the registry, and is taken over from there.
        Some(Intent::Transfer(_) | Intent::TransferAnswer(_)) | None => {
            Err(Refusal::NotSupported { what: format!("{} settled as done by hand", order.kind.word()) })
        }
    }
}
