//! `DeleteEvent`: event -> nothing; the event leaves the open list and stays in history (2.6, E.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::{Error, event};
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "DeleteEvent", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let id = p.number("EVENT", Field::Other("event"));
    if p.text("EVENT").is_none() {
        p.problem(Field::Other("event"), Problem::Missing);
    }
    let id = p.done(id)?;
    // Whoever repeats it, since no answer came, is told that it is done.
    let (event::Acknowledged::Now | event::Acknowledged::Before) = call.engine.run(&call.actor, event::Acknowledge { id })?;
    Ok(Reply::ok())
}
