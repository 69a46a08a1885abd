//! Asking: the mails that ask a registrant to prove an address, their links, and their limits.
//!
//! Reached by DMAPI `wa-email-validate`, CentralNic `ResendNotification` (CONTACTVERIFICATION), PREVERIFY of `AddContact` and `ModifyContact`.
//! Refuses: Fields, StatusForbids.

use super::{history, row, step};
use crate::context::{Cx, Operation};
use crate::link::{self, NewLink};
use crate::mail::{self, Recipient, Template};
use crate::{Error, audit};
use model::contact::is_email;
use model::verification::{AddressEvent, AddressState, folded};
use model::{ContactField, Field, FieldProblem, Need, Problem, Refusal, Timestamp};
use store::contacts::{self, Contact};
use store::verifications::{self, Verification};
use store::{Tx, domains};

/// What links of verification mails are good for.
pub(super) const KIND: &str = "verification";
/// Of itself at most one mail goes to an address in so many seconds: one answer serves all names and contacts.
const QUIET_SECONDS: i64 = 20 * 3_600;
/// What a caller can ask for: so many mails to one address in a day.
const MAILS_A_DAY_MAX: usize = 10;
const DAY_SECONDS: i64 = 86_400;

/// What a mail speaks of.
pub(super) struct About<'a> {
    pub domain: Option<&'a str>,
    /// None where the name is suspended already.
    pub until: Option<Timestamp>,
    /// It is not the first.
    pub reminds: bool,
}

/// A link to the page that takes the answer. It does not expire by time (CentralNic: "triggers never expire"), but with the answer.
fn link(tx: &mut Tx<'_>, cx: &Cx<'_>, v: &Verification) -> Result<String, Error> {
    let new = NewLink { page: "verify", kind: KIND, subject: v.id, recipient: &v.recipient, until: crate::agenda::never() };
    Ok(link::make(tx, cx, &new)?.url)
}

/// Writes to a registrant, unless a mail is under way since a short while. No event tells of it: CentralNic's, with the trigger, is for accounts
/// that write their own mails.
pub(super) fn of_owner(tx: &mut Tx<'_>, cx: &Cx<'_>, v: &mut Verification, owner: &Contact, about: &About<'_>) -> Result<(), Error> {
    let lately = v.requested_at.is_some_and(|at| cx.now.seconds_since(at) < QUIET_SECONDS);
    if v.state == AddressState::Pending && lately {
        return Ok(());
    }
    write(tx, cx, v, owner, about)
}

fn write(tx: &mut Tx<'_>, cx: &Cx<'_>, v: &mut Verification, owner: &Contact, about: &About<'_>) -> Result<(), Error> {
    // What differs in case alone is one address; mails go to it as it is written now.
    owner.email.trim().clone_into(&mut v.recipient);
    step(tx, cx, v, AddressEvent::Asked, "EMAIL")?;
    let link = link(tx, cx, v)?;
    let to = Recipient::holder(v.account_id, owner);
    let name = owner.name.as_str();
    let link = link.as_str();
    let template = match (about.domain, about.until) {
        (Some(domain), Some(until)) if about.reminds => Template::VerificationReminder { domain, name, link, until },
        (Some(domain), Some(until)) => Template::Verification { domain, name, link, until },
        (Some(domain), None) => Template::VerificationSuspended { domain, name, link },
        (None, _) => Template::VerificationContact { name, link },
    };
    mail::queue_template(tx, cx, template, &to)?;
    audit::append(
        tx,
        cx,
        audit::Change { verb: "address-ask", object: &v.address, order_id: None, detail: about.domain.unwrap_or_default() },
    )
}

/// Tells a registrant that the name was suspended, with a link that undoes it.
pub(crate) fn tell_suspended(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &domains::Domain) -> Result<(), Error> {
    let Some(owner) = contacts::by_id(tx, domain.registrant_id)? else { return Ok(()) };
    let v = row(tx, cx, domain.account_id, &owner.email)?;
    if v.state.is_verified() {
        return Ok(());
    }
    let link = link(tx, cx, &v)?;
    let template = Template::VerificationSuspended { domain: &domain.name, name: &owner.name, link: &link };
    mail::queue_template(tx, cx, template, &Recipient::holder(v.account_id, &owner))
}

/// Which contacts' addresses may be asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// Any contact's of the account.
    Contacts,
    /// A registrant's of one of the account's names.
    Registrants,
}

/// Asks for a mail to an address, whether one went out already or not.
#[derive(Clone, Debug)]
pub struct Ask {
    pub email: String,
    pub whose: Whose,
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Where the mail goes.
    pub recipient: String,
    /// It was proven already; no mail is needed.
    pub verified: bool,
}

impl Operation for Ask {
    type Done = Asked;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Asked, Error> {
        let wrong = |problem| Refusal::field(FieldProblem::new(Field::ContactPart(ContactField::Email), problem));
        if !is_email(self.email.trim()) {
            return Err(wrong(Problem::Malformed { expected: "an e-mail address such as name@example.com".to_owned() }).into());
        }
        let (account, address) = (cx.actor.account, folded(&self.email));
        if self.whose == Whose::Registrants && !verifications::is_registrants(tx, account, &address)? {
            return Err(wrong(Problem::Unknown).into());
        }
        let handle = verifications::user_of(tx, account, &address)?.ok_or_else(|| wrong(Problem::Unknown))?;
        let owner = crate::contact::find(tx, account, &handle)?;
        contact_asked(tx, cx, &owner, true)
    }
}

/// Asks for the address of a contact. Without `again` nothing is sent while an answer is awaited (CentralNic PREVERIFY).
pub(crate) fn contact_asked(tx: &mut Tx<'_>, cx: &Cx<'_>, contact: &Contact, again: bool) -> Result<Asked, Error> {
    let mut v = row(tx, cx, contact.account_id, &contact.email)?;
    let verified = v.state.is_verified();
    if !verified && (again || v.state != AddressState::Pending) {
        let mails = history(&v)?;
        let lately = mails.iter().filter(|(at, word)| word == "EMAIL" && cx.now.seconds_since(*at) < DAY_SECONDS).count();
        if lately >= MAILS_A_DAY_MAX {
            let status = format!("asked {MAILS_A_DAY_MAX} times within a day");
            return Err(Refusal::StatusForbids { status }.into());
        }
        // The name that has least time left is named.
        let terms = verifications::terms_of_address(tx, v.account_id, &v.address, 0, super::PAGE)?;
        let soonest = terms.into_iter().filter(|t| t.due_at > cx.now).min_by_key(|t| (t.due_at, t.domain_id));
        let domain = match &soonest {
            Some(term) => domains::by_id(tx, term.domain_id)?.map(|d| d.name),
            None => None,
        };
        let about = About { domain: domain.as_deref(), until: soonest.map(|t| t.due_at), reminds: false };
        write(tx, cx, &mut v, contact, &about)?;
    }
    Ok(Asked { recipient: v.recipient, verified })
}
