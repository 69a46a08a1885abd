//! `CloneContact`: contact, [new] -> contact, roid of the copy (2.3).

use super::{Answer, Command};
use crate::call::Call;
use crate::contacts;
use crate::reply::Reply;
use engine::Error;
use engine::contact::CloneOf;
use model::Field;

pub const COMMAND: Command = Command { name: "CloneContact", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let handle = p.required("CONTACT", Field::Contact).map(str::to_owned);
    // A copy is always a new handle.
    p.flag("NEW", Field::Other("new"));
    let handle = p.done(handle)?;
    let copy = call.engine.run(&call.actor, CloneOf { handle })?;
    let mut reply = Reply::ok();
    reply.put("contact", &*copy.short_handle);
    reply.put("roid", contacts::roid(&copy));
    contacts::checked(&mut reply, copy.validated, copy.verified);
    Ok(reply)
}
