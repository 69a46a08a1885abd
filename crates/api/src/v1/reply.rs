//! Replies of the JSON API: JSON with its status, and problems in the form of RFC 9457.

use crate::codes;
use engine::{Engine, Error, KeptReply};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

/// A reply that is ready to go.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    kind: &'static str,
    body: Vec<u8>,
    headers: Vec<(HeaderName, String)>,
}

/// Values of ours always have a form in JSON; if one had none, the client would see an empty object and not a broken one.
pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}

impl Reply {
    /// 200 with a value.
    pub(super) fn json(value: &impl Serialize) -> Reply {
        Reply { status: StatusCode::OK, kind: "application/json", body: text(value).into_bytes(), headers: Vec::new() }
    }

    /// 204.
    pub(super) fn empty() -> Reply {
        Reply { status: StatusCode::NO_CONTENT, kind: "", body: Vec::new(), headers: Vec::new() }
    }

    /// A reply that was kept with its change.
    pub(super) fn kept(kept: KeptReply) -> Reply {
        let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
        let headers = if kept.repeated { vec![(HeaderName::from_static("idempotency-replayed"), "true".to_owned())] } else { Vec::new() };
        Reply { status, kind: "application/json", body: kept.body.into_bytes(), headers }
    }

    pub(super) fn into_response(self) -> Response<Vec<u8>> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if !self.kind.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Why a call was not answered.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    /// The number under which a fault was logged.
    incident: Option<String>,
    headers: Vec<(HeaderName, String)>,
}

#[derive(Debug, Serialize)]
struct FieldError {
    field: String,
    message: String,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<&'a str>,
}

/// Longest text of a caller's own that is repeated, in characters.
const REPEATED_MAX: usize = 80;

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem { status, detail: detail.into(), errors: Vec::new(), incident: None, headers: Vec::new() }
    }

    /// 400 for one field.
    pub(super) fn field(field: &str, message: impl Into<String>) -> Problem {
        let field: String = field.chars().take(REPEATED_MAX).collect();
        let message = message.into();
        let mut problem = Problem::new(StatusCode::BAD_REQUEST, format!("{field}: {message}"));
        problem.errors.push(FieldError { field, message });
        problem
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn allowing(mut self, methods: String) -> Problem {
        self.headers.push((header::ALLOW, methods));
        self
    }

    pub(super) fn asking_for_key(mut self) -> Problem {
        self.headers.push((header::WWW_AUTHENTICATE, "Bearer".to_owned()));
        self
    }

    /// An error of the engine. A fault is logged under a number, and the caller hears the number only.
    pub(super) fn of_engine(engine: &Engine, call: &'static str, error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => {
                let (status, _, detail) = codes::refused(&refusal);
                let mut problem = Problem::new(status, detail);
                if let model::Refusal::Fields(fields) = &refusal {
                    let error = |p: &model::FieldProblem| FieldError {
                        field: codes::field_name(&p.field),
                        message: p.problem.describe(codes::field_name),
                    };
                    problem.errors = fields.iter().map(error).collect();
                }
                if let model::Refusal::TooManyAttempts { wait_seconds } = refusal {
                    problem.headers.push((header::RETRY_AFTER, wait_seconds.to_string()));
                }
                problem
            }
            Error::Fault(fault) => {
                let incident = engine.incident();
                tracing::error!(%incident, %fault, call, "a call of the JSON API failed");
                let mut problem =
                    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "something of ours failed; it was logged under this number");
                problem.incident = Some(incident);
                problem
            }
        }
    }

    pub(super) fn reply(self) -> Reply {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            incident: self.incident.as_deref(),
        };
        Reply { status: self.status, kind: "application/problem+json", body: text(&body).into_bytes(), headers: self.headers }
    }
}
