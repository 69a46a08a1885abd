//! Tracking ids: 32 hex digits, the first half the time as DMAPI's recordings show it, the second random.

use crate::secret::hex;
use model::Timestamp;

/// Microseconds from 1601-01-01, where the count of 100-nanosecond ticks begins, to 1970-01-01.
const MICROS_1601_TO_1970: i64 = 11_644_473_600_000_000;

/// dmapi.md 2.2: the first 16 hex digits of a Tracking-Id are the request time as a FILETIME in UTC, the last 16 are random.
pub(crate) fn tracking_id(now: Timestamp, entropy: &dyn Fn(&mut [u8])) -> String {
    let ticks = now.micros().saturating_add(MICROS_1601_TO_1970).max(0).saturating_mul(10);
    let mut random = [0_u8; 8];
    entropy(&mut random);
    format!("{ticks:016x}{}", hex(&random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_half_is_the_time() {
        let at = Timestamp::parse_rfc3339("2020-11-15T22:04:41.677Z").unwrap();
        let id = tracking_id(at, &|b| b.fill(0xab));
        assert!(id.starts_with("01d6bb9b5190"), "{id}");
        assert_eq!(id.len(), 32);
    }
}
