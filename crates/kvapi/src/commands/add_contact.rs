//! `AddContact`: firstname, lastname, organization, street0..2, city, state, zip, country, phone, fax, email, new, validation, checkonly,
//! preverify, autodelete -> contact, roid, validated, verified (2.3, D.2).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::contacts;
use crate::reply::{Reply, flag};
use engine::Error;
use engine::contact::{Create, CreateChecked, Demands, Judge};
use model::Field;

pub const COMMAND: Command = Command { name: "AddContact", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let draft = contacts::draft(&p);
    let new = p.flag("NEW", Field::Other("new")).unwrap_or(false);
    let check_only = p.flag("CHECKONLY", Field::Other("checkonly")).unwrap_or(false);
    let ask = p.flag("PREVERIFY", Field::Other("preverify")).unwrap_or(false);
    let validated = p.flag("VALIDATION", Field::Other("validation")).unwrap_or(false);
    let auto_delete = p.flag("AUTODELETE", Field::Other("autodelete"));
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    p.done(Some(()))?;

    if check_only {
        let judged = call.engine.run(&call.actor, Judge { draft, validated })?;
        let mut reply = Reply::with_detail(Code::Completed, "Check only");
        contacts::checked(&mut reply, judged.validated, judged.verified);
        if ask {
            // Told only when asked for; there is no contact to write to yet (D.2).
            reply.put("verification requested", "0");
        }
        return Ok(reply);
    }
    let create = Create { draft, zone: None, reuse: !new, client_id };
    let demands = Demands { validated, auto_delete, ask };
    let made = call.engine.run(&call.actor, CreateChecked { create, demands })?.contact;
    let mut reply = Reply::ok();
    reply.put("contact", &*made.short_handle);
    reply.put("roid", contacts::roid(&made));
    contacts::checked(&mut reply, made.validated, made.verified);
    if ask {
        reply.put("verification requested", flag(made.is_awaited()));
    }
    Ok(reply)
}
