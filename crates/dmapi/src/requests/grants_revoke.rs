//! `grants-revoke`: domain, role, scope, type (grant or invitation), client-uid (dmapi.md 8.14).

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::words;
use engine::Error;
use engine::grant::{Revoke, RevokeKind};
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "grants-revoke",
    aliases: &[],
    door: Door::Session(Need::Modify),
    takes: &["domain", "role", "scope", "type", "client-uid"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, scope, account) = (p.domain(), p.count(Field::Other("scope")), p.count(Field::Other("client-uid")));
    let role = p.required(Field::Other("role"), p.word(Field::Other("role"), words::GRANT_ROLES));
    let kinds = [("grant", RevokeKind::Grant), ("invitation", RevokeKind::Invitation)];
    let kind = p.required(Field::Other("type"), p.word(Field::Other("type"), &kinds));
    call.known(&p, &name);
    let (name, scope, account, role, kind) = p.done((name, scope, account, role, kind))?;
    call.engine.run(call.actor()?, Revoke { name, kind, role, scope, account })?;
    Ok(Reply::done())
}
