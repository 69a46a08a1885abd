//! One HTTP listener for everything: bounds, time limits, and the way from a path to the face that answers it.

use crate::lab::SandboxLab;
use crate::parts;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use console::Addresses;
use dmapi::Body as Answer;
use engine::Engine;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Largest request body, octets; a zone of 64 KiB and a bulk check fit many times over.
const BODY_BYTES_MAX: usize = 1 << 20;
/// A body must have arrived within this time: half-sent requests hold nothing for longer.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);
/// Requests in the house at once, working or waiting; each has a thread while it is.
const AT_ONCE: usize = 512;
/// Of these, so many work at once for each core. More threads than that only take turns, and every turn costs.
const WORKING_PER_CORE: usize = 2;
/// Web requests for redirected names at once, beside all others: a busy name must not keep resellers waiting.
const REDIRECTS_AT_ONCE: usize = 32;
/// A request waits so long for its turn at most.
const TURN_TIME_MAX: Duration = Duration::from_secs(10);

thread_local! {
    /// The right to work of the request that this thread answers, until it first waits.
    static TURN: RefCell<Option<OwnedSemaphorePermit>> = const { RefCell::new(None) };
}

/// Lets another request work while this thread waits. Called by the engine before every wait; what is left of the request after that is short.
pub fn step_aside() {
    TURN.with(|turn| drop(turn.borrow_mut().take()));
}

/// Does a piece of a request's work on this thread, which has this turn until it first waits.
pub fn working<T>(turn: Option<OwnedSemaphorePermit>, work: impl FnOnce() -> T) -> T {
    TURN.with(|own| own.replace(turn));
    let done = work();
    step_aside();
    done
}

/// What the listener needs.
pub struct Faces {
    pub engine: Engine,
    pub lab: SandboxLab,
    pub addresses: Addresses,
    /// The routes that a bench compares with are served too.
    bench: bool,
    inside: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    redirecting: Arc<Semaphore>,
    long_lists: Arc<Semaphore>,
}

impl Faces {
    pub fn new(engine: Engine, lab: SandboxLab, addresses: Addresses, bench: bool) -> Faces {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let (inside, turns) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Semaphore::new(cores * WORKING_PER_CORE)));
        let (redirecting, long_lists) = (Arc::new(Semaphore::new(REDIRECTS_AT_ONCE)), Arc::new(Semaphore::new(parts::AT_ONCE)));
        Faces { engine, lab, addresses, bench, inside, turns, redirecting, long_lists }
    }
}

impl Faces {
    /// Does a piece of work on a thread of its own, once it is its turn; `None` if the server is too busy or the work broke.
    pub async fn work<T: Send + 'static>(self: &Arc<Self>, work: impl FnOnce(&Faces) -> T + Send + 'static) -> Option<T> {
        let admission = async { Some((self.inside.clone().acquire_owned().await.ok()?, self.turns.clone().acquire_owned().await.ok()?)) };
        let (inside, turn) = tokio::time::timeout(TURN_TIME_MAX, admission).await.ok()??;
        let here = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _inside = inside;
            working(Some(turn), || work(&here))
        });
        done.await.ok()
    }
}

/// The router: a single way in, so that every request meets the same bounds.
pub fn router(faces: Arc<Faces>) -> Router {
    Router::new().fallback(enter).with_state(faces)
}

/// The router of the listener that answers for redirected names, whatever the path.
pub fn redirecting(faces: Arc<Faces>) -> Router {
    let enter = |State(faces): State<Arc<Faces>>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request| async move {
        admit(faces, peer, Face::Redirect, request).await
    };
    Router::new().fallback(enter).with_state(faces)
}

async fn enter(State(faces): State<Arc<Faces>>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request) -> Response<Body> {
    let face = Face::of(request.uri().path());
    admit(faces, peer, face, request).await
}

async fn admit(faces: Arc<Faces>, peer: SocketAddr, face: Face, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if !matches!(parts.method, Method::GET | Method::HEAD | Method::POST | Method::DELETE | Method::PUT | Method::PATCH) {
        return face.turned_away(StatusCode::METHOD_NOT_ALLOWED, "this method is not served here");
    }
    let body = match tokio::time::timeout(BODY_TIME_MAX, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(collected)) => collected.to_bytes().to_vec(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return face.turned_away(StatusCode::PAYLOAD_TOO_LARGE, "the request body exceeds 1 MiB");
        }
        Ok(Err(_)) => return face.turned_away(StatusCode::BAD_REQUEST, "the request body could not be read"),
        Err(_) => return face.turned_away(StatusCode::REQUEST_TIMEOUT, "the request body did not arrive in time"),
    };
    let (inside, turns) = match face {
        Face::Redirect => (&faces.redirecting, None),
        _ => (&faces.inside, Some(&faces.turns)),
    };
    let admission = async {
        let inside = inside.clone().acquire_owned().await.ok()?;
        let turn = match turns {
            Some(turns) => Some(turns.clone().acquire_owned().await.ok()?),
            None => None,
        };
        Some((inside, turn))
    };
    let Ok(Some((inside, turn))) = tokio::time::timeout(TURN_TIME_MAX, admission).await else {
        return face.turned_away(StatusCode::SERVICE_UNAVAILABLE, "the server is busy, try again in a moment");
    };
    let head = parts.method == Method::HEAD;
    let request = http::Request::from_parts(parts, body);
    // The core is synchronous: a request has its own thread while it is answered.
    let here = faces.clone();
    let answered = tokio::task::spawn_blocking(move || {
        let _inside = inside;
        working(turn, || face.answer(&here, &peer.ip().to_string(), request))
    });
    match answered.await {
        Ok(response) => {
            let (head_of_response, body) = response.into_parts();
            let body = match body {
                Answer::Whole(body) => return finish(http::Response::from_parts(head_of_response, body), head),
                Answer::Parts(_) if head => Body::empty(),
                Answer::Parts(body) => match faces.long_lists.clone().try_acquire_owned() {
                    Ok(place) => parts::body(body, faces.turns.clone(), place),
                    Err(_) => {
                        return face.turned_away(StatusCode::SERVICE_UNAVAILABLE, "too many long lists at once, try again in a moment");
                    }
                },
            };
            guarded(Response::from_parts(head_of_response, body))
        }
        Err(_) => face.turned_away(StatusCode::INTERNAL_SERVER_ERROR, "the request failed inside the server"),
    }
}

/// Who answers a path.
#[derive(Clone, Copy)]
enum Face {
    Dmapi,
    /// DMAPI's dynamic service: texts ...
    Dynamic,
    /// ... and addresses.
    DynamicAddress,
    Kvapi,
    Lab,
    Api,
    Public,
    Console,
    /// Redirected names, on a listener of their own.
    Redirect,
}

impl Face {
    fn of(path: &str) -> Face {
        let under = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if under("/request") || under("/v2") || under("/whois") {
            Face::Dmapi
        } else if path == "/nic/replace" {
            Face::Dynamic
        } else if path == "/nic/update" {
            Face::DynamicAddress
        } else if path == "/api/call" || path == "/api/call.cgi" {
            Face::Kvapi
        } else if under("/sandbox") {
            Face::Lab
        } else if under("/api/v1") {
            Face::Api
        } else if under("/foa") || under("/grant") || under("/owner-change") || under("/verify") {
            Face::Public
        } else {
            Face::Console
        }
    }

    fn answer(self, faces: &Faces, peer: &str, request: http::Request<Vec<u8>>) -> http::Response<Answer> {
        let whole = match self {
            Face::Dmapi => return dmapi::answer(&faces.engine, peer, request),
            Face::Dynamic => dmapi::replace(&faces.engine, peer, &request),
            Face::DynamicAddress => dmapi::update(&faces.engine, peer, &request),
            Face::Kvapi => kvapi::answer(&faces.engine, peer, request),
            Face::Lab => api::answer(&faces.engine, &faces.lab, request),
            Face::Api => api::v1::answer(&faces.engine, peer, request),
            Face::Console if faces.bench && request.uri().path().starts_with("/bench/") => {
                crate::bench::route::answer(&faces.lab.sandbox, &request)
            }
            Face::Public => public::answer(&faces.engine, peer, request),
            Face::Redirect => public::redirect(&faces.engine, &request),
            Face::Console => console::answer(&faces.engine, &faces.addresses, request),
        };
        whole.map(Answer::Whole)
    }

    /// The reply to a request that does not get as far as its face, in that face's own form.
    fn turned_away(self, status: StatusCode, reason: &'static str) -> Response<Body> {
        let mut response = match self {
            Face::Dmapi => finish(dmapi::turned_away(status, reason), false),
            Face::Kvapi => finish(kvapi::turned_away(status, reason), false),
            Face::Api => finish(api::v1::turned_away(status, reason), false),
            Face::Dynamic | Face::DynamicAddress | Face::Lab | Face::Public | Face::Console | Face::Redirect => {
                let mut response = Response::new(Body::from(format!("{reason}\n")));
                *response.status_mut() = status;
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
                response
            }
        };
        // What is left of the request is not read.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

fn finish(response: http::Response<Vec<u8>>, head: bool) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let length = body.len();
    let mut response = Response::from_parts(parts, if head { Body::empty() } else { Body::from(body) });
    let headers = response.headers_mut();
    if head {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    guarded(response)
}

/// What every response says, unless its face has said otherwise.
fn guarded(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    response
}
