//! `domesday price`: the list prices of a zone's pack, and the operator's own that go before them.

use super::account::currency;
use super::{existing, table, words};
use crate::assemble::StoreOptions;
use anyhow::anyhow;
use clap::{Args, Subcommand};
use engine::account::manage::{Prices, SetPrice};
use engine::{Actor, Engine};
use model::policy::Item;
use model::{Currency, Money, Months, Timestamp};
use std::process::ExitCode;

#[derive(Subcommand, Clone, Debug)]
pub enum PriceCommand {
    /// Show a zone's prices: those of its pack, and those set here.
    #[command(after_help = "Example: domesday price show com")]
    Show(ShowOptions),
    /// Set a price from an instant on. What was accepted before keeps its price.
    #[command(after_help = "Example: domesday price set com renew 11.50 --months 12 --from 2027-06-01T00:00:00Z")]
    Set(SetOptions),
}

#[derive(Args, Clone, Debug)]
pub struct ShowOptions {
    /// The zone's suffix, such as com or or.kr.
    zone: String,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct SetOptions {
    /// The zone's suffix, such as com or or.kr.
    zone: String,
    /// register, renew, transfer, restore, trade, privacy-basic, privacy-pro or trustee.
    #[arg(value_parser = item)]
    item: Item,
    /// The price for the whole period.
    amount: String,
    /// The period that it is for.
    #[arg(long, env = "DOMESDAY_MONTHS", default_value = "12", value_parser = months)]
    months: Months,
    #[arg(long, env = "DOMESDAY_CURRENCY", default_value = "USD", value_parser = currency)]
    currency: Currency,
    /// For accounts of this tier only.
    #[arg(long, env = "DOMESDAY_TIER", default_value = "", hide_default_value = true)]
    tier: String,
    /// From when on; from now if not given.
    #[arg(long, env = "DOMESDAY_FROM", value_name = "INSTANT", value_parser = instant)]
    from: Option<Timestamp>,
    /// Until when; without end if not given.
    #[arg(long, env = "DOMESDAY_UNTIL", value_name = "INSTANT", value_parser = instant)]
    until: Option<Timestamp>,
    #[command(flatten)]
    store: StoreOptions,
}

fn item(word: &str) -> Result<Item, String> {
    Item::from_word(word).ok_or_else(|| format!("one of {}", Item::ALL.map(Item::word).join(", ")))
}

fn months(text: &str) -> Result<Months, String> {
    text.parse().ok().and_then(Months::new).ok_or_else(|| format!("a number of months from 1 to {}", Months::MAX))
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| "an instant such as 2027-06-01T00:00:00Z".to_owned())
}

pub fn run(command: PriceCommand) -> anyhow::Result<ExitCode> {
    match command {
        PriceCommand::Show(options) => {
            let opened = existing(&options.store)?;
            table::say(show(opened.sandbox.engine(), &suffix(&options.zone))?)?;
        }
        PriceCommand::Set(options) => {
            let opened = existing(&options.store)?;
            let engine = opened.sandbox.engine();
            let amount = Money::parse(&options.amount, options.currency).map_err(|_| anyhow!("the amount must be like 11.50"))?;
            let valid_from = options.from.unwrap_or_else(|| engine.now());
            if options.until.is_some_and(|until| until <= valid_from) {
                return Err(anyhow!("--until must lie after the instant from which the price holds"));
            }
            let zone = suffix(&options.zone);
            let (item, months, tier) = (options.item, options.months, options.tier);
            let set = SetPrice { zone: zone.clone(), item, months, tier: tier.clone(), amount, valid_from, valid_until: options.until };
            engine.run(&Actor::staff(), set).map_err(words::told)?;
            let whom = if tier.is_empty() { String::new() } else { format!(" for tier {tier}") };
            table::say(format!(".{zone} {} {months}: {} from {valid_from}{whom}", item.word(), amount.rounded()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn suffix(zone: &str) -> String {
    zone.trim().trim_start_matches('.').to_lowercase()
}

fn show(engine: &Engine, zone: &str) -> anyhow::Result<String> {
    let pack = engine.zones().get(zone).ok_or_else(|| anyhow!("there is no zone {zone}"))?;
    let mut table = table::with_head(&["item", "period", "price", "from", "until", "for", "set by"], &[2]);
    for price in &pack.prices {
        let period = price.months.map_or_else(|| "any".to_owned(), |m| m.to_string());
        let from = price.valid_from.map(|at| at.rfc3339()).unwrap_or_default();
        table.add_row([price.item.word(), &period, &price.amount.to_string(), &from, "", "all", "zone pack"]);
    }
    for promotion in &pack.promotions {
        let (from, until) = (promotion.valid_from.rfc3339(), promotion.valid_until.rfc3339());
        let months = promotion.months.to_string();
        table.add_row([promotion.item.word(), &months, &promotion.amount.to_string(), &from, &until, "all", "promotion of the pack"]);
    }
    for row in engine.run(&Actor::staff(), Prices { zone: zone.to_owned() }).map_err(words::told)? {
        let period = u16::try_from(row.months).ok().and_then(Months::new).map_or_else(|| row.months.to_string(), |m| m.to_string());
        let until = row.valid_until.map(|at| at.rfc3339()).unwrap_or_default();
        let whom = if row.tier.is_empty() { "all".to_owned() } else { format!("tier {}", row.tier) };
        table.add_row([row.item, period, row.amount.to_string(), row.valid_from.rfc3339(), until, whom, "operator".to_owned()]);
    }
    Ok(table.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Fixture;

    #[test]
    fn own_prices_stand_beside_the_packs() {
        let fixture = Fixture::new();
        let engine = fixture.engine();
        assert!(show(engine, "com").unwrap().contains("9.75 USD"));
        let set = SetPrice {
            zone: "com".to_owned(),
            item: Item::Renew,
            months: Months::new(24).unwrap(),
            tier: "gold".to_owned(),
            amount: Money::new(77_700, Currency::USD),
            valid_from: engine.now(),
            valid_until: None,
        };
        engine.run(&Actor::staff(), set).unwrap();
        let text = show(engine, "com").unwrap();
        assert!(text.contains("7.77 USD") && text.contains("2 years") && text.contains("tier gold"), "{text}");
        assert!(show(engine, "nowhere").is_err());
    }

    #[test]
    fn words_are_read() {
        assert_eq!(item("privacy-pro"), Ok(Item::PrivacyPro));
        assert!(item("gift").unwrap_err().contains("register"));
        assert!(months("0").is_err() && months("121").is_err() && months("12").is_ok());
        assert!(instant("2027-02-30T00:00:00Z").is_err());
        assert_eq!(suffix(" .OR.KR"), "or.kr");
    }
}
