//! Check: whether names can be registered, and at what price. Asked of the registry each time; nothing is cached.
//!
//! Reached by DMAPI `domain-check`, CentralNic `CheckDomain` and `CheckDomains`.
//! Refuses: ZoneNotSold (for a single name), Fields.

use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Engine, Error, pricing};
use model::domain::Operation as Priced;
use model::policy::{SaleStatus, Zone};
use model::{DomainName, FieldProblem, Money, Months, Need, Refusal, Timestamp};
use registry::{Availability, FeeQuestion};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Tx, accounts};

/// Asks about names, all at once.
#[derive(Clone, Debug)]
pub struct CheckDomains {
    pub names: Vec<DomainName>,
    /// What to price; nothing if absent.
    pub question: Option<PriceQuestion>,
    /// For IDN.
    pub language: Option<String>,
}

/// Asks for the price of an operation.
#[derive(Clone, Copy, Debug)]
pub struct PriceQuestion {
    pub operation: Priced,
    /// The period that is wanted; the answer names the one that the price holds for, which is the nearest that is offered.
    pub months: Option<Months>,
}

/// Whether a name can be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    Available,
    /// Available at a price of its own.
    Premium,
    Unavailable {
        reason: String,
    },
}

/// A price for a period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quote {
    pub operation: Priced,
    /// The price holds for this period only.
    pub months: Months,
    /// What would be deducted from the account, everything considered.
    pub price: Money,
    /// The promotion's span, where there is one for this period.
    pub promotion: Option<(Timestamp, Timestamp)>,
}

/// The answer for one name.
#[derive(Clone, Debug)]
pub struct Checked {
    pub name: DomainName,
    pub standing: Standing,
    /// `standard`, or the registry's word for another price class.
    pub class: String,
    /// The registry says that it cannot be had: somebody has it, or the registry keeps it.
    pub taken: bool,
    pub quotes: Vec<Quote>,
}

/// The period nearest to the wanted one that the zone offers for an operation.
pub(crate) fn offered_months(zone: &Zone, operation: Priced, wanted: Option<Months>) -> Option<Months> {
    let one_year = Months::from_years(1);
    let (periods, default) = match operation {
        Priced::Register => (&zone.register.periods, zone.register.default.0),
        Priced::Renew => (&zone.renew.periods, zone.renew.default.0),
        Priced::Transfer => (&zone.transfer.periods, zone.transfer.default.0),
        Priced::Restore => return if zone.restore.offered { one_year } else { None },
    };
    periods.nearest(wanted.unwrap_or(default)).or(match operation {
        Priced::Transfer => one_year,
        Priced::Register | Priced::Renew | Priced::Restore => None,
    })
}

/// A name with what policy alone says of it.
struct Asked {
    name: DomainName,
    zone: Option<Arc<Zone>>,
    /// Why the registry need not be asked.
    closed: Option<String>,
    months: Option<Months>,
}

impl Engine {
    /// Checks names against policy and registries. For a single name that we do not sell the answer is a refusal, among several a standing.
    pub fn check_domains(&self, actor: &Actor, request: CheckDomains) -> Result<Vec<Checked>, Error> {
        if !actor.access().allows(Need::Whois) {
            return Err(Refusal::AccessDenied { access: actor.access() }.into());
        }
        let single = request.names.len() == 1;
        let now = self.now();
        let asked = request.names.iter().map(|name| self.asked(name, &request, single, now)).collect::<Result<Vec<_>, _>>()?;
        let mut found: BTreeMap<DomainName, Availability> = BTreeMap::new();
        for batch in batches(&asked, |zone| self.inner.registry_name(zone).to_owned()) {
            let question = request.question.zip(batch.months).map(|(q, months)| FeeQuestion { operation: q.operation, months });
            // Without a question the class is wanted all the same: it decides between available and premium.
            let question = question.or(batch.months.map(|months| FeeQuestion { operation: Priced::Register, months }));
            for one in self.registry_of(&batch.zone)?.check(&batch.names, question.as_ref())? {
                found.insert(one.name.clone(), one);
            }
        }
        let _running = self.inner.time_gate.enter();
        self.run_inside(actor, Price { asked, found, question: request.question })
    }

    fn asked(&self, name: &DomainName, request: &CheckDomains, single: bool, now: Timestamp) -> Result<Asked, Error> {
        let Some((zone, label)) = self.inner.zones.sold_in(name) else {
            if single {
                return Err(Refusal::ZoneNotSold { name: name.as_str().to_owned() }.into());
            }
            return Ok(Asked { name: name.clone(), zone: None, closed: Some("zone not sold".to_owned()), months: None });
        };
        let question = request.question.unwrap_or(PriceQuestion { operation: Priced::Register, months: None });
        let months = offered_months(zone, question.operation, question.months);
        let closed = match zone.check_name(label, request.language.as_deref()) {
            Err(problem) if single => return Err(FieldProblem::from(problem).into()),
            Err(problem) => Some(problem.to_string()),
            Ok(_) => match zone.sale_at(now) {
                (SaleStatus::Open, _) => None,
                (SaleStatus::TransfersOnly | SaleStatus::Closed, reason) => Some(reason.to_owned()),
            },
        };
        Ok(Asked { name: name.clone(), zone: Some(zone.clone()), closed, months })
    }
}

/// Names that can be asked about in one command: one registry, one period.
struct Batch {
    zone: String,
    months: Option<Months>,
    names: Vec<DomainName>,
}

fn batches(asked: &[Asked], registry_of: impl Fn(&str) -> String) -> Vec<Batch> {
    let mut by_registry: BTreeMap<(String, Option<Months>), Batch> = BTreeMap::new();
    for one in asked {
        let Some(zone) = one.zone.as_ref().filter(|_| one.closed.is_none()) else { continue };
        let key = (registry_of(&zone.suffix), one.months);
        let batch = by_registry.entry(key).or_insert_with(|| Batch { zone: zone.suffix.clone(), months: one.months, names: Vec::new() });
        if !batch.names.contains(&one.name) {
            batch.names.push(one.name.clone());
        }
    }
    by_registry.into_values().collect()
}

/// Puts prices to what the registries said.
struct Price {
    asked: Vec<Asked>,
    found: BTreeMap<DomainName, Availability>,
    question: Option<PriceQuestion>,
}

impl Operation for Price {
    type Done = Vec<Checked>;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<Checked>, Error> {
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let mut answers = Vec::with_capacity(self.asked.len());
        for one in &self.asked {
            let found = self.found.get(&one.name);
            let premium = found.is_some_and(Availability::is_premium);
            let standing = standing(one, found, account.premium);
            let mut quotes = Vec::new();
            if let (Some(question), Some(zone), Some(months)) = (self.question, &one.zone, one.months) {
                let fee = found.filter(|_| premium).and_then(|f| pricing::fee_of(f, question.operation, months));
                let priced = match fee {
                    Some(fee) if fee.currency == account.currency => {
                        pricing::premium(fee).map(|price| pricing::Priced { price, promotion: None })
                    }
                    Some(_) => None,
                    None if premium => None,
                    None => pricing::standard(tx, zone, question.operation.into(), months, account.currency, &account.tier, cx.now)?,
                };
                quotes.extend(priced.map(|p| Quote { operation: question.operation, months, price: p.price, promotion: p.promotion }));
            }
            let class = found.and_then(|f| f.class.clone()).filter(|_| premium).unwrap_or_else(|| "standard".to_owned());
            let taken = found.is_some_and(|f| !f.available);
            answers.push(Checked { name: one.name.clone(), standing, class, taken, quotes });
        }
        Ok(answers)
    }
}

/// A name that is premium while premium is off for the account is unavailable (settled: Availability).
fn standing(asked: &Asked, found: Option<&Availability>, premium_allowed: bool) -> Standing {
    if let Some(reason) = &asked.closed {
        return Standing::Unavailable { reason: reason.clone() };
    }
    match found {
        None => Standing::Unavailable { reason: "the registry did not answer for this name".to_owned() },
        Some(f) if !f.available => Standing::Unavailable { reason: f.reason.clone().unwrap_or_else(|| "in use".to_owned()) },
        Some(f) if f.is_premium() && premium_allowed => Standing::Premium,
        Some(f) if f.is_premium() => Standing::Unavailable { reason: "premium names are not enabled for this account".to_owned() },
        Some(_) => Standing::Available,
    }
}
