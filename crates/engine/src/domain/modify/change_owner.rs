//! Change owner: gives a name another owner and changes nothing else.
//!
//! Reached by DMAPI `domain-owner-change`.

use super::{Changed, Modify, accept_all};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::ContactRef;
use crate::owner_change::Terms;
use model::order::OrderKind;
use model::{DomainName, Need};
use store::Tx;

/// Gives a name another owner and changes nothing else.
#[derive(Clone, Debug)]
pub struct ChangeOwner {
    pub name: DomainName,
    pub owner: ContactRef,
    /// The zone's own fields that come with a new owner.
    pub fields: Vec<(String, String)>,
    pub terms: Terms,
    pub client_id: String,
}

impl Operation for ChangeOwner {
    type Done = Changed;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Changed, Error> {
        let change = Modify {
            registrant: Some(self.owner.clone()),
            fields: self.fields.clone(),
            terms: self.terms,
            client_id: self.client_id.clone(),
            ..Modify::nothing(self.name.clone())
        };
        accept_all(tx, cx, &change, OrderKind::DomainOwnerChange)
    }
}
