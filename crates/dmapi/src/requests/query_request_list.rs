//! `query-request-list`: the requests there are, under all of their names, one per line; with a session those it may use (dmapi.md 5.8).

use super::{Call, Door, Request, TABLE};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;

pub const REQUEST: Request = Request { name: "query-request-list", aliases: &[], door: Door::Open, takes: &[], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let access = call.caller.map(|caller| caller.actor.access());
    let mut names = Vec::new();
    for request in TABLE {
        let usable = match (request.door, access) {
            (Door::Session(need) | Door::Cookie(need), Some(access)) => access.allows(need),
            (Door::Login | Door::Open, _) | (_, None) => true,
        };
        if usable {
            names.extend(request.aliases.iter().copied().chain([request.name]));
        }
    }
    names.sort_unstable();
    let mut body = LineWriter::new();
    for name in names {
        body.line(LineSafe::text(name));
    }
    Ok(Reply::done().body(body))
}
