//! `/sandbox/snapshot` and `/sandbox/restore`: the whole state kept under an id, listed, deleted, and gone back to.

use crate::reply::{Problem, Reply};
use crate::request::Ask;
use crate::{Snapshot, Unsaved};
use http::StatusCode;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    id: Option<String>,
}

#[derive(Serialize)]
struct View {
    id: String,
    /// What the business clock showed, and shows again once it is restored.
    at: String,
    taken: String,
    bytes: u64,
}

#[derive(Serialize)]
struct All {
    snapshots: Vec<View>,
}

#[derive(Serialize)]
struct Deleted {
    deleted: String,
}

fn view(snapshot: Snapshot) -> View {
    View { id: snapshot.id, at: snapshot.at.rfc3339(), taken: snapshot.taken.rfc3339(), bytes: snapshot.bytes }
}

fn problem(why: Unsaved) -> Problem {
    match why {
        Unsaved::Unable(why) => Problem::new(StatusCode::NOT_IMPLEMENTED, None, why),
        Unsaved::BadId(why) => Problem::field("id", why),
        Unsaved::Unknown(why) => Problem::new(StatusCode::NOT_FOUND, Some("id"), why),
        Unsaved::Conflict(why) => Problem::new(StatusCode::CONFLICT, Some("id"), why),
        Unsaved::Failed(why) => {
            tracing::error!(%why, "a snapshot failed");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, None, why)
        }
    }
}

pub(crate) fn list(ask: &Ask<'_>) -> Result<Reply, Problem> {
    ask.no_parameters()?;
    let snapshots = ask.lab.snapshots().map_err(problem)?.into_iter().map(view).collect();
    Reply::json(&All { snapshots })
}

pub(crate) fn save(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let wish: Wish = ask.json()?;
    Reply::json(&view(ask.lab.snapshot(wish.id.as_deref()).map_err(problem)?))
}

pub(crate) fn restore(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let Wish { id } = ask.json()?;
    let id = id.ok_or_else(|| Problem::field("id", "id is required: which snapshot?"))?;
    Reply::json(&view(ask.lab.restore(&id).map_err(problem)?))
}

pub(crate) fn delete(ask: &Ask<'_>) -> Result<Reply, Problem> {
    let id = ask.only_parameter("id")?.ok_or_else(|| Problem::field("id", "id is required: which snapshot?"))?;
    ask.lab.delete_snapshot(id).map_err(problem)?;
    Reply::json(&Deleted { deleted: id.to_owned() })
}
