//! Request: asks for a name that another registrar holds.
//!
//! Reached by DMAPI `domain-transfer-in-reseller` and `domain-transfer-in`, CentralNic `TransferDomain`.
//! Refuses: ZoneNotSold, ZoneClosed, Fields, DomainUnknown, AuthInfoWrong, NotTransferable, NameBusy, PriceLimitRequired, PriceAboveLimit,
//! PriceMismatch, FundsShort, NotSupported.

mod check;
mod judge;
mod look;
mod people;
mod plan;

pub use check::{CheckTransfer, Transferable};
pub use judge::JudgeTransfer;

use super::consent::Asking;
use super::events::{Told, tell};
use super::{ANSWER_DAYS, consent, must_step, set_timer};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::domain::people::stored;
use crate::domain::{ContactRef, RoleContacts, json, seal_code};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder, OrderRef};
use crate::pricing::{self, PriceLimit};
use crate::{Engine, Error};
use look::look;
use model::domain::{Operation as PricedOperation, Privacy, RenewalMode, Role};
use model::order::OrderKind;
use model::policy::{Item, SaleStatus, TransferKind, Zone};
use model::transfer::{Direction, TransferEvent, TransferState};
use model::{DomainName, HostName, Money, Months, Need, Refusal, Timestamp};
use people::{holder_of_account, judged};
use plan::decide;
use registry::{Availability, FeeQuestion, Holders, RegistryDomain};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::transfers::{self, Transfer};
use store::{Tx, accounts, domains};

/// What is done about contacts of roles that the zone does not let a transfer set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnsettableContacts {
    /// They are set once the name has arrived.
    Later,
    /// The request is refused (CentralNic).
    Refuse,
    /// They are left out (CentralNic with FORCEREQUEST=1).
    Drop,
}

/// Asks for a transfer in.
#[derive(Clone, Debug)]
pub struct TransferIn {
    pub name: DomainName,
    pub auth_info: Option<String>,
    pub registrant: Option<ContactRef>,
    pub admin: Vec<ContactRef>,
    pub tech: Vec<ContactRef>,
    pub billing: Vec<ContactRef>,
    pub unsettable: UnsettableContacts,
    /// The name keeps its servers where none are given.
    pub hosts: Vec<HostName>,
    /// Lock after arrival; the account's default if absent.
    pub transfer_lock: Option<bool>,
    pub renewal_mode: RenewalMode,
    pub privacy: Privacy,
    pub price_limit: Option<PriceLimit>,
    /// The zone's own fields.
    pub fields: Vec<(String, String)>,
    /// Whom to ask where public data show nobody (DMAPI `owner-email`).
    pub owner_email: Option<String>,
    /// The language in which the holder is asked, such as `de`; English where it is empty, or there is no template of it.
    pub mail_language: String,
    pub client_id: String,
}

impl TransferIn {
    /// A wish for a name and nothing else: to be filled, or left to zone and account.
    pub fn of(name: DomainName) -> TransferIn {
        TransferIn {
            name,
            auth_info: None,
            registrant: None,
            admin: Vec::new(),
            tech: Vec::new(),
            billing: Vec::new(),
            unsettable: UnsettableContacts::Later,
            hosts: Vec::new(),
            transfer_lock: None,
            renewal_mode: RenewalMode::Default,
            privacy: Privacy::Off,
            price_limit: None,
            fields: Vec::new(),
            owner_email: None,
            mail_language: String::new(),
            client_id: String::new(),
        }
    }
}

/// A transfer that was begun.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    pub order: OrderRef,
    /// What may make it fail all the same.
    pub warning: Option<String>,
}

/// The wish as it is kept until the name has arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Incoming {
    pub name: String,
    pub zone: String,
    pub auth_sealed: String,
    /// What the registry adds to the term; none where it adds nothing.
    pub months: Option<u16>,
    pub registrant: i64,
    pub contacts: RoleContacts,
    /// As they are at the registry where empty.
    pub hosts: Vec<String>,
    pub renewal_mode: String,
    pub privacy: String,
    pub trustee: bool,
    pub locks: String,
    pub fields: Vec<(String, String)>,
    pub price_class: String,
    pub fee: Option<(i64, String)>,
}

/// A transfer is in staff's attention if it is open after so many days.
pub(super) const DEADLINE_DAYS: i64 = 30;

impl Engine {
    /// Asks for a name that another registrar holds: looks at it first, then accepts the order. A repeat joins the transfer that is on its way.
    pub fn transfer_in(&self, actor: &Actor, request: TransferIn) -> Result<Asked, Error> {
        if !actor.access().allows(Need::Spend) {
            return Err(Refusal::AccessDenied { access: actor.access() }.into());
        }
        let zones = self.inner.zones.clone();
        let Some((zone, _)) = zones.sold_in(&request.name) else {
            return Err(Refusal::ZoneNotSold { name: request.name.as_str().to_owned() }.into());
        };
        if let (SaleStatus::Closed, reason) = zone.sale_at(self.now()) {
            return Err(Refusal::ZoneClosed { zone: zone.suffix.clone(), reason: reason.to_owned() }.into());
        }
        if let TransferKind::Manual | TransferKind::Declined = zone.transfer.kind {
            return Err(
                Refusal::NotSupported { what: format!("a transfer under .{}: {}", zone.suffix, zone.transfer.kind.sentence()) }.into()
            );
        }
        // What is wrong with the request itself is told whole, before what the registry says of the name.
        self.run(actor, JudgeTransfer { request: request.clone() })?;
        let open = self.run(actor, Open { name: request.name.clone() })?;
        if let Some(order) = open {
            return Ok(Asked { order, warning: None });
        }
        let registry = self.registry_of(&zone.suffix)?;
        let found = look(registry.as_ref(), &request.name, request.auth_info.as_deref())?;
        let priced = match zone.transfer_term(None).ok().flatten().filter(|_| zone.premium.offered) {
            Some(months) => {
                let question = FeeQuestion { operation: PricedOperation::Transfer, months };
                registry.check(std::slice::from_ref(&request.name), Some(&question))?.pop()
            }
            None => None,
        };
        let holders = self.inner.outside.get().and_then(|world| world.holders(&request.name)).unwrap_or_default();
        let registrar = registry.registrar().to_owned();
        self.run(actor, Accept { zone: zone.clone(), request, found, priced, holders, registrar })
    }
}

/// The account's own transfer of a name, if it is under way: a repeat of the wish joins it.
struct Open {
    name: DomainName,
}

impl Operation for Open {
    type Done = Option<OrderRef>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Option<OrderRef>, Error> {
        order::join(tx, cx, &self.name, &fingerprint(&self.name))
    }
}

fn fingerprint(name: &DomainName) -> String {
    format!("transfer {name}")
}

struct Accept {
    zone: Arc<Zone>,
    request: TransferIn,
    found: RegistryDomain,
    priced: Option<Availability>,
    holders: Holders,
    registrar: String,
}

impl Operation for Accept {
    type Done = Asked;
    const NEED: Need = Need::Spend;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Asked, Error> {
        let (request, zone) = (&self.request, &self.zone);
        if let Some(order) = order::join(tx, cx, &request.name, &fingerprint(&request.name))? {
            return Ok(Asked { order, warning: None });
        }
        // It came here unasked, and staff are sending it on to where it belongs.
        if store::sent_on::is_open(tx, request.name.as_str())? {
            return Err(Refusal::NameBusy { name: request.name.clone() }.into());
        }
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let (people, accepted) = judged(tx, cx, zone, request)?;
        let here = domains::by_name(tx, request.name.as_str())?.is_some();
        let warning = decide(zone, &self.found, here, &self.registrar, cx.now)?;
        // Another registrar holds the name: whatever took it from here before has ended.
        super::overtaken(tx, cx, request.name.as_str())?;

        let months = zone.transfer_term(None).ok().flatten();
        let premium = self.priced.as_ref().is_some_and(Availability::is_premium);
        if premium && !account.premium {
            return Err(Refusal::NotTransferable { reason: "premium names are not enabled for this account".to_owned() }.into());
        }
        let fee = match (&self.priced, months) {
            (Some(a), Some(months)) if premium => pricing::fee_of(a, PricedOperation::Transfer, months),
            _ => None,
        };
        let term = months.unwrap_or(zone.transfer.default.0);
        let price_of = |tx: &mut Tx<'_>, item| {
            let priced = pricing::standard(tx, zone, item, term, account.currency, &account.tier, cx.now)?;
            Ok::<Option<Money>, Error>(priced.map(|p| p.price))
        };
        let missing = |item: Item| pricing::unsold(item.word(), zone, account.currency);
        let name_price = match fee {
            Some(fee) if fee.currency == account.currency => pricing::premium(fee).ok_or_else(|| broken("a premium price overflows"))?,
            Some(_) | None if premium => {
                return Err(Refusal::NotSupported { what: format!("the premium price of {}", request.name) }.into());
            }
            Some(_) | None => match price_of(tx, Item::Transfer)? {
                Some(price) => price,
                // A transfer that leaves the term alone is sold for nothing where the zone has no price for it.
                None if months.is_none() => Money::zero(account.currency),
                None => return Err(missing(Item::Transfer).into()),
            },
        };
        let mut total = name_price;
        let extras = [pricing::privacy_item(request.privacy), accepted.trustee.then_some(Item::Trustee)];
        for item in extras.into_iter().flatten() {
            let part = price_of(tx, item)?.ok_or_else(|| missing(item))?;
            total = total.checked_add(part).ok_or_else(|| broken("a price overflows"))?;
        }
        pricing::within(request.price_limit, name_price, total, premium)?;

        let mut ids: Vec<(Role, Vec<i64>)> = Vec::new();
        for (role, found) in &people {
            let mut of_role = Vec::new();
            for person in found {
                of_role.push(stored(tx, cx, person, zone)?);
            }
            ids.push((*role, of_role));
        }
        // Where no owner is named, the first contact that is named becomes it, and else the account's own holder (dmapi.md 8.12).
        let named = ids.iter().find_map(|(_, of_role)| of_role.first().copied());
        let registrant = match named {
            Some(id) => id,
            None => holder_of_account(tx, cx, &account, zone)?,
        };
        let mut contacts = RoleContacts::default();
        for (role, mut of_role) in ids {
            if of_role.is_empty() && zone.role(role).max > 0 {
                of_role.push(registrant);
            }
            contacts.set(role, of_role);
        }
        let code = request.auth_info.as_deref().unwrap_or_default();
        let auth_sealed = seal_code(cx, request.name.as_str(), code)?;
        let lock = zone.support.transfer_lock && request.transfer_lock.unwrap_or(account.transfer_lock);
        let incoming = Incoming {
            name: request.name.as_str().to_owned(),
            zone: zone.suffix.clone(),
            auth_sealed,
            months: months.map(Months::get),
            registrant,
            contacts,
            hosts: request.hosts.iter().map(|h| h.as_str().to_owned()).collect(),
            renewal_mode: request.renewal_mode.word().to_owned(),
            privacy: request.privacy.word().to_owned(),
            trustee: accepted.trustee,
            locks: if lock { "user".to_owned() } else { String::new() },
            fields: accepted.values.clone(),
            price_class: if premium { self.priced.as_ref().and_then(|a| a.class.clone()).unwrap_or_default() } else { String::new() },
            fee: fee.map(|f| (f.amount_e4, f.currency.code().to_owned())),
        };
        let new = NewOrder {
            kind: OrderKind::DomainTransfer,
            name: &request.name,
            registry: cx.inner.registry_name(&zone.suffix),
            fingerprint: fingerprint(&request.name),
            price: total,
            client_id: &request.client_id,
            intent: Intent::Transfer(Box::new(incoming)),
        };
        let by_tag = zone.transfer.kind == TransferKind::PushByTag;
        // A name that was pushed here before anybody asked for it: the losing side has spoken, and only the holder knows for which account.
        let unclaimed = self.found.sponsor == self.registrar;
        let foa = zone.transfer.foa || unclaimed;
        let order = order::open_until(tx, cx, new, cx.now.plus_days(DEADLINE_DAYS), !foa)?;
        let owner_email = match self.holders.owner_email.as_str() {
            "" => request.owner_email.clone().unwrap_or_default(),
            known => known.to_owned(),
        };
        // Where nobody is asked first the registry does it in its own time, in some zones at once.
        let span = if by_tag { Some(zone.transfer.push_within) } else { zone.transfer.completes_after };
        let at_registry = span.filter(|_| !foa).map(|span| span.after(cx.now));
        let mut t = Transfer {
            id: order.id,
            direction: Direction::In,
            account_id: cx.actor.account,
            other_account_id: None,
            name: request.name.as_str().to_owned(),
            zone: zone.suffix.clone(),
            state: TransferState::Stored,
            ended_by: None,
            losing: self.found.sponsor.clone(),
            gaining: self.registrar.clone(),
            owner_email,
            admin_email: self.holders.admin_email.clone(),
            with_auth: request.auth_info.is_some(),
            requested_at: cx.now,
            act_by_at: at_registry.unwrap_or(cx.now.plus_days(ANSWER_DAYS)),
            ended_at: None,
            expires_at: None,
            log: "[]".to_owned(),
            wish: json(&Asking { language: request.mail_language.clone() })?,
        };
        transfers::insert(tx, &t)?;
        must_step(tx, cx, &mut t, TransferEvent::PriceFound, None, &format!("price {total}"))?;
        must_step(tx, cx, &mut t, TransferEvent::PriceHeld, None, "")?;
        if foa {
            set_timer(tx, cx, t.id, t.act_by_at)?;
            consent::ask(tx, cx, &mut t)?;
        } else {
            must_step(tx, cx, &mut t, TransferEvent::NobodyNeedsAsking, None, "")?;
            must_step(tx, cx, &mut t, TransferEvent::Sent, None, "")?;
        }
        tell(tx, cx, &t, Told::Pending, Some(order.id), &[])?;
        let told = if by_tag && !foa { Some(tag_told(&self.registrar, t.act_by_at, warning.as_deref())) } else { warning };
        Ok(Asked { order, warning: told })
    }
}

/// What the caller must have done where the losing side sets our tag.
fn tag_told(registrar: &str, until: Timestamp, warning: Option<&str>) -> String {
    let tag = registrar.to_ascii_uppercase();
    let more = warning.map(|warning| format!("; {warning}")).unwrap_or_default();
    format!("the name's registrar must set its tag to {tag} before {}{more}", until.rfc3339())
}
