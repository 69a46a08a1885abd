//! Info on one contact of the account.
//!
//! Reached by DMAPI `query-whois contact=`, CentralNic `StatusContact`. Refuses: ContactUnknown.

use super::{ContactView, find, view};
use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use store::Tx;

/// Asks for a contact by either dialect's handle.
pub struct Info {
    pub handle: String,
}

impl Operation for Info {
    type Done = ContactView;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<ContactView, Error> {
        let contact = find(tx, cx.actor.account, &self.handle)?;
        view(tx, contact)
    }
}
