//! Long bodies: read from the store part by part as the client takes them, so that a list of any length holds no more than a part in memory.

use crate::http::working;
use axum::body::{Body, Bytes};
use dmapi::{Cut, Parts};
use http_body_util::channel::{Channel, Sender};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many long lists are sent at once; each has a part or two in memory, and no thread while its client reads.
pub const AT_ONCE: usize = 64;
/// A client takes a part within this time, or the list is cut off.
const TAKEN_WITHIN: Duration = Duration::from_secs(60);

/// Why a body ended before its end: the connection is closed without the mark of the end, so the client sees that something is missing.
#[derive(Debug)]
pub struct CutOff;

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list was cut off")
    }
}

impl std::error::Error for CutOff {}

/// A body that is sent as it is read. `place` is one of [`AT_ONCE`]; each part waits for a turn like any request.
pub fn body(parts: Parts, turns: Arc<Semaphore>, place: OwnedSemaphorePermit) -> Body {
    let (sender, channel) = Channel::<Bytes, CutOff>::new(1);
    tokio::spawn(send(parts, turns, place, sender));
    Body::new(channel)
}

async fn send(mut parts: Parts, turns: Arc<Semaphore>, place: OwnedSemaphorePermit, mut out: Sender<Bytes, CutOff>) {
    let _place = place;
    loop {
        let Ok(turn) = turns.clone().acquire_owned().await else { return out.abort(CutOff) };
        let read = tokio::task::spawn_blocking(move || {
            let part = working(Some(turn), || parts.next());
            (parts, part)
        });
        let Ok((rest, part)) = read.await else { return out.abort(CutOff) };
        parts = rest;
        match part {
            None => return,
            Some(Err(Cut)) => return out.abort(CutOff),
            Some(Ok(octets)) => match tokio::time::timeout(TAKEN_WITHIN, out.send_data(Bytes::from(octets))).await {
                Ok(Ok(())) => {}
                // Nobody listens any more.
                Ok(Err(_)) => return,
                Err(_) => return out.abort(CutOff),
            },
        }
    }
}
