//! `StatusDomainTransfer`: domain -> whether the transfer started, how it stands, and who received the confirmation mail (2.2, cnr-kb B).

use super::transfer_domain::shown;
use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::transfer::Show;

pub const COMMAND: Command = Command { name: "StatusDomainTransfer", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let name = p.done(name)?;
    let t = call.engine.run(&call.actor, Show { name })?;
    let mut reply = shown(&t, false);
    reply.put_all("transferlog", t.log);
    Ok(reply)
}
