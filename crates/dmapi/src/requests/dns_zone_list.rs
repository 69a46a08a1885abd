//! `dns-zone-list`: pattern (dmapi.md 9). Rows have exactly two cells, name and expiry (kad).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use engine::Error;
use engine::domain::Window;
use engine::hosted::List;
use model::{Field, Need};

pub const REQUEST: Request = Request { name: "dns-zone-list", aliases: &[], door: Door::Cookie(Need::Read), takes: &["pattern"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let pattern = p.pattern(Field::Pattern);
    let (pattern,) = p.done((pattern,))?;
    let page = call.engine.run(call.actor()?, List { pattern, window: Window::ALL })?;
    let mut body = LineWriter::new();
    for zone in &page.rows {
        body.row(Separator::Space, [LineSafe::cell(zone.name.as_str()), LineSafe::cell(&zone.expires.date())]);
    }
    Ok(Reply::done().body(body))
}
