//! A reason beside a deed: written to the audit log in the deed's own transaction, so that neither is there without the other.

use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::Need;
use store::Tx;

/// Does an operation and notes why.
pub struct Noted<O> {
    pub operation: O,
    /// What it is about: a name, a login, an order's number.
    pub object: String,
    /// Why it was done, and what proves it.
    pub reason: String,
}

impl<O: Operation> Operation for Noted<O> {
    type Done = O::Done;
    const NEED: Need = O::NEED;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<O::Done, Error> {
        audit::append(tx, cx, audit::Change { verb: "staff-reason", object: &self.object, order_id: None, detail: &self.reason })?;
        self.operation.run(tx, cx)
    }
}
