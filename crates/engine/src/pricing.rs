//! Prices: what this account pays for an item of a zone at this instant.

use crate::Error;
use model::domain::{Operation, Privacy};
use model::policy::{Item, Zone};
use model::{Currency, Money, Months, Refusal, Timestamp};
use registry::Availability;
use store::accounts::Account;
use store::domains::Domain;
use store::{Tx, settings};

/// A price with what made it.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    pub price: Money,
    /// The promotion that made it, if one did.
    pub promotion: Option<(Timestamp, Timestamp)>,
}

/// Registry fees of premium names are passed on with this much on top, in percent: they carry a risk that list prices do not.
const PREMIUM_MARGIN_PERCENT: i64 = 15;

/// What the account pays: its tier's price before the price for all tiers before the zone's list, a running promotion if that is less.
/// Rounded once, at the end. `None` where the zone does not sell the item for this period.
pub(crate) fn standard(
    tx: &mut Tx<'_>,
    zone: &Zone,
    item: Item,
    months: Months,
    currency: Currency,
    tier: &str,
    now: Timestamp,
) -> Result<Option<Priced>, Error> {
    let own = settings::price_in_force(tx, &zone.suffix, item.word(), i64::from(months.get()), currency, tier, now)?;
    let Some(price) = before_promotion(own.map(|row| row.amount), zone, item, months, currency, now) else { return Ok(None) };
    let promotion = zone.promotion(item, months, now).filter(|p| p.amount.currency == currency);
    let priced = match promotion {
        Some(p) if p.amount.amount_e4 < price.amount_e4 => Priced { price: p.amount, promotion: Some((p.valid_from, p.valid_until)) },
        Some(p) => Priced { price, promotion: Some((p.valid_from, p.valid_until)) },
        None => Priced { price, promotion: None },
    };
    Ok(Some(Priced { price: priced.price.rounded(), ..priced }))
}

/// As [`standard`], refused where the zone does not sell the item for this period in the account's currency.
pub(crate) fn sold(tx: &mut Tx<'_>, zone: &Zone, item: Item, months: Months, account: &Account, now: Timestamp) -> Result<Money, Error> {
    let priced = standard(tx, zone, item, months, account.currency, &account.tier, now)?;
    Ok(priced.ok_or_else(|| unsold(item.word(), zone, account.currency))?.price)
}

/// There is no price for it.
pub(crate) fn unsold(what: &str, zone: &Zone, currency: Currency) -> Refusal {
    Refusal::NotSupported { what: format!("{what} under .{} in {}", zone.suffix, currency.code()) }
}

/// The account's own price, or else the zone's list price.
fn before_promotion(own: Option<Money>, zone: &Zone, item: Item, months: Months, currency: Currency, now: Timestamp) -> Option<Money> {
    own.or_else(|| zone.list_price(item, Some(months), now).filter(|p| p.currency == currency))
}

/// As [`standard`], with the account's own price known already and no promotion considered.
pub(crate) fn listed(own: Option<Money>, zone: &Zone, item: Item, months: Months, currency: Currency, now: Timestamp) -> Option<Money> {
    before_promotion(own, zone, item, months, currency, now).map(Money::rounded)
}

/// What a premium name costs, from the registry's fee.
pub(crate) fn premium(fee: Money) -> Option<Money> {
    fee.checked_ratio(100 + PREMIUM_MARGIN_PERCENT, 100)
}

/// The registry's fee for an operation and period, where it named one.
pub(crate) fn fee_of(availability: &Availability, operation: Operation, months: Months) -> Option<Money> {
    availability.fees.iter().find(|f| f.operation == operation && f.months == months).map(|f| f.amount)
}

/// What the trustee costs for a term of a domain that has one: it is paid for with every term, as the name is. Zero where there is none, `None`
/// where the zone does not sell it for this period.
pub(crate) fn trustee(
    tx: &mut Tx<'_>,
    zone: &Zone,
    domain: &Domain,
    months: Months,
    account: &Account,
    now: Timestamp,
) -> Result<Option<Money>, Error> {
    if !domain.trustee {
        return Ok(Some(Money::zero(account.currency)));
    }
    // Its price is a year's: of a shorter term its part is paid (.de bills the trustee by the month or by the year).
    let year = Months::from_years(1).filter(|year| months < *year);
    let priced = standard(tx, zone, Item::Trustee, year.unwrap_or(months), account.currency, &account.tier, now)?;
    Ok(match year {
        Some(year) => priced.and_then(|p| p.price.checked_ratio(i64::from(months.get()), i64::from(year.get()))).map(Money::rounded),
        None => priced.map(|p| p.price),
    })
}

/// The item under which a privacy service is sold; `None` for no service.
pub(crate) fn privacy_item(privacy: Privacy) -> Option<Item> {
    match privacy {
        Privacy::Off => None,
        Privacy::Basic => Some(Item::PrivacyBasic),
        Privacy::Pro => Some(Item::PrivacyPro),
    }
}

/// What the caller will pay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PriceLimit {
    /// At most this much for everything (DMAPI `max-price`).
    AtMost(Money),
    /// Exactly this much for the name itself (CentralNic `X-FEE-AMOUNT`).
    Exactly(Money),
}

/// Holds the price against the caller's limit. Premium names need one.
pub(crate) fn within(limit: Option<PriceLimit>, name_price: Money, total: Money, premium: bool) -> Result<(), Refusal> {
    match limit {
        None if premium => Err(Refusal::PriceLimitRequired { price: total }),
        None => Ok(()),
        Some(PriceLimit::AtMost(limit)) if total.amount_e4 > limit.amount_e4 => Err(Refusal::PriceAboveLimit { price: total, limit }),
        Some(PriceLimit::Exactly(given)) if name_price.amount_e4 != given.amount_e4 => {
            Err(Refusal::PriceMismatch { price: name_price, given })
        }
        Some(PriceLimit::AtMost(_) | PriceLimit::Exactly(_)) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(e4: i64) -> Money {
        Money::new(e4, Currency::USD)
    }

    #[test]
    fn limits_hold() {
        let at_most = |e4| Some(PriceLimit::AtMost(usd(e4)));
        let exactly = |e4| Some(PriceLimit::Exactly(usd(e4)));
        let cases = [
            (None, false, true),
            (None, true, false),
            (at_most(100), false, true),
            (at_most(99), false, false),
            (exactly(80), true, true),
            (exactly(100), true, false),
        ];
        for (limit, premium, granted) in cases {
            assert_eq!(within(limit, usd(80), usd(100), premium).is_ok(), granted, "{limit:?} {premium}");
        }
    }

    #[test]
    fn premium_fees_carry_the_margin() {
        assert_eq!(premium(usd(1_000_000)), Some(usd(1_150_000)));
    }
}
