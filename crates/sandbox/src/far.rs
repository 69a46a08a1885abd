//! The embedded registry as something that can be looked into.

use model::Timestamp;
use registry::embedded::{DumpedDomain, EmbeddedRegistry};
use registry::{FarDomain, FarSide, Happened};
use std::sync::Arc;

pub struct Far {
    registry: Arc<EmbeddedRegistry>,
}

impl Far {
    pub fn new(registry: Arc<EmbeddedRegistry>) -> Far {
        Far { registry }
    }
}

impl FarSide for Far {
    fn next_due(&self) -> Result<Option<Timestamp>, String> {
        self.registry.next_due().map_err(|e| e.to_string())
    }

    fn run_due(&self, now: Timestamp) -> Result<Happened, String> {
        let happened = self.registry.run_due(now).map_err(|e| e.to_string())?;
        let first = happened.first.into_iter().map(|h| (h.at, format!("registry: {} {}", h.name, h.what)));
        Ok(Happened { first: first.collect(), count: happened.count })
    }

    fn each_domain(&self, take: &mut dyn FnMut(FarDomain<'_>)) -> Result<(), String> {
        self.registry
            .dump(|domain| {
                let DumpedDomain { name, sponsor, expires, contacts, .. } = &domain;
                take(FarDomain { name, sponsor, expires: *expires, contacts });
                Ok::<_, store::Fault>(())
            })
            .map_err(|e| e.to_string())
    }
}
