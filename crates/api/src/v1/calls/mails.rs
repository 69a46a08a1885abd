//! `/api/v1/mails`: what became of the mails about the account. What they say, and their links, are for who gets them alone.

use super::super::ask::Ask;
use super::super::reply::{Problem, Reply};
use super::super::{Param, Route, Success};
use engine::mail::{List, MailLine, STATES};
use http::Method;
use model::Timestamp;
use serde_json::{Value, json};

const PAGE: i64 = 100;
const PAGE_MAX: i64 = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/api/v1/mails",
        name: "listMails",
        about: "Mails about the account and to its owners, the latest first, with what became of each.",
        query: &[
            Param {
                name: "state",
                about: "Only mails of this state.",
                schema: r#"{"type":"string","enum":["queued","captured","sent","failed","bounced"]}"#,
            },
            Param { name: "before", about: "The `next` of the page before.", schema: r#"{"type":"string"}"# },
            Param {
                name: "limit",
                about: "Most mails on the page.",
                schema: r#"{"type":"integer","minimum":1,"maximum":500,"default":100}"#,
            },
        ],
        body: None,
        success: Success { status: 200, about: "A page of mails.", schema: Some("MailPage") },
        keyed: false,
        answer: list,
    }]
}

fn shown(m: &MailLine) -> Value {
    json!({
        "id": m.id.to_string(),
        "at": m.at.rfc3339(),
        "to": m.to,
        "subject": m.subject,
        "state": m.state,
        "attempts": m.attempts,
        "next_attempt": m.next.map(Timestamp::rfc3339),
        "reason": m.reason,
    })
}

fn list(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let state = match ask.parameter("state") {
        None => None,
        Some(word) => {
            let known = STATES.iter().find(|s| **s == word).copied();
            Some(known.ok_or_else(|| Problem::field("state", format!("must be one of {}", STATES.join(", "))))?)
        }
    };
    let before = ask.place_of("before")?;
    let limit = ask.number_of("limit", 1..=PAGE_MAX, PAGE)?;
    let page = ask.run("mails", List { state, before, limit })?;
    let mails: Vec<Value> = page.rows.iter().map(shown).collect();
    Ok(Reply::json(&json!({ "mails": mails, "next": page.next.map(|n| n.to_string()) })))
}
