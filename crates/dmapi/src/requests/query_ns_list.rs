//! `query-ns-list`: pattern, full (dmapi.md 5.3). With full TAB-separated addresses, `-` for none, IPv6 in full and upper case.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use engine::Error;
use engine::domain::Window;
use engine::host::{HostView, List};
use model::{Field, Need};
use std::net::IpAddr;

pub const REQUEST: Request =
    Request { name: "query-ns-list", aliases: &["query-host-list"], door: Door::Cookie(Need::Read), takes: &["pattern", "full"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (pattern, full) = (p.pattern(Field::Pattern), p.count(Field::Other("full")));
    let (pattern, full) = p.done((pattern, full))?;
    let full = full.is_some_and(|full| full != 0);
    let page = call.engine.run(call.actor()?, List { pattern, parent: None, window: Window::ALL })?;
    let mut body = LineWriter::new();
    for host in &page.rows {
        if full {
            let (v4, v6) = addresses(host);
            body.row(Separator::Tab, [LineSafe::cell(host.name.as_str()), LineSafe::cell(&v4), LineSafe::cell(&v6)]);
        } else {
            body.line(LineSafe::cell(host.name.as_str()));
        }
    }
    let reply = Reply::done().body(body);
    Ok(if full { reply.columns("host,ipv4,ipv6", Separator::Tab) } else { reply.columns("host", Separator::Space) })
}

/// The first address of each kind, since DMAPI knows one.
fn addresses(host: &HostView) -> (String, String) {
    let none = || "-".to_owned();
    let v4 = host.addresses.iter().find(|address| address.is_ipv4()).map_or_else(none, IpAddr::to_string);
    let v6 = host.addresses.iter().find_map(|address| match address {
        IpAddr::V6(v6) => Some(v6.segments().map(|group| format!("{group:04X}")).join(":")),
        IpAddr::V4(_) => None,
    });
    (v4, v6.unwrap_or_else(none))
}
