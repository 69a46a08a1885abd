//! `wa-email-query-status`: email -> one word: verified, unverified, pending or invalid (dmapi.md 8.15).

use super::wa_email_validate::EMAIL;
use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::verification::StateOf;
use model::Need;

pub const REQUEST: Request =
    Request { name: "wa-email-query-status", aliases: &[], door: Door::Session(Need::Read), takes: &["email"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let email = p.required(EMAIL, p.with(EMAIL, "an e-mail address", |text| Some(text.to_owned())));
    let (email,) = p.done((email,))?;
    let state = call.engine.run(call.actor()?, StateOf { email })?;
    let mut body = LineWriter::new();
    body.line(LineSafe::text(state.word()));
    Ok(Reply::done().body(body))
}
