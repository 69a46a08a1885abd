//! List the prices that the operator has set for a zone.
//!
//! Reached by `domesday price show`. Refuses: AccessDenied.

use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use store::Tx;
use store::settings::{self, PriceRow};

/// Lists the prices that override a zone's list.
pub struct Prices {
    pub zone: String,
}

impl Operation for Prices {
    type Done = Vec<PriceRow>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Vec<PriceRow>, Error> {
        Ok(settings::prices(tx, &self.zone)?)
    }
}
