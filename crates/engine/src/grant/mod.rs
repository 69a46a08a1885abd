//! Grants: names shared with other accounts, by invitation or at once, and given to them.

mod accept;
mod invite;
mod lapse;
mod list;
mod revoke;

pub use accept::{InvitationAnswer, InvitationView};
pub use invite::{Invite, Invited};
pub use list::{GrantLine, InvitationLine, List, Sharing};
pub use revoke::{Revoke, RevokeKind};

pub(crate) use lapse::{INVITATION, run as run_lapse};

use crate::context::Cx;
use crate::mail::{self, Recipient, Template};
use crate::{Error, audit, events};
use model::grant::GrantRole;
use model::{Channel, Timestamp};
use store::domains::Domain;
use store::grants::{self, Grant, Invitation};
use store::{Tx, accounts, tokens};

/// The kind of token that is an invitation's key.
const TOKEN: &str = "grant";
/// An invitation can be accepted for so long.
const INVITATION_DAYS: i64 = 14;
/// So many grants and open invitations has a name at most.
const OF_NAME_MAX: usize = 100;
/// So many roles in names of others has an account at most.
const OF_ACCOUNT_MAX: i64 = 10_000;

/// The parts that the actor's account has in a name; none at all if the name is nothing of its business. CentralNic's interface has no word for
/// shared names: through it every account has its own alone.
pub(crate) fn roles(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<Vec<GrantRole>, Error> {
    if domain.account_id == cx.actor.account {
        return Ok(vec![GrantRole::Creator]);
    }
    if cx.actor.channel == Channel::Kvapi {
        return Ok(Vec::new());
    }
    Ok(grants::roles(tx, domain.id, cx.actor.account)?)
}

/// The names of others in which the actor's account has a part.
pub(crate) fn shared(tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<Domain>, Error> {
    if cx.actor.channel == Channel::Kvapi {
        return Ok(Vec::new());
    }
    Ok(grants::shared_with(tx, cx.actor.account, OF_ACCOUNT_MAX)?)
}

/// The place to which an invitation's sealed key belongs.
fn key_place(invitation_id: i64) -> String {
    format!("grant:{invitation_id}")
}

fn pending(invitation: &Invitation, now: Timestamp) -> bool {
    invitation.expires_at > now
}

/// Tells an account about a role, by an event.
fn tell(tx: &mut Tx<'_>, cx: &Cx<'_>, account_id: i64, subclass: &str, domain: &str, role: GrantRole, who: &str) -> Result<(), Error> {
    let data = [("domain", domain), ("role", role.word()), ("user", who)];
    let happened = events::Happened { account_id, class: "DOMAIN_GRANT", subclass, object: domain, order_id: None, data: &data };
    events::append(tx, cx, happened)
}

fn record(tx: &mut Tx<'_>, cx: &Cx<'_>, verb: &str, domain: &str, role: GrantRole, who: &str) -> Result<(), Error> {
    let detail = format!("{} {who}", role.word());
    audit::append(tx, cx, audit::Change { verb, object: domain, order_id: None, detail: &detail })
}

/// Whom to write to about an account's part in a name: the account itself, in its language.
fn account_recipient(tx: &mut Tx<'_>, account_id: i64) -> Result<Option<Recipient>, Error> {
    Ok(accounts::by_id(tx, account_id)?.map(|account| Recipient::account(&account)))
}

/// Whom to write to about an invitation: its address, in the language and under the brand of the name's holder.
fn invitee(tx: &mut Tx<'_>, domain: &Domain, email: &str) -> Result<Recipient, Error> {
    let language = account_recipient(tx, domain.account_id)?.map(|holder| holder.language).unwrap_or_default();
    Ok(Recipient { account_id: Some(domain.account_id), address: email.to_owned(), language })
}

/// Takes a role away and tells whoever had it.
fn end_grant(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, grant: &Grant) -> Result<(), Error> {
    grants::delete(tx, grant.id)?;
    record(tx, cx, "grant-end", &domain.name, grant.role, &grant.email)?;
    tell(tx, cx, grant.account_id, "GRANT_REVOKED", &domain.name, grant.role, &grant.inviter)?;
    let Some(to) = account_recipient(tx, grant.account_id)? else { return Ok(()) };
    let ended = Template::GrantEnded { domain: &domain.name, role: grant.role.word(), who: &grant.email };
    mail::queue_template(tx, cx, ended, &to)
}

/// Takes an invitation back and tells whoever was invited, unless it had expired.
fn end_invitation(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, invitation: &Invitation) -> Result<(), Error> {
    tokens::spend_all(tx, TOKEN, invitation.id, cx.now)?;
    grants::uninvite(tx, invitation.id)?;
    if !pending(invitation, cx.now) {
        return Ok(());
    }
    record(tx, cx, "invitation-end", &domain.name, invitation.role, &invitation.email)?;
    let to = invitee(tx, domain, &invitation.email)?;
    let ended = Template::GrantEnded { domain: &domain.name, role: invitation.role.word(), who: &invitation.email };
    mail::queue_template(tx, cx, ended, &to)
}

/// The name leaves its account: what was granted and offered in it ends. To be called while the name is still there. An account that gets the
/// name (`to`) loses nothing and is told nothing.
pub(crate) fn end_all(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, to: Option<i64>) -> Result<(), Error> {
    for grant in grants::of_domain(tx, domain.id)? {
        if to == Some(grant.account_id) {
            grants::delete(tx, grant.id)?;
        } else {
            end_grant(tx, cx, domain, &grant)?;
        }
    }
    for invitation in grants::invitations(tx, domain.id)? {
        end_invitation(tx, cx, domain, &invitation)?;
    }
    Ok(())
}
