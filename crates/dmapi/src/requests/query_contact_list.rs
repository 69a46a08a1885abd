//! `query-contact-list`: handles, with names and organizations in the extended format (dmapi.md 5.2).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use engine::Error;
use engine::contact::{HandleForm, List};
use engine::domain::Window;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "query-contact-list",
    aliases: &[],
    door: Door::Cookie(Need::Read),
    takes: &["pattern", "from", "to", "tld", "extended-format"],
    answer,
};

/// Documented: without from and to at most so many rows.
const ROWS_MAX: i64 = 10_000;

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (pattern, zone, window, extended) = (p.pattern(Field::Pattern), p.contact_zone(), p.window(), p.switch("extended-format"));
    let (pattern, zone, window, extended) = p.done((pattern, zone, window, extended))?;
    let window = if window == Window::ALL { Window { skip: 0, take: ROWS_MAX } } else { window };

    let page = call.engine.run(call.actor()?, List { pattern, by: HandleForm::Dmapi, zone, window })?;
    let mut body = LineWriter::new();
    for contact in &page.rows {
        if extended {
            let (name, organization) = (contact.data.person(), LineSafe::text(&contact.data.organization));
            body.row(Separator::Tab, [LineSafe::cell(&contact.handle), LineSafe::text(&name), organization]);
        } else {
            body.line(LineSafe::cell(&contact.handle));
        }
    }
    let reply = Reply::done().body(body);
    Ok(if extended { reply.columns("handle,name,organization", Separator::Tab) } else { reply.columns("handle", Separator::Space) })
}
