//! Lists about verification: addresses that are awaited, names by their registrant's standing, one address, one name; and proof by staff.
//!
//! Reached by DMAPI `wa-email-list`, `wa-email-query-status`, CentralNic `QueryDomainList` (SHOWUNVERIFIED, SHOWSUSPENDED, SHOWUNVALIDATED),
//! `StatusDomain`, `AddDomain`, `ModifyDomain`. Refuses: DomainUnknown, NotYours.

use super::{PAGE, proven, state_of};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{Page, Window, of_account};
use model::contact::is_email;
use model::lock::{LockReason, Locks};
use model::pattern::Pattern;
use model::verification::AddressState;
use model::{Channel, ContactField, DomainName, Field, FieldProblem, Need, Problem, Refusal, Timestamp};
use store::verifications::{self, Listed};
use store::{Tx, domains};

/// A registrant's address that a name waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaitingRow {
    pub email: String,
    pub name: String,
    pub due: Timestamp,
}

/// Asks for all addresses of registrants that are to be proven, with each name that waits.
pub struct Waiting;

impl Operation for Waiting {
    type Done = Vec<WaitingRow>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<WaitingRow>, Error> {
        let mut rows = Vec::new();
        each(tx, cx, WhichNames::Unverified, |_, listed| {
            rows.extend(listed.due_at.map(|due| WaitingRow { email: listed.email, name: listed.name, due }));
            Ok(())
        })?;
        Ok(rows)
    }
}

/// Which names a list is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhichNames {
    /// Those that wait for a proof, in time or not.
    Unverified,
    /// Those whose time is over.
    Suspended,
    /// Those whose registrant's data fail the formal check, where the zone wants proof.
    Unvalidated,
}

/// Asks for names by their registrant's standing, sorted by name.
pub struct ListNames {
    pub which: WhichNames,
    pub pattern: Pattern,
    /// Only those of this zone.
    pub zone: Option<String>,
    pub descending: bool,
    pub window: Window,
}

/// A name in such a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameRow {
    pub name: String,
    /// The registrant's handle in CentralNic's form.
    pub short_handle: String,
    pub verified: bool,
    /// When it is or was suspended, where its time runs or is over.
    pub due: Option<Timestamp>,
}

impl Operation for ListNames {
    type Done = Page<NameRow>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<NameRow>, Error> {
        let mut all = Vec::new();
        each(tx, cx, self.which, |tx, listed| {
            if self.zone.as_ref().is_some_and(|zone| *zone != listed.zone) || !self.pattern.matches(&listed.name) {
                return Ok(());
            }
            let verified = listed.validated && state_of(tx, cx.actor.account, &listed.email)?.is_verified();
            all.push(NameRow { name: listed.name, short_handle: listed.short_handle, verified, due: listed.due_at });
            Ok(())
        })?;
        if self.descending {
            all.reverse();
        }
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let rows = (0..).zip(all).filter(|(place, _)| self.window.holds(*place)).map(|(_, row)| row).collect();
        Ok(Page { total, rows })
    }
}

fn each(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    which: WhichNames,
    mut take: impl FnMut(&mut Tx<'_>, Listed) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let page = match which {
            WhichNames::Unverified | WhichNames::Suspended => verifications::list_terms(tx, cx.actor.account, &after, PAGE)?,
            WhichNames::Unvalidated => verifications::list_unvalidated(tx, cx.actor.account, &after, PAGE)?,
        };
        let Some(last) = page.last() else { return Ok(()) };
        after.clone_from(&last.name);
        for listed in page {
            let wanted = match which {
                WhichNames::Unverified => true,
                WhichNames::Suspended => {
                    let locks = Locks::parse(&listed.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
                    locks.holds(LockReason::Verification)
                }
                WhichNames::Unvalidated => cx.zones().get(&listed.zone).is_some_and(|zone| !zone.verification.within.is_zero()),
            };
            if wanted {
                take(tx, listed)?;
            }
        }
    }
}

/// Asks how an address of the account stands; one that was never heard of is unverified.
pub struct StateOf {
    pub email: String,
}

impl Operation for StateOf {
    type Done = AddressState;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<AddressState, Error> {
        state_of(tx, cx.actor.account, &self.email)
    }
}

/// Asks until when a name's registrant must prove the address; none if nothing is awaited.
pub struct Within {
    pub name: DomainName,
}

impl Operation for Within {
    type Done = Option<Timestamp>;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Option<Timestamp>, Error> {
        let domain: domains::Domain = of_account(tx, cx, &self.name)?;
        Ok(verifications::term_of(tx, domain.id)?.map(|term| term.due_at))
    }
}

/// Staff prove an address of an account by evidence that they hold.
pub struct Prove {
    pub account: i64,
    pub email: String,
}

impl Operation for Prove {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        if cx.actor.channel != Channel::Staff {
            return Err(Refusal::NotYours.into());
        }
        if !is_email(self.email.trim()) {
            let expected = "an e-mail address such as name@example.com".to_owned();
            let problem = FieldProblem::new(Field::ContactPart(ContactField::Email), Problem::Malformed { expected });
            return Err(Refusal::field(problem).into());
        }
        proven(tx, cx, self.account, &self.email, "STAFF")
    }
}
