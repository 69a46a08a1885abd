//! `ns-delete`: host (dmapi.md 7). What names use stays, and its request ends with the registry's reason.

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::host::Delete;
use model::{Field, Need};

pub const REQUEST: Request =
    Request { name: "ns-delete", aliases: &["host-delete"], door: Door::Session(Need::Modify), takes: &["host", "cltrid"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, client_id) = (p.required(Field::Host, p.host()), p.client_id());
    let Ok(name) = name else { return Err(p.refused().into()) };
    call.accepted(&call.run(p, Delete { name, force: false, client_id: client_id.unwrap_or_default() })?.order)
}
