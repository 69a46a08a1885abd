//! Zones kept for a moment, so that a busy name does not ask the store for each query, and a change is seen within a second.

use crate::build::{Built, Redirects, build};
use engine::Engine;
use engine::hosted::{Answered, Find};
use model::DomainName;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What is known is believed for so long: a change must be seen within a second.
const BELIEVED: Duration = Duration::from_millis(300);
/// Zones in memory at most, known or known not to be ours. Beyond that all are forgotten: random names cost an attacker's queries, not memory.
const ZONES_MAX: usize = 4_096;
/// Signatures are made anew long before they end.
const SIGNED_AGAIN: Duration = Duration::from_secs(24 * 3_600);

#[derive(Clone)]
struct Entry {
    looked: Instant,
    built_at: Instant,
    zone: Option<Arc<Built>>,
}

/// The zones that were asked for lately.
pub struct Cache {
    engine: Engine,
    redirects: Redirects,
    entries: Mutex<HashMap<String, Entry>>,
}

impl Cache {
    pub fn new(engine: Engine, redirects: Redirects) -> Cache {
        Cache { engine, redirects, entries: Mutex::new(HashMap::new()) }
    }

    fn entry(&self, name: &str) -> Option<Entry> {
        self.entries.lock().unwrap_or_else(|p| p.into_inner()).get(name).cloned()
    }

    /// What is known of a name without asking: `Some(None)` is a name that is none of ours.
    pub fn fresh(&self, name: &str) -> Option<Option<Arc<Built>>> {
        self.entry(name).filter(|entry| entry.looked.elapsed() < BELIEVED).map(|entry| entry.zone)
    }

    /// Asks the engine. Blocks.
    pub fn ask(&self, name: &str) -> Result<Option<Arc<Built>>, engine::Error> {
        let Ok(apex) = DomainName::parse(name) else { return Ok(None) };
        let present = self.entry(name);
        let kept = present.as_ref().and_then(|e| e.zone.clone().map(|zone| (zone, e.built_at)));
        let kept = kept.filter(|(zone, built_at)| !zone.signed || built_at.elapsed() < SIGNED_AGAIN);
        let known = kept.as_ref().map(|(zone, _)| zone.serial);
        let now = Instant::now();
        let (zone, built_at) = match self.engine.hosted_zone(Find { apex: apex.clone(), known })? {
            None => (None, now),
            Some(Answered::Unchanged) => match kept {
                Some((zone, built_at)) => (Some(zone), built_at),
                None => (None, now),
            },
            Some(Answered::Zone { serial, records, name_servers, key }) => {
                match build(&apex, serial, &records, &name_servers, key, &self.redirects) {
                    Ok(built) => (Some(Arc::new(built)), now),
                    Err(problem) => {
                        tracing::error!(zone = name, problem, "a hosted zone cannot be answered");
                        (None, now)
                    }
                }
            }
        };
        let mut entries = self.entries.lock().unwrap_or_else(|p| p.into_inner());
        if entries.len() >= ZONES_MAX && !entries.contains_key(name) {
            entries.retain(|_, entry| entry.looked.elapsed() < BELIEVED);
            if entries.len() >= ZONES_MAX {
                entries.clear();
            }
        }
        entries.insert(name.to_owned(), Entry { looked: now, built_at, zone: zone.clone() });
        Ok(zone)
    }
}
