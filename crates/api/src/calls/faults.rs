//! `/sandbox/faults` and `/sandbox/crash`: what is scripted to go wrong.

use crate::reply::{Problem, Reply};
use crate::request::Ask;
use engine::faults::{CRASH_POINTS, FaultError, FaultKind, POINTS};
use http::StatusCode;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFault {
    at: String,
    kind: String,
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Crash {
    after: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize)]
struct View {
    /// Oldest first; `times` is how often each will still strike.
    faults: Vec<FaultView>,
    /// Points at which the process will die.
    crashes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleared: Option<usize>,
}

#[derive(Serialize)]
struct FaultView {
    at: String,
    kind: &'static str,
    times: u32,
}

fn view(ask: &Ask<'_>, cleared: Option<usize>) -> Result<Reply, Problem> {
    let armed = ask.engine.faults();
    let faults = armed.list().into_iter().map(|f| FaultView { at: f.at, kind: f.kind.word(), times: f.times }).collect();
    Reply::json(&View { faults, crashes: armed.crashes(), cleared })
}

fn refused(error: FaultError) -> Problem {
    match &error {
        FaultError::Point(_) => Problem::field("at", format!("at must be one of {}", POINTS.join(", "))),
        FaultError::CrashPoint(_) => Problem::field("after", format!("after must be one of {}", CRASH_POINTS.join(", "))),
        FaultError::Times => Problem::field("times", error.to_string()),
        FaultError::TooMany => Problem::new(StatusCode::CONFLICT, None, error.to_string()),
    }
}

pub(crate) fn list(ask: &Ask<'_>) -> Result<Reply, Problem> {
    ask.no_parameters()?;
    view(ask, None)
}

pub(crate) fn add(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let fault: NewFault = ask.json()?;
    let kind = FaultKind::from_word(&fault.kind);
    let words = || FaultKind::ALL.map(FaultKind::word).join(", ");
    let kind = kind.ok_or_else(|| Problem::field("kind", format!("kind must be one of {}", words())))?;
    ask.engine.faults().add(&fault.at, kind, fault.times).map_err(refused)?;
    view(ask, None)
}

pub(crate) fn clear(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let Nothing {} = ask.json()?;
    let cleared = ask.engine.faults().clear();
    view(ask, Some(cleared))
}

pub(crate) fn crash(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let crash: Crash = ask.json()?;
    ask.engine.faults().crash_at(&crash.after).map_err(refused)?;
    view(ask, None)
}
