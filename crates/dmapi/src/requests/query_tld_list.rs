//! `query-tld-list`: the zones that are sold, one per line (dmapi.md 5.8), as login lists them.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use model::Need;

pub const REQUEST: Request = Request { name: "query-tld-list", aliases: &[], door: Door::Cookie(Need::Whois), takes: &[], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    Ok(Reply::done().body(zones(call)))
}

/// The zones that are sold now.
pub fn zones(call: &Call<'_>) -> LineWriter {
    let mut zones = LineWriter::new();
    for zone in call.engine.zones().sellable(call.engine.now()) {
        zones.line(LineSafe::ascii(&zone.suffix));
    }
    zones
}
