//! Judge a request for a transfer: all that is wrong with what it says; nothing is ordered, and no registry is asked.
//!
//! Reached by DMAPI `domain-transfer-in-reseller` and before every request. Refuses: ZoneNotSold, Fields.

use super::TransferIn;
use super::people::judged;
use crate::Error;
use crate::context::{Cx, Operation};
use model::{Need, Refusal};
use store::Tx;

/// All that is wrong with a request, as far as it says something, for [`Engine::judge`]; also asked before a registry is. Nothing is ordered by it.
pub struct JudgeTransfer {
    pub request: TransferIn,
}

impl Operation for JudgeTransfer {
    type Done = ();
    const NEED: Need = Need::Spend;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let Some((zone, _)) = cx.zones().sold_in(&self.request.name) else {
            return Err(Refusal::ZoneNotSold { name: self.request.name.as_str().to_owned() }.into());
        };
        judged(tx, cx, zone, &self.request)?;
        Ok(())
    }
}
