//! Modify: changes a domain's contacts, name servers, keys, statuses, lock, modes, privacy, fields and code, at the registry where it has a part.
//!
//! Reached by DMAPI `domain-modify`, `domain-owner-change`, CentralNic `ModifyDomain`, `SetDomainTransferMode`; by `domain-lock`, `domain-unlock` and the properties.
//! Refuses: DomainUnknown, NotYours, Fields, StatusForbids, NameBusy, NotSupported, AccessDenied, FundsShort.

mod plan;
mod settle;

pub(crate) use plan::forbidding;
pub(crate) use settle::{Modification, settle, settle_owner};

use super::order_privacy::{self, OrderPrivacy};
use super::register::{ContactRef, Meant, fresh_auth_code, meant, stored_for};
use super::{Accepted, DnssecRecord, RoleContacts, auth_place, json, parsed, reach, role_field, zone_of};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::order::{self, Finished, Intent, NewOrder, OrderRef};
use crate::owner_change::{self, Begun, NewOwner, Terms};
use crate::pricing::PriceLimit;
use crate::{audit, contact, pricing, secret};
use model::domain::{Privacy, RenewalMode, Role, TransferMode};
use model::grant::Deed;
use model::lock::{LockReason, Locks};
use model::order::OrderKind;
use model::owner_change::{Kind, OwnerChangeState, is_material};
use model::policy::{Item, OwnerKind, Zone};
use model::verification::HoldReason;
use model::{DomainName, Field, FieldProblem, HostName, Money, Months, Need, Problem, Refusal};
use plan::{Facts, Plan, PrivacyStep, decide};
use settle::{Hand, apply};
use std::sync::Arc;
use store::contacts::Contact;
use store::domains::{self, Domain};
use store::{Tx, accounts, contacts, verifications};

/// The property that remembers which privacy was bought while another is switched on.
pub(crate) const BOUGHT: &str = "privacy-bought";

/// A change of a set: all of it anew, or single members; members are taken out before others come in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetChange<T> {
    pub whole: Option<Vec<T>>,
    pub add: Vec<T>,
    pub remove: Vec<T>,
}

impl<T> Default for SetChange<T> {
    fn default() -> Self {
        SetChange { whole: None, add: Vec::new(), remove: Vec::new() }
    }
}

impl<T> SetChange<T> {
    /// This set and no other.
    pub fn whole(members: Vec<T>) -> SetChange<T> {
        SetChange { whole: Some(members), add: Vec::new(), remove: Vec::new() }
    }

    pub fn is_none(&self) -> bool {
        self.whole.is_none() && self.add.is_empty() && self.remove.is_empty()
    }
}

impl<T: Clone + PartialEq> SetChange<T> {
    /// What the set becomes; a member that was there already is not added twice.
    pub(crate) fn applied(&self, present: &[T]) -> Vec<T> {
        let mut all = self.whole.clone().unwrap_or_else(|| present.to_vec());
        all.retain(|member| !self.remove.contains(member));
        for member in &self.add {
            if !all.contains(member) {
                all.push(member.clone());
            }
        }
        all
    }
}

/// A new authorization code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NewCode {
    Given(String),
    /// One that is made here.
    Fresh,
}

/// What is wished of privacy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PrivacyWish {
    To(Privacy),
    /// Whatever level is on; else `basic`.
    On,
}

/// Asks for a change; what is not named stays.
#[derive(Clone, Debug)]
pub struct Modify {
    pub name: DomainName,
    pub registrant: Option<ContactRef>,
    pub admin: SetChange<ContactRef>,
    pub tech: SetChange<ContactRef>,
    pub billing: SetChange<ContactRef>,
    pub hosts: SetChange<HostName>,
    pub dnssec: SetChange<DnssecRecord>,
    /// EPP words of statuses that a client sets, `registrar-lock` and `registrar-hold`.
    pub statuses: SetChange<String>,
    /// The holder's own lock against transfer; no other reason for a lock is touched.
    pub transfer_lock: Option<bool>,
    pub renewal_mode: Option<RenewalMode>,
    pub transfer_mode: Option<TransferMode>,
    /// Switched where it was bought, else bought for the rest of the term.
    pub privacy: Option<PrivacyWish>,
    pub auth_info: Option<NewCode>,
    /// The zone's own fields, laid over those in force.
    pub fields: Vec<(String, String)>,
    pub registrar_tag: Option<String>,
    /// How a new registrant is consented to.
    pub terms: Terms,
    /// What a trade may cost.
    pub trade_limit: Option<PriceLimit>,
    pub client_id: String,
}

/// A change that was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    pub order: OrderRef,
    /// The change of owner that is part of it. Where the owners are asked, its order is another one, unless nothing else changes.
    pub owner_change: Option<Begun>,
}

impl Modify {
    /// A change of nothing, to be filled.
    pub fn nothing(name: DomainName) -> Modify {
        Modify {
            name,
            registrant: None,
            admin: SetChange::default(),
            tech: SetChange::default(),
            billing: SetChange::default(),
            hosts: SetChange::default(),
            dnssec: SetChange::default(),
            statuses: SetChange::default(),
            transfer_lock: None,
            renewal_mode: None,
            transfer_mode: None,
            privacy: None,
            auth_info: None,
            fields: Vec::new(),
            registrar_tag: None,
            terms: Terms::default(),
            trade_limit: None,
            client_id: String::new(),
        }
    }
}

impl Operation for Modify {
    type Done = Changed;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Changed, Error> {
        accept_all(tx, cx, self, OrderKind::DomainModify)
    }
}

/// What a change does with the name, for whoever was granted a part in it. Another registrant is judged where it is known whether it is one.
fn deeds(request: &Modify) -> Vec<Deed> {
    let Modify {
        name: _,
        registrant: _,
        admin,
        tech,
        billing,
        hosts,
        dnssec,
        statuses,
        transfer_lock,
        renewal_mode,
        transfer_mode,
        privacy,
        auth_info,
        fields,
        registrar_tag,
        terms: _,
        trade_limit: _,
        client_id: _,
    } = request;
    let people = [admin, tech, billing].iter().any(|change| !change.is_none());
    let switched = transfer_lock.is_some() || privacy.is_some() || registrar_tag.is_some();
    let asked = [
        (Deed::See, true),
        (Deed::Serve, !hosts.is_none() || !dnssec.is_none()),
        (Deed::Extend, renewal_mode.is_some()),
        (Deed::Change, people || switched || !statuses.is_none() || !fields.is_empty()),
        (Deed::Dispose, transfer_mode.is_some() || auth_info.is_some()),
    ];
    asked.into_iter().filter(|(_, asked)| *asked).map(|(deed, _)| deed).collect()
}

/// Asks whether a change could be made, and makes none. Yields where a change of owner would stand first; none where the owner stays who it is.
#[derive(Clone, Debug)]
pub struct CheckModify {
    pub change: Modify,
}

impl Operation for CheckModify {
    type Done = Option<OwnerChangeState>;
    const NEED: Need = Need::Modify;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Option<OwnerChangeState>, Error> {
        let judged = Judged::of(tx, cx, &self.change)?;
        match judged.owner_kind()? {
            Some(kind) if kind.is_trade() => Err(needs_trade(&judged.zone).into()),
            Some(kind) if kind.needs_consent() => {
                Ok(Some(owner_change::would_wait(tx, judged.domain.account_id, kind, self.change.terms)?))
            }
            Some(_) | None => Ok(None),
        }
    }
}

/// Gives a name another owner and changes nothing else.
#[derive(Clone, Debug)]
pub struct ChangeOwner {
    pub name: DomainName,
    pub owner: ContactRef,
    /// The zone's own fields that come with a new owner.
    pub fields: Vec<(String, String)>,
    pub terms: Terms,
    pub client_id: String,
}

impl Operation for ChangeOwner {
    type Done = Changed;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Changed, Error> {
        let change = Modify {
            registrant: Some(self.owner.clone()),
            fields: self.fields.clone(),
            terms: self.terms,
            client_id: self.client_id.clone(),
            ..Modify::nothing(self.name.clone())
        };
        accept_all(tx, cx, &change, OrderKind::DomainOwnerChange)
    }
}

/// A change held against the domain as it stands: everything that is known before anything is written.
struct Judged {
    domain: Domain,
    zone: Arc<Zone>,
    people: People,
    /// The new registrant, if it is another than the present one.
    registrant: Option<Meant>,
    new_roles: Vec<Option<Vec<Meant>>>,
    plan: Plan,
}

impl Judged {
    fn of(tx: &mut Tx<'_>, cx: &Cx<'_>, request: &Modify) -> Result<Judged, Error> {
        let domain = reach(tx, cx, &request.name, &deeds(request))?;
        let zone = zone_of(cx, &domain)?;
        let mut problems = Vec::new();
        let mut people = People::load(tx, cx, &domain)?;
        let registrant = people.registrant(tx, cx, &zone, request, &mut problems)?;
        if registrant.is_some() {
            reach(tx, cx, &request.name, &[Deed::Dispose])?;
        }
        let roles = [(Role::Admin, &request.admin), (Role::Tech, &request.tech), (Role::Billing, &request.billing)];
        let mut new_roles = Vec::new();
        for (role, change) in roles {
            new_roles.push(if change.is_none() { None } else { Some(people.role(tx, cx, &zone, role, change, &mut problems)?) });
        }
        let counts = [0, 1, 2].map(|at| new_roles[at].as_ref().map(Vec::len));
        let bought = domains::property(tx, domain.id, BOUGHT)?.and_then(|word| Privacy::from_word(&word));
        let holds = verifications::holds(tx, domain.id)?;
        let facts = Facts {
            domain: &domain,
            zone: &zone,
            owner: registrant.as_ref().map(|m| (m.country(), m.kind())),
            holder: (&people.holder.country, owner_kind(&people.holder)),
            counts,
            bought,
            holds: &holds,
            now: cx.now,
        };
        let plan = decide(&facts, request, problems)?;
        Ok(Judged { domain, zone, people, registrant, new_roles, plan })
    }

    /// The kind of the change of owner that it is; none where the owner stays who it is, if with another address.
    fn owner_kind(&self) -> Result<Option<Kind>, Error> {
        let Some(registrant) = &self.registrant else { return Ok(None) };
        let after = match registrant {
            Meant::Existing(c) => contact::from_json(&c.data)?,
            Meant::Fresh(data) => (**data).clone(),
        };
        let material = is_material(&contact::from_json(&self.people.holder.data)?, &after);
        let Some(kind) = Kind::of(self.zone.owner_change.kind) else {
            let what = format!("a change of owner under .{}, which takes paper or begins a new term,", self.zone.suffix);
            return if material { Err(Refusal::NotSupported { what }.into()) } else { Ok(None) };
        };
        // The same person under another handle is no new owner.
        Ok(Some(kind).filter(|kind| material || !(kind.needs_consent() || kind.is_trade())))
    }
}

/// Owners under this zone are not changed in passing.
fn needs_trade(zone: &Zone) -> Refusal {
    let what = format!(
        "changing the owner of a name under .{} in an update, where it takes a trade (TradeDomain, domain-owner-change),",
        zone.suffix
    );
    Refusal::NotSupported { what }
}

/// Trades a name: another owner, at the zone's price, and with both owners' confirmation where the zone wants it.
#[derive(Clone, Debug)]
pub struct Trade {
    /// `registrant` is set.
    pub change: Modify,
}

impl Operation for Trade {
    type Done = Changed;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Changed, Error> {
        let domain = reach(tx, cx, &self.change.name, &[Deed::Dispose])?;
        let zone = zone_of(cx, &domain)?;
        if !zone.owner_change.kind.is_trade() {
            return Err(Refusal::NotSupported { what: format!("a trade under .{}, whose owners change in an update,", zone.suffix) }.into());
        }
        let changed = accept_all(tx, cx, &self.change, OrderKind::DomainOwnerChange)?;
        if changed.owner_change.is_none() {
            let reason = "it is the same owner".to_owned();
            return Err(FieldProblem::new(Field::Registrant, Problem::NotAllowed { reason }).into());
        }
        Ok(changed)
    }
}

/// As [`accept_all`], for changes that touch no owner.
pub(crate) fn accept(tx: &mut Tx<'_>, cx: &Cx<'_>, request: &Modify, kind: OrderKind) -> Result<Accepted, Error> {
    Ok(Accepted { order: accept_all(tx, cx, request, kind)?.order })
}

/// Accepts a change: done at once where the registry has no part in it, else by an order; a change of owner by one of its own where owners are
/// asked first.
fn accept_all(tx: &mut Tx<'_>, cx: &Cx<'_>, request: &Modify, kind: OrderKind) -> Result<Changed, Error> {
    let judged = Judged::of(tx, cx, request)?;
    let owner_kind = judged.owner_kind()?;
    if kind != OrderKind::DomainOwnerChange && owner_kind.is_some_and(Kind::is_trade) {
        return Err(needs_trade(&judged.zone).into());
    }
    let Judged { domain, zone, people, registrant, new_roles, plan } = judged;
    let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
    match plan.own_hold {
        Some(true) => verifications::hold(tx, domain.id, HoldReason::User, cx.now)?,
        Some(false) => verifications::unhold(tx, domain.id, HoldReason::User)?,
        None => {}
    }

    let mut change = Modification { lock: plan.lock.map(|on| (LockReason::User.word().to_owned(), on)), ..Modification::of(&domain) };
    if let Some(meant) = &registrant {
        change.registrant = Some(stored_for(tx, cx, domain.account_id, meant, &zone)?).filter(|id| *id != domain.registrant_id);
    }
    let mut role_ids = people.ids.clone();
    for (place, role) in [Role::Admin, Role::Tech, Role::Billing].into_iter().enumerate() {
        let Some(list) = &new_roles[place] else { continue };
        let mut ids = Vec::new();
        for one in list {
            let id = stored_for(tx, cx, domain.account_id, one, &zone)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        match role {
            Role::Admin => role_ids.admin = ids,
            Role::Tech => role_ids.tech = ids,
            Role::Billing => role_ids.billing = ids,
            Role::Registrant => {}
        }
    }
    change.contacts = (role_ids != people.ids).then_some(role_ids);
    change.hosts = plan.hosts.map(|hosts| hosts.iter().map(|h| h.as_str().to_owned()).collect());
    change.dnssec = plan.dnssec;
    crate::hosted::follow(tx, cx, request, &domain, &zone, &mut change)?;
    change.statuses = plan.statuses;
    change.renewal_mode = request.renewal_mode.filter(|mode| *mode != domain.renewal_mode).map(|mode| mode.word().to_owned());
    change.transfer_mode = request.transfer_mode.map(|mode| mode.word().to_owned()).filter(|mode| *mode != domain.transfer_mode);
    change.fields = plan.fields;
    change.trustee = plan.trustee;
    let mut price = Money::zero(account.currency);
    let price_of = |tx: &mut Tx<'_>, item: Item, months: Months| {
        let priced = pricing::standard(tx, &zone, item, months, account.currency, &account.tier, cx.now)?;
        let what = format!("{} under .{} in {}", item.word(), zone.suffix, account.currency.code());
        Ok::<Money, Error>(priced.ok_or(Refusal::NotSupported { what })?.price)
    };
    match plan.privacy {
        Some(PrivacyStep::Switch(to)) => change.privacy = Some((to.word().to_owned(), None)),
        Some(PrivacyStep::Buy(level)) => {
            let order = OrderPrivacy {
                name: request.name.clone(),
                privacy: level,
                months: None,
                until: None,
                price_limit: None,
                client_id: String::new(),
            };
            let term = order_privacy::decide(&domain, &zone, &order, cx.now)?;
            let item = pricing::privacy_item(level).ok_or_else(|| broken("no privacy was ordered"))?;
            price = price_of(tx, item, term.months)?;
            change.privacy = Some((level.word().to_owned(), Some(term.until.micros())));
        }
        None => {}
    }
    if plan.trustee == Some(true) {
        let year = Months::from_years(1).ok_or_else(|| broken("a year is a term"))?;
        price = price.checked_add(price_of(tx, Item::Trustee, year)?).ok_or_else(|| broken("a price overflows"))?;
    }
    let trade = match owner_kind.filter(|kind| kind.is_trade() && change.registrant.is_some()) {
        Some(_) => trade_price(tx, cx, &zone, &account)?,
        None => Money::zero(account.currency),
    };
    pricing::within(request.trade_limit, trade, trade, false)?;
    // A renewal costs too: who may not spend may not have names renewed.
    let spends = price.amount_e4 > 0
        || trade.amount_e4 > 0
        || request.renewal_mode.is_some_and(|mode| change.renewal_mode.is_some() && mode.renews(RenewalMode::AutoExpire));
    if spends && !cx.actor.access.allows(Need::Spend) {
        return Err(Refusal::AccessDenied { access: cx.actor.access }.into());
    }

    // The sealed code is another each time; the wish is told by the code itself.
    let mut told = json(&change)?;
    if let Some(code) = &request.auth_info {
        told.push_str(match code {
            NewCode::Given(code) => code,
            NewCode::Fresh => "\u{1}",
        });
        let fresh;
        let code = match code {
            NewCode::Given(code) => code.as_str(),
            NewCode::Fresh => {
                fresh = fresh_auth_code(&|b| cx.random(b));
                &fresh
            }
        };
        let place = auth_place(&domain.name);
        change.auth_sealed = Some(cx.inner.key.seal(&place, code, &|b| cx.random(b)).ok_or_else(|| broken("sealing failed"))?);
    }
    let fingerprint = |kind: OrderKind, told: &str| format!("{} {} {}", kind.word(), request.name, secret::digest(told));
    let Some(owner_kind) = owner_kind.filter(|_| change.registrant.is_some()) else {
        let fingerprint = fingerprint(kind, &told);
        let wish = Wish { kind, of_owner: false, name: &request.name, change, fingerprint, price, client_id: &request.client_id };
        return Ok(Changed { order: accept_change(tx, cx, &domain, wish)?.order, owner_change: None });
    };
    let new_owner = |change, price| NewOwner {
        name: &request.name,
        domain: &domain,
        zone: &zone,
        kind: owner_kind,
        terms: request.terms,
        change,
        price,
        client_id: &request.client_id,
    };
    let at_once = !owner_kind.needs_consent()
        || owner_change::would_wait(tx, domain.account_id, owner_kind, request.terms)? == OwnerChangeState::CarryingOut;
    if at_once {
        let price = price.checked_add(trade).ok_or_else(|| broken("a price overflows"))?;
        let begun = owner_change::begin_name(tx, cx, new_owner(change, price))?;
        return Ok(Changed { order: begun.order.clone(), owner_change: Some(begun) });
    }
    // What hangs on the owner waits with it; the rest is changed now.
    let owner = Modification {
        registrant: change.registrant.take(),
        trustee: change.trustee.take(),
        fields: change.fields.take(),
        ..Modification::of(&domain)
    };
    if change.is_empty() {
        let price = price.checked_add(trade).ok_or_else(|| broken("a price overflows"))?;
        let begun = owner_change::begin_name(tx, cx, new_owner(owner, price))?;
        return Ok(Changed { order: begun.order.clone(), owner_change: Some(begun) });
    }
    let fingerprint = fingerprint(kind, &format!("{told} without its owner"));
    let wish = Wish { kind, of_owner: false, name: &request.name, change, fingerprint, price, client_id: &request.client_id };
    let order = accept_change(tx, cx, &domain, wish)?.order;
    let begun = owner_change::begin_name(tx, cx, new_owner(owner, trade))?;
    Ok(Changed { order, owner_change: Some(begun) })
}

/// What a trade costs the account; nothing where the zone has no price for it.
fn trade_price(tx: &mut Tx<'_>, cx: &Cx<'_>, zone: &Zone, account: &accounts::Account) -> Result<Money, Error> {
    let year = Months::from_years(1).ok_or_else(|| broken("a year is a term"))?;
    let priced = pricing::standard(tx, zone, Item::Trade, year, account.currency, &account.tier, cx.now)?;
    match priced {
        Some(priced) => Ok(priced.price),
        // A price in another currency is a price.
        None if zone.list_price(Item::Trade, Some(year), cx.now).is_some() => {
            Err(Refusal::NotSupported { what: format!("a trade under .{} in {}", zone.suffix, account.currency.code()) }.into())
        }
        None => Ok(Money::zero(account.currency)),
    }
}

/// A change that was decided.
pub(crate) struct Wish<'a> {
    pub kind: OrderKind,
    /// A change of owner stands behind it and is settled with it.
    pub of_owner: bool,
    pub name: &'a DomainName,
    pub change: Modification,
    pub fingerprint: String,
    pub price: Money,
    pub client_id: &'a str,
}

/// Makes the change here, or opens the order that takes it to the registry.
pub(crate) fn accept_change(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, wish: Wish<'_>) -> Result<Accepted, Error> {
    let locks = Locks::parse(&domain.locks).ok_or_else(|| store::Fault::corrupt("a domain's locks"))?;
    if wish.price.amount_e4 == 0 && !wish.change.is_for_registry(domain, &locks) {
        if !wish.change.is_empty() {
            apply(tx, cx, domain.clone(), &wish.change, Hand { name: &cx.actor.name(), channel: cx.actor.channel })?;
            audit::append(
                tx,
                cx,
                audit::Change { verb: wish.kind.word(), object: &domain.name, order_id: None, detail: &json(&wish.change)? },
            )?;
        }
        let done = Finished {
            kind: wish.kind,
            object: wish.name.as_str(),
            client_id: wish.client_id,
            price: wish.price,
            message: super::settled::DONE,
        };
        return Ok(Accepted { order: order::finished(tx, cx, done)? });
    }
    if let Some(order) = order::join(tx, cx, wish.name, &wish.fingerprint)? {
        return Ok(Accepted { order });
    }
    if let Some(status) = plan::forbidding(&domain.statuses, wish.change.statuses.as_deref()) {
        return Err(Refusal::StatusForbids { status: status.to_owned() }.into());
    }
    let new = NewOrder {
        kind: wish.kind,
        name: wish.name,
        registry: &domain.registry,
        fingerprint: wish.fingerprint,
        price: wish.price,
        client_id: wish.client_id,
        intent: match wish.of_owner {
            true => Intent::OwnerChange(Box::new(wish.change)),
            false => Intent::Modify(Box::new(wish.change)),
        },
    };
    Ok(Accepted { order: order::open(tx, cx, new)? })
}

/// Switches privacy that was bought and of which the registry knows nothing, inside another operation.
pub(super) fn switch_privacy(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, level: Privacy) -> Result<(), Error> {
    let change = Modification { privacy: Some((level.word().to_owned(), None)), ..Modification::of(domain) };
    apply(tx, cx, domain.clone(), &change, Hand { name: &cx.actor.name(), channel: cx.actor.channel })
}

/// The people of a domain as it stands.
struct People {
    /// The name is another account's, and so are they.
    shared: bool,
    holder: Contact,
    ids: RoleContacts,
    /// Each of them once.
    all: Vec<Contact>,
}

impl People {
    fn load(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<People, Error> {
        let ids: RoleContacts = parsed("a domain's contacts", &domain.contacts)?;
        let mut all: Vec<Contact> = Vec::new();
        for id in [domain.registrant_id].iter().chain(&ids.admin).chain(&ids.tech).chain(&ids.billing) {
            if all.iter().all(|c| c.id != *id) {
                all.push(contacts::by_id(tx, *id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?);
            }
        }
        let holder = all.first().cloned().ok_or_else(|| broken("a domain without registrant"))?;
        Ok(People { shared: domain.account_id != cx.actor.account, holder, ids, all })
    }

    /// The new registrant, if it is another than the present one.
    fn registrant(
        &mut self,
        tx: &mut Tx<'_>,
        cx: &Cx<'_>,
        zone: &Zone,
        request: &Modify,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Option<Meant>, Error> {
        let Some(wanted) = &request.registrant else { return Ok(None) };
        let found = self.meant(tx, cx, zone, (Role::Registrant, 0), wanted, problems)?;
        Ok(found.filter(|m| id_of(m) != Some(self.holder.id)))
    }

    /// A role's contacts after a change.
    fn role(
        &mut self,
        tx: &mut Tx<'_>,
        cx: &Cx<'_>,
        zone: &Zone,
        role: Role,
        change: &SetChange<ContactRef>,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Vec<Meant>, Error> {
        let present = match role {
            Role::Admin => self.ids.admin.clone(),
            Role::Tech => self.ids.tech.clone(),
            Role::Billing => self.ids.billing.clone(),
            Role::Registrant => Vec::new(),
        };
        let mut list = Vec::new();
        match &change.whole {
            Some(whole) => {
                for (place, r) in whole.iter().enumerate() {
                    list.extend(self.meant(tx, cx, zone, (role, place), r, problems)?);
                }
            }
            None => list.extend(self.all.iter().filter(|c| present.contains(&c.id)).map(|c| Meant::Existing(Box::new(c.clone())))),
        }
        for (place, r) in change.remove.iter().enumerate() {
            let gone = match r {
                ContactRef::Handle(handle) if self.shared => self.known(handle).map(|c| c.id),
                ContactRef::Handle(handle) => super::contact_by_handle(tx, cx, handle)?.map(|c| c.id),
                ContactRef::Inline(_) => None,
            };
            let before = list.len();
            list.retain(|m| gone.is_none() || id_of(m) != gone);
            if list.len() == before {
                problems.push(FieldProblem::new(role_field(role, place), Problem::Unknown));
            }
        }
        for (place, r) in change.add.iter().enumerate() {
            if let Some(one) = self.meant(tx, cx, zone, (role, place), r, problems)?
                && (id_of(&one).is_none() || list.iter().all(|m| id_of(m) != id_of(&one)))
            {
                list.push(one);
            }
        }
        Ok(list)
    }

    /// One of the domain's people by a handle.
    fn known(&self, handle: &str) -> Option<&Contact> {
        self.all.iter().find(|c| c.handle.eq_ignore_ascii_case(handle) || c.short_handle.eq_ignore_ascii_case(handle))
    }

    /// Data that one of the domain's people has already mean that one: clients send all contacts with every change.
    fn meant(
        &self,
        tx: &mut Tx<'_>,
        cx: &Cx<'_>,
        zone: &Zone,
        (role, place): (Role, usize),
        r: &ContactRef,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Option<Meant>, Error> {
        // Whoever was granted a part may name the people that the name has; others are their own account's and copied.
        if let ContactRef::Handle(handle) = r
            && let Some(known) = self.known(handle).filter(|_| self.shared)
        {
            return Ok(Some(Meant::Existing(Box::new(known.clone()))));
        }
        match meant(tx, cx, zone, role, place, r, problems)? {
            Some(Meant::Fresh(data)) => {
                let digest = secret::digest(&contact::to_json(&data)?);
                let same = self.all.iter().find(|c| c.digest == digest);
                Ok(Some(same.map_or(Meant::Fresh(data), |c| Meant::Existing(Box::new(c.clone())))))
            }
            other => Ok(other),
        }
    }
}

fn owner_kind(contact: &Contact) -> OwnerKind {
    if contact.organization.is_empty() { OwnerKind::Person } else { OwnerKind::Organization }
}

fn id_of(meant: &Meant) -> Option<i64> {
    match meant {
        Meant::Existing(c) => Some(c.id),
        Meant::Fresh(_) => None,
    }
}
