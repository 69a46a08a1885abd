//! Routes that exist only in a server that a bench has started: the limits of `check` and `list`, and the clock of `sweep`.

use engine::jobs::Effort;
use http::{HeaderValue, Request, Response, StatusCode, header};
use model::domain::Operation;
use model::{DomainName, Months, Timestamp};
use registry::{FeeQuestion, Registry};
use sandbox::Sandbox;
use serde_json::json;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// More than any list that is measured.
pub const OCTETS_MAX: usize = 160 << 20;

/// `/bench/skip/MICROS`, `/bench/hear` and `/bench/work`: the clock and the figures of `sweep`. `/bench/hello`: nothing but the server. `/bench/check`: one round trip to the registry. `/bench/octets/N`: a copy of N octets.
pub fn answer(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    if path == "/bench/hello" {
        return reply(StatusCode::OK, b"hello\n".to_vec());
    }
    if path == "/bench/check" {
        // With codec and session on both sides, and with the fee that a check asks for.
        let question = FeeQuestion { operation: Operation::Register, months: Months::new(12).expect("a year") };
        let name = DomainName::parse("a-name-that-is-free.com").expect("a name");
        return match sandbox.connector().check(&[name], Some(&question)) {
            Ok(found) if found.iter().all(|f| f.available) => reply(StatusCode::OK, b"hello\n".to_vec()),
            other => reply(StatusCode::INTERNAL_SERVER_ERROR, format!("{other:?}\n").into_bytes()),
        };
    }
    if let Some(to) = path.strip_prefix("/bench/skip/").and_then(|micros| micros.parse().ok()) {
        return told(skip(sandbox, Timestamp::from_micros(to)));
    }
    if path == "/bench/hear" {
        return told(hear(sandbox));
    }
    if path == "/bench/work" {
        return told(work(sandbox));
    }
    match path.strip_prefix("/bench/octets/").and_then(|count| count.parse().ok()).filter(|count| *count <= OCTETS_MAX) {
        Some(count) => {
            static SOURCE: OnceLock<Vec<u8>> = OnceLock::new();
            let source = SOURCE.get_or_init(|| b"a-name-of-some-length.com 2027-11-22\n".repeat(OCTETS_MAX / 37 + 1));
            reply(StatusCode::OK, source[..count].to_vec())
        }
        None => reply(StatusCode::NOT_FOUND, b"no such route of the bench\n".to_vec()),
    }
}

/// Sets the clock without playing what lies in between, lets the embedded registry do what is due there: how long that took.
fn skip(sandbox: &Sandbox, to: Timestamp) -> anyhow::Result<serde_json::Value> {
    sandbox.engine().skip_to(to)?;
    let begun = Instant::now();
    let happened = sandbox.registry().run_due(sandbox.engine().now())?;
    Ok(json!({ "registry_micros": micros(begun.elapsed()), "registry_count": happened.count }))
}

/// Hears what the registry has told, rather than within a second.
fn hear(sandbox: &Sandbox) -> anyhow::Result<serde_json::Value> {
    let mut messages = 0;
    loop {
        match sandbox.engine().hear()? {
            0 => return Ok(json!({ "messages": messages })),
            some => messages += some,
        }
    }
}

/// What was done since the start, and whether anything is left to do.
fn work(sandbox: &Sandbox) -> anyhow::Result<serde_json::Value> {
    let engine = sandbox.engine();
    let done = engine.work_done();
    let effort = |e: Effort| json!({ "count": e.count, "micros": micros(e.time) });
    let kinds: serde_json::Map<_, _> = done.kinds.iter().map(|(kind, e)| ((*kind).to_owned(), effort(*e))).collect();
    let waiting = sandbox.registry().messages_waiting(sandbox::REGISTRAR)?;
    let registry_due = sandbox.registry().next_due()?.is_some_and(|at| at <= engine.now());
    Ok(json!({
        "now": engine.now().micros(),
        "idle": waiting == 0 && !registry_due && engine.is_idle()?,
        "agenda": effort(done.agenda),
        "kinds": kinds,
        "messages": effort(done.messages),
        "jobs": effort(done.jobs),
    }))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn told(outcome: anyhow::Result<serde_json::Value>) -> Response<Vec<u8>> {
    match outcome {
        Ok(value) => reply(StatusCode::OK, value.to_string().into_bytes()),
        Err(error) => reply(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n").into_bytes()),
    }
}

fn reply(status: StatusCode, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Fixture;

    #[test]
    fn the_limits_answer() {
        let fixture = Fixture::new();
        let ask = |path: &str| {
            let response = answer(&fixture.sandbox, &Request::builder().uri(path).body(Vec::new()).unwrap());
            (response.status().as_u16(), response.into_body())
        };
        assert_eq!(ask("/bench/hello"), (200, b"hello\n".to_vec()));
        assert_eq!(ask("/bench/check"), (200, b"hello\n".to_vec()));
        let to = fixture.engine().now().plus_days(10);
        let (status, told) = ask(&format!("/bench/skip/{}", to.micros()));
        let told = String::from_utf8(told).unwrap();
        assert!(status == 200 && told.contains("\"registry_count\":") && fixture.engine().now() >= to, "{told}");
        let (status, told) = ask("/bench/hear");
        assert!(status == 200 && told.starts_with(b"{\"messages\":"), "{told:?}");
        let (status, told) = ask("/bench/work");
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert!(status == 200 && told["idle"].is_boolean() && told["kinds"]["renewal"]["count"].is_u64(), "{told}");
        assert_eq!(ask("/bench/octets/1000").1.len(), 1_000);
        assert_eq!(ask(&format!("/bench/octets/{OCTETS_MAX}")).1.len(), OCTETS_MAX);
        let beyond = format!("/bench/octets/{}", OCTETS_MAX + 1);
        for path in [beyond.as_str(), "/bench/octets/-1", "/bench/octets/", "/bench"] {
            assert_eq!(ask(path).0, 404, "{path}");
        }
    }
}
