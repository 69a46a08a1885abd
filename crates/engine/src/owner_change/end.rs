//! Ends beside the good one: refused by an owner, taken back, expired, overtaken by events.
//!
//! Reached by CentralNic `ActivateOwnerChange` with action `CANCEL`. Refuses: OwnerChangeUnknown, StatusForbids.

use super::{OwnerChangeView, list, mails, must_step};
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::{Error, order};
use model::owner_change::{OwnerChangeEvent, OwnerChangeState};
use model::{Need, Refusal};
use store::domains::Domain;
use store::owner_changes::{self, OwnerChange};
use store::{Tx, orders};

/// Ends a change and its order without the registry.
pub(super) fn end(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &mut OwnerChange, event: OwnerChangeEvent, line: &str) -> Result<(), Error> {
    must_step(tx, cx, change, event, line)?;
    let order = orders::by_id(tx, change.id)?.ok_or_else(|| broken("an owner change without its order"))?;
    order::fail(tx, cx, &order, &message(change))?;
    told(tx, cx, change)
}

/// Tells account and owners that a change ended without effect.
pub(super) fn told(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange) -> Result<(), Error> {
    mails::tell(tx, cx, change, mails::Told::Failed, &message(change))?;
    if change.kind.needs_consent() { mails::ended(tx, cx, change) } else { Ok(()) }
}

/// What the order's owner reads.
fn message(change: &OwnerChange) -> String {
    match change.state {
        OwnerChangeState::Failed => format!("ownerchange failed: {}", change.reason),
        _ => "ownerchange failed".to_owned(),
    }
}

/// A new wish takes the place of one that still waits for its owners, whose links are void from now on.
pub(super) fn supersede(tx: &mut Tx<'_>, cx: &Cx<'_>, account_id: i64, object: &str) -> Result<(), Error> {
    match owner_changes::open_of(tx, account_id, object)? {
        Some(mut waiting) if waiting.state.is_waiting() => {
            end(tx, cx, &mut waiting, OwnerChangeEvent::Cancelled, "another change of owner was asked for")
        }
        Some(busy) => Err(Refusal::StatusForbids { status: format!("a change of owner is {}", busy.state.sentence()) }.into()),
        None => Ok(()),
    }
}

/// The name is not this account's any more: a change of its owner that waits has ended with that.
pub(crate) fn overtaken(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    let Some(mut change) = owner_changes::open_of(tx, domain.account_id, &domain.name)? else { return Ok(()) };
    // One that is with the registry ends with its order.
    if orders::holder(tx, &domain.name)?.is_some_and(|holder| holder.id == change.id) {
        return Ok(());
    }
    end(tx, cx, &mut change, OwnerChangeEvent::Refused, "the name is not held here any more")
}

/// Takes a change back that still waits for its owners.
pub struct Cancel {
    /// The name, or the handle of the contact.
    pub object: String,
}

impl Operation for Cancel {
    type Done = OwnerChangeView;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<OwnerChangeView, Error> {
        let mut change = list::of_account(tx, cx, &self.object)?;
        if !change.state.is_waiting() {
            return Err(Refusal::StatusForbids { status: change.state.sentence().to_owned() }.into());
        }
        end(tx, cx, &mut change, OwnerChangeEvent::Cancelled, "cancelled by the account that asked for it")?;
        list::view(change)
    }
}
