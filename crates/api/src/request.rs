//! What a call was given: its query and its JSON, read strictly.

use crate::Lab;
use crate::reply::{Problem, query_pairs};
use engine::Engine;
use http::{Method, StatusCode, header};
use serde::de::DeserializeOwned;

/// No call of the lab needs more.
const BODY_MAX_BYTES: usize = 64 * 1024;

/// A request that may be answered.
pub(crate) struct Ask<'a> {
    pub engine: &'a Engine,
    pub lab: &'a dyn Lab,
    query: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> Ask<'a> {
    /// Reads a request, or says why it may not be answered.
    pub(crate) fn read(engine: &'a Engine, lab: &'a dyn Lab, request: &'a http::Request<Vec<u8>>) -> Result<Ask<'a>, Problem> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            same_origin(request)?;
        }
        if request.body().len() > BODY_MAX_BYTES {
            let message = format!("the body is longer than {BODY_MAX_BYTES} bytes");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, None, message));
        }
        let query = query_pairs(request.uri().query().unwrap_or("")).map_err(|why| Problem::new(StatusCode::BAD_REQUEST, None, why))?;
        Ok(Ask { engine, lab, query, body: request.body() })
    }

    /// The query's one known parameter; anything else in it is refused.
    pub(crate) fn only_parameter(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        let mut found = None;
        for (key, value) in &self.query {
            if key != name {
                return Err(Problem::field(key, format!("is unknown here; there is only `{name}`")));
            }
            if found.replace(value.as_str()).is_some() {
                return Err(Problem::field(name, "may be given only once"));
            }
        }
        Ok(found)
    }

    pub(crate) fn no_parameters(&self) -> Result<(), Problem> {
        match self.query.first() {
            Some((key, _)) => Err(Problem::field(key, "is unknown here: this call has no query")),
            None => Ok(()),
        }
    }

    /// The body as JSON, whatever its content type says: `curl -d` names it a form.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        self.no_parameters()?;
        let body = if self.body.is_empty() { b"{}" } else { self.body };
        serde_json::from_slice(body).map_err(|error| {
            let text = error.to_string();
            // serde puts the name of a missing or unknown field between backquotes and nothing else of the kind before it.
            let named = text.strip_prefix("missing field `").or_else(|| text.strip_prefix("unknown field `"));
            match named.and_then(|rest| rest.split_once('`')) {
                Some((field, _)) => Problem::field(field, text.clone()),
                None => Problem::new(StatusCode::BAD_REQUEST, None, format!("the body is not the JSON that is expected: {text}")),
            }
        })
    }
}

/// A page of another origin must not move the lab through the browser of whoever runs it: browsers name the origin on everything but GET.
fn same_origin(request: &http::Request<Vec<u8>>) -> Result<(), Problem> {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return Ok(()) };
    let authority = origin.to_str().ok().and_then(|text| text.split_once("://")).map(|(_, authority)| authority);
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if authority.is_some() && authority == host {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, None, "the lab takes changes from its own pages only, not from those of another origin"))
}
