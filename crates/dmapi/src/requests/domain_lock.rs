//! `domain-lock`: domain (dmapi.md 8.7). What is locked already is acknowledged.

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::domain::Lock;
use model::Need;
use model::lock::LockReason;

pub const REQUEST: Request =
    Request { name: "domain-lock", aliases: &[], door: Door::Session(Need::Modify), takes: &["domain", "cltrid"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    set(call, true)
}

/// Sets or lifts the holder's lock: shared with `domain-unlock`.
pub(super) fn set(call: &Call<'_>, locked: bool) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, client_id) = (p.domain(), p.client_id());
    let Ok(name) = name else { return Err(p.refused().into()) };
    let lock = Lock { name, reason: LockReason::User, locked, client_id: client_id.unwrap_or_default() };
    call.accepted(&call.run(p, lock)?.order)
}
