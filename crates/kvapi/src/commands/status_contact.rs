//! `StatusContact`: contact, [auth] -> the contact's data, dates and marks (2.3, D.3).

use super::{Answer, Command};
use crate::call::Call;
use crate::contacts;
use crate::owner_changes;
use crate::reply::Reply;
use engine::{Error, contact};
use model::Field;

pub const COMMAND: Command = Command { name: "StatusContact", answer: Answer::Inside(answer) };

/// AUTH opens contacts of other accounts at the original; here nobody sees those, and it is left unread.
fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let handle = p.required("CONTACT", Field::Contact);
    let handle = p.done(handle)?.to_owned();
    let contact = call.engine.run(&call.actor, contact::Info { handle })?;
    let mut reply = Reply::ok();
    contacts::show(&mut reply, &contact, call.actor.login());
    if let Some(change) = owner_changes::open(call, &contact.short_handle)? {
        reply.put("ownerchange status", owner_changes::word(change.state));
    }
    Ok(reply)
}
