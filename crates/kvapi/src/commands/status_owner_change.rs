//! `StatusOwnerChange`: domain -> domain, status, requested date, expire date, losing and gaining registrant (cnr-kb D.1, sample 58).

use super::{Answer, Command};
use crate::call::Call;
use crate::owner_changes;
use crate::reply::{Reply, date};
use engine::Error;
use engine::owner_change::Show;
use model::Field;

pub const COMMAND: Command = Command { name: "StatusOwnerChange", answer: Answer::Inside(answer) };

/// A contact's handle in place of the name shows the change of that contact.
fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let object = p.required("DOMAIN", Field::Domain).map(str::to_owned);
    let object = p.done(object)?;
    let change = call.engine.run(&call.actor, Show { object })?;
    let mut reply = Reply::ok();
    reply.put("domain", change.object);
    reply.put("status", owner_changes::word(change.state));
    reply.put("requested date", date(change.requested));
    reply.put("expire date", date(change.expires));
    reply.put("losing registrant", change.losing.short_handle);
    reply.put("gaining registrant", change.gaining.short_handle);
    Ok(reply)
}
