//! Answering: what a verification link is about, and what follows from yes and no.
//!
//! Reached by the pages `/verify/<token>`, DMAPI `wa-email-details` and `wa-email-verify`, CentralNic `ActivateContact`. Refuses: nothing; a
//! link that is good for nothing is told as such.
//!
//! A link does not expire by time: a name that was suspended must be able to come back by the mail that its owner finds late. It is good for
//! one answer, and for none once the address is proven.

use super::ask::KIND;
use super::{confirm, step, told};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::{Engine, Error, audit, link};
use model::verification::{AddressEvent, AddressState};
use model::{Currency, Need, Timestamp};
use store::tokens::{self, Token};
use store::verifications::{self, Verification};
use store::{Tx, domains};

/// A page and a list show so many names at most.
const NAMES_SHOWN: i64 = 100;

/// A name that waits for an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    pub name: String,
    pub due: Timestamp,
}

/// What a link asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// The address, as the mail was sent to it.
    pub address: String,
    /// Names that wait for it, the first hundred.
    pub names: Vec<Pending>,
}

/// What became of an answer, or would become of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answered {
    /// The link is good: this is the question.
    Open(Question),
    /// The answer was taken.
    Taken { address: String, confirmed: bool },
    /// There is no such link.
    Unknown,
    /// The link was used, or the address was proven by another one.
    Used { address: String, state: AddressState },
}

/// Voids every link about an address.
pub(super) fn void(tx: &mut Tx<'_>, cx: &Cx<'_>, v: &Verification) -> Result<(), Error> {
    Ok(tokens::spend_all(tx, KIND, v.id, cx.now)?)
}

enum Meaning {
    Nothing(Answered),
    Good(Token, Box<Verification>),
}

/// What a token means; `account` only sees its own.
fn meaning(tx: &mut Tx<'_>, secret: &str, account: Option<i64>) -> Result<Meaning, Error> {
    let Some(token) = link::find(tx, secret, &[KIND])? else {
        return Ok(Meaning::Nothing(Answered::Unknown));
    };
    let v = verifications::by_id(tx, token.subject)?.ok_or_else(|| broken("a token without its address"))?;
    if account.is_some_and(|account| account != v.account_id) {
        return Ok(Meaning::Nothing(Answered::Unknown));
    }
    if token.used_at.is_some() || v.state.is_verified() {
        return Ok(Meaning::Nothing(Answered::Used { address: v.recipient, state: v.state }));
    }
    Ok(Meaning::Good(token, Box::new(v)))
}

fn question(tx: &mut Tx<'_>, v: &Verification) -> Result<Question, Error> {
    let mut names = Vec::new();
    for term in verifications::terms_of_address(tx, v.account_id, &v.address, 0, NAMES_SHOWN)? {
        if let Some(domain) = domains::by_id(tx, term.domain_id)? {
            names.push(Pending { name: domain.name, due: term.due_at });
        }
    }
    Ok(Question { address: v.recipient.clone(), names })
}

/// Asks what a key of one's own account is about. Changes nothing.
#[derive(Clone, Debug)]
pub struct Details {
    pub key: String,
}

impl Operation for Details {
    type Done = Answered;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Answered, Error> {
        look(tx, &self.key, Some(cx.actor.account))
    }
}

fn look(tx: &mut Tx<'_>, secret: &str, account: Option<i64>) -> Result<Answered, Error> {
    Ok(match meaning(tx, secret, account)? {
        Meaning::Nothing(answered) => answered,
        Meaning::Good(_, v) => Answered::Open(question(tx, &v)?),
    })
}

/// Answers with a key of one's own account, where a reseller's own page asks.
#[derive(Clone, Debug)]
pub struct Answer {
    pub key: String,
    pub yes: bool,
}

impl Operation for Answer {
    type Done = Answered;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Answered, Error> {
        take(tx, cx, &self.key, self.yes, Some(cx.actor.account))
    }
}

fn take(tx: &mut Tx<'_>, cx: &Cx<'_>, secret: &str, yes: bool, account: Option<i64>) -> Result<Answered, Error> {
    let (token, mut v) = match meaning(tx, secret, account)? {
        Meaning::Nothing(answered) => return Ok(answered),
        Meaning::Good(token, v) => (token, *v),
    };
    if !tokens::spend(tx, &token.digest, cx.now)? {
        return Ok(Answered::Used { address: v.recipient, state: v.state });
    }
    if yes {
        confirm(tx, cx, &mut v, "CONFIRMED")?;
    } else {
        step(tx, cx, &mut v, AddressEvent::Denied, "DENIED")?;
        void(tx, cx, &v)?;
        told(tx, cx, &v, "invalid")?;
        audit::append(tx, cx, audit::Change { verb: "address-deny", object: &v.address, order_id: None, detail: "its reader said no" })?;
    }
    Ok(Answered::Taken { address: v.recipient, confirmed: yes })
}

/// As whoever has the link.
struct Look {
    token: String,
}

impl Operation for Look {
    type Done = Answered;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Answered, Error> {
        look(tx, &self.token, None)
    }
}

/// Whose address a link is about.
struct Owner {
    token: String,
}

impl Operation for Owner {
    type Done = Option<Actor>;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Self::Done, Error> {
        let Meaning::Good(_, v) = meaning(tx, &self.token, None)? else { return Ok(None) };
        Actor::system_of(tx, v.account_id).map(Some)
    }
}

struct Take {
    token: String,
    yes: bool,
}

impl Operation for Take {
    type Done = Answered;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Answered, Error> {
        take(tx, cx, &self.token, self.yes, None)
    }
}

impl Engine {
    /// What a verification link is about. Whoever has the link may ask; looking changes nothing.
    pub fn verification(&self, token: &str) -> Result<Answered, Error> {
        self.run(&Actor::system(0, Currency::USD), Look { token: token.to_owned() })
    }

    /// Gives the reader's answer to a verification link. Each link answers once.
    pub fn answer_verification(&self, token: &str, yes: bool) -> Result<Answered, Error> {
        let owner = self.run(&Actor::system(0, Currency::USD), Owner { token: token.to_owned() })?;
        let Some(actor) = owner else { return self.verification(token) };
        self.run(&actor, Take { token: token.to_owned(), yes })
    }
}
