//! `domain-delete`: domain, force for what is older than 72 hours, type endoflife | immediate | transit (dmapi.md 8.5).

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::domain::{Delete, Ending};
use model::domain::RenewalMode;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "domain-delete",
    aliases: &[],
    door: Door::Session(Need::Modify),
    takes: &["domain", "force", "type", "cltrid"],
    answer,
};

const ENDINGS: &[(&str, Ending)] =
    &[("immediate", Ending::Now), ("endoflife", Ending::AtEndOfTerm(RenewalMode::AutoDelete)), ("transit", Ending::Transit)];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, force) = (p.domain(), p.flag(Field::Other("force")));
    let (ending, client_id) = (p.word(Field::Other("type"), ENDINGS), p.client_id());
    let Ok(name) = name else { return Err(p.refused().into()) };

    let delete = Delete {
        name,
        ending: ending.unwrap_or_default().unwrap_or(Ending::Now),
        // What could not be read is told anyway; that it was meant is not asked again.
        force: force.unwrap_or(Some(true)) == Some(true),
        client_id: client_id.unwrap_or_default(),
    };
    call.accepted(&call.run(p, delete)?.order)
}
