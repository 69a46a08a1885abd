//! `PushObject`: object, type, target -> nothing (cnr-kb B): moves a name between the accounts of a reseller's tree.

use super::{Answer, Command};
use crate::call::Call;
use crate::params;
use crate::reply::Reply;
use engine::Error;
use engine::transfer::Give;
use model::Field;

pub const COMMAND: Command = Command { name: "PushObject", answer: Answer::Inside(answer) };

/// Of the documented types only names exist here.
const TYPES: &[(&str, ())] = &[("DOMAIN", ())];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let object = Field::Other("object");
    let name = p.required("OBJECT", object.clone()).and_then(|_| p.parsed("OBJECT", object, params::name));
    p.required("TYPE", Field::Other("type"));
    p.word("TYPE", Field::Other("type"), TYPES);
    let to = p.required("TARGET", Field::Other("target")).map(str::to_owned);
    let (name, to) = p.done(name.zip(to))?;
    call.engine.run(&call.actor, Give { name, to })?;
    Ok(Reply::ok())
}
