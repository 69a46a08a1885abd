//! Resend: the holder of a name is asked again for consent to its transfer.
//!
//! Reached by DMAPI `domain-transfer-control` (resend-foa), CentralNic `ResendNotification`.
//! Refuses: TransferUnknown, StatusForbids.

use super::consent::ask;
use super::list::{TransferView, of_account, view};
use crate::Error;
use crate::context::{Cx, Operation};
use model::transfer::{Direction, TransferState};
use model::{DomainName, Need, Refusal};
use store::Tx;

/// Sends the holder's mails again; the links of before are void.
pub struct Resend {
    pub name: DomainName,
}

impl Operation for Resend {
    type Done = TransferView;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<TransferView, Error> {
        let mut t = of_account(tx, cx, &self.name)?;
        if t.direction != Direction::In || t.state != TransferState::Asked {
            return Err(Refusal::StatusForbids { status: t.state.sentence().to_owned() }.into());
        }
        ask(tx, cx, &mut t)?;
        view(cx, t)
    }
}
