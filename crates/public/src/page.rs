//! What every page is made of: its words, the form below them, one layout, and the headers of a reply.

use engine::{Engine, Error};
use http::{HeaderValue, Response, StatusCode, header};
use minijinja::{Environment, Value, context};
use model::{DomainName, Timestamp};
use std::sync::LazyLock;

/// Nothing but this server's own style; no script, no frame around the page, no form to elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TEMPLATES: [(&str, &str); 5] = [
    ("layout.html", include_str!("../templates/layout.html")),
    ("grant.html", include_str!("../templates/grant.html")),
    ("owner-change.html", include_str!("../templates/owner-change.html")),
    ("transfer.html", include_str!("../templates/transfer.html")),
    ("verify.html", include_str!("../templates/verify.html")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
});

/// A page: what it says, and the question below it if there is one.
pub(crate) struct Page {
    status: StatusCode,
    title: String,
    lines: Vec<String>,
    question: Option<Question>,
}

/// The form of a page.
struct Question {
    template: &'static str,
    values: Value,
}

impl Page {
    /// A page of words.
    pub(crate) fn new(status: StatusCode, title: impl Into<String>, line: impl Into<String>) -> Page {
        Page { status, title: title.into(), lines: vec![line.into()], question: None }
    }

    /// A page that asks.
    pub(crate) fn asking(title: String, lines: &[&str], template: &'static str, values: Value) -> Page {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Page { status: StatusCode::OK, title, lines, question: Some(Question { template, values }) }
    }

    /// The same page with another status.
    pub(crate) fn with_status(self, status: StatusCode) -> Page {
        Page { status, ..self }
    }

    pub(crate) fn unknown() -> Page {
        let line = "This link leads nowhere. If you copied it from a mail, please check that it is complete.";
        Page::new(StatusCode::NOT_FOUND, "Unknown link", line)
    }

    /// The form came back without an answer in it.
    pub(crate) fn unanswered() -> Page {
        Page::new(StatusCode::BAD_REQUEST, "No answer was given", "Please use one of the buttons of the page.")
    }

    /// The answer could not be taken; what failed inside is logged under an incident.
    pub(crate) fn failed(engine: &Engine, error: &Error) -> Page {
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

    /// The reply that shows it.
    pub(crate) fn reply(self, engine: &Engine) -> Response<Vec<u8>> {
        match self.html() {
            Ok(html) => reply(self.status, "text/html; charset=utf-8", html),
            Err(error) => {
                let incident = engine.incident();
                tracing::error!(%incident, %error, "an owner's page could not be made");
                let text = format!("The page could not be made ({incident}).\n");
                reply(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", text)
            }
        }
    }

    fn html(&self) -> Result<String, String> {
        let environment = ENVIRONMENT.as_ref().map_err(ToString::to_string)?;
        let (template, values) = match &self.question {
            Some(question) => (question.template, question.values.clone()),
            None => ("layout.html", context! {}),
        };
        let template = environment.get_template(template).map_err(|e| e.to_string())?;
        template.render(context! { title => &self.title, lines => &self.lines, ..values }).map_err(|e| e.to_string())
    }
}

/// The name as people write it; where that differs, its wire form too.
pub(crate) fn shown(name: &DomainName) -> String {
    let unicode = name.unicode();
    if unicode == name.as_str() { unicode } else { format!("{unicode} ({})", name.as_str()) }
}

pub(crate) fn day(at: Timestamp) -> String {
    let c = at.civil();
    format!("{:04}-{:02}-{:02} {:02}:{:02} UTC", c.year, c.month, c.day, c.hour, c.minute)
}

pub(crate) fn refused_method(allowed: &'static str) -> Response<Vec<u8>> {
    let mut response = reply(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", format!("{allowed} are the methods here\n"));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

pub(crate) fn reply(status: StatusCode, kind: &'static str, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
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
