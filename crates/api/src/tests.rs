//! The lab's calls over an engine on a memory store, with a lab that notes what it was asked.

use crate::{Deed, Lab, Played, Snapshot, Unsaved, answer};
use engine::lab::{Happening, Moved};
use engine::verify::{Promise, Verdict};
use engine::{Engine, Error, Parts, SealingKey, World};
use model::policy::ZoneSet;
use model::{Field, FieldProblem, Problem, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const START: &str = "2026-11-22T10:00:00Z";

fn start() -> Timestamp {
    Timestamp::parse_rfc3339(START).unwrap()
}

fn engine(sandbox: bool) -> Engine {
    let fill = |buffer: &mut [u8]| buffer.fill(7);
    Engine::new(Parts {
        store: store::open(&store::Location::Memory).unwrap(),
        zones: Arc::new(ZoneSet::embedded().unwrap()),
        registries: BTreeMap::new(),
        zone_registry: BTreeMap::new(),
        world: World { real: Arc::new(start), entropy: Arc::new(fill) },
        key: SealingKey::new(1, [1; 32]),
        on_wait: || (),
        node: "test".to_owned(),
        faults: registry::faults::Faults::none(),
        offset_micros: Arc::default(),
        sandbox,
    })
    .unwrap()
}

#[derive(Default)]
struct Noted {
    moves: Mutex<Vec<Timestamp>>,
    broken: bool,
}

impl Lab for Noted {
    fn move_clock(&self, to: Timestamp) -> Result<Moved, Error> {
        if to < start() {
            let expected = "an instant to come".to_owned();
            return Err(FieldProblem::new(Field::Other("set"), Problem::OutOfRange { expected }).into());
        }
        self.moves.lock().unwrap().push(to);
        Ok(Moved { now: to, count: 2_000, happenings: vec![Happening { at: start(), what: "renewal soon-due.com".to_owned() }] })
    }

    fn verify(&self) -> Result<Verdict, Error> {
        let violations = if self.broken { vec!["a balance is off".to_owned()] } else { Vec::new() };
        Ok(Verdict { promises: vec![Promise { name: "money is conserved", violations }], attention: 3 })
    }

    fn reset(&self) -> Result<(), String> {
        if self.broken { Err("no disk".to_owned()) } else { Ok(()) }
    }

    fn snapshots(&self) -> Result<Vec<Snapshot>, Unsaved> {
        if self.broken { Err(Unsaved::Unable("the store is PostgreSQL".to_owned())) } else { Ok(vec![kept("before")]) }
    }

    fn snapshot(&self, id: Option<&str>) -> Result<Snapshot, Unsaved> {
        if self.broken { Err(Unsaved::Conflict("there is one".to_owned())) } else { Ok(kept(id.unwrap_or("1"))) }
    }

    fn restore(&self, id: &str) -> Result<Snapshot, Unsaved> {
        if self.broken { Err(Unsaved::Failed("no disk".to_owned())) } else { Ok(kept(id)) }
    }

    fn delete_snapshot(&self, id: &str) -> Result<(), Unsaved> {
        if self.broken { Err(Unsaved::Unknown(format!("there is no snapshot {id}"))) } else { Ok(()) }
    }

    fn play(&self, deed: Deed, name: &str, auth: &str) -> Played {
        let message = format!("{deed:?} {name} {auth}");
        let (code, reasons) = if self.broken { (2304, vec!["clientTransferProhibited".to_owned()]) } else { (1001, Vec::new()) };
        Played { done: !self.broken, code, message, reasons }
    }
}

fn kept(id: &str) -> Snapshot {
    Snapshot { id: id.to_owned(), at: start(), taken: start(), bytes: 7 }
}

fn ask(engine: &Engine, lab: &Noted, method: &str, path: &str, body: &str) -> (u16, Value) {
    let request = http::Request::builder().method(method).uri(path).body(body.as_bytes().to_vec()).unwrap();
    let response = answer(engine, lab, request);
    assert_eq!(response.headers()["content-type"], "application/json");
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[test]
fn the_clock_is_shown_and_moved() {
    let (engine, lab) = (engine(true), Noted::default());
    let (status, shown) = ask(&engine, &lab, "GET", "/sandbox/clock", "");
    assert_eq!((status, &shown["now"], &shown["count"]), (200, &json!(START), &json!(0)));
    let (status, moved) = ask(&engine, &lab, "POST", "/sandbox/clock", r#"{"advance":"P5DT1H"}"#);
    assert_eq!((status, &moved["now"], &moved["count"]), (200, &json!("2026-11-27T11:00:00Z"), &json!(2_000)));
    assert_eq!(moved["happenings"], json!([{"at": START, "what": "renewal soon-due.com"}]));
    assert_eq!(ask(&engine, &lab, "POST", "/sandbox/clock", r#"{"set":"2031-01-01T00:00:00Z"}"#).0, 200);
    let moves: Vec<String> = lab.moves.lock().unwrap().iter().map(|at| at.rfc3339()).collect();
    assert_eq!(moves, ["2026-11-27T11:00:00Z", "2031-01-01T00:00:00Z"]);
}

#[test]
fn what_makes_no_sense_is_refused_by_field() {
    let (engine, lab) = (engine(true), Noted::default());
    let cases = [
        ("/sandbox/clock", r#"{"set":"2020-01-01T00:00:00Z"}"#, "set"),
        ("/sandbox/clock", r#"{"advance":"-P1D"}"#, "advance"),
        ("/sandbox/clock", r#"{"advance":"P101Y"}"#, "advance"),
        ("/sandbox/clock", r#"{"advance":"P99999999Y"}"#, "advance"),
        ("/sandbox/clock", r#"{"advance":"tomorrow"}"#, "advance"),
        ("/sandbox/clock", r#"{"set":"2027-02-30T00:00:00Z"}"#, "set"),
        ("/sandbox/clock", r#"{"advance":"P1D","set":"2031-01-01T00:00:00Z"}"#, "set"),
        ("/sandbox/clock", "{}", "advance"),
        ("/sandbox/clock", "", "advance"),
        ("/sandbox/clock", r#"{"back":"P1D"}"#, "back"),
        ("/sandbox/clock?at=1", r#"{"advance":"P1D"}"#, "at"),
        ("/sandbox/faults", r#"{"at":"registry.crate","kind":"slow"}"#, "at"),
        ("/sandbox/faults", r#"{"at":"registry.create","kind":"explode"}"#, "kind"),
        ("/sandbox/faults", r#"{"at":"registry.create","kind":"slow","times":0}"#, "times"),
        ("/sandbox/faults", r#"{"kind":"slow"}"#, "at"),
        ("/sandbox/crash", r#"{"after":"order.forgotten"}"#, "after"),
        ("/sandbox/reset", r#"{"all":true}"#, "all"),
    ];
    for (path, body, field) in cases {
        let (status, reply) = ask(&engine, &lab, "POST", path, body);
        assert_eq!((status, &reply["error"]["field"]), (400, &json!(field)), "{path} {body}: {reply}");
        assert!(!reply["error"]["message"].as_str().unwrap().is_empty());
    }
    for body in ["[", "[]", "\"P5D\"", r#"{"advance":5}"#, "\u{0}"] {
        let (status, reply) = ask(&engine, &lab, "POST", "/sandbox/clock", body);
        assert_eq!((status, &reply["error"]["field"]), (400, &Value::Null), "{body}: {reply}");
    }
    assert!(lab.moves.lock().unwrap().is_empty());
    assert!(engine.faults().list().is_empty());
}

#[test]
fn faults_and_crashes_are_armed_listed_and_cleared() {
    let (engine, lab) = (engine(true), Noted::default());
    let armed = r#"{"at":"registry.create","kind":"reply-lost"}"#;
    let (status, reply) = ask(&engine, &lab, "POST", "/sandbox/faults", armed);
    assert_eq!((status, &reply["faults"]), (200, &json!([{"at": "registry.create", "kind": "reply-lost", "times": 1}])));
    let (_, reply) = ask(&engine, &lab, "POST", "/sandbox/crash", r#"{"after":"order.settled"}"#);
    assert_eq!(reply["crashes"], json!(["order.settled"]));
    let (_, reply) = ask(&engine, &lab, "DELETE", "/sandbox/faults", "");
    assert_eq!((&reply["cleared"], &reply["faults"], &reply["crashes"]), (&json!(2), &json!([]), &json!([])));
    let many: Vec<u16> = (0..65).map(|_| ask(&engine, &lab, "POST", "/sandbox/faults", armed).0).collect();
    assert_eq!((many[63], many[64]), (200, 409));
}

#[test]
fn promises_are_told_whether_they_hold_or_not() {
    let engine = engine(true);
    let good = ask(&engine, &Noted::default(), "GET", "/sandbox/invariants", "");
    assert_eq!(good, (200, json!({"ok": true, "promises": [{"name": "money is conserved", "violations": []}], "attention": 3})));
    let lab = Noted { broken: true, ..Noted::default() };
    let (status, bad) = ask(&engine, &lab, "GET", "/sandbox/invariants", "");
    assert_eq!((status, &bad["ok"], &bad["promises"][0]["violations"]), (200, &json!(false), &json!(["a balance is off"])));
}

#[test]
fn a_reset_says_whether_it_worked() {
    let engine = engine(true);
    assert_eq!(ask(&engine, &Noted::default(), "POST", "/sandbox/reset", ""), (200, json!({"reset": true})));
    let (status, reply) = ask(&engine, &Noted { broken: true, ..Noted::default() }, "POST", "/sandbox/reset", "{}");
    assert_eq!(status, 503);
    assert!(reply["error"]["message"].as_str().unwrap().contains("no disk"));
}

#[test]
fn mail_takes_one_parameter() {
    let (engine, lab) = (engine(true), Noted::default());
    assert_eq!(ask(&engine, &lab, "GET", "/sandbox/mail?to=a%2Bb%40example.com", ""), (200, json!([])));
    assert_eq!(ask(&engine, &lab, "GET", "/sandbox/mail", ""), (200, json!([])));
    for (query, field) in [("to=a&to=b", json!("to")), ("from=a", json!("from")), ("to=%ff", Value::Null)] {
        let (status, reply) = ask(&engine, &lab, "GET", &format!("/sandbox/mail?{query}"), "");
        assert_eq!((status, &reply["error"]["field"]), (400, &field), "{query}");
    }
}

#[test]
fn states_are_kept_and_gone_back_to() {
    let (engine, lab) = (engine(true), Noted::default());
    let view = |id: &str| json!({"id": id, "at": START, "taken": START, "bytes": 7});
    assert_eq!(ask(&engine, &lab, "GET", "/sandbox/snapshot", ""), (200, json!({"snapshots": [view("before")]})));
    assert_eq!(ask(&engine, &lab, "POST", "/sandbox/snapshot", ""), (200, view("1")));
    assert_eq!(ask(&engine, &lab, "POST", "/sandbox/snapshot", r#"{"id":"mine"}"#), (200, view("mine")));
    assert_eq!(ask(&engine, &lab, "POST", "/sandbox/restore", r#"{"id":"mine"}"#), (200, view("mine")));
    assert_eq!(ask(&engine, &lab, "DELETE", "/sandbox/snapshot?id=mine", ""), (200, json!({"deleted": "mine"})));
    for (method, path) in [("POST", "/sandbox/restore"), ("DELETE", "/sandbox/snapshot")] {
        let (status, reply) = ask(&engine, &lab, method, path, "");
        assert_eq!((status, &reply["error"]["field"]), (400, &json!("id")), "{method} {path}");
    }
    let broken = Noted { broken: true, ..Noted::default() };
    for (method, path, body, status) in [
        ("GET", "/sandbox/snapshot", "", 501),
        ("POST", "/sandbox/snapshot", "", 409),
        ("POST", "/sandbox/restore", r#"{"id":"mine"}"#, 503),
        ("DELETE", "/sandbox/snapshot?id=mine", "", 404),
    ] {
        assert_eq!(ask(&engine, &broken, method, path, body).0, status, "{method} {path}");
    }
}

#[test]
fn paths_methods_and_sizes_are_bounded() {
    let (engine, lab) = (engine(true), Noted::default());
    for path in ["/sandbox", "/sandbox/elsewhere", "/sandbox/clock/", "/sandbox/Clock"] {
        let (status, reply) = ask(&engine, &lab, "POST", path, "{}");
        assert_eq!(status, 404, "{path}");
        assert!(reply["error"]["message"].as_str().unwrap().contains("/sandbox/clock"));
    }
    for (method, path, allow) in [
        ("DELETE", "/sandbox/clock", "GET, HEAD, POST"),
        ("GET", "/sandbox/reset", "POST"),
        ("PUT", "/sandbox/faults", "GET, HEAD, POST, DELETE"),
    ] {
        let request = http::Request::builder().method(method).uri(path).body(Vec::new()).unwrap();
        let response = answer(&engine, &lab, request);
        assert_eq!((response.status().as_u16(), response.headers()["allow"].to_str().unwrap()), (405, allow), "{method} {path}");
    }
    assert_eq!(ask(&engine, &lab, "HEAD", "/sandbox/clock", "").0, 200);
    assert_eq!(ask(&engine, &lab, "POST", "/sandbox/clock", &" ".repeat(64 * 1024 + 1)).0, 413);
    assert_eq!(ask(&engine, &lab, "POST", "/sandbox/clock", &"[".repeat(64 * 1024)).0, 400);
}

#[test]
fn pages_of_other_origins_change_nothing() {
    let (engine, lab) = (engine(true), Noted::default());
    let post = |origin: &str| {
        let request = http::Request::builder().method("POST").uri("/sandbox/reset");
        let request = request.header("host", "127.0.0.1:8700").header("origin", origin).body(Vec::new()).unwrap();
        answer(&engine, &lab, request).status().as_u16()
    };
    assert_eq!(post("http://127.0.0.1:8700"), 200);
    for origin in ["http://evil.example", "null", "http://127.0.0.1:8701", "http://127.0.0.1:8700.evil.example"] {
        assert_eq!(post(origin), 403, "{origin}");
    }
}

#[test]
fn there_is_no_lab_outside_the_sandbox() {
    let (engine, lab) = (engine(false), Noted::default());
    for call in crate::CALLS {
        for method in ["GET", "POST", "DELETE"] {
            let (status, reply) = ask(&engine, &lab, method, call.path, r#"{"advance":"P1D"}"#);
            assert_eq!(status, 404, "{method} {}", call.path);
            assert!(reply["error"]["message"].as_str().unwrap().contains("not a sandbox"));
        }
    }
    assert!(lab.moves.lock().unwrap().is_empty());
}

#[test]
fn the_outside_world_is_played() {
    let engine = engine(true);
    let lab = Noted::default();
    let (status, view) =
        ask(&engine, &lab, "POST", "/sandbox/registry", r#"{"as":"outsider","do":"request","name":"Leaving.com","auth":"x-1"}"#);
    assert_eq!((status, view["code"].as_u64(), view["message"].as_str()), (200, Some(1001), Some("Request leaving.com x-1")));
    let broken = Noted { broken: true, ..Noted::default() };
    assert_eq!(ask(&engine, &broken, "POST", "/sandbox/registry", r#"{"as":"outsider","do":"approve","name":"a.com"}"#).0, 409);
    for wrong in [
        r#"{"as":"domesday","do":"approve","name":"a.com"}"#,
        r#"{"as":"outsider","do":"steal","name":"a.com"}"#,
        r#"{"as":"outsider","do":"approve","name":"-"}"#,
        r#"{"as":"outsider","do":"request","name":"a.com"}"#,
    ] {
        assert_eq!(ask(&engine, &lab, "POST", "/sandbox/registry", wrong).0, 400, "{wrong}");
    }
}
