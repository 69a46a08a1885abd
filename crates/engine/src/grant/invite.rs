//! Invite: offers another account a part in a name, or gives it at once where the account is named.
//!
//! Reached by DMAPI `grants-invite`. Refuses: DomainUnknown, NotYours, Fields; for a name to be given away also NotTransferable, StatusForbids,
//! NotSupported, NameBusy.

use super::{
    INVITATION_DAYS, OF_ACCOUNT_MAX, OF_NAME_MAX, TOKEN, account_recipient, end_invitation, invitee, key_place, lapse, pending, record,
    tell,
};
use crate::context::{Cx, Operation};
use crate::domain::{of_account, zone_of};
use crate::error::broken;
use crate::link::{self, NewLink};
use crate::mail::{self, Template};
use crate::{Error, transfer};
use model::contact::is_email;
use model::domain::RenewalMode;
use model::grant::GrantRole;
use model::{DomainName, Field, FieldProblem, Need, Problem, Refusal};
use store::accounts::Account;
use store::domains::Domain;
use store::grants::{self, Grant, Invitation};
use store::{Tx, accounts, tokens};

/// Offers a part in a name of the account's own. As [`GrantRole::Creator`] the whole name is offered.
#[derive(Clone, Debug)]
pub struct Invite {
    pub name: DomainName,
    pub email: String,
    pub role: GrantRole,
    /// The account that gets the part at once; it is only informed. `email` must be that account's, lest a wrong number give a name away.
    pub account: Option<i64>,
    /// What the inviter calls the invited; the address if nothing is said.
    pub nickname: Option<String>,
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Invited {
    /// A mail with a link was sent.
    Asked,
    /// The account has its part.
    Granted,
    /// The name is the other account's now.
    Given,
}

const EMAIL_MAX: usize = 255;
const NICKNAME_MAX: usize = 80;
const EMAIL: Field = Field::Other("email");
const NICKNAME: Field = Field::Other("nickname");
const CLIENT_UID: Field = Field::Other("client-uid");

impl Operation for Invite {
    type Done = Invited;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Invited, Error> {
        let domain = of_account(tx, cx, &self.name)?;
        let email = self.email.trim().to_lowercase();
        let nickname = self.nickname.as_deref().map(str::trim).filter(|n| !n.is_empty()).unwrap_or(&email).to_owned();
        judge(&email, &nickname)?;
        if self.role == GrantRole::Creator {
            // Nobody shall accept what cannot be given.
            transfer::givable(&*zone_of(cx, &domain)?)?;
        }
        let given = match self.account {
            None => None,
            Some(id) => Some(named(tx, cx, id, &email)?),
        };
        match given {
            Some(account) if self.role == GrantRole::Creator => {
                // Nobody asked the account: what it does not want must not cost it.
                transfer::give(tx, cx, &domain, &account, RenewalMode::AutoExpire, "given by its holder")?;
                record(tx, cx, "grant-give", &domain.name, self.role, &account.dmapi_login)?;
                inform(tx, cx, &domain, &account, self.role)?;
                Ok(Invited::Given)
            }
            Some(account) => {
                room(tx, cx, &domain, Some(account.id))?;
                grant(tx, cx, &domain, &account, self.role, &email, &nickname)?;
                Ok(Invited::Granted)
            }
            None => {
                self.ask(tx, cx, &domain, &email, &nickname)?;
                Ok(Invited::Asked)
            }
        }
    }
}

impl Invite {
    fn ask(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, email: &str, nickname: &str) -> Result<(), Error> {
        // The same offer again replaces the one of before; those that nobody answered lapse by themselves.
        for old in grants::invitations(tx, domain.id)? {
            if old.email == email && old.role == self.role && pending(&old, cx.now) {
                tokens::spend_all(tx, TOKEN, old.id, cx.now)?;
                grants::uninvite(tx, old.id)?;
            }
        }
        room(tx, cx, domain, None)?;
        let id = cx.id();
        let until = cx.now.plus_days(INVITATION_DAYS);
        let link = link::make(tx, cx, &NewLink { page: "grant", kind: TOKEN, subject: id, recipient: email, until })?;
        let invitation = Invitation {
            id,
            domain_id: domain.id,
            role: self.role,
            inviter: cx.actor.name(),
            email: email.to_owned(),
            nickname: nickname.to_owned(),
            key_sealed: cx.inner.key.seal(&key_place(id), &link.secret, &|b| cx.random(b)).ok_or_else(|| broken("sealing failed"))?,
            created_at: cx.now,
            expires_at: until,
        };
        grants::invite(tx, &invitation)?;
        lapse::put(tx, domain)?;
        record(tx, cx, "invitation", &domain.name, self.role, email)?;
        let asked = Template::GrantInvitation {
            domain: &domain.name,
            role: self.role.word(),
            inviter: &invitation.inviter,
            link: &link.url,
            until,
        };
        let to = invitee(tx, domain, email)?;
        mail::queue_template(tx, cx, asked, &to)
    }
}

/// What is wrong with how the invited is named. Pure.
fn judge(email: &str, nickname: &str) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    if email.chars().count() > EMAIL_MAX || !is_email(email) {
        problems.push(FieldProblem::malformed(EMAIL, "an e-mail address"));
    }
    if nickname.chars().count() > NICKNAME_MAX.max(email.chars().count()) {
        problems.push(FieldProblem::new(NICKNAME, Problem::TooLong { max: NICKNAME_MAX }));
    }
    if nickname.chars().any(model::text::is_forbidden) {
        problems.push(FieldProblem::malformed(NICKNAME, "one line of text"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Fields(problems)) }
}

/// The account of a number, if the address is its own. A wrong pair tells nothing of either.
fn named(tx: &mut Tx<'_>, cx: &Cx<'_>, id: i64, email: &str) -> Result<Account, Error> {
    if id == cx.actor.account {
        return Err(FieldProblem::new(CLIENT_UID, Problem::NotAllowed { reason: "it is the account's own".to_owned() }).into());
    }
    let found = accounts::by_id(tx, id)?;
    let found = found.filter(|a| a.active && (a.email.eq_ignore_ascii_case(email) || a.dmapi_login.eq_ignore_ascii_case(email)));
    found.ok_or_else(|| FieldProblem::new(CLIENT_UID, Problem::Unknown).into())
}

/// Refused where a name or an account has as many parts as it can have.
pub(super) fn room(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, account_id: Option<i64>) -> Result<(), Error> {
    let full = |expected: String| Err(FieldProblem::new(Field::Domain, Problem::OutOfRange { expected }).into());
    let invitations = grants::invitations(tx, domain.id)?.iter().filter(|i| pending(i, cx.now)).count();
    if grants::of_domain(tx, domain.id)?.len() + invitations >= OF_NAME_MAX {
        return full(format!("a name with fewer than {OF_NAME_MAX} grants and invitations"));
    }
    if let Some(id) = account_id
        && grants::count_of_account(tx, id)? >= OF_ACCOUNT_MAX
    {
        return full(format!("an account with fewer than {OF_ACCOUNT_MAX} grants"));
    }
    Ok(())
}

/// Gives the part without asking; a part that the account has already stays as it is.
fn grant(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    domain: &Domain,
    account: &Account,
    role: GrantRole,
    email: &str,
    nickname: &str,
) -> Result<(), Error> {
    let grant = Grant {
        id: cx.id(),
        domain_id: domain.id,
        account_id: account.id,
        role,
        inviter: cx.actor.name(),
        email: email.to_owned(),
        nickname: nickname.to_owned(),
        created_at: cx.now,
    };
    if !grants::insert(tx, &grant)? {
        return Ok(());
    }
    // An invitation to the same is answered by this.
    for open in grants::invitations(tx, domain.id)?.iter().filter(|i| i.email == email && i.role == role) {
        end_invitation(tx, cx, domain, open)?;
    }
    record(tx, cx, "grant", &domain.name, role, &account.dmapi_login)?;
    tell(tx, cx, account.id, "GRANT_GIVEN", &domain.name, role, &grant.inviter)?;
    inform(tx, cx, domain, account, role)
}

fn inform(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, account: &Account, role: GrantRole) -> Result<(), Error> {
    let Some(to) = account_recipient(tx, account.id)? else { return Ok(()) };
    let inviter = cx.actor.name();
    mail::queue_template(tx, cx, Template::GrantGiven { domain: &domain.name, role: role.word(), inviter: &inviter }, &to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invited_is_named_in_one_line() {
        let long = "x".repeat(NICKNAME_MAX + 1);
        let cases = [
            ("ada@example.org", "ada@example.org", 0),
            ("ada@example.org", "Ada Weber", 0),
            ("ada", "Ada", 1),
            ("", "", 1),
            ("ada@example.org", "Ada\nBcc: x@example.org", 1),
            ("ada@example.org", long.as_str(), 1),
            ("@", "a\u{202e}b", 2),
        ];
        for (email, nickname, wrong) in cases {
            let found = match judge(email, nickname) {
                Ok(()) => 0,
                Err(Refusal::Fields(problems)) => problems.len(),
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(found, wrong, "{email:?} {nickname:?}");
        }
    }
}
