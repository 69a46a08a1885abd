//! Price: what an operation on a name costs this account.
//!
//! Reached by CentralNic `DomainPrice`. Refuses: ZoneNotSold, Fields, NotSupported.

use super::check::offered_months;
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Engine, Error, pricing};
use model::domain::Operation as Priced;
use model::policy::{Item, Zone};
use model::{DomainName, Field, FieldProblem, Money, Months, Need, Problem, Refusal, Timestamp};
use registry::{Availability, FeeQuestion};
use std::sync::Arc;
use store::{Tx, accounts};

/// Asks for a price.
#[derive(Clone, Debug)]
pub struct PriceOf {
    pub name: DomainName,
    pub operation: Priced,
    /// Must be one that is offered; the zone's default if absent.
    pub months: Option<Months>,
}

/// A price and what it is made of.
#[derive(Clone, Debug)]
pub struct PriceView {
    pub zone: Arc<Zone>,
    pub months: Months,
    /// What would be charged for the whole period.
    pub price: Money,
    /// One-year list prices of the zone for this account, where sold.
    pub register: Option<Money>,
    pub renew: Option<Money>,
    pub transfer: Option<Money>,
    pub restore: Option<Money>,
    pub trade: Option<Money>,
    pub premium: bool,
    pub promotion: Option<(Timestamp, Timestamp)>,
}

impl Engine {
    /// Prices an operation; asks the registry where the zone has names of a price of their own.
    pub fn price(&self, actor: &Actor, request: PriceOf) -> Result<PriceView, Error> {
        if !actor.access().allows(Need::Whois) {
            return Err(Refusal::AccessDenied { access: actor.access() }.into());
        }
        let Some((zone, label)) = self.inner.zones.sold_in(&request.name) else {
            return Err(Refusal::ZoneNotSold { name: request.name.as_str().to_owned() }.into());
        };
        let zone = zone.clone();
        zone.check_name(label, None).map_err(FieldProblem::from)?;
        let months = offered_months(&zone, request.operation, request.months)
            .ok_or_else(|| Refusal::NotSupported { what: format!("{} under .{}", request.operation.word(), zone.suffix) })?;
        if let Some(wanted) = request.months.filter(|wanted| *wanted != months) {
            let expected = format!("a period that is offered, such as {months} (not {wanted})");
            return Err(FieldProblem::new(Field::Period, Problem::OutOfRange { expected }).into());
        }
        let found = if zone.premium.offered {
            let question = FeeQuestion { operation: request.operation, months };
            self.registry_of(&zone.suffix)?.check(std::slice::from_ref(&request.name), Some(&question))?.pop()
        } else {
            None
        };
        self.run(actor, Compute { zone, months, operation: request.operation, found })
    }
}

struct Compute {
    zone: Arc<Zone>,
    months: Months,
    operation: Priced,
    found: Option<Availability>,
}

impl Operation for Compute {
    type Done = PriceView;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<PriceView, Error> {
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let one_year = Months::from_years(1).unwrap_or(self.months);
        let mut list = |item| {
            let priced = pricing::standard(tx, &self.zone, item, one_year, account.currency, &account.tier, cx.now)?;
            Ok::<_, Error>(priced.map(|p| p.price))
        };
        let (register, renew, transfer) = (list(Item::Register)?, list(Item::Renew)?, list(Item::Transfer)?);
        let (restore, trade) = (list(Item::Restore)?, list(Item::Trade)?);
        let premium_fee = self.found.as_ref().filter(|f| f.is_premium()).and_then(|f| pricing::fee_of(f, self.operation, self.months));
        let priced = match premium_fee {
            Some(fee) => pricing::premium(fee).map(|price| pricing::Priced { price, promotion: None }),
            None => pricing::standard(tx, &self.zone, self.operation.into(), self.months, account.currency, &account.tier, cx.now)?,
        };
        let priced = priced.ok_or_else(|| pricing::unsold(self.operation.word(), &self.zone, account.currency))?;
        Ok(PriceView {
            zone: self.zone.clone(),
            months: self.months,
            price: priced.price,
            register,
            renew,
            transfer,
            restore,
            trade,
            premium: premium_fee.is_some(),
            promotion: priced.promotion,
        })
    }
}
