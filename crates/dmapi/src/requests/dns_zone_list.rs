//! `dns-zone-list`: pattern (dmapi.md 9). Rows have exactly two cells, name and expiry (kad).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use engine::Error;
use engine::domain::{Detail, ListRow, Rows, Step, Whose, Window};
use model::{Field, Need};

pub const REQUEST: Request = Request { name: "dns-zone-list", aliases: &[], door: Door::Cookie(Need::Read), takes: &["pattern"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let pattern = p.pattern(Field::Pattern);
    let (pattern,) = p.done((pattern,))?;
    let leaf = move |step| Rows { whose: Whose::Own, pattern: pattern.clone(), detail: Detail::default(), step };
    Ok(call.list(Step::First(Window::ALL), leaf, print)?.reply)
}

fn print(body: &mut LineWriter, row: &ListRow) {
    body.row(Separator::Space, [LineSafe::cell(&row.name), LineSafe::cell(&row.expires.date())]);
}
