//! `ResendNotification`: type ownerchange, domaintransfer or contactverification, object, [recipient] -> the addresses that were written to anew.
//!
//! The links of before are void. A change of owner is named by its domain or contact, and its recipient is losing, gaining or both (cnr-kb D.1;
//! owner is the losing one, admin nobody); a transfer's mails always go to owner and admin. Of a verification the object is the mail address itself, and its older links stay good (D.2). SUB
//! and REASON belong to other types.

use super::{Answer, Command};
use crate::call::Call;
use crate::params::Params;
use crate::reply::Reply;
use engine::verification::{Ask, Whose};
use engine::{Error, owner_change, transfer};
use model::owner_change::Side;
use model::{DomainName, Field, Problem};

pub const COMMAND: Command = Command { name: "ResendNotification", answer: Answer::Inside(answer) };

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    OwnerChange,
    DomainTransfer,
    ContactVerification,
}

const KINDS: &[(&str, Kind)] =
    &[("ownerchange", Kind::OwnerChange), ("domaintransfer", Kind::DomainTransfer), ("contactverification", Kind::ContactVerification)];

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let field = Field::Other("type");
    if p.text("TYPE").is_none() {
        p.problem(field.clone(), Problem::Missing);
    }
    let kind = p.word("TYPE", field, KINDS);
    let object = p.required("OBJECT", OBJECT).map(str::to_owned);
    let sides = sides(&p);
    let name = match (kind, object.as_deref().map(DomainName::parse)) {
        (Some(Kind::DomainTransfer), Some(Ok(name))) => Some(name),
        (Some(Kind::DomainTransfer), Some(Err(_))) => {
            p.problem(OBJECT, Problem::Malformed { expected: "a domain name".to_owned() });
            None
        }
        _ => None,
    };
    let object = p.done(object)?;
    match name {
        Some(name) => transferred(call, name),
        None if kind == Some(Kind::ContactVerification) => asked(call, object),
        None => owner_changed(call, object, sides),
    }
}

/// An address that is verified already is not written to.
fn asked(call: &Call<'_>, email: String) -> Result<Reply, Error> {
    let asked = call.engine.run(&call.actor, Ask { email, whose: Whose::Contacts })?;
    let mut reply = Reply::ok();
    if !asked.verified {
        reply.put("owner", asked.recipient);
    }
    Ok(reply)
}

const OBJECT: Field = Field::Other("object");

/// Who is to be written to; both where nothing is said.
fn sides(p: &Params<'_>) -> Vec<Side> {
    let words: [(&str, &[Side]); 4] =
        [("losing", &[Side::Losing]), ("gaining", &[Side::Gaining]), ("both", &Side::ALL), ("owner", &[Side::Losing])];
    p.word("RECIPIENT", Field::Other("recipient"), &words).unwrap_or(&Side::ALL).to_vec()
}

fn owner_changed(call: &Call<'_>, object: String, sides: Vec<Side>) -> Result<Reply, Error> {
    let change = call.engine.run(&call.actor, owner_change::Resend { object, sides: sides.clone() })?;
    let mut reply = Reply::ok();
    for side in sides.into_iter().filter(|side| change.state.waits_for(*side)) {
        match side {
            Side::Losing => reply.put("owner", change.losing_email.as_str()),
            Side::Gaining => reply.put("gaining", change.gaining_email.as_str()),
        };
    }
    Ok(reply)
}

fn transferred(call: &Call<'_>, name: DomainName) -> Result<Reply, Error> {
    let sent = call.engine.run(&call.actor, transfer::Resend { name })?;
    let mut reply = Reply::ok();
    for (role, address) in [("owner", &sent.owner_email), ("admin", &sent.admin_email)] {
        if !address.is_empty() {
            reply.put(role, address.as_str());
        }
    }
    Ok(reply)
}
