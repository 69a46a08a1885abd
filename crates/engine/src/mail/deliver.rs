//! Handing queued mails to whoever delivers them, and what became of each.

use super::one_line;
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::events::{self, Happened};
use crate::{Engine, Error, audit};
use model::{Currency, Need, Timestamp};
use store::Tx;
use store::mails::{self, Mail};

/// A mail in hand for one attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outgoing {
    pub id: i64,
    /// Which attempt this is, counted from 1. What becomes of it counts only as long as it is the last one.
    pub attempt: i64,
    pub account_id: Option<i64>,
    /// When it was queued, business clock.
    pub at: Timestamp,
    pub to: String,
    pub subject: String,
    pub text: String,
    /// Empty for a mail of plain text.
    pub html: String,
    /// The same at each attempt: the part of the Message-ID before the `@`.
    pub message_number: String,
}

/// An attempt may take so long, seconds of the real clock; then another may be made.
const LEASE_SECONDS: i64 = 15 * 60;
/// After so many attempts that a relay put off, over two days and more, a mail has failed.
const ATTEMPTS_MAX: i64 = 56;
/// A relay that comes back gets what waited for it after so long at most.
const AWAY_SECONDS_MAX: i64 = 300;
pub(super) const REASON_MAX: usize = 500;

/// When to try again after so many attempts, in seconds: one minute at first, then doubling up to one hour.
fn wait_seconds(attempt: i64) -> i64 {
    let doublings = u32::try_from(attempt.clamp(1, 7) - 1).unwrap_or(6);
    (60_i64 << doublings).min(3_600)
}

impl Engine {
    /// Claims mails that are due for sending, at most `limit`.
    pub fn claim_mails(&self, limit: i64) -> Result<Vec<Outgoing>, Error> {
        let real_now = self.real_now();
        let due = self.inner.store.read(move |tx| Ok::<_, Error>(mails::due(tx, real_now, limit)?))?;
        let mut claimed = Vec::new();
        for mail in due {
            let (id, attempts, until) = (mail.id, mail.attempts, real_now.plus_seconds(LEASE_SECONDS));
            if self.inner.store.write(move |tx| Ok::<_, Error>(mails::claim(tx, id, attempts, until)?))? {
                claimed.push(outgoing(mail));
            }
        }
        Ok(claimed)
    }

    /// The relay has taken it.
    pub fn mail_sent(&self, mail: &Outgoing) -> Result<(), Error> {
        let (id, attempt) = (mail.id, mail.attempt);
        self.inner.store.write(move |tx| Ok::<_, Error>(mails::end(tx, id, attempt, "sent", "")?))?;
        Ok(())
    }

    /// Puts it off. `refused` says that the relay itself did so: after many such attempts the mail fails. A relay that cannot be reached says
    /// nothing about a mail, which then waits as long as it takes.
    pub fn mail_put_off(&self, mail: &Outgoing, why: &str, refused: bool) -> Result<(), Error> {
        if refused && mail.attempt >= ATTEMPTS_MAX {
            return self.mail_failed(mail, why);
        }
        let (id, attempt, why) = (mail.id, mail.attempt, one_line(why, REASON_MAX));
        let wait = if refused { wait_seconds(attempt) } else { wait_seconds(attempt).min(AWAY_SECONDS_MAX) };
        let again = self.real_now().plus_seconds(wait);
        self.inner.store.write(move |tx| Ok::<_, Error>(mails::again(tx, id, attempt, again, &why)?))?;
        Ok(())
    }

    /// It cannot be sent, or was put off for too long: the account is told by event, and nothing else is stopped by it.
    pub fn mail_failed(&self, mail: &Outgoing, why: &str) -> Result<(), Error> {
        self.mail_over(mail, why, "failed")
    }

    /// The receiving side refused it for good.
    pub fn mail_bounced(&self, mail: &Outgoing, why: &str) -> Result<(), Error> {
        self.mail_over(mail, why, "bounced")
    }

    fn mail_over(&self, mail: &Outgoing, why: &str, state: &'static str) -> Result<(), Error> {
        let failed = Failed { mail: mail.clone(), why: one_line(why, REASON_MAX), state };
        self.run_inside(&Actor::system(mail.account_id.unwrap_or(0), Currency::USD), failed)
    }
}

/// The part of a mail's Message-ID before the `@`, which is also in its return address: known to us and to who got the mail.
pub(super) fn number_of(mail: &Mail) -> String {
    format!("{}.{}", mail.id, mail.at.micros())
}

fn outgoing(mail: Mail) -> Outgoing {
    Outgoing {
        id: mail.id,
        attempt: mail.attempts + 1,
        account_id: mail.account_id,
        at: mail.at,
        message_number: number_of(&mail),
        to: mail.recipient,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
    }
}

struct Failed {
    mail: Outgoing,
    why: String,
    state: &'static str,
}

impl Operation for Failed {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let mail = &self.mail;
        if !mails::end(tx, mail.id, mail.attempt, self.state, &self.why)? {
            return Ok(());
        }
        undelivered(tx, cx, mail.account_id, &mail.to, &mail.subject, &self.why)
    }
}

/// Tells the account of a mail that did not arrive.
pub(super) fn undelivered(tx: &mut Tx<'_>, cx: &Cx<'_>, account: Option<i64>, to: &str, subject: &str, why: &str) -> Result<(), Error> {
    audit::append(tx, cx, audit::Change { verb: "mail-fail", object: to, order_id: None, detail: why })?;
    let Some(account_id) = account else { return Ok(()) };
    let data = [("recipient", to), ("subject", subject), ("reason", why)];
    let told = Happened { account_id, class: "MAIL_DELIVERY", subclass: "DELIVERY_FAILED", object: to, order_id: None, data: &data };
    events::append(tx, cx, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<i64> = [0, 1, 2, 6, 7, 8, 1_000].map(wait_seconds).to_vec();
        assert_eq!(waits, [60, 60, 120, 1_920, 3_600, 3_600, 3_600]);
        let all: i64 = (1..=ATTEMPTS_MAX).map(wait_seconds).sum();
        assert!(all > 2 * 86_400, "{all}");
    }
}
