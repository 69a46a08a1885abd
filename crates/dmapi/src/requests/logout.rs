//! `logout`: ends the session (dmapi.md 3.2). An API key on the request itself has none to end.

use super::{Call, Door, Request};
use crate::reply::{Cookie, Reply};
use engine::Error;
use model::Need;

pub const REQUEST: Request = Request { name: "logout", aliases: &[], door: Door::Session(Need::Nothing), takes: &[], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    if let Some(sid) = call.caller.and_then(|caller| caller.sid.as_deref()) {
        call.engine.logout(sid)?;
    }
    Ok(Reply::ok().cookie(Cookie::Clear))
}
