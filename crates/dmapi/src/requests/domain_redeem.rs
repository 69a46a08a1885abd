//! `domain-redeem`: domain, max-price (dmapi.md 8.6).

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::domain::{PriceLimit, Restore};
use model::Need;

pub const REQUEST: Request =
    Request { name: "domain-redeem", aliases: &[], door: Door::Session(Need::Spend), takes: &["domain", "max-price", "cltrid"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, price_limit, client_id) = (p.domain(), p.price_limit(), p.client_id());
    call.known(&p, &name);
    let (name, price_limit, client_id) = p.done((name, price_limit, client_id))?;

    let restore = Restore { name, price_limit: price_limit.map(PriceLimit::AtMost), client_id };
    let accepted = call.engine.restore(call.actor()?, restore)?;
    call.accepted(&accepted.order)
}
