//! Statement: the account's bookings with their other sides, oldest first.
//!
//! Reached by the command line (`domesday fund --statement`) and the console.

use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use store::{Tx, ledger};

/// Asks for bookings after entry `after`, at most `limit`.
pub struct Statement {
    pub after: i64,
    pub limit: i64,
}

pub use store::ledger::{Book, Leg, Line};

impl Operation for Statement {
    type Done = Vec<Line>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<Line>, Error> {
        Ok(ledger::statement(tx, cx.actor.account, self.after, self.limit.clamp(1, 10_000))?)
    }
}
