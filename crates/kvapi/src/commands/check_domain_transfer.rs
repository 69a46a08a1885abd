//! `CheckDomainTransfer`: domain, [auth], [action], [emaillanguage] -> 218 where the request would be taken, 219 with the reason where not (2.2, cnr.md 1.9).

use super::{Answer, Command, transfer_domain};
use crate::call::Call;
use crate::codes::Code;
use crate::reply::{Reply, amount, flag};
use engine::Error;
use engine::domain::PriceOf;
use engine::transfer::CheckTransfer;
use model::domain::Operation;
use model::{Field, Refusal};

pub const COMMAND: Command = Command { name: "CheckDomainTransfer", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let auth_info = p.exact("AUTH").map(str::to_owned);
    // Only a request can be checked: the answers to one are shown by QueryForeignTransferList.
    p.word("ACTION", Field::Other("action"), &[("REQUEST", ())]);
    // What the request would not be taken with, the check is not either.
    transfer_domain::mail_language(&p);
    p.not_served(&["TOKEN", "ACCEPT-TRADE"]);
    let name = p.done(name)?;
    let with_code = auth_info.is_some();
    let checked = match call.engine.check_transfer(&call.actor, CheckTransfer { name: name.clone(), auth_info }) {
        Ok(checked) => checked,
        // The words that clients look for (cnr.md 1.9).
        Err(Error::Refused(Refusal::AuthInfoWrong)) => {
            let mut reply = Reply::with_detail(Code::RequestNotAvailable, "DOMAIN TRANSFER IS PROHIBITED BY WRONG AUTH");
            reply.put("authisvalid", "NO");
            return Ok(reply);
        }
        Err(Error::Refused(Refusal::NotTransferable { reason })) => return Ok(Reply::with_detail(Code::RequestNotAvailable, reason)),
        Err(other) => return Err(other),
    };
    let mut reply = Reply::new(Code::RequestAvailable);
    if with_code {
        reply.put("authisvalid", "YES");
    }
    reply.put("registrar", checked.registrar);
    reply.put("transferlock", flag(false));
    if let Some(days) = checked.age_days {
        reply.put("ageindays", days.to_string());
    }
    if let Some(warning) = checked.warning {
        reply.put("info", warning);
    }
    let price = call.engine.price(&call.actor, PriceOf { name, operation: Operation::Transfer, months: None })?;
    reply.put("x-fee-amount", amount(price.price));
    reply.put("x-fee-application", "0.0000");
    reply.put("x-fee-currency", price.price.currency.code());
    Ok(reply)
}
