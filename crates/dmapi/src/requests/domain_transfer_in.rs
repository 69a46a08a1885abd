//! `domain-transfer-in`: the older form, as `domain-transfer-in-reseller` with the owner optional (dmapi.md 8.12).

use super::domain_transfer_in_reseller::{TAKES, transfer};
use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use model::Need;

pub const REQUEST: Request =
    Request { name: "domain-transfer-in", aliases: &["domain-transfer"], door: Door::Session(Need::Spend), takes: TAKES, answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    transfer(call, false)
}
