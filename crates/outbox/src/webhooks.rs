//! Webhooks are delivered: few things at once to one receiver, many to all, each attempt bounded in time and size.

mod http;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod tests;

pub use http::{Client, ClientError};

use engine::Engine;
use engine::webhook::{Attempted, Sending};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often the store is asked when nobody rings: also the longest wait after being told to stop.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A store that fails is left alone for so long.
const PAUSE: Duration = Duration::from_secs(2);
/// Threads that send, each one thing at a time: a slow receiver holds two of them at most.
const SENDERS: usize = 16;
/// More webhooks than can be at work at once are looked at, so that busy ones hide nobody.
const LOOKED_AT: i64 = 64;

/// What is under way, by webhook.
#[derive(Default)]
struct UnderWay(Mutex<HashMap<i64, i64>>);

impl UnderWay {
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, webhook: i64) -> i64 {
        self.lock().get(&webhook).copied().unwrap_or(0)
    }

    fn all(&self) -> usize {
        usize::try_from(self.lock().values().sum::<i64>()).unwrap_or(usize::MAX)
    }

    fn begin(&self, webhook: i64) {
        *self.lock().entry(webhook).or_insert(0) += 1;
    }

    fn end(&self, webhook: i64) {
        let mut map = self.lock();
        if let Some(count) = map.get_mut(&webhook) {
            *count -= 1;
            if *count <= 0 {
                map.remove(&webhook);
            }
        }
    }
}

/// Delivers until told to stop. What is under way then is finished, within the time that an attempt may take.
pub fn deliver(engine: Engine, client: Client, stop: Arc<AtomicBool>) {
    let (hand, work) = sync_channel::<Sending>(SENDERS);
    let (work, under_way, client) = (Arc::new(Mutex::new(work)), Arc::new(UnderWay::default()), Arc::new(client));
    std::thread::scope(|scope| {
        for number in 0..SENDERS {
            let (engine, work, under_way, client) = (engine.clone(), work.clone(), under_way.clone(), client.clone());
            let started = std::thread::Builder::new()
                .name(format!("webhook-{number}"))
                .spawn_scoped(scope, move || send_all(&engine, &client, &work, &under_way));
            if let Err(error) = started {
                tracing::error!(%error, "a thread that sends to webhooks cannot be started");
            }
        }
        // Dropped at the end of this scope's body, which ends the threads.
        let hand = hand;
        while !stop.load(Ordering::Acquire) {
            engine.await_webhooks(LOOK_EVERY);
            if let Err(error) = round(&engine, &hand, &under_way, &stop) {
                tracing::error!(%error, "what is to be sent to webhooks could not be read; it is tried again");
                std::thread::sleep(PAUSE);
            }
        }
    });
}

/// Hands out what may be sent now.
fn round(engine: &Engine, hand: &SyncSender<Sending>, under_way: &UnderWay, stop: &AtomicBool) -> Result<(), engine::Error> {
    for webhook in engine.due_webhooks(LOOKED_AT)? {
        if stop.load(Ordering::Acquire) || under_way.all() >= SENDERS {
            return Ok(());
        }
        for sending in engine.claim_deliveries(webhook, under_way.of(webhook))? {
            under_way.begin(webhook);
            if hand.send(sending).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn send_all(engine: &Engine, client: &Client, work: &Mutex<Receiver<Sending>>, under_way: &UnderWay) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(sending) = next else { return };
        attempt(engine, client, &sending);
        under_way.end(sending.webhook);
        engine.ring_webhooks();
    }
}

/// One attempt and what came of it. If that cannot be written down, the attempt is made again under the same number once its claim has ended.
fn attempt(engine: &Engine, client: &Client, sending: &Sending) {
    let scripted = engine.faults().strike("webhook.send");
    let mut attempted = match scripted {
        Some(kind) if kind != engine::faults::FaultKind::ReplyLost => {
            Attempted { taken: false, status: None, reason: format!("a fault was scripted: {kind}"), millis: 0 }
        }
        Some(_) | None => client.send(sending, engine.webhook_targets()),
    };
    if scripted.is_some() && attempted.taken {
        attempted = Attempted { taken: false, status: None, reason: "a fault was scripted: the answer was lost".to_owned(), ..attempted };
    }
    if !attempted.taken {
        let (webhook, event, why) = (sending.webhook, sending.event, &attempted.reason);
        tracing::info!(webhook, event, attempt = sending.attempt, %why, "a webhook was not delivered");
    }
    if let Err(error) = engine.delivery_attempted(sending, attempted) {
        tracing::error!(webhook = sending.webhook, event = sending.event, %error, "what became of a delivery could not be written down");
    }
}
