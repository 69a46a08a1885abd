//! Hosted zones as DMAPI writes them: `label type pri target ttl [from to parameters]`, a record a line (dmapi.md 9.1).
//!
//! Reading is generous in layout, since each client writes its own, and strict in content; writing has one form. What records must keep to
//! among themselves is `model::hosted`'s to say.

mod read;
mod tokens;
mod write;

pub use read::{LineProblem, ZoneText, read};
pub use write::{default_name_server, directives, record};
