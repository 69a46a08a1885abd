//! `SetAuthCode`: domain, [auth], [action SET or DELETE], [type 1] -> auth (cnr-kb B, reference: Transfer).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::reply::Reply;
use engine::Error;
use engine::order::OrderStanding;
use engine::transfer::{AuthCode, ClearAuthCode};
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "SetAuthCode", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let code = p.exact("AUTH").map(str::to_owned);
    let clear = p.word("ACTION", Field::Other("action"), &[("SET", false), ("DELETE", true)]).unwrap_or(false);
    if p.text("TYPE").is_some_and(|kind| kind != "1") {
        // The second kind is a paper of one registry, for names that are held elsewhere.
        p.problem(Field::Other("type"), Problem::NotOneOf { allowed: vec!["1".to_owned()] });
    }
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;
    let accepted = if clear {
        call.engine.run(&call.actor, ClearAuthCode { name, client_id })?
    } else {
        call.engine.run(&call.actor, AuthCode { name, code, client_id })?
    };
    let order = call.wait(&accepted.order)?;
    let mut reply = match order.standing {
        OrderStanding::Failed => return Ok(Reply::with_detail(Code::Failed, &order.message)),
        OrderStanding::Succeeded | OrderStanding::Pending => Reply::ok(),
    };
    if order.standing == OrderStanding::Pending {
        reply.put("status", "REQUESTED");
        reply.put("job id", order.id.to_string());
    }
    if let Some((_, code)) = order.result.iter().find(|(key, _)| key == "auth-info") {
        reply.put("auth", &**code);
    }
    Ok(reply)
}
