//! The X-FEE extension: what an operation on a checked name costs, asked block by block (2.1, D.5).

use crate::call::Call;
use crate::params::{self, OPERATIONS, Params, index};
use crate::reply::{Reply, amount};
use engine::Error;
use engine::domain::{PriceLimit, PriceOf};
use model::domain::Operation;
use model::{DomainName, Field, Months, Problem};
use std::collections::BTreeSet;

/// Most blocks of one call.
const BLOCKS_MAX: usize = 30;

/// One question about a price.
pub struct Block {
    /// The command as the caller wrote it: it is echoed.
    command: String,
    operation: Operation,
    name: DomainName,
    months: Option<Months>,
}

/// Reads `X-FEE-COMMAND0`, `X-FEE-DOMAIN0` ... and their unnumbered form. A name must be among the checked ones; without one the first is meant.
pub fn blocks(p: &Params<'_>, checked: &[DomainName]) -> Vec<Block> {
    let numbers: BTreeSet<&str> =
        p.beginning("X-FEE-COMMAND").map(|(rest, _)| rest).filter(|r| r.is_empty() || index(r).is_some()).collect();
    if numbers.len() > BLOCKS_MAX {
        p.problem(Field::PriceOperation, Problem::OutOfRange { expected: format!("at most {BLOCKS_MAX} X-FEE blocks") });
        return Vec::new();
    }
    let mut numbers: Vec<&str> = numbers.into_iter().collect();
    numbers.sort_by_key(|number| index(number));
    numbers.into_iter().filter_map(|number| block(p, number, checked)).collect()
}

fn block(p: &Params<'_>, number: &str, checked: &[DomainName]) -> Option<Block> {
    let of = |part: &str| format!("X-FEE-{part}{number}");
    let command = p.text(&of("COMMAND"))?;
    let operation = p.word(&of("COMMAND"), Field::Extension(of("COMMAND")), OPERATIONS);
    let months = p.period(&of("PERIOD"), &of("PERIODTYPE"));
    p.only_currency(&of("CURRENCY"));
    if p.text(&of("LAUNCHPHASE")).is_some() {
        let reason = "no launch phase is open".to_owned();
        p.problem(Field::Extension(of("LAUNCHPHASE")), Problem::NotAllowed { reason });
    }
    let name = match p.text(&of("DOMAIN")).map(params::name) {
        None => checked.first().cloned(),
        Some(Ok(name)) if checked.contains(&name) => Some(name),
        Some(Ok(_)) => {
            let expected = "one of the names that are checked".to_owned();
            p.problem(Field::Extension(of("DOMAIN")), Problem::OutOfRange { expected });
            None
        }
        Some(Err(problem)) => {
            p.problem(Field::Extension(of("DOMAIN")), problem);
            None
        }
    };
    Some(Block { command: command.to_owned(), operation: operation?, name: name?, months })
}

/// Adds the properties of every block, in the order asked. `class_of` gives a checked name's price class.
pub fn show(reply: &mut Reply, call: &Call<'_>, blocks: &[Block], class_of: impl Fn(&DomainName) -> String) -> Result<(), Error> {
    for block in blocks {
        let request = PriceOf { name: block.name.clone(), operation: block.operation, months: block.months };
        let price = call.engine.price(&call.actor, request)?;
        let (period, unit) = period_words(price.months);
        reply.put("x-fee-amount", amount(price.price));
        reply.put("x-fee-application", "0.0000");
        reply.put("x-fee-class", class_of(&block.name));
        reply.put("x-fee-command", &*block.command);
        reply.put("x-fee-currency", price.price.currency.code());
        reply.put("x-fee-domain", block.name.as_str());
        reply.put("x-fee-launchphase", "");
        reply.put("x-fee-period", period);
        reply.put("x-fee-periodtype", unit);
    }
    Ok(())
}

/// A period as number and unit.
pub fn period_words(months: Months) -> (String, &'static str) {
    match months.whole_years() {
        Some(years) => (years.to_string(), "YEAR"),
        None => (months.get().to_string(), "MONTH"),
    }
}

/// `X-FEE-AMOUNT` (also numbered 0): the price that the caller has seen, to be charged exactly or not at all (D.5).
pub fn limit(p: &Params<'_>) -> Option<PriceLimit> {
    p.only_currency("X-FEE-CURRENCY");
    let plain = p.amount("X-FEE-AMOUNT", Field::PriceLimit);
    let numbered = p.amount("X-FEE-AMOUNT0", Field::PriceLimit);
    plain.or(numbered).map(PriceLimit::Exactly)
}
