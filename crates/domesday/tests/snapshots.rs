//! Snapshots of the lab, over the real binary: kept, listed, gone back to with the clock, through restarts and a death in the midst.

mod common;

use common::{Kvapi, Server};
use model::Timestamp;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn instant(value: &Value) -> Timestamp {
    Timestamp::parse_rfc3339(value.as_str().unwrap_or_default()).unwrap_or_else(|| panic!("no instant: {value}"))
}

/// The clock shows this instant, give or take what the test has run since.
fn assert_clock(server: &Server, at: Timestamp) {
    let now = instant(&server.lab("GET", "/sandbox/clock", "")["now"]);
    assert!((0..120).contains(&now.seconds_since(at)), "{now} is not {at}");
}

fn assert_promises(server: &Server) {
    let promises = server.lab("GET", "/sandbox/invariants", "");
    assert_eq!(promises["ok"], json!(true), "{promises}");
}

fn balance(server: &Server) -> String {
    let reply = server.dmapi("query-profile", &[]).expect("it answers");
    reply.value("balance").unwrap_or_else(|| panic!("no balance: {reply:?}")).to_owned()
}

fn register(server: &Server, name: &str) {
    let reply = ask_for(server, name);
    assert_eq!((reply.code(), reply.property("status")), ("200", Some("ACTIVE")), "{}", reply.text);
}

fn ask_for(server: &Server, name: &str) -> Kvapi {
    let wish = [
        ("domain", name),
        ("period", "1"),
        ("nameserver0", "ns1.example.net"),
        ("nameserver1", "ns2.example.net"),
        ("ownercontact0firstname", "Ada"),
        ("ownercontact0lastname", "Weber"),
        ("ownercontact0street", "Lindenweg 3"),
        ("ownercontact0city", "Berlin"),
        ("ownercontact0zip", "10969"),
        ("ownercontact0country", "DE"),
        ("ownercontact0phone", "+49.305550100"),
        ("ownercontact0email", "ada@example.org"),
    ];
    server.kvapi("AddDomain", &wish).expect("it answers")
}

fn is_here(server: &Server, name: &str) -> bool {
    server.kvapi("StatusDomain", &[("domain", name)]).expect("it answers").code() == "200"
}

fn refused(server: &Server, method: &str, path: &str, body: &str) -> (u16, String) {
    let (status, text) = server.ask(method, path, body).expect("it answers");
    let told: Value = serde_json::from_str(&text).unwrap_or_else(|problem| panic!("{problem}: {text}"));
    (status, told["error"]["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_state_is_kept_and_gone_back_to() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(data.path(), None);
    assert_eq!(server.lab("GET", "/sandbox/snapshot", ""), json!({"snapshots": []}));
    let before = balance(&server);
    let kept = server.lab("POST", "/sandbox/snapshot", r#"{"id":"before"}"#);
    let at = instant(&kept["at"]);
    assert!(kept["bytes"].as_u64().is_some_and(|bytes| bytes > 100_000), "{kept}");

    // A name that was made, one that was renewed and one that came to its end since: all of that is undone, here and at the registry.
    register(&server, "since-then.com");
    server.lab("POST", "/sandbox/faults", r#"{"at":"registry.create","kind":"refuse","times":9}"#);
    server.lab("POST", "/sandbox/clock", r#"{"advance":"P60D"}"#);
    assert_ne!(balance(&server), before);
    let later = server.lab("POST", "/sandbox/snapshot", "{}");
    assert_eq!(later["id"], json!("1"));
    assert_eq!(instant(&later["at"]).seconds_since(at) / 86_400, 60);
    let restored = server.lab("POST", "/sandbox/restore", r#"{"id":"before"}"#);
    assert_eq!((&restored["id"], &restored["at"]), (&json!("before"), &kept["at"]));
    assert_clock(&server, at);
    assert_eq!(balance(&server), before);
    assert!(!is_here(&server, "since-then.com") && is_here(&server, "soon-due.com"));
    assert_eq!(server.lab("GET", "/sandbox/faults", "")["faults"], json!([]));
    assert_promises(&server);

    // Life goes on from there: the same wish again, the same time again, and forward to the other state.
    register(&server, "since-then.com");
    register(&server, "another-one.com");
    server.lab("POST", "/sandbox/clock", r#"{"advance":"P60D"}"#);
    assert_promises(&server);
    server.lab("POST", "/sandbox/restore", r#"{"id":"1"}"#);
    assert_clock(&server, instant(&later["at"]));
    assert!(is_here(&server, "since-then.com") && !is_here(&server, "another-one.com"));
    register(&server, "another-one.com");
    assert_promises(&server);

    // A power cut and a start change nothing of it.
    server.lab("POST", "/sandbox/restore", r#"{"id":"before"}"#);
    server.kill();
    drop(server);
    let server = Server::start(data.path(), None);
    assert_clock(&server, at);
    assert_eq!((balance(&server), is_here(&server, "since-then.com")), (before, false));
    register(&server, "since-then.com");
    assert_promises(&server);

    let listed = server.lab("GET", "/sandbox/snapshot", "");
    let ids: Vec<&str> = listed["snapshots"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids, ["before", "1"]);
    assert_eq!(refused(&server, "POST", "/sandbox/snapshot", r#"{"id":"before"}"#).0, 409);
    assert_eq!(refused(&server, "POST", "/sandbox/restore", r#"{"id":"never"}"#).0, 404);
    for (method, path, body) in [
        ("POST", "/sandbox/snapshot", r#"{"id":"../../etc"}"#),
        ("POST", "/sandbox/snapshot", r#"{"id":".next"}"#),
        ("POST", "/sandbox/snapshot", r#"{"name":"x"}"#),
        ("POST", "/sandbox/restore", r#"{"id":""}"#),
        ("POST", "/sandbox/restore", "{}"),
        ("DELETE", "/sandbox/snapshot", ""),
        ("DELETE", "/sandbox/snapshot?id=..%2Fsnapshots", ""),
    ] {
        assert_eq!(refused(&server, method, path, body).0, 400, "{method} {path} {body}");
    }
    assert_eq!(server.lab("DELETE", "/sandbox/snapshot?id=1", ""), json!({"deleted": "1"}));
    assert_eq!(refused(&server, "DELETE", "/sandbox/snapshot?id=1", "").0, 404);
    for _ in 1..sandbox::SNAPSHOTS_MAX {
        server.lab("POST", "/sandbox/snapshot", "");
    }
    assert_eq!(refused(&server, "POST", "/sandbox/snapshot", "").0, 409);
    assert!(server.stop().is_some_and(|status| status.success()), "it ends well");
}

/// Orders that were on their way are there as a whole or not at all, and whoever waits for one is answered.
#[test]
fn a_state_is_whole_while_others_are_at_work() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(data.path(), None);
    server.lab("POST", "/sandbox/snapshot", r#"{"id":"quiet"}"#);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (server, stop) = (&server, &stop);
            scope.spawn(move || {
                for number in (0..).take_while(|_| !stop.load(Ordering::Acquire)) {
                    let reply = ask_for(server, &format!("at-work-{worker}-{number}.com"));
                    assert!(!reply.code().is_empty(), "{}", reply.text);
                }
            });
        }
        for round in 0..6 {
            std::thread::sleep(Duration::from_millis(300));
            let id = format!("busy-{round}");
            server.lab("POST", "/sandbox/snapshot", &json!({"id": id}).to_string());
            let back = if round % 2 == 0 { "quiet" } else { id.as_str() };
            server.lab("POST", "/sandbox/restore", &json!({"id": back}).to_string());
        }
        stop.store(true, Ordering::Release);
    });
    for id in ["busy-0", "busy-5", "quiet"] {
        server.lab("POST", "/sandbox/restore", &json!({"id": id}).to_string());
        server.lab("POST", "/sandbox/clock", r#"{"advance":"PT1M"}"#);
        assert_promises(&server);
    }
    assert!(!is_here(&server, "at-work-0-0.com"));
}

/// What a death left to be done is done by the next start: `.next` holds what is to be laid over both stores.
#[test]
fn a_death_on_the_way_back_is_made_good() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(data.path(), None);
    server.lab("POST", "/sandbox/snapshot", r#"{"id":"before"}"#);
    register(&server, "since-then.com");
    server.kill();
    drop(server);
    let (kept, next) = (data.path().join("snapshots/before"), data.path().join("snapshots/.next"));
    std::fs::create_dir(&next).expect("a folder");
    for entry in std::fs::read_dir(kept).expect("a snapshot").flatten() {
        std::fs::copy(entry.path(), next.join(entry.file_name())).expect("a copy");
    }
    // The registry's part was laid already; the registrar's was not.
    let registry: &Path = &data.path().join("registry.db");
    for beside in ["registry.db-wal", "registry.db-shm"] {
        let _ = std::fs::remove_file(data.path().join(beside));
    }
    std::fs::copy(next.join("registry.db"), registry).expect("a copy");

    let server = Server::start(data.path(), None);
    assert!(!next.exists());
    assert!(!is_here(&server, "since-then.com"));
    assert_promises(&server);
    register(&server, "since-then.com");
    assert_promises(&server);
}

#[test]
fn on_postgresql_it_is_refused() {
    let Some(database) = testkit::Database::new() else {
        println!("skipped: DOMESDAY_TEST_POSTGRES names no server");
        return;
    };
    let store::Location::Postgres(url) = database.location() else { panic!("not on PostgreSQL: {:?}", database.location()) };
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(data.path(), Some(&url));
    for (method, path, body) in
        [("GET", "/sandbox/snapshot", ""), ("POST", "/sandbox/snapshot", ""), ("POST", "/sandbox/restore", r#"{"id":"before"}"#)]
    {
        let (status, why) = refused(&server, method, path, body);
        assert_eq!(status, 501, "{method} {path}");
        assert_eq!(why, "snapshots are copies of two SQLite files, and this registrar's store is PostgreSQL");
    }
}
