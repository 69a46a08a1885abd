//! `ActivateContact`: trigger -> the address of the mail that carried it is verified (cnr-kb D.2: the command has no page of its own).
//!
//! Triggers never expire; one that has been answered is told as such.

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::reply::Reply;
use engine::Error;
use engine::verification::{self, Answered};
use model::Field;
use model::verification::AddressState;

pub const COMMAND: Command = Command { name: "ActivateContact", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let trigger = p.required("TRIGGER", Field::Other("trigger")).map(str::to_owned);
    let key = p.done(trigger)?;
    Ok(match call.engine.run(&call.actor, verification::Answer { key, yes: true })? {
        Answered::Taken { .. } | Answered::Used { state: AddressState::Verified, .. } => Reply::ok(),
        Answered::Open(_) | Answered::Unknown => Reply::with_detail(Code::Authorization, "the trigger is unknown"),
        Answered::Used { state, .. } => {
            Reply::with_detail(Code::ObjectStatus, format!("the trigger was used already; the address is {}", state.word()))
        }
    })
}
