//! `query-request-list`: the requests there are, one per line; with a session those it may use (dmapi.md 5.8).

use super::{Call, Door, Request, TABLE};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;

pub const REQUEST: Request = Request { name: "query-request-list", aliases: &[], door: Door::Open, takes: &[], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let access = call.caller.map(|caller| caller.actor.access());
    let mut body = LineWriter::new();
    for request in TABLE {
        let usable = match (request.door, access) {
            (Door::Session(need) | Door::Cookie(need), Some(access)) => access.allows(need),
            (Door::Login | Door::Open, _) | (_, None) => true,
        };
        if usable {
            body.line(LineSafe::text(request.name));
        }
    }
    Ok(Reply::done().body(body))
}
