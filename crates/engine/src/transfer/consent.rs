//! Consent: the mails that ask the holder of a name, and what follows from an answer.
//!
//! Reached by the pages `/foa/<token>`, CentralNic `ActivateTransfer`.

use super::events::{Told, tell};
use super::{must_step, note, settled};
use crate::account::Actor;
use crate::context::{After, Cx, Operation};
use crate::domain::parsed;
use crate::error::broken;
use crate::jobs::{LEASE_SECONDS, STEP};
use crate::link::{self, NewLink};
use crate::mail::{self, Letter, Recipient, Template};
use crate::{Engine, Error};
use model::transfer::{Direction, Party, TransferEvent, TransferState};
use model::{Currency, DomainName, Need, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::jobs::{self, Job};
use store::tokens::{self, Token};
use store::transfers::{self, Transfer};

/// For the holder of a name that comes here.
const INBOUND: &str = "transfer-in";
/// For the holder of a name that leaves.
const OUTBOUND: &str = "transfer-out";
/// The losing registrar's own mail, where the sandbox plays it.
const OUTSIDE: &str = "transfer-outside";
const KINDS: [&str; 3] = [INBOUND, OUTBOUND, OUTSIDE];

/// How the holder of a name that comes here is asked, kept with the transfer: when asked again, it is in the same way.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Asking {
    /// That the caller chose; English where it is empty.
    pub language: String,
}

/// What a link is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsentView {
    pub name: DomainName,
    pub direction: Direction,
    pub losing: String,
    pub gaining: String,
    pub requested: Timestamp,
    pub expires: Timestamp,
    /// Silence lets the transfer happen.
    pub silence_approves: bool,
}

/// What became of an answer, or would become of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answered {
    /// The link is good: this is the question.
    Open(ConsentView),
    /// The answer was taken.
    Taken {
        name: DomainName,
        agreed: bool,
    },
    /// There is no such link.
    Unknown,
    /// The link was used, or replaced by a newer one.
    Used {
        name: DomainName,
        state: TransferState,
    },
    Expired {
        name: DomainName,
    },
    /// The transfer does not wait for an answer any more.
    MovedOn {
        name: DomainName,
        state: TransferState,
    },
    /// The answer could not be handed on; it can be given again.
    Failed {
        name: DomainName,
        reason: String,
    },
}

/// Voids every link about a transfer.
pub(super) fn void(tx: &mut Tx<'_>, cx: &Cx<'_>, transfer_id: i64) -> Result<(), Error> {
    for kind in KINDS {
        tokens::spend_all(tx, kind, transfer_id, cx.now)?;
    }
    Ok(())
}

/// Where owner and admin are written to; an address that is both is written to once.
fn recipients(t: &Transfer) -> Vec<String> {
    let mut recipients: Vec<String> = Vec::new();
    for address in [&t.owner_email, &t.admin_email] {
        if !address.is_empty() && !recipients.iter().any(|known| known.eq_ignore_ascii_case(address)) {
            recipients.push(address.clone());
        }
    }
    recipients
}

/// Tells the holder of a name that was handed to another registrar: there is nothing to answer any more.
pub(super) fn tell_pushed(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer) -> Result<(), Error> {
    for address in recipients(t) {
        let to = Recipient { account_id: Some(t.account_id), address, language: String::new() };
        mail::queue_template(tx, cx, Template::TransferPushed { domain: &t.name, gaining: &t.gaining, at: cx.now }, &to)?;
        note(t, cx.now, &format!("notice sent to {}", to.address))?;
    }
    Ok(())
}

/// Writes to owner and admin, each with a link of their own. Says how many were written to.
fn write(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    t: &mut Transfer,
    kind: &str,
    send: impl Fn(&mut Tx<'_>, &Transfer, &Recipient, &str) -> Result<(), Error>,
) -> Result<usize, Error> {
    let recipients = recipients(t);
    let asking = if kind == INBOUND { parsed("how a holder is asked", &t.wish)? } else { Asking::default() };
    tokens::spend_all(tx, kind, t.id, cx.now)?;
    for recipient in &recipients {
        let new = NewLink { page: "foa", kind, subject: t.id, recipient, until: t.act_by_at };
        let link = link::make(tx, cx, &new)?.url;
        let to = Recipient { account_id: Some(t.account_id), address: recipient.clone(), language: asking.language.clone() };
        send(tx, t, &to, &link)?;
        note(t, cx.now, &format!("confirmation mail sent to {recipient}"))?;
    }
    Ok(recipients.len())
}

fn day(at: Timestamp) -> String {
    let c = at.civil();
    format!("{:04}-{:02}-{:02} {:02}:{:02} UTC", c.year, c.month, c.day, c.hour, c.minute)
}

/// Asks the holder of a name that is to come here (form of authorization). Called again it replaces the links of before.
pub(super) fn ask(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer) -> Result<(), Error> {
    let sent = write(tx, cx, t, INBOUND, |tx, t, to, link| {
        let foa = Template::TransferFoa { domain: &t.name, losing: &t.losing, gaining: "Domesday", link, until: t.act_by_at };
        mail::queue_template(tx, cx, foa, to)
    })?;
    if sent == 0 {
        let why = "no address of the name's owner or administrative contact was found";
        must_step(tx, cx, t, TransferEvent::NobodyToAsk, None, why)?;
        store::orders::set_attention(tx, t.id, &format!("transfer of {}: {why}; ask the holder and settle it", t.name))?;
    } else {
        must_step(tx, cx, t, TransferEvent::HolderAsked, None, "")?;
    }
    Ok(())
}

/// Tells the holder of a name that leaves; where the zone wants it, nothing is answered before the holder has agreed.
pub(super) fn ask_leaving(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer, must_confirm: bool) -> Result<(), Error> {
    write(tx, cx, t, OUTBOUND, |tx, t, to, link| {
        let notice = Template::TransferOutNotice { domain: &t.name, gaining: &t.gaining, must_confirm, link, until: t.act_by_at };
        mail::queue_template(tx, cx, notice, to)
    })?;
    let state = t.state;
    if !transfers::update(tx, t, state)? {
        return Err(broken("a transfer moved on while its holder was written to"));
    }
    Ok(())
}

/// The losing registrar's mail, where the sandbox plays that registrar and the zone leaves the asking to it (.or.kr).
pub(super) fn ask_outside(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer) -> Result<(), Error> {
    write(tx, cx, t, OUTSIDE, |tx, t, to, link| {
        let (name, losing, gaining, until) = (&t.name, &t.losing, &t.gaining, day(t.act_by_at));
        let subject = format!("{losing}: please confirm the transfer of {name}");
        let text = format!(
            "Dear customer of {losing},\n\nthe transfer of your domain name {name} to the registrar {gaining} was asked for.\n\n\
             Please confirm it until {until}, otherwise it does not take place:\n{link}\n"
        );
        let letter = Letter { account_id: None, recipient: &to.address, subject, text };
        mail::queue_with_links(tx, cx, letter, &[link.to_owned()])
    })
    .map(|_| ())
}

/// What a token is about, or why it is good for nothing.
enum Meaning {
    Nothing(Answered),
    Question(Token, Box<Transfer>, ConsentView),
}

fn meaning(tx: &mut Tx<'_>, cx: &Cx<'_>, secret: &str) -> Result<Meaning, Error> {
    let Some(token) = link::find(tx, secret, &KINDS)? else { return Ok(Meaning::Nothing(Answered::Unknown)) };
    let t = transfers::by_id(tx, token.subject)?.ok_or_else(|| broken("a token without its transfer"))?;
    let name = DomainName::parse(&t.name).map_err(|_| store::Fault::corrupt("a transfer's name"))?;
    let waits = match token.kind.as_str() {
        INBOUND => t.state == TransferState::Asked,
        OUTBOUND => t.state == TransferState::Leaving,
        _ => matches!(t.state, TransferState::Requesting | TransferState::Waiting),
    };
    let nothing = if !waits {
        Some(Answered::MovedOn { name: name.clone(), state: t.state })
    } else if token.used_at.is_some() {
        Some(Answered::Used { name: name.clone(), state: t.state })
    } else if token.expires_at <= cx.now {
        Some(Answered::Expired { name: name.clone() })
    } else {
        None
    };
    if let Some(nothing) = nothing {
        return Ok(Meaning::Nothing(nothing));
    }
    let zone = cx.zones().get(&t.zone);
    let silence_approves =
        token.kind == OUTBOUND && zone.is_none_or(|z| !z.transfer.losing_consent_required && z.transfer.completes_after.is_some());
    let view = ConsentView {
        name,
        direction: t.direction,
        losing: t.losing.clone(),
        gaining: t.gaining.clone(),
        requested: t.requested_at,
        expires: token.expires_at,
        silence_approves,
    };
    Ok(Meaning::Question(token, Box::new(t), view))
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
            Meaning::Question(_, _, view) => Answered::Open(view),
        })
    }
}

/// Whose transfer a link is about, and whether the outside world is to hear the answer.
struct Owner {
    token: String,
}

impl Operation for Owner {
    type Done = Option<(Actor, bool, DomainName)>;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Self::Done, Error> {
        let Meaning::Question(token, t, view) = meaning(tx, cx, &self.token)? else { return Ok(None) };
        Ok(Some((Actor::system_of(tx, t.account_id)?, token.kind == OUTSIDE, view.name)))
    }
}

impl Engine {
    /// What a link in a mail is about. Whoever has the link may ask.
    pub fn consent(&self, token: &str) -> Result<Answered, Error> {
        self.run(&Actor::system(0, Currency::USD), Consent { token: token.to_owned() })
    }

    /// Gives the holder's answer. Each link answers once.
    pub fn answer_consent(&self, token: &str, agree: bool) -> Result<Answered, Error> {
        let nobody = Actor::system(0, Currency::USD);
        let Some((theirs, outside, name)) = self.run(&nobody, Owner { token: token.to_owned() })? else {
            return self.consent(token);
        };
        if outside {
            // The answer is the losing registrar's, given at the registry; we hear of it as of any other.
            let world = self.inner.outside.get().ok_or_else(|| broken("there is no outside world to answer"))?;
            if let Err(reason) = world.answer_transfer(&name, agree) {
                return Ok(Answered::Failed { name, reason });
            }
        }
        self.run(&theirs, Decide { token: token.to_owned(), agree })
    }
}

struct Decide {
    token: String,
    agree: bool,
}

impl Operation for Decide {
    type Done = Answered;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Answered, Error> {
        let (token, mut t, view) = match meaning(tx, cx, &self.token)? {
            Meaning::Nothing(answered) => return Ok(answered),
            Meaning::Question(token, t, view) => (token, *t, view),
        };
        if !tokens::spend(tx, &token.digest, cx.now)? {
            return Ok(Answered::Used { name: view.name, state: t.state });
        }
        tokens::spend_all(tx, &token.kind, t.id, cx.now)?;
        let said = format!("{} {}", token.recipient, if self.agree { "agreed" } else { "refused" });
        match token.kind.as_str() {
            INBOUND if self.agree => agreed(tx, cx, &mut t, &said)?,
            INBOUND => {
                must_step(tx, cx, &mut t, TransferEvent::HolderRefused, Some(Party::Holder), &said)?;
                settled::fail_order(tx, cx, &t, "The owner or administrative contact refused the transfer")?;
            }
            OUTBOUND => {
                note(&mut t, cx.now, &said)?;
                super::out::answer(tx, cx, &mut t, self.agree, true)?;
            }
            _ => {
                note(&mut t, cx.now, &said)?;
                let state = t.state;
                transfers::update(tx, &t, state)?;
                // The registry is asked at once what became of it.
                jobs::set_due(tx, &format!("name:{}", t.name), cx.now)?;
            }
        }
        Ok(Answered::Taken { name: view.name, agreed: self.agree })
    }
}

/// The holder's word is there: the request goes to the registry.
pub(super) fn agreed(tx: &mut Tx<'_>, cx: &Cx<'_>, t: &mut Transfer, said: &str) -> Result<(), Error> {
    must_step(tx, cx, t, TransferEvent::HolderAgreed, Some(Party::Holder), said)?;
    must_step(tx, cx, t, TransferEvent::Sent, None, "")?;
    jobs::drop_named(tx, &super::timer_name(t.id))?;
    store::orders::go_on(tx, t.id, cx.now.plus_days(super::request::DEADLINE_DAYS))?;
    let job =
        Job { id: cx.id(), kind: STEP.to_owned(), name: format!("name:{}", t.name), subject: t.id, run_at: cx.now, epoch: 1, attempts: 0 };
    jobs::insert(tx, &job, jobs::Lease { holder: &cx.inner.node, until: cx.real_now.plus_seconds(LEASE_SECONDS) })?;
    cx.after(After::Work(job));
    tell(tx, cx, t, Told::Notify, Some(t.id), &[])
}
