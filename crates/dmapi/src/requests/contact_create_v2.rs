//! `v2/contact/create`: as contact-create, with the handle in the reply itself (dmapi.md 6.2).

use super::{Call, Door, Request, contact_create};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use model::Need;

pub const REQUEST: Request =
    Request { name: "v2/contact/create", aliases: &[], door: Door::Session(Need::Modify), takes: contact_create::TAKES, answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let created = contact_create::create(call)?;
    let mut body = LineWriter::new();
    body.pair("handle", LineSafe::cell(&created.contact.handle));
    let reply = Reply::done_1000().header("Proc-ID", &created.order.id.to_string());
    Ok(reply.header("Tracking-Id", &created.order.tracking_id).body(body))
}
