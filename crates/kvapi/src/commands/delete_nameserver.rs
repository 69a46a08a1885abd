//! `DeleteNameserver`: nameserver, [force] (2.4). With FORCE=1 (FEL) one that names still use is moved out of the way.

use super::{Answer, Command};
use crate::call::Call;
use crate::reply::Reply;
use engine::Error;
use engine::host::Delete;
use model::Field;

pub const COMMAND: Command = Command { name: "DeleteNameserver", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.host();
    let force = p.flag("FORCE", Field::Other("force")).unwrap_or(false);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;
    let accepted = call.engine.run(&call.actor, Delete { name, force, client_id })?;
    call.outcome(&accepted.order)
}
