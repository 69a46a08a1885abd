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
    let (handle, client_id) = p.done((handle, client_id))?;
    call.accepted(&call.engine.run(call.actor()?, Delete { handle, client_id })?.order)
}
