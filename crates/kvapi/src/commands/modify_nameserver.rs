//! `ModifyNameserver`: nameserver; ipaddress# replaces all addresses (EX), addipaddress# and delipaddress# single ones (WHM); newnameserver; status#,
//! addstatus# and delstatus# in the same way (2.4).

use super::{Answer, Command};
use crate::call::Call;
use crate::params::Params;
use crate::reply::Reply;
use engine::Error;
use engine::domain::SetChange;
use engine::host::{HostAddresses, Modify};
use model::{Field, HostName, Problem};

pub const COMMAND: Command = Command { name: "ModifyNameserver", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.host();
    let whole = p.addresses("IPADDRESS");
    let (add, remove) = (p.addresses("ADDIPADDRESS"), p.addresses("DELIPADDRESS"));
    let new_name = p.parsed("NEWNAMESERVER", Field::Other("newnameserver"), |text| {
        HostName::parse(text).map_err(|error| Problem::Malformed { expected: error.expected().to_owned() })
    });
    let statuses = words(&p, "STATUS");
    let statuses =
        SetChange { whole: (!statuses.is_empty()).then_some(statuses), add: words(&p, "ADDSTATUS"), remove: words(&p, "DELSTATUS") };
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;
    let change = SetChange { whole: (!whole.is_empty()).then_some(whole), add, remove };
    let modify = Modify { name, addresses: HostAddresses::Set(change), new_name, statuses, client_id };
    let accepted = call.engine.run(&call.actor, modify)?;
    call.outcome(&accepted.order)
}

/// The words of an indexed parameter.
pub(super) fn words(p: &Params<'_>, name: &str) -> Vec<String> {
    p.indexed(name).into_iter().map(|(_, word)| word.to_owned()).collect()
}
