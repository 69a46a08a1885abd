//! Resend: the owners who have not answered are asked again.
//!
//! Reached by CentralNic `ResendNotification`. Refuses: OwnerChangeUnknown, StatusForbids.

use super::consent::ask;
use super::{OwnerChangeView, list};
use crate::Error;
use crate::context::{Cx, Operation};
use model::owner_change::Side;
use model::{Need, Refusal};
use store::Tx;

/// Sends the mails again to those who have not answered; the links of before are void.
pub struct Resend {
    /// The name, or the handle of the contact.
    pub object: String,
    pub sides: Vec<Side>,
}

impl Operation for Resend {
    type Done = OwnerChangeView;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<OwnerChangeView, Error> {
        let change = list::of_account(tx, cx, &self.object)?;
        if !change.state.is_waiting() {
            return Err(Refusal::StatusForbids { status: change.state.sentence().to_owned() }.into());
        }
        ask(tx, cx, &change, &self.sides)?;
        list::view(change)
    }
}
