//! `/api/v1/events`: what happened to the account, read on from a place and acknowledged.

use super::super::ask::Ask;
use super::super::reply::{Problem, Reply, text};
use super::super::{Param, Route, Success};
use engine::event::{Acknowledge, Acknowledged, EventView, Info, PageOf, Place};
use http::Method;
use model::Timestamp;
use model::pattern::Pattern;
use serde_json::{Value, json};

const PAGE: i64 = 100;
const PAGE_MAX: i64 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/api/v1/events",
            name: "listEvents",
            about: "Events, oldest first. To miss none, read those that nobody acknowledged and acknowledge each.",
            query: &[
                Param {
                    name: "type",
                    about: "Pattern over kinds of events, such as `domain_renewal.*`; `*` and `?` only.",
                    schema: r#"{"type":"string","maxLength":255}"#,
                },
                Param {
                    name: "open",
                    about: "Only events that nobody acknowledged (`true`), or all (`false`, as if not given).",
                    schema: r#"{"type":"boolean","default":false}"#,
                },
                Param { name: "since", about: "Not before this instant.", schema: r#"{"type":"string","format":"date-time"}"# },
                Param { name: "after", about: "The `next` of the page before; not together with `since`.", schema: r#"{"type":"string"}"# },
                Param {
                    name: "limit",
                    about: "Most events on the page.",
                    schema: r#"{"type":"integer","minimum":1,"maximum":500,"default":100}"#,
                },
            ],
            body: None,
            success: Success { status: 200, about: "A page of events.", schema: Some("EventPage") },
            keyed: false,
            answer: list,
        },
        Route {
            method: Method::GET,
            path: "/api/v1/events/{id}",
            name: "getEvent",
            about: "One event, acknowledged or not.",
            query: &[],
            body: None,
            success: Success { status: 200, about: "The event.", schema: Some("Event") },
            keyed: false,
            answer: info,
        },
        Route {
            method: Method::POST,
            path: "/api/v1/events/{id}/acknowledge",
            name: "acknowledgeEvent",
            about: "Takes an event off the list of open ones. Once more changes nothing.",
            query: &[],
            body: None,
            success: Success { status: 200, about: "It is acknowledged.", schema: Some("Acknowledged") },
            keyed: true,
            answer: acknowledge,
        },
    ]
}

fn shown(event: &EventView) -> Value {
    let mut json = event.json();
    json["acknowledged"] = event.acknowledged.map(Timestamp::rfc3339).into();
    json
}

/// Where to read on: after a page, from an instant, or from the beginning.
pub(super) fn place(after: Option<&str>, since: Option<&str>) -> Result<Place, Problem> {
    match (after, since) {
        (Some(_), Some(_)) => Err(Problem::field("since", "excludes `after`")),
        (Some(word), None) => Place::from_word(word).ok_or_else(|| Problem::field("after", "must be the `next` of another reply")),
        (None, Some(text)) => match Timestamp::parse_rfc3339(text) {
            Some(at) => Ok(Place::before(at)),
            None => Err(Problem::field("since", "must be an instant such as 2031-01-01T00:00:00Z")),
        },
        (None, None) => Ok(Place::beginning()),
    }
}

fn list(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let kind = ask.parameter("type").unwrap_or("");
    let kind = Pattern::parse(kind).ok_or_else(|| Problem::field("type", "must be a pattern such as domain_renewal.*"))?;
    let open_only = match ask.parameter("open") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Problem::field("open", "must be true or false")),
    };
    let limit = ask.number_of("limit", 1..=PAGE_MAX, PAGE)?;
    let after = place(ask.parameter("after"), ask.parameter("since"))?;
    let page = ask.run("events", PageOf { after, kind, open_only, limit })?;
    let events: Vec<Value> = page.rows.iter().map(shown).collect();
    Ok(Reply::json(&json!({ "events": events, "next": page.next.map(Place::word) })))
}

fn info(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let event = ask.run("event", Info { id: ask.number(), acknowledged: true })?;
    Ok(Reply::json(&shown(&event)))
}

fn acknowledge(ask: &Ask<'_>) -> Result<Reply, Problem> {
    ask.once("acknowledge", Acknowledge { id: ask.number() }, |done| {
        (200, text(&json!({ "acknowledged": true, "before": *done == Acknowledged::Before })))
    })
}
