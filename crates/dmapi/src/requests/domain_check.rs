//! `domain-check`, also `domaincheck`: whether a name is free, and the price of an operation on it (dmapi.md 5.7).

use super::{Call, Door, Request};
use crate::dates;
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use crate::words;
use engine::Error;
use engine::domain::{CheckDomains, PriceQuestion, Standing};
use model::domain::Operation;
use model::{Field, FieldProblem, Need};

pub const REQUEST: Request = Request {
    name: "domain-check",
    aliases: &["domaincheck"],
    door: Door::Cookie(Need::Whois),
    takes: &["domain", "check-price", "period", "language"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let name = p.domain();
    let operation = p.word(Field::PriceOperation, words::PRICE_OPERATIONS);
    let (months, language) = (p.years_or_months(), p.word_of_language());
    p.and(|| {
        let (Ok(name), Ok(language)) = (&name, &language) else { return Vec::new() };
        let problem = call.engine.zones().sold_in(name).and_then(|(zone, label)| zone.check_name(label, language.as_deref()).err());
        problem.map(FieldProblem::from).into_iter().collect()
    });
    let (name, operation, months, language) = p.done((name, operation, months, language))?;

    // Without check-price the price that a registration would have.
    let question = PriceQuestion { operation: operation.unwrap_or(Operation::Register), months };
    let checked = call.engine.check_domains(call.actor()?, CheckDomains { names: vec![name], question: Some(question), language })?;
    let mut body = LineWriter::new();
    for one in &checked {
        let (word, reason) = match &one.standing {
            Standing::Available => ("available", None),
            Standing::Premium => ("premium", None),
            Standing::Unavailable { reason } => ("unavailable", Some(reason)),
        };
        body.pair("domain-status", LineSafe::text(word));
        if let Some(reason) = reason {
            body.pair("domain-status-reason", LineSafe::text(reason));
        }
        body.pair("domain-class", LineSafe::cell(&one.class));
        for quote in &one.quotes {
            let price = format!("{} {}", quote.price, words::period(quote.months));
            body.pair(words::price_key(quote.operation), LineSafe::text(&price));
            if let Some((start, end)) = quote.promotion {
                let span = format!("{} {}", dates::iso_millis(start), dates::iso_millis(end));
                body.pair("domain-price-promo", LineSafe::text(&span));
            }
        }
    }
    Ok(Reply::done_1000().body(body))
}
