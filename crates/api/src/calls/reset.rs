//! `/sandbox/reset`: everything back to the seed.

use crate::reply::{Problem, Reply};
use crate::request::Ask;
use http::StatusCode;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize)]
struct View {
    reset: bool,
}

pub(crate) fn run(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let Nothing {} = ask.json()?;
    ask.lab.reset().map_err(|why| {
        tracing::error!(%why, "the sandbox could not be reset");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, None, format!("the sandbox could not be reset: {why}"))
    })?;
    Reply::json(&View { reset: true })
}
