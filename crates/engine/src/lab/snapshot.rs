//! Snapshots: everything stands still while the stores are copied, and goes on from a copy when one takes their place.

use super::clock::OFFSET;
use crate::error::broken;
use crate::{Engine, Error};
use model::Timestamp;
use std::path::Path;
use std::sync::atomic::Ordering;
use store::{jobs, settings};

impl Engine {
    /// Does `work` while no operation runs and no registry is being talked to. Says at which business instant that was.
    pub fn stand_still<T>(&self, work: impl FnOnce(Timestamp) -> Result<T, Error>) -> Result<T, Error> {
        let _still = self.inner.time_gate.close();
        self.settle_down()?;
        work(self.now())
    }

    /// As [`Engine::stand_still`], for work that puts the state of another instant in the place of this store's and of the registry's. The clock
    /// shows that instant before it begins, so that nothing falls due in between; no scripted fault is left.
    pub fn replace_state<T>(&self, at: Timestamp, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let _still = self.inner.time_gate.close();
        self.settle_down()?;
        self.inner.offset_micros.store(self.offset_of(at)?, Ordering::Release);
        let done = work();
        self.inner.faults.clear();
        // It is in the state that was put there; where none was, in the present one.
        self.take_clock()?;
        done
    }

    fn offset_of(&self, at: Timestamp) -> Result<i64, Error> {
        at.micros().checked_sub(self.real_now().micros()).ok_or_else(|| broken("a clock beyond all time"))
    }

    /// Makes a copy of the store fit to take its place: its clock stands at `at`, ids that were given since it was made are not given again, and
    /// nobody holds its jobs.
    pub fn amend_copy(&self, copy: &Path, at: Timestamp) -> Result<(), Error> {
        let offset = self.offset_of(at)?;
        let next = self.inner.store.read(|tx| Ok::<_, Error>(settings::next_id(tx, crate::ids::ALL)?))?;
        store::db::amend(copy, store::MIGRATIONS, |tx| {
            settings::set(tx, OFFSET, &offset.to_string())?;
            if let Some(next) = next {
                settings::raise_ids(tx, crate::ids::ALL, next)?;
            }
            jobs::free_all(tx)?;
            Ok(())
        })
    }
}
