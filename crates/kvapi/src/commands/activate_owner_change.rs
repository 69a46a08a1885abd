//! `ActivateOwnerChange`: action APPROVE or DENY with the trigger of a mail's link and, for the present owner, transferlock; or CANCEL with the domain
//! (cnr-kb D.1).
//!
//! The trigger is the token of the link: without it nobody speaks for an owner.

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::owner_changes;
use crate::reply::Reply;
use engine::Error;
use engine::owner_change::{Answered, Cancel};
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "ActivateOwnerChange", answer: Answer::Inside(answer) };

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Approve,
    Deny,
    Cancel,
}

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let field = Field::Other("action");
    let words = [("APPROVE", Action::Approve), ("DENY", Action::Deny), ("CANCEL", Action::Cancel)];
    if p.text("ACTION").is_none() {
        p.problem(field.clone(), Problem::Missing);
    }
    let action = p.word("ACTION", field, &words);
    let (trigger, object) = (p.text("TRIGGER").map(str::to_owned), p.text("DOMAIN").map(str::to_owned));
    let lock = p.flag("TRANSFERLOCK", Field::TransferLock);
    match action {
        Some(Action::Approve | Action::Deny) if trigger.is_none() => p.problem(Field::Other("trigger"), Problem::Missing),
        Some(Action::Cancel) if object.is_none() => p.problem(Field::Domain, Problem::Missing),
        Some(_) | None => {}
    }
    let action = p.done(action)?;
    if action == Action::Cancel {
        let change = call.engine.run(&call.actor, Cancel { object: object.unwrap_or_default() })?;
        let mut reply = Reply::ok();
        reply.put("ownerchange status", owner_changes::word(change.state));
        return Ok(reply);
    }
    handed_on(call, &trigger.unwrap_or_default(), action == Action::Approve, lock.map(|on| !on))
}

/// Hands an owner's answer on, which the token of a mail's link proves.
pub(super) fn handed_on(call: &Call<'_>, trigger: &str, agree: bool, declines: Option<bool>) -> Result<Reply, Error> {
    Ok(match call.engine.hand_on_owner_answer(&call.actor, trigger, agree, declines)? {
        Answered::Taken { state, .. } => {
            let mut reply = Reply::ok();
            reply.put("ownerchange status", owner_changes::word(state));
            reply
        }
        Answered::Open(_) | Answered::Unknown => Reply::with_detail(Code::Authorization, "the trigger is unknown"),
        Answered::Used { .. } => Reply::with_detail(Code::DomainStatus, "the trigger was used already"),
        Answered::Expired { .. } => Reply::with_detail(Code::DomainStatus, "the trigger has expired"),
        Answered::MovedOn { state, .. } => Reply::with_detail(Code::DomainStatus, format!("the owner change is {}", state.sentence())),
    })
}
