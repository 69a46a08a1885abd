//! Revoke: takes a part in a name away, or an invitation back; whoever has a part may give it up.
//!
//! Reached by DMAPI `grants-revoke`. Refuses: DomainUnknown, NotYours, Fields.

use super::{account_recipient, end_grant, end_invitation, pending, tell};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::reach;
use crate::mail::{self, Template};
use model::grant::{Deed, GrantRole};
use model::{DomainName, Field, FieldProblem, Need, Problem, Refusal};
use store::{Tx, grants};

/// What is taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RevokeKind {
    Grant,
    Invitation,
}

/// Takes one part or invitation away; where several fit, `scope` says which.
#[derive(Clone, Debug)]
pub struct Revoke {
    pub name: DomainName,
    pub kind: RevokeKind,
    pub role: GrantRole,
    /// The number of the grant or invitation, as the list shows it.
    pub scope: Option<i64>,
    /// The account whose part it is.
    pub account: Option<i64>,
}

const ROLE: Field = Field::Other("role");
const SCOPE: Field = Field::Other("scope");

impl Operation for Revoke {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::See])?;
        let own = domain.account_id == cx.actor.account;
        let fits = |id: i64, role: GrantRole| role == self.role && self.scope.is_none_or(|scope| scope == id);
        match self.kind {
            RevokeKind::Grant => {
                let all = grants::of_domain(tx, domain.id)?.into_iter();
                let found: Vec<_> = all
                    .filter(|g| own || g.account_id == cx.actor.account)
                    .filter(|g| fits(g.id, g.role) && self.account.is_none_or(|id| id == g.account_id))
                    .collect();
                let grant = single(found)?;
                end_grant(tx, cx, &domain, &grant)?;
                if !own {
                    // The holder hears of it too.
                    tell(tx, cx, domain.account_id, "GRANT_GIVEN_UP", &domain.name, grant.role, &cx.actor.name())?;
                    if let Some(to) = account_recipient(tx, domain.account_id)? {
                        let ended = Template::GrantEnded { domain: &domain.name, role: grant.role.word(), who: &grant.email };
                        mail::queue_template(tx, cx, ended, &to)?;
                    }
                }
                Ok(())
            }
            RevokeKind::Invitation => {
                if !own {
                    return Err(Refusal::NotYours.into());
                }
                let all = grants::invitations(tx, domain.id)?.into_iter();
                let invitation = single(all.filter(|i| pending(i, cx.now) && fits(i.id, i.role)).collect())?;
                end_invitation(tx, cx, &domain, &invitation)
            }
        }
    }
}

fn single<T>(found: Vec<T>) -> Result<T, Refusal> {
    let several = found.len() > 1;
    match found.into_iter().next() {
        Some(_) if several => Err(Refusal::field(FieldProblem::missing(SCOPE))),
        Some(one) => Ok(one),
        None => Err(Refusal::field(FieldProblem::new(ROLE, Problem::Unknown))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_meant_or_none_is_taken() {
        assert_eq!(single(vec![7]), Ok(7));
        assert!(matches!(single::<i64>(vec![]), Err(Refusal::Fields(p)) if p[0].problem == Problem::Unknown));
        assert!(matches!(single(vec![1, 2]), Err(Refusal::Fields(p)) if p[0].field == SCOPE && p[0].problem == Problem::Missing));
    }
}
