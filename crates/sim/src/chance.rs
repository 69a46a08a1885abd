//! Chance from a seed: the only source of variety in a run, so that a seed is a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64's output function.
fn mixed(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Decides what happens next.
pub struct Chance {
    state: u64,
}

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance { state: mixed(seed.wrapping_add(STEP)) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mixed(self.state)
    }

    /// A number from 0 to `bound` - 1; 0 for no bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The bias of the remainder is far below what a run could notice.
        if bound == 0 { 0 } else { self.next() % bound }
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let place = usize::try_from(self.below(from.len() as u64)).unwrap_or(0);
        &from[place]
    }

    /// One of these, or nothing if there is none.
    pub fn any<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { Some(self.pick(from)) }
    }
}

/// Octets for the program's own ids and secrets; apart from [`Chance`], so that one more random id does not change the plot.
pub fn entropy(seed: u64) -> registry::Entropy {
    let state = AtomicU64::new(mixed(seed ^ 0x656e_7472_6f70_7900));
    Arc::new(move |buffer: &mut [u8]| {
        for byte in buffer {
            let at = state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            *byte = (mixed(at) & 0xff) as u8;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_another_does_not() {
        let draw = |seed| {
            let mut chance = Chance::new(seed);
            (0..50).map(|_| chance.between(-3, 1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut octets = ([0; 16], [0; 16]);
        entropy(1)(&mut octets.0);
        entropy(1)(&mut octets.1);
        assert_eq!(octets.0, octets.1);
    }

    #[test]
    fn bounds_hold() {
        let mut chance = Chance::new(1);
        for _ in 0..1_000 {
            assert!((-2..=2).contains(&chance.between(-2, 2)));
            assert!(chance.below(3) < 3);
        }
        assert_eq!((chance.below(0), chance.between(5, 5)), (0, 5));
        assert_eq!(chance.any::<u8>(&[]), None);
    }
}
