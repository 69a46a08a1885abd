//! CentralNic Reseller dialect: key-value commands over HTTP in, one framed text reply out. It parses, asks the engine, and renders.
//!
//! [`answer`] is the whole crate: `/api/call` and `/api/call.cgi`, GET and POST, flat parameters and `s_command` blocks. Sources cited in this
//! crate: "1.7" and the like are sections of the wire notes summarised in `docs/dialects/kvapi.md`; BYTE, SMO, EX, CRT, BLE, WHM and SDK name
//! the public clients listed there.

mod call;
mod codes;
mod commands;
mod contacts;
mod fees;
mod lines;
mod owner_changes;
mod params;
mod reply;
mod rows;
mod session;
mod wire;

use call::{Call, Door};
use codes::Code;
use commands::{Answer, Command};
use engine::{Engine, Error};
use http::{Method, Request, Response, StatusCode, header};
use model::{Field, FieldProblem, Refusal};
use reply::Reply;
use wire::Message;

/// The names of all commands that are served, as they are written in the documentation.
pub fn command_names() -> impl Iterator<Item = &'static str> {
    commands::COMMANDS.iter().map(|command| command.name)
}

/// Answers one call. `peer` is the caller's address, for the log of logins. The body is bounded by the listener.
///
/// Every logical outcome is HTTP 200, as the clients demand (1.7); only a method that is neither GET nor POST gets another status.
pub fn answer(engine: &Engine, peer: &str, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let started = engine.real_now();
    let method = request.method();
    if method != Method::GET && method != Method::POST && method != Method::HEAD {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, Vec::new());
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD, POST"));
        return response;
    }
    let reply = match Message::read(&request) {
        Ok(message) => respond(engine, peer, &message),
        Err(problem) => problem.reply(),
    };
    let text = reply.print(engine.real_now().micros().saturating_sub(started.micros()));
    plain(StatusCode::OK, text.into_bytes())
}

/// The reply to a request that does not get as far as the dialect: too large or unreadable, too slow, no turn left. `reason` is printed.
pub fn turned_away(status: StatusCode, reason: &'static str) -> Response<Vec<u8>> {
    let code = if status.is_server_error() { Code::TryAgain } else { Code::CommandFormat };
    plain(status, Reply::with_detail(code, reason).print(0).into_bytes())
}

fn plain(status: StatusCode, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

/// The reply to a message that could be read.
fn respond(engine: &Engine, peer: &str, message: &Message) -> Reply {
    match run(engine, peer, message) {
        Ok(reply) => reply,
        Err(Error::Refused(refusal)) => codes::refused(&refusal),
        Err(Error::Fault(fault)) => {
            let incident = engine.incident();
            let command = commands::find(message.command()).map_or("unknown", |c| c.name);
            tracing::error!(%incident, %fault, command, "a CentralNic command failed");
            Reply::with_detail(Code::TryAgain, format!("incident {incident}"))
        }
    }
}

fn run(engine: &Engine, peer: &str, message: &Message) -> Result<Reply, Error> {
    let door = Door { engine, peer, message };
    // Whoever means the test system must not buy for money. In the sandbox the sign is welcome, and needless (1.2).
    if !engine.is_sandbox() && message.transport("S_OPMODE").is_some_and(|mode| mode.eq_ignore_ascii_case("OTE")) {
        return Err(Refusal::NotSupported { what: "s_opmode=OTE on the live system".to_owned() }.into());
    }
    let login = (message.command().is_empty() && message.is_persistent()).then_some(&commands::LOGIN);
    let command = login.or_else(|| commands::find(message.command()));
    if let Some(Command { answer: Answer::AtTheDoor(answer), .. }) = command {
        return answer(&door);
    }
    // Whoever is not let in does not hear which commands there are.
    let actor = door.actor()?;
    match command.map(|c| c.answer) {
        Some(Answer::Inside(answer)) => answer(&Call { engine, actor, params: message.params() }),
        Some(Answer::AtTheDoor(answer)) => answer(&door),
        None if message.command().is_empty() => Err(Refusal::field(FieldProblem::missing(Field::Command)).into()),
        None => Err(Refusal::RequestUnknown.into()),
    }
}
