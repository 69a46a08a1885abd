//! Webhooks: events sent to a receiver of the account's own, signed, tried again, and told of where they cannot be delivered.

mod create;
mod delete;
mod deliver;
mod deliveries;
mod list;
mod modify;
mod replay;
mod rotate;
mod secret;
mod target;

pub use create::{Create, Created};
pub use delete::Delete;
pub use deliver::{Attempted, Sending};
pub use deliveries::{Deliveries, DeliveryFilter, DeliveryPage, DeliveryView, LoggedAttempt};
pub use list::{Info, List};
pub use modify::Modify;
pub use replay::{Replay, Replayed, What};
pub use rotate::{Rotate, Rotated};
pub use target::{Target, Targets, is_public};

use crate::context::{After, Cx};
use crate::error::broken;
use crate::{Error, event};
use model::pattern::Pattern;
use model::{Field, FieldProblem, Problem, Refusal, Timestamp};
use store::Tx;
use store::journal::Event;
use store::webhooks::{self, Webhook, WebhookHealth};

/// An account has so many webhooks at most.
pub const WEBHOOKS_MAX: usize = 20;
/// A webhook has so many patterns of events at most.
pub const PATTERNS_MAX: usize = 50;
const PATTERN_CHARS_MAX: usize = 100;
const DESCRIPTION_CHARS_MAX: usize = 200;
/// Ended deliveries can be looked at and replayed by number for so long, days of the real clock.
pub(crate) const KEPT_DAYS: i64 = 30;

/// Events about webhooks themselves: they are listed and never sent, so that a failing receiver does not cause more to be sent.
pub(crate) const OWN_CLASS: &str = "WEBHOOK";

/// Whether a webhook works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Active,
    /// By its account: nothing is queued for it.
    Stopped,
    /// By us, since its receiver failed for days: nothing more is queued for it.
    Paused,
}

impl State {
    pub const ALL: [State; 3] = [State::Active, State::Stopped, State::Paused];

    /// The word under which the store and the JSON API know it.
    pub fn word(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Stopped => "stopped",
            State::Paused => "paused",
        }
    }

    fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A webhook as its account sees it: without its secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebhookView {
    pub id: i64,
    pub url: String,
    pub description: String,
    /// Patterns over kinds of events.
    pub events: Vec<String>,
    /// Events of the account's sub-accounts come too.
    pub sub_accounts: bool,
    pub state: State,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Until when the secret before the present one signs too; real clock, as all that follows.
    pub old_secret_until: Option<Timestamp>,
    /// Attempts in a row that failed, and since when.
    pub failures: i64,
    pub failing_since: Option<Timestamp>,
    pub last_delivered: Option<Timestamp>,
    pub last_error: String,
}

fn view((w, health): (Webhook, WebhookHealth)) -> Result<WebhookView, Error> {
    Ok(WebhookView {
        id: w.id,
        events: patterns(&w.events)?,
        state: State::from_word(&w.state).ok_or_else(|| store::Fault::corrupt("a webhook's state"))?,
        url: w.url,
        sub_accounts: w.sub_accounts,
        description: w.description,
        created: w.created_at,
        updated: w.updated_at,
        old_secret_until: w.old_secret_until_at,
        failures: health.failures,
        failing_since: health.failing_since_at,
        last_delivered: health.delivered_at,
        last_error: health.last_error,
    })
}

fn patterns(json: &str) -> Result<Vec<String>, Error> {
    Ok(serde_json::from_str(json).map_err(|e| store::Fault::corrupt(format_args!("a webhook's patterns: {e}")))?)
}

/// The account's webhook of this number.
fn find(tx: &mut Tx<'_>, cx: &Cx<'_>, id: i64) -> Result<(Webhook, WebhookHealth), Error> {
    let found = webhooks::by_id(tx, id)?.filter(|(w, _)| w.account_id == cx.actor.account);
    found.ok_or_else(|| Refusal::WebhookUnknown.into())
}

/// Patterns as they are kept: lower case, each once. None at all means every event.
fn checked_patterns(given: &[String], problems: &mut Vec<FieldProblem>) -> String {
    const FIELD: Field = Field::Other("events");
    let mut kept: Vec<String> = Vec::new();
    if given.len() > PATTERNS_MAX {
        problems.push(FieldProblem::new(FIELD, Problem::OutOfRange { expected: format!("at most {PATTERNS_MAX} patterns") }));
        return String::new();
    }
    for pattern in given {
        let lower = pattern.trim().to_ascii_lowercase();
        let plain = lower.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.*?".contains(&b));
        if lower.is_empty() || lower.len() > PATTERN_CHARS_MAX || !plain {
            problems.push(FieldProblem::malformed(FIELD, "patterns such as domain_renewal.* or *.renewal_failed"));
            return String::new();
        }
        if !kept.contains(&lower) {
            kept.push(lower);
        }
    }
    if kept.is_empty() {
        kept.push("*".to_owned());
    }
    serde_json::to_string(&kept).unwrap_or_default()
}

fn checked_description(given: &str, problems: &mut Vec<FieldProblem>) -> String {
    const FIELD: Field = Field::Other("description");
    match model::text::line(given, DESCRIPTION_CHARS_MAX) {
        Ok(text) => text,
        Err(model::text::TextError::TooLong { max }) => {
            problems.push(FieldProblem::new(FIELD, Problem::TooLong { max }));
            String::new()
        }
        Err(model::text::TextError::Forbidden(_)) => {
            problems.push(FieldProblem::malformed(FIELD, "one line of text"));
            String::new()
        }
    }
}

fn checked_url(cx: &Cx<'_>, given: &str, problems: &mut Vec<FieldProblem>) -> String {
    const FIELD: Field = Field::Other("url");
    let Some(target) = Target::parse(given) else {
        problems.push(FieldProblem::malformed(FIELD, target::EXPECTED));
        return String::new();
    };
    // Staff may know of an address that is reached from where delivery runs; each delivery is judged again in any case.
    let judged = cx.actor.channel != model::Channel::Staff;
    if let Some(reason) = cx.inner.webhook_targets().objection(&target).filter(|_| judged) {
        problems.push(FieldProblem::new(FIELD, Problem::NotAllowed { reason: reason.to_owned() }));
    }
    target.url
}

/// Where the receiver is, without path and query, which may hold secrets.
fn receiver(w: &Webhook) -> String {
    Target::parse(&w.url).map(|t| t.origin()).unwrap_or_default()
}

fn listens(patterns: &[String], kind: &str) -> bool {
    patterns.iter().any(|pattern| Pattern::parse(pattern).is_some_and(|p| p.matches(kind)))
}

/// Queues an event for every webhook of its account, and of the account above that wants it too, that listens; in the event's own transaction.
pub(crate) fn fan_out(tx: &mut Tx<'_>, cx: &Cx<'_>, event: &Event) -> Result<(), Error> {
    if event.class == OWN_CLASS {
        return Ok(());
    }
    let listening = webhooks::listening(tx, event.account_id)?;
    if listening.is_empty() {
        return Ok(());
    }
    let kind = event::kind(&event.class, &event.subclass);
    let mut queued = false;
    for (id, json) in listening {
        if listens(&patterns(&json)?, &kind) {
            webhooks::enqueue(tx, id, event.id, cx.real_now)?;
            queued = true;
        }
    }
    if queued {
        cx.after(After::Webhook);
    }
    Ok(())
}

/// A secret for one webhook, sealed for it alone.
fn seal(cx: &Cx<'_>, id: i64, secret: &str) -> Result<String, Error> {
    let sealed = cx.inner.key.seal(&purpose(id), secret, &|b| cx.random(b));
    sealed.ok_or_else(|| broken("a webhook's secret cannot be sealed"))
}

fn purpose(id: i64) -> String {
    format!("webhook:{id}")
}

impl crate::Inner {
    /// Which receivers may be sent to.
    pub(crate) fn webhook_targets(&self) -> Targets {
        self.webhook_targets.get().copied().unwrap_or(if self.sandbox { Targets::Any } else { Targets::Public })
    }
}

impl crate::Engine {
    /// Says which receivers webhooks may have. Once; without it the sandbox takes any, and everybody else public ones.
    pub fn set_webhook_targets(&self, targets: Targets) {
        let _ = self.inner.webhook_targets.set(targets);
    }

    pub fn webhook_targets(&self) -> Targets {
        self.inner.webhook_targets()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_kept_in_one_form() {
        let mut problems = Vec::new();
        let given = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        assert_eq!(checked_patterns(&given(&[]), &mut problems), r#"["*"]"#);
        assert_eq!(checked_patterns(&given(&["Domain_*", " domain_* ", "*.x"]), &mut problems), r#"["domain_*","*.x"]"#);
        assert!(problems.is_empty());
        for bad in [given(&[""]), given(&["a b"]), given(&["domain\n*"]), given(&["*"; 51]), vec!["x".repeat(101)]] {
            problems.clear();
            checked_patterns(&bad, &mut problems);
            assert_eq!(problems.len(), 1, "{bad:?}");
        }
        let kinds = ["domain_renewal.*".to_owned(), "contact_modification.modification_successful".to_owned()];
        assert!(listens(&kinds, "domain_renewal.renewal_failed") && listens(&kinds, "contact_modification.modification_successful"));
        assert!(!listens(&kinds, "domain_transfer.transfer_failed") && !listens(&[], "domain_renewal.x"));
    }
}
