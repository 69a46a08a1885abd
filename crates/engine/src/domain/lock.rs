//! Lock and unlock: the holder's own reason for a lock against transfer comes or goes; every other reason stands for itself.
//!
//! Reached by DMAPI `domain-lock`, `domain-unlock`. Refuses: DomainUnknown, Fields, StatusForbids, NameBusy.

use super::Accepted;
use super::modify::{self, Modify};
use crate::Error;
use crate::context::{Cx, Operation};
use model::order::OrderKind;
use model::{DomainName, Need};
use store::Tx;

/// Asks for the lock to be set or lifted; what is so already is done.
#[derive(Clone, Debug)]
pub struct Lock {
    pub name: DomainName,
    pub locked: bool,
    pub client_id: String,
}

impl Operation for Lock {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let kind = if self.locked { OrderKind::DomainLock } else { OrderKind::DomainUnlock };
        let change = Modify { transfer_lock: Some(self.locked), client_id: self.client_id.clone(), ..Modify::nothing(self.name.clone()) };
        modify::accept(tx, cx, &change, kind)
    }
}
