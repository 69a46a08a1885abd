//! `grants-list`: domain, showkey (dmapi.md 8.14). Invitations first, then grants; each kind is numbered from 0.

use super::{Call, Door, Request};
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter, Separator};
use crate::words;
use engine::Error;
use engine::grant::List;
use model::{Field, Need};

pub const REQUEST: Request =
    Request { name: "grants-list", aliases: &[], door: Door::Session(Need::Read), takes: &["domain", "showkey"], answer };

/// A cell without a value.
const NONE: &str = "-";

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let (name, key) = (p.domain(), p.count(Field::Other("showkey")));
    call.known(&p, &name);
    let (name, key) = p.done((name, key))?;
    let with_key = key.is_some_and(|key| key != 0);
    let domain = name.as_str().to_owned();
    let sharing = call.engine.run(call.actor()?, List { name })?;
    let mut body = LineWriter::new();
    let mut row = |kind: &str, number: usize, scope: i64, key: &str, role, people: [&str; 5]| {
        let (number, scope) = (number.to_string(), scope.to_string());
        let mut cells = vec![kind, &number, &scope];
        if with_key {
            cells.push(key);
        }
        cells.extend(["domain", &domain, words::grant_role(role)]);
        cells.extend(people);
        body.row(Separator::Space, cells.iter().map(|cell| LineSafe::cell(cell)));
    };
    for (number, i) in sharing.invitations.iter().enumerate() {
        row("invitation", number, i.id, i.key.as_deref().unwrap_or(NONE), i.role, [NONE, NONE, NONE, &i.email, &i.nickname]);
    }
    for (number, g) in sharing.grants.iter().enumerate() {
        let uid = g.account.to_string();
        row("grant", number, g.id, NONE, g.role, [&g.inviter, &g.login, &uid, &g.email, &g.nickname]);
    }
    let key = if with_key { "key," } else { "" };
    let columns =
        format!("type,number,scope,{key}object_type,object_name,role,inviter_login,invited_login,invited_uid,invitee_email,nickname");
    Ok(Reply::done().columns(&columns, Separator::Space).body(body))
}
