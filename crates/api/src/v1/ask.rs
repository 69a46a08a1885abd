//! What a call was given: who asks, the numbers in its path, its query and its JSON, read strictly.

use super::Route;
use super::reply::{Problem, Reply};
use engine::{Actor, Engine, Error, Once, Operation};
use http::StatusCode;
use serde::de::DeserializeOwned;

/// A request that may be answered.
pub(super) struct Ask<'a> {
    pub engine: &'a Engine,
    pub actor: Actor,
    pub numbers: &'a [i64],
    pub query: Vec<(String, String)>,
    pub key: Option<String>,
    pub method: &'a str,
    pub path: &'a str,
    pub body: &'a [u8],
}

impl Ask<'_> {
    /// Refuses what the route does not know, and what is given twice.
    pub(super) fn known_parameters(&self, route: &Route) -> Result<(), Problem> {
        for (place, (name, _)) in self.query.iter().enumerate() {
            if !route.query.iter().any(|p| p.name == name) {
                return Err(Problem::field(name, "is unknown here"));
            }
            if self.query[..place].iter().any(|(before, _)| before == name) {
                return Err(Problem::field(name, "may be given only once"));
            }
        }
        if route.body.is_none() && !self.body.is_empty() && self.body != b"{}" {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "this call takes no body"));
        }
        Ok(())
    }

    /// The number in the path; every route that asks for it has one.
    pub(super) fn number(&self) -> i64 {
        self.numbers.first().copied().unwrap_or(0)
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A number of the query within bounds, or what stands for none.
    pub(super) fn number_of(&self, name: &'static str, bounds: std::ops::RangeInclusive<i64>, none: i64) -> Result<i64, Problem> {
        match self.parameter(name) {
            None => Ok(none),
            Some(text) => text
                .parse()
                .ok()
                .filter(|n| bounds.contains(n))
                .ok_or_else(|| Problem::field(name, format!("must be a whole number from {} to {}", bounds.start(), bounds.end()))),
        }
    }

    /// The number of an object before which a page begins.
    pub(super) fn place_of(&self, name: &'static str) -> Result<Option<i64>, Problem> {
        let Some(text) = self.parameter(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|n| *n >= 0);
        Ok(Some(number.ok_or_else(|| Problem::field(name, "must be the `next` of another page"))?))
    }

    /// The body as JSON, whatever its content type says; none is an empty object.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let body = if self.body.is_empty() { b"{}" } else { self.body };
        serde_json::from_slice(body).map_err(|error| {
            let text = error.to_string();
            // serde puts the name of a missing or unknown field between backquotes and nothing else of the kind before it.
            let named = text.strip_prefix("missing field `").or_else(|| text.strip_prefix("unknown field `"));
            match named.and_then(|rest| rest.split_once('`')) {
                Some((field, _)) => Problem::field(field, text.clone()),
                None => Problem::new(StatusCode::BAD_REQUEST, format!("the body is not the JSON that is expected: {text}")),
            }
        })
    }

    pub(super) fn run<O: Operation>(&self, call: &'static str, operation: O) -> Result<O::Done, Problem> {
        self.engine.run(&self.actor, operation).map_err(|error| self.failed(call, error))
    }

    pub(super) fn failed(&self, call: &'static str, error: Error) -> Problem {
        Problem::of_engine(self.engine, call, error)
    }

    /// Runs an operation once for the request's key, if it has one.
    pub(super) fn once<O: Operation + Sync>(
        &self,
        call: &'static str,
        operation: O,
        render: fn(&O::Done) -> (u16, String),
    ) -> Result<Reply, Problem> {
        // Method and path hold no line feed, so that no two requests read alike.
        let request = format!("{}\n{}\n{}", self.method, self.path, String::from_utf8_lossy(self.body));
        let kept = self.run(call, Once { key: self.key.clone(), request, operation, render })?;
        Ok(Reply::kept(kept))
    }
}
