//! Renew: extends a domain's term, once.
//!
//! Reached by DMAPI `domain-renew`, CentralNic `RenewDomain`.
//! Refuses: DomainUnknown, NotYours, StatusForbids, RenewalNotExplicit, RenewedTooSoon, Fields, TermMismatch, TermTooLong, NameBusy, PriceAboveLimit,
//! PriceLimitRequired, PriceMismatch, FundsShort, NotSupported.

use super::settled::{DONE, Outcome, told};
use super::{reach, zone_of};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder, OrderRef};
use crate::pricing::{self, PriceLimit};
use crate::{Engine, Error};
use model::domain::{Operation as PricedOperation, Privacy};
use model::grant::Deed;
use model::order::OrderKind;
use model::policy::{Item, Zone};
use model::{Channel, DomainName, Field, FieldProblem, Money, Months, Need, Problem, Refusal, Timestamp, Year};
use registry::{Availability, FeeQuestion};
use serde::{Deserialize, Serialize};
use store::domains::{self, Domain};
use store::orders::Order;
use store::{Tx, accounts};

/// How far a renewal reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Term {
    /// By this long (the zone's default if absent), from the year in which the caller believes the term ends, if given.
    By { months: Option<Months>, from_year: Option<Year> },
    /// Up to, never beyond, this year (DMAPI `expyear`).
    Until(Year),
}

/// What becomes of privacy with the renewal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RenewPrivacy {
    /// Nothing was said: privacy that runs goes on to its own end.
    Unsaid,
    /// Renew without.
    Off,
    /// Renew with what runs now.
    Keep,
    Set(Privacy),
}

/// Asks for a renewal.
#[derive(Clone, Debug)]
pub struct Renew {
    pub name: DomainName,
    pub term: Term,
    pub privacy: RenewPrivacy,
    pub price_limit: Option<PriceLimit>,
    pub client_id: String,
}

/// What became of the wish.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Renewed {
    Accepted(OrderRef),
    /// The term already reaches that far: nothing was charged. The order says so to whoever asks for its result.
    AlreadyThere {
        order: OrderRef,
        expires: Timestamp,
    },
}

/// The wish as it is kept until the registry has decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Renewal {
    pub domain: i64,
    pub name: String,
    pub months: u16,
    /// Registry expiry before the renewal, microseconds: a repetition at the registry fails on it.
    pub current_expiry: i64,
    pub fee: Option<(i64, String)>,
    /// The privacy service that is extended with the term, if one is.
    pub privacy: Option<String>,
    /// Months of these that the registry has renewed by itself at expiry: it is not asked for them again.
    #[serde(default)]
    pub ahead: u16,
    /// Done by the agenda: it neither counts as asked for nor is held against the next one.
    #[serde(default)]
    pub by_itself: bool,
}

impl Engine {
    /// Renews a name. Only for a name of another price the registry is asked for its fee first.
    pub fn renew(&self, actor: &Actor, request: Renew) -> Result<Renewed, Error> {
        let premium = self.run(actor, PriceClass { name: request.name.clone(), term: request.term })?;
        let quoted = match premium {
            Some((zone, months)) => {
                let question = FeeQuestion { operation: PricedOperation::Renew, months };
                self.registry_of(&zone)?.check(std::slice::from_ref(&request.name), Some(&question))?.pop()
            }
            None => None,
        };
        self.run(actor, Accept { request, quoted })
    }
}

/// Whether the registry must be asked for a fee, and for which period.
struct PriceClass {
    name: DomainName,
    term: Term,
}

impl Operation for PriceClass {
    type Done = Option<(String, Months)>;
    const NEED: Need = Need::Spend;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Option<(String, Months)>, Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::Extend])?;
        if domain.price_class.is_empty() {
            return Ok(None);
        }
        let zone = zone_of(cx, &domain)?;
        let months = match self.term {
            Term::By { months, .. } => zone.renew_term(months).ok(),
            Term::Until(year) => months_until(&domain, year),
        };
        Ok(months.map(|months| (zone.suffix.clone(), months)))
    }
}

/// All that is wrong with a request, as far as it says something, for [`Engine::judge`]. Nothing is ordered by it, and no registry is asked.
pub struct JudgeRenewal {
    pub request: Renew,
}

impl Operation for JudgeRenewal {
    type Done = ();
    const NEED: Need = Need::Spend;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let domain = reach(tx, cx, &self.request.name, &[Deed::Extend])?;
        let zone = zone_of(cx, &domain)?;
        decide(&domain, &zone, &self.request, cx.actor.channel, cx.now)?;
        Ok(())
    }
}

struct Accept {
    request: Renew,
    quoted: Option<Availability>,
}

impl Operation for Accept {
    type Done = Renewed;
    const NEED: Need = Need::Spend;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Renewed, Error> {
        let request = &self.request;
        let domain = reach(tx, cx, &request.name, &[Deed::Extend])?;
        let zone = zone_of(cx, &domain)?;
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;

        // The same wish, still on its way, is joined before anything is judged: the caller got no answer and asks again.
        if let Some(fingerprint) = fingerprint(&domain, &zone, request)
            && let Some(order) = order::join(tx, cx, &request.name, &fingerprint)?
        {
            return Ok(Renewed::Accepted(order));
        }
        let plan = match decide(&domain, &zone, request, cx.actor.channel, cx.now)? {
            Decision::AlreadyThere => {
                let done = order::Finished {
                    kind: OrderKind::DomainRenew,
                    object: &domain.name,
                    client_id: &request.client_id,
                    price: Money::zero(account.currency),
                    message: "The term already reaches that year; nothing was charged",
                };
                return Ok(Renewed::AlreadyThere { order: order::finished(tx, cx, done)?, expires: domain.expires_at });
            }
            Decision::Renew(plan) => plan,
        };
        let premium = !domain.price_class.is_empty();
        let fee = self.quoted.as_ref().and_then(|q| pricing::fee_of(q, PricedOperation::Renew, plan.months)).filter(|_| premium);
        let price_of = |tx: &mut Tx<'_>, item| pricing::sold(tx, &zone, item, plan.months, &account, cx.now);
        let name_price = match fee {
            Some(fee) if fee.currency == account.currency => pricing::premium(fee).ok_or_else(|| broken("a premium price overflows"))?,
            Some(_) | None if premium => {
                return Err(Refusal::NotSupported { what: format!("the premium price of {}", request.name) }.into());
            }
            Some(_) | None => price_of(tx, Item::Renew)?,
        };
        let mut total = name_price;
        if let Some(item) = plan.privacy.and_then(pricing::privacy_item) {
            total = total.checked_add(price_of(tx, item)?).ok_or_else(|| broken("a price overflows"))?;
        }
        let trustee = pricing::trustee(tx, &zone, &domain, plan.months, &account, cx.now)?;
        let trustee = trustee.ok_or_else(|| Refusal::NotSupported { what: format!("the trustee under .{}", zone.suffix) })?;
        total = total.checked_add(trustee).ok_or_else(|| broken("a price overflows"))?;
        pricing::within(request.price_limit, name_price, total, premium)?;
        let fingerprint = fingerprint(&domain, &zone, request).ok_or_else(|| broken("a renewal without a target"))?;
        let renewal = Renewal {
            domain: domain.id,
            name: domain.name.clone(),
            months: plan.months.get(),
            current_expiry: domain.expires_at.micros(),
            fee: fee.map(|f| (f.amount_e4, f.currency.code().to_owned())),
            privacy: plan.privacy.map(|p| p.word().to_owned()),
            ahead: ahead(&domain).min(plan.months.get()),
            by_itself: false,
        };
        let new = NewOrder {
            kind: OrderKind::DomainRenew,
            name: &request.name,
            registry: &domain.registry,
            fingerprint,
            price: total,
            client_id: &request.client_id,
            intent: Intent::Renew(renewal),
        };
        Ok(Renewed::Accepted(order::open(tx, cx, new)?))
    }
}

/// The wish's mark: equal for wishes that aim at the same expiry. `None` if the wish aims at none.
fn fingerprint(domain: &Domain, zone: &Zone, request: &Renew) -> Option<String> {
    let months = match request.term {
        Term::By { months, .. } => zone.renew_term(months).ok()?,
        Term::Until(year) => months_until(domain, year)?,
    };
    Some(format!("renew {} to {}", request.name, domain.paid_until_at.plus_months(months)))
}

/// Whole years from the end of what is paid for to the wanted year; `None` if it is reached already, or out of reach.
fn months_until(domain: &Domain, year: Year) -> Option<Months> {
    let years = year.get().checked_sub(domain.paid_until_at.year())?;
    Months::from_years(u16::try_from(years).ok()?)
}

/// Months by which the registry is ahead of what is paid for: it renewed at expiry by itself, and nobody has paid for that yet.
fn ahead(domain: &Domain) -> u16 {
    let years = (1..=10_u16).find(|years| {
        let reached = Months::from_years(*years).map(|months| domain.paid_until_at.plus_months(months));
        reached.is_some_and(|at| domain.expires_at.seconds_since(at).abs() <= 3 * 86_400)
    });
    years.map_or(0, |years| years * 12)
}

/// A period in an event: whole years as a number, else months as `18M`.
pub(crate) fn years(months: Months) -> String {
    months.whole_years().map_or_else(|| format!("{}M", months.get()), |y| y.to_string())
}

/// What renewing would mean.
#[derive(PartialEq, Eq, Debug)]
struct Plan {
    months: Months,
    /// The privacy service to extend with the term.
    privacy: Option<Privacy>,
}

#[derive(PartialEq, Eq, Debug)]
enum Decision {
    AlreadyThere,
    Renew(Plan),
}

/// DMAPI domain-renew: a domain can be renewed once per 6 hours.
const DMAPI_INTERVAL_SECONDS: i64 = 6 * 3_600;

/// Statuses under which no registry renews (RFC 5731, RFC 3915).
const FORBIDDING: &[&str] = &[
    "pendingDelete",
    "redemptionPeriod",
    "pendingRestore",
    "pendingTransfer",
    "clientRenewProhibited",
    "serverRenewProhibited",
    "pendingRenew",
];

/// What renewing would mean, or why it may not be. Pure: every rule about renewing is here or in the zone's data.
fn decide(domain: &Domain, zone: &Zone, request: &Renew, channel: Channel, now: Timestamp) -> Result<Decision, Refusal> {
    if let Some(status) = domain.statuses.split_whitespace().find(|s| FORBIDDING.contains(s)) {
        return Err(Refusal::StatusForbids { status: status.to_owned() });
    }
    let months = match request.term {
        Term::By { months, from_year } => {
            let actual = Year::new(domain.paid_until_at.year());
            if let (Some(given), Some(actual)) = (from_year, actual)
                && given != actual
            {
                return Err(Refusal::TermMismatch { given, actual });
            }
            zone.renew_term(months).map_err(|p| Refusal::field(p.into()))?
        }
        Term::Until(year) if year.get() <= domain.paid_until_at.year() => return Ok(Decision::AlreadyThere),
        Term::Until(year) => {
            let out_of_reach = || Problem::OutOfRange { expected: format!("a year within {} of today", zone.max_term.0) };
            let months = months_until(domain, year).ok_or_else(|| Refusal::field(FieldProblem::new(Field::UntilYear, out_of_reach())))?;
            zone.renew_term(Some(months)).map_err(|_| Refusal::field(FieldProblem::new(Field::UntilYear, out_of_reach())))?
        }
    };
    if !zone.renew.explicit {
        return Err(Refusal::RenewalNotExplicit { zone: zone.suffix.clone() });
    }
    if let Err(allowed_from) = zone.renew_interval(domain.renewed_at, now) {
        return Err(Refusal::RenewedTooSoon { interval_seconds: zone.renew.interval_min.seconds(), allowed_from });
    }
    if let Some(renewed_at) = domain.renewed_at.filter(|_| channel == Channel::Dmapi) {
        let allowed_from = renewed_at.plus_seconds(DMAPI_INTERVAL_SECONDS);
        if now < allowed_from {
            return Err(Refusal::RenewedTooSoon { interval_seconds: DMAPI_INTERVAL_SECONDS, allowed_from });
        }
    }
    let reached =
        Months::new(months.get().saturating_sub(ahead(domain))).map_or(domain.expires_at, |more| domain.expires_at.plus_months(more));
    if !zone.term_fits(reached, now) {
        return Err(Refusal::TermTooLong { years_max: zone.max_term.0.get() / 12 });
    }
    let privacy = match request.privacy {
        RenewPrivacy::Unsaid | RenewPrivacy::Off => None,
        RenewPrivacy::Keep => Some(domain.privacy).filter(|p| *p != Privacy::Off),
        RenewPrivacy::Set(Privacy::Off) => None,
        RenewPrivacy::Set(privacy) => Some(privacy),
    };
    if let Some(privacy) = privacy.filter(|p| !zone.privacy.offered.contains(p)) {
        let reason = format!("privacy {} is not offered under .{}", privacy.word(), zone.suffix);
        return Err(Refusal::field(FieldProblem::new(Field::Privacy, Problem::NotAllowed { reason })));
    }
    Ok(Decision::Renew(Plan { months, privacy }))
}

/// The registry has renewed the name: its term is longer.
pub(super) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Renewal, expires: Timestamp) -> Result<Outcome, Error> {
    let domain = domains::by_id(tx, wish.domain)?.ok_or_else(|| broken("a renewed domain is missing"))?;
    let months = Months::new(wish.months).ok_or_else(|| broken("an unknown period"))?;
    // What was paid for grows by the period; the registry's own date wins where both were the same.
    let in_step = domain.paid_until_at == domain.expires_at || wish.ahead > 0 && wish.months >= ahead(&domain);
    let paid_until_at = if in_step { expires } else { domain.paid_until_at.plus_months(months) };
    let renewal_mode = domain.renewal_mode.after_renewal();
    let renewed_at = if wish.by_itself { domain.renewed_at } else { Some(cx.now) };
    let term = domains::Term { expires_at: expires, paid_until_at, renewed_at, renewal_mode };
    domains::set_term(tx, domain.id, &term, cx.now, &order.actor)?;
    if let Some(word) = &wish.privacy {
        let privacy = Privacy::from_word(word).ok_or_else(|| broken("an unknown privacy"))?;
        domains::set_privacy(tx, domain.id, privacy, Some(expires), cx.now, &order.actor)?;
    }
    crate::agenda::refresh(tx, cx, domain.id)?;
    let autorenew = if wish.by_itself { "1" } else { "0" };
    told(tx, cx, order, "DOMAIN_RENEWAL", "RENEWAL_SUCCESSFUL", &[("period", &years(months)), ("autorenew", autorenew)])?;
    Ok((DONE.to_owned(), vec![("expires".to_owned(), expires.rfc3339()), ("months".to_owned(), months.get().to_string())]))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use model::domain::RenewalMode;
    use model::policy::ZoneSet;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    const NOW: &str = "2027-03-01T00:00:00Z";

    /// A domain of the account 1 with this term.
    pub(crate) fn domain(name: &str, expires: &str) -> Domain {
        let zone = ZoneSet::embedded().unwrap().zone_of(&DomainName::parse(name).unwrap()).unwrap().suffix.clone();
        Domain {
            id: 1,
            account_id: 1,
            name: name.into(),
            zone,
            registry: "default".into(),
            roid: "1".into(),
            registrant_id: 1,
            contacts: "{}".into(),
            hosts: String::new(),
            dnssec: "[]".into(),
            locks: String::new(),
            statuses: String::new(),
            renewal_mode: RenewalMode::Default,
            transfer_mode: "default".into(),
            privacy: Privacy::Off,
            privacy_until_at: None,
            trustee: false,
            price_class: String::new(),
            language: String::new(),
            fields: "[]".into(),
            auth_sealed: String::new(),
            created_at: at("2020-06-01T00:00:00Z"),
            created_by: "demo".into(),
            updated_at: at("2020-06-01T00:00:00Z"),
            updated_by: "demo".into(),
            expires_at: at(expires),
            paid_until_at: at(expires),
            renewed_at: None,
        }
    }

    fn by(months: u16, from: Option<i16>) -> Term {
        Term::By { months: Months::new(months), from_year: from.and_then(Year::new) }
    }

    fn decided(d: &Domain, term: Term, channel: Channel) -> Result<Decision, Refusal> {
        let zones = ZoneSet::embedded().unwrap();
        let zone = zones.get(&d.zone).unwrap();
        let request = Renew {
            name: DomainName::parse(&d.name).unwrap(),
            term,
            privacy: RenewPrivacy::Unsaid,
            price_limit: None,
            client_id: String::new(),
        };
        decide(d, zone, &request, channel, at(NOW))
    }

    fn plan(months: u16) -> Result<Decision, Refusal> {
        Ok(Decision::Renew(Plan { months: Months::new(months).unwrap(), privacy: None }))
    }

    #[test]
    fn terms_are_read_as_asked() {
        let d = domain("example.com", "2027-06-01T00:00:00Z");
        assert_eq!(decided(&d, by(24, None), Channel::Dmapi), plan(24));
        assert_eq!(decided(&d, by(12, Some(2027)), Channel::Kvapi), plan(12));
        assert_eq!(decided(&d, Term::Until(Year::new(2030).unwrap()), Channel::Dmapi), plan(36));
        assert_eq!(decided(&d, Term::Until(Year::new(2027).unwrap()), Channel::Dmapi), Ok(Decision::AlreadyThere));
        assert_eq!(decided(&d, Term::Until(Year::new(2020).unwrap()), Channel::Dmapi), Ok(Decision::AlreadyThere));
        assert!(matches!(decided(&d, by(12, Some(2026)), Channel::Kvapi), Err(Refusal::TermMismatch { .. })));
        assert!(matches!(decided(&d, by(13, None), Channel::Dmapi), Err(Refusal::Fields(_))));
        assert!(matches!(decided(&d, by(120, None), Channel::Dmapi), Err(Refusal::TermTooLong { years_max: 10 })));
        assert!(matches!(decided(&d, Term::Until(Year::new(2050).unwrap()), Channel::Dmapi), Err(Refusal::Fields(_))));
    }

    #[test]
    fn guards_count_from_the_last_renewal_that_was_asked_for() {
        let mut d = domain("example.com", "2027-06-01T00:00:00Z");
        d.renewed_at = Some(at("2027-02-28T18:00:01Z"));
        assert!(matches!(decided(&d, by(12, None), Channel::Dmapi), Err(Refusal::RenewedTooSoon { interval_seconds: 21_600, .. })));
        assert_eq!(decided(&d, by(12, None), Channel::Kvapi), plan(12));
        d.renewed_at = Some(at("2027-02-28T18:00:00Z"));
        assert_eq!(decided(&d, by(12, None), Channel::Dmapi), plan(12));
        let mut kr = domain("yourdomain.or.kr", "2027-06-01T00:00:00Z");
        kr.renewed_at = Some(at("2027-02-25T00:00:00Z"));
        assert!(matches!(decided(&kr, by(12, None), Channel::Kvapi), Err(Refusal::RenewedTooSoon { interval_seconds: 432_000, .. })));
        kr.renewed_at = Some(at("2027-02-24T00:00:00Z"));
        assert_eq!(decided(&kr, by(12, None), Channel::Kvapi), plan(12));
    }

    #[test]
    fn zones_and_statuses_may_forbid() {
        let de = domain("example.de", "2027-06-01T00:00:00Z");
        assert!(matches!(decided(&de, by(12, None), Channel::Kvapi), Err(Refusal::RenewalNotExplicit { .. } | Refusal::Fields(_))));
        let mut gone = domain("example.com", "2027-06-01T00:00:00Z");
        gone.statuses = "inactive pendingDelete".into();
        assert!(matches!(decided(&gone, by(12, None), Channel::Kvapi), Err(Refusal::StatusForbids { .. })));
    }
}
