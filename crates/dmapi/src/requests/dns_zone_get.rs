//! `dns-zone-get`: domain, include-defaults (dmapi.md 9). The two directives come first; who may only read sees no password.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use crate::zonefile;
use engine::Error;
use engine::hosted::Show;
use model::Need;

pub const REQUEST: Request =
    Request { name: "dns-zone-get", aliases: &[], door: Door::Session(Need::Read), takes: &["domain", "include-defaults"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, defaults) = (p.domain(), p.switch("include-defaults"));
    let (name, defaults) = p.done((name, defaults))?;
    let zone = call.engine.run(call.actor()?, Show { name })?;
    let mut body = LineWriter::new();
    for line in zonefile::directives(zone.signed, zone.dynamic.as_ref()) {
        body.line(LineSafe::text(&line));
    }
    if defaults {
        for host in &zone.name_servers {
            body.line(LineSafe::text(&zonefile::default_name_server(host)));
        }
    }
    for record in &zone.records {
        body.line(LineSafe::text(&zonefile::record(record, zone.padded_texts)));
    }
    Ok(Reply::done().body(body))
}
