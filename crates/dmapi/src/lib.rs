//! Joker's Domain Management API: requests and replies of that interface over the engine. It translates and decides nothing.

pub mod availability;
mod body;
mod codes;
mod dates;
mod dynamic;
mod params;
mod reply;
mod requests;
mod session;
mod wire;
mod words;
mod zonefile;

pub use dynamic::{replace, update};

pub use body::{Body, Cut, Parts};

use engine::{Engine, Error};
use http::{Method, StatusCode};
use model::Refusal;
use reply::Reply;
use requests::{Call, Door, Request};
use wire::Params;

/// Where a path leads.
enum Place {
    Request(&'static Request),
    /// Inside the interface, but no request.
    Unknown,
    Outside,
}

/// Answers one HTTP request. The path is `/request/NAME`, `/v2/NAME` or `/whois`, parameters come in the query or as a form; `peer` is the address it
/// came from. Blocks for as long as the engine does, a pending result-retrieve for one second at most.
pub fn answer(engine: &Engine, peer: &str, request: http::Request<Vec<u8>>) -> http::Response<Body> {
    let reply = respond(engine, peer, &request);
    tracing::debug!(path = request.uri().path(), code = reply.code(), "dmapi");
    reply.into_response(Some(engine.real_now()))
}

/// As [`answer`], with the whole body at once, however long it is; a list that cannot be read to its end is a fault.
pub fn answer_whole(engine: &Engine, peer: &str, request: http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
    let (parts, body) = answer(engine, peer, request).into_parts();
    let whole = match body {
        Body::Whole(whole) => Ok(whole),
        Body::Parts(parts) => parts.whole(),
    };
    match whole {
        Ok(whole) => http::Response::from_parts(parts, whole),
        Err(Cut) => whole_of(Reply::rejected(codes::fault(&engine.incident())).into_response(None)),
    }
}

/// The body of a response that has no parts.
fn whole_of(response: http::Response<Body>) -> http::Response<Vec<u8>> {
    response.map(|body| match body {
        Body::Whole(whole) => whole,
        Body::Parts(parts) => parts.whole().unwrap_or_default(),
    })
}

/// The reply to a request that does not get as far as the dialect: too large (413), too slow (408), no turn left (503). `reason` is printed.
pub fn turned_away(status: StatusCode, reason: &'static str) -> http::Response<Vec<u8>> {
    whole_of(Reply::rejected(codes::turned_away(status, reason)).http(status).into_response(None))
}

/// A request of the table, for pages and tests.
#[derive(Clone, Debug)]
pub struct Served {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    /// The access modes that may call it; `None` where nobody need be known.
    pub modes: Option<Vec<model::Access>>,
    /// Whether the browser's cookie alone is enough.
    pub by_cookie: bool,
    /// The parameters that reach it; `x-*` for the fields of zones.
    pub takes: &'static [&'static str],
}

/// All requests that are served, sorted by name.
pub fn served() -> impl Iterator<Item = Served> {
    requests::TABLE.iter().map(|request| Served {
        name: request.name,
        aliases: request.aliases,
        modes: request.modes(),
        by_cookie: matches!(request.door, Door::Cookie(_)),
        takes: request.takes,
    })
}

fn place(path: &str) -> Place {
    let name = match path.strip_prefix("/request/") {
        Some(name) => name.trim_end_matches('/'),
        None if path.starts_with("/v2/") => path.trim_matches('/'),
        // One request stands outside (dmapi.md 1).
        None if path.trim_end_matches('/') == "/whois" => "whois",
        None => return Place::Outside,
    };
    requests::find(name).map_or(Place::Unknown, Place::Request)
}

fn respond(engine: &Engine, peer: &str, http: &http::Request<Vec<u8>>) -> Reply {
    let request = match place(http.uri().path()) {
        Place::Request(request) => request,
        Place::Unknown => return tracked(engine, Reply::rejected(codes::refused(&Refusal::RequestUnknown))),
        Place::Outside => return Reply::rejected(codes::refused(&Refusal::RequestUnknown)).http(StatusCode::NOT_FOUND),
    };
    if !matches!(*http.method(), Method::GET | Method::POST) {
        let reply = Reply::rejected(codes::unreadable("GET and POST are the only methods"));
        return reply.http(StatusCode::METHOD_NOT_ALLOWED).allowing_get_and_post();
    }
    if !http.body().is_empty() && !is_form(http.headers()) {
        let reply = Reply::rejected(codes::unreadable("the body must be application/x-www-form-urlencoded"));
        return reply.http(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let params = match Params::read(http.uri().query().unwrap_or(""), http.body()) {
        Ok(params) => params,
        Err(error) => return tracked(engine, Reply::rejected(codes::unreadable(error.reason()))),
    };
    let known = session::caller(engine, peer, request.door, &params, http.headers());
    let params = params.kept(request.takes);
    let reply = match known {
        Err(error) => failed(engine, request, error, Proof::Open),
        Ok(caller) => {
            let call = Call { engine, params: &params, caller: caller.as_ref(), peer };
            let sid = caller.as_ref().and_then(|c| c.sid.as_deref());
            (request.answer)(&call).unwrap_or_else(|error| failed(engine, request, error, Proof::Given)).cookie_if_none(sid)
        }
    };
    tracked(engine, reply)
}

/// Whether the caller was proven when a request failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    Open,
    Given,
}

/// HTTP 401 goes to those outside login whose session or key is dead, and only to them: it makes clients log in again (dmapi.md 2.4).
fn failed(engine: &Engine, request: &Request, error: Error, proof: Proof) -> Reply {
    let reply = match &error {
        Error::Refused(refusal) => Reply::rejected(codes::refused(refusal)),
        Error::Fault(fault) => {
            let incident = engine.incident();
            tracing::error!(incident, request = request.name, %fault, "a request failed");
            Reply::rejected(codes::fault(&incident))
        }
    };
    let dead = matches!(error, Error::Refused(Refusal::SessionUnknown | Refusal::KeyWrong | Refusal::CredentialsWrong));
    match request.door {
        Door::Login => reply.of_login(),
        Door::Open | Door::Session(_) | Door::Cookie(_) if dead && proof == Proof::Open => reply.http(StatusCode::UNAUTHORIZED),
        Door::Open | Door::Session(_) | Door::Cookie(_) => reply,
    }
}

/// Gives a reply its Tracking-Id, where it has none yet and is of the kind that has one.
fn tracked(engine: &Engine, reply: Reply) -> Reply {
    if reply.is_bare() || reply.has_header("Tracking-Id") { reply } else { reply.header("Tracking-Id", &engine.tracking_id()) }
}

/// The only type of body there is; old clients that name none are understood.
fn is_form(headers: &http::HeaderMap) -> bool {
    match headers.get(http::header::CONTENT_TYPE) {
        None => true,
        Some(value) => {
            value.to_str().is_ok_and(|v| v.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
        }
    }
}
