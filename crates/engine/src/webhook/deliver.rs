//! Deliveries in hand: claimed and signed for one attempt each, and what came of it.

use super::deliveries::LoggedAttempt;
use super::{OWN_CLASS, State, Target, purpose, receiver, secret};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::event::{self, EventView};
use crate::events::{self, Happened};
use crate::mail::{self, Recipient, Template, one_line};
use crate::{Engine, Error, audit};
use model::{Currency, Need, Timestamp};
use store::webhooks::{self, Webhook, WebhookHealth};
use store::{Tx, accounts};

/// An attempt may take so long, seconds of the real clock; then another may be made.
const LEASE_SECONDS: i64 = 90;
/// When to try again after so many attempts, seconds; the last for all that follow.
const WAITS: [i64; 8] = [10, 60, 300, 900, 3_600, 7_200, 14_400, 28_800];
/// Counted from a delivery's first attempt, after so long the attempt that fails is the last one.
const GIVE_UP_SECONDS: i64 = 3 * 86_400;
/// A receiver that failed so often in a row is tried at growing intervals, whatever waits for it.
const HOLD_AFTER: i64 = 3;
const HOLD_SECONDS: i64 = 10;
const HOLD_SECONDS_MAX: i64 = 3_600;
/// A receiver that failed so often in a row, over so long, is sent to no more.
const PAUSE_AFTER: i64 = 20;
const PAUSE_SECONDS: i64 = 3 * 86_400;
/// So much is sent to one receiver at once, if it is well; to one that is not, one thing.
const AT_ONCE: i64 = 2;
const LOG_MAX: usize = 20;
const REASON_CHARS_MAX: usize = 300;
/// RFC 9110: the receiver is gone and wants no more.
const GONE: u16 = 410;

/// A delivery in hand for one attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sending {
    pub webhook: i64,
    pub event: i64,
    /// Marks the claim: what becomes of it counts only as long as it is the last one.
    pub attempt: i64,
    pub target: Target,
    /// `webhook-id`: the same at every attempt and replay.
    pub number: String,
    /// `webhook-timestamp`: seconds of the real clock.
    pub timestamp: i64,
    /// `webhook-signature`: one by each secret in force.
    pub signature: String,
    pub body: String,
}

/// How an attempt went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempted {
    /// The receiver took it.
    pub taken: bool,
    /// The answer's status, if one came.
    pub status: Option<u16>,
    /// Why not, for people.
    pub reason: String,
    pub millis: i64,
}

/// The wait after so many tries, seconds.
fn wait_seconds(tries: i64) -> i64 {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(0);
    WAITS[place.min(WAITS.len() - 1)]
}

/// How long a receiver is left alone after so many failures in a row, seconds.
fn hold_seconds(failures: i64) -> i64 {
    if failures < HOLD_AFTER {
        return 0;
    }
    let doublings = u32::try_from((failures - HOLD_AFTER).min(20)).unwrap_or(20);
    (HOLD_SECONDS << doublings).min(HOLD_SECONDS_MAX)
}

impl Engine {
    /// Webhooks that something may be sent to now, at most `limit`.
    pub fn due_webhooks(&self, limit: i64) -> Result<Vec<i64>, Error> {
        let real_now = self.real_now();
        self.inner.store.read(move |tx| Ok::<_, Error>(webhooks::due(tx, real_now, limit)?))
    }

    /// Claims deliveries of a webhook for one attempt each, as many as may be under way; `in_hand` are the caller's own that still are.
    pub fn claim_deliveries(&self, webhook: i64, in_hand: i64) -> Result<Vec<Sending>, Error> {
        self.run_inside(&Actor::system(0, Currency::USD), Claim { webhook, in_hand })
    }

    /// Writes down how an attempt went, and all that follows from it.
    pub fn delivery_attempted(&self, sending: &Sending, attempted: Attempted) -> Result<(), Error> {
        let settle = Settle { webhook: sending.webhook, event: sending.event, attempt: sending.attempt, attempted };
        self.run_inside(&Actor::system(0, Currency::USD), settle)
    }

    /// Waits until something may have been queued for webhooks, at most `limit`.
    pub fn await_webhooks(&self, limit: std::time::Duration) {
        let _ = self.inner.bell.webhook_rings().recv_timeout(limit);
    }

    /// Has whoever delivers look again.
    pub fn ring_webhooks(&self) {
        self.inner.bell.webhook();
    }
}

struct Claim {
    webhook: i64,
    in_hand: i64,
}

impl Operation for Claim {
    type Done = Vec<Sending>;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<Sending>, Error> {
        let Some((webhook, health)) = webhooks::by_id(tx, self.webhook)? else { return Ok(Vec::new()) };
        let room = if health.failures > 0 { 1 } else { AT_ONCE }.min(AT_ONCE) - self.in_hand;
        if room <= 0 || webhook.state != State::Active.word() || health.hold_until_at > cx.real_now {
            return Ok(Vec::new());
        }
        let until = cx.real_now.plus_seconds(LEASE_SECONDS);
        let claimed = webhooks::claim(tx, webhook.id, cx.real_now, until, room)?;
        claimed.into_iter().map(|event| sending(tx, cx, &webhook, event)).collect()
    }
}

fn sending(tx: &mut Tx<'_>, cx: &Cx<'_>, webhook: &Webhook, event: i64) -> Result<Sending, Error> {
    let (delivery, told) = webhooks::delivery(tx, webhook.id, event)?.ok_or_else(|| broken("a claimed delivery is gone"))?;
    let body = body(&event::with_order(tx, told.event.account_id, event)?)?;
    let (number, timestamp) = (event.to_string(), cx.real_now.seconds());
    let open = |sealed: &str| {
        let secret = cx.inner.key.open(&purpose(webhook.id), sealed);
        let secret = secret.ok_or_else(|| broken(format!("the secret of webhook {} cannot be opened with this key", webhook.id)))?;
        secret::signature(&secret, &number, timestamp, &body).ok_or_else(|| broken("a webhook's secret has no known form"))
    };
    let mut signature = open(&webhook.secret)?;
    if webhook.old_secret_until_at.is_some_and(|until| cx.real_now < until) {
        signature = format!("{signature} {}", open(&webhook.old_secret)?);
    }
    let target = Target::parse(&webhook.url).ok_or_else(|| broken("a webhook's address cannot be read"))?;
    Ok(Sending { webhook: webhook.id, event, attempt: delivery.attempts, target, number, timestamp, signature, body })
}

/// The same octets at every attempt: nothing stands in it that changes.
fn body(event: &EventView) -> Result<String, Error> {
    let json = serde_json::json!({
        "type": event.kind(),
        "timestamp": event.at.rfc3339(),
        "data": event.json(),
    });
    serde_json::to_string(&json).map_err(|e| broken(e.to_string()))
}

struct Settle {
    webhook: i64,
    event: i64,
    attempt: i64,
    attempted: Attempted,
}

impl Operation for Settle {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let Some((mut delivery, told)) = webhooks::delivery(tx, self.webhook, self.event)? else { return Ok(()) };
        if delivery.attempts != self.attempt || delivery.state != "queued" {
            return Ok(());
        }
        let Some((webhook, health)) = webhooks::by_id(tx, self.webhook)? else { return Ok(()) };
        let a = &self.attempted;
        let status = a.status.map_or(0, i64::from);
        let reason = if a.taken { String::new() } else { one_line(&a.reason, REASON_CHARS_MAX) };
        let mut log: Vec<LoggedAttempt> =
            serde_json::from_str(&delivery.log).map_err(|e| store::Fault::corrupt(format_args!("a delivery's log: {e}")))?;
        log.push(LoggedAttempt { at_micros: cx.real_now.micros(), status, reason: reason.clone(), millis: a.millis });
        let drop = log.len().saturating_sub(LOG_MAX);
        delivery.log = serde_json::to_string(&log[drop..]).map_err(|e| broken(e.to_string()))?;
        (delivery.status, delivery.reason) = (status, reason.clone());
        // A delivery that was queued anew while it was under way has no first attempt of this round; the one that ends now is it.
        let deadline = delivery.first_at.unwrap_or(cx.real_now).plus_seconds(GIVE_UP_SECONDS);
        let over = !a.taken && cx.real_now >= deadline;
        if a.taken || over {
            delivery.state = if a.taken { "delivered" } else { "failed" }.to_owned();
            delivery.done_at = Some(cx.real_now);
        } else {
            let again = cx.real_now.plus_seconds(wait_seconds(delivery.tries));
            delivery.next_at = if again > deadline { deadline } else { again };
        }
        if !webhooks::settle(tx, &delivery)? {
            return Ok(());
        }
        if a.taken {
            return Ok(webhooks::well(tx, webhook.id, cx.real_now)?);
        }
        if over {
            let kind = event::kind(&told.event.class, &told.event.subclass);
            let number = self.event.to_string();
            let data = [("event", number.as_str()), ("type", &kind), ("receiver", &receiver(&webhook)), ("reason", &reason)];
            tell(tx, cx, &webhook, "DELIVERY_FAILED", &data)?;
        }
        failed(tx, cx, webhook, health, &reason, a.status == Some(GONE))
    }
}

/// One more failure in a row; after too many of them, for too long, or where the receiver says that it is gone, the webhook is paused.
fn failed(tx: &mut Tx<'_>, cx: &Cx<'_>, mut webhook: Webhook, health: WebhookHealth, reason: &str, gone: bool) -> Result<(), Error> {
    let failures = health.failures.saturating_add(1);
    let since: Timestamp = health.failing_since_at.unwrap_or(cx.real_now);
    let health = WebhookHealth {
        failures,
        failing_since_at: Some(since),
        hold_until_at: cx.real_now.plus_seconds(hold_seconds(failures)),
        last_error: reason.to_owned(),
        ..health
    };
    webhooks::ill(tx, webhook.id, &health)?;
    let hopeless = failures >= PAUSE_AFTER && cx.real_now.seconds_since(since) >= PAUSE_SECONDS;
    if !(gone || hopeless) || webhook.state != State::Active.word() {
        return Ok(());
    }
    webhook.state = State::Paused.word().to_owned();
    webhook.updated_at = cx.now;
    webhooks::update(tx, &webhook)?;
    let receiver = receiver(&webhook);
    let detail = format!("{receiver}: {failures} failures in a row, the last: {reason}");
    audit::append(tx, cx, audit::Change { verb: "webhook-pause", object: &webhook.id.to_string(), order_id: None, detail: &detail })?;
    let (count, begun) = (failures.to_string(), since.rfc3339());
    let data = [("receiver", receiver.as_str()), ("failures", &count), ("since", &begun), ("reason", reason)];
    tell(tx, cx, &webhook, "PAUSED", &data)?;
    let account = accounts::by_id(tx, webhook.account_id)?.ok_or_else(|| broken("a webhook's account is missing"))?;
    let template = Template::WebhookPaused { webhook: webhook.id, receiver: &receiver, since, failures, reason };
    mail::queue_template(tx, cx, template, &Recipient::account(&account))
}

fn tell(tx: &mut Tx<'_>, cx: &Cx<'_>, webhook: &Webhook, subclass: &str, data: &[(&str, &str)]) -> Result<(), Error> {
    let object = webhook.id.to_string();
    let happened = Happened { account_id: webhook.account_id, class: OWN_CLASS, subclass, object: &object, order_id: None, data };
    events::append(tx, cx, happened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_for_three_days() {
        assert_eq!([0, 1, 2, 8, 9, 1_000].map(wait_seconds), [10, 10, 60, 28_800, 28_800, 28_800]);
        let (mut at, mut tries) = (0, 0);
        while at < GIVE_UP_SECONDS {
            tries += 1;
            at = (at + wait_seconds(tries)).min(GIVE_UP_SECONDS);
        }
        assert!((12..=LOG_MAX as i64).contains(&(tries + 1)), "{tries}: the log holds all of them");
    }

    #[test]
    fn a_failing_receiver_is_left_alone_for_longer_and_longer() {
        assert_eq!([0, 1, 2, 3, 4, 11, 12, i64::MAX].map(hold_seconds), [0, 0, 0, 10, 20, 2_560, 3_600, 3_600]);
    }
}
