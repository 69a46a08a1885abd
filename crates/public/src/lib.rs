//! Pages that people reach from mails: `/foa/<token>` asks whether a transfer is agreed to, `/grant/<token>` whether a shared name is accepted,
//! `/owner-change/<token>` whether a change of owner is agreed to, `/verify/<token>` whether a mail address is right.
//!
//! Looking changes nothing, since mail programs open links by themselves; only the form's POST answers. No script is needed.

mod grant;
mod owner_change;
mod verify;

use engine::transfer::{Answered, ConsentView};
use engine::verification::Question;
use engine::{Engine, Error};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use minijinja::{Environment, context};
use model::transfer::Direction;
use model::{DomainName, Timestamp};

/// Nothing but this server's own style; no script, no frame around the page, no form to elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const PAGE: &str = include_str!("../templates/page.html");
const VERIFY_PAGE: &str = include_str!("../templates/verify.html");
const STYLE: &str = include_str!("../assets/style.css");
/// Longer than any token of ours.
const TOKEN_MAX: usize = 128;
/// Longer than any form of ours.
const PAGE_POST_MAX: usize = 4_096;

/// What a page says.
struct Page {
    status: StatusCode,
    title: String,
    lines: Vec<String>,
    question: Option<ConsentView>,
}

impl Page {
    fn new(status: StatusCode, title: impl Into<String>, line: impl Into<String>) -> Page {
        Page { status, title: title.into(), lines: vec![line.into()], question: None }
    }
}

/// Answers one request below `/foa`, `/grant`, `/owner-change` or `/verify`; `peer` is the address it came from.
pub fn answer(engine: &Engine, peer: &str, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    if let Some(token) = path.strip_prefix("/grant/").or_else(|| path.strip_prefix("/grant")) {
        return grant::answer(engine, peer, token, request.method(), request.body());
    }
    if let Some(token) = path.strip_prefix("/owner-change/").or_else(|| path.strip_prefix("/owner-change")) {
        return owner_change::answer(engine, token, request.method(), request.body());
    }
    let method = request.method().clone();
    let reading = matches!(method, Method::GET | Method::HEAD);
    if path == "/foa/style.css" {
        return if reading { reply(StatusCode::OK, "text/css; charset=utf-8", STYLE) } else { refused_method("GET, HEAD") };
    }
    let (verifies, token) = match path.strip_prefix("/verify/") {
        Some(token) => (true, token),
        None => (false, path.strip_prefix("/foa/").unwrap_or_default()),
    };
    if !is_token(token) {
        return print(engine, unknown());
    }
    if verifies {
        return verify::answer(engine, &request, token);
    }
    let answered = match method {
        Method::GET | Method::HEAD => engine.consent(token),
        Method::POST => match given(request.body()) {
            Some(agree) => engine.answer_consent(token, agree),
            None => {
                let line = "Please use one of the two buttons of the page.";
                return print(engine, Page::new(StatusCode::BAD_REQUEST, "No answer was given", line));
            }
        },
        _ => return refused_method("GET, HEAD, POST"),
    };
    match answered {
        Ok(answered) => print(engine, page(answered)),
        Err(error) => print(engine, failed(engine, &error)),
    }
}

/// Whether a text could be a token at all.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= TOKEN_MAX && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The answer in a form's body.
fn given(body: &[u8]) -> Option<bool> {
    let text = std::str::from_utf8(body).ok()?;
    text.split('&').find_map(|pair| match pair {
        "answer=approve" => Some(true),
        "answer=refuse" => Some(false),
        _ => None,
    })
}

fn unknown() -> Page {
    let line = "This link leads nowhere. If you copied it from a mail, please check that it is complete.";
    Page::new(StatusCode::NOT_FOUND, "Unknown link", line)
}

fn failed(engine: &Engine, error: &Error) -> Page {
    match error {
        Error::Refused(_) => {
            let line = "The name is being worked on just now. Please open the link again in a few minutes.";
            Page::new(StatusCode::CONFLICT, "Not now", line)
        }
        Error::Fault(_) => {
            let incident = engine.incident();
            tracing::error!(%incident, %error, "an owner's page failed");
            let line = format!("Your answer was not taken. Please try again later; the failure was noted under {incident}.");
            Page::new(StatusCode::INTERNAL_SERVER_ERROR, "Something failed", line)
        }
    }
}

fn page(answered: Answered) -> Page {
    match answered {
        Answered::Open(view) => {
            let silence = if view.silence_approves {
                "If you do nothing, the transfer takes place."
            } else {
                "If you do nothing, the transfer does not take place."
            };
            let what = match view.direction {
                Direction::Out => "Another registrar was asked to take over this domain name. Do you agree?",
                Direction::In | Direction::Internal => "The transfer of this domain name was asked for. Do you agree?",
            };
            let title = format!("Transfer of {}", shown(&view.name));
            Page { status: StatusCode::OK, title, lines: vec![what.to_owned(), silence.to_owned()], question: Some(view) }
        }
        Answered::Taken { name, agreed: true } => Page::new(
            StatusCode::OK,
            format!("You agreed to the transfer of {}", shown(&name)),
            "Thank you. Nothing more is needed from you.",
        ),
        Answered::Taken { name, agreed: false } => {
            Page::new(StatusCode::OK, format!("You refused the transfer of {}", shown(&name)), "Thank you. The name stays where it is.")
        }
        Answered::Unknown => unknown(),
        Answered::Used { name, state } => {
            let line = format!(
                "This link was used already, or was replaced by a newer one. The transfer of {} is {}.",
                shown(&name),
                state.sentence()
            );
            Page::new(StatusCode::GONE, "This link is used up", line)
        }
        Answered::Expired { name } => {
            let line = format!("The time for an answer about {} is over. Nothing was changed.", shown(&name));
            Page::new(StatusCode::GONE, "This link has expired", line)
        }
        Answered::MovedOn { name, state } => {
            let line = format!(
                "The transfer of {} does not wait for your answer any more: it is {}. Nothing was changed.",
                shown(&name),
                state.sentence()
            );
            Page::new(StatusCode::CONFLICT, "The transfer has moved on", line)
        }
        Answered::Failed { name, reason } => {
            let line = format!("The answer about {} could not be handed on: {reason}. You can try again.", shown(&name));
            Page::new(StatusCode::BAD_GATEWAY, "Your answer was not taken", line)
        }
    }
}

/// The name as people write it; where that differs, its wire form too.
fn shown(name: &DomainName) -> String {
    let unicode = name.unicode();
    if unicode == name.as_str() { unicode } else { format!("{unicode} ({})", name.as_str()) }
}

fn day(at: Timestamp) -> String {
    let c = at.civil();
    format!("{:04}-{:02}-{:02} {:02}:{:02} UTC", c.year, c.month, c.day, c.hour, c.minute)
}

fn print(engine: &Engine, page: Page) -> Response<Vec<u8>> {
    let mut templates = Environment::new();
    let rendered = templates.add_template("page.html", PAGE).and_then(|()| templates.get_template("page.html")).and_then(|template| {
        let question = page.question.as_ref().map(|q| {
            context! {
                name => shown(&q.name), losing => &q.losing, gaining => &q.gaining, requested => day(q.requested), expires => day(q.expires)
            }
        });
        template.render(context! { title => page.title, lines => page.lines, question => question })
    });
    made(engine, page.status, rendered)
}

/// The question whether an address is right, with the names that wait for it.
fn print_verification(engine: &Engine, question: &Question) -> Response<Vec<u8>> {
    let mut templates = Environment::new();
    let rendered =
        templates.add_template("verify.html", VERIFY_PAGE).and_then(|()| templates.get_template("verify.html")).and_then(|template| {
            let names: Vec<_> = question
                .names
                .iter()
                .map(|waiting| {
                    let name = DomainName::parse(&waiting.name).map_or_else(|_| waiting.name.clone(), |name| shown(&name));
                    context! { name, line => format!("your answer is needed until {}", day(waiting.due)) }
                })
                .collect();
            template.render(context! { title => format!("Is {} your address?", question.address), names })
        });
    made(engine, StatusCode::OK, rendered)
}

fn made(engine: &Engine, status: StatusCode, rendered: Result<String, minijinja::Error>) -> Response<Vec<u8>> {
    match rendered {
        Ok(html) => reply(status, "text/html; charset=utf-8", html),
        Err(error) => {
            let incident = engine.incident();
            tracing::error!(%incident, %error, "an owner's page could not be made");
            reply(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", format!("The page could not be made ({incident}).\n"))
        }
    }
}

fn refused_method(allowed: &'static str) -> Response<Vec<u8>> {
    let mut response = reply(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", format!("{allowed} are the methods here\n"));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

fn reply(status: StatusCode, kind: &'static str, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use engine::Actor;
    use engine::transfer::{TransferIn, UnsettableContacts};
    use model::Channel;
    use model::domain::{Privacy, RenewalMode};
    use testkit::Fixture;

    pub(crate) fn send(fixture: &Fixture, method: &str, path: &str, body: &str) -> Response<Vec<u8>> {
        let request = Request::builder().method(method).uri(path).body(body.as_bytes().to_vec()).unwrap();
        answer(fixture.engine(), "192.0.2.1", request)
    }

    pub(crate) fn text(response: &Response<Vec<u8>>) -> String {
        String::from_utf8(response.body().clone()).unwrap().replace("&#x2f;", "/")
    }

    fn ask(fixture: &Fixture, demo: &Actor) -> String {
        let wish = TransferIn {
            name: DomainName::parse("movable.com").unwrap(),
            auth_info: Some("move-me-1".to_owned()),
            registrant: None,
            admin: vec![],
            tech: vec![],
            billing: vec![],
            unsettable: UnsettableContacts::Later,
            hosts: vec![],
            transfer_lock: None,
            renewal_mode: RenewalMode::Default,
            privacy: Privacy::Off,
            price_limit: None,
            fields: vec![],
            owner_email: None,
            client_id: String::new(),
        };
        fixture.engine().transfer_in(demo, wish).unwrap();
        let mails = fixture.engine().mails(Some("owner@outside.example".to_owned())).unwrap();
        let link = mails[0].links[0].clone();
        link[link.find("/foa/").unwrap()..].to_owned()
    }

    #[test]
    fn a_link_is_looked_at_without_effect_and_answered_once() {
        let fixture = Fixture::new();
        let demo = fixture.actor(Channel::Dmapi, "demo");
        let path = ask(&fixture, &demo);
        for _ in 0..2 {
            let page = send(&fixture, "GET", &path, "");
            assert_eq!(page.status(), 200);
            let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("script"));
            let html = text(&page);
            assert!(
                html.contains("Transfer of movable.com") && html.contains("<form method=\"post\">") && !html.contains("<script"),
                "{html}"
            );
        }
        assert_eq!(send(&fixture, "POST", &path, "answer=perhaps").status(), 400);
        assert_eq!(send(&fixture, "PUT", &path, "").status(), 405);
        let taken = send(&fixture, "POST", &path, "answer=refuse");
        assert_eq!(taken.status(), 200);
        assert!(text(&taken).contains("You refused the transfer of movable.com"));
        for (method, body) in [("GET", ""), ("POST", "answer=approve")] {
            let late = send(&fixture, method, &path, body);
            assert_eq!(late.status(), 409);
            assert!(text(&late).contains("refused by the holder"), "{}", text(&late));
        }
        fixture.assert_promises();
    }

    #[test]
    fn a_link_that_expired_or_never_was_does_nothing() {
        let fixture = Fixture::new();
        let demo = fixture.actor(Channel::Dmapi, "demo");
        let path = ask(&fixture, &demo);
        fixture.advance("P5DT1S");
        let page = send(&fixture, "POST", &path, "answer=approve");
        assert_eq!(page.status(), 409);
        assert!(text(&page).contains("lapsed"));
        for path in ["/foa", "/foa/", "/foa/00ff", "/foa/%2e%2e", "/foa/<script>", &format!("/foa/{}", "a".repeat(500))] {
            let Ok(request) = Request::builder().uri(path).body(Vec::new()) else { continue };
            assert_eq!(answer(fixture.engine(), "192.0.2.1", request).status(), 404, "{path}");
        }
        assert_eq!(send(&fixture, "GET", "/foa/style.css", "").status(), 200);
    }
}
