//! One HTTP listener for everything: bounds, time limits, and the way from a path to the face that answers it.

use crate::lab::SandboxLab;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use console::Addresses;
use engine::Engine;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Largest request body, octets; a zone of 64 KiB and a bulk check fit many times over.
const BODY_BYTES_MAX: usize = 1 << 20;
/// A body must have arrived within this time: half-sent requests hold nothing for longer.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// Requests being answered at once; each has a thread while it is.
const AT_ONCE: usize = 512;
/// A request waits so long for its turn at most.
const TURN_TIME_MAX: Duration = Duration::from_secs(10);

/// What the listener needs.
pub struct Faces {
    pub engine: Engine,
    pub lab: SandboxLab,
    pub addresses: Addresses,
    turns: Arc<Semaphore>,
}

impl Faces {
    pub fn new(engine: Engine, lab: SandboxLab, addresses: Addresses) -> Faces {
        Faces { engine, lab, addresses, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// The router: a single way in, so that every request meets the same bounds.
pub fn router(faces: Arc<Faces>) -> Router {
    Router::new().fallback(enter).with_state(faces)
}

async fn enter(State(faces): State<Arc<Faces>>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST | Method::DELETE | Method::PUT | Method::PATCH) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "this method is not served here\n");
    }
    let (parts, body) = request.into_parts();
    let body = match tokio::time::timeout(BODY_TIME_MAX, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(collected)) => collected.to_bytes().to_vec(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return too_large(parts.uri.path()),
        Ok(Err(_)) => return plain(StatusCode::BAD_REQUEST, "the request body could not be read\n"),
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the request body did not arrive in time\n"),
    };
    let Ok(Ok(turn)) = tokio::time::timeout(TURN_TIME_MAX, faces.turns.clone().acquire_owned()).await else {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "the server is busy, try again in a moment\n");
    };
    let head = parts.method == Method::HEAD;
    let request = http::Request::from_parts(parts, body);
    // The core is synchronous: a request has its own thread while it is answered.
    let answered = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        answer(&faces, &peer.ip().to_string(), request)
    });
    match answered.await {
        Ok(response) => finish(response, head),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the request failed inside the server\n"),
    }
}

/// The face that a path belongs to.
fn answer(faces: &Faces, peer: &str, request: http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
    let path = request.uri().path();
    let under = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if under("/request") || under("/v2") {
        dmapi::answer(&faces.engine, peer, request)
    } else if path == "/api/call" || path == "/api/call.cgi" {
        kvapi::answer(&faces.engine, peer, request)
    } else if under("/sandbox") {
        api::answer(&faces.engine, &faces.lab, request)
    } else if under("/foa") {
        public::answer(&faces.engine, request)
    } else {
        console::answer(&faces.engine, &faces.addresses, request)
    }
}

/// A body over the limit, said in the dialect that was spoken.
fn too_large(path: &str) -> Response<Body> {
    let text = if path.starts_with("/request/") || path.starts_with("/v2/") {
        "Status-Code: 2306\nStatus-Text: The request is too large\nError: The request body exceeds 1 MiB\nResult: NACK\nVersion: 1.2.53\n\n"
            .to_owned()
    } else if path.starts_with("/api/call") {
        "[RESPONSE]\ncode = 507\ndescription = Invalid command format; the request body exceeds 1 MiB\nruntime = 0\nqueuetime = 0\nEOF\n"
            .to_owned()
    } else {
        "the request body exceeds 1 MiB\n".to_owned()
    };
    let mut response = plain(StatusCode::PAYLOAD_TOO_LARGE, "");
    *response.body_mut() = Body::from(text);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn finish(response: http::Response<Vec<u8>>, head: bool) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let length = body.len();
    let mut response = Response::from_parts(parts, if head { Body::empty() } else { Body::from(body) });
    let headers = response.headers_mut();
    if head {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
