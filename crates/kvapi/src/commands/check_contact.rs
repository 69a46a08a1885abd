//! `CheckContact`: contact -> 214 available, 215 not available: taken by a contact of the account (2.3).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::reply::Reply;
use engine::Error;
use engine::contact::Check;
use model::Field;

pub const COMMAND: Command = Command { name: "CheckContact", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let handle = p.required("CONTACT", Field::Contact).map(str::to_owned);
    let handle = p.done(handle)?;
    let taken = call.engine.run(&call.actor, Check { handles: vec![handle] })?;
    Ok(Reply::new(code(taken.first() == Some(&true))))
}

/// The code of a handle: shared with CheckContacts.
pub(super) fn code(taken: bool) -> Code {
    if taken { Code::ContactNotAvailable } else { Code::ContactAvailable }
}
