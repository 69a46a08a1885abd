//! Mails and what became of them: whom to, about what, when, and why not. Their texts and links are for who gets them alone.
//!
//! Reached by `GET /api/v1/mails` and `domesday mail list`.

use crate::Error;
use crate::context::{Cx, Operation};
use model::{Channel, Need, Timestamp};
use store::Tx;
use store::mails::{self, Mail};

/// The states of a mail, as the JSON API and the command line write them.
pub const STATES: &[&str] = &["queued", "captured", "sent", "failed", "bounced"];

/// A page holds so many at most.
const PAGE_MAX: i64 = 500;

/// Asks for a page, the latest first: the account's own mails; staff at work on no account see all.
pub struct List {
    /// One of [`STATES`], or every state.
    pub state: Option<&'static str>,
    /// Only mails of a number below this one.
    pub before: Option<i64>,
    pub limit: i64,
}

/// A mail without what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailLine {
    pub id: i64,
    /// When it was queued, business clock.
    pub at: Timestamp,
    pub to: String,
    pub subject: String,
    pub state: String,
    pub attempts: i64,
    /// Why it was put off, failed or bounced.
    pub reason: String,
    /// When it is tried (again), real clock, if it is queued.
    pub next: Option<Timestamp>,
}

/// A page of mails.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailPage {
    pub rows: Vec<MailLine>,
    /// What to give as `before` for the page after this one.
    pub next: Option<i64>,
}

impl Operation for List {
    type Done = MailPage;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<MailPage, Error> {
        let all = cx.actor.account == 0 && cx.actor.channel == Channel::Staff;
        let limit = self.limit.clamp(1, PAGE_MAX);
        let account = (!all).then_some(cx.actor.account);
        let rows = mails::page(tx, account, self.before.unwrap_or(i64::MAX), self.state.unwrap_or(""), limit)?;
        let next = rows.last().map(|m| m.id).filter(|_| rows.len() as i64 == limit);
        let line = |m: Mail| MailLine {
            id: m.id,
            at: m.at,
            to: m.recipient,
            subject: m.subject,
            next: (m.state == "queued").then_some(m.next_at),
            state: m.state,
            attempts: m.attempts,
            reason: m.last_error,
        };
        Ok(MailPage { rows: rows.into_iter().map(line).collect(), next })
    }
}
