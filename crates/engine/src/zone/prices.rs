//! The price list: what each zone costs the account, for every number of years that can be bought.
//!
//! Reached by DMAPI `query-price-list`, `v2/query-price-list`.

use crate::context::{Cx, Operation};
use crate::domain::offered_months;
use crate::{Error, pricing};
use model::domain::{Operation as Priced, Privacy};
use model::policy::{Item, Zone};
use model::{Currency, Money, Months, Need, Refusal, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::accounts::Account;
use store::{Tx, accounts, settings};

/// A price list knows so many years.
pub const YEARS: usize = 10;

/// What one item of a zone costs, for one year, for two, and so on; `None` where so many cannot be bought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriceLine {
    pub zone: String,
    pub item: Item,
    /// The currency in which the zone's own list is.
    pub list_currency: Currency,
    /// The account's, in which the prices are.
    pub currency: Currency,
    pub years: [Option<Money>; YEARS],
    /// From when to when a promotion holds, the end excluded; none for the price that always holds.
    pub promotion: Option<(Timestamp, Timestamp)>,
}

/// Asks for all prices of zones that are sold, sorted by zone and item; promotions that run or are announced come after the price they undercut.
pub struct PriceList;

impl Operation for PriceList {
    type Done = Vec<PriceLine>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<PriceLine>, Error> {
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let mut own = BTreeMap::new();
        for row in settings::prices_in_force(tx, account.currency, &account.tier, cx.now)? {
            // The first of several is the one that counts.
            own.entry((row.zone, row.item, row.months)).or_insert(row.amount);
        }
        let mut lines = Vec::new();
        for zone in cx.zones().sellable(cx.now) {
            let own_price =
                |item: Item, months: Months| own.get(&(zone.suffix.clone(), item.word().to_owned(), i64::from(months.get()))).copied();
            for item in Item::ALL {
                lines.extend(lines_of(zone, item, &account, cx.now, own_price));
            }
        }
        Ok(lines)
    }
}

/// The lines of one item: its price, then its promotions by their beginning.
fn lines_of(
    zone: &Arc<Zone>,
    item: Item,
    account: &Account,
    now: Timestamp,
    own_price: impl Fn(Item, Months) -> Option<Money>,
) -> Vec<PriceLine> {
    let line = |years, promotion| PriceLine {
        zone: zone.suffix.clone(),
        item,
        list_currency: zone.currency().unwrap_or(account.currency),
        currency: account.currency,
        years,
        promotion,
    };
    let listed = years(|months| {
        let own = own_price(item, months);
        sold(zone, item, months).then(|| pricing::listed(own, zone, item, months, account.currency, now)).flatten()
    });
    if listed.iter().all(Option::is_none) {
        return Vec::new();
    }
    let mut lines = vec![line(listed, None)];
    let mut spans: BTreeMap<(Timestamp, Timestamp), [Option<Money>; YEARS]> = BTreeMap::new();
    let to_come = zone.promotions.iter().filter(|p| p.item == item && p.valid_until > now && p.amount.currency == account.currency);
    for promotion in to_come {
        let Some(place) = promotion.months.whole_years().and_then(|years| usize::from(years).checked_sub(1)) else { continue };
        if let Some(slot) = spans.entry((promotion.valid_from, promotion.valid_until)).or_default().get_mut(place) {
            *slot = Some(promotion.amount.rounded());
        }
    }
    lines.extend(spans.into_iter().map(|(span, years)| line(years, Some(span))));
    lines
}

fn years(price: impl Fn(Months) -> Option<Money>) -> [Option<Money>; YEARS] {
    std::array::from_fn(|place| {
        let years = u16::try_from(place + 1).ok()?;
        price(Months::from_years(years)?)
    })
}

/// Whether so many months of an item can be bought at once.
fn sold(zone: &Zone, item: Item, months: Months) -> bool {
    let offered = |operation: Priced| offered_months(zone, operation, Some(months)) == Some(months);
    let within = months <= zone.max_term.0;
    match item {
        Item::Register => offered(Priced::Register),
        Item::Renew => offered(Priced::Renew),
        Item::Transfer => offered(Priced::Transfer),
        Item::Restore => offered(Priced::Restore),
        Item::Trade => Months::from_years(1) == Some(months) && zone.owner_change.kind.is_trade(),
        Item::PrivacyBasic => within && zone.privacy.offered.contains(&Privacy::Basic),
        Item::PrivacyPro => within && zone.privacy.offered.contains(&Privacy::Pro),
        Item::Trustee => zone.trustee.is_some() && offered(Priced::Register),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::policy::ZoneSet;

    #[test]
    fn only_what_is_sold_has_a_price() {
        let zones = ZoneSet::embedded().unwrap();
        let year = |n| Months::from_years(n).unwrap();
        let com = zones.get("com").unwrap();
        assert!(sold(com, Item::Register, year(10)) && sold(com, Item::Restore, year(1)));
        assert!(!sold(com, Item::Restore, year(2)) && !sold(com, Item::Transfer, year(2)) && !sold(com, Item::Trade, year(1)));
        let or_kr = zones.get("or.kr").unwrap();
        assert!(sold(or_kr, Item::Trustee, year(1)) && !sold(or_kr, Item::Restore, year(1)) && !sold(or_kr, Item::PrivacyPro, year(1)));
    }
}
