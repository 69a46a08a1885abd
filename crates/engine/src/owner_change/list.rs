//! Changes of owner as their account sees them.
//!
//! Reached by CentralNic `StatusOwnerChange`, `QueryOwnerChangeList`, `StatusDomain`, `StatusContact`. Refuses: OwnerChangeUnknown.

use super::{Holder, holders};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::domain::{HandlePair, Page, Window};
use model::owner_change::{Kind, Mode, OwnerChangeState};
use model::{Need, Refusal, Timestamp};
use store::owner_changes::{self, OwnerChange};
use store::{Tx, domains};

/// A change as its account sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnerChangeView {
    pub id: i64,
    /// The name, or the handle of the contact.
    pub object: String,
    /// It is about a contact, that is, about all names that it owns.
    pub of_contact: bool,
    pub kind: Kind,
    pub mode: Mode,
    pub state: OwnerChangeState,
    pub losing: HandlePair,
    pub gaining: HandlePair,
    pub losing_email: String,
    pub gaining_email: String,
    pub requested: Timestamp,
    /// Until when both must have answered.
    pub expires: Timestamp,
    pub ended: Option<Timestamp>,
    /// Why it ended otherwise than wished.
    pub reason: String,
}

pub(super) fn view(change: OwnerChange) -> Result<OwnerChangeView, Error> {
    let (losing, gaining) = holders(&change)?;
    let pair = |holder: &Holder| HandlePair { handle: holder.handle.clone(), short_handle: holder.short_handle.clone() };
    Ok(OwnerChangeView {
        id: change.id,
        of_contact: change.contact_id.is_some(),
        losing: pair(&losing),
        gaining: pair(&gaining),
        losing_email: losing.email,
        gaining_email: gaining.email,
        object: change.object,
        kind: change.kind,
        mode: change.mode,
        state: change.state,
        requested: change.requested_at,
        expires: change.expires_at,
        ended: change.ended_at,
        reason: change.reason,
    })
}

/// The last change of a name or contact of the account. Names are found in any case, contacts by either handle.
pub(super) fn of_account(tx: &mut Tx<'_>, cx: &Cx<'_>, object: &str) -> Result<OwnerChange, Error> {
    let object = object.trim();
    let unknown = || Refusal::OwnerChangeUnknown { object: object.to_owned() };
    if object.contains('.') {
        let name = model::DomainName::parse(object).map_err(|_| unknown())?;
        return owner_changes::latest_of(tx, cx.actor.account, name.as_str())?.ok_or_else(|| unknown().into());
    }
    let contact = crate::domain::people::contact_by_handle(tx, cx, object)?.ok_or_else(unknown)?;
    owner_changes::latest_of(tx, cx.actor.account, &contact.short_handle)?.ok_or_else(|| unknown().into())
}

/// How many names a mail or page tells by name.
const NAMES_SHOWN: i64 = 20;

/// The first names that a change is about, and how many there are.
pub(super) fn names(tx: &mut Tx<'_>, change: &OwnerChange) -> Result<(Vec<String>, i64), Error> {
    let Some(contact) = change.contact_id else { return Ok((vec![change.object.clone()], 1)) };
    let (mut names, mut count) = (Vec::new(), 0_i64);
    for used in domains::zones_of_contact(tx, contact)?.into_iter().filter(|used| used.registrant) {
        count = count.saturating_add(domains::count_of_registrant(tx, contact, &used.zone)?);
        let room = NAMES_SHOWN.saturating_sub(i64::try_from(names.len()).unwrap_or(NAMES_SHOWN));
        names.extend(domains::names_of_registrant(tx, contact, &used.zone, room)?);
    }
    Ok((names, count))
}

/// Asks how the last change of a name or contact stands.
pub struct Show {
    /// The name, or the handle of the contact.
    pub object: String,
}

impl Operation for Show {
    type Done = OwnerChangeView;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<OwnerChangeView, Error> {
        view(of_account(tx, cx, &self.object)?)
    }
}

/// Which changes are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    All,
    /// Those that have not ended.
    Active,
    Succeeded,
    /// Those that were refused, taken back or could not be done.
    Failed,
    Expired,
}

impl Which {
    fn holds(self, state: OwnerChangeState) -> bool {
        use OwnerChangeState as S;
        match (self, state) {
            (Which::All, _) => true,
            (Which::Active, state) => state.is_open(),
            (Which::Succeeded, state) => state == S::Succeeded,
            (Which::Failed, S::LosingDenied | S::GainingDenied | S::Cancelled | S::Failed) => true,
            (Which::Expired, state) => state == S::Expired,
            (Which::Failed, _) => false,
        }
    }
}

/// Lists an account's changes of owner, the newest first.
pub struct List {
    pub which: Which,
    pub window: Window,
}

/// Looked through at once.
const PAGE: i64 = 1_000;
/// More changes than this are not looked through.
const LOOKED_MAX: usize = 100_000;

impl Operation for List {
    type Done = Page<OwnerChangeView>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Page<OwnerChangeView>, Error> {
        let mut page = Page { total: 0, rows: Vec::new() };
        let (mut before, mut looked) = (i64::MAX, 0);
        loop {
            let found = owner_changes::list(tx, cx.actor.account, before, PAGE)?;
            let Some(last) = found.last().filter(|_| looked < LOOKED_MAX) else { return Ok(page) };
            before = last.id;
            looked += found.len();
            for change in found.into_iter().filter(|change| self.which.holds(change.state)) {
                if self.window.holds(page.total) {
                    page.rows.push(view(change)?);
                }
                page.total += 1;
            }
        }
    }
}
