//! `SetDomainRenewalMode`: domain, RENEWALMODE in any case (2.1, C).

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::domain::SetRenewalMode;
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "SetDomainRenewalMode", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let mode = p.renewal_mode();
    if p.text("RENEWALMODE").is_none() {
        p.problem(Field::RenewalMode, Problem::Missing);
    }
    p.not_served(&["TOKEN"]);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let (name, mode) = p.done(name.zip(mode))?;

    call.engine.run(&call.actor, SetRenewalMode { name, mode, client_id })?;
    Ok(Reply::ok())
}
