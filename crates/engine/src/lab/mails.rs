//! Mails: those captured in the sandbox, and the hand-over to whoever delivers.

use crate::{Engine, Error};
use model::Timestamp;
use registry::faults::FaultKind;
use std::time::Duration;
use store::mails;

/// A mail as the lab shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailView {
    pub id: i64,
    pub at: Timestamp,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub links: Vec<String>,
    pub state: String,
}

const SHOWN_MAX: i64 = 1_000;
/// Captured in one transaction.
const CAPTURED_AT_ONCE: i64 = 200;

impl Engine {
    /// Mails, newest first, at most a thousand; all, or those to one address.
    pub fn mails(&self, to: Option<String>) -> Result<Vec<MailView>, Error> {
        let rows = self.inner.store.read(move |tx| Ok::<_, Error>(mails::list(tx, to.as_deref(), SHOWN_MAX)?))?;
        let view = |m: mails::Mail| MailView {
            id: m.id,
            at: m.at,
            to: m.recipient,
            subject: m.subject,
            text: m.text,
            html: m.html,
            links: serde_json::from_str(&m.links).unwrap_or_default(),
            state: m.state,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Waits until mails may have been queued, at most `limit`.
    pub fn await_mail(&self, limit: Duration) {
        let _ = self.inner.bell.mail_rings().recv_timeout(limit);
    }

    /// Mails are handed to a relay from now on: none is captured any more.
    pub fn send_mails_out(&self) {
        let _ = self.inner.mails_go_out.set(());
    }

    /// Captures what is queued (sandbox): it is shown, and goes nowhere. Returns how many.
    pub fn capture_mails(&self) -> Result<usize, Error> {
        if self.inner.mails_go_out.get().is_some() {
            return Ok(0);
        }
        let mut captured = 0;
        loop {
            let queued = self.inner.store.read(|tx| Ok::<_, Error>(mails::queued_ids(tx, CAPTURED_AT_ONCE)?))?;
            let struck = |_: &i64| self.inner.faults.strike("mail.send").is_some_and(|kind| kind != FaultKind::Slow);
            let (left, taken): (Vec<i64>, Vec<i64>) = queued.iter().copied().partition(struck);
            let full = queued.len() as i64 == CAPTURED_AT_ONCE && left.is_empty();
            captured += self.inner.store.write(move |tx| {
                let mut captured = 0;
                for id in &taken {
                    captured += usize::from(mails::capture(tx, *id)?);
                }
                Ok::<_, Error>(captured)
            })?;
            if !full {
                return Ok(captured);
            }
        }
    }

    /// True in the sandbox.
    pub fn is_sandbox(&self) -> bool {
        self.inner.sandbox
    }

    /// A fresh Tracking-Id, for replies that open no order.
    pub fn tracking_id(&self) -> String {
        crate::tracking::tracking_id(self.real_now(), &|b| (self.inner.world.entropy)(b))
    }

    /// A number under which a fault was logged, for the client to name.
    pub fn incident(&self) -> String {
        let mut random = [0_u8; 6];
        (self.inner.world.entropy)(&mut random);
        crate::secret::hex(&random)
    }
}
