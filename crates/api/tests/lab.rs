//! The lab over a whole sandbox: what its calls do there, and not only what they answer.

use api::{Deed, Lab, Played, Snapshot, Unsaved, answer};
use engine::account::Balance;
use engine::lab::Moved;
use engine::verify::Verdict;
use engine::{Error, domain};
use model::{Channel, DomainName, Months, Refusal, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::Fixture;

struct Whole<'a>(&'a Fixture);

impl Lab for Whole<'_> {
    fn move_clock(&self, to: Timestamp) -> Result<Moved, Error> {
        self.0.sandbox.move_clock(to)
    }

    fn verify(&self) -> Result<Verdict, Error> {
        self.0.sandbox.verify()
    }

    fn reset(&self) -> Result<(), String> {
        self.0.sandbox.reset().map_err(|e| e.to_string())
    }

    fn snapshots(&self) -> Result<Vec<Snapshot>, Unsaved> {
        Err(in_memory())
    }

    fn snapshot(&self, _: Option<&str>) -> Result<Snapshot, Unsaved> {
        Err(in_memory())
    }

    fn restore(&self, _: &str) -> Result<Snapshot, Unsaved> {
        Err(in_memory())
    }

    fn delete_snapshot(&self, _: &str) -> Result<(), Unsaved> {
        Err(in_memory())
    }

    /// The outside world is played in the tests of the binary and of the registry.
    fn play(&self, _: Deed, _: &str, _: &str) -> Played {
        Played { done: false, code: 2101, message: "nobody plays the outside world in this test".to_owned(), reasons: Vec::new() }
    }
}

/// Snapshots are tried in the tests of the binary.
fn in_memory() -> Unsaved {
    Unsaved::Unable("this sandbox is kept in memory".to_owned())
}

fn ask(fixture: &Fixture, method: &str, path: &str, body: &str) -> (u16, Value) {
    let request = http::Request::builder().method(method).uri(path).body(body.as_bytes().to_vec()).unwrap();
    let response = answer(fixture.engine(), &Whole(fixture), request);
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

fn good(fixture: &Fixture, method: &str, path: &str, body: &str) -> Value {
    let (status, reply) = ask(fixture, method, path, body);
    assert_eq!(status, 200, "{method} {path} {body}: {reply}");
    reply
}

fn assert_promises(fixture: &Fixture) {
    let promises = good(fixture, "GET", "/sandbox/invariants", "");
    assert_eq!(promises["ok"], json!(true), "{promises}");
    assert!(promises["promises"].as_array().unwrap().len() >= 4, "{promises}");
}

/// Registers a name for demo and returns how the order ended.
fn register(fixture: &Fixture, name: &str) -> engine::order::OrderStanding {
    let engine = fixture.engine();
    let demo = fixture.actor(Channel::Kvapi, "demo");
    let contacts = engine::contact::List {
        pattern: model::pattern::Pattern::All,
        by: engine::contact::HandleForm::Dmapi,
        zone: Some("com".to_owned()),
        window: domain::Window { skip: 0, take: 1 },
    };
    let handle = engine.run(&demo, contacts).unwrap().rows[0].handle.clone();
    let host = |name: &str| model::HostName::parse(name).unwrap();
    let wish = domain::Register {
        months: Months::new(12),
        registrant: Some(domain::ContactRef::Handle(handle)),
        hosts: vec![host("ns1.example.net"), host("ns2.example.net")],
        ..domain::Register::of(DomainName::parse(name).unwrap())
    };
    let order = engine.register(&demo, wish).unwrap().order;
    engine.await_order(&demo, order.id, Duration::from_secs(20)).unwrap().standing
}

#[test]
fn the_clock_passes_what_falls_due() {
    let fixture = Fixture::new();
    let before = good(&fixture, "GET", "/sandbox/clock", "");
    let moved = good(&fixture, "POST", "/sandbox/clock", r#"{"advance":"P6D"}"#);
    let at = |view: &Value| Timestamp::parse_rfc3339(view["now"].as_str().unwrap()).unwrap();
    assert!(at(&moved) >= at(&before).plus_days(6));
    let happened = moved["happenings"].as_array().unwrap();
    assert!(!happened.is_empty() && moved["count"].as_u64().unwrap() >= happened.len() as u64, "{moved}");
    let instants: Vec<Timestamp> = happened.iter().map(|h| Timestamp::parse_rfc3339(h["at"].as_str().unwrap()).unwrap()).collect();
    assert!(instants.is_sorted(), "{moved}");
    assert!(instants.iter().all(|i| *i <= at(&moved)));

    let (status, refused) = ask(&fixture, "POST", "/sandbox/clock", r#"{"set":"2027-01-01T00:00:00Z"}"#);
    assert_eq!((status, &refused["error"]["field"]), (400, &json!("set")), "{refused}");
    let (status, refused) = ask(&fixture, "POST", "/sandbox/clock", r#"{"advance":"-PT1H"}"#);
    assert_eq!((status, &refused["error"]["field"]), (400, &json!("advance")), "{refused}");
    assert!(at(&good(&fixture, "GET", "/sandbox/clock", "")) >= at(&moved));
}

#[test]
fn a_lost_reply_charges_once_and_breaks_no_promise() {
    let fixture = Fixture::new();
    let demo = fixture.actor(Channel::Kvapi, "demo");
    let balance = || fixture.engine().run(&demo, Balance).unwrap().0;
    assert_eq!(register(&fixture, "in-peace.com"), engine::order::OrderStanding::Succeeded);
    let price = 100_000_000 - balance().amount_e4;
    good(&fixture, "POST", "/sandbox/faults", r#"{"at":"registry.create","kind":"reply-lost","times":1}"#);
    assert_eq!(register(&fixture, "lost-reply.com"), engine::order::OrderStanding::Succeeded);
    assert_eq!(good(&fixture, "GET", "/sandbox/faults", "")["faults"], json!([]), "the fault struck");
    assert_eq!(balance().amount_e4, 100_000_000 - 2 * price);
    assert_promises(&fixture);
}

#[test]
fn a_reset_brings_the_seed_back() {
    let fixture = Fixture::new();
    register(&fixture, "soon-forgotten.com");
    good(&fixture, "POST", "/sandbox/clock", r#"{"advance":"P40D"}"#);
    assert_eq!(good(&fixture, "POST", "/sandbox/reset", ""), json!({"reset": true}));
    let demo = fixture.actor(Channel::Kvapi, "demo");
    assert_eq!(fixture.engine().run(&demo, Balance).unwrap().0.amount_e4, 100_000_000);
    let info = |name: &str| fixture.engine().run(&demo, domain::Info { name: DomainName::parse(name).unwrap() });
    assert!(matches!(info("soon-forgotten.com"), Err(Error::Refused(Refusal::DomainUnknown { .. }))));
    assert!(info("soon-due.com").is_ok());
    let clock = good(&fixture, "GET", "/sandbox/clock", "");
    assert_eq!(clock["now"].as_str().unwrap()[..10], clock["real"].as_str().unwrap()[..10]);
    assert_promises(&fixture);
}
