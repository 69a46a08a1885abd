//! `version`: the interface's version in the body (dmapi.md 5.8).

use super::{Call, Door, Request};
use crate::reply::{Reply, VERSION};
use crate::wire::{LineSafe, LineWriter};
use engine::Error;

pub const REQUEST: Request = Request { name: "version", aliases: &[], door: Door::Open, takes: &[], answer };

fn answer(_: &Call<'_>) -> Result<Reply, Error> {
    let mut body = LineWriter::new();
    body.pair("Version", LineSafe::text(VERSION));
    Ok(Reply::done().body(body))
}
