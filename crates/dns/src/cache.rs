//! Zones kept in memory, so that a busy name does not ask the store for each query, and a change on any node is seen within a second.
//!
//! A zone that was looked at a moment ago is believed. After that one query asks whether it is still the same (one row, by its name), while others
//! that come at the same time are answered from what is there; nothing older than [`BELIEVED_AT_MOST`] is ever answered.

use crate::build::{Built, Redirects, build};
use engine::Engine;
use engine::hosted::{Answered, Find};
use model::DomainName;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// What is known is believed for so long without asking.
const BELIEVED: Duration = Duration::from_millis(300);
/// And for so long while somebody else is asking.
const BELIEVED_AT_MOST: Duration = Duration::from_millis(800);
/// Names in memory at most, hosted or known not to be.
const NAMES_MAX: usize = 16_384;
/// Records in memory at most, a signed one counting for all that is made of it.
const WEIGHT_MAX: usize = 400_000;
/// Questions to the store at once. Names that nobody holds must not keep it from its work.
const ASKING: usize = 8;

#[derive(Clone)]
struct Entry {
    looked: Instant,
    built_at: Instant,
    /// Somebody is asking.
    asking: bool,
    zone: Option<Arc<Built>>,
}

#[derive(Default)]
struct Entries {
    by_name: HashMap<String, Entry>,
    weight: usize,
}

/// The zones that were asked for lately.
pub struct Cache {
    engine: Engine,
    redirects: Redirects,
    /// Signatures are made anew after so long, well before they end.
    sign_again: Duration,
    entries: Mutex<Entries>,
    asking: Arc<Semaphore>,
}

/// The store cannot be asked just now, or could not answer.
#[derive(Debug)]
pub struct Unknown;

impl Cache {
    pub fn new(engine: Engine, redirects: Redirects, sign_again: Duration) -> Cache {
        Cache { engine, redirects, sign_again, entries: Mutex::default(), asking: Arc::new(Semaphore::new(ASKING)) }
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// What is believed of a name: `Some(None)` is a name that is not hosted. `None`: the caller has to ask.
    fn believed(&self, name: &str) -> Option<Option<Arc<Built>>> {
        let mut entries = self.entries();
        let entry = entries.by_name.get_mut(name)?;
        let age = entry.looked.elapsed();
        if age < BELIEVED || (entry.asking && age < BELIEVED_AT_MOST) {
            return Some(entry.zone.clone());
        }
        entry.asking = true;
        None
    }

    /// The zone of a domain; `None` if it is not hosted here.
    pub async fn zone(self: &Arc<Cache>, apex: DomainName) -> Result<Option<Arc<Built>>, Unknown> {
        if let Some(zone) = self.believed(apex.as_str()) {
            return Ok(zone);
        }
        let Ok(turn) = self.asking.clone().try_acquire_owned() else {
            return self.waited(apex).await;
        };
        self.asked(apex, turn).await
    }

    /// All turns are taken: waits for one, and no longer than an asker would.
    async fn waited(self: &Arc<Cache>, apex: DomainName) -> Result<Option<Arc<Built>>, Unknown> {
        let turn = tokio::time::timeout(BELIEVED_AT_MOST, self.asking.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Unknown) };
        // Somebody may have asked meanwhile.
        match self.believed(apex.as_str()) {
            Some(zone) => Ok(zone),
            None => self.asked(apex, turn).await,
        }
    }

    async fn asked(self: &Arc<Cache>, apex: DomainName, turn: tokio::sync::OwnedSemaphorePermit) -> Result<Option<Arc<Built>>, Unknown> {
        let cache = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            cache.ask(&apex)
        });
        match asked.await {
            Ok(Ok(zone)) => Ok(zone),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a hosted zone could not be read");
                Err(Unknown)
            }
            Err(_) => Err(Unknown),
        }
    }

    /// Asks the engine, and builds what has changed. Blocks.
    fn ask(&self, apex: &DomainName) -> Result<Option<Arc<Built>>, engine::Error> {
        let present = self.entries().by_name.get(apex.as_str()).cloned();
        let kept = present.and_then(|e| Some((e.zone?, e.built_at)));
        let kept = kept.filter(|(zone, built_at)| !zone.version.signed || built_at.elapsed() < self.sign_again);
        let known = kept.as_ref().map(|(zone, _)| zone.version);
        let now = Instant::now();
        let (zone, built_at) = match self.engine.hosted_zone(Find { apex: apex.clone(), known })? {
            None => (None, now),
            Some(Answered::Unchanged) => match kept {
                Some((zone, built_at)) => (Some(zone), built_at),
                None => (None, now),
            },
            Some(Answered::Zone { version, records, name_servers, key }) => {
                match build(apex, version, &records, &name_servers, key, &self.redirects) {
                    Ok(built) => (Some(Arc::new(built)), now),
                    Err(problem) => {
                        return Err(engine::Error::Fault(engine::Fault::Broken(format!("{apex} cannot be answered: {problem}"))));
                    }
                }
            }
        };
        self.entries().put(apex.as_str(), Entry { looked: now, built_at, asking: false, zone: zone.clone() });
        Ok(zone)
    }
}

impl Entry {
    fn weight(&self) -> usize {
        self.zone.as_ref().map_or(0, |zone| zone.weight)
    }
}

impl Entries {
    fn put(&mut self, name: &str, entry: Entry) {
        self.weight += entry.weight();
        if let Some(former) = self.by_name.insert(name.to_owned(), entry) {
            self.weight = self.weight.saturating_sub(former.weight());
        }
        if self.by_name.len() > NAMES_MAX || self.weight > WEIGHT_MAX {
            self.forget();
        }
    }

    /// Forgets the half that was not looked at for longest.
    fn forget(&mut self) {
        let mut instants: Vec<Instant> = self.by_name.values().map(|entry| entry.looked).collect();
        instants.sort_unstable();
        let Some(middle) = instants.get(instants.len() / 2).copied() else { return };
        self.by_name.retain(|_, entry| entry.looked > middle);
        self.weight = self.by_name.values().map(Entry::weight).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nobody_holds_do_not_fill_memory() {
        let mut entries = Entries::default();
        for n in 0..3 * NAMES_MAX {
            let now = Instant::now();
            entries.put(&format!("n{n}.com"), Entry { looked: now, built_at: now, asking: false, zone: None });
            assert!(entries.by_name.len() <= NAMES_MAX);
        }
        assert!(entries.by_name.len() > NAMES_MAX / 4);
        assert!(entries.by_name.contains_key(&format!("n{}.com", 3 * NAMES_MAX - 1)) || entries.by_name.len() < NAMES_MAX);
    }
}
