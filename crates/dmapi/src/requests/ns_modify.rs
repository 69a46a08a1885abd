//! `ns-modify`: host, ip, ipv6 (dmapi.md 7). `-` empties one address; one must remain.

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::host::{HostAddresses, Modify};
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "ns-modify",
    aliases: &["host-modify"],
    door: Door::Session(Need::Modify),
    takes: &["host", "ip", "ipv6", "cltrid"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, v4, v6) = (p.required(Field::Host, p.host()), p.address_v4(), p.address_v6());
    let client_id = p.client_id();
    let (name, v4, v6, client_id) = p.done((name, v4, v6, client_id))?;
    let change = Modify { name, addresses: HostAddresses::OfKind { v4, v6 }, client_id };
    call.accepted(&call.engine.run(call.actor()?, change)?.order)
}
