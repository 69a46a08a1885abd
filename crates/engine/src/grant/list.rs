//! List: who has a part in a name and who was invited to one.
//!
//! Reached by DMAPI `grants-list`. Refuses: DomainUnknown.

use super::{key_place, pending};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::reach;
use model::grant::{Deed, GrantRole};
use model::{DomainName, Need, Timestamp};
use store::{Tx, accounts, grants};

/// Asks for the parts that others have in a name. Its holder sees all of them, who was granted one sees their own.
pub struct List {
    pub name: DomainName,
}

/// A part that an account has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrantLine {
    pub id: i64,
    pub role: GrantRole,
    pub inviter: String,
    /// Login and number of the account.
    pub login: String,
    pub account: i64,
    pub email: String,
    pub nickname: String,
}

/// An invitation that waits for an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvitationLine {
    pub id: i64,
    pub role: GrantRole,
    pub email: String,
    pub nickname: String,
    /// The key of its link.
    pub key: Option<String>,
    pub expires: Timestamp,
}

/// Who shares a name.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sharing {
    pub invitations: Vec<InvitationLine>,
    pub grants: Vec<GrantLine>,
}

impl Operation for List {
    type Done = Sharing;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Sharing, Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::See])?;
        let own = domain.account_id == cx.actor.account;
        let mut sharing = Sharing::default();
        for g in grants::of_domain(tx, domain.id)?.into_iter().filter(|g| own || g.account_id == cx.actor.account) {
            let login = accounts::by_id(tx, g.account_id)?.map(|a| a.dmapi_login).unwrap_or_default();
            sharing.grants.push(GrantLine {
                id: g.id,
                role: g.role,
                inviter: g.inviter,
                login,
                account: g.account_id,
                email: g.email,
                nickname: g.nickname,
            });
        }
        // A key opens its invitation: it is for those who may change things.
        let may_have_key = own && cx.actor.access().allows(Need::Modify);
        for i in grants::invitations(tx, domain.id)?.into_iter().filter(|i| own && pending(i, cx.now)) {
            let key = cx.inner.key.open(&key_place(i.id), &i.key_sealed).filter(|_| may_have_key);
            sharing.invitations.push(InvitationLine {
                id: i.id,
                role: i.role,
                email: i.email,
                nickname: i.nickname,
                key,
                expires: i.expires_at,
            });
        }
        Ok(sharing)
    }
}
