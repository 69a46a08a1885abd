//! Lock and unlock: one reason for a lock against transfer comes or goes; every other reason stands for itself.
//!
//! Reached by DMAPI `domain-lock`, `domain-unlock` for the holder's own reason; staff and the engine have the others.
//! Refuses: DomainUnknown, Fields, StatusForbids, NameBusy, AccessDenied.

use super::modify::{self, Modification, Modify, Wish};
use super::{Accepted, of_account};
use crate::Error;
use crate::context::{Cx, Operation};
use model::lock::{LockReason, Locks};
use model::order::OrderKind;
use model::{Channel, DomainName, Money, Need, Refusal};
use store::Tx;

/// Asks for a reason to come or to go; what is so already is done.
#[derive(Clone, Debug)]
pub struct Lock {
    pub name: DomainName,
    /// Resellers have [`LockReason::User`] and no other.
    pub reason: LockReason,
    pub locked: bool,
    pub client_id: String,
}

impl Operation for Lock {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let kind = if self.locked { OrderKind::DomainLock } else { OrderKind::DomainUnlock };
        if self.reason == LockReason::User {
            let change =
                Modify { transfer_lock: Some(self.locked), client_id: self.client_id.clone(), ..Modify::nothing(self.name.clone()) };
            return modify::accept(tx, cx, &change, kind);
        }
        if !matches!(cx.actor.channel, Channel::Staff | Channel::System) {
            return Err(Refusal::AccessDenied { access: cx.actor.access }.into());
        }
        let domain = of_account(tx, cx, &self.name)?;
        let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
        let lock = (locks.holds(self.reason) != self.locked).then(|| (self.reason.word().to_owned(), self.locked));
        let wish = Wish {
            kind,
            of_owner: false,
            name: &self.name,
            fingerprint: format!("{} {} {}", kind.word(), self.name, self.reason.word()),
            change: Modification { lock, ..Modification::of(&domain) },
            price: Money::zero(cx.actor.currency),
            client_id: &self.client_id,
        };
        modify::accept_change(tx, cx, &domain, wish)
    }
}
