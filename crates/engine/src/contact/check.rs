//! Check handles: whether the account has a contact under each of them.
//!
//! Reached by CentralNic `CheckContact`, `CheckContacts`. What other accounts have is not told.

use super::find;
use crate::Error;
use crate::context::{Cx, Operation};
use model::{Need, Refusal};
use store::Tx;

/// Asks about handles, of either dialect.
#[derive(Clone, Debug)]
pub struct Check {
    pub handles: Vec<String>,
}

impl Operation for Check {
    /// True where the handle is taken, in the order asked.
    type Done = Vec<bool>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<bool>, Error> {
        let mut taken = Vec::with_capacity(self.handles.len());
        for handle in &self.handles {
            taken.push(match find(tx, cx.actor.account, handle) {
                Ok(_) => true,
                Err(Error::Refused(Refusal::ContactUnknown)) => false,
                Err(other) => return Err(other),
            });
        }
        Ok(taken)
    }
}
