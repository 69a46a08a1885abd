//! The far side: what the engine may ask of a registry, the EPP connector that asks it, and the embedded registry that can answer.

mod asked;

pub mod connector;
pub mod embedded;
pub mod faults;
pub mod pki;

pub use asked::*;
pub use connector::recover;
