//! `grants-invite`: domain, email, role, client-uid, nickname or nick-name (dmapi.md 8.14). With client-uid the account has the role at once.

use super::{Call, Door, Request};
use crate::params::Read;
use crate::reply::Reply;
use crate::wire::{LineSafe, LineWriter};
use crate::words;
use engine::Error;
use engine::grant::Invite;
use model::{Field, Need};

pub const REQUEST: Request = Request {
    name: "grants-invite",
    aliases: &[],
    door: Door::Session(Need::Modify),
    takes: &["domain", "email", "role", "client-uid", "nickname", "nick-name"],
    answer,
};

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.reader()?;
    let text = |name| Ok(p.text(&Field::Other(name)).map(str::to_owned));
    let (name, account, nickname, older) = (p.domain(), p.count(Field::Other("client-uid")), text("nickname"), text("nick-name"));
    let email = p.required(Field::Other("email"), text("email"));
    let role = p.required(Field::Other("role"), p.word(Field::Other("role"), words::GRANT_ROLES));
    let (Ok(name), Ok(role)) = (&name, role) else {
        call.known(&p, &name);
        return Err(p.refused().into());
    };
    let nickname: Read<Option<String>> = nickname.and_then(|newer| Ok(newer.or(older?)));
    call.run(
        p,
        Invite {
            name: name.clone(),
            email: email.unwrap_or_default(),
            role,
            account: account.unwrap_or_default(),
            nickname: nickname.unwrap_or_default(),
        },
    )?;
    let mut body = LineWriter::new();
    // heusala compares the body with this word.
    body.line(LineSafe::ascii("ok"));
    Ok(Reply::done().body(body).without_final_line_end())
}
