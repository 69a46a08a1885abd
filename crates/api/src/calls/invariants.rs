//! `/sandbox/invariants`: every promise that can be computed, and what breaks it.

use crate::reply::{Problem, Reply};
use crate::request::Ask;
use serde::Serialize;

#[derive(Serialize)]
struct View {
    ok: bool,
    promises: Vec<PromiseView>,
    /// Orders that wait for staff; no promise is broken by them.
    attention: i64,
}

#[derive(Serialize)]
struct PromiseView {
    name: &'static str,
    violations: Vec<String>,
}

pub(crate) fn show(ask: &Ask<'_>) -> Result<Reply, Problem> {
    ask.no_parameters()?;
    let verdict = ask.lab.verify().map_err(|error| Problem::of_engine(ask.engine, "invariants", error))?;
    let ok = verdict.holds();
    let promises = verdict.promises.into_iter().map(|p| PromiseView { name: p.name, violations: p.violations }).collect();
    Reply::json(&View { ok, promises, attention: verdict.attention })
}
