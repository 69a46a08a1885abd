//! Accept and decline: what follows from the link in an invitation. Accepting is done as an account here, proven by its DMAPI login.
//!
//! Reached by the pages `/grant/<token>`. Refuses: CredentialsWrong, TooManyAttempts, AccountSuspended, Fields; for a name that is given away
//! also NotTransferable, StatusForbids, NameBusy.

use super::{TOKEN, account_recipient, invite, record, tell};
use crate::account::{Actor, Credentials};
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::mail::{self, Template};
use crate::{Engine, Error, link, transfer};
use model::domain::RenewalMode;
use model::grant::GrantRole;
use model::{Channel, Currency, DomainName, Field, FieldProblem, Need, Problem, Refusal, Timestamp};
use store::domains::{self, Domain};
use store::grants::{self, Grant, Invitation};
use store::tokens::{self, Token};
use store::{Tx, accounts};

/// What is offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvitationView {
    pub name: DomainName,
    pub role: GrantRole,
    /// The login of whoever offers it.
    pub inviter: String,
    pub email: String,
    pub expires: Timestamp,
}

/// What became of an answer, or would become of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InvitationAnswer {
    /// The link is good: this is the question.
    Open(InvitationView),
    Accepted(InvitationView),
    Declined(InvitationView),
    /// There is no such link.
    Unknown,
    /// It was answered, replaced or taken back.
    Used,
    Expired,
}

/// What a token is about, or why it is good for nothing.
enum Meaning {
    Nothing(InvitationAnswer),
    Question(Box<Question>),
}

struct Question {
    token: Token,
    invitation: Invitation,
    domain: Domain,
    view: InvitationView,
}

fn meaning(tx: &mut Tx<'_>, cx: &Cx<'_>, secret: &str) -> Result<Meaning, Error> {
    let nothing = |answer| Ok(Meaning::Nothing(answer));
    let Some(token) = link::find(tx, secret, &[TOKEN])? else {
        return nothing(InvitationAnswer::Unknown);
    };
    if token.used_at.is_some() {
        return nothing(InvitationAnswer::Used);
    }
    if token.expires_at <= cx.now {
        return nothing(InvitationAnswer::Expired);
    }
    let Some(invitation) = grants::invitation_by_id(tx, token.subject)? else { return nothing(InvitationAnswer::Used) };
    let domain = domains::by_id(tx, invitation.domain_id)?.ok_or_else(|| broken("an invitation without its name"))?;
    let view = InvitationView {
        name: DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?,
        role: invitation.role,
        inviter: invitation.inviter.clone(),
        email: invitation.email.clone(),
        expires: invitation.expires_at,
    };
    Ok(Meaning::Question(Box::new(Question { token, invitation, domain, view })))
}

impl Engine {
    /// What the link of an invitation is about. Whoever has the link may ask; asking changes nothing.
    pub fn invitation(&self, token: &str) -> Result<InvitationAnswer, Error> {
        self.run(&Actor::system(0, Currency::USD), Look { token: token.to_owned() })
    }

    /// Accepts as the account of a DMAPI login. Wrong attempts count as those of any login.
    pub fn accept_invitation(&self, token: &str, login: &str, password: &str, from: &str) -> Result<InvitationAnswer, Error> {
        // A link that is good for nothing tries no passwords.
        match self.invitation(token)? {
            InvitationAnswer::Open(_) => {}
            nothing => return Ok(nothing),
        }
        let credentials = Credentials::Password { login: login.to_owned(), password: password.to_owned() };
        let actor = self.authenticate(Channel::Dmapi, &credentials, from)?;
        self.run(&actor, Accept { token: token.to_owned() })
    }

    /// Declines. Whoever has the link may.
    pub fn decline_invitation(&self, token: &str) -> Result<InvitationAnswer, Error> {
        self.run(&Actor::system(0, Currency::USD), Decline { token: token.to_owned() })
    }
}

struct Look {
    token: String,
}

impl Operation for Look {
    type Done = InvitationAnswer;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<InvitationAnswer, Error> {
        Ok(match meaning(tx, cx, &self.token)? {
            Meaning::Nothing(answer) => answer,
            Meaning::Question(question) => InvitationAnswer::Open(question.view),
        })
    }
}

struct Accept {
    token: String,
}

impl Operation for Accept {
    type Done = InvitationAnswer;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<InvitationAnswer, Error> {
        let Question { token, invitation, domain, view } = match meaning(tx, cx, &self.token)? {
            Meaning::Nothing(answer) => return Ok(answer),
            Meaning::Question(question) => *question,
        };
        if domain.account_id == cx.actor.account {
            let reason = "the name is in this account already".to_owned();
            return Err(FieldProblem::new(Field::Login, Problem::NotAllowed { reason }).into());
        }
        if !tokens::spend(tx, &token.digest, cx.now)? {
            return Ok(InvitationAnswer::Used);
        }
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        grants::uninvite(tx, invitation.id)?;
        if invitation.role == GrantRole::Creator {
            transfer::give(tx, cx, &domain, &account, RenewalMode::Default, "accepted by the invited account")?;
        } else {
            invite::room(tx, cx, &domain, Some(account.id))?;
            let grant = Grant {
                id: cx.id(),
                domain_id: domain.id,
                account_id: account.id,
                role: invitation.role,
                inviter: invitation.inviter.clone(),
                email: invitation.email.clone(),
                nickname: invitation.nickname.clone(),
                created_at: cx.now,
            };
            // A part that the account has already stays as it is; the invitation is answered.
            grants::insert(tx, &grant)?;
        }
        record(tx, cx, "grant-accept", &domain.name, invitation.role, &account.dmapi_login)?;
        answered(tx, cx, &domain, &invitation, Some(&account.dmapi_login))?;
        Ok(InvitationAnswer::Accepted(view))
    }
}

struct Decline {
    token: String,
}

impl Operation for Decline {
    type Done = InvitationAnswer;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<InvitationAnswer, Error> {
        let Question { token, invitation, domain, view } = match meaning(tx, cx, &self.token)? {
            Meaning::Nothing(answer) => return Ok(answer),
            Meaning::Question(question) => *question,
        };
        if !tokens::spend(tx, &token.digest, cx.now)? {
            return Ok(InvitationAnswer::Used);
        }
        grants::uninvite(tx, invitation.id)?;
        record(tx, cx, "grant-decline", &domain.name, invitation.role, &invitation.email)?;
        answered(tx, cx, &domain, &invitation, None)?;
        Ok(InvitationAnswer::Declined(view))
    }
}

/// Whoever held the name when it was offered hears of the answer: accepted by this login, or declined.
fn answered(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, invitation: &Invitation, by: Option<&str>) -> Result<(), Error> {
    let subclass = if by.is_some() { "GRANT_ACCEPTED" } else { "GRANT_DECLINED" };
    let who = by.unwrap_or(&invitation.email);
    tell(tx, cx, domain.account_id, subclass, &domain.name, invitation.role, who)?;
    let Some(to) = account_recipient(tx, domain.account_id)? else { return Ok(()) };
    let answer = Template::GrantAnswered { domain: &domain.name, role: invitation.role.word(), who, accepted: by.is_some() };
    mail::queue_template(tx, cx, answer, &to)
}
