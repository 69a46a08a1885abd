//! `wa-email-list`: addresses of owners that wait for a proof, each with a name and its deadline (dmapi.md 8.15).

use super::{Call, Door, Request};
use crate::dates;
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use engine::Error;
use engine::verification::Waiting;
use model::Need;

pub const REQUEST: Request = Request { name: "wa-email-list", aliases: &[], door: Door::Session(Need::Read), takes: &[], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let mut body = LineWriter::new();
    for row in call.engine.run(call.actor()?, Waiting)? {
        body.row(Separator::Tab, [LineSafe::cell(&row.email), LineSafe::cell(&row.name), LineSafe::text(&dates::iso(row.due))]);
    }
    Ok(Reply::done().columns("email,domain,deadline", Separator::Tab).body(body))
}
