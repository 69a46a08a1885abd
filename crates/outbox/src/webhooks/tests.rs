//! Deliveries over real sockets to receivers that are good, slow, broken and hostile.

use super::receiver::{Answer, Got, Receiver};
use super::*;
use crate::bench::{Bench, bench, events_of, start};
use crate::testing::SelfSigned;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::Actor;
use engine::account::manage::Impersonate;
use engine::event::Place;
use engine::faults::{FaultKind, Faults};
use engine::webhook::{Create, Created, Deliveries, DeliveryFilter, DeliveryView, Info, Modify, Replay, Rotate, State, Targets, What};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::Instant;

fn client() -> Client {
    Client::new(None).unwrap().within(Duration::from_secs(2))
}

impl Bench {
    fn owner(&self, account: i64) -> Actor {
        let actor = self.engine.run(&Actor::staff(), Impersonate { login: "ada".to_owned() }).unwrap();
        assert_eq!(actor.account(), account);
        actor
    }

    fn webhook(&self, owner: &Actor, url: &str, events: &[&str]) -> Created {
        let events = events.iter().map(|e| (*e).to_owned()).collect();
        self.engine.run(owner, Create { url: url.to_owned(), description: String::new(), events, sub_accounts: false }).unwrap()
    }

    /// Something happens to the account: a mail of this number cannot be delivered.
    fn happen(&self, account: i64, number: i64) {
        self.queue(number, Some(account), &format!("someone{number}@example.com"));
        let mail = self.engine.claim_mails(1).unwrap().remove(0);
        self.engine.mail_failed(&mail, "no such user").unwrap();
    }

    /// What may be sent now is sent.
    fn send(&self, client: &Client) -> usize {
        let mut sent = 0;
        loop {
            let due = self.engine.due_webhooks(10).unwrap();
            let claimed: Vec<Sending> = due.iter().flat_map(|hook| self.engine.claim_deliveries(*hook, 0).unwrap()).collect();
            if claimed.is_empty() {
                return sent;
            }
            for sending in &claimed {
                attempt(&self.engine, client, sending);
                sent += 1;
            }
        }
    }

    fn deliveries(&self, owner: &Actor, webhook: i64) -> Vec<DeliveryView> {
        let all = Deliveries { webhook, filter: DeliveryFilter::All, before: None, limit: 500 };
        self.engine.run(owner, all).unwrap().rows
    }
}

/// Checks a request as a receiver should, by the written scheme and not by our code.
fn is_signed(got: &Got, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.{}", got.header("webhook-id"), got.header("webhook-timestamp"), got.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    got.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

#[test]
fn an_event_is_delivered_once_and_signed() {
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    let receiver = Receiver::start(Vec::new());
    let made = bench.webhook(&owner, &receiver.url(), &["mail_delivery.*"]);
    let other = bench.webhook(&owner, &receiver.url(), &["domain_*"]);
    bench.happen(account, 1);
    assert_eq!(bench.send(&client()), 1);
    assert_eq!(bench.send(&client()), 0);
    let got = receiver.got();
    assert_eq!(got.len(), 1, "the other one listens for domains");
    assert_eq!(got[0].line, "POST /in?from=domesday HTTP/1.1");
    assert_eq!(got[0].header("host"), receiver.address.to_string());
    assert_eq!(got[0].header("content-type"), "application/json");
    assert_eq!(got[0].header("webhook-timestamp"), start().seconds().to_string());
    assert!(is_signed(&got[0], &made.secret) && !is_signed(&got[0], &other.secret));
    let told = &events_of(&bench.store, account)[0];
    assert_eq!(got[0].header("webhook-id"), told.id.to_string());
    let body: serde_json::Value = serde_json::from_str(&got[0].body).unwrap();
    assert_eq!(body["type"], "mail_delivery.delivery_failed");
    assert_eq!(body["timestamp"], start().rfc3339());
    assert_eq!(body["data"]["id"], told.id.to_string());
    assert_eq!(body["data"]["account"], "ada");
    assert_eq!(body["data"]["values"]["recipient"], "someone1@example.com");
    let delivery = &bench.deliveries(&owner, made.webhook.id)[0];
    assert_eq!((delivery.state.as_str(), delivery.attempts, delivery.status), ("delivered", 1, 204));
    assert!(!got[0].body.contains("secret") && !format!("{:?}", bench.engine.run(&owner, Info { id: made.webhook.id })).contains("whsec_"));
}

#[test]
fn what_goes_wrong_is_tried_again_and_told() {
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    let trap = Receiver::start(Vec::new());
    let cases = [
        (Answer::Say(500, "out of order"), "500 Internal Server Error: out of order"),
        (Answer::Elsewhere(trap.url()), "redirects are not followed"),
        (Answer::HangUp, "the connection broke"),
        (Answer::Babble, "the connection broke"),
        (Answer::Flood, "500 Internal Server Error: xxx"),
        (Answer::HeadFlood, "the connection broke"),
        (Answer::Slow(Duration::from_secs(4)), "no answer in time"),
        (Answer::Say(404, "\r\nwebhook-id: 1\u{202e}\0"), "404 Not Found: webhook-id: 1"),
    ];
    let receiver = Receiver::start(cases.iter().map(|(answer, _)| answer.clone()).collect());
    let made = bench.webhook(&owner, &receiver.url(), &[]);
    bench.happen(account, 1);
    for (place, (answer, reason)) in cases.iter().enumerate() {
        assert_eq!(bench.send(&client()), 1, "{answer:?}");
        let delivery = &bench.deliveries(&owner, made.webhook.id)[0];
        assert_eq!((delivery.state.as_str(), delivery.attempts as usize), ("queued", place + 1), "{answer:?}");
        assert!(delivery.reason.contains(reason) && delivery.reason.chars().count() <= 301, "{answer:?}: {}", delivery.reason);
        assert!(!delivery.reason.contains(['\r', '\n', '\0', '\u{202e}']));
        bench.pass(8 * 3_600);
    }
    assert_eq!(bench.send(&client()), 1);
    let delivery = &bench.deliveries(&owner, made.webhook.id)[0];
    assert_eq!((delivery.state.as_str(), delivery.log.len()), ("delivered", cases.len() + 1));
    let got = receiver.got();
    assert!(
        got.iter().all(|g| g.header("webhook-id") == got[0].header("webhook-id") && g.body == got[0].body && is_signed(g, &made.secret))
    );
    assert!(trap.got().is_empty());
    let health = bench.engine.run(&owner, Info { id: made.webhook.id }).unwrap();
    assert_eq!((health.failures, health.failing_since, health.last_error.as_str()), (0, None, ""));
}

#[test]
fn what_was_sent_and_not_written_down_is_sent_again_under_its_number() {
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    let receiver = Receiver::start(Vec::new());
    let made = bench.webhook(&owner, &receiver.url(), &[]);
    bench.happen(account, 1);
    // The process dies between the answer and the note of it.
    let lost = bench.engine.claim_deliveries(made.webhook.id, 0).unwrap().remove(0);
    assert!(client().send(&lost, Targets::Any).taken);
    assert_eq!(bench.send(&client()), 0, "somebody has it in hand");
    bench.pass(91);
    assert_eq!(bench.send(&client()), 1);
    let got = receiver.got();
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert_eq!(got[0].body, got[1].body);
    // The dead one comes back to life: its word counts no more.
    let late = Attempted { taken: false, status: None, reason: "late".to_owned(), millis: 1 };
    bench.engine.delivery_attempted(&lost, late).unwrap();
    assert_eq!(bench.deliveries(&owner, made.webhook.id)[0].state, "delivered");
}

#[test]
fn replays_keep_their_numbers() {
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    let receiver = Receiver::start(Vec::new());
    bench.happen(account, 1);
    let made = bench.webhook(&owner, &receiver.url(), &["mail_delivery.*"]);
    bench.happen(account, 2);
    assert_eq!(bench.send(&client()), 1, "what was before it is not sent by itself");
    let replay = |what: What| bench.engine.run(&owner, Replay { webhook: made.webhook.id, what });
    let all = replay(What::After(Place::before(start()))).unwrap();
    assert_eq!((all.queued, all.next), (2, None));
    assert_eq!(bench.send(&client()), 2);
    let first = events_of(&bench.store, account)[0].id;
    assert_eq!(replay(What::Event(first)).unwrap().queued, 1);
    assert_eq!(bench.send(&client()), 1);
    assert!(replay(What::Event(first + 1_000)).is_err());
    assert_eq!(replay(What::After(Place { at: start().plus_seconds(60), id: 0 })).unwrap().queued, 0);
    let numbers: Vec<String> = receiver.got().iter().map(|g| g.header("webhook-id").to_owned()).collect();
    assert_eq!(numbers.iter().filter(|n| **n == first.to_string()).count(), 2);
    assert_eq!(numbers.len(), 4);
}

#[test]
fn a_receiver_that_fails_for_days_is_paused_and_goes_on_when_told() {
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    let receiver = Receiver::start(vec![Answer::Say(503, ""); 200]);
    let made = bench.webhook(&owner, &receiver.url(), &[]);
    bench.happen(account, 1);
    bench.happen(account, 2);
    let mut hours = 0;
    let id = made.webhook.id;
    while bench.engine.run(&owner, Info { id }).unwrap().state == State::Active {
        bench.send(&client());
        bench.pass(1_800);
        hours += 1;
        assert!(hours < 400);
    }
    assert!(hours >= 140, "not before three days: {hours} half hours");
    let told: Vec<_> = events_of(&bench.store, account).into_iter().filter(|e| e.class == "WEBHOOK").collect();
    let paused: Vec<_> = told.iter().filter(|e| e.subclass == "PAUSED").collect();
    assert_eq!(paused.len(), 1, "{told:?}");
    assert!(paused[0].data.contains("503"), "{:?}", paused[0]);
    // Whoever repairs it has one mail to go by.
    let mails: Vec<_> = bench.mails().into_iter().filter(|m| m.subject.contains("paused")).collect();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains(&receiver.address.to_string()) && !mails[0].text.contains("from=domesday"), "{}", mails[0].text);
    // Nothing new is queued for it, and nothing about webhooks was ever sent to one.
    let before = bench.deliveries(&owner, id).len();
    bench.happen(account, 3);
    assert_eq!((bench.deliveries(&owner, id).len(), bench.send(&client())), (before, 0));
    assert!(receiver.got().iter().all(|g| !g.body.contains("\"webhook.")));
    let working = Receiver::start(Vec::new());
    bench.engine.run(&owner, Modify { id, url: Some(working.url()), active: Some(true), ..Modify::default() }).unwrap();
    bench.engine.run(&owner, Replay { webhook: id, what: What::After(Place::before(start())) }).unwrap();
    bench.send(&client());
    let mut numbers: Vec<String> = working.got().iter().map(|g| g.header("webhook-id").to_owned()).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
    assert!(bench.deliveries(&owner, id).iter().all(|d| d.state == "delivered"));
}

#[test]
fn a_delivery_that_nobody_takes_fails_with_an_event() {
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    // Every other event is refused, so that the receiver as a whole is well.
    let receiver = Receiver::start(Vec::new());
    let made = bench.webhook(&owner, &receiver.url(), &[]);
    bench.happen(account, 1);
    let mut attempts = 0;
    while bench.deliveries(&owner, made.webhook.id)[0].state == "queued" {
        for sending in bench.engine.claim_deliveries(made.webhook.id, 0).unwrap() {
            attempts += 1;
            let refused = Attempted { taken: false, status: Some(400), reason: "400 Bad Request".to_owned(), millis: 3 };
            bench.engine.delivery_attempted(&sending, refused).unwrap();
        }
        bench.pass(600);
    }
    assert!((12..=20).contains(&attempts), "{attempts}");
    let failed: Vec<_> =
        events_of(&bench.store, account).into_iter().filter(|e| e.subclass == "DELIVERY_FAILED" && e.class == "WEBHOOK").collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0].data.contains("400 Bad Request") && failed[0].data.contains("mail_delivery.delivery_failed"));
    let page = Deliveries { webhook: made.webhook.id, filter: DeliveryFilter::Failed, before: None, limit: 10 };
    assert_eq!(bench.engine.run(&owner, page).unwrap().rows.len(), 1);
}

#[test]
fn a_receiver_that_says_gone_is_believed() {
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    let receiver = Receiver::start(vec![Answer::Say(410, "")]);
    let made = bench.webhook(&owner, &receiver.url(), &[]);
    bench.happen(account, 1);
    bench.send(&client());
    assert_eq!(bench.engine.run(&owner, Info { id: made.webhook.id }).unwrap().state, State::Paused);
}

#[test]
fn private_addresses_are_refused_where_only_public_ones_may_be_sent_to() {
    let bench = bench(&Faults::none(), false);
    assert_eq!(bench.engine.webhook_targets(), Targets::Public);
    let account = bench.account();
    let owner = bench.owner(account);
    let receiver = Receiver::start(Vec::new());
    let port = receiver.address.port();
    let urls = [
        (receiver.url(), "https"),
        (format!("https://127.0.0.1:{port}/"), "not a public one"),
        (format!("https://localhost:{port}/"), "not a public one"),
        (format!("https://[::1]:{port}/"), "not a public one"),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), "not a public one"),
    ];
    let made: Vec<i64> = urls.iter().map(|(url, _)| bench.webhook(&owner, url, &[]).webhook.id).collect();
    bench.happen(account, 1);
    bench.send(&client());
    for (id, (url, reason)) in made.iter().zip(&urls) {
        let delivery = &bench.deliveries(&owner, *id)[0];
        assert!(delivery.state == "queued" && delivery.reason.contains(reason), "{url}: {delivery:?}");
    }
    assert!(receiver.got().is_empty());
}

#[test]
fn two_secrets_sign_while_one_is_exchanged() {
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    let receiver = Receiver::start(Vec::new());
    let made = bench.webhook(&owner, &receiver.url(), &[]);
    let id = made.webhook.id;
    let rotated = bench.engine.run(&owner, Rotate { id, old_hours: Some(2) }).unwrap();
    bench.happen(account, 1);
    bench.send(&client());
    bench.pass(2 * 3_600);
    bench.happen(account, 2);
    bench.send(&client());
    let leaked = bench.engine.run(&owner, Rotate { id, old_hours: Some(0) }).unwrap();
    bench.happen(account, 3);
    bench.send(&client());
    let signed: Vec<[bool; 3]> =
        receiver.got().iter().map(|g| [&made.secret, &rotated.secret, &leaked.secret].map(|secret| is_signed(g, secret))).collect();
    assert_eq!(signed, [[true, true, false], [false, true, false], [false, false, true]]);
    assert!(bench.engine.run(&owner, Rotate { id, old_hours: Some(169) }).is_err());
}

#[test]
fn certificates_must_be_trusted() {
    let own = SelfSigned::of("localhost");
    let receiver = Receiver::behind(Vec::new(), Some(own.server.clone()));
    let bench = bench(&Faults::none(), true);
    let account = bench.account();
    let owner = bench.owner(account);
    let hook = bench.webhook(&owner, &format!("https://localhost:{}/in", receiver.address.port()), &[]);
    bench.happen(account, 1);
    bench.send(&client());
    let delivery = &bench.deliveries(&owner, hook.webhook.id)[0];
    assert!(delivery.reason.contains("TLS") && receiver.got().is_empty(), "{delivery:?}");
    bench.pass(60);
    bench.send(&Client::new(Some(&own.ca_file)).unwrap());
    assert_eq!(bench.deliveries(&owner, hook.webhook.id)[0].state, "delivered");
    assert!(is_signed(&receiver.got()[0], &hook.secret));
    assert!(Client::new(Some(&own.folder.path().join("none.pem"))).is_err());
}

#[test]
fn a_slow_receiver_keeps_nobody_waiting() {
    let faults = Faults::none();
    let bench = bench(&faults, true);
    let account = bench.account();
    let owner = bench.owner(account);
    let slow = Receiver::start(vec![Answer::Slow(Duration::from_secs(3)); 50]);
    let quick = Receiver::start(Vec::new());
    let one = bench.webhook(&owner, &slow.url(), &[]).webhook.id;
    let other = bench.webhook(&owner, &quick.url(), &[]).webhook.id;
    faults.add("webhook.send", FaultKind::ReplyLost, 1).unwrap();
    for number in 1..=40 {
        bench.happen(account, number);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let thread = {
        let (engine, stop) = (bench.engine.clone(), stop.clone());
        std::thread::spawn(move || deliver(engine, client(), stop))
    };
    let begun = Instant::now();
    let delivered = |id: i64| bench.deliveries(&owner, id).iter().filter(|d| d.state == "delivered").count();
    while delivered(other) < 39 {
        // The clock of this test stands still: whoever has to wait for a while is let go on.
        bench.pass(1);
        assert!(begun.elapsed() < Duration::from_secs(60), "{} of 40", delivered(other));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(delivered(one) < 20, "two at a time at most");
    stop.store(true, Ordering::Release);
    thread.join().unwrap();
    assert!(faults.list().is_empty());
}
