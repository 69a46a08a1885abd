//! `user-get-property`: pname (`autorenew` or `*`), ptype, uid; lines `user.property.NAME: value` (dmapi.md 5.8).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::account::Autorenews;
use model::Need;

pub const REQUEST: Request =
    Request { name: "user-get-property", aliases: &[], door: Door::Session(Need::Read), takes: &["pname", "ptype", "uid"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, kind, account) = (p.account_property(&["autorenew", "*"]), p.account_property_kind(), p.account_number());
    let (_, _, account) = p.done((name, kind, account))?;
    let on = call.engine.run(call.actor()?, Autorenews { account })?;
    let mut body = LineWriter::new();
    // The one property that there is.
    body.pair("user.property.autorenew", LineSafe::text(if on { "1" } else { "0" }));
    Ok(Reply::done().body(body))
}
