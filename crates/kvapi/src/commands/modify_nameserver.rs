//! `ModifyNameserver`: nameserver; ipaddress# replaces all addresses (EX), addipaddress# and delipaddress# single ones (WHM) (2.4).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::domain::SetChange;
use engine::host::{HostAddresses, Modify};

pub const COMMAND: Command = Command { name: "ModifyNameserver", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.host();
    let whole = p.addresses("IPADDRESS");
    let (add, remove) = (p.addresses("ADDIPADDRESS"), p.addresses("DELIPADDRESS"));
    p.not_served(&["NEWNAMESERVER", "STATUS", "ADDSTATUS", "DELSTATUS"]);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;
    let change = SetChange { whole: (!whole.is_empty()).then_some(whole), add, remove };
    let accepted = call.engine.run(&call.actor, Modify { name, addresses: HostAddresses::Set(change), client_id })?;
    call.outcome(&accepted.order)
}
