//! `StatusAccount`: [registrar] -> registrar, amount, credit, credit threshold, currency, vat (2.8).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::{Error, account};

pub const COMMAND: Command = Command { name: "StatusAccount", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let actor = match p.text("REGISTRAR") {
        Some(registrar) => call.engine.act_for(&call.actor, registrar)?,
        None => call.actor.clone(),
    };
    let account = call.engine.run(&actor, account::Show)?;
    let mut reply = Reply::ok();
    reply.put("registrar", account.kv_login);
    reply.put("amount", account.balance.decimal());
    reply.put("credit", account.credit.decimal());
    reply.put("credit threshold", account.low_balance.decimal());
    reply.put("currency", account.currency.code());
    // Prices are net, and no tax is added.
    reply.put("vat", "0.00");
    Ok(reply)
}
