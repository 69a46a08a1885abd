//! `/api/v1/webhooks`: receivers of events, how they do, what became of each delivery, and sending once more.

use super::super::ask::Ask;
use super::super::reply::{Problem, Reply, text};
use super::super::{Param, Route, Success};
use super::events::place;
use engine::webhook::{
    Create, Created, Delete, Deliveries, DeliveryFilter, DeliveryView, Info, List, Modify, Replay, Replayed, Rotate, Rotated, WebhookView,
    What,
};
use http::Method;
use model::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

const PAGE: i64 = 100;
const PAGE_MAX: i64 = 500;

const PATH: &str = "/api/v1/webhooks";
const ONE: &str = "/api/v1/webhooks/{id}";

pub(super) fn routes() -> Vec<Route> {
    let plain = |method: Method, path, name, about, body, success, keyed, answer| Route {
        method,
        path,
        name,
        about,
        query: &[],
        body,
        success,
        keyed,
        answer,
    };
    let ok = |about, schema| Success { status: 200, about, schema: Some(schema) };
    vec![
        plain(
            Method::GET,
            PATH,
            "listWebhooks",
            "The account's webhooks, oldest first; there are 20 at most.",
            None,
            ok("All webhooks.", "WebhookList"),
            false,
            list as super::super::Answer,
        ),
        plain(
            Method::POST,
            PATH,
            "createWebhook",
            "Makes a webhook. Its secret is in this reply and in no other.",
            Some("WebhookCreate"),
            Success { status: 201, about: "The webhook, with its secret.", schema: Some("WebhookWithSecret") },
            true,
            create,
        ),
        plain(Method::GET, ONE, "getWebhook", "One webhook and how its receiver does.", None, ok("The webhook.", "Webhook"), false, info),
        plain(
            Method::PATCH,
            ONE,
            "modifyWebhook",
            "Changes what is given. `active: true` also ends a pause of ours.",
            Some("WebhookModify"),
            ok("The webhook as it is now.", "Webhook"),
            false,
            modify,
        ),
        plain(
            Method::DELETE,
            ONE,
            "deleteWebhook",
            "Deletes a webhook with all that was queued for it. The events stay listed.",
            None,
            Success { status: 204, about: "It is gone.", schema: None },
            false,
            delete,
        ),
        plain(
            Method::POST,
            "/api/v1/webhooks/{id}/secret",
            "rotateWebhookSecret",
            "Makes a new secret. The old one signs too for `old_hours`, so that a receiver can change over.",
            Some("SecretRotate"),
            ok("The webhook, with its new secret.", "WebhookWithSecret"),
            true,
            rotate,
        ),
        Route {
            method: Method::GET,
            path: "/api/v1/webhooks/{id}/deliveries",
            name: "listDeliveries",
            about: "What became of deliveries, the highest event number first. Ended ones are kept for 30 days.",
            query: &[
                Param {
                    name: "state",
                    about: "Only deliveries of this state.",
                    schema: r#"{"type":"string","enum":["queued","delivered","failed"]}"#,
                },
                Param { name: "before", about: "The `next` of the page before.", schema: r#"{"type":"string"}"# },
                Param {
                    name: "limit",
                    about: "Most deliveries on the page.",
                    schema: r#"{"type":"integer","minimum":1,"maximum":500,"default":100}"#,
                },
            ],
            body: None,
            success: Success { status: 200, about: "A page of deliveries.", schema: Some("DeliveryPage") },
            keyed: false,
            answer: deliveries,
        },
        plain(
            Method::POST,
            "/api/v1/webhooks/{id}/replay",
            "replayWebhook",
            "Queues one event, or all that the webhook listens for since an instant, once more and under the same numbers.",
            Some("Replay"),
            Success { status: 202, about: "It is queued.", schema: Some("Replayed") },
            true,
            replay,
        ),
    ]
}

fn shown(w: &WebhookView) -> Value {
    let instant = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    json!({
        "id": w.id.to_string(),
        "url": w.url,
        "description": w.description,
        "events": w.events,
        "sub_accounts": w.sub_accounts,
        "state": w.state.word(),
        "created": w.created.rfc3339(),
        "updated": w.updated.rfc3339(),
        "old_secret_until": instant(w.old_secret_until),
        "failures": w.failures,
        "failing_since": instant(w.failing_since),
        "last_delivered": instant(w.last_delivered),
        "last_error": w.last_error,
    })
}

fn with_secret(w: &WebhookView, secret: &str) -> String {
    let mut json = shown(w);
    json["secret"] = secret.into();
    text(&json)
}

fn list(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let all: Vec<Value> = ask.run("webhooks", List)?.iter().map(shown).collect();
    Ok(Reply::json(&json!({ "webhooks": all })))
}

fn info(ask: &Ask<'_>) -> Result<Reply, Problem> {
    Ok(Reply::json(&shown(&ask.run("webhook", Info { id: ask.number() })?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    url: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    sub_accounts: bool,
}

fn create(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let new: NewWebhook = ask.json()?;
    let create = Create { url: new.url, description: new.description, events: new.events, sub_accounts: new.sub_accounts };
    ask.once("webhook", create, |Created { webhook, secret }| (201, with_secret(webhook, secret)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    url: Option<String>,
    description: Option<String>,
    events: Option<Vec<String>>,
    sub_accounts: Option<bool>,
    active: Option<bool>,
}

fn modify(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let Change { url, description, events, sub_accounts, active } = ask.json()?;
    let modify = Modify { id: ask.number(), url, description, events, sub_accounts, active };
    Ok(Reply::json(&shown(&ask.run("webhook", modify)?)))
}

fn delete(ask: &Ask<'_>) -> Result<Reply, Problem> {
    ask.run("webhook", Delete { id: ask.number() })?;
    Ok(Reply::empty())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSecret {
    old_hours: Option<i64>,
}

fn rotate(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let NewSecret { old_hours } = ask.json()?;
    let rotate = Rotate { id: ask.number(), old_hours };
    ask.once("webhook", rotate, |Rotated { webhook, secret }| (200, with_secret(webhook, secret)))
}

fn delivery(d: &DeliveryView) -> Value {
    let status = |status: i64| (status > 0).then_some(status);
    let attempts: Vec<Value> = d
        .log
        .iter()
        .map(|a| {
            json!({
                "at": Timestamp::from_micros(a.at_micros).rfc3339(),
                "status": status(a.status),
                "reason": a.reason,
                "milliseconds": a.millis,
            })
        })
        .collect();
    json!({
        "event": d.event.to_string(),
        "type": d.kind,
        "object": d.object,
        "state": d.state,
        "attempts": d.attempts,
        "next_attempt": d.next.map(Timestamp::rfc3339),
        "ended": d.done.map(Timestamp::rfc3339),
        "status": status(d.status),
        "reason": d.reason,
        "log": attempts,
    })
}

fn deliveries(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let filter = match ask.parameter("state") {
        None => DeliveryFilter::All,
        Some(word) => DeliveryFilter::from_word(word).ok_or_else(|| Problem::field("state", "must be queued, delivered or failed"))?,
    };
    let before = ask.place_of("before")?;
    let limit = ask.number_of("limit", 1..=PAGE_MAX, PAGE)?;
    let page = ask.run("deliveries", Deliveries { webhook: ask.number(), filter, before, limit })?;
    let rows: Vec<Value> = page.rows.iter().map(delivery).collect();
    Ok(Reply::json(&json!({ "deliveries": rows, "next": page.next.map(|n| n.to_string()) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    event: Option<String>,
    since: Option<String>,
    after: Option<String>,
}

fn replay(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let again: Again = ask.json()?;
    let what = match (&again.event, &again.since, &again.after) {
        (Some(event), None, None) => {
            let number = event.parse().ok().filter(|n| *n >= 0);
            What::Event(number.ok_or_else(|| Problem::field("event", "must be the number of an event"))?)
        }
        (None, None, None) => return Err(Problem::field("event", "either `event`, `since` or `after` is required")),
        (Some(_), _, _) => return Err(Problem::field("event", "excludes `since` and `after`")),
        (None, since, after) => What::After(place(after.as_deref(), since.as_deref())?),
    };
    ask.once("replay", Replay { webhook: ask.number(), what }, |Replayed { queued, next }| {
        (202, text(&json!({ "queued": queued, "next": next.map(engine::event::Place::word) })))
    })
}
