//! `ModifyContact`: contact; the fields of AddContact, delete0.., validation, checkonly, preverify, autodelete -> validated, verified (2.3, D.2).
//! A new name, organization or e-mail of a gTLD owner is a change of owner: triggerfoa, triggerda -> `ownerchange status` (cnr-kb D.1).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::contacts;
use crate::owner_changes;
use crate::reply::{Reply, flag};
use engine::Error;
use engine::contact::{Demands, Info, Modify, ModifyChecked};
use engine::owner_change::Begun;
use model::Field;
use model::owner_change::OwnerChangeState;

pub const COMMAND: Command = Command { name: "ModifyContact", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let handle = p.required("CONTACT", Field::Contact).map(str::to_owned);
    let draft = contacts::changes(&p);
    let check_only = p.flag("CHECKONLY", Field::Other("checkonly")).unwrap_or(false);
    let ask = p.flag("PREVERIFY", Field::Other("preverify")).unwrap_or(false);
    let validated = p.flag("VALIDATION", Field::Other("validation")).unwrap_or(false);
    let auto_delete = p.flag("AUTODELETE", Field::Other("autodelete"));
    p.not_served(&["STATUS", "ADDSTATUS", "DELSTATUS"]);
    let terms = owner_changes::terms(&p);
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let handle = p.done(handle)?;

    let modify = Modify { handle: handle.clone(), draft, check_only, terms, client_id };
    let modified = call.engine.run(&call.actor, ModifyChecked { modify, demands: Demands { validated, auto_delete, ask } })?;
    let mut reply = match &modified.order {
        // Owners take their time (sample 52).
        Some(_) if modified.owner_change.is_some_and(OwnerChangeState::is_waiting) => Reply::ok(),
        Some(order) => call.outcome(order)?,
        // CHECKONLY with PREVERIFY changes nothing and has the mail sent (sample 44).
        None if ask && modified.contact.is_awaited() => Reply::with_detail(Code::Completed, "Verification requested"),
        None => Reply::with_detail(Code::Completed, "Check only"),
    };
    match &modified.order {
        None => owner_changes::would_begin(&mut reply, modified.owner_change),
        Some(order) => {
            let begun = modified.owner_change.map(|state| Begun { order: order.clone(), state, needs_consent: true });
            owner_changes::begun(&mut reply, call, begun.as_ref())?;
        }
    }
    if reply.is_completed() {
        let contact = call.engine.run(&call.actor, Info { handle })?;
        contacts::checked(&mut reply, contact.validated, contact.verified);
        if ask {
            // Told only when asked for (D.2).
            reply.put("verification requested", flag(contact.is_awaited()));
        }
    }
    Ok(reply)
}
