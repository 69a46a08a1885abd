//! `CheckNameserver`: nameserver -> 212 available, 213 not available with ipaddress[n] (2.4). Asks the registry.

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::reply::{Reply, address};
use engine::Error;

pub const COMMAND: Command = Command { name: "CheckNameserver", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.host();
    let name = p.done(name)?;
    let Some(addresses) = call.engine.check_host(&call.actor, &name)? else { return Ok(Reply::new(Code::HostAvailable)) };
    let mut reply = Reply::new(Code::HostNotAvailable);
    reply.put_all("ipaddress", addresses.into_iter().map(address));
    Ok(reply)
}
