//! Delivery of what the engine queued. In the sandbox mails are captured; a relay to send them to comes with live mode.

use engine::Engine;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the queue is looked at when nobody rings: also the longest wait after being told to stop.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A store that fails is left alone for so many looks, doubled each time up to a limit, so that the log is not flooded.
const PAUSE_LOOKS_MAX: u32 = 64;

/// Delivers until told to stop. What is not delivered stays queued in the store and is tried again at the next start.
pub fn run(engine: Engine, stop: Arc<AtomicBool>) {
    if !engine.is_sandbox() {
        tracing::warn!("no mail relay can be configured yet: mails stay queued");
        return;
    }
    let mut failures: u32 = 0;
    while !stop.load(Ordering::Acquire) {
        engine.await_mail(LOOK_EVERY);
        match engine.capture_mails() {
            Ok(captured) => {
                failures = 0;
                if captured > 0 {
                    tracing::debug!(captured, "mails captured");
                }
            }
            Err(error) => {
                tracing::error!(%error, "mails could not be captured; they stay queued");
                failures = failures.saturating_add(1);
                pause(failures, &stop);
            }
        }
    }
}

fn pause(failures: u32, stop: &AtomicBool) {
    let looks = 1_u32.checked_shl(failures.min(6)).unwrap_or(PAUSE_LOOKS_MAX).min(PAUSE_LOOKS_MAX);
    for _ in 0..looks {
        if stop.load(Ordering::Acquire) {
            return;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::faults::{FaultKind, Faults};
    use engine::{Parts, SealingKey, World};
    use model::Timestamp;
    use model::policy::ZoneSet;
    use std::collections::BTreeMap;
    use std::time::Instant;
    use store::journal::{self, Mail};
    use store::{Location, Store};

    fn start() -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }

    fn engine(store: &Store, faults: &Faults, sandbox: bool) -> Engine {
        let fill = |buffer: &mut [u8]| buffer.fill(7);
        Engine::new(Parts {
            store: store.clone(),
            zones: Arc::new(ZoneSet::embedded().unwrap()),
            registries: BTreeMap::new(),
            zone_registry: BTreeMap::new(),
            world: World { real: Arc::new(start), entropy: Arc::new(fill) },
            key: SealingKey::new(1, [1; 32]),
            on_wait: || (),
            node: "test".to_owned(),
            faults: faults.clone(),
            offset_micros: Arc::default(),
            sandbox,
        })
        .unwrap()
    }

    fn queue(store: &Store, id: i64) {
        let mail = Mail {
            id,
            account_id: None,
            at: start(),
            recipient: "someone@example.com".to_owned(),
            subject: format!("Letter {id}"),
            text: "Dear someone".to_owned(),
            html: String::new(),
            links: "[]".to_owned(),
            state: "queued".to_owned(),
            attempts: 0,
            last_error: String::new(),
        };
        store.write::<_, store::Fault, _>(move |tx| journal::insert_mail(tx, &mail)).unwrap();
    }

    fn states(engine: &Engine) -> Vec<(i64, String)> {
        engine.mails(None).unwrap().into_iter().map(|m| (m.id, m.state)).collect()
    }

    #[test]
    fn queued_mails_are_captured_once_faults_are_over() {
        let store = store::open(&Location::Memory).unwrap();
        let faults = Faults::none();
        let engine = engine(&store, &faults, true);
        faults.add("mail.send", FaultKind::Refuse, 1).unwrap();
        queue(&store, 1);
        queue(&store, 2);
        let stop = Arc::new(AtomicBool::new(false));
        let thread = {
            let (engine, stop) = (engine.clone(), stop.clone());
            std::thread::spawn(move || run(engine, stop))
        };
        let begun = Instant::now();
        while states(&engine).iter().any(|(_, state)| state != "captured") {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", states(&engine));
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(faults.list().is_empty(), "the fault struck");
        stop.store(true, Ordering::Release);
        thread.join().unwrap();
    }

    #[test]
    fn outside_the_sandbox_mails_stay_queued() {
        let store = store::open(&Location::Memory).unwrap();
        let engine = engine(&store, &Faults::none(), false);
        queue(&store, 1);
        run(engine.clone(), Arc::default());
        assert_eq!(states(&engine), [(1, "queued".to_owned())]);
    }
}
