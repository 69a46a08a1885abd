//! Ids in blocks: the store hands each node a block, and operations take from it without a statement.

use crate::Error;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use store::{Store, Tx};

/// The counter of ids: there is one.
pub(crate) const ALL: &str = "all";
/// Ids of one store are unique over all its tables. They begin here, so that process ids have nine digits as clients expect.
pub(crate) const FIRST: i64 = 100_000_001;
const BLOCK: i64 = 4_000;
/// An operation takes fewer ids than this, unless it says otherwise.
pub(crate) const RESERVE: i64 = 64;
/// What an operation may take beyond what it said before the next one finds too few.
const MARGIN: i64 = 448;

pub(crate) struct Ids {
    blocks: Mutex<Blocks>,
    /// Held while a block is fetched, so that one caller fetches for all.
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Blocks {
    /// The next id and the end of each block, in order.
    ranges: VecDeque<(i64, i64)>,
    /// What operations that are under way may still take.
    reserved: i64,
}

impl Blocks {
    fn holds(&self, count: i64) -> bool {
        self.ranges.iter().map(|(next, end)| end - next).sum::<i64>() - self.reserved >= count + MARGIN
    }
}

/// What an operation may take, until dropped.
pub(crate) struct Reserved<'a> {
    ids: &'a Ids,
    count: i64,
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.ids.lock().reserved -= self.count;
    }
}

impl Ids {
    pub(crate) fn new() -> Ids {
        Ids { blocks: Mutex::default(), fetching: Mutex::new(()) }
    }

    fn lock(&self) -> MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(|p| p.into_inner())
    }

    fn reserve(&self, count: i64) -> Option<Reserved<'_>> {
        let mut blocks = self.lock();
        blocks.holds(count).then(|| {
            blocks.reserved += count;
            Reserved { ids: self, count }
        })
    }

    /// Sees to it that an operation finds `count` ids until what is returned is dropped, however many others run beside it. A block is fetched in a
    /// transaction of its own, so that no rollback can take it back.
    pub(crate) fn prepare(&self, store: &Store, count: i64) -> Result<Reserved<'_>, Error> {
        if let Some(reserved) = self.reserve(count) {
            return Ok(reserved);
        }
        let _one = self.fetching.lock().unwrap_or_else(|p| p.into_inner());
        loop {
            if let Some(reserved) = self.reserve(count) {
                return Ok(reserved);
            }
            let first = store.write(|tx: &mut Tx<'_>| Ok::<_, Error>(store::settings::take_ids(tx, ALL, FIRST, BLOCK)?))?;
            self.lock().ranges.push_back((first, first + BLOCK));
        }
    }

    pub(crate) fn next(&self) -> i64 {
        let mut blocks = self.lock();
        let (next, end) = blocks.ranges.front_mut().expect("more ids were taken at once than were reserved");
        let id = *next;
        *next += 1;
        if *next == *end {
            blocks.ranges.pop_front();
        }
        id
    }
}

/// CentralNic's form of a contact handle: `P-` or `O-`, three letters, digits; one-to-one with the id.
pub(crate) fn short_handle(id: i64, organization: bool) -> String {
    let n = u64::try_from(id - FIRST).unwrap_or(0);
    let letters = n % 17_576;
    let letter = |k: u64| char::from(b'A' + u8::try_from(k % 26).unwrap_or(0));
    let kind = if organization { 'O' } else { 'P' };
    format!("{kind}-{}{}{}{}", letter(letters / 676), letter(letters / 26), letter(letters), n / 17_576 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_handles_differ() {
        let mut seen = std::collections::BTreeSet::new();
        for id in (FIRST..FIRST + 40_000).step_by(7) {
            assert!(seen.insert(short_handle(id, false)));
        }
        assert_eq!(short_handle(FIRST, true), "O-AAA1");
    }

    #[test]
    fn many_at_once_find_enough_and_none_twice() {
        let store = store::open(&store::Location::Memory).unwrap();
        let ids = Ids::new();
        let taken = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..300 {
                scope.spawn(|| {
                    let reserved = ids.prepare(&store, RESERVE).unwrap();
                    let mine: Vec<i64> = (0..RESERVE).map(|_| ids.next()).collect();
                    taken.lock().unwrap().extend(mine);
                    drop(reserved);
                });
            }
        });
        let mut taken = taken.into_inner().unwrap();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!((taken.len(), ids.lock().reserved), (300 * RESERVE as usize, 0));
    }
}
