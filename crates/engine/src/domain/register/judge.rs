//! Judge a registration: all that is wrong with a wish that was read in part; nothing is ordered.
//!
//! Reached by DMAPI `domain-register`.

use super::Register;
use super::people::{People, people};
use super::plan::decide;
use crate::Error;
use crate::context::{Cx, Operation};
use model::{FieldProblem, Need, Refusal};
use store::Tx;

/// All that is wrong with a request, as far as it says something: asked where a caller could not even read all of it, so that every problem is told
/// at once. Nothing is ordered by it, and no registry is asked.
pub struct JudgeRegistration {
    pub request: Register,
}

impl Operation for JudgeRegistration {
    type Done = Vec<FieldProblem>;
    const NEED: Need = Need::Spend;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<FieldProblem>, Error> {
        let request = &self.request;
        let Some((zone, _)) = cx.zones().sold_in(&request.name) else { return Ok(Vec::new()) };
        let (People { registrant, fields, .. }, problems) = people(tx, cx, zone, request)?;
        let counts = [request.admin.len(), request.tech.len(), request.billing.len()];
        let owner = registrant.as_ref().map(|m| (m.country(), m.kind()));
        Ok(match decide(zone, request, &fields, owner, counts, false, problems) {
            Err(Refusal::Fields(problems)) => problems,
            Ok(_) | Err(_) => Vec::new(),
        })
    }
}
