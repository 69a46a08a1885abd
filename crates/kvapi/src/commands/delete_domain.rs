//! `DeleteDomain`: domain, [ACTION], [TARGET] -> job id, deletion date, status, what came back (2.1, C); with a target it is a push.

use super::{Answer, Command, push_domain};
use crate::call::Call;
use crate::codes::Code;
use crate::reply::{Reply, date};
use engine::domain::{Delete, Ending, Info};
use engine::order::OrderStanding;
use engine::{Error, domain::DomainView};
use model::domain::RenewalMode;
use model::{Field, Problem, Refusal};

pub const COMMAND: Command = Command { name: "DeleteDomain", answer: Answer::Inside(answer) };

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    End(Ending),
    Push,
}

/// AUTOAPPROVE of the reference is an answer to another registrar, not an ending.
const ACTIONS: &[(&str, Action)] = &[
    ("INSTANT", Action::End(Ending::Now)),
    ("AUTODELETE", Action::End(Ending::AtEndOfTerm(RenewalMode::AutoDelete))),
    ("AUTOEXPIRE", Action::End(Ending::AtEndOfTerm(RenewalMode::AutoExpire))),
    ("PUSH", Action::Push),
];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let action = p.word("ACTION", Field::Other("action"), ACTIONS);
    p.not_served(&["TOKEN"]);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    // TARGET=TRANSIT of .de hands the name to the registry (G), with ACTION=PUSH or without.
    let pushes = action == Some(Action::Push) || action.is_none() && p.text("TARGET").is_some();
    if pushes {
        let target = push_domain::target(&p);
        let (name, target) = p.done(name.zip(target))?;
        return push_domain::pushed(call, name, target, client_id);
    }
    if p.text("TARGET").is_some() {
        p.problem(Field::Other("target"), Problem::Excludes { other: Box::new(Field::Other("action")) });
    }
    let name = p.done(name)?;
    let ending = match action {
        Some(Action::End(ending)) => ending,
        Some(Action::Push) | None => Ending::Now,
    };

    let before = call.engine.run(&call.actor, Info { name: name.clone() })?;
    // This interface knows no `force`: whoever says DeleteDomain means it.
    let accepted = call.engine.run(&call.actor, Delete { name: name.clone(), ending, force: true, client_id })?;
    let order = call.wait(&accepted.order)?;
    let mut reply = Reply::ok();
    reply.put("job id", order.id.to_string());
    reply.put("roid", &*before.roid);
    let fact = |key: &str| order.result.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
    match order.standing {
        OrderStanding::Failed => return Ok(Reply::with_detail(Code::Failed, &order.message)),
        OrderStanding::Pending => reply.put("status", "REQUESTED"),
        OrderStanding::Succeeded => {
            let refund = fact("refund");
            // EX reads this as a number or a truth value: whether the deletion was one with money back.
            reply.put("addgracedeletions", if refund.is_some() { "1" } else { "0" });
            if let Some(amount) = refund {
                reply.put("payback", amount);
            }
            let after = match call.engine.run(&call.actor, Info { name }) {
                Ok(after) => Some(after),
                Err(Error::Refused(Refusal::DomainUnknown { .. })) => None,
                Err(other) => return Err(other),
            };
            ended(&mut reply, order.decided.map(date), after.as_ref());
        }
    }
    Ok(reply)
}

/// When it was or will be deleted, and how it stands until it is free.
fn ended(reply: &mut Reply, decided: Option<String>, after: Option<&DomainView>) {
    let leaving = |d: &&DomainView| d.statuses.iter().any(|word| word == "pendingDelete" || word == "redemptionPeriod");
    match after {
        Some(domain) if !leaving(&domain) => {
            reply.put("deletion date", date(domain.renewal_date));
            reply.put_all("status", super::status_domain::statuses(domain));
        }
        Some(domain) => {
            reply.put("deletion date", decided.unwrap_or_default());
            reply.put_all("status", super::status_domain::statuses(domain));
        }
        None => reply.put("deletion date", decided.unwrap_or_default()),
    }
}
