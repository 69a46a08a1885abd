//! `CheckDomain`: domain, [X-IDN-LANGUAGE], [X-FEE-...] -> the code is the answer: 210 or 211 (2.1).

use super::{Answer, Command, check_domains};
use crate::call::Call;
use crate::codes::Code;
use crate::fees;
use crate::params;
use crate::reply::Reply;
use engine::Error;
use engine::domain::{CheckDomains, Standing};
use model::{Field, Refusal};

pub const COMMAND: Command = Command { name: "CheckDomain", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    // FEL sends domain0..n to this command.
    if p.text("DOMAIN").is_none() && p.indexed("DOMAIN").len() > 1 {
        return check_domains::answer(call);
    }
    let name = match p.indexed("DOMAIN").first() {
        Some((_, text)) => params::name(text).map_err(|problem| p.problem(Field::Domain, problem)).ok(),
        None => p.domain(),
    };
    let blocks = fees::blocks(&p, name.as_slice());
    let language = p.text("X-IDN-LANGUAGE").map(str::to_owned);
    let name = p.done(name)?;

    let request = CheckDomains { names: vec![name], question: None, language };
    let Some(checked) = call.engine.check_domains(&call.actor, request)?.pop() else { return Err(Refusal::Busy.into()) };
    let mut reply = match &checked.standing {
        Standing::Available | Standing::Premium => Reply::new(Code::Available),
        Standing::Unavailable { reason } if reason.is_empty() => Reply::new(Code::NotAvailable),
        Standing::Unavailable { reason } => Reply::with_detail(Code::NotAvailable, reason),
    };
    fees::show(&mut reply, call, &blocks, |_| checked.class.clone())?;
    Ok(reply)
}
