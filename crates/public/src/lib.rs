//! Pages that people reach from mails: `/foa/<token>` asks whether a transfer is agreed to, `/grant/<token>` whether a shared name is accepted,
//! `/owner-change/<token>` whether a change of owner is agreed to, `/verify/<token>` whether a mail address is right.
//!
//! Looking changes nothing, since mail programs open links by themselves; only the form's POST answers. No script is needed.
//!
//! And, on a listener of its own, what hosted zones say about web requests: `redirect.rs`.

mod foa;
mod grant;
mod owner_change;
mod page;
mod redirect;
mod verify;

pub use redirect::redirect;

use engine::Engine;
use http::{Method, Request, Response, StatusCode};
use page::{Page, refused_method, reply};

const STYLE: &str = include_str!("../assets/style.css");
/// Longer than any token of ours.
const TOKEN_MAX: usize = 128;

/// Answers one request below `/foa`, `/grant`, `/owner-change` or `/verify`; `peer` is the address it came from.
pub fn answer(engine: &Engine, peer: &str, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let (path, method, body) = (request.uri().path(), request.method(), request.body().as_slice());
    if path == "/foa/style.css" {
        let reading = matches!(*method, Method::GET | Method::HEAD);
        return if reading { reply(StatusCode::OK, "text/css; charset=utf-8", STYLE) } else { refused_method("GET, HEAD") };
    }
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let (room, token) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let page = match room {
        "foa" => foa::answer(engine, token, method, body),
        "grant" => grant::answer(engine, peer, token, method, body),
        "owner-change" => owner_change::answer(engine, token, method, body),
        "verify" => verify::answer(engine, token, method, body),
        _ => Some(Page::unknown()),
    };
    page.map_or_else(|| refused_method("GET, HEAD, POST"), |page| page.reply(engine))
}

/// Whether a text could be a token at all.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= TOKEN_MAX && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a form's body holds a pair as it stands.
fn says(body: &[u8], pair: &str) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| text.split('&').any(|one| one == pair))
}

/// The answer of a form that asks for agreement.
fn approval(body: &[u8]) -> Option<bool> {
    let (approves, refuses) = (says(body, "answer=approve"), says(body, "answer=refuse"));
    (approves != refuses).then_some(approves)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use testkit::Fixture;

    pub(crate) fn send(fixture: &Fixture, method: &str, path: &str, body: &str) -> Response<Vec<u8>> {
        let request = Request::builder().method(method).uri(path).body(body.as_bytes().to_vec()).unwrap();
        answer(fixture.engine(), "192.0.2.1", request)
    }

    pub(crate) fn text(response: &Response<Vec<u8>>) -> String {
        String::from_utf8(response.body().clone()).unwrap().replace("&#x2f;", "/")
    }
}
