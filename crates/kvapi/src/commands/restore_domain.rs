//! `RestoreDomain`: domain, [X-FEE-AMOUNT] -> job id, registration expiration date (2.1, C).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::fees;
use crate::reply::{Reply, date};
use engine::Error;
use engine::domain::{Info, Restore};
use engine::order::OrderStanding;

pub const COMMAND: Command = Command { name: "RestoreDomain", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let price_limit = fees::limit(&p);
    // After a restore the original sets the mode itself (C).
    p.not_served(&["RENEWALMODE"]);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;

    let accepted = call.engine.restore(&call.actor, Restore { name: name.clone(), price_limit, client_id })?;
    let order = call.wait(&accepted.order)?;
    let mut reply = Reply::ok();
    reply.put("job id", order.id.to_string());
    match order.standing {
        OrderStanding::Failed => return Ok(Reply::with_detail(Code::Failed, &order.message)),
        OrderStanding::Pending => reply.put("status", "REQUESTED"),
        OrderStanding::Succeeded => {
            let domain = call.engine.run(&call.actor, Info { name })?;
            reply.put("registration expiration date", date(domain.expires));
            reply.put("renewalmode", domain.renewal_mode.word().to_ascii_uppercase());
        }
    }
    Ok(reply)
}
