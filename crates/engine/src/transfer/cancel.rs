//! Cancel: takes back a request for a name, as far as it can still be taken back.
//!
//! Reached by DMAPI `domain-transfer-control` (cancel), CentralNic `TransferDomain` with action `CANCEL`.
//! Refuses: TransferUnknown, NotSupported, StatusForbids.

use super::events::{Told, tell};
use super::list::{TransferView, of_account, view};
use super::{settled, step};
use crate::Error;
use crate::context::{Cx, Operation};
use model::transfer::{Direction, Party, TransferEvent, TransferState};
use model::{DomainName, Need, Refusal};
use store::{Tx, jobs};

/// Asks for a transfer to be taken back.
pub struct Cancel {
    pub name: DomainName,
}

impl Operation for Cancel {
    type Done = TransferView;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<TransferView, Error> {
        let mut t = of_account(tx, cx, &self.name)?;
        let gaining = t.direction != Direction::Out && t.account_id == cx.actor.account;
        if !gaining || !t.state.is_open() {
            return Err(Refusal::TransferUnknown { name: self.name.as_str().to_owned() }.into());
        }
        let internal = t.direction == Direction::Internal;
        if !internal && cx.zones().get(&t.zone).is_some_and(|zone| !zone.support.transfer_cancel) {
            return Err(Refusal::NotSupported { what: format!("cancelling a transfer under .{}", t.zone) }.into());
        }
        let event = if internal { TransferEvent::Cancelled } else { TransferEvent::CancelAsked };
        if !step(tx, cx, &mut t, event, Some(Party::Gaining), "cancelled by the account that asked for it")? {
            return Err(Refusal::StatusForbids { status: t.state.sentence().to_owned() }.into());
        }
        match t.state {
            TransferState::Cancelled if internal => tell(tx, cx, &t, Told::Failed, None, &[])?,
            TransferState::Cancelled => settled::fail_order(tx, cx, &t, "The transfer was cancelled")?,
            // The registry is told by the order's own job.
            _ => {
                jobs::set_due(tx, &format!("name:{}", t.name), cx.now)?;
            }
        }
        view(cx, t)
    }
}
