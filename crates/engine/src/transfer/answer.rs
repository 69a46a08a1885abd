//! Answer: says yes or no to whoever wants a name of this account, another registrar or another account.
//!
//! Reached by CentralNic `TransferDomain` with action `APPROVE` or `DENY`. Refuses: TransferUnknown, StatusForbids, NameBusy.

use super::between;
use super::list::{TransferView, of_account, view};
use super::out;
use crate::Error;
use crate::context::{Cx, Operation};
use crate::order::OrderRef;
use model::transfer::{Direction, Party, TransferState};
use model::{DomainName, Need, Refusal};
use store::Tx;

/// Asks for an answer to be given.
pub struct Answer {
    pub name: DomainName,
    pub approve: bool,
}

impl Operation for Answer {
    /// The order that takes the answer to the registry; none for a transfer between accounts, which ends at once.
    type Done = (Option<OrderRef>, TransferView);
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Self::Done, Error> {
        let mut t = of_account(tx, cx, &self.name)?;
        let losing = match t.direction {
            Direction::In => false,
            Direction::Out => true,
            Direction::Internal => t.other_account_id == Some(cx.actor.account),
        };
        if !losing || !t.state.is_open() {
            return Err(Refusal::TransferUnknown { name: self.name.as_str().to_owned() }.into());
        }
        let order = match t.state {
            TransferState::Offered if self.approve => {
                between::complete(tx, cx, &mut t, Party::Losing)?;
                None
            }
            TransferState::Offered => {
                between::deny(tx, cx, &mut t, Party::Losing)?;
                None
            }
            TransferState::Leaving => Some(out::answer(tx, cx, &mut t, self.approve, false)?),
            other => return Err(Refusal::StatusForbids { status: other.sentence().to_owned() }.into()),
        };
        Ok((order, view(cx, t)?))
    }
}
