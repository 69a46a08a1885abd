//! `DeleteContact`: contact (2.3). 545 for an unknown one, 557 while names use it.

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::contact::Delete;
use model::Field;

pub const COMMAND: Command = Command { name: "DeleteContact", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let handle = p.required("CONTACT", Field::Contact).map(str::to_owned);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let handle = p.done(handle)?;
    let accepted = call.engine.run(&call.actor, Delete { handle, client_id })?;
    call.outcome(&accepted.order)
}
