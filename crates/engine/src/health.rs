//! Health: whether the store answers, and what waits for people or for work.
//!
//! Reached by `/healthz` and the console.

use crate::{Engine, Error, staff};
use store::jobs;

/// How the registrar is, at a glance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Health {
    /// What waits for staff: the length of their list.
    pub attention: i64,
    /// Jobs that are due and not done.
    pub due: i64,
}

impl Engine {
    /// Asks the store two small questions; an error says that it does not answer or has stopped taking writes.
    pub fn health(&self) -> Result<Health, Error> {
        if self.is_stopped() {
            return Err(store::Fault::Stopped("a write failed on disk".to_owned()).into());
        }
        let now = self.now();
        self.inner.store.read(move |tx| Ok::<_, Error>(Health { attention: staff::attention_count(tx)?, due: jobs::count_due(tx, now)? }))
    }
}
