//! `/sandbox/mail`: the mails that were captured, newest first.

use crate::reply::{Problem, Reply};
use crate::request::Ask;
use engine::Error;
use engine::lab::MailView;
use serde::Serialize;

#[derive(Serialize)]
struct View {
    id: i64,
    at: String,
    to: String,
    subject: String,
    text: String,
    html: String,
    links: Vec<String>,
}

/// What is queued is captured in bundles; more of them at once than this wait for the next look.
const BUNDLES_MAX: usize = 100;

pub(crate) fn list(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let to = ask.only_parameter("to")?.filter(|to| !to.is_empty()).map(str::to_owned);
    let failed = |error: Error| Problem::of_engine(ask.engine, "mail", error);
    // Whoever asks right after an order sees its mail: nobody needs to wait for the delivery's next round.
    for _ in 0..BUNDLES_MAX {
        if ask.engine.capture_mails().map_err(failed)? == 0 {
            break;
        }
    }
    let mails = ask.engine.mails(to).map_err(failed)?;
    let view =
        |m: MailView| View { id: m.id, at: m.at.rfc3339(), to: m.to, subject: m.subject, text: m.text, html: m.html, links: m.links };
    let captured: Vec<View> = mails.into_iter().filter(|m| m.state == "captured").map(view).collect();
    Reply::json(&captured)
}
