//! Response rate limiting over UDP: replies go to whatever address a query says it comes from, so that no network is sent more of them than a resolver
//! there would ask for. What is beyond is not answered, or by a reply that is no longer than its query and has the asker come again over TCP.

use model::Network;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How much one network of askers is told over UDP.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Replies a second to one network, an IPv4 /24 or an IPv6 /56; a second's worth may come at once. 0 is no limit.
    pub replies_per_second: u32,
    /// Of the queries beyond the limit each so-manyeth is answered by a cut reply; 0 answers none of them.
    pub slip: u32,
    /// Networks that are told everything.
    pub exempt: Vec<Network>,
}

/// No busy resolver asks one server for so much; a flood does.
pub const REPLIES_PER_SECOND: u32 = 200;
/// A resolver in a network whose address is abused gets an answer at the second try.
pub const SLIP: u32 = 2;

impl Default for Limits {
    /// [`REPLIES_PER_SECOND`] and [`SLIP`], and no limit for this machine itself, whose address nobody can use from outside.
    fn default() -> Limits {
        let exempt = ["127.0.0.0/8", "::1"].iter().filter_map(|text| text.parse().ok()).collect();
        Limits { replies_per_second: REPLIES_PER_SECOND, slip: SLIP, exempt }
    }
}

/// What becomes of a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Answer,
    /// A cut reply: whoever is really there asks again over TCP.
    Cut,
    Drop,
}

/// The network that an address is counted in.
pub fn network(address: IpAddr) -> u64 {
    match address.to_canonical() {
        // An IPv6 network of this number is not routed.
        IpAddr::V4(address) => u64::from(u32::from(address) >> 8),
        IpAddr::V6(address) => u64::try_from(u128::from(address) >> 72).unwrap_or(u64::MAX),
    }
}

/// Networks that are counted at once; beyond that those share a count that fall on the same place.
const CELLS: usize = 32_768;
/// What one reply takes of a cell, so that small rates are not rounded away.
const REPLY: u64 = 1_000;
/// How often it is told that replies were held back.
const TELL: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Default)]
struct Cell {
    network: u64,
    /// What may still be sent, in thousandths of a reply, at that instant ...
    left: u64,
    /// ... in milliseconds since the beginning.
    at: u64,
    /// Queries beyond the limit since the last one that was answered.
    beyond: u32,
    used: bool,
}

/// Counts replies by network, in memory of a fixed size.
pub struct Limiter {
    limits: Limits,
    cells: Vec<Cell>,
    seed: RandomState,
    begun: Instant,
    held_back: u64,
    told: Instant,
}

impl Limiter {
    pub fn new(limits: Limits) -> Limiter {
        let cells = if limits.replies_per_second == 0 { Vec::new() } else { vec![Cell::default(); CELLS] };
        let now = Instant::now();
        Limiter { limits, cells, seed: RandomState::new(), begun: now, held_back: 0, told: now }
    }

    /// What becomes of a query that says it comes from there; counts the reply.
    pub fn judge(&mut self, from: IpAddr, now: Instant) -> Verdict {
        if self.cells.is_empty() || self.limits.exempt.iter().any(|network| network.holds(from)) {
            return Verdict::Answer;
        }
        let at = u64::try_from(now.saturating_duration_since(self.begun).as_millis()).unwrap_or(u64::MAX);
        let full = u64::from(self.limits.replies_per_second).saturating_mul(REPLY);
        let slip = self.limits.slip;
        let cell = self.cell(network(from), at, full);
        cell.left = left(cell, at, full);
        cell.at = at;
        if cell.left >= REPLY {
            cell.left -= REPLY;
            cell.beyond = 0;
            return Verdict::Answer;
        }
        cell.beyond = cell.beyond.saturating_add(1);
        let verdict = if slip > 0 && cell.beyond.is_multiple_of(slip) { Verdict::Cut } else { Verdict::Drop };
        self.held_back = self.held_back.saturating_add(1);
        if now.saturating_duration_since(self.told) >= TELL {
            tracing::info!(queries = self.held_back, "beyond the limit of replies over UDP");
            (self.held_back, self.told) = (0, now);
        }
        verdict
    }

    /// The cell of a network: its own, one that nobody needs, or that of the two which has more left.
    fn cell(&mut self, network: u64, at: u64, full: u64) -> &mut Cell {
        let hash = self.seed.hash_one(network);
        let place = |part: u64| usize::try_from(part).unwrap_or(0) % CELLS;
        let (one, other) = (place(hash & 0xffff_ffff), place(hash >> 32));
        let own = |place: &usize| self.cells[*place].used && self.cells[*place].network == network;
        let idle = |place: &usize| !self.cells[*place].used || left(&self.cells[*place], at, full) == full;
        let both = [one, other];
        if let Some(place) = both.iter().copied().find(own) {
            return &mut self.cells[place];
        }
        if let Some(place) = both.iter().copied().find(idle) {
            self.cells[place] = Cell { network, left: full, at, beyond: 0, used: true };
            return &mut self.cells[place];
        }
        let more = if left(&self.cells[one], at, full) >= left(&self.cells[other], at, full) { one } else { other };
        &mut self.cells[more]
    }
}

/// What a cell has left at an instant: it fills within a second.
fn left(cell: &Cell, at: u64, full: u64) -> u64 {
    let filled = at.saturating_sub(cell.at).saturating_mul(full / 1_000);
    cell.left.saturating_add(filled).min(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(replies_per_second: u32, slip: u32) -> Limiter {
        Limiter::new(Limits { replies_per_second, slip, ..Limits::default() })
    }

    fn verdicts(limiter: &mut Limiter, from: &str, now: Instant, count: usize) -> [usize; 3] {
        let from = from.parse().unwrap();
        let mut counted = [0; 3];
        for _ in 0..count {
            counted[match limiter.judge(from, now) {
                Verdict::Answer => 0,
                Verdict::Cut => 1,
                Verdict::Drop => 2,
            }] += 1;
        }
        counted
    }

    #[test]
    fn a_network_is_told_so_much_a_second() {
        let (mut l, now) = (limiter(10, 2), Instant::now());
        assert_eq!(verdicts(&mut l, "192.0.2.1", now, 10), [10, 0, 0]);
        // Another address of the same network has nothing left either; another network has.
        assert_eq!(verdicts(&mut l, "192.0.2.200", now, 10), [0, 5, 5]);
        assert_eq!(verdicts(&mut l, "192.0.3.1", now, 10), [10, 0, 0]);
        assert_eq!(verdicts(&mut l, "2001:db8:0:1::1", now, 11), [10, 0, 1]);
        assert_eq!(verdicts(&mut l, "2001:db8:0:2::1", now, 1), [0, 1, 0], "the same /56");
        assert_eq!(verdicts(&mut l, "2001:db8:1::1", now, 1), [1, 0, 0]);
        assert_eq!(verdicts(&mut l, "::ffff:192.0.2.7", now, 1)[0], 0, "an IPv4 address in IPv6's form");
        // It fills again, and no further than a second's worth.
        assert_eq!(verdicts(&mut l, "192.0.2.1", now + Duration::from_millis(300), 10)[0], 3);
        assert_eq!(verdicts(&mut l, "192.0.2.1", now + Duration::from_secs(3_600), 20)[0], 10);
    }

    #[test]
    fn slip_and_exemptions_are_as_told() {
        let now = Instant::now();
        assert_eq!(verdicts(&mut limiter(1, 1), "192.0.2.1", now, 5), [1, 4, 0]);
        assert_eq!(verdicts(&mut limiter(1, 0), "192.0.2.1", now, 5), [1, 0, 4]);
        assert_eq!(verdicts(&mut limiter(0, 2), "192.0.2.1", now, 1_000), [1_000, 0, 0]);
        assert_eq!(verdicts(&mut limiter(1, 2), "127.0.0.1", now, 1_000), [1_000, 0, 0]);
        assert_eq!(verdicts(&mut limiter(1, 2), "::1", now, 1_000), [1_000, 0, 0]);
    }

    /// A flood from more networks than there are cells takes no more memory, and those who ask little are still told mostly everything.
    #[test]
    fn memory_is_bounded_whoever_asks() {
        let (mut l, now) = (limiter(5, 2), Instant::now());
        for n in 0..4 * u32::try_from(CELLS).unwrap() {
            l.judge(IpAddr::from((n << 8).to_be_bytes()), now);
        }
        assert_eq!(l.cells.len(), CELLS);
        let later = now + Duration::from_millis(1_100);
        assert_eq!(verdicts(&mut l, "192.0.2.1", later, 5), [5, 0, 0]);
    }
}
