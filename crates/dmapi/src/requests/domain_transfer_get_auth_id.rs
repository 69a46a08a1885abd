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
    let (name, client_id) = p.done((name, client_id))?;
    let accepted = call.engine.run(call.actor()?, AuthCode { name, code: None, client_id })?;
    call.accepted(&accepted.order)
}
