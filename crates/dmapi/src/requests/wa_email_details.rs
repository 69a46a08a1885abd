//! `wa-email-details`: key -> the address that it is about and the names that wait (dmapi.md 8.15).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use engine::Error;
use engine::verification::{Answered, Details};
use model::{Field, FieldProblem, Need, Problem, Refusal};

pub const REQUEST: Request = Request { name: "wa-email-details", aliases: &[], door: Door::Session(Need::Read), takes: &["key"], answer };

/// What is asked for by every key that there is.
const STATUS: &str = "verification";

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let key = p.required(KEY, p.with(KEY, "the key of a mail's link", read_key));
    let (key,) = p.done((key,))?;
    let question = match call.engine.run(call.actor()?, Details { key })? {
        Answered::Open(question) => question,
        other => return Err(nothing(&other).into()),
    };
    let mut body = LineWriter::new();
    for waiting in &question.names {
        body.row(Separator::Tab, [LineSafe::text(STATUS), LineSafe::cell(&question.address), LineSafe::cell(&waiting.name)]);
    }
    if question.names.is_empty() {
        // Asked for a contact that holds no name yet.
        body.row(Separator::Tab, [LineSafe::text(STATUS), LineSafe::cell(&question.address), LineSafe::text("-")]);
    }
    Ok(Reply::done().columns("status,email,domain", Separator::Tab).body(body))
}

/// The parameter of both requests that take a key.
pub(super) const KEY: Field = Field::Other("key");

/// Keys are hexadecimal.
pub(super) fn read_key(text: &str) -> Option<String> {
    (text.len() <= 128 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| text.to_ascii_lowercase())
}

/// Why a key is good for nothing. Another account's is as unknown as none.
pub(super) fn nothing(answered: &Answered) -> Refusal {
    match answered {
        Answered::Used { state, .. } => Refusal::StatusForbids { status: format!("key used, address {}", state.word()) },
        Answered::Open(_) | Answered::Taken { .. } | Answered::Unknown => Refusal::field(FieldProblem::new(KEY, Problem::Unknown)),
    }
}
