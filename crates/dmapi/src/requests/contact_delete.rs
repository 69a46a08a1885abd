//! `contact-delete`: handle (dmapi.md 6.4). What a domain uses stays.

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::contact::Delete;
use model::Need;

pub const REQUEST: Request =
    Request { name: "contact-delete", aliases: &[], door: Door::Session(Need::Modify), takes: &["handle", "cltrid"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (handle, client_id) = (p.own_handle(), p.client_id());
    let Ok(handle) = handle else { return Err(p.refused().into()) };
    call.accepted(&call.run(p, Delete { handle, client_id: client_id.unwrap_or_default() })?.order)
}
