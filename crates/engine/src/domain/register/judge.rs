//! Judge a registration: all that is wrong with a wish that was read in part; nothing is ordered.
//!
//! Reached by DMAPI `domain-register`.

use super::Register;
use super::people::{People, people};
use super::plan::decide;
use crate::Error;
use crate::context::{Cx, Operation};
use model::{Need, Refusal};
use store::Tx;

/// All that is wrong with a request, as far as it says something, for [`Engine::judge`](crate::Engine::judge). Nothing is ordered by it, and no
/// registry is asked.
pub struct JudgeRegistration {
    pub request: Register,
}

impl Operation for JudgeRegistration {
    type Done = ();
    const NEED: Need = Need::Spend;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let request = &self.request;
        let Some((zone, _)) = cx.zones().sold_in(&request.name) else {
            return Err(Refusal::ZoneNotSold { name: request.name.as_str().to_owned() }.into());
        };
        let (People { registrant, fields, .. }, problems) = people(tx, cx, zone, request)?;
        let counts = [request.admin.len(), request.tech.len(), request.billing.len()];
        let owner = registrant.as_ref().map(|m| (m.country(), m.kind()));
        decide(zone, request, &fields, owner, counts, false, problems)?;
        Ok(())
    }
}
