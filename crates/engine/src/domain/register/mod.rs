//! Register: buys a name for a first term.
//!
//! Reached by DMAPI `domain-register`, CentralNic `AddDomain`.
//! Refuses: ZoneNotSold, ZoneClosed, Fields, DomainUnavailable, NameBusy, PriceLimitRequired, PriceAboveLimit, PriceMismatch, FundsShort, NotSupported.

mod judge;
mod people;
mod plan;
mod settle;

pub use judge::JudgeRegistration;
pub(super) use settle::settle;
pub(crate) use settle::{Made, Registration};

use super::code::seal_code;
use super::people::stored;
use super::{Accepted, ContactRef, DnssecRecord, RoleContacts, dnssec};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder};
use crate::pricing::{self, PriceLimit};
use crate::{Engine, Error};
use model::domain::{Operation as PricedOperation, Privacy, RenewalMode};
use model::order::OrderKind;
use model::policy::{Item, SaleStatus, Zone};
use model::{DomainName, Field, FieldProblem, HostName, Money, Months, Need, Refusal};
use people::{People, people};
use plan::decide;
use registry::{Availability, FeeQuestion};
use std::sync::Arc;
use store::{Tx, accounts};

/// Asks for a registration.
#[derive(Clone, Debug)]
pub struct Register {
    pub name: DomainName,
    /// The zone's default if absent, where the zone allows that.
    pub months: Option<Months>,
    pub registrant: Option<ContactRef>,
    /// Filled from the registrant where empty and the zone allows that.
    pub admin: Vec<ContactRef>,
    pub tech: Vec<ContactRef>,
    pub billing: Vec<ContactRef>,
    pub hosts: Vec<HostName>,
    pub renewal_mode: Option<RenewalMode>,
    pub language: Option<String>,
    pub privacy: Privacy,
    pub price_limit: Option<PriceLimit>,
    /// Lock against transfer; the account's default if absent.
    pub transfer_lock: Option<bool>,
    pub auth_info: Option<String>,
    pub dnssec: Vec<DnssecRecord>,
    /// The zone's own fields under the names the caller used.
    pub fields: Vec<(String, String)>,
    pub registrar_tag: Option<String>,
    pub client_id: String,
}

impl Register {
    /// A wish for a name and nothing else: to be filled, or left to zone and account.
    pub fn of(name: DomainName) -> Register {
        Register {
            name,
            months: None,
            registrant: None,
            admin: Vec::new(),
            tech: Vec::new(),
            billing: Vec::new(),
            hosts: Vec::new(),
            renewal_mode: None,
            language: None,
            privacy: Privacy::Off,
            price_limit: None,
            transfer_lock: None,
            auth_info: None,
            dnssec: Vec::new(),
            fields: Vec::new(),
            registrar_tag: None,
            client_id: String::new(),
        }
    }
}

impl Engine {
    /// Registers a name: asks the registry whether it is free and what it costs, then accepts the order. A repeat of a wish that is on its way joins it.
    pub fn register(&self, actor: &Actor, request: Register) -> Result<Accepted, Error> {
        if !actor.access().allows(Need::Spend) {
            return Err(Refusal::AccessDenied { access: actor.access() }.into());
        }
        let zones = self.inner.zones.clone();
        let Some((zone, label)) = zones.sold_in(&request.name) else {
            return Err(match zones.zone_of(&request.name) {
                Some(zone) => FieldProblem::malformed(Field::Domain, format!("one label before .{}", zone.suffix)).into(),
                None => Refusal::ZoneNotSold { name: request.name.as_str().to_owned() }.into(),
            });
        };
        if let (SaleStatus::TransfersOnly | SaleStatus::Closed, reason) = zone.sale_at(self.now()) {
            return Err(Refusal::ZoneClosed { zone: zone.suffix.clone(), reason: reason.to_owned() }.into());
        }
        let term = zone.register_term(request.months);
        // What the request alone shows to be wrong is told without asking the registry, and all of it together with what the store shows.
        let months = term.clone().ok();
        let name_is_right = zone.check_name(label, request.language.as_deref()).is_ok();
        let available = match months.filter(|_| name_is_right) {
            Some(months) => {
                let question = zone.premium.offered.then_some(FeeQuestion { operation: PricedOperation::Register, months });
                self.registry_of(&zone.suffix)?.check(std::slice::from_ref(&request.name), question.as_ref())?.pop()
            }
            None => None,
        };
        let mut request = request;
        for record in &mut request.dnssec {
            *record = dnssec::for_zone(zone, &request.name, record);
        }
        self.run(actor, Accept { zone: zone.clone(), request, available })
    }
}

struct Accept {
    zone: Arc<Zone>,
    request: Register,
    available: Option<Availability>,
}

impl Operation for Accept {
    type Done = Accepted;
    const NEED: Need = Need::Spend;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let request = &self.request;
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let (People { registrant, roles, fields }, problems) = people(tx, cx, &self.zone, request)?;
        let counts = [request.admin.len(), request.tech.len(), request.billing.len()];
        let plan = decide(
            &self.zone,
            request,
            &fields,
            registrant.as_ref().map(|m| (m.country(), m.kind())),
            counts,
            account.transfer_lock,
            problems,
        )?;
        let Some(registrant) = registrant else { return Err(FieldProblem::missing(Field::Registrant).into()) };

        // A verdict about the name comes after all that is wrong with the request, and never before a wish on its way is joined.
        let fingerprint = format!("register {} {} {}", request.name, plan.months.get(), request.privacy.word());
        if let Some(order) = order::join(tx, cx, &request.name, &fingerprint)? {
            return Ok(Accepted { order });
        }
        if store::domains::by_name(tx, request.name.as_str())?.is_some() {
            return Err(Refusal::DomainUnavailable { name: request.name.clone(), reason: "in use".to_owned() }.into());
        }
        let available = self.available.as_ref().ok_or_else(|| broken("a name was not asked about"))?;
        if !available.available {
            let reason = available.reason.clone().unwrap_or_else(|| "in use".to_owned());
            return Err(Refusal::DomainUnavailable { name: request.name.clone(), reason }.into());
        }
        let premium = available.is_premium();
        if premium && !account.premium {
            let reason = "premium names are not enabled for this account".to_owned();
            return Err(Refusal::DomainUnavailable { name: request.name.clone(), reason }.into());
        }
        let fee = if premium { pricing::fee_of(available, PricedOperation::Register, plan.months) } else { None };
        let price_of = |tx: &mut Tx<'_>, item| pricing::sold(tx, &self.zone, item, plan.months, &account, cx.now);
        let name_price = match fee {
            Some(fee) if fee.currency == account.currency => pricing::premium(fee).ok_or_else(|| broken("a premium price overflows"))?,
            Some(_) | None if premium => {
                return Err(Refusal::NotSupported { what: format!("the premium price of {}", request.name) }.into());
            }
            Some(_) | None => price_of(tx, Item::Register)?,
        };
        let mut total = name_price;
        let mut add = |part: Money| {
            total = total.checked_add(part).ok_or_else(|| broken("a price overflows"))?;
            Ok::<(), Error>(())
        };
        if let Some(item) = pricing::privacy_item(request.privacy) {
            add(price_of(tx, item)?)?;
        }
        if plan.fields.trustee {
            add(price_of(tx, Item::Trustee)?)?;
        }
        pricing::within(request.price_limit, name_price, total, premium)?;

        let registrant_id = stored(tx, cx, &registrant, &self.zone)?;
        let mut contacts = RoleContacts::default();
        for (role, people) in &roles {
            let mut ids = Vec::new();
            for person in people {
                ids.push(stored(tx, cx, person, &self.zone)?);
            }
            if ids.is_empty() && self.zone.role(*role).max > 0 && self.zone.contacts.fill_from_owner {
                ids.push(registrant_id);
            }
            contacts.set(*role, ids);
        }
        let auth_sealed = match &request.auth_info {
            Some(code) => seal_code(cx, request.name.as_str(), code)?,
            None => String::new(),
        };
        let mut fields = plan.fields.values.clone();
        fields.extend(request.registrar_tag.iter().filter(|t| !t.is_empty()).map(|tag| ("registrar-tag".to_owned(), tag.clone())));
        let registration = Registration {
            name: request.name.as_str().to_owned(),
            zone: self.zone.suffix.clone(),
            months: plan.months.get(),
            registrant: registrant_id,
            contacts,
            hosts: request.hosts.iter().map(|h| h.as_str().to_owned()).collect(),
            renewal_mode: plan.renewal_mode.word().to_owned(),
            language: plan.language.clone(),
            privacy: request.privacy.word().to_owned(),
            trustee: plan.fields.trustee,
            locks: if plan.lock { "user".to_owned() } else { String::new() },
            auth_sealed,
            dnssec: request.dnssec.clone(),
            fields,
            price_class: if premium { available.class.clone().unwrap_or_default() } else { String::new() },
            fee: fee.map(|f| (f.amount_e4, f.currency.code().to_owned())),
            name_price_e4: Some(name_price.amount_e4),
        };
        let new = NewOrder {
            kind: OrderKind::DomainRegister,
            name: &request.name,
            registry: cx.inner.registry_name(&self.zone.suffix),
            fingerprint,
            price: total,
            client_id: &request.client_id,
            intent: Intent::Register(Box::new(registration)),
        };
        Ok(Accepted { order: order::open(tx, cx, new)? })
    }
}
