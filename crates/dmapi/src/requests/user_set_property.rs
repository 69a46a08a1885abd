//! `user-set-property`: pname (`autorenew`), pvalue, ptype, uid; what names do that were not set otherwise (dmapi.md 5.8). Status only.

use super::{Call, Door, Request};
use crate::reply::Reply;
use engine::Error;
use engine::account::SetAutorenews;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "user-set-property",
    aliases: &[],
    door: Door::Session(Need::Modify),
    takes: &["pname", "pvalue", "ptype", "uid"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, kind, account) = (p.account_property(&["autorenew"]), p.account_property_kind(), p.account_number());
    let on = p.required(Field::PropertyValue, p.flag(Field::PropertyValue));
    let (_, _, account, on) = p.done((name, kind, account, on))?;
    call.engine.run(call.actor()?, SetAutorenews { account, on })?;
    Ok(Reply::done())
}
