//! Clone a contact: the same data under a new handle.
//!
//! Reached by CentralNic `CloneContact`. Refuses: ContactUnknown.

use super::{ContactView, create, find, from_json, view};
use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use store::Tx;

/// Asks for a copy.
#[derive(Clone, Debug)]
pub struct CloneOf {
    pub handle: String,
}

impl Operation for CloneOf {
    type Done = ContactView;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<ContactView, Error> {
        let contact = find(tx, cx.actor.account, &self.handle)?;
        let data = from_json(&contact.data)?;
        let prefix = contact.handle.rsplit_once('-').map_or("CALL", |(prefix, _)| prefix);
        // What is derived from the data and their address, both flags of the contact, is the same for the copy.
        let (copy, _) = create(tx, cx, &data, &contact.family, prefix, false)?;
        view(tx, copy)
    }
}
