//! `GetZone`: domain -> domain, zone (2.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::{Error, zone};

pub const COMMAND: Command = Command { name: "GetZone", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let name = p.done(name)?;
    let view = call.engine.run(&call.actor, zone::Info { zone: None, name: Some(name.clone()) })?;
    let mut reply = Reply::ok();
    reply.put("domain", name.as_str());
    reply.put("zone", view.zone.suffix.clone());
    Ok(reply)
}
