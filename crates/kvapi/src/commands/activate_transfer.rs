//! `ActivateTransfer`: domain, action REQUEST or DENY, trigger -> the holder's answer, where a reseller's own page asks for it (cnr-kb B).
//!
//! The trigger is the token of the mail's link: without it nobody speaks for the holder.

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::reply::Reply;
use engine::Error;
use engine::transfer::{Answered, Show};
use model::Field;

pub const COMMAND: Command = Command { name: "ActivateTransfer", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let agree = p.word("ACTION", Field::Other("action"), &[("REQUEST", true), ("DENY", false)]).unwrap_or(true);
    let trigger = p.required("TRIGGER", Field::Other("trigger")).unwrap_or_default().to_owned();
    let name = p.done(name)?;
    // Only a party may, and only about its own transfer.
    call.engine.run(&call.actor, Show { name: name.clone() })?;
    let of_another = match call.engine.consent(&trigger)? {
        Answered::Open(view) => view.name != name,
        Answered::Taken { .. }
        | Answered::Unknown
        | Answered::Used { .. }
        | Answered::Expired { .. }
        | Answered::MovedOn { .. }
        | Answered::Failed { .. } => false,
    };
    if of_another {
        return Ok(Reply::with_detail(Code::Authorization, "the trigger belongs to another transfer"));
    }
    Ok(match call.engine.answer_consent(&trigger, agree)? {
        Answered::Taken { .. } => Reply::ok(),
        Answered::Open(_) | Answered::Unknown => Reply::with_detail(Code::Authorization, "the trigger is unknown"),
        Answered::Used { .. } => Reply::with_detail(Code::DomainStatus, "the trigger was used already"),
        Answered::Expired { .. } => Reply::with_detail(Code::DomainStatus, "the trigger has expired"),
        Answered::MovedOn { state, .. } => Reply::with_detail(Code::DomainStatus, format!("the transfer is {}", state.sentence())),
        Answered::Failed { reason, .. } => Reply::with_detail(Code::Failed, reason),
    })
}
