//! Trade: another owner where the zone's registry has a procedure of its own for that, at the zone's price.
//!
//! Reached by CentralNic `TradeDomain`.

use super::{Changed, Modify, accept_all};
use crate::context::{Cx, Operation};
use crate::domain::{reach, zone_of};
use crate::error::broken;
use crate::{Error, pricing};
use model::grant::Deed;
use model::order::OrderKind;
use model::policy::{Item, Zone};
use model::{Field, FieldProblem, Money, Months, Need, Problem, Refusal};
use store::Tx;
use store::accounts::Account;

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

/// What a trade costs the account; nothing where the zone has no price for it.
pub(super) fn price(tx: &mut Tx<'_>, cx: &Cx<'_>, zone: &Zone, account: &Account) -> Result<Money, Error> {
    let year = Months::from_years(1).ok_or_else(|| broken("a year is a term"))?;
    let priced = pricing::standard(tx, zone, Item::Trade, year, account.currency, &account.tier, cx.now)?;
    match priced {
        Some(priced) => Ok(priced.price),
        // A price in another currency is a price.
        None if zone.list_price(Item::Trade, Some(year), cx.now).is_some() => {
            Err(pricing::unsold("a trade", zone, account.currency).into())
        }
        None => Ok(Money::zero(account.currency)),
    }
}

/// Owners under this zone are not changed in passing.
pub(super) fn needs_trade(zone: &Zone) -> Refusal {
    let what = format!(
        "changing the owner of a name under .{} in an update, where it takes a trade (TradeDomain, domain-owner-change),",
        zone.suffix
    );
    Refusal::NotSupported { what }
}
