//! What tests share: a registrar with a movable clock on either store, and the runner of transcripts. Never shipped.

mod database;
mod fixture;
pub mod stage;
pub mod transcript;
mod wishes;

pub use database::{Database, stores};
pub use fixture::{Fixture, START, on_both, still_world, world};
pub use wishes::{name, person, refused, tokens};
