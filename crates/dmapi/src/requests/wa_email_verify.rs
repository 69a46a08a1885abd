//! `wa-email-verify`: key, answer yes or no -> the address is proven, or invalid; `Result` in header and body (dmapi.md 8.15).

use super::wa_email_details::{KEY, nothing, read_key};
use super::wa_email_validate::acknowledged;
use super::{Call, Door, Request};
use crate::codes::of_fields;
use crate::reply::Reply;
use engine::Error;
use engine::verification::{Answer, Answered, Details};
use model::{Field, Need};

pub const REQUEST: Request =
    Request { name: "wa-email-verify", aliases: &[], door: Door::Session(Need::Modify), takes: &["key", "answer"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    const ANSWER: Field = Field::Other("answer");
    let p = call.reader()?;
    let key = p.required(KEY, p.with(KEY, "the key of a mail's link", read_key));
    let yes = p.required(ANSWER, p.word(ANSWER, &[("yes", true), ("no", false)]));
    p.and(|| match key.as_ref().map(|key| call.actor().and_then(|actor| call.engine.run(actor, Details { key: key.clone() }))) {
        Ok(Ok(Answered::Open(_) | Answered::Taken { .. })) | Ok(Err(_)) | Err(_) => Vec::new(),
        Ok(Ok(other)) => of_fields(nothing(&other), KEY),
    });
    let (key, yes) = p.done((key, yes))?;
    match call.engine.run(call.actor()?, Answer { key, yes })? {
        Answered::Taken { .. } => Ok(acknowledged()),
        other => Err(nothing(&other).into()),
    }
}
