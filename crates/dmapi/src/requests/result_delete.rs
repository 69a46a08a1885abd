//! `result-delete`: takes a finished result out of the list and drops its details; its status stays (dmapi.md 4.3).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::order::Hide;
use model::Need;

pub const REQUEST: Request =
    Request { name: "result-delete", aliases: &[], door: Door::Session(Need::Read), takes: &["proc-id", "svtrid"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let by = p.order_key();
    let (by,) = p.done((by,))?;
    let order = call.engine.run(call.actor()?, Hide { by })?;
    let mut body = LineWriter::new();
    body.line(LineSafe::text(&format!("Result {} deleted", order.id)));
    Ok(Reply::done().body(body))
}
