//! The calendar: lives of names played through the wire of both dialects, and written down for people who know domains to read. Never shipped.
//!
//! `lives.txt` says what is done to each name and when, `zones/<zone>.txt` what came of it in that zone.

mod book;
mod lives;
mod wire;

pub use book::lived;
pub use lives::{Life, Step, When, lives};
pub use wire::{Answer, Desk};
