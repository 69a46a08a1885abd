//! `ModifyContact`: contact; the fields of AddContact, delete0.., validation, checkonly, preverify, autodelete -> validated, verified (2.3).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::contacts;
use crate::reply::Reply;
use engine::Error;
use engine::contact::{Info, Modify};
use model::Field;

pub const COMMAND: Command = Command { name: "ModifyContact", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let handle = p.required("CONTACT", Field::Contact).map(str::to_owned);
    let draft = contacts::changes(&p);
    let check_only = p.flag("CHECKONLY", Field::Other("checkonly")).unwrap_or(false);
    let pre_verify = p.flag("PREVERIFY", Field::Other("preverify")).unwrap_or(false);
    // As with AddContact, both are read for their form only.
    p.flag("VALIDATION", Field::Other("validation"));
    p.flag("AUTODELETE", Field::Other("autodelete"));
    p.not_served(&["STATUS", "ADDSTATUS", "DELSTATUS"]);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let handle = p.done(handle)?;

    let modified = call.engine.run(&call.actor, Modify { handle: handle.clone(), draft, check_only, client_id })?;
    let mut reply = match &modified.order {
        Some(order) => call.outcome(order)?,
        None => Reply::with_detail(Code::Completed, "Check only"),
    };
    if reply.is_completed() {
        let contact = call.engine.run(&call.actor, Info { handle })?;
        contacts::checked(&mut reply, contact.validated, contact.verified);
        if pre_verify {
            // Told only when asked for (D.2). No verification mail is sent.
            reply.put("verification requested", "0");
        }
    }
    Ok(reply)
}
