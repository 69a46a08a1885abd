//! Consent: the mails that ask both owners, and what follows from an answer.
//!
//! Reached by the pages `/owner-change/<token>`, CentralNic `ActivateOwnerChange`.

use super::{Holder, carry, end, holders, list, lock, must_step};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::link::{self, NewLink};
use crate::mail::{self, Recipient, Template};
use crate::{Engine, Error};
use model::owner_change::{OwnerChangeEvent, OwnerChangeState, Side};
use model::{Currency, Need, Timestamp};
use store::Tx;
use store::owner_changes::{self, OwnerChange};
use store::tokens::{self, Token};

/// For the owner so far.
const LOSING: &str = "owner-change-losing";
/// For the owner to be.
const GAINING: &str = "owner-change-gaining";

fn kind_of(side: Side) -> &'static str {
    match side {
        Side::Losing => LOSING,
        Side::Gaining => GAINING,
    }
}

fn side_of(kind: &str) -> Option<Side> {
    Side::ALL.into_iter().find(|side| kind_of(*side) == kind)
}

/// An owner as both sides see them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub name: String,
    pub organization: String,
    pub email: String,
}

impl Person {
    fn of(holder: Holder) -> Person {
        Person { name: holder.name, organization: holder.organization, email: holder.email }
    }
}

/// What a link is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsentView {
    /// The first of the names that change their owner.
    pub names: Vec<String>,
    /// How many names there are.
    pub count: i64,
    /// Who is asked.
    pub side: Side,
    pub losing: Person,
    pub gaining: Person,
    pub requested: Timestamp,
    pub expires: Timestamp,
    /// How long the names are locked against transfer afterwards, in whole days; 0 where they are not, or where the lock was declined.
    pub lock_days: i64,
    /// The asked one may decline that lock.
    pub may_decline_lock: bool,
    /// The lock is declined unless the asked one says otherwise.
    pub declines_lock: bool,
}

/// What became of an answer, or would become of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answered {
    /// The link is good: this is the question.
    Open(Box<ConsentView>),
    /// The answer was taken.
    Taken {
        object: String,
        agreed: bool,
        /// Where the change stands with it.
        state: OwnerChangeState,
    },
    /// There is no such link.
    Unknown,
    /// The link was used, or replaced by a newer one.
    Used {
        object: String,
        state: OwnerChangeState,
    },
    Expired {
        object: String,
    },
    /// The change does not wait for this answer any more.
    MovedOn {
        object: String,
        state: OwnerChangeState,
    },
}

/// Voids every link about a change.
pub(super) fn void(tx: &mut Tx<'_>, cx: &Cx<'_>, id: i64) -> Result<(), Error> {
    for side in Side::ALL {
        tokens::spend_all(tx, kind_of(side), id, cx.now)?;
    }
    Ok(())
}

/// Writes to these sides, each with a link of their own; links of before are void. Only who has not answered is written to.
pub(super) fn ask(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange, sides: &[Side]) -> Result<(), Error> {
    let (losing, gaining) = holders(change)?;
    let (names, count) = list::names(tx, change)?;
    let domain = super::mails::names_line(&names, count);
    for side in sides.iter().filter(|side| change.state.waits_for(**side)) {
        let holder = match side {
            Side::Losing => &losing,
            Side::Gaining => &gaining,
        };
        let kind = kind_of(*side);
        tokens::spend_all(tx, kind, change.id, cx.now)?;
        let new = NewLink { page: "owner-change", kind, subject: change.id, recipient: &holder.email, until: change.expires_at };
        let link = link::make(tx, cx, &new)?.url;
        let template = Template::OwnerChange {
            domain: &domain,
            old_owner: &losing.line(),
            new_owner: &gaining.line(),
            present_owner: *side == Side::Losing,
            link: &link,
            until: change.expires_at,
        };
        let to = Recipient { account_id: Some(change.account_id), address: holder.email.clone(), language: holder.language() };
        mail::queue_template(tx, cx, template, &to)?;
    }
    Ok(())
}

/// What a token is about, or why it is good for nothing.
enum Meaning {
    Nothing(Answered),
    Question(Token, Box<OwnerChange>, Side),
}

fn meaning(tx: &mut Tx<'_>, cx: &Cx<'_>, secret: &str) -> Result<Meaning, Error> {
    let Some(token) = link::find(tx, secret, &[LOSING, GAINING])? else { return Ok(Meaning::Nothing(Answered::Unknown)) };
    let Some(side) = side_of(&token.kind) else { return Ok(Meaning::Nothing(Answered::Unknown)) };
    let change = owner_changes::by_id(tx, token.subject)?.ok_or_else(|| broken("a token without its owner change"))?;
    let (object, state) = (change.object.clone(), change.state);
    let nothing = if !state.is_waiting() {
        Some(Answered::MovedOn { object, state })
    } else if token.used_at.is_some() || !state.waits_for(side) {
        Some(Answered::Used { object, state })
    } else if token.expires_at <= cx.now {
        Some(Answered::Expired { object })
    } else {
        None
    };
    Ok(match nothing {
        Some(nothing) => Meaning::Nothing(nothing),
        None => Meaning::Question(token, Box::new(change), side),
    })
}

fn view(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &OwnerChange, side: Side) -> Result<ConsentView, Error> {
    let (losing, gaining) = holders(change)?;
    let (names, count) = list::names(tx, change)?;
    Ok(ConsentView {
        names,
        count,
        side,
        losing: Person::of(losing),
        gaining: Person::of(gaining),
        requested: change.requested_at,
        expires: change.expires_at,
        lock_days: lock::days(tx, cx, change)?,
        may_decline_lock: change.may_decline_lock && side == Side::Losing,
        declines_lock: change.declines_lock,
    })
}

/// Asks what a link is about. Changes nothing: whoever looks at a mail before its reader does no harm.
pub struct Consent {
    pub token: String,
}

impl Operation for Consent {
    type Done = Answered;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Answered, Error> {
        Ok(match meaning(tx, cx, &self.token)? {
            Meaning::Nothing(answered) => answered,
            Meaning::Question(_, change, side) => Answered::Open(Box::new(view(tx, cx, &change, side)?)),
        })
    }
}

/// Whose change a link is about.
struct Account {
    token: String,
}

impl Operation for Account {
    type Done = Option<Actor>;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Self::Done, Error> {
        let Some(token) = link::find(tx, &self.token, &[LOSING, GAINING])? else { return Ok(None) };
        let change = owner_changes::by_id(tx, token.subject)?.ok_or_else(|| broken("a token without its owner change"))?;
        Actor::system_of(tx, change.account_id).map(Some)
    }
}

impl Engine {
    /// What a link in a mail is about. Whoever has the link may ask.
    pub fn owner_consent(&self, token: &str) -> Result<Answered, Error> {
        self.run(&Actor::system(0, Currency::USD), Consent { token: token.to_owned() })
    }

    /// Gives an owner's answer; `declines_lock` is theirs where they may say so. Each link answers once.
    pub fn answer_owner(&self, token: &str, agree: bool, declines_lock: Option<bool>) -> Result<Answered, Error> {
        let nobody = Actor::system(0, Currency::USD);
        let Some(theirs) = self.run(&nobody, Account { token: token.to_owned() })? else { return Ok(Answered::Unknown) };
        self.run(&theirs, Decide { token: token.to_owned(), agree, declines_lock })
    }

    /// As [`Engine::answer_owner`], handed on by the account whose change it is: a link of another's is none.
    pub fn hand_on_owner_answer(&self, actor: &Actor, token: &str, agree: bool, declines_lock: Option<bool>) -> Result<Answered, Error> {
        match self.run(actor, Account { token: token.to_owned() })? {
            Some(theirs) if theirs.account == actor.account => self.run(actor, Decide { token: token.to_owned(), agree, declines_lock }),
            Some(_) | None => Ok(Answered::Unknown),
        }
    }
}

struct Decide {
    token: String,
    agree: bool,
    declines_lock: Option<bool>,
}

impl Operation for Decide {
    type Done = Answered;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Answered, Error> {
        let (token, mut change, side) = match meaning(tx, cx, &self.token)? {
            Meaning::Nothing(answered) => return Ok(answered),
            Meaning::Question(token, change, side) => (token, *change, side),
        };
        if !tokens::spend(tx, &token.digest, cx.now)? {
            return Ok(Answered::Used { object: change.object, state: change.state });
        }
        let line = format!("{} {}", token.recipient, if self.agree { "agreed" } else { "refused" });
        // Who answers reads the address: approving and denying prove it (CentralNic, owner change).
        crate::verification::proven(tx, cx, change.account_id, &token.recipient, "OWNERCHANGE")?;
        if !self.agree {
            end::end(tx, cx, &mut change, OwnerChangeEvent::Denied(side), &line)?;
            return Ok(Answered::Taken { object: change.object, agreed: false, state: change.state });
        }
        if side == Side::Losing && change.may_decline_lock {
            change.declines_lock = self.declines_lock.unwrap_or(change.declines_lock);
        }
        must_step(tx, cx, &mut change, OwnerChangeEvent::Approved(side), &line)?;
        if change.state == OwnerChangeState::CarryingOut {
            carry::send(tx, cx, &mut change)?;
        }
        Ok(Answered::Taken { object: change.object, agreed: true, state: change.state })
    }
}
