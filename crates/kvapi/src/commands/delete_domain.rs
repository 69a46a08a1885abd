//! `DeleteDomain`: domain, [ACTION], [TARGET] -> job id, deletion date, status, what came back (2.1, C).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::reply::{Reply, date};
use engine::domain::{Delete, Ending, Info};
use engine::order::OrderStanding;
use engine::{Error, domain::DomainView};
use model::domain::RenewalMode;
use model::{Field, Problem, Refusal};

pub const COMMAND: Command = Command { name: "DeleteDomain", answer: Answer::Inside(answer) };

/// AUTOAPPROVE and PUSH of the reference are ways to another registrar, not endings.
const ACTIONS: &[(&str, Ending)] = &[
    ("INSTANT", Ending::Now),
    ("AUTODELETE", Ending::AtEndOfTerm(RenewalMode::AutoDelete)),
    ("AUTOEXPIRE", Ending::AtEndOfTerm(RenewalMode::AutoExpire)),
];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let action = p.word("ACTION", Field::Other("action"), ACTIONS).unwrap_or(Ending::Now);
    // TARGET=TRANSIT of .de hands the name to the registry (G).
    let target = p.word("TARGET", Field::Other("target"), &[("TRANSIT", Ending::Transit)]);
    if target.is_some() && action != Ending::Now {
        p.problem(Field::Other("target"), Problem::Excludes { other: Box::new(Field::Other("action")) });
    }
    p.not_served(&["TOKEN"]);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;

    let before = call.engine.run(&call.actor, Info { name: name.clone() })?;
    // This interface knows no `force`: whoever says DeleteDomain means it.
    let ending = target.unwrap_or(action);
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
