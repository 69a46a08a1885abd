//! `StartSession`: login, password or s_login, s_pw; persistent -> sessionid, expiration date (1.6). A bare `persistent=1` means it too.

use super::{Answer, Command};
use crate::call::Door;
use crate::params::Params;
use crate::reply::{Reply, date};
use crate::session::password_of;
use engine::Error;
use model::{Channel, Currency, Field, FieldProblem, Refusal};

pub const COMMAND: Command = Command { name: "StartSession", answer: Answer::AtTheDoor(answer) };

fn answer(door: &Door<'_>) -> Result<Reply, Error> {
    // Nobody is known yet, so no amount is read in any currency.
    let p = Params::new(door.message.params(), Currency::USD);
    if p.text("NEWPASSWORD").is_some() {
        return Err(Refusal::NotSupported { what: "a new password at the start of a session".to_owned() }.into());
    }
    let credentials = match (p.text("LOGIN"), p.exact("PASSWORD")) {
        (Some(login), Some(password)) => password_of(login, password)?,
        (Some(_), None) => return Err(Refusal::field(FieldProblem::missing(Field::Other("password"))).into()),
        (None, _) => door.credentials()?,
    };
    let mut reply = Reply::ok();
    if door.message.is_persistent() {
        let session = door.engine.login(Channel::Kvapi, &credentials, door.peer)?;
        reply.put("sessionid", session.session_id);
        reply.put("expiration date", date(session.ends));
    } else {
        // BLE only wants to know whether the password is right: nothing is opened that nobody would close.
        door.engine.authenticate(Channel::Kvapi, &credentials, door.peer)?;
    }
    Ok(reply)
}
