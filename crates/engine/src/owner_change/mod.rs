//! Changes of owner: asked for, consented to by both owners or by an agent for them, carried out at the registry, and the lock that follows.
//!
//! A change of a name has a new contact as its owner; a change of a contact makes the owner of all its names another person. Each has the number
//! of its order, which is open until it ends. While owners are asked, the order holds a lock of its own and not the name: renewals go on.

mod begin;
mod carry;
mod consent;
mod end;
mod list;
pub(crate) mod lock;
mod mails;
mod options;
mod resend;
mod timer;

pub use consent::{Answered, Consent, ConsentView, Person};
pub use end::Cancel;
pub use list::{List, OwnerChangeView, Show, Which};
pub use options::{Options, SetOptions, ShowOptions};
pub use resend::Resend;

pub(crate) use begin::{NewOwner, NewPerson, begin_name, begin_person, check_nothing_comes, would_wait};
pub(crate) use carry::{carried, refused};
pub(crate) use end::overtaken;
pub(crate) use lock::OWNER_LOCK;

use crate::context::Cx;
use crate::error::broken;
use crate::order::OrderRef;
use crate::{Error, audit};
use model::Timestamp;
use model::contact::ContactData;
use model::owner_change::{Mode, OwnerChangeEvent, OwnerChangeState};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::contacts::Contact;
use store::owner_changes::{self, OwnerChange};

/// The kind of job that looks at a change when its time is over, or when it had to wait for the name.
pub(crate) const TIMER: &str = "owner-change-timer";

/// A change that both agreed to, whose name or contact is under another order, is tried again after so long.
const BUSY_SECONDS: i64 = 60;

/// How a change is to be authorised, as its caller says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// The mode where neither the caller nor the account says one: each dialect has its own.
    pub default: Mode,
    /// The mode for this change alone (CentralNic TRIGGERFOA, TRIGGERDA).
    pub trigger: Option<Mode>,
    /// No lock is to follow (DMAPI `lock-opt-out`): only where an agent speaks for the owner, who must have said so before.
    pub declines_lock: bool,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms { default: Mode::Foa, trigger: None, declines_lock: false }
    }
}

/// A change of owner that was begun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    pub order: OrderRef,
    pub state: OwnerChangeState,
    /// The owners' consent is part of it, their own or an agent's.
    pub needs_consent: bool,
}

/// An owner as the change knows it: what was shown to both sides.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holder {
    pub contact: i64,
    pub handle: String,
    pub short_handle: String,
    pub name: String,
    pub organization: String,
    pub email: String,
    pub country: String,
}

impl Holder {
    /// A contact with the data that it has, or is to have.
    fn of(contact: &Contact, data: &ContactData) -> Holder {
        Holder {
            contact: contact.id,
            handle: contact.handle.clone(),
            short_handle: contact.short_handle.clone(),
            name: data.person(),
            organization: data.organization.clone(),
            email: data.email.clone(),
            country: data.country.clone(),
        }
    }

    /// In one line for people.
    fn line(&self) -> String {
        [&self.name, &self.organization].into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
    }

    /// The language of mails follows the owner's country, as it does for expiry notices.
    fn language(&self) -> String {
        if ["DE", "AT", "CH"].contains(&self.country.as_str()) { "de".to_owned() } else { String::new() }
    }
}

/// What is done once a change is authorised.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Wish {
    /// The name gets another contact as its owner, and these fields of its zone.
    Name { registrant: i64, trustee: Option<bool>, fields: Vec<(String, String)> },
    /// The contact gets these data.
    Person { data: String },
}

fn holders(change: &OwnerChange) -> Result<(Holder, Holder), Error> {
    Ok((crate::domain::parsed("a losing owner", &change.losing)?, crate::domain::parsed("a gaining owner", &change.gaining)?))
}

fn wish(change: &OwnerChange) -> Result<Wish, Error> {
    crate::domain::parsed("an owner change's wish", &change.wish)
}

fn of_order(tx: &mut Tx<'_>, order_id: i64) -> Result<OwnerChange, Error> {
    owner_changes::by_id(tx, order_id)?.ok_or_else(|| broken(format!("order {order_id} has no owner change")))
}

fn timer_name(id: i64) -> String {
    format!("owner-change:{id}")
}

/// The lock of an order that waits for the owners of a name.
fn waiting_lock(name: &str) -> String {
    format!("owner-change:{name}")
}

/// Sets the instant at which a change is looked at next.
fn set_timer(tx: &mut Tx<'_>, cx: &Cx<'_>, id: i64, at: Timestamp) -> Result<(), Error> {
    let name = timer_name(id);
    if !store::jobs::set_due(tx, &name, at)? {
        let job = store::jobs::Job { id: cx.id(), kind: TIMER.to_owned(), name, subject: id, run_at: at, epoch: 1, attempts: 0 };
        store::jobs::insert_free(tx, &job)?;
    }
    Ok(())
}

/// Moves a change by an event, if the event can happen where it stands; says whether it did.
fn step(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &mut OwnerChange, event: OwnerChangeEvent, line: &str) -> Result<bool, Error> {
    let from = change.state;
    let Some(next) = from.next(event) else { return Ok(false) };
    change.state = next;
    if !next.is_open() {
        change.ended_at = Some(cx.now);
        change.reason = line.to_owned();
    }
    if !owner_changes::update(tx, change, from)? {
        return Err(broken(format!("the owner change of {} moved on while it was looked at", change.object)));
    }
    let detail = format!("{} by {} ({} to {}): {line}", change.kind.word(), change.mode.word(), from.word(), next.word());
    audit::append(tx, cx, audit::Change { verb: "owner-change-step", object: &change.object, order_id: Some(change.id), detail: &detail })?;
    if !next.is_waiting() {
        consent::void(tx, cx, change.id)?;
        store::jobs::drop_named(tx, &timer_name(change.id))?;
    }
    Ok(true)
}

/// As [`step`], where the event is known to be possible.
fn must_step(tx: &mut Tx<'_>, cx: &Cx<'_>, change: &mut OwnerChange, event: OwnerChangeEvent, line: &str) -> Result<(), Error> {
    let from = change.state;
    if step(tx, cx, change, event, line)? {
        Ok(())
    } else {
        Err(broken(format!("the owner change of {} is {} and cannot take {event:?}", change.object, from.word())))
    }
}
