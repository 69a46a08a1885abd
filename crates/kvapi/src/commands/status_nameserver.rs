//! `StatusNameserver`: nameserver -> its addresses, dates and registrar (2.4). IPv6 in all eight groups (1.10).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::{Reply, address, date};
use engine::Error;
use engine::host::Info;

pub const COMMAND: Command = Command { name: "StatusNameserver", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.host();
    let name = p.done(name)?;
    let host = call.engine.run(&call.actor, Info { name })?;
    let mut reply = Reply::ok();
    reply.put("registrar", call.actor.login());
    reply.put("registrar transfer date", date(host.created));
    reply.put("nameserver", host.name.as_str());
    reply.put_all("ipaddress", host.addresses.into_iter().map(address));
    reply.put("created date", date(host.created));
    reply.put("created by", host.created_by);
    reply.put("updated date", date(host.updated));
    reply.put("updated by", host.updated_by);
    let none = host.statuses.is_empty().then(|| "ok".to_owned());
    reply.put_all("status", host.statuses.into_iter().chain(none));
    Ok(reply)
}
