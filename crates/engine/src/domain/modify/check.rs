//! Check a modification: whether a change could be made, and where a change of owner would stand first.
//!
//! Reached by CentralNic `ModifyDomain` with CHECKONLY=1.

use super::Modify;
use super::judged::Judged;
use super::trade::needs_trade;
use crate::context::{Cx, Operation};
use crate::{Error, owner_change};
use model::Need;
use model::owner_change::OwnerChangeState;
use store::Tx;

/// Asks whether a change could be made, and makes none. Yields where a change of owner would stand first; none where the owner stays who it is.
#[derive(Clone, Debug)]
pub struct CheckModify {
    pub change: Modify,
}

impl Operation for CheckModify {
    type Done = Option<OwnerChangeState>;
    const NEED: Need = Need::Modify;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Option<OwnerChangeState>, Error> {
        let judged = Judged::of(tx, cx, &self.change)?;
        match judged.owner_kind()? {
            Some(kind) if kind.is_trade() => Err(needs_trade(&judged.zone).into()),
            Some(kind) if kind.needs_consent() => {
                Ok(Some(owner_change::would_wait(tx, judged.domain.account_id, kind, self.change.terms)?))
            }
            Some(_) | None => Ok(None),
        }
    }
}
