//! Lapse: an invitation that nobody answered in its time ends, and the name's holder hears of it.
//!
//! Reached by the agenda only.

use super::{pending, record, tell};
use crate::Error;
use crate::context::Cx;
use store::Tx;
use store::agenda::{self, Item};
use store::domains::Domain;
use store::grants;

/// What the agenda calls it: the name's invitation that ends first.
pub(crate) const INVITATION: &str = "invitation";

/// Puts the end of the first of a name's invitations on its agenda; nothing where there is none.
pub(super) fn put(tx: &mut Tx<'_>, domain: &Domain) -> Result<(), Error> {
    let first = grants::invitations(tx, domain.id)?.into_iter().map(|i| i.expires_at).min();
    match first {
        Some(at) => agenda::set(tx, domain.id, INVITATION, domain.account_id, at, 0, "")?,
        None => agenda::remove(tx, domain.id, INVITATION)?,
    }
    Ok(())
}

/// Does what is due. The key stays unspent: who follows its link is told that it came too late.
pub(crate) fn run(tx: &mut Tx<'_>, cx: &Cx<'_>, _item: &Item, domain: &Domain) -> Result<String, Error> {
    let mut told = Vec::new();
    for invitation in grants::invitations(tx, domain.id)?.into_iter().filter(|i| !pending(i, cx.now)) {
        grants::uninvite(tx, invitation.id)?;
        record(tx, cx, "invitation-lapse", &domain.name, invitation.role, &invitation.email)?;
        tell(tx, cx, domain.account_id, "GRANT_LAPSED", &domain.name, invitation.role, &invitation.email)?;
        told.push(invitation.email);
    }
    put(tx, domain)?;
    Ok(if told.is_empty() { String::new() } else { format!("was offered to {}, and nobody answered", told.join(", ")) })
}
