//! Replies: JSON with its status, and one shape for everything that goes wrong.

use crate::codes;
use engine::{Engine, Error};
use http::{HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::Serialize;

/// A reply that is ready to go.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    body: Vec<u8>,
    allow: Option<String>,
}

impl Reply {
    /// 200 with a value.
    pub(crate) fn json(value: &impl Serialize) -> Result<Reply, Problem> {
        Reply::with(StatusCode::OK, value)
    }

    fn with(status: StatusCode, value: &impl Serialize) -> Result<Reply, Problem> {
        let mut body =
            serde_json::to_vec(value).map_err(|e| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, None, format!("the reply: {e}")))?;
        body.push(b'\n');
        Ok(Reply { status, body, allow: None })
    }

    pub(crate) fn into_response(self) -> http::Response<Vec<u8>> {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(allow) = self.allow.and_then(|allow| HeaderValue::from_str(&allow).ok()) {
            headers.insert(header::ALLOW, allow);
        }
        response
    }
}

/// Why a call was not answered: `{"error":{"field":..,"message":..}}`.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    field: Option<String>,
    message: String,
    /// The number under which a fault was logged.
    incident: Option<String>,
    allow: Option<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    field: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<&'a str>,
}

/// Longest text of a caller's own that is repeated, in characters.
const REPEATED_MAX: usize = 80;

impl Problem {
    pub(crate) fn new(status: StatusCode, field: Option<&str>, message: impl Into<String>) -> Problem {
        let field = field.map(|field| field.chars().take(REPEATED_MAX).collect());
        Problem { status, field, message: message.into(), incident: None, allow: None }
    }

    /// 400 for one field; the message begins with its name.
    pub(crate) fn field(field: &str, message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, Some(field), message)
    }

    pub(crate) fn allowing(mut self, methods: String) -> Problem {
        self.allow = Some(methods);
        self
    }

    /// An error of the engine. A fault is logged under a number, and the caller hears the number only.
    pub(crate) fn of_engine(engine: &Engine, call: &'static str, error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => {
                let (status, field, message) = codes::refused(&refusal);
                Problem::new(status, field.as_deref(), message)
            }
            Error::Fault(fault) => {
                let incident = engine.incident();
                tracing::error!(%incident, %fault, call, "a call of the lab failed");
                let mut problem =
                    Problem::new(StatusCode::SERVICE_UNAVAILABLE, None, "something of ours failed; it was logged under this number");
                problem.incident = Some(incident);
                problem
            }
        }
    }

    pub(crate) fn reply(self) -> Reply {
        let error = ErrorBody { field: self.field.as_deref(), message: &self.message, incident: self.incident.as_deref() };
        let mut reply = Reply::with(self.status, &Body { error }).unwrap_or_else(|_| Reply {
            status: self.status,
            body: b"{\"error\":{\"field\":null,\"message\":\"\"}}\n".to_vec(),
            allow: None,
        });
        reply.allow = self.allow;
        reply
    }
}

/// Names and values of a query. A plus stays a plus: what is asked for here are addresses and instants, which hold no blanks.
pub(crate) fn query_pairs(query: &str) -> Result<Vec<(String, String)>, &'static str> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| "the query is not UTF-8");
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}
