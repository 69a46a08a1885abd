//! `wa-email-validate`: email, which must be an owner's -> a mail goes there; `Result` in header and body (dmapi.md 8.15).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::verification::{Ask, Whose};
use model::{ContactField, Field, Need};

pub const REQUEST: Request =
    Request { name: "wa-email-validate", aliases: &[], door: Door::Session(Need::Modify), takes: &["email"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let email = p.required(EMAIL, p.with(EMAIL, "an e-mail address", |text| Some(text.to_owned())));
    let (email,) = p.done((email,))?;
    call.engine.run(call.actor()?, Ask { email, whose: Whose::Registrants })?;
    Ok(acknowledged())
}

pub(super) const EMAIL: Field = Field::ContactPart(ContactField::Email);

/// m247 compares the whole body, which therefore has no line end.
pub(super) fn acknowledged() -> Reply {
    let mut body = LineWriter::new();
    body.pair("Result", LineSafe::text("ACK"));
    Reply::done().body(body).without_final_line_end()
}
