//! Delivery of what the engine queued: mails, captured in the sandbox or handed to a relay, and events to webhooks.

#[cfg(test)]
mod bench;
mod message;
mod relay;
pub mod returns;
#[cfg(test)]
mod testing;
pub mod webhooks;

pub use relay::{ConfigError, Delivery, Password, Relay, RelayConfig, Security};

use engine::Engine;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the queue is looked at when nobody rings: also the longest wait after being told to stop.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A store that fails is left alone for so many looks, doubled each time up to a limit, so that the log is not flooded.
const PAUSE_LOOKS_MAX: u32 = 64;

/// Captures until told to stop (sandbox). What is not captured stays queued in the store and is tried again at the next start.
pub fn run(engine: Engine, stop: Arc<AtomicBool>) {
    if !engine.is_sandbox() {
        tracing::warn!("no mail relay is configured: mails stay queued");
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

/// Hands mails to a relay until told to stop. A relay that is away is left alone for a while, longer each time, up to a minute.
pub fn deliver(engine: Engine, mut relay: Relay, stop: Arc<AtomicBool>) {
    let mut failures: u32 = 0;
    while !stop.load(Ordering::Acquire) {
        engine.await_mail(LOOK_EVERY);
        match round(&engine, &mut relay, &stop) {
            Ok(true) => failures = 0,
            Ok(false) => {
                failures = failures.saturating_add(1);
                pause(failures, &stop);
            }
            Err(error) => {
                tracing::error!(%error, "the queue of mails could not be read or written; it is tried again");
                failures = failures.saturating_add(1);
                pause(failures, &stop);
            }
        }
        // Nothing is due any more: the connection is not kept.
        relay.close();
    }
}

/// Sends what is due. False if the relay is away; the rest then waits.
fn round(engine: &Engine, relay: &mut Relay, stop: &AtomicBool) -> Result<bool, engine::Error> {
    while !stop.load(Ordering::Acquire) {
        // One at a time: whoever stops or dies holds back no more than that one.
        let Some(mail) = engine.claim_mails(1)?.pop() else { return Ok(true) };
        let scripted = engine.faults().strike("mail.send").map(|kind| Delivery::Later(format!("a fault was scripted: {kind:?}")));
        match scripted.unwrap_or_else(|| relay.send(&mail)) {
            Delivery::Sent => engine.mail_sent(&mail)?,
            Delivery::Unsendable(why) => {
                tracing::warn!(mail = mail.id, %why, "a mail cannot be sent");
                engine.mail_failed(&mail, &why)?;
            }
            Delivery::Refused(why) => {
                tracing::warn!(mail = mail.id, %why, "a mail was refused for good");
                engine.mail_bounced(&mail, &why)?;
            }
            Delivery::Later(why) => {
                tracing::info!(mail = mail.id, %why, "a mail was put off");
                engine.mail_put_off(&mail, &why, true)?;
            }
            Delivery::Lost(why) => {
                tracing::warn!(mail = mail.id, %why, "the mail relay is away; mails wait");
                engine.mail_put_off(&mail, &why, false)?;
                return Ok(false);
            }
        }
    }
    Ok(true)
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
    use crate::bench::{bench, events_of, start};
    use crate::testing::{Answer, SelfSigned, Server};
    use engine::faults::{FaultKind, Faults};
    use std::time::Instant;

    fn state(id: i64, state: &str) -> (i64, String) {
        (id, state.to_owned())
    }

    #[test]
    fn queued_mails_are_captured_once_faults_are_over() {
        let faults = Faults::none();
        let bench = bench(&faults, true);
        faults.add("mail.send", FaultKind::Refuse, 1).unwrap();
        bench.queue(1, None, "someone@example.com");
        bench.queue(2, None, "someone@example.com");
        let stop = Arc::new(AtomicBool::new(false));
        let thread = {
            let (engine, stop) = (bench.engine.clone(), stop.clone());
            std::thread::spawn(move || run(engine, stop))
        };
        let begun = Instant::now();
        while bench.states() != [state(1, "captured"), state(2, "captured")] {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", bench.states());
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(faults.list().is_empty(), "the fault struck");
        stop.store(true, Ordering::Release);
        thread.join().unwrap();
    }

    #[test]
    fn without_a_relay_mails_stay_queued() {
        let bench = bench(&Faults::none(), false);
        bench.queue(1, None, "someone@example.com");
        run(bench.engine.clone(), Arc::default());
        assert_eq!(bench.states(), [state(1, "queued")]);
    }

    #[test]
    fn a_relay_takes_mails_over_one_connection() {
        let server = Server::start(&[]);
        let bench = bench(&Faults::none(), false);
        for id in 1..=3 {
            bench.queue(id, None, &format!("someone{id}@example.com"));
        }
        let stop = Arc::new(AtomicBool::new(false));
        let thread = {
            let (engine, stop, relay) = (bench.engine.clone(), stop.clone(), server.relay());
            std::thread::spawn(move || deliver(engine, relay, stop))
        };
        let begun = Instant::now();
        while bench.states().iter().any(|(_, state)| state != "sent") {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", bench.states());
            std::thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Release);
        thread.join().unwrap();
        let taken = server.taken();
        assert_eq!(
            taken.iter().map(|t| t.to.as_str()).collect::<Vec<_>>(),
            ["someone1@example.com", "someone2@example.com", "someone3@example.com"]
        );
        assert!(taken.iter().all(|t| t.from == "noreply@registrar.example" && t.login.is_empty()), "{taken:?}");
        assert!(taken[0].data.contains("Subject: Letter 1\r\n") && taken[0].data.contains("<p>Dear someone</p>"));
        assert_eq!(server.connections(), 1);
    }

    #[test]
    fn the_login_is_given_where_there_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "secret\n").unwrap();
        let server = Server::start(&[]);
        let bench = bench(&Faults::none(), false);
        bench.queue(1, None, "someone@example.com");
        let mut relay = Relay::new(RelayConfig { login: Some(("sender".to_owned(), Password::File(file))), ..server.config() }).unwrap();
        assert!(bench.round(&mut relay));
        assert_eq!(server.taken()[0].login, "\0sender\0secret");
    }

    #[test]
    fn a_mail_that_is_put_off_goes_out_later_under_the_same_number() {
        let server = Server::start(&[Answer::Later, Answer::DropInData, Answer::DropAfterData, Answer::Take]);
        let bench = bench(&Faults::none(), false);
        bench.queue(1, None, "someone@example.com");
        let mut relay = server.relay();
        assert!(bench.round(&mut relay), "the relay is there");
        let mail = bench.mails().remove(0);
        assert_eq!((mail.state.as_str(), mail.attempts, mail.next_at), ("queued", 1, start().plus_seconds(60)));
        assert!(mail.last_error.contains("451") || mail.last_error.contains("later"), "{}", mail.last_error);
        // Not before its time.
        assert!(bench.round(&mut relay));
        assert_eq!(bench.mails()[0].attempts, 1);
        bench.pass(60);
        assert!(!bench.round(&mut relay), "the connection was lost");
        assert_eq!(bench.mails()[0].next_at, start().plus_seconds(180));
        bench.pass(120);
        assert!(!bench.round(&mut relay), "the connection was lost after the last octet");
        bench.pass(300);
        assert!(bench.round(&mut relay));
        assert_eq!(bench.states(), [state(1, "sent")]);
        // The relay had it once already without our knowing: its number tells.
        let numbers: Vec<String> = server.taken().iter().map(|t| t.header("Message-ID")).collect();
        assert_eq!(numbers.len(), 2);
        assert_eq!(numbers[0], numbers[1]);
        assert!(numbers[0].ends_with("@registrar.example>"));
    }

    #[test]
    fn a_mail_that_is_refused_fails_with_an_event_and_stops_nothing() {
        let server = Server::start(&[Answer::Refuse, Answer::Take]);
        let bench = bench(&Faults::none(), false);
        let account = bench.account();
        bench.queue(1, Some(account), "gone@example.com");
        bench.queue(2, Some(account), "someone@example.com");
        bench.queue(3, Some(account), "no address");
        assert!(bench.round(&mut server.relay()));
        assert_eq!(bench.states(), [state(1, "bounced"), state(2, "sent"), state(3, "failed")]);
        assert!(bench.mails()[0].last_error.contains("550"), "{:?}", bench.mails()[0]);
        let told = events_of(&bench.store, account);
        assert_eq!(told.len(), 2);
        assert_eq!(
            (told[0].class.as_str(), told[0].subclass.as_str(), told[0].object.as_str()),
            ("MAIL_DELIVERY", "DELIVERY_FAILED", "gone@example.com")
        );
        assert!(told[0].data.contains("Letter 1") && told[0].data.contains("550"), "{}", told[0].data);
    }

    #[test]
    fn a_relay_that_is_away_costs_no_mail() {
        let bench = bench(&Faults::none(), false);
        for id in 1..=3 {
            bench.queue(id, None, "someone@example.com");
        }
        let away = {
            let server = Server::start(&[]);
            server.config()
        };
        let mut relay = Relay::new(away).unwrap();
        for _ in 0..80 {
            assert!(!bench.round(&mut relay));
            bench.pass(300);
        }
        assert_eq!(bench.states(), [state(1, "queued"), state(2, "queued"), state(3, "queued")]);
        let server = Server::start(&[]);
        bench.pass(3_600);
        assert!(bench.round(&mut server.relay()));
        assert_eq!(bench.states(), [state(1, "sent"), state(2, "sent"), state(3, "sent")]);
    }

    #[test]
    fn a_mail_that_is_always_put_off_fails_in_the_end() {
        let server = Server::start(&[Answer::Later; 100]);
        let bench = bench(&Faults::none(), false);
        bench.queue(1, None, "someone@example.com");
        let mut rounds = 0;
        while bench.states() == [state(1, "queued")] {
            bench.round(&mut server.relay());
            bench.pass(3_600);
            rounds += 1;
            assert!(rounds < 100);
        }
        assert_eq!(bench.states(), [state(1, "failed")]);
        assert!(rounds > 48, "not before two days of hourly attempts: {rounds}");
    }

    #[test]
    fn a_relay_behind_tls_must_show_a_certificate_that_is_trusted() {
        let own = SelfSigned::of("127.0.0.1");
        let server = Server::behind(&[], Some(own.server.clone()));
        let bench = bench(&Faults::none(), false);
        bench.queue(1, None, "someone@example.com");
        let config = RelayConfig { security: Security::Tls, ..server.config() };
        assert!(!bench.round(&mut Relay::new(config.clone()).unwrap()), "nobody vouches for the certificate");
        assert!(server.taken().is_empty() && bench.mails()[0].last_error.contains("certificate"), "{:?}", bench.mails()[0]);
        bench.pass(3_600);
        let vouched = RelayConfig { ca_file: Some(own.ca_file.clone()), ..config };
        assert!(bench.round(&mut Relay::new(vouched).unwrap()), "{:?}", bench.mails()[0]);
        assert_eq!(server.taken().len(), 1);
    }

    #[test]
    fn a_conversation_goes_on_in_secret_after_starttls() {
        let own = SelfSigned::of("127.0.0.1");
        let server = Server::with_starttls(&[], own.server.clone());
        let bench = bench(&Faults::none(), false);
        let account = bench.account();
        bench.queue(1, Some(account), "someone@example.com");
        let login = Some(("sender".to_owned(), Password::Given("secret".to_owned())));
        let config =
            RelayConfig { security: Security::StartTls, login, returns: Some("bounces@registrar.example".to_owned()), ..server.config() };
        assert!(!bench.round(&mut Relay::new(config.clone()).unwrap()), "nobody vouches for the certificate");
        assert!(server.taken().is_empty());
        bench.pass(3_600);
        assert!(
            bench.round(&mut Relay::new(RelayConfig { ca_file: Some(own.ca_file.clone()), ..config }).unwrap()),
            "{:?}",
            bench.mails()[0]
        );
        let taken = server.taken();
        assert_eq!((taken.len(), taken[0].login.as_str()), (1, "\0sender\0secret"));
        assert_eq!(taken[0].from, format!("bounces+1.{}@registrar.example", start().micros()));

        // It comes back: its mail is marked, and the account told once.
        let report = format!(
            "To: {}\r\n\r\nFinal-Recipient: rfc822; someone@example.com\r\nAction: failed\r\nStatus: 5.2.1\r\nDiagnostic-Code: smtp; 550 mailbox closed\r\n",
            taken[0].from
        );
        let report = engine::mail::Report::read(report.as_bytes()).unwrap();
        let bounce = || bench.engine.run(&engine::Actor::staff(), engine::mail::Bounce { report: report.clone() }).unwrap();
        assert_eq!(bounce(), engine::mail::Bounced::Marked(1));
        assert_eq!(bounce(), engine::mail::Bounced::Before(1));
        assert_eq!(bench.states(), [state(1, "bounced")]);
        let told = events_of(&bench.store, account);
        assert_eq!(told.len(), 1);
        assert!(told[0].class == "MAIL_DELIVERY" && told[0].data.contains("5.2.1 550 mailbox closed"), "{:?}", told[0]);
        let all = engine::mail::List { state: Some("bounced"), before: None, limit: 10 };
        let page = bench.engine.run(&engine::Actor::staff(), all).unwrap();
        assert_eq!((page.rows.len(), page.rows[0].reason.as_str(), page.next), (1, "5.2.1 550 mailbox closed", None));
    }

    #[test]
    fn without_tls_nothing_goes_to_a_relay_that_should_have_it() {
        let server = Server::start(&[]);
        let bench = bench(&Faults::none(), false);
        bench.queue(1, None, "someone@example.com");
        for security in [Security::StartTls, Security::Tls] {
            let config = RelayConfig { security, timeout: Duration::from_millis(300), ..server.config() };
            assert!(!bench.round(&mut Relay::new(config).unwrap()));
            bench.pass(3_600);
        }
        assert_eq!(bench.states(), [state(1, "queued")]);
        assert!(server.taken().is_empty());
    }
}
