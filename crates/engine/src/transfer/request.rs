//! Request: asks for a name that another registrar holds.
//!
//! Reached by DMAPI `domain-transfer-in-reseller` and `domain-transfer-in`, CentralNic `TransferDomain`.
//! Refuses: ZoneNotSold, ZoneClosed, Fields, DomainUnknown, AuthInfoWrong, NotTransferable, NameBusy, PriceLimitRequired, PriceAboveLimit,
//! PriceMismatch, FundsShort, NotSupported.

use super::events::{Told, tell};
use super::{ANSWER_DAYS, consent, must_step, set_timer};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::domain::people::{Meant, meant, stored};
use crate::domain::{ContactRef, RoleContacts, seal_code};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder, OrderRef};
use crate::pricing::{self, PriceLimit};
use crate::{Engine, Error};
use model::contact::ContactDraft;
use model::domain::{Operation as PricedOperation, Privacy, RenewalMode, Role};
use model::order::OrderKind;
use model::policy::{Accepted as AcceptedFields, After, FieldVerb, Item, Registrant, SaleStatus, TransferKind, Zone};
use model::transfer::{Direction, TransferEvent, TransferState};
use model::{DomainName, Field, FieldProblem, HostName, Money, Months, Need, Problem, Refusal, Timestamp};
use registry::{Availability, FeeQuestion, Holders, RegistryDomain, Trouble};
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

/// A term shorter than this may end before the transfer does, in days (DMAPI domain-transfer-in-reseller).
const TERM_DAYS_MIN: i64 = 7;
/// EPP: invalid authorization information.
const WRONG_AUTH: u16 = 2202;
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
        plausible(request.auth_info.as_deref())?;
        let registry = self.registry_of(&zone.suffix)?;
        let found = match registry.domain(&request.name, request.auth_info.as_deref()) {
            Ok(found) => found,
            Err(Trouble::Refused { code: WRONG_AUTH, .. }) => return Err(Refusal::AuthInfoWrong.into()),
            Err(trouble) => return Err(trouble.into()),
        };
        let Some(found) = found else { return Err(Refusal::DomainUnknown { name: request.name.as_str().to_owned() }.into()) };
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

/// Asks whether a name could be asked for now.
#[derive(Clone, Debug)]
pub struct CheckTransfer {
    pub name: DomainName,
    pub auth_info: Option<String>,
}

/// A name that could be asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transferable {
    /// Who holds it.
    pub registrar: String,
    pub age_days: Option<i64>,
    /// What may make it fail all the same.
    pub warning: Option<String>,
}

impl Engine {
    /// Whether a request would be taken, as far as the registry shows it before it is made. Changes nothing.
    pub fn check_transfer(&self, actor: &Actor, request: CheckTransfer) -> Result<Transferable, Error> {
        if !actor.access().allows(Need::Whois) {
            return Err(Refusal::AccessDenied { access: actor.access() }.into());
        }
        let zones = self.inner.zones.clone();
        let Some((zone, _)) = zones.sold_in(&request.name) else {
            return Err(Refusal::ZoneNotSold { name: request.name.as_str().to_owned() }.into());
        };
        plausible(request.auth_info.as_deref())?;
        let registry = self.registry_of(&zone.suffix)?;
        let found = match registry.domain(&request.name, request.auth_info.as_deref()) {
            Ok(found) => found,
            Err(Trouble::Refused { code: WRONG_AUTH, .. }) => return Err(Refusal::AuthInfoWrong.into()),
            Err(trouble) => return Err(trouble.into()),
        };
        let Some(found) = found else { return Err(Refusal::DomainUnknown { name: request.name.as_str().to_owned() }.into()) };
        let name = request.name.as_str().to_owned();
        let here = self.inner.store.read(move |tx| Ok::<_, Error>(domains::by_name(tx, &name)?.is_some()))?;
        let warning = decide(zone, &found, here, registry.registrar(), self.now())?;
        let age_days = found.created.map(|at| self.now().seconds_since(at) / 86_400);
        Ok(Transferable { registrar: found.sponsor, age_days, warning })
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

/// A code that no registry can have issued opens nothing: it is not sent.
fn plausible(code: Option<&str>) -> Result<(), Refusal> {
    const CHARACTERS_MAX: usize = 255;
    let good = code.is_none_or(|c| !c.is_empty() && c.len() <= CHARACTERS_MAX && c.bytes().all(|b| b.is_ascii_graphic() || b == b' '));
    if good { Ok(()) } else { Err(Refusal::AuthInfoWrong) }
}

/// Whom a request means, by role.
type People = Vec<(Role, Vec<Meant>)>;

/// Whom a request means and the zone's fields, or all that is wrong with the request itself.
fn judged(tx: &mut Tx<'_>, cx: &Cx<'_>, zone: &Zone, request: &TransferIn) -> Result<(People, AcceptedFields), Error> {
    let mut problems = Vec::new();
    if zone.auth_code.required && request.auth_info.is_none() {
        problems.push(FieldProblem::missing(Field::AuthInfo));
    }
    let mut people = People::new();
    let owner: Vec<&ContactRef> = request.registrant.iter().collect();
    let given: [(Role, Vec<&ContactRef>); 4] = [
        (Role::Registrant, owner),
        (Role::Admin, request.admin.iter().collect()),
        (Role::Tech, request.tech.iter().collect()),
        (Role::Billing, request.billing.iter().collect()),
    ];
    for (role, refs) in given {
        let settable = zone.transfer.contacts.contains(&role) || request.unsettable == UnsettableContacts::Later;
        let mut found = Vec::new();
        for (place, r) in refs.iter().enumerate() {
            match request.unsettable {
                UnsettableContacts::Refuse if !settable => {
                    let reason = format!("a transfer under .{} sets no contact of this role", zone.suffix);
                    problems.push(FieldProblem::new(crate::domain::role_field(role, place), Problem::NotAllowed { reason }));
                }
                UnsettableContacts::Drop if !settable => {}
                _ => found.extend(meant(tx, cx, zone, role, place, r, &mut problems)?),
            }
        }
        if refs.is_empty() && zone.transfer.contacts_required.contains(&role) {
            problems.push(FieldProblem::missing(crate::domain::role_field(role, 0)));
        }
        people.push((role, found));
    }
    let registrant = people.first().and_then(|(_, found)| found.first()).map(|m| Registrant { country: m.country(), kind: m.kind() });
    let accepted = match zone.check_fields(FieldVerb::Transfer, registrant, &request.fields) {
        Ok(accepted) => accepted,
        Err(found) => {
            problems.extend(found);
            Default::default()
        }
    };
    if !request.hosts.is_empty()
        && let Err(problem) = zone.check_host_count(request.hosts.len())
    {
        problems.push(problem);
    }
    if request.privacy != Privacy::Off && !zone.privacy.offered.contains(&request.privacy) {
        let reason = format!("privacy {} is not offered under .{}", request.privacy.word(), zone.suffix);
        problems.push(FieldProblem::new(Field::Privacy, Problem::NotAllowed { reason }));
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems).into());
    }
    Ok((people, accepted))
}

/// All that is wrong with a request, as far as it says something, for [`Engine::judge`]; also asked before a registry is. Nothing is ordered by it.
pub struct JudgeTransfer {
    pub request: TransferIn,
}

impl Operation for JudgeTransfer {
    type Done = ();
    const NEED: Need = Need::Spend;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let Some((zone, _)) = cx.zones().sold_in(&self.request.name) else {
            return Err(Refusal::ZoneNotSold { name: self.request.name.as_str().to_owned() }.into());
        };
        judged(tx, cx, zone, &self.request)?;
        Ok(())
    }
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
            wish: String::new(),
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

/// A contact with the account holder's own data.
pub(super) fn holder_of_account(tx: &mut Tx<'_>, cx: &Cx<'_>, account: &accounts::Account, zone: &Zone) -> Result<i64, Error> {
    let profile: crate::account::Profile = crate::domain::parsed("an account's profile", &account.profile)?;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut street = profile.street.iter().map(|line| some(line));
    let draft = ContactDraft {
        first_name: some(&profile.first_name),
        last_name: some(&profile.last_name),
        organization: some(&profile.organization),
        email: some(&account.email),
        street: [street.next().flatten(), street.next().flatten(), street.next().flatten()],
        city: some(&profile.city),
        state: some(&profile.state),
        postal_code: some(&profile.postal_code),
        country: some(&profile.country),
        phone: some(&profile.phone),
        fax: some(&profile.fax),
        ..ContactDraft::default()
    };
    // An account whose own data do not make a contact must name one.
    let data = draft.check().map_err(|_| FieldProblem::missing(Field::Registrant))?;
    Ok(crate::contact::create(tx, cx, &data, "", &zone.handle_prefix(), true)?.0.id)
}

/// Whether the name can be asked for as the registry shows it, and what may go wrong; `here` if an account here has it. Pure: every rule about asking is
/// here or in the zone's data.
fn decide(zone: &Zone, found: &RegistryDomain, here: bool, registrar: &str, now: Timestamp) -> Result<Option<String>, Refusal> {
    let refused = |reason: String| Err(Refusal::NotTransferable { reason });
    let by_tag = zone.transfer.kind == TransferKind::PushByTag;
    // By a tag a name may have come here that no account has asked for yet.
    if found.sponsor == registrar && (here || !by_tag) {
        return refused("it is held by this registrar already".to_owned());
    }
    // CentralNic's words for a name that is locked (cnr.md 1.9). Who sets another's tag lifts his own locks first.
    if let Some(lock) = found.statuses.iter().find(|s| s.ends_with("TransferProhibited") && !by_tag) {
        return refused(format!("DOMAIN TRANSFER IS PROHIBITED BY STATUS ({lock})"));
    }
    let ending = ["pendingTransfer", "pendingDelete", "pendingCreate", "redemptionPeriod", "pendingRestore"];
    if let Some(status) = found.statuses.iter().chain(&found.rgp_statuses).find(|s| ending.contains(&s.as_str())) {
        return refused(format!("DOMAIN TRANSFER IS PROHIBITED BY STATUS ({status})"));
    }
    for (after, since, what) in [(After::Register, found.created, "registered"), (After::Transfer, found.transferred, "transferred")] {
        let until = since.and_then(|at| zone.lock_after(after, at).map(|lock| lock.span.after(at)));
        if let Some(until) = until.filter(|until| now < *until) {
            return refused(format!("it was {what} too short a time ago; it can be asked for from {} on", until.date()));
        }
    }
    let short = found.expires.filter(|expires| *expires < now.plus_days(TERM_DAYS_MIN));
    Ok(short.map(|expires| format!("the term ends {}, within {TERM_DAYS_MIN} days: the transfer may not be done in time", expires.date())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::policy::ZoneSet;

    fn found(days: i64) -> (RegistryDomain, Timestamp) {
        let now = Timestamp::parse_rfc3339("2031-01-01T00:00:00Z").unwrap();
        let domain = RegistryDomain {
            name: DomainName::parse("movable.com").unwrap(),
            roid: String::new(),
            sponsor: "outsider".to_owned(),
            statuses: vec!["ok".to_owned()],
            rgp_statuses: Vec::new(),
            contacts: Default::default(),
            hosts: Vec::new(),
            dnssec: Vec::new(),
            created: Some(now.plus_days(-days)),
            updated: None,
            expires: Some(now.plus_days(100)),
            transferred: None,
            kr: None,
        };
        (domain, now)
    }

    #[test]
    fn a_name_is_asked_for_only_where_it_can_come() {
        let zones = ZoneSet::embedded().unwrap();
        let (com, de, uk) = (zones.get("com").unwrap(), zones.get("de").unwrap(), zones.get("co.uk").unwrap());
        let (old, now) = found(61);
        assert_eq!(decide(com, &old, false, "domesday", now), Ok(None));
        let changed = |change: fn(&mut RegistryDomain, Timestamp)| {
            let (mut domain, now) = found(61);
            change(&mut domain, now);
            domain
        };
        let cases: [(RegistryDomain, &str); 5] = [
            (changed(|d, _| d.sponsor = "domesday".to_owned()), "already"),
            (changed(|d, _| d.statuses = vec!["clientTransferProhibited".to_owned()]), "(clientTransferProhibited)"),
            (changed(|d, _| d.statuses = vec!["serverTransferProhibited".to_owned()]), "(serverTransferProhibited)"),
            (changed(|d, _| d.rgp_statuses = vec!["redemptionPeriod".to_owned()]), "(redemptionPeriod)"),
            (changed(|d, now| d.transferred = Some(now.plus_days(-59))), "transferred too short"),
        ];
        for (domain, word) in cases {
            let Err(Refusal::NotTransferable { reason }) = decide(com, &domain, false, "domesday", now) else { panic!("{word}") };
            assert!(reason.contains(word), "{reason}");
        }
        let (young, _) = found(59);
        assert!(decide(com, &young, false, "domesday", now).is_err());
        assert_eq!(decide(de, &young, false, "domesday", now), Ok(None), ".de knows no such lock");
        let soon = changed(|d, now| d.expires = Some(now.plus_days(6)));
        assert!(decide(com, &soon, false, "domesday", now).unwrap().unwrap().contains("within 7 days"));
        // By a tag: who is here, or is on its way out, cannot be asked for; a lock is the losing side's affair.
        let ours = changed(|d, _| d.sponsor = "domesday".to_owned());
        assert_eq!(decide(uk, &ours, false, "domesday", now), Ok(None), "pushed here, and nobody's yet");
        assert!(decide(uk, &ours, true, "domesday", now).is_err());
        assert_eq!(decide(uk, &changed(|d, _| d.statuses = vec!["clientTransferProhibited".to_owned()]), false, "domesday", now), Ok(None));
        assert!(decide(uk, &changed(|d, _| d.rgp_statuses = vec!["redemptionPeriod".to_owned()]), false, "domesday", now).is_err());
    }
}
