//! `/sandbox/clock`: shows the business clock; moves it forward, with all that falls due in between.

use crate::reply::{Problem, Reply};
use crate::request::Ask;
use engine::lab::Happening;
use engine::{Engine, Error};
use model::{Field, Refusal, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    advance: Option<String>,
    set: Option<String>,
}

#[derive(Serialize)]
struct View {
    now: String,
    /// The real clock, for comparison.
    real: String,
    /// How many things happened; the list ends after the first thousand.
    count: usize,
    happenings: Vec<HappeningView>,
}

#[derive(Serialize)]
struct HappeningView {
    at: String,
    what: String,
}

/// One call moves the clock this far at most: no contract of a name is longer, and each day of it may hold work.
const ADVANCE_YEARS_MAX: i64 = 100;

fn view(engine: &Engine, now: Timestamp, count: usize, happenings: Vec<Happening>) -> Result<Reply, Problem> {
    let happenings = happenings.into_iter().map(|h| HappeningView { at: h.at.rfc3339(), what: h.what }).collect();
    Reply::json(&View { now: now.rfc3339(), real: engine.real_now().rfc3339(), count, happenings })
}

pub(crate) fn show(ask: &Ask<'_>) -> Result<Reply, Problem> {
    ask.no_parameters()?;
    view(ask.engine, ask.engine.now(), 0, Vec::new())
}

pub(crate) fn set(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let now = ask.engine.now();
    let (field, target) = target(&ask.json()?, now)?;
    let moved = ask.lab.move_clock(target).map_err(|error| match error {
        // The engine knows one way of moving the clock; the caller hears of the one that was used.
        Error::Refused(Refusal::Fields(mut problems)) => {
            for problem in &mut problems {
                problem.field = Field::Other(field);
            }
            Problem::of_engine(ask.engine, "clock", Refusal::Fields(problems).into())
        }
        other => Problem::of_engine(ask.engine, "clock", other),
    })?;
    view(ask.engine, moved.now, moved.count, moved.happenings)
}

/// Which field was given, and the instant that is meant.
fn target(wish: &Wish, now: Timestamp) -> Result<(&'static str, Timestamp), Problem> {
    let (field, at) = match (&wish.advance, &wish.set) {
        (Some(span), None) => {
            let at = now.plus_iso(span);
            ("advance", at.ok_or_else(|| Problem::field("advance", "advance must be a duration such as P5D, P1M or PT6H1M"))?)
        }
        (None, Some(text)) => {
            let at = Timestamp::parse_rfc3339(text);
            ("set", at.ok_or_else(|| Problem::field("set", "set must be an instant such as 2031-01-01T00:00:00Z"))?)
        }
        (Some(_), Some(_)) => return Err(Problem::field("set", "advance and set exclude each other")),
        (None, None) => return Err(Problem::field("advance", "advance or set is required")),
    };
    if i64::from(at.year()) - i64::from(now.year()) > ADVANCE_YEARS_MAX {
        return Err(Problem::field(field, format!("{field} would move the clock by more than {ADVANCE_YEARS_MAX} years in one call")));
    }
    Ok((field, at))
}
