//! `v2/query-price-list`: the same rows, outside `/request/` (dmapi.md 5.6).

use super::{Door, Request, query_price_list};
use model::Need;

pub const REQUEST: Request =
    Request { name: "v2/query-price-list", aliases: &[], door: Door::Cookie(Need::Read), takes: &[], answer: query_price_list::answer };
