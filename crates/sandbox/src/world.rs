//! The world outside, as the sandbox plays it: the other registrar's public data, and what it does with names.

use crate::OUTSIDER;
use model::DomainName;
use registry::embedded::{Act, Acted, EmbeddedRegistry};
use registry::{Holders, Outside};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) struct World {
    registry: Arc<EmbeddedRegistry>,
    hidden: Arc<AtomicBool>,
}

impl World {
    pub(crate) fn new(registry: Arc<EmbeddedRegistry>, hidden: Arc<AtomicBool>) -> World {
        World { registry, hidden }
    }
}

impl Outside for World {
    fn holders(&self, name: &DomainName) -> Option<Holders> {
        if self.hidden.load(Ordering::Acquire) {
            return None;
        }
        self.registry.holders(name.as_str())
    }

    fn answer_transfer(&self, name: &DomainName, approve: bool) -> Result<(), String> {
        let name = name.as_str().to_owned();
        let act = if approve { Act::Approve { name } } else { Act::Refuse { name } };
        told(self.registry.play(OUTSIDER, &act))
    }
}

fn told(acted: Acted) -> Result<(), String> {
    if acted.is_success() { Ok(()) } else { Err(format!("{} {}", acted.code, acted.message)) }
}
