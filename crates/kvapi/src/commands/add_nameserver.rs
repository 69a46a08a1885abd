//! `AddNameserver`: nameserver, ipaddress#, status# (2.4). The domain above must be one of the account's.

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::host::Create;

pub const COMMAND: Command = Command { name: "AddNameserver", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.host();
    let addresses = p.addresses("IPADDRESS");
    let statuses = super::modify_nameserver::words(&p, "STATUS");
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;
    let accepted = call.engine.run(&call.actor, Create { name, addresses, statuses, client_id })?;
    call.outcome(&accepted.order)
}
