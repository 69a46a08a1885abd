//! JSON over HTTP: our own API for resellers, and the lab of the sandbox with the movable clock, captured mails, scripted faults and the promises.
//!
//! [`v1::answer`] is the API, `/api/v1/...`. [`answer`] is the lab: `/sandbox/...`, in sandbox mode only. What a call does beyond the engine itself (moving the clock together with the
//! embedded registry, looking for drift, starting over) is behind [`Lab`].

mod calls;
mod codes;
mod reply;
mod request;
pub mod v1;

#[cfg(test)]
mod tests;

use engine::lab::Moved;
use engine::verify::Verdict;
use engine::{Engine, Error};
use http::{Method, StatusCode};
use model::Timestamp;
use reply::{Problem, Reply};
use request::Ask;

/// What the lab needs of whoever put engine and embedded registry together.
pub trait Lab: Send + Sync {
    /// Moves the clock forward to an instant; all that falls due until then happens first, here and at the registry.
    fn move_clock(&self, to: Timestamp) -> Result<Moved, Error>;
    /// Checks every promise that can be computed.
    fn verify(&self) -> Result<Verdict, Error>;
    /// Puts everything back to the seed. The text of an error is for people.
    fn reset(&self) -> Result<(), String>;
    /// The states that were kept, oldest first.
    fn snapshots(&self) -> Result<Vec<Snapshot>, Unsaved>;
    /// Keeps the present state, under the next free number where no id is given.
    fn snapshot(&self, id: Option<&str>) -> Result<Snapshot, Unsaved>;
    /// Goes back to a state that was kept.
    fn restore(&self, id: &str) -> Result<Snapshot, Unsaved>;
    fn delete_snapshot(&self, id: &str) -> Result<(), Unsaved>;
    /// Does one thing at the registry as the registrar of the outside world.
    fn play(&self, deed: Deed, name: &str, auth: &str) -> Played;
}

/// What the registrar of the outside world does with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Registers it for a year, with the code for a transfer if one is given.
    Create,
    Delete,
    Lock,
    Unlock,
    /// Sets the code for a transfer, or clears it.
    SetAuth,
    /// Asks for a transfer of a name of ours, with its code.
    Request,
    /// Hands a name of its own to us, where names go by the tag of their registrar.
    Push,
    /// Takes its request back.
    Cancel,
    /// Lets a name go that we have asked for.
    Approve,
    Reject,
}

/// How the registry answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Played {
    pub done: bool,
    /// EPP's result code.
    pub code: u16,
    pub message: String,
    pub reasons: Vec<String>,
}

/// A state of the sandbox that was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    pub id: String,
    /// What the business clock showed.
    pub at: Timestamp,
    /// When it was made, by the real clock.
    pub taken: Timestamp,
    pub bytes: u64,
}

/// Why a state was not kept, or not gone back to; with words for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unsaved {
    /// The sandbox's stores cannot be copied.
    Unable(String),
    /// That is no id.
    BadId(String),
    /// There is no such snapshot.
    Unknown(String),
    /// There is one of this id already, or no room for another one.
    Conflict(String),
    Failed(String),
}

/// One call of the lab.
struct Call {
    path: &'static str,
    /// For GET (and HEAD).
    get: Option<Answer>,
    post: Option<Answer>,
    delete: Option<Answer>,
}

type Answer = fn(&Ask<'_>) -> Result<Reply, Problem>;

const CALLS: &[Call] = &[
    Call { path: "/sandbox/clock", get: Some(calls::clock::show), post: Some(calls::clock::set), delete: None },
    Call { path: "/sandbox/mail", get: Some(calls::mail::list), post: None, delete: None },
    Call { path: "/sandbox/faults", get: Some(calls::faults::list), post: Some(calls::faults::add), delete: Some(calls::faults::clear) },
    Call { path: "/sandbox/crash", get: None, post: Some(calls::faults::crash), delete: None },
    Call { path: "/sandbox/invariants", get: Some(calls::invariants::show), post: None, delete: None },
    Call { path: "/sandbox/registry", get: None, post: Some(calls::registry::play), delete: None },
    Call { path: "/sandbox/reset", get: None, post: Some(calls::reset::run), delete: None },
    Call {
        path: "/sandbox/snapshot",
        get: Some(calls::snapshot::list),
        post: Some(calls::snapshot::save),
        delete: Some(calls::snapshot::delete),
    },
    Call { path: "/sandbox/restore", get: None, post: Some(calls::snapshot::restore), delete: None },
];

impl Call {
    fn allowed(&self) -> String {
        let methods = [(self.get, "GET, HEAD"), (self.post, "POST"), (self.delete, "DELETE")];
        methods.into_iter().filter(|(answer, _)| answer.is_some()).map(|(_, word)| word).collect::<Vec<_>>().join(", ")
    }
}

/// Answers one request below `/sandbox`. Blocks for as long as the call takes: moving the clock does all the work that falls due.
pub fn answer(engine: &Engine, lab: &dyn Lab, request: http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
    respond(engine, lab, &request).unwrap_or_else(Problem::reply).into_response()
}

fn respond(engine: &Engine, lab: &dyn Lab, request: &http::Request<Vec<u8>>) -> Result<Reply, Problem> {
    if !engine.is_sandbox() {
        return Err(Problem::new(StatusCode::NOT_FOUND, None, "there is no lab here: this is not a sandbox"));
    }
    let Some(call) = CALLS.iter().find(|call| call.path == request.uri().path()) else {
        let known = CALLS.iter().map(|call| call.path).collect::<Vec<_>>().join(", ");
        return Err(Problem::new(StatusCode::NOT_FOUND, None, format!("no such call; the lab has {known}")));
    };
    let answer = match *request.method() {
        Method::GET | Method::HEAD => call.get,
        Method::POST => call.post,
        Method::DELETE => call.delete,
        _ => None,
    };
    let Some(answer) = answer else {
        let allowed = call.allowed();
        let message = format!("{} answers {allowed}", call.path);
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, None, message).allowing(allowed));
    };
    answer(&Ask::read(engine, lab, request)?)
}
