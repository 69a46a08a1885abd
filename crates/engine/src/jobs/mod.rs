//! Work outside transactions: who is told that there is some, who does it, and how often it is tried again.

mod bell;
mod by_hand;
mod contacts;
mod poll;
mod runner;
mod step;
mod work_done;

pub(crate) use bell::Bell;
pub use by_hand::Hand;
pub(crate) use contacts::refusal;
pub(crate) use poll::transfer_of;
pub use runner::Running;
pub(crate) use step::{contact_of_registry_id, registry_id};
pub(crate) use work_done::Meters;
pub use work_done::{Effort, WorkDone};

/// The kind of a job that takes an order to its registry.
pub(crate) const STEP: &str = "registry-step";

/// A claimed job is another node's after so long, seconds of the real clock; a node at work lengthens its leases in time.
pub(crate) const LEASE_SECONDS: i64 = 45;
/// A job in hand for this long has its lease lengthened, again and again.
pub(crate) const LENGTHEN_AFTER_SECONDS: u64 = 15;

/// When to try again after so many attempts, in seconds: soon at first, then every five minutes.
pub(crate) fn backoff_seconds(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 8)).unwrap_or(8);
    if attempts > 8 { 300 } else { 1_i64 << doublings }
}

#[cfg(test)]
mod tests {
    #[test]
    fn waits_grow_to_five_minutes() {
        let waits: Vec<i64> = [0, 1, 3, 8, 9, 1_000].map(super::backoff_seconds).to_vec();
        assert_eq!(waits, [1, 2, 8, 256, 300, 300]);
    }
}
