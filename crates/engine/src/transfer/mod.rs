//! Transfers: asked for, consented to, followed at the registry, answered and ended; in, out and between accounts.

mod answer;
mod auth_code;
mod between;
mod cancel;
mod consent;
mod events;
mod give;
mod list;
mod out;
pub(crate) mod people;
mod request;
mod resend;
mod settled;
mod staff_consent;
mod timer;

pub use answer::Answer;
pub use auth_code::{AuthCode, ClearAuthCode};
pub use between::Offer;
pub use cancel::Cancel;
pub use consent::{Answered, Consent, ConsentView};
pub use give::Give;
pub use list::{Following, Requested, Requests, Show, TransferView, Which};
pub use request::{Asked, CheckTransfer, JudgeTransfer, TransferIn, Transferable, UnsettableContacts};
pub use resend::Resend;
pub use staff_consent::StaffConsent;

pub(crate) use auth_code::{CodeChange, reveal, settle as code_settled, will_end as code_will_end};
pub(crate) use between::givable;
pub(crate) use give::give;
pub(crate) use out::{Answering, answer_failed, is_open as is_leaving, look_again, noticed, overtaken, pushed, went};
pub(crate) use request::Incoming;
pub(crate) use settled::{Arrival, NoteArrived, Waiting, abandoned, answered, arrived, ended, pending};

use crate::context::Cx;
use crate::error::broken;
use crate::{Error, audit};
use model::Timestamp;
use model::transfer::{Party, TransferEvent};
use store::Tx;
use store::transfers::{self, Transfer};

/// The kind of job that looks at a transfer when an instant of its own has come.
pub(crate) const TIMER: &str = "transfer-timer";
/// The kind of job that voids an authorization code.
pub(crate) const CODE_EXPIRY: &str = "auth-code-expiry";

/// Whoever is asked has so long to answer (dmapi.md 8.13; ICANN Transfer Policy; CentralNic's internal transfers).
pub(crate) const ANSWER_DAYS: i64 = 5;
/// What was asked of us is done within an hour of the name's arrival, or staff are told (dmapi.md 8.13).
pub(crate) const COMPLETION_SECONDS: i64 = 3_600;

pub(crate) fn timer_name(transfer_id: i64) -> String {
    format!("transfer:{transfer_id}")
}

/// Sets the instant at which a transfer is looked at next.
pub(crate) fn set_timer(tx: &mut Tx<'_>, cx: &Cx<'_>, transfer_id: i64, at: Timestamp) -> Result<(), Error> {
    let name = timer_name(transfer_id);
    if !store::jobs::set_due(tx, &name, at)? {
        let job = store::jobs::Job { id: cx.id(), kind: TIMER.to_owned(), name, subject: transfer_id, run_at: at, epoch: 1, attempts: 0 };
        store::jobs::insert_free(tx, &job)?;
    }
    Ok(())
}

/// Adds a line to what is told of a transfer (`transferlog`). The oldest go when there are very many.
pub(crate) fn note(t: &mut Transfer, at: Timestamp, line: &str) -> Result<(), Error> {
    const LINES_MAX: usize = 100;
    let mut lines: Vec<String> = crate::domain::parsed("a transfer's log", &t.log)?;
    lines.push(format!("{} {line}", at.rfc3339()));
    let first = lines.len().saturating_sub(LINES_MAX);
    t.log = crate::domain::json(&lines[first..].to_vec())?;
    Ok(())
}

/// Moves a transfer by an event, if the event can happen where it stands; says whether it did.
pub(crate) fn step(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    t: &mut Transfer,
    event: TransferEvent,
    by: Option<Party>,
    line: &str,
) -> Result<bool, Error> {
    let from = t.state;
    let Some(next) = from.next(event) else { return Ok(false) };
    t.state = next;
    if !next.is_open() {
        t.ended_by = by;
        t.ended_at = Some(cx.now);
    }
    if !line.is_empty() {
        note(t, cx.now, line)?;
    }
    if !transfers::update(tx, t, from)? {
        return Err(broken(format!("the transfer of {} moved on while it was looked at", t.name)));
    }
    if next != from {
        let detail = format!("{} ({} to {}): {line}", t.direction.word(), from.word(), next.word());
        audit::append(tx, cx, audit::Change { verb: "transfer-step", object: &t.name, order_id: None, detail: &detail })?;
    }
    if !next.is_open() {
        store::jobs::drop_named(tx, &timer_name(t.id))?;
        consent::void(tx, cx, t.id)?;
    }
    Ok(true)
}

/// As [`step`], where the event is known to be possible.
pub(crate) fn must_step(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    t: &mut Transfer,
    event: TransferEvent,
    by: Option<Party>,
    line: &str,
) -> Result<(), Error> {
    let from = t.state;
    if step(tx, cx, t, event, by, line)? {
        Ok(())
    } else {
        Err(broken(format!("the transfer of {} is {} and cannot take {event:?}", t.name, from.word())))
    }
}
