//! `domain-get-property`: domain, pname; answers at once with one line `pname: value` (dmapi.md 8.8).

use super::{Call, Door, Request};
use crate::params::property_words;
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::domain::GetProperty;
use model::{Field, Need};

pub const REQUEST: Request =
    Request { name: "domain-get-property", aliases: &[], door: Door::Session(Need::Read), takes: &["domain", "pname"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, property) = (p.domain(), p.required(Field::Property, p.word(Field::Property, property_words())));
    call.known(&p, &name);
    let (name, property) = p.done((name, property))?;
    let value = call.engine.run(call.actor()?, GetProperty { name, property })?;
    let mut body = LineWriter::new();
    body.pair(property.word(), LineSafe::text(&value));
    Ok(Reply::done().body(body))
}
