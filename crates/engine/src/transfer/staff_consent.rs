//! Staff's consent: they hold the holder's word for or against a transfer in writing.
//!
//! Reached by the command line. Refuses: AccessDenied, TransferUnknown, StatusForbids.

use super::consent::agreed;
use super::{must_step, settled};
use crate::Error;
use crate::context::{Cx, Operation};
use model::transfer::{Party, TransferEvent, TransferState};
use model::{DomainName, Need, Refusal};
use store::{Tx, transfers};

/// Staff settle what no mail could: they hold the holder's word in writing.
pub struct StaffConsent {
    pub name: DomainName,
    pub agree: bool,
    /// Where the evidence is kept, for the log.
    pub evidence: String,
}

impl Operation for StaffConsent {
    type Done = TransferState;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<TransferState, Error> {
        let unknown = || Refusal::TransferUnknown { name: self.name.as_str().to_owned() };
        let mut t = transfers::open_of_name(tx, self.name.as_str())?.ok_or_else(unknown)?;
        if !matches!(t.state, TransferState::Unaddressed | TransferState::Asked) {
            return Err(Refusal::StatusForbids { status: t.state.sentence().to_owned() }.into());
        }
        let said = format!("staff: {}", self.evidence);
        if self.agree {
            agreed(tx, cx, &mut t, &said)?;
        } else {
            must_step(tx, cx, &mut t, TransferEvent::HolderRefused, Some(Party::Holder), &said)?;
            settled::fail_order(tx, cx, &t, "The transfer could not be authorized")?;
        }
        Ok(t.state)
    }
}
