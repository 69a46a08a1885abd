//! Register: buys a name for a first term.
//!
//! Reached by DMAPI `domain-register`, CentralNic `AddDomain`.
//! Refuses: ZoneNotSold, ZoneClosed, Fields, DomainUnavailable, NameBusy, PriceLimitRequired, PriceAboveLimit, PriceMismatch, FundsShort, NotSupported.

use super::settled::{DONE, Outcome, told};
use super::{Accepted, DnssecRecord, RoleContacts, auth_place, dnssec, json, role_field};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder};
use crate::pricing::{self, PriceLimit};
use crate::{Engine, Error, contact, secret};
use model::contact::ContactDraft;
use model::domain::{Operation as PricedOperation, Privacy, RenewalMode, Role};
use model::order::OrderKind;
use model::policy::{
    Accepted as AcceptedFields, Carrier, FieldVerb, Item, OwnerKind, Registrant, RegistrarTag, SaleStatus, Zone, check_contact,
};
use model::{Channel, DomainName, Field, FieldProblem, HostName, Money, Months, Need, Problem, Refusal, Timestamp};
use registry::{Availability, FeeQuestion};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::contacts::Contact;
use store::domains::{self, Domain};
use store::orders::Order;
use store::{Tx, accounts};

/// A contact as a caller names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ContactRef {
    /// By either dialect's handle.
    Handle(String),
    /// By its data; an equal contact of the account is taken, else one is made.
    Inline(Box<ContactDraft>),
}

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

/// The wish as it is kept until the registry has decided: enough to send it and to recognise it there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    pub name: String,
    pub zone: String,
    pub months: u16,
    pub registrant: i64,
    pub contacts: RoleContacts,
    pub hosts: Vec<String>,
    pub renewal_mode: String,
    pub language: String,
    pub privacy: String,
    pub trustee: bool,
    pub locks: String,
    pub auth_sealed: String,
    pub dnssec: Vec<DnssecRecord>,
    pub fields: Vec<(String, String)>,
    pub price_class: String,
    /// The registry's fee to agree to, in ten-thousandths and currency, for names of another price.
    pub fee: Option<(i64, String)>,
    /// What the name itself costs, without privacy and trustee: what a refund gives back. Ten-thousandths of the order's currency.
    #[serde(default)]
    pub name_price_e4: Option<i64>,
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

/// A contact that the request means: one that exists, or data to be stored.
pub(crate) enum Meant {
    Existing(Box<Contact>),
    Fresh(Box<model::contact::ContactData>),
}

impl Meant {
    pub(crate) fn country(&self) -> &str {
        match self {
            Meant::Existing(c) => &c.country,
            Meant::Fresh(data) => &data.country,
        }
    }

    /// What it carries for its zone beside its address.
    pub(crate) fn extras(&self) -> Result<Vec<(String, String)>, Error> {
        Ok(match self {
            Meant::Existing(c) => contact::from_json(&c.data)?.extras,
            Meant::Fresh(data) => data.extras.clone(),
        })
    }

    pub(crate) fn kind(&self) -> OwnerKind {
        let organization = match self {
            Meant::Existing(c) => !c.organization.is_empty(),
            Meant::Fresh(data) => data.is_organization(),
        };
        if organization { OwnerKind::Organization } else { OwnerKind::Person }
    }
}

/// What registering would mean.
struct Plan {
    months: Months,
    fields: AcceptedFields,
    renewal_mode: RenewalMode,
    lock: bool,
    language: String,
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
        let price_of = |tx: &mut Tx<'_>, item| {
            let priced = pricing::standard(tx, &self.zone, item, plan.months, account.currency, &account.tier, cx.now)?;
            let what = format!("{} under .{} in {}", item.word(), self.zone.suffix, account.currency.code());
            Ok::<Money, Error>(priced.ok_or(Refusal::NotSupported { what })?.price)
        };
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
            match role {
                Role::Admin => contacts.admin = ids,
                Role::Tech => contacts.tech = ids,
                Role::Billing => contacts.billing = ids,
                Role::Registrant => {}
            }
        }
        let auth_sealed = match &request.auth_info {
            Some(code) => {
                cx.inner.key.seal(&auth_place(request.name.as_str()), code, &|b| cx.random(b)).ok_or_else(|| broken("sealing failed"))?
            }
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

/// All that is wrong with a request, as far as it says something: asked where a caller could not even read all of it, so that every problem is told
/// at once. Nothing is ordered by it, and no registry is asked.
pub struct JudgeRegistration {
    pub request: Register,
}

impl Operation for JudgeRegistration {
    type Done = Vec<FieldProblem>;
    const NEED: Need = Need::Spend;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<FieldProblem>, Error> {
        let request = &self.request;
        let Some((zone, _)) = cx.zones().sold_in(&request.name) else { return Ok(Vec::new()) };
        let (People { registrant, fields, .. }, problems) = people(tx, cx, zone, request)?;
        let counts = [request.admin.len(), request.tech.len(), request.billing.len()];
        let owner = registrant.as_ref().map(|m| (m.country(), m.kind()));
        Ok(match decide(zone, request, &fields, owner, counts, false, problems) {
            Err(Refusal::Fields(problems)) => problems,
            Ok(_) | Err(_) => Vec::new(),
        })
    }
}

/// Whom a request means, and the fields of the zone with those that its registrant carries.
struct People {
    registrant: Option<Meant>,
    roles: Vec<(Role, Vec<Meant>)>,
    fields: Vec<(String, String)>,
}

/// Finds or checks everybody whom a request names, and notes what is wrong with them.
fn people(tx: &mut Tx<'_>, cx: &Cx<'_>, zone: &Zone, request: &Register) -> Result<(People, Vec<FieldProblem>), Error> {
    let mut problems = Vec::new();
    let registrant = match &request.registrant {
        Some(r) => meant(tx, cx, zone, Role::Registrant, 0, r, &mut problems)?,
        None => {
            problems.push(FieldProblem::missing(Field::Registrant));
            None
        }
    };
    let mut roles = Vec::new();
    for (role, refs) in [(Role::Admin, &request.admin), (Role::Tech, &request.tech), (Role::Billing, &request.billing)] {
        let mut people = Vec::new();
        for (place, r) in refs.iter().enumerate() {
            people.extend(meant(tx, cx, zone, role, place, r, &mut problems)?);
        }
        roles.push((role, people));
    }
    let carried = registrant.as_ref().map(Meant::extras).transpose()?.unwrap_or_default();
    let fields = with_carried(zone, &request.fields, &carried);
    Ok((People { registrant, roles, fields }, problems))
}

/// Finds or checks a contact; what is wrong with it joins the other problems.
pub(crate) fn meant(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    zone: &Zone,
    role: Role,
    place: usize,
    r: &ContactRef,
    problems: &mut Vec<FieldProblem>,
) -> Result<Option<Meant>, Error> {
    let field = role_field(role, place);
    match r {
        ContactRef::Handle(handle) => match super::contact_by_handle(tx, cx, handle)? {
            None => problems.push(FieldProblem::new(field, Problem::Unknown)),
            Some(c) if !c.family.is_empty() && c.family != zone.contact_family() => {
                let reason = format!("the contact was made for .{} names", c.family);
                problems.push(FieldProblem::new(field, Problem::NotAllowed { reason }));
            }
            // CentralNic: an owner whose data fail the formal check blocks AddDomain; DMAPI's check lets a person of one name pass.
            Some(c) if !c.validated && is_checked(cx, zone, role) => {
                problems.push(FieldProblem::new(field, Problem::NotAllowed { reason: "the contact's data are not valid".to_owned() }));
            }
            Some(c) => return Ok(Some(Meant::Existing(Box::new(c)))),
        },
        ContactRef::Inline(draft) => match check_contact(cx.zones().contact_fields(zone.contact_family()), draft, true) {
            Ok(data) if !data.is_validated() && is_checked(cx, zone, role) => {
                let missing = data.invalid_parts().into_iter().map(|part| FieldProblem::missing(Field::ContactPart(part)));
                problems.extend(missing);
            }
            Ok(data) => return Ok(Some(Meant::Fresh(Box::new(data)))),
            Err(found) => problems.extend(found),
        },
    }
    Ok(None)
}

/// Whether a contact of this role must pass the formal check of contact verification, not only the one that all data pass.
fn is_checked(cx: &Cx<'_>, zone: &Zone, role: Role) -> bool {
    role == Role::Registrant && !zone.verification.within.is_zero() && cx.actor.channel == Channel::Kvapi
}

pub(crate) fn stored(tx: &mut Tx<'_>, cx: &Cx<'_>, meant: &Meant, zone: &Zone) -> Result<i64, Error> {
    stored_for(tx, cx, cx.actor.account, meant, zone)
}

/// The number of a contact among those of the account that holds the name; another account's is copied, so that nobody's names hang on what
/// others may change.
pub(crate) fn stored_for(tx: &mut Tx<'_>, cx: &Cx<'_>, holder: i64, meant: &Meant, zone: &Zone) -> Result<i64, Error> {
    match meant {
        Meant::Existing(c) if c.account_id == holder => Ok(c.id),
        Meant::Existing(c) => {
            let data = contact::from_json(&c.data)?;
            Ok(contact::create_for(tx, cx, holder, &data, &c.family, &zone.handle_prefix(), true)?.0.id)
        }
        Meant::Fresh(data) => Ok(contact::create_for(tx, cx, holder, data, "", &zone.handle_prefix(), true)?.0.id),
    }
}

/// The fields of a wish, and those of the zone that its registrant carries and the wish does not name (DMAPI keeps them with the contact).
fn with_carried(zone: &Zone, given: &[(String, String)], carried: &[(String, String)]) -> Vec<(String, String)> {
    let mut fields = given.to_vec();
    for rule in zone.fields.iter().filter(|rule| rule.applies_to == Some(Carrier::Owner)) {
        if !given.iter().any(|(name, _)| rule.answers_to(name)) {
            fields.extend(carried.iter().find(|(name, _)| rule.answers_to(name)).cloned());
        }
    }
    fields
}

/// What registering would mean, or all that is wrong with the request. Pure: every rule about registering is here or in the zone's data.
fn decide(
    zone: &Zone,
    request: &Register,
    fields: &[(String, String)],
    registrant: Option<(&str, OwnerKind)>,
    role_counts: [usize; 3],
    lock_default: bool,
    mut problems: Vec<FieldProblem>,
) -> Result<Plan, Refusal> {
    let language = match zone.check_name(request.name.label(), request.language.as_deref()) {
        Ok(_) => request.language.clone().unwrap_or_default(),
        Err(problem) => {
            problems.push(problem.into());
            String::new()
        }
    };
    let months = match zone.register_term(request.months) {
        Ok(months) => months,
        Err(problem) => {
            problems.push(problem.into());
            zone.register.default.0
        }
    };
    for (role, count) in [Role::Admin, Role::Tech, Role::Billing].into_iter().zip(role_counts) {
        let rule = zone.role(role);
        if count > rule.max {
            let expected = format!("at most {} contacts of this role", rule.max);
            problems.push(FieldProblem::new(role_field(role, rule.max), Problem::OutOfRange { expected }));
        }
        if count == 0 && rule.required && !zone.contacts.fill_from_owner {
            problems.push(FieldProblem::missing(role_field(role, 0)));
        }
    }
    if let Err(problem) = zone.check_host_count(request.hosts.len()) {
        problems.push(problem);
    }
    let mut hosts: Vec<&HostName> = request.hosts.iter().collect();
    hosts.sort();
    if hosts.windows(2).any(|pair| pair[0] == pair[1]) {
        problems.push(FieldProblem::new(Field::NameServers, Problem::Repeated));
    }
    let owner = registrant.map(|(country, kind)| Registrant { country, kind });
    let fields = match zone.check_fields(FieldVerb::Register, owner, fields) {
        Ok(fields) => fields,
        Err(found) => {
            problems.extend(found);
            AcceptedFields::default()
        }
    };
    let tag = request.registrar_tag.as_deref().is_some_and(|t| !t.is_empty());
    match zone.support.registrar_tag {
        RegistrarTag::Required if !tag => problems.push(FieldProblem::missing(Field::RegistrarTag)),
        RegistrarTag::None if tag => {
            let reason = format!("names under .{} carry no tag", zone.suffix);
            problems.push(FieldProblem::new(Field::RegistrarTag, Problem::NotAllowed { reason }));
        }
        RegistrarTag::Required | RegistrarTag::Optional | RegistrarTag::None => {}
    }
    if request.privacy != Privacy::Off && !zone.privacy.offered.contains(&request.privacy) {
        let reason = format!("privacy {} is not offered under .{}", request.privacy.word(), zone.suffix);
        problems.push(FieldProblem::new(Field::Privacy, Problem::NotAllowed { reason }));
    }
    dnssec::check(zone, &request.dnssec, &mut problems);
    if request.transfer_lock == Some(true) && !zone.support.transfer_lock {
        let reason = format!(".{} knows no transfer lock", zone.suffix);
        problems.push(FieldProblem::new(Field::TransferLock, Problem::NotAllowed { reason }));
    }
    problems.extend(request.auth_info.as_deref().and_then(|code| auth_problem(zone, code)));
    let renewal_mode = request.renewal_mode.unwrap_or(RenewalMode::Default);
    if renewal_mode != RenewalMode::Default && !zone.renew.modes.contains(&renewal_mode) {
        let allowed = zone.renew.modes.iter().map(|m| m.word().to_uppercase()).collect();
        problems.push(FieldProblem::new(Field::RenewalMode, Problem::NotOneOf { allowed }));
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems));
    }
    let lock = zone.support.transfer_lock && request.transfer_lock.unwrap_or(lock_default);
    Ok(Plan { months, fields, renewal_mode, lock, language })
}

/// What is wrong with an authorization code that a caller chose.
pub(super) fn auth_problem(zone: &Zone, code: &str) -> Option<FieldProblem> {
    let length = zone.auth_code.min_length.max(6)..=zone.auth_code.max_length;
    let good = length.contains(&code.len()) && code.bytes().all(|b| b.is_ascii_graphic());
    let expected = || format!("{} to {} printable ASCII characters", length.start(), length.end());
    (!good).then(|| FieldProblem::malformed(Field::AuthInfo, expected()))
}

/// A fresh authorization code for a registration whose caller gave none; kept by nobody but the registry, as a hash.
pub(crate) fn fresh_auth_code(entropy: &dyn Fn(&mut [u8])) -> String {
    secret::auth_code(entropy)
}

/// A name that the registry has made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub created: Timestamp,
    pub expires: Timestamp,
    /// Empty where the registry did not tell it.
    pub roid: String,
    /// The lock that was wished for is in force at the registry.
    pub locked: bool,
}

/// The registry has made the name: it is ours from now on.
pub(super) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Registration, made: &Made) -> Result<Outcome, Error> {
    let (created, expires) = (made.created, made.expires);
    let privacy = Privacy::from_word(&wish.privacy).ok_or_else(|| broken("an unknown privacy"))?;
    let id = cx.id();
    let domain = Domain {
        id,
        account_id: order.account_id,
        name: wish.name.clone(),
        zone: wish.zone.clone(),
        registry: order.registry.clone(),
        roid: if made.roid.is_empty() { format!("{id}_DOMAIN-DOMESDAY") } else { made.roid.clone() },
        registrant_id: wish.registrant,
        contacts: json(&wish.contacts)?,
        hosts: wish.hosts.join(" "),
        dnssec: json(&wish.dnssec)?,
        locks: if made.locked { wish.locks.clone() } else { String::new() },
        statuses: String::new(),
        renewal_mode: RenewalMode::from_word(&wish.renewal_mode).ok_or_else(|| broken("an unknown renewal mode"))?,
        transfer_mode: "default".to_owned(),
        privacy,
        privacy_until_at: (privacy != Privacy::Off).then_some(expires),
        trustee: wish.trustee,
        price_class: wish.price_class.clone(),
        language: wish.language.clone(),
        fields: json(&wish.fields)?,
        auth_sealed: wish.auth_sealed.clone(),
        created_at: created,
        created_by: order.actor.clone(),
        updated_at: created,
        updated_by: order.actor.clone(),
        expires_at: expires,
        paid_until_at: expires,
        renewed_at: None,
    };
    domains::insert(tx, &domain)?;
    let people: BTreeSet<i64> = [&wish.contacts.admin, &wish.contacts.tech, &wish.contacts.billing]
        .into_iter()
        .flatten()
        .copied()
        .chain([wish.registrant])
        .collect();
    for contact in people {
        domains::link_contact(tx, contact, id)?;
    }
    crate::agenda::refresh(tx, cx, id)?;
    crate::verification::begin(tx, cx, id, created)?;
    store::tallies::registered(tx, order.account_id, &wish.zone, &super::delete::month(cx.now))?;
    told(tx, cx, order, "DOMAIN_REGISTRATION", "REGISTRATION_SUCCESSFUL", &[])?;
    let facts = vec![
        ("created".to_owned(), created.rfc3339()),
        ("expires".to_owned(), expires.rfc3339()),
        ("roid".to_owned(), domain.roid),
        ("months".to_owned(), wish.months.to_string()),
    ];
    Ok((DONE.to_owned(), facts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::policy::ZoneSet;

    fn request(name: &str) -> Register {
        let host = |n: &str| HostName::parse(n).unwrap();
        Register {
            name: DomainName::parse(name).unwrap(),
            months: Months::new(12),
            registrant: Some(ContactRef::Handle("CCOM-1".into())),
            admin: vec![],
            tech: vec![],
            billing: vec![],
            hosts: vec![host("ns1.example.net"), host("ns2.example.net")],
            renewal_mode: None,
            language: None,
            privacy: Privacy::Off,
            price_limit: None,
            transfer_lock: None,
            auth_info: None,
            dnssec: vec![],
            fields: vec![],
            registrar_tag: None,
            client_id: String::new(),
        }
    }

    fn decided(request: &Register, country: &str) -> Result<Plan, Vec<FieldProblem>> {
        let zones = ZoneSet::embedded().unwrap();
        let zone = zones.zone_of(&request.name).unwrap();
        let counts = [request.admin.len(), request.tech.len(), request.billing.len()];
        decide(zone, request, &request.fields, Some((country, OwnerKind::Organization)), counts, true, vec![]).map_err(|refusal| {
            match refusal {
                Refusal::Fields(problems) => problems,
                other => panic!("{other:?}"),
            }
        })
    }

    fn fields(problems: Result<Plan, Vec<FieldProblem>>) -> Vec<Field> {
        problems.map(|_| vec![]).unwrap_or_else(|p| p.into_iter().map(|p| p.field).collect())
    }

    #[test]
    fn an_ordinary_name_is_granted_and_locked() {
        let plan = decided(&request("example.com"), "DE").unwrap();
        assert!(plan.lock && plan.months.get() == 12 && plan.renewal_mode == RenewalMode::Default);
    }

    #[test]
    fn a_korean_name_needs_its_certificate_or_the_trustee() {
        let mut r = request("yourdomain.or.kr");
        r.months = None;
        assert_eq!(fields(decided(&r, "KR")), [Field::Extension("X-KR-CTFY-TYPE".into()), Field::Extension("X-KR-CTFY-NO".into())]);
        r.fields = vec![("X-KR-CTFY-TYPE".into(), "CORP".into()), ("X-KR-CTFY-NO".into(), "1".into())];
        assert_eq!(decided(&r, "KR").unwrap().months.get(), 12);
        assert_eq!(fields(decided(&r, "DE")), [Field::Registrant]);
        r.fields = vec![("x-kr-accept-trustee-tac".into(), "1".into())];
        assert!(decided(&r, "DE").unwrap().fields.trustee);
    }

    #[test]
    fn every_problem_is_told() {
        let mut r = request("example.com");
        r.months = Months::new(13);
        r.hosts = vec![];
        r.auth_info = Some("short".into());
        r.dnssec = vec![DnssecRecord::Ds { key_tag: 1, algorithm: 3, digest_type: 2, digest_hex: "00".into() }];
        let found = fields(decided(&r, "DE"));
        for field in [Field::Period, Field::AuthInfo, Field::DnssecDs(0)] {
            assert!(found.contains(&field), "{field:?} in {found:?}");
        }
    }
}
