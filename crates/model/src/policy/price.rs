//! List prices as packs hold them: schedules in exact decimals, read at an instant.

use super::value::instant;
use super::zone::Zone;
use crate::domain::Operation;
use crate::{Currency, Money, Months, Timestamp};
use serde::Deserialize;

/// What has a price.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    Register,
    Renew,
    Transfer,
    Restore,
    /// A change of owner by the registry's trade.
    Trade,
    PrivacyBasic,
    PrivacyPro,
    Trustee,
}

impl Item {
    pub const ALL: [Item; 8] =
        [Item::Register, Item::Renew, Item::Transfer, Item::Restore, Item::Trade, Item::PrivacyBasic, Item::PrivacyPro, Item::Trustee];

    pub fn word(self) -> &'static str {
        match self {
            Item::Register => "register",
            Item::Renew => "renew",
            Item::Transfer => "transfer",
            Item::Restore => "restore",
            Item::Trade => "trade",
            Item::PrivacyBasic => "privacy-basic",
            Item::PrivacyPro => "privacy-pro",
            Item::Trustee => "trustee",
        }
    }

    pub fn from_word(word: &str) -> Option<Item> {
        Item::ALL.into_iter().find(|i| i.word() == word)
    }

    /// Services that are priced by the full year, a begun one counting whole (DMAPI domain-privacy-order).
    fn by_begun_year(self) -> bool {
        matches!(self, Item::PrivacyBasic | Item::PrivacyPro | Item::Trustee)
    }
}

impl From<Operation> for Item {
    fn from(operation: Operation) -> Item {
        match operation {
            Operation::Register => Item::Register,
            Operation::Renew => Item::Renew,
            Operation::Transfer => Item::Transfer,
            Operation::Restore => Item::Restore,
        }
    }
}

/// One price of a zone's list.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "PriceText")]
pub struct Price {
    pub item: Item,
    /// The period it is for; none where the item has no period (restore, trade) or costs the same for any.
    pub months: Option<Months>,
    pub amount: Money,
    /// In force from here on; from always where absent.
    pub valid_from: Option<Timestamp>,
}

/// A price for some time only. It stands beside the list price and never hides it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "PromotionText")]
pub struct Promotion {
    pub item: Item,
    /// The only period it is for.
    pub months: Months,
    pub amount: Money,
    pub valid_from: Timestamp,
    /// The first instant at which it no longer holds.
    pub valid_until: Timestamp,
}

/// A price as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PriceText {
    operation: Item,
    months: Option<u16>,
    amount: String,
    currency: String,
    #[serde(default, deserialize_with = "instant")]
    valid_from: Option<Timestamp>,
}

/// A promotion as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PromotionText {
    operation: Item,
    months: u16,
    amount: String,
    currency: String,
    #[serde(deserialize_with = "instant")]
    valid_from: Option<Timestamp>,
    #[serde(deserialize_with = "instant")]
    valid_until: Option<Timestamp>,
}

fn months(number: u16) -> Result<Months, String> {
    Months::new(number).ok_or_else(|| format!("{number} months is not a period of 1 to {} months", Months::MAX))
}

fn money(amount: &str, currency: &str) -> Result<Money, String> {
    let known = Currency::from_code(currency).ok_or_else(|| format!("`{currency}` is not an ISO 4217 currency code"))?;
    Money::parse(amount, known).map_err(|_| format!("`{amount}` is not an exact amount such as 9.75, with at most four decimals"))
}

impl TryFrom<PriceText> for Price {
    type Error = String;

    fn try_from(text: PriceText) -> Result<Price, String> {
        let amount = money(&text.amount, &text.currency)?;
        Ok(Price { item: text.operation, months: text.months.map(months).transpose()?, amount, valid_from: text.valid_from })
    }
}

impl TryFrom<PromotionText> for Promotion {
    type Error = String;

    fn try_from(text: PromotionText) -> Result<Promotion, String> {
        let (Some(valid_from), Some(valid_until)) = (text.valid_from, text.valid_until) else {
            return Err("a promotion needs valid-from and valid-until".to_owned());
        };
        if valid_from >= valid_until {
            return Err("a promotion that ends before it begins".to_owned());
        }
        Ok(Promotion {
            item: text.operation,
            months: months(text.months)?,
            amount: money(&text.amount, &text.currency)?,
            valid_from,
            valid_until,
        })
    }
}

impl Zone {
    /// The list price of an item at an instant, before any account's own prices and without promotions; `None` where it is not sold.
    ///
    /// A price for exactly these months wins; else the one for twelve months times the years (a begun year of privacy or trustee
    /// counting whole); else the one without a period. Among several, the one that came into force last.
    pub fn list_price(&self, item: Item, months: Option<Months>, now: Timestamp) -> Option<Money> {
        let in_force = |wanted: Option<Months>| {
            let begun = |p: &&Price| p.item == item && p.months == wanted && p.valid_from.is_none_or(|from| from <= now);
            self.prices.iter().filter(begun).max_by_key(|p| p.valid_from).map(|p| p.amount)
        };
        if let Some(months) = months {
            if let Some(exact) = in_force(Some(months)) {
                return Some(exact);
            }
            let years = if item.by_begun_year() { Some(months.get().div_ceil(12)) } else { months.whole_years() };
            if let (Some(years), Some(one)) = (years, in_force(Months::from_years(1))) {
                return one.checked_mul(i64::from(years));
            }
        }
        in_force(None)
    }

    /// The promotion for an item and period that holds at an instant; the cheapest of several.
    pub fn promotion(&self, item: Item, months: Months, now: Timestamp) -> Option<&Promotion> {
        let holds = |p: &&Promotion| p.item == item && p.months == months && p.valid_from <= now && now < p.valid_until;
        self.promotions.iter().filter(holds).min_by_key(|p| p.amount.amount_e4)
    }

    /// The currency of the zone's list; each zone has one.
    pub fn currency(&self) -> Option<Currency> {
        self.prices.first().map(|p| p.amount.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        let text = r#"
            version = 1
            price = [
                { operation = "register", months = 12, amount = "9.00", currency = "USD" },
                { operation = "register", months = 12, amount = "10.00", currency = "USD", valid-from = "2026-01-01T00:00:00Z" },
                { operation = "register", months = 24, amount = "17.00", currency = "USD" },
                { operation = "register", months = 1, amount = "1.10", currency = "USD" },
                { operation = "restore", amount = "60.00", currency = "USD" },
                { operation = "privacy-pro", months = 12, amount = "4.00", currency = "USD" },
            ]
            promotion = [
                { operation = "register", months = 12, amount = "5.00", currency = "USD", valid-from = "2026-02-01T00:00:00Z", valid-until = "2026-03-01T00:00:00Z" },
                { operation = "register", months = 12, amount = "4.00", currency = "USD", valid-from = "2026-02-01T00:00:00Z", valid-until = "2026-02-15T00:00:00Z" },
            ]
        "#;
        toml::from_str(text).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn the_price_in_force_is_found() {
        let cases = [
            (Item::Register, Some(12), "2025-12-31T23:59:59Z", Some(90_000)),
            (Item::Register, Some(12), "2026-01-01T00:00:00Z", Some(100_000)),
            (Item::Register, Some(24), "2026-01-01T00:00:00Z", Some(170_000)),
            (Item::Register, Some(36), "2026-01-01T00:00:00Z", Some(300_000)),
            (Item::Register, Some(1), "2026-01-01T00:00:00Z", Some(11_000)),
            (Item::Register, Some(7), "2026-01-01T00:00:00Z", None),
            (Item::Register, None, "2026-01-01T00:00:00Z", None),
            (Item::Restore, None, "2026-01-01T00:00:00Z", Some(600_000)),
            (Item::Restore, Some(12), "2026-01-01T00:00:00Z", Some(600_000)),
            (Item::PrivacyPro, Some(13), "2026-01-01T00:00:00Z", Some(80_000)),
            (Item::PrivacyPro, Some(1), "2026-01-01T00:00:00Z", Some(40_000)),
            (Item::Trustee, Some(12), "2026-01-01T00:00:00Z", None),
        ];
        for (item, months, now, e4) in cases {
            let price = zone().list_price(item, months.map(|m| Months::new(m).unwrap()), at(now));
            assert_eq!(price.map(|p| p.amount_e4), e4, "{item:?} {months:?} {now}");
        }
    }

    #[test]
    fn promotions_begin_and_end() {
        let (zone, year) = (zone(), Months::new(12).unwrap());
        for (now, e4) in [
            ("2026-01-31T23:59:59Z", None),
            ("2026-02-01T00:00:00Z", Some(40_000)),
            ("2026-02-15T00:00:00Z", Some(50_000)),
            ("2026-03-01T00:00:00Z", None),
        ] {
            assert_eq!(zone.promotion(Item::Register, year, at(now)).map(|p| p.amount.amount_e4), e4, "{now}");
        }
        assert!(zone.promotion(Item::Register, Months::new(24).unwrap(), at("2026-02-10T00:00:00Z")).is_none());
    }

    #[test]
    fn inexact_prices_do_not_load() {
        for (amount, currency, months) in [
            ("9,00", "USD", "12"),
            ("9.00001", "USD", "12"),
            ("-1", "USD", "12"),
            ("9.00", "ZZZ", "12"),
            ("9.00", "USD", "0"),
            ("9.00", "USD", "121"),
        ] {
            let text = format!("operation = \"register\"\nmonths = {months}\namount = \"{amount}\"\ncurrency = \"{currency}\"");
            assert!(toml::from_str::<Price>(&text).is_err(), "{text}");
        }
        assert!(toml::from_str::<Price>("operation = \"register\"\nmonths = 12\namount = \"9\"\ncurrency = \"USD\"\nnote = 1").is_err());
    }
}
