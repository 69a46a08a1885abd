//! `domesday fund`: deposits and payouts, and the statement of an account.

use super::{existing, table, words};
use crate::assemble::StoreOptions;
use anyhow::{anyhow, bail};
use clap::Args;
use engine::account::manage::{Fund, Impersonate};
use engine::account::statement::{Line, Statement};
use engine::{Actor, Engine};
use model::{Currency, Money};
use std::process::ExitCode;

#[derive(Args, Clone, Debug)]
pub struct FundOptions {
    /// The account's login of either interface.
    login: String,
    /// What was received, in the account's currency; negative for what was paid out.
    #[arg(required_unless_present = "statement", conflicts_with = "statement", allow_hyphen_values = true)]
    amount: Option<String>,
    /// What the statement says about it.
    #[arg(long, env = "DOMESDAY_MEMO", default_value = "deposit")]
    memo: String,
    /// Print the account's bookings, oldest first.
    #[arg(long, env = "DOMESDAY_STATEMENT")]
    statement: bool,
    #[command(flatten)]
    store: StoreOptions,
}

/// Longer than any line of a bank's statement.
const MEMO_MAX: usize = 200;

pub fn run(options: &FundOptions) -> anyhow::Result<ExitCode> {
    let opened = existing(&options.store)?;
    let engine = opened.sandbox.engine();
    let actor = engine.run(&Actor::staff(), Impersonate { login: options.login.clone() }).map_err(words::told)?;
    match &options.amount {
        None => table::say(statement(&bookings(engine, &actor)?))?,
        Some(text) => {
            let amount = signed(text, actor.currency())?;
            if options.memo.chars().count() > MEMO_MAX || options.memo.chars().any(char::is_control) {
                bail!("--memo must be one line of at most {MEMO_MAX} characters");
            }
            let fund = Fund { login: options.login.clone(), amount_e4: amount.amount_e4, memo: options.memo.clone() };
            let balance = engine.run(&Actor::staff(), fund).map_err(words::told)?;
            table::say(format!("{amount} booked; the balance is {balance}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// An amount with an optional minus before it; zero moves nothing and is refused.
fn signed(text: &str, currency: Currency) -> anyhow::Result<Money> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let amount = Money::parse(digits, currency).ok().filter(|m| m.amount_e4 != 0 && *m == m.rounded()).and_then(|m| m.checked_mul(sign));
    amount.ok_or_else(|| anyhow!("the amount must be like 250.00 or -250.00, in {}", currency.code()))
}

fn bookings(engine: &Engine, actor: &Actor) -> anyhow::Result<Vec<Line>> {
    const PAGE: i64 = 10_000;
    let mut lines: Vec<Line> = Vec::new();
    loop {
        let after = lines.last().map_or(0, |line| line.entry_id);
        let page = engine.run(actor, Statement { after, limit: PAGE }).map_err(words::told)?;
        if page.is_empty() {
            return Ok(lines);
        }
        lines.extend(page);
    }
}

fn statement(lines: &[Line]) -> String {
    let mut table = table::with_head(&["booked", "kind", "order", "memo", "amount", "balance", "against"], &[4, 5]);
    let mut balance: Option<Money> = None;
    for line in lines {
        balance = match balance {
            None => Some(line.amount),
            Some(before) => before.checked_add(line.amount),
        };
        let order = line.order_id.map(|id| id.to_string()).unwrap_or_default();
        // A sum that cannot be made is shown as such: `domesday verify` says what is wrong.
        let sum = balance.map_or_else(|| "?".to_owned(), |b| b.to_string());
        let against = line.against.iter().map(|leg| leg.book.word()).collect::<Vec<_>>().join(", ");
        table.add_row([line.at.rfc3339(), line.kind.clone(), order, line.memo.clone(), line.amount.to_string(), sum, against]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Fixture;

    #[test]
    fn amounts_may_be_negative_and_are_whole_cents() {
        let read = |text: &str| signed(text, Currency::USD).map(|m| m.amount_e4).ok();
        assert_eq!((read("250"), read("-0.01"), read("1.50")), (Some(2_500_000), Some(-100), Some(15_000)));
        for wrong in ["0", "-0.00", "0.001", "--1", "+1", "1e3", "", "-"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_statement_adds_up() {
        let fixture = Fixture::new();
        let engine = fixture.engine();
        let fund = |amount_e4, memo: &str| Fund { login: "rival".to_owned(), amount_e4, memo: memo.to_owned() };
        engine.run(&Actor::staff(), fund(2_500_000, "wire 7")).unwrap();
        engine.run(&Actor::staff(), fund(-100, "bank fee")).unwrap();
        let rival = engine.run(&Actor::staff(), Impersonate { login: "rival".to_owned() }).unwrap();
        let text = statement(&bookings(engine, &rival).unwrap());
        assert!(text.contains("wire 7") && text.contains("-0.01 USD") && text.contains("1249.99 USD"), "{text}");
        assert!(text.contains("against") && text.contains("bank") && !text.contains("sales"), "{text}");
    }
}
