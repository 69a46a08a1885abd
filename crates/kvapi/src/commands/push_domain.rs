//! `PushDomain`: domain, target -> job id, roid, transfer status (2.1, cnr-kb B): hands a name away by the zone's own word, `TRANSIT` of .de and
//! `REGISTRY` of .at.

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::params::Params;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{Info, Push};
use engine::order::OrderStanding;
use model::{DomainName, Field};

pub const COMMAND: Command = Command { name: "PushDomain", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let (name, target) = (p.domain(), target(&p));
    p.not_served(&["TOKEN"]);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let (name, target) = p.done(name.zip(target))?;
    pushed(call, name, target, client_id)
}

/// Whom it goes to: the zone's own word.
pub(super) fn target(p: &Params<'_>) -> Option<String> {
    p.required("TARGET", Field::Other("target")).map(str::to_owned)
}

/// Hands a name over and tells how that stands: `clientApproved` is the word for what the losing side let go.
pub(super) fn pushed(call: &Call<'_>, name: DomainName, target: String, client_id: String) -> Result<Reply, Error> {
    let before = call.engine.run(&call.actor, Info { name: name.clone() })?;
    let accepted = call.engine.run(&call.actor, Push { name, target, client_id })?;
    let order = call.wait(&accepted.order)?;
    let status = match order.standing {
        OrderStanding::Failed => return Ok(Reply::with_detail(Code::Failed, &order.message)),
        OrderStanding::Pending => "pending",
        OrderStanding::Succeeded => "clientApproved",
    };
    let mut reply = Reply::ok();
    reply.put("job id", order.id.to_string());
    reply.put("roid", before.roid);
    reply.put("transfer status", status);
    Ok(reply)
}
