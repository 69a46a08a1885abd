//! The questions that operations ask a zone: may this name, these fields, this owner, this period. Pure and total.

mod fields;
mod name;
mod term;

pub use fields::{Accepted, Registrant};
pub use name::{CheckedName, NameProblem};
pub use term::TermProblem;

use super::zone::Zone;
use crate::field::{Field, FieldProblem, Problem};

impl Zone {
    /// Whether a name may have this many name servers.
    pub fn check_host_count(&self, count: usize) -> Result<(), FieldProblem> {
        let hosts = &self.hosts;
        if (count == 0 && hosts.none_allowed) || (hosts.min..=hosts.max).contains(&count) {
            return Ok(());
        }
        let none = if hosts.none_allowed && hosts.min > 0 { "none, or " } else { "" };
        Err(FieldProblem::new(
            Field::NameServers,
            Problem::OutOfRange { expected: format!("{none}{} to {} name servers", hosts.min, hosts.max) },
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::set::ZoneSet;
    use super::*;
    use std::sync::Arc;

    /// A zone of the repository's packs.
    pub(super) fn zone(suffix: &str) -> Arc<Zone> {
        Arc::clone(ZoneSet::embedded().unwrap().get(suffix).unwrap())
    }

    #[test]
    fn name_servers_are_counted() {
        for (suffix, count, fits) in [
            ("or.kr", 0, false),
            ("or.kr", 1, false),
            ("or.kr", 2, true),
            ("com", 0, true),
            ("com", 13, true),
            ("com", 14, false),
            ("at", 9, false),
        ] {
            assert_eq!(zone(suffix).check_host_count(count).is_ok(), fits, "{suffix} {count}");
        }
    }
}
