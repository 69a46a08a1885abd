//! `ns-create`: host, ip, ipv6 (dmapi.md 7). One of the two addresses is enough.

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::host::Create;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "ns-create",
    aliases: &["host-create"],
    door: Door::Session(Need::Modify),
    takes: &["host", "ip", "ipv6", "cltrid"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, v4, v6) = (p.required(Field::Host, p.host()), p.address_v4(), p.address_v6());
    let client_id = p.client_id();
    let Ok(name) = name else { return Err(p.refused().into()) };
    // `-` is no address.
    let addresses = [v4, v6].into_iter().flatten().flatten().flatten().collect();
    call.accepted(&call.run(p, Create { name, addresses, statuses: Vec::new(), client_id: client_id.unwrap_or_default() })?.order)
}
