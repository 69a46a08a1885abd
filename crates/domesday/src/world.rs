//! The only place that reads the clock and the system's generator.

use engine::World;
use model::Timestamp;
use rand::TryRng;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The machine's clock and generator.
pub fn world() -> World {
    World { real: Arc::new(now), entropy: Arc::new(fill) }
}

/// The instant by the machine's clock.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read; everything else is handed instants")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Random octets from the operating system; without them nothing secret can be made, so the process ends.
fn fill(buffer: &mut [u8]) {
    if let Err(error) = rand::rngs::SysRng.try_fill_bytes(buffer) {
        eprintln!("domesday: the system gives no random numbers: {error}");
        std::process::abort();
    }
}
