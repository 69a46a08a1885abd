//! Extensions of commands and replies, one file each.

pub mod fee;
pub mod kr;
pub mod release;
pub mod rgp;
pub mod secdns;
