//! The calls of the lab, one file each.

pub(crate) mod clock;
pub(crate) mod faults;
pub(crate) mod invariants;
pub(crate) mod mail;
pub(crate) mod registry;
pub(crate) mod reset;
pub(crate) mod snapshot;
