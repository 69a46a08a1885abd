//! `domain-unlock`: domain (dmapi.md 8.7). Lifts the holder's own lock and no other.

use super::{Call, Door, Request, domain_lock};
use crate::reply::Reply;
use engine::Error;
use model::Need;

pub const REQUEST: Request =
    Request { name: "domain-unlock", aliases: &[], door: Door::Session(Need::Modify), takes: &["domain", "cltrid"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    domain_lock::set(call, false)
}
