//! The dynamic service (dmapi.md 9.1, 9.3), which knows a zone's own login alone: `/nic/replace` sets texts, `/nic/update` dynamic addresses.
//!
//! `/nic/replace` is what acme.sh and lego use, with form fields username, password, zone, label, type, value. It speaks plain text and HTTP statuses,
//! not the DMAPI's blocks: `OK: ...` with 200, `badauth` with 401, and for everything else a word that does not begin with `OK`.
//!
//! `/nic/update` speaks the protocol of dynamic addresses that routers and ddclient know (dyndns2): `username` and `password`, or HTTP's own login;
//! `hostname`, several with commas; `myip`, several with commas, the asker's address where it is not given. A line for each host: `good`, `nochg`,
//! `nohost`, `notfqdn`.

use crate::wire::Params;
use base64::Engine as _;
use engine::hosted::{Replace, Replaced, Update};
use engine::{Engine, Error};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Method, Request, Response, StatusCode};
use model::hosted::{Label, Text};
use model::{DomainName, Refusal};
use std::net::IpAddr;

/// Answers one request.
pub fn replace(engine: &Engine, peer: &str, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let (status, text) = answer(engine, peer, request);
    let mut response = Response::new(format!("{text}\n").into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// What a wrong login is told.
const BAD_AUTH: &str = "badauth";
/// Hosts that one request may name.
const HOSTS_MAX: usize = 20;

/// Answers one request for dynamic addresses.
pub fn update(engine: &Engine, peer: &str, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let (status, text) = updated(engine, peer, request);
    let mut response = Response::new([text.as_bytes(), b"\n"].concat());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if text == BAD_AUTH {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"dynamic addresses\""));
    }
    response
}

/// The login of a request: HTTP's own, or that of the parameters.
fn pair(request: &Request<Vec<u8>>, params: &Params) -> Option<(String, String)> {
    let own = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    if let Some((_, encoded)) = own.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic")) {
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
        let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        return Some((user.to_owned(), password.to_owned()));
    }
    Some((params.get("username")?.to_owned(), params.get("password")?.to_owned()))
}

fn updated(engine: &Engine, peer: &str, request: &Request<Vec<u8>>) -> (StatusCode, String) {
    let ok = |text: &str| (StatusCode::OK, text.to_owned());
    let badauth = || (StatusCode::UNAUTHORIZED, BAD_AUTH.to_owned());
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return (StatusCode::METHOD_NOT_ALLOWED, "badagent".to_owned());
    }
    let Ok(params) = Params::read(request.uri().query().unwrap_or(""), request.body()) else { return ok("badagent") };
    let Some((user, password)) = pair(request, &params) else { return badauth() };
    let addresses: Result<Vec<IpAddr>, _> =
        params.get("myip").unwrap_or(peer).split(',').map(|text| text.trim().parse::<IpAddr>()).collect();
    let Ok(addresses) = addresses.map(|all| all.into_iter().map(|address| address.to_canonical()).collect::<Vec<_>>()) else {
        return ok("dnserr");
    };
    // One of each kind is meant.
    let count = |v4: bool| addresses.iter().filter(|address| address.is_ipv4() == v4).count();
    if count(true) > 1 || count(false) > 1 {
        return ok("dnserr");
    }
    let told = addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(",");
    let hosts: Vec<&str> = params.get("hostname").unwrap_or("").split(',').map(str::trim).filter(|host| !host.is_empty()).collect();
    match hosts.len() {
        0 => return ok("notfqdn"),
        1..=HOSTS_MAX => {}
        _ => return ok("numhost"),
    }
    let mut lines = Vec::new();
    for host in hosts {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let Some(zone) = engine.domain_above(&host) else {
            lines.push("notfqdn".to_owned());
            continue;
        };
        let label = match host.strip_suffix(zone.as_str()) {
            Some("") => Ok(Label::apex()),
            Some(below) => Label::parse(below.trim_end_matches('.')),
            None => Label::parse(&host),
        };
        let Ok(label) = label else {
            lines.push("notfqdn".to_owned());
            continue;
        };
        let wish = Update { zone, user: user.clone(), password: password.clone(), label, addresses: addresses.clone() };
        match engine.update_in_zone(wish, peer) {
            Ok(Some(Replaced::Changed)) => lines.push(format!("good {told}")),
            Ok(Some(Replaced::Unchanged)) => lines.push(format!("nochg {told}")),
            Ok(None) => lines.push("nohost".to_owned()),
            Err(Error::Refused(Refusal::CredentialsWrong)) => return badauth(),
            Err(Error::Refused(Refusal::TooManyAttempts { .. })) => return (StatusCode::TOO_MANY_REQUESTS, "abuse".to_owned()),
            Err(Error::Refused(_)) => lines.push("dnserr".to_owned()),
            Err(Error::Fault(fault)) => {
                let incident = engine.incident();
                tracing::error!(incident, %fault, "a dynamic address could not be set");
                return (StatusCode::SERVICE_UNAVAILABLE, format!("911 {incident}"));
            }
        }
    }
    (StatusCode::OK, lines.join("\n"))
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
