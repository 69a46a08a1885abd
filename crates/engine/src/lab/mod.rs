//! The lab: the movable clock, captured mails and the seed of the sandbox.

mod clock;
mod mails;
mod portfolio;
mod seed;
mod snapshot;

pub(crate) use clock::TimeGate;
pub use clock::{Happening, Moved};
pub use mails::MailView;
pub use portfolio::{NewName, Planted};
pub use seed::{SEEDED_DOMAINS, Seeded, SeededObject, arrive, day, mirrored, notice, seed};
