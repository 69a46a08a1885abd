//! Domains: checked, priced, registered, renewed, shown, listed.

mod check;
pub(crate) mod code;
pub(crate) mod delete;
mod dnssec;
mod forecast;
mod holding;
mod info;
mod list;
mod lock;
pub(crate) mod modify;
pub(crate) mod order_privacy;
pub(crate) mod people;
mod price;
mod property;
mod public;
pub(crate) mod push;
pub(crate) mod register;
pub(crate) mod relock;
pub(crate) mod renew;
pub(crate) mod restore;
mod rows;
pub(crate) mod set_renewal_mode;
mod settled;
pub(crate) mod suspend;
pub(crate) mod sync;

pub use crate::pricing::PriceLimit;
pub use check::{CheckDomains, Checked, PriceQuestion, Quote, Standing};
pub use delete::{Delete, Ending};
pub use forecast::{Coming, Forecast, Outlook};
pub use info::{Info, Record, Show};
pub use list::List;
pub use lock::Lock;
pub use modify::{ChangeOwner, Changed, CheckModify, Modify, NewCode, PrivacyWish, SetChange, Trade};
pub use order_privacy::OrderPrivacy;
pub use people::ContactRef;
pub use price::{PriceOf, PriceView};
pub use property::{GetProperty, LEFT_OUT, LeftOut, Property, PropertySet, SetProperty, Setting};
pub use public::{PublicHolder, PublicRecord, ShowPublic};
pub use push::Push;
pub use register::{JudgeRegistration, Register};
pub use renew::{JudgeRenewal, Renew, RenewPrivacy, Renewed, Term};
pub use restore::Restore;
pub use rows::{Condition, Detail, LEAF_ROWS, Leaf, ListRow, Place, RowDetail, Rows, Step, Whose};
pub use set_renewal_mode::SetRenewalMode;
pub use store::domains::SortBy;

pub(crate) use check::offered_months;
pub(crate) use code::{open_code, seal_code};
pub(crate) use holding::{Newcomer, admit, dismiss};
pub(crate) use people::{RoleContacts, role_field};
pub(crate) use settled::{DONE, Outcome, apply, failure_event, object_word};

use crate::Error;
use crate::context::Cx;
use crate::error::broken;
use crate::order::OrderRef;
use model::domain::{Privacy, RenewalMode};
use model::grant::{Deed, GrantRole};
use model::lock::{LockReason, Locks};
use model::policy::Zone;
use model::{DomainName, HostName, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::domains::Domain;
use store::{Tx, accounts, contacts};

/// An order that was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    pub order: OrderRef,
}

/// The part of a list that is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    pub skip: i64,
    pub take: i64,
}

impl Window {
    pub const ALL: Window = Window { skip: 0, take: i64::MAX };

    /// How many of so many rows are wanted.
    pub fn part_of(self, rows: i64) -> i64 {
        rows.saturating_sub(self.skip).clamp(0, self.take.max(0))
    }

    /// True if the row at this place, counted from 0, is wanted.
    pub(crate) fn holds(self, place: i64) -> bool {
        place >= self.skip && place - self.skip < self.take
    }
}

/// A part of a list, with the number of all that match.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page<T> {
    pub total: i64,
    pub rows: Vec<T>,
}

/// A contact's handles in both dialects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandlePair {
    pub handle: String,
    pub short_handle: String,
}

/// A DS or key record as a caller gives it and the store keeps it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum DnssecRecord {
    Ds { key_tag: u16, algorithm: u8, digest_type: u8, digest_hex: String },
    Key { flags: u16, protocol: u8, algorithm: u8, public_key: String },
}

/// A domain as its account sees it, or one that was granted a part in it.
#[derive(Clone, Debug)]
pub struct DomainView {
    pub id: i64,
    pub name: DomainName,
    /// The parts that the asking account has in it: [`GrantRole::Creator`] alone if it holds the name.
    pub roles: Vec<GrantRole>,
    pub zone: Arc<Zone>,
    pub roid: String,
    pub registrant: HandlePair,
    pub admin: Vec<HandlePair>,
    pub tech: Vec<HandlePair>,
    pub billing: Vec<HandlePair>,
    pub hosts: Vec<HostName>,
    pub dnssec: Vec<DnssecRecord>,
    /// Locked against transfer, for whatever reason.
    pub locked: bool,
    /// The reasons for it.
    pub locks: Locks,
    /// Until when the lock after a change of owner lasts.
    pub owner_lock_until: Option<Timestamp>,
    /// The end of what was paid for has passed.
    pub expired: bool,
    /// Deleted at the registry: it is restored, if it still can be, or becomes free. Nothing else can be done with it.
    pub deleted: bool,
    /// Its renewal date has passed without a renewal and its resolution is interrupted: it can still be renewed, and is deleted next (ERRP).
    pub interrupted: bool,
    /// Further EPP and RGP statuses seen at the registry.
    pub statuses: Vec<String>,
    pub renewal_mode: RenewalMode,
    /// Whether it will renew by itself, the account's default considered. What was deleted will not.
    pub renews: bool,
    pub transfer_mode: String,
    pub privacy: Privacy,
    pub privacy_until: Option<Timestamp>,
    /// The zone's trustee stands in for the registrant.
    pub trustee: bool,
    /// `standard`, or the registry's word for a name of another price.
    pub price_class: String,
    pub language: String,
    /// The zone's own fields.
    pub fields: Vec<(String, String)>,
    /// The authorization code, as far as we hold it and the asking account may have it.
    pub auth_info: Option<String>,
    pub created: Timestamp,
    pub created_by: String,
    pub updated: Timestamp,
    pub updated_by: String,
    /// Expiry at the registry.
    pub expires: Timestamp,
    pub paid_until: Timestamp,
    /// When it is renewed or let go.
    pub renewal_date: Timestamp,
    pub renewed: Option<Timestamp>,
}

impl DomainView {
    /// Its state, as far as that has words on the wire.
    pub fn condition(&self) -> Condition {
        Condition { locks: self.locks.clone(), statuses: self.statuses.clone(), expired: self.expired, deleted: self.deleted }
    }
}

pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| broken(e.to_string()))
}

pub(crate) fn parsed<T: for<'de> Deserialize<'de>>(what: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|e| store::Fault::corrupt(format_args!("{what}: {e}")).into())
}

/// The account's own domain of that name, for what its holder alone may do.
pub(crate) fn of_account(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &DomainName) -> Result<Domain, Error> {
    reach(tx, cx, name, &[Deed::Dispose])
}

/// The domain of that name, if the actor's account may do all this with it: it holds the name, or was granted a part in it. To every other
/// account the name is unknown. The only place where that is decided.
pub(crate) fn reach(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &DomainName, deeds: &[Deed]) -> Result<Domain, Error> {
    let unknown = || Refusal::DomainUnknown { name: name.as_str().to_owned() };
    let domain = store::domains::by_name(tx, name.as_str())?.ok_or_else(unknown)?;
    let roles = crate::grant::roles(tx, cx, &domain)?;
    if roles.is_empty() {
        return Err(unknown().into());
    }
    if deeds.iter().all(|deed| roles.iter().any(|role| role.may(*deed))) { Ok(domain) } else { Err(Refusal::NotYours.into()) }
}

/// The policy of a domain that we hold.
pub(crate) fn zone_of(cx: &Cx<'_>, domain: &Domain) -> Result<Arc<Zone>, Error> {
    cx.zones().get(&domain.zone).cloned().ok_or_else(|| broken(format!("there is no policy for the zone {} any more", domain.zone)))
}

/// Looks contacts up once, however many domains of a list share them.
#[derive(Default)]
pub(crate) struct Handles {
    seen: BTreeMap<i64, HandlePair>,
}

impl Handles {
    fn of(&mut self, tx: &mut Tx<'_>, id: i64) -> Result<HandlePair, Error> {
        if let Some(pair) = self.seen.get(&id) {
            return Ok(pair.clone());
        }
        let c = contacts::by_id(tx, id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?;
        let pair = HandlePair { handle: c.handle, short_handle: c.short_handle };
        if self.seen.len() < 10_000 {
            self.seen.insert(id, pair.clone());
        }
        Ok(pair)
    }

    fn all(&mut self, tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<HandlePair>, Error> {
        ids.iter().map(|id| self.of(tx, *id)).collect()
    }
}

/// The view of a domain; `default_mode` is that of the account which holds it.
pub(crate) fn view(tx: &mut Tx<'_>, cx: &Cx<'_>, d: Domain, default_mode: RenewalMode, handles: &mut Handles) -> Result<DomainView, Error> {
    let zone = zone_of(cx, &d)?;
    let roles: RoleContacts = parsed("a domain's contacts", &d.contacts)?;
    let hosts = d.hosts.split_whitespace().map(HostName::parse).collect::<Result<Vec<_>, _>>();
    let parts = crate::grant::roles(tx, cx, &d)?;
    let may_have_code = parts.iter().any(|role| role.may(Deed::Dispose));
    let locks = Locks::parse(&d.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    let owner_lock_until = if locks.holds(LockReason::OwnerChange) { crate::owner_change::lock::until(tx, d.id)? } else { None };
    let deleted = crate::agenda::is_leaving(&d);
    let renews = d.renewal_mode.renews(default_mode) && !deleted;
    Ok(DomainView {
        id: d.id,
        name: DomainName::parse(&d.name).map_err(|_| store::Fault::corrupt("a domain's name"))?,
        roid: d.roid,
        registrant: handles.of(tx, d.registrant_id)?,
        admin: handles.all(tx, &roles.admin)?,
        tech: handles.all(tx, &roles.tech)?,
        billing: handles.all(tx, &roles.billing)?,
        hosts: hosts.map_err(|_| store::Fault::corrupt("a domain's host"))?,
        dnssec: parsed("a domain's DNSSEC records", &d.dnssec)?,
        locked: !d.locks.is_empty(),
        locks,
        owner_lock_until,
        expired: d.paid_until_at <= cx.now,
        deleted,
        interrupted: d.paid_until_at <= cx.now
            && zone.renewal_date(d.paid_until_at) <= cx.now
            && d.statuses.split_whitespace().any(|s| s == suspend::HOLD),
        statuses: d.statuses.split_whitespace().map(str::to_owned).collect(),
        renewal_mode: d.renewal_mode,
        renews,
        transfer_mode: d.transfer_mode,
        privacy: d.privacy,
        privacy_until: d.privacy_until_at,
        trustee: d.trustee,
        price_class: if d.price_class.is_empty() { "standard".to_owned() } else { d.price_class },
        language: d.language,
        fields: parsed("a domain's fields", &d.fields)?,
        auth_info: open_code(cx, &d.name, &d.auth_sealed).filter(|_| may_have_code),
        roles: parts,
        created: d.created_at,
        created_by: d.created_by,
        updated: d.updated_at,
        updated_by: d.updated_by,
        expires: d.expires_at,
        paid_until: d.paid_until_at,
        renewal_date: zone.renewal_date(d.paid_until_at),
        renewed: d.renewed_at,
        zone,
    })
}

/// The default renewal mode of an account: the one that holds a domain decides what becomes of it.
pub(crate) fn default_mode(tx: &mut Tx<'_>, account_id: i64) -> Result<RenewalMode, Error> {
    Ok(accounts::by_id(tx, account_id)?.ok_or(Refusal::NotYours)?.renewal_mode)
}
