//! `DomainPrice`: domain, [type], [period], [periodtype] -> what it costs this account, in the set of properties that SMO asserts (2.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::fees::period_words;
use crate::params::OPERATIONS;
use crate::reply::{Reply, amount, amount_or_zero, flag};
use engine::Error;
use engine::domain::PriceOf;
use model::domain::Operation;
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "DomainPrice", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let operation = p.word("TYPE", Field::PriceOperation, OPERATIONS).unwrap_or(Operation::Register);
    let months = p.period("PERIOD", "PERIODTYPE");
    if p.text("X-PROMOTION-CODE").is_some() {
        p.problem(Field::PromotionCode, Problem::NotAllowed { reason: "there is none to give".to_owned() });
    }
    let name = p.done(name)?;

    let price = call.engine.price(&call.actor, PriceOf { name: name.clone(), operation, months })?;
    let (period, unit) = period_words(price.months);
    let (kind, annual) = match operation {
        Operation::Register => ("ADD", price.register),
        Operation::Renew => ("RENEW", price.renew),
        Operation::Transfer => ("TRANSFER", price.renew),
        Operation::Restore => ("RESTORE", price.renew),
    };
    let mut reply = Reply::ok();
    reply.put("annual", amount_or_zero(annual));
    reply.put("application", "0.0000");
    reply.put("currency", price.price.currency.code());
    reply.put("domain", name.as_str());
    // Filled only where the zone is priced in another currency than the account's, which is never sold.
    reply.put("exchangerate", "");
    reply.put("nonrefundable", "0.0000");
    reply.put("period", period);
    reply.put("periodtype", unit);
    reply.put("premium", flag(price.premium));
    reply.put("price", amount(price.price));
    reply.put("restore", amount_or_zero(price.restore));
    reply.put("setup", "0.0000");
    reply.put("trade", amount_or_zero(price.trade));
    reply.put("transfer", amount_or_zero(price.transfer));
    reply.put("type", kind);
    reply.put("usedprice", if price.premium { "premium" } else { "standard" });
    reply.put("vat", "0.0000");
    reply.put("vatnonrefundable", "0.0000");
    reply.put("vatpercent", "0.00");
    reply.put("zone", price.zone.suffix.clone());
    reply.put("zonecurrency", "");
    Ok(reply)
}
