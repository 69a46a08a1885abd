//! `StopSession`: ends the session that the call names (1.6).

use super::{Answer, Command};
use crate::call::Door;
use crate::reply::Reply;
use engine::Error;
use model::{Channel, Refusal};

pub const COMMAND: Command = Command { name: "StopSession", answer: Answer::AtTheDoor(answer) };

/// A password without a session proves who asks, but there is nothing to end.
fn answer(door: &Door<'_>) -> Result<Reply, Error> {
    match door.session_id() {
        Some(id) => {
            door.resumed(id)?;
            door.engine.logout(id)?;
            Ok(Reply::ok())
        }
        None => {
            door.engine.authenticate(Channel::Kvapi, &door.credentials()?, door.peer)?;
            Err(Refusal::SessionUnknown.into())
        }
    }
}
