//! Ids in blocks: the store hands each node a block, and operations take from it without a statement.

use crate::Error;
use std::sync::Mutex;
use store::{Store, Tx};

/// Ids of one store are unique over all its tables. They begin here, so that process ids have nine digits as clients expect.
const FIRST: i64 = 100_000_001;
const BLOCK: i64 = 4_000;
/// An operation takes fewer ids than this.
const RESERVE: i64 = 512;

pub(crate) struct Ids {
    /// The next id and the end of the block.
    block: Mutex<(i64, i64)>,
    /// Held while a block is fetched, so that one caller fetches for all.
    fetching: Mutex<()>,
}

impl Ids {
    pub(crate) fn new() -> Ids {
        Ids { block: Mutex::new((0, 0)), fetching: Mutex::new(()) }
    }

    fn left(&self) -> i64 {
        let block = self.block.lock().unwrap_or_else(|p| p.into_inner());
        block.1 - block.0
    }

    /// Sees to it that an operation finds enough ids. A block is fetched in a transaction of its own, so that no rollback can take it back.
    pub(crate) fn prepare(&self, store: &Store) -> Result<(), Error> {
        if self.left() > RESERVE {
            return Ok(());
        }
        let _one = self.fetching.lock().unwrap_or_else(|p| p.into_inner());
        if self.left() > RESERVE {
            return Ok(());
        }
        let first = store.write(|tx: &mut Tx<'_>| Ok::<_, Error>(store::settings::take_ids(tx, "all", FIRST, BLOCK)?))?;
        *self.block.lock().unwrap_or_else(|p| p.into_inner()) = (first, first + BLOCK);
        Ok(())
    }

    pub(crate) fn next(&self) -> i64 {
        let mut block = self.block.lock().unwrap_or_else(|p| p.into_inner());
        let id = block.0;
        assert!(id < block.1, "more ids were taken at once than a reserve holds");
        block.0 += 1;
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
}
