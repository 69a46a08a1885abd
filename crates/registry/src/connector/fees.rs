//! Fees (RFC 8748): the question beside a check, the agreement beside a command, and reading what is charged.

use epp::fee::{Check, ChkItem, CommandFees, CommandSpec, Fee as WireFee, Transform, TransformVerb};
use epp::{CommandExt, Period, ResponseExt, codes, ns};
use model::domain::Operation;
use model::{Currency, Money, Months};

use super::refused_here;
use super::session::{Reply, Services};
use crate::{Fee, FeeQuestion, Trouble};

/// A term on the wire: whole years where it is so, else months.
pub(super) fn period(months: Months) -> Result<Period, Trouble> {
    match months.whole_years() {
        Some(years) => Ok(Period::years(years)),
        None if months.get() <= 99 => Ok(Period::months(months.get())),
        None => Err(refused_here(codes::PARAMETER_RANGE, format!("EPP has no way to say {months}"))),
    }
}

/// The agreement to a fee; none where none is given.
pub(super) fn agreement(services: &Services, verb: TransformVerb, fee: Option<&Money>) -> Result<Option<CommandExt>, Trouble> {
    let Some(fee) = fee else { return Ok(None) };
    if !services.has(ns::FEE) {
        return Err(refused_here(codes::UNIMPLEMENTED_EXTENSION, "the registry takes no fees to agree to (RFC 8748)"));
    }
    Ok(Some(CommandExt::FeeTransform(Transform {
        verb,
        currency: Some(fee.currency.code().to_owned()),
        fees: vec![WireFee::new(fee.decimal())],
        credits: Vec::new(),
    })))
}

fn word(operation: Operation) -> &'static str {
    match operation {
        Operation::Register => "create",
        Operation::Renew => "renew",
        Operation::Transfer => "transfer",
        Operation::Restore => "restore",
    }
}

/// The question for fees beside a check; none where none is asked or the registry names no fees.
pub(super) fn question(services: &Services, question: Option<&FeeQuestion>) -> Result<Option<CommandExt>, Trouble> {
    let Some(question) = question.filter(|_| services.has(ns::FEE)) else { return Ok(None) };
    // A restore has no term.
    let period = if question.operation == Operation::Restore { None } else { Some(period(question.months)?) };
    Ok(Some(CommandExt::FeeCheck(Check { currency: None, commands: vec![CommandSpec::new(word(question.operation), period)] })))
}

/// Class and fees of one checked name. What cannot be understood is left out: a fee is never guessed.
pub(super) fn stated(reply: &Reply, name: &str, asked: Option<&FeeQuestion>) -> (Option<String>, Vec<Fee>) {
    let data = reply.response.extensions.iter().find_map(|extension| match extension {
        ResponseExt::FeeCheck(data) => Some(data),
        _ => None,
    });
    let Some(data) = data else { return (None, Vec::new()) };
    let Some(item) = data.items.iter().find(|item| item.object.eq_ignore_ascii_case(name)) else { return (None, Vec::new()) };
    let class = item.class.as_deref().map(|class| super::words::clean(class, 64));
    let fees = Currency::from_code(&data.currency).map(|currency| fees(item, currency, asked)).unwrap_or_default();
    (class, fees)
}

fn fees(item: &ChkItem, currency: Currency, asked: Option<&FeeQuestion>) -> Vec<Fee> {
    item.commands
        .iter()
        .filter_map(|command| {
            let operation = Operation::ALL.into_iter().find(|operation| word(*operation) == command.spec.name)?;
            let stated = command.spec.period.and_then(|p| u16::try_from(p.in_months()).ok()).and_then(Months::new);
            let months = stated.or_else(|| asked.filter(|asked| asked.operation == operation).map(|asked| asked.months))?;
            Some(Fee { operation, months, amount: total(command, currency)? })
        })
        .collect()
}

/// Fees less credits; none where no fee is stated or the sum makes no sense.
fn total(command: &CommandFees, currency: Currency) -> Option<Money> {
    if command.fees.is_empty() {
        return None;
    }
    let mut sum = Money::zero(currency);
    for fee in &command.fees {
        sum = sum.checked_add(amount(&fee.amount, currency)?)?;
    }
    for credit in &command.credits {
        sum = sum.checked_sub(amount(credit.amount.trim_start_matches('-'), currency)?)?;
    }
    (!sum.is_negative()).then_some(sum)
}

/// An amount with any number of zeros behind its fourth decimal.
fn amount(text: &str, currency: Currency) -> Option<Money> {
    let text = text.trim();
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    Money::parse(if text.is_empty() { "0" } else { text }, currency).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use epp::fee::Credit;

    #[test]
    fn terms_are_years_where_they_can() {
        let months = |n| Months::new(n).unwrap();
        assert_eq!(period(months(24)), Ok(Period::years(2)));
        assert_eq!(period(months(120)), Ok(Period::years(10)));
        assert_eq!(period(months(18)), Ok(Period::months(18)));
        assert!(matches!(period(months(118)), Err(Trouble::Refused { code: 2004, .. })));
    }

    #[test]
    fn totals_are_exact_or_absent() {
        let cases: [(&[&str], &[&str], Option<i64>); 8] = [
            (&["8.21"], &[], Some(82_100)),
            (&["8.210000"], &[], Some(82_100)),
            (&["5", "0.18"], &["-1.00"], Some(41_800)),
            (&[], &[], None),
            (&["1.00"], &["-2.00"], None),
            (&["1e3"], &[], None),
            (&["1.00001"], &[], None),
            (&["0.00"], &[], Some(0)),
        ];
        for (fees, credits, expected) in cases {
            let command = CommandFees {
                fees: fees.iter().map(|amount| WireFee::new(*amount)).collect(),
                credits: credits.iter().map(|amount| Credit { amount: (*amount).to_owned(), ..Credit::default() }).collect(),
                ..CommandFees::default()
            };
            assert_eq!(total(&command, Currency::USD).map(|sum| sum.amount_e4), expected, "{fees:?} {credits:?}");
        }
    }
}
