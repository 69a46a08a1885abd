//! Mails that come back: reports are laid into a folder, and taken up from there by whoever serves.

use engine::mail::{Bounce, Bounced, Report};
use engine::{Actor, Engine};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What is laid down is complete under this ending.
pub const ENDING: &str = "eml";
const LOOK_EVERY: Duration = Duration::from_millis(500);
const REPORTS_AT_ONCE: usize = 1_000;
const REPORT_OCTETS_MAX: u64 = 1 << 20;

/// Takes up reports from a folder until told to stop. What was dealt with is deleted; what cannot be, since the store is away, stays.
pub fn run(engine: Engine, folder: &Path, stop: &Arc<AtomicBool>) {
    while !stop.load(Ordering::Acquire) {
        take_up(&engine, folder);
        std::thread::sleep(LOOK_EVERY);
    }
}

/// One look into the folder; says how many reports it dealt with.
pub fn take_up(engine: &Engine, folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let mut done = 0;
    for path in
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == ENDING)).take(REPORTS_AT_ONCE)
    {
        let mut octets = Vec::new();
        let read = fs::File::open(&path).and_then(|file| file.take(REPORT_OCTETS_MAX).read_to_end(&mut octets));
        let shown = path.display();
        let bounced = match read.map(|_| Report::read(&octets)) {
            Ok(Some(report)) => engine.run(&Actor::staff(), Bounce { report }).map(Some),
            Ok(None) => Ok(None),
            Err(error) => {
                tracing::warn!(report = %shown, %error, "a report of a mail that came back cannot be read");
                continue;
            }
        };
        match bounced {
            Ok(Some(Bounced::Marked(mail))) => tracing::info!(mail, "a mail came back"),
            Ok(Some(Bounced::Before(mail))) => tracing::info!(mail, "a mail came back that was not on its way any more"),
            Ok(Some(Bounced::Harmless)) => tracing::info!(report = %shown, "a report tells of no failure"),
            Ok(Some(Bounced::Unknown)) => tracing::warn!(report = %shown, "a report tells of no mail of ours"),
            Ok(None) => tracing::warn!(report = %shown, "this is no report of a delivery"),
            Err(error) => {
                tracing::error!(report = %shown, %error, "a mail that came back could not be written down; it is tried again");
                continue;
            }
        }
        match fs::remove_file(&path) {
            Ok(()) => done += 1,
            Err(error) => tracing::warn!(report = %shown, %error, "a report that was dealt with cannot be deleted"),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{bench, events_of, start};
    use engine::faults::Faults;

    #[test]
    fn reports_are_taken_up_once_and_nonsense_harms_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let bench = bench(&Faults::none(), false);
        let account = bench.account();
        bench.queue(1, Some(account), "someone@example.com");
        let mail = bench.engine.claim_mails(1).unwrap().remove(0);
        bench.engine.mail_sent(&mail).unwrap();
        let report = |number: &str, action: &str| format!("To: bounces+{number}@registrar.example\n\nAction: {action}\nStatus: 5.1.1\n");
        let number = mail.message_number.as_str();
        for (name, text) in [
            ("late.eml", report(number, "delayed")),
            ("forged.eml", report(&format!("1.{}", start().micros() + 1), "failed")),
            ("nonsense.eml", "hello".to_owned()),
            ("not-complete.tmp", report(number, "failed")),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(take_up(&bench.engine, folder.path()), 3);
        assert_eq!(bench.states(), [(1, "sent".to_owned())]);
        for name in ["one.eml", "other.eml"] {
            fs::write(folder.path().join(name), report(number, "failed")).unwrap();
        }
        assert_eq!(take_up(&bench.engine, folder.path()), 2);
        assert_eq!((bench.states(), events_of(&bench.store, account).len()), (vec![(1, "bounced".to_owned())], 1));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(take_up(&bench.engine, &folder.path().join("nowhere")), 0);
    }
}
