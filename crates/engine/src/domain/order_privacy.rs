//! Order privacy: buys the privacy service for the rest of a term.
//!
//! Reached by DMAPI `domain-privacy-order`. Refuses: DomainUnknown, NotYours, Fields, NameBusy, PriceAboveLimit, FundsShort, NotSupported.

use super::settled::{DONE, Outcome, told};
use super::{Accepted, reach, zone_of};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder};
use crate::pricing::{self, PriceLimit};
use model::domain::Privacy;
use model::grant::Deed;
use model::order::OrderKind;
use model::policy::Zone;
use model::{DomainName, Field, FieldProblem, Months, Need, Problem, Refusal, Timestamp, Year};
use serde::{Deserialize, Serialize};
use store::domains::{self, Domain};
use store::orders::Order;
use store::{Tx, accounts};

/// Asks for privacy.
#[derive(Clone, Debug)]
pub struct OrderPrivacy {
    pub name: DomainName,
    pub privacy: Privacy,
    /// From now; the whole remaining term if neither this nor `until` is given.
    pub months: Option<Months>,
    pub until: Option<Year>,
    pub price_limit: Option<PriceLimit>,
    pub client_id: String,
}

/// The wish as it is kept until it is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivacyChange {
    pub domain: i64,
    pub name: String,
    pub privacy: String,
    /// Microseconds.
    pub until: i64,
}

impl Operation for OrderPrivacy {
    type Done = Accepted;
    const NEED: Need = Need::Spend;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::Change])?;
        let zone = zone_of(cx, &domain)?;
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let plan = decide(&domain, &zone, self, cx.now)?;
        let fingerprint = format!("privacy {} {} until {}", self.name, self.privacy.word(), plan.until.date());
        if let Some(order) = order::join(tx, cx, &self.name, &fingerprint)? {
            return Ok(Accepted { order });
        }
        let item = pricing::privacy_item(self.privacy).ok_or_else(|| broken("no privacy was ordered"))?;
        let price = pricing::sold(tx, &zone, item, plan.months, &account, cx.now)?;
        pricing::within(self.price_limit, price, price, false)?;
        let change = PrivacyChange {
            domain: domain.id,
            name: domain.name.clone(),
            privacy: self.privacy.word().to_owned(),
            until: plan.until.micros(),
        };
        let new = NewOrder {
            kind: OrderKind::PrivacyOrder,
            name: &self.name,
            registry: &domain.registry,
            fingerprint,
            price,
            client_id: &self.client_id,
            intent: Intent::Privacy(change),
        };
        Ok(Accepted { order: order::open(tx, cx, new)? })
    }
}

#[derive(PartialEq, Eq, Debug)]
pub(super) struct Plan {
    /// What is paid for: full years, a begun one counting whole.
    pub months: Months,
    pub until: Timestamp,
}

/// DMAPI domain-privacy-order: the default is the whole remaining term; a span beyond expiry fails; a begun year costs a year.
pub(super) fn decide(domain: &Domain, zone: &Zone, request: &OrderPrivacy, now: Timestamp) -> Result<Plan, Refusal> {
    let mut problems = Vec::new();
    if request.privacy == Privacy::Off || !zone.privacy.offered.contains(&request.privacy) {
        let allowed = zone.privacy.offered.iter().map(|p| p.word().to_owned()).collect();
        problems.push(FieldProblem::new(Field::Privacy, Problem::NotOneOf { allowed }));
    }
    let end = domain.expires_at;
    let until = match (request.months, request.until) {
        (Some(_), Some(_)) => {
            problems.push(FieldProblem::new(Field::Period, Problem::Excludes { other: Box::new(Field::UntilYear) }));
            end
        }
        (Some(months), None) => now.plus_months(months),
        (None, Some(year)) => years_from(end, year),
        (None, None) => end,
    };
    if until > end {
        let field = if request.months.is_some() { Field::Period } else { Field::UntilYear };
        problems
            .push(FieldProblem::new(field, Problem::OutOfRange { expected: format!("an end no later than the domain's, {}", end.date()) }));
    }
    if end <= now {
        problems.push(FieldProblem::new(Field::Domain, Problem::NotAllowed { reason: "its term is over".to_owned() }));
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems));
    }
    if request.privacy == domain.privacy && domain.privacy_until_at.is_some_and(|have| have >= until) {
        return Err(Refusal::AlreadyExists);
    }
    let years = (1..=10_u16).find(|years| Months::from_years(*years).is_some_and(|m| now.plus_months(m) >= until)).unwrap_or(10);
    let months = Months::from_years(years).ok_or(Refusal::TermTooLong { years_max: 10 })?;
    Ok(Plan { months, until })
}

/// The domain's day of expiry in another year.
fn years_from(end: Timestamp, year: Year) -> Timestamp {
    let years = i32::from(year.get()) - i32::from(end.year());
    match u16::try_from(years.abs()).ok().and_then(Months::from_years) {
        Some(months) if years > 0 => end.plus_months(months),
        Some(months) => end.minus_months(months),
        None if years == 0 => end,
        None => Timestamp::from_micros(if years > 0 { i64::MAX } else { i64::MIN }),
    }
}

/// Privacy is in force.
pub(super) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &PrivacyChange) -> Result<Outcome, Error> {
    let privacy = Privacy::from_word(&wish.privacy).ok_or_else(|| broken("an unknown privacy"))?;
    let until = Timestamp::from_micros(wish.until);
    domains::set_privacy(tx, wish.domain, privacy, Some(until), cx.now, &order.actor)?;
    domains::set_property(tx, wish.domain, super::modify::BOUGHT, None)?;
    told(tx, cx, order, "DOMAIN_MODIFICATION", "MODIFICATION_SUCCESSFUL", &[])?;
    Ok((DONE.to_owned(), vec![("privacy-until".to_owned(), until.rfc3339())]))
}
