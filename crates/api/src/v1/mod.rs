//! The JSON API for resellers, `/api/v1/...`: webhooks and events so far. What it serves stands in one table, from which OpenAPI is made.

mod ask;
mod calls;
mod openapi;
mod reply;

#[cfg(test)]
mod tests;

use crate::reply::query_pairs;
use ask::Ask;
use engine::{Credentials, Engine};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use model::Channel;
use reply::{Problem, Reply};

/// No call needs more.
const BODY_MAX_BYTES: usize = 64 * 1024;

type Answer = fn(&Ask<'_>) -> Result<Reply, Problem>;

/// A parameter of a query.
struct Param {
    name: &'static str,
    about: &'static str,
    /// Its schema, as JSON.
    schema: &'static str,
}

/// What may come back where all went well.
struct Success {
    status: u16,
    about: &'static str,
    /// The name of a schema; none for a reply without a body.
    schema: Option<&'static str>,
}

/// One call: served, and described, by this.
struct Route {
    method: Method,
    /// With `{id}` where a number stands.
    path: &'static str,
    name: &'static str,
    about: &'static str,
    query: &'static [Param],
    /// The name of the schema of its body.
    body: Option<&'static str>,
    success: Success,
    /// Takes an `Idempotency-Key`.
    keyed: bool,
    answer: Answer,
}

/// Numbers in the path of a request, if it is this route's.
fn numbers(route: &Route, path: &str) -> Option<Vec<i64>> {
    let (mut ours, mut theirs) = (route.path.split('/'), path.split('/'));
    let mut found = Vec::new();
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return Some(found),
            (Some("{id}"), Some(digits)) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                found.push(digits.parse().ok()?);
            }
            (Some(a), Some(b)) if a == b => {}
            _ => return None,
        }
    }
}

/// Answers one request below `/api/v1`.
pub fn answer(engine: &Engine, peer: &str, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    respond(engine, peer, &request).unwrap_or_else(Problem::reply).into_response()
}

/// The reply to a request that does not get as far as a call.
pub fn turned_away(status: StatusCode, reason: &'static str) -> Response<Vec<u8>> {
    Problem::new(status, reason).reply().into_response()
}

fn respond(engine: &Engine, peer: &str, request: &Request<Vec<u8>>) -> Result<Reply, Problem> {
    let path = request.uri().path();
    if path == openapi::PATH {
        return match *request.method() {
            Method::GET | Method::HEAD => Ok(Reply::json(&openapi::document())),
            _ => Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "the description can only be read").allowing("GET, HEAD".to_owned())),
        };
    }
    let here: Vec<(&Route, Vec<i64>)> = calls::routes().iter().filter_map(|r| Some((r, numbers(r, path)?))).collect();
    if here.is_empty() {
        return Err(Problem::new(StatusCode::NOT_FOUND, format!("there is no such call; they stand in {}", openapi::PATH)));
    }
    let asked = if *request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let Some((route, numbers)) = here.iter().find(|(r, _)| r.method == *asked) else {
        let mut allowed: Vec<&str> = here.iter().map(|(r, _)| r.method.as_str()).collect();
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        let allowed = allowed.join(", ");
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("this path takes {allowed}")).allowing(allowed));
    };
    let actor = actor(engine, peer, request.headers())?;
    if request.body().len() > BODY_MAX_BYTES {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is longer than {BODY_MAX_BYTES} octets")));
    }
    let query = query_pairs(request.uri().query().unwrap_or("")).map_err(|why| Problem::new(StatusCode::BAD_REQUEST, why))?;
    let key = if route.keyed { idempotency_key(request.headers())? } else { None };
    let ask = Ask { engine, actor, numbers, query, key, method: route.method.as_str(), path, body: request.body() };
    ask.known_parameters(route)?;
    (route.answer)(&ask)
}

/// Proves who asks: `Authorization: Bearer KEY`.
fn actor(engine: &Engine, peer: &str, headers: &HeaderMap) -> Result<engine::Actor, Problem> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = given.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, key)) = key else {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "an API key is required: `Authorization: Bearer KEY`").asking_for_key());
    };
    let credentials = Credentials::Key(key.trim().to_owned());
    engine.authenticate(Channel::Json, &credentials, peer).map_err(|error| {
        let problem = Problem::of_engine(engine, "authentication", error);
        if problem.status() == StatusCode::UNAUTHORIZED { problem.asking_for_key() } else { problem }
    })
}

const KEY_OCTETS_MAX: usize = 255;

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all("idempotency-key").iter();
    let Some(value) = given.next() else { return Ok(None) };
    let plain = value.to_str().ok().map(str::trim).filter(|key| (1..=KEY_OCTETS_MAX).contains(&key.len()));
    match plain {
        Some(key) if given.next().is_none() => Ok(Some(key.to_owned())),
        _ => Err(Problem::field("Idempotency-Key", format!("must be one text of 1 to {KEY_OCTETS_MAX} visible ASCII characters"))),
    }
}
