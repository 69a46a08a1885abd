//! `AddContact`: firstname, lastname, organization, street0..2, city, state, zip, country, phone, fax, email, new, validation, checkonly,
//! preverify -> contact, roid, validated, verified (2.3, D.2).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::contacts;
use crate::reply::Reply;
use engine::{Error, contact};
use model::{Field, Refusal};

pub const COMMAND: Command = Command { name: "AddContact", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let draft = contacts::draft(&p);
    let new = p.flag("NEW", Field::Other("new")).unwrap_or(false);
    let check_only = p.flag("CHECKONLY", Field::Other("checkonly")).unwrap_or(false);
    let pre_verify = p.flag("PREVERIFY", Field::Other("preverify")).unwrap_or(false);
    // Data is always checked here, and no contact is deleted by itself: both flags are read for their form only.
    p.flag("VALIDATION", Field::Other("validation"));
    p.flag("AUTODELETE", Field::Other("autodelete"));
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    p.done(Some(()))?;

    let mut reply;
    if check_only {
        draft.check().map_err(Refusal::Fields)?;
        reply = Reply::with_detail(Code::Completed, "Check only");
        contacts::checked(&mut reply, true, false);
    } else {
        let made = call.engine.run(&call.actor, contact::Create { draft, zone: None, reuse: !new, client_id })?;
        reply = Reply::ok();
        reply.put("contact", &*made.contact.short_handle);
        reply.put("roid", contacts::roid(&made.contact));
        contacts::checked(&mut reply, made.contact.validated, made.contact.verified);
    }
    if pre_verify {
        // Told only when asked for (D.2). No verification mail is sent.
        reply.put("verification requested", "0");
    }
    Ok(reply)
}
