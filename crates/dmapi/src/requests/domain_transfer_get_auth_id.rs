//! `domain-transfer-get-auth-id`: domain; makes a new code, which stands in the result (dmapi.md 8.10, 4.2).

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::transfer::AuthCode;
use model::Need;

pub const REQUEST: Request =
    Request { name: "domain-transfer-get-auth-id", aliases: &[], door: Door::Session(Need::Modify), takes: &["domain", "cltrid"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, client_id) = (p.domain(), p.client_id());
    let Ok(name) = name else { return Err(p.refused().into()) };
    call.accepted(&call.run(p, AuthCode { name, code: None, client_id: client_id.unwrap_or_default() })?.order)
}
