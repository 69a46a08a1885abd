//! `/nic/replace`: the dynamic service that acme.sh and lego use (dmapi.md 9.3). Form fields username, password, zone, label, type, value.
//!
//! It speaks plain text and HTTP statuses, not the DMAPI's blocks: `OK: ...` with 200, `badauth` with 401, and for everything else a word that
//! does not begin with `OK`.

use crate::wire::Params;
use engine::hosted::{Replace, Replaced};
use engine::{Engine, Error};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use model::hosted::{Label, Text};
use model::{DomainName, Refusal};

/// Answers one request.
pub fn replace(engine: &Engine, peer: &str, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let (status, text) = answer(engine, peer, request);
    let mut response = Response::new(format!("{text}\n").into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn answer(engine: &Engine, peer: &str, request: &Request<Vec<u8>>) -> (StatusCode, String) {
    let wrong = |what: &str| (StatusCode::BAD_REQUEST, format!("badparam: {what}"));
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return (StatusCode::METHOD_NOT_ALLOWED, "badparam: GET and POST are the only methods".to_owned());
    }
    let params = match Params::read(request.uri().query().unwrap_or(""), request.body()) {
        Ok(params) => params,
        Err(error) => return wrong(error.reason()),
    };
    let (Some(user), Some(password)) = (params.get("username"), params.get("password")) else {
        return (StatusCode::UNAUTHORIZED, "badauth".to_owned());
    };
    let Some(zone) = params.get("zone").and_then(|zone| DomainName::parse(zone).ok()) else { return wrong("zone must be a domain name") };
    let Ok(label) = Label::parse(params.get("label").unwrap_or("@")) else { return wrong("label must be a name relative to the zone") };
    if !params.get("type").is_some_and(|kind| kind.eq_ignore_ascii_case("TXT")) {
        return wrong("type must be TXT");
    }
    let text = match params.get("value").map(Text::parse) {
        None => None,
        Some(Ok(text)) => Some(text),
        Some(Err(error)) => return wrong(&format!("value must be {}", error.0)),
    };
    let wish = Replace { zone, user: user.to_owned(), password: password.to_owned(), label, text };
    match engine.replace_in_zone(wish, peer) {
        Ok(Replaced::Changed) => (StatusCode::OK, "OK: 1 label changed".to_owned()),
        Ok(Replaced::Unchanged) => (StatusCode::OK, "OK: nothing to change".to_owned()),
        Err(Error::Refused(Refusal::CredentialsWrong)) => (StatusCode::UNAUTHORIZED, "badauth".to_owned()),
        Err(Error::Refused(Refusal::TooManyAttempts { wait_seconds })) => {
            (StatusCode::TOO_MANY_REQUESTS, format!("abuse: try again in {wait_seconds} seconds"))
        }
        Err(Error::Refused(Refusal::Fields(problems))) => {
            let said = problems.first().map(|p| p.problem.describe(|_| "label".to_owned())).unwrap_or_default();
            (StatusCode::CONFLICT, format!("conflict: the label {said}"))
        }
        Err(Error::Refused(_)) => (StatusCode::CONFLICT, "conflict: not done".to_owned()),
        Err(Error::Fault(fault)) => {
            let incident = engine.incident();
            tracing::error!(incident, %fault, "a dynamic change failed");
            (StatusCode::SERVICE_UNAVAILABLE, format!("dnserr: incident {incident}"))
        }
    }
}
