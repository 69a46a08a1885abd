//! Orders survive everything: the process dies at each step of an order and at random moments, replies of the registry are lost, operators stop it.
//! Afterwards every order has ended, was charged once or not at all, and our side and the registry agree.

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{Server, until};

/// Where an order can be interrupted.
const POINTS: [&str; 4] = ["order.accepted", "registry.sent", "registry.answered", "order.settled"];

/// How long recovery may take after a start, debug build on a busy machine.
const RECOVERY: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
enum Dialect {
    Dmapi,
    CentralNic,
}

/// What the account could spend, in cents. Reservations count as spent.
fn funds(server: &Server) -> i64 {
    let reply = server.dmapi("query-profile", &[]).expect("it answers");
    let text = reply.value("balance").unwrap_or_else(|| panic!("no balance: {reply:?}"));
    let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
    let cents: i64 = format!("{cents:0<2}")[..2].parse().expect("two digits");
    whole.parse::<i64>().expect("a number") * 100 + cents
}

/// A handle for .com, made without waiting.
fn handle(server: &Server) -> String {
    let fields = [
        ("api-key", "demo-key"),
        ("tld", "com"),
        ("name", "Crash Test"),
        ("organization", "Crash Ltd"),
        ("email", "crash@example.org"),
        ("address-1", "Wall 1"),
        ("city", "Bern"),
        ("postal-code", "3000"),
        ("country", "CH"),
        ("phone", "+41.315550100"),
    ];
    let (_, text) = server.ask("POST", "/v2/contact/create", &common::form(&fields)).expect("it answers");
    text.lines().find_map(|line| line.strip_prefix("handle: ")).unwrap_or_else(|| panic!("no handle: {text}")).to_owned()
}

/// Sends a registration; whether an answer came is not the point.
fn register(server: &Server, dialect: Dialect, name: &str, handle: &str) -> Result<String, String> {
    match dialect {
        Dialect::Dmapi => {
            let order = [("domain", name), ("period", "12"), ("owner-c", handle), ("ns-list", "ns1.example.net:ns2.example.net")];
            server
                .dmapi("domain-register", &order)
                .map(|reply| format!("{}\n{}", reply.head, reply.body))
                .map_err(|problem| problem.to_string())
        }
        Dialect::CentralNic => {
            let order = [
                ("domain", name),
                ("period", "1"),
                ("ownercontact0", handle),
                ("admincontact0", handle),
                ("techcontact0", handle),
                ("billingcontact0", handle),
                ("nameserver0", "ns1.example.net"),
                ("nameserver1", "ns2.example.net"),
            ];
            server.kvapi("AddDomain", &order).map(|reply| reply.text).map_err(|problem| problem.to_string())
        }
    }
}

/// Sends a renewal by one year.
fn renew(server: &Server, dialect: Dialect, name: &str, expires: &str) -> Result<String, String> {
    match dialect {
        Dialect::Dmapi => server
            .dmapi("domain-renew", &[("domain", name), ("period", "12")])
            .map(|reply| reply.head)
            .map_err(|problem| problem.to_string()),
        Dialect::CentralNic => {
            let order = [("domain", name), ("period", "1"), ("expiration", &expires[..4])];
            server.kvapi("RenewDomain", &order).map(|reply| reply.text).map_err(|problem| problem.to_string())
        }
    }
}

/// The day a domain ends, or `None` when it is not ours.
fn expires(server: &Server, name: &str) -> Option<String> {
    let reply = server.kvapi("StatusDomain", &[("domain", name)]).expect("it answers");
    match reply.code() {
        "200" => Some(reply.property("registration expiration date").unwrap_or_else(|| panic!("no date: {}", reply.text))[..10].to_owned()),
        "545" => None,
        _ => panic!("StatusDomain {name}: {}", reply.text),
    }
}

/// Returns when no order is under way and every promise holds.
fn settled(server: &Server) {
    until(RECOVERY, "no order is pending", || {
        let open = |name: &str| {
            let asked = [("pending", "1"), ("showall", "1"), ("status", "?"), ("count-only", "1"), ("objid", name)];
            server.dmapi("result-list", &asked).expect("it answers").value("Records").map(str::to_owned)
        };
        // The name that is on its way here since the sandbox began waits for days.
        let all = open("*");
        (all.is_some() && all == open("arriving.com")).then_some(())
    });
    let mut last = String::new();
    let good = |last: &mut String| {
        let (_, text) = server.ask("GET", "/sandbox/invariants", "").expect("it answers");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|problem| panic!("{problem}: {text}"));
        *last = text;
        value["ok"] == serde_json::Value::Bool(true)
    };
    for _ in 0..100 {
        if good(&mut last) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("a promise is broken: {last}");
}

/// A domain bought and renewed in peace: what registration and renewal cost.
fn prices(server: &Server, handle: &str) -> (i64, i64) {
    let start = funds(server);
    register(server, Dialect::CentralNic, "in-peace.com", handle).expect("it answers");
    settled(server);
    let ends = expires(server, "in-peace.com").expect("it was registered");
    let registered = funds(server);
    renew(server, Dialect::CentralNic, "in-peace.com", &ends).expect("it answers");
    settled(server);
    let renewed = funds(server);
    assert_ne!(expires(server, "in-peace.com"), Some(ends), "the renewal moved the expiry");
    assert!(start > registered && registered > renewed, "{start}, {registered}, {renewed}");
    (start - registered, registered - renewed)
}

/// Where and how an order is interrupted.
#[derive(Clone, Copy)]
struct Death<'a> {
    data: &'a Path,
    database: Option<&'a str>,
    dialect: Dialect,
    point: &'a str,
}

impl Death<'_> {
    /// Arms the crash, sends the order, sees the process die, starts it again, waits until all is decided.
    fn strike(&self, mut server: Server, order: impl FnOnce(&Server) -> Result<String, String>) -> Server {
        server.lab("POST", "/sandbox/crash", &format!("{{\"after\":\"{}\"}}", self.point));
        let answer = order(&server);
        assert!(server.dies_within(Duration::from_secs(20)), "it did not die at {}; the order was answered {answer:?}", self.point);
        drop(server);
        let server = Server::start(self.data, self.database);
        settled(&server);
        server
    }

    /// A registration that dies: it goes through all the same, once, and the client's repeat costs nothing. Gives the name and its end.
    fn registration(&self, server: Server, handle: &str, price: i64) -> (Server, String, String) {
        let Death { dialect, point, .. } = *self;
        let name = format!("dies-{}.com", point.replace('.', "-"));
        let before = funds(&server);
        let server = self.strike(server, |server| register(server, dialect, &name, handle));
        let ends = expires(&server, &name)
            .unwrap_or_else(|| panic!("{dialect:?}, registration dies after {point}: the accepted order came to nothing"));
        assert_eq!(before - funds(&server), price, "{dialect:?}, registration dies after {point}: charged once");
        let again = register(&server, dialect, &name, handle);
        settled(&server);
        assert_eq!(before - funds(&server), price, "{dialect:?}, {point}: the client's repeat costs nothing: {again:?}");
        (server, name, ends)
    }

    /// A renewal that dies: one year and one charge, whatever is repeated.
    fn renewal(&self, server: Server, name: &str, ends: &str, price: i64) -> Server {
        let Death { dialect, point, .. } = *self;
        let before = funds(&server);
        let server = self.strike(server, |server| renew(server, dialect, name, ends));
        let later = expires(&server, name).expect("it is still ours");
        assert_eq!(
            (years(ends, &later), before - funds(&server)),
            (1, price),
            "{dialect:?}, renewal dies after {point}: one year, one charge"
        );
        let again = renew(&server, dialect, name, ends);
        settled(&server);
        assert_eq!(
            (expires(&server, name), before - funds(&server)),
            (Some(later), price),
            "{dialect:?}, {point}: the repeated renewal has no effect: {again:?}"
        );
        server
    }
}

/// From one date to another, by their years.
fn years(from: &str, to: &str) -> i32 {
    to[..4].parse::<i32>().expect("a year") - from[..4].parse::<i32>().expect("a year")
}

fn every_step(dialect: Dialect, database: Option<&str>, points: &[&str]) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut server = Server::start(data.path(), database);
    let handle = handle(&server);
    let (price, renewal) = prices(&server, &handle);
    for point in points {
        let death = Death { data: data.path(), database, dialect, point };
        let (after, name, ends) = death.registration(server, &handle, price);
        server = death.renewal(after, &name, &ends, renewal);
    }
    assert!(server.stop().is_some_and(|status| status.success()), "it ends well");
}

#[test]
fn dmapi_orders_survive_a_crash_after_every_step() {
    every_step(Dialect::Dmapi, None, &POINTS);
}

#[test]
fn centralnic_orders_survive_a_crash_after_every_step() {
    every_step(Dialect::CentralNic, None, &POINTS);
}

/// On PostgreSQL, where what the dead life had in hand may wait for its lease: one step is enough to see that it is taken up.
#[test]
fn orders_on_postgresql_survive_a_crash() {
    let Some(database) = testkit::Database::new() else {
        println!("skipped: DOMESDAY_TEST_POSTGRES names no server");
        return;
    };
    let store::Location::Postgres(url) = database.location() else { panic!("not on PostgreSQL: {:?}", database.location()) };
    every_step(Dialect::CentralNic, Some(&url), &POINTS[1..2]);
}

/// SIGKILL in the middle of a stream of registrations through both dialects, again and again on one store.
#[test]
fn orders_survive_being_killed_at_random_moments() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut server = Server::start(data.path(), None);
    let handle = handle(&server);
    let (price, _) = prices(&server, &handle);
    let start = funds(&server);
    // Uneven gaps, so that the kills fall into different steps.
    let mut names: Vec<String> = Vec::new();
    for (round, wait_ms) in [35, 90, 140, 220, 310, 480].into_iter().enumerate() {
        let sent = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for dialect in [Dialect::Dmapi, Dialect::CentralNic, Dialect::Dmapi] {
                let (server, handle, sent) = (&server, &handle, &sent);
                scope.spawn(move || {
                    loop {
                        let number = sent.fetch_add(1, Ordering::SeqCst);
                        if number >= 60 || register(server, dialect, &format!("killed-{round}-{number}.com"), handle).is_err() {
                            return;
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(wait_ms));
            server.kill();
        });
        names.extend((0..sent.load(Ordering::SeqCst)).map(|number| format!("killed-{round}-{number}.com")));
        drop(server);
        server = Server::start(data.path(), None);
        settled(&server);
        let held = names.iter().filter(|name| expires(&server, name).is_some()).count();
        assert_eq!(
            start - funds(&server),
            price * i64::try_from(held).expect("few"),
            "round {round}: {held} of {} names are held, and each was paid once",
            names.len()
        );
    }
    assert!(names.len() > 10, "too few orders to tell anything: {}", names.len());
    assert!(server.stop().is_some_and(|status| status.success()), "it ends well");
}

/// The registry does the work and its reply never arrives: asked again, it says whose the name is.
#[test]
fn a_lost_reply_is_no_second_charge() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(data.path(), None);
    let handle = handle(&server);
    let (price, renewal) = prices(&server, &handle);
    for dialect in [Dialect::Dmapi, Dialect::CentralNic] {
        let name = format!("lost-reply-{}.com", format!("{dialect:?}").to_lowercase());
        let before = funds(&server);
        server.lab("POST", "/sandbox/faults", r#"{"at":"registry.create","kind":"reply-lost","times":1}"#);
        register(&server, dialect, &name, &handle).expect("it answers");
        settled(&server);
        let ends = expires(&server, &name).unwrap_or_else(|| panic!("{dialect:?}: the registry made it, so it is ours"));
        assert_eq!(before - funds(&server), price, "{dialect:?}: one charge");

        let before = funds(&server);
        server.lab("POST", "/sandbox/faults", r#"{"at":"registry.renew","kind":"reply-lost","times":1}"#);
        renew(&server, dialect, &name, &ends).expect("it answers");
        settled(&server);
        let later = expires(&server, &name).expect("it is still ours");
        assert_eq!((years(&ends, &later), before - funds(&server)), (1, renewal), "{dialect:?}: one year, one charge");
    }
    // And when it refuses, nothing is charged and the name stays free.
    let before = funds(&server);
    server.lab("POST", "/sandbox/faults", r#"{"at":"registry.create","kind":"refuse","times":1}"#);
    register(&server, Dialect::Dmapi, "refused.com", &handle).expect("it answers");
    settled(&server);
    assert_eq!((expires(&server, "refused.com"), funds(&server)), (None, before), "refused: nothing held, nothing charged");
}

/// The process dies while the lab's clock is moved, at an order that fell due on the way: the next life goes on from that instant and does the order once.
fn clock_goes_on(database: Option<&str>) {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut server = Server::start(data.path(), database);
    let clock = |server: &Server| {
        let now = server.lab("GET", "/sandbox/clock", "")["now"].as_str().map(str::to_owned).expect("it tells");
        model::Timestamp::parse_rfc3339(&now).expect("an instant")
    };
    let began = clock(&server);
    server.lab("POST", "/sandbox/crash", r#"{"after":"order.accepted"}"#);
    let answer = server.ask("POST", "/sandbox/clock", r#"{"advance":"P90D"}"#);
    assert!(server.dies_within(Duration::from_secs(20)), "nothing fell due on the way: {answer:?}");
    drop(server);
    let server = Server::start(data.path(), database);
    let after = clock(&server);
    // Without what falls due a name's first order of the agenda is days away, so the instant of the death cannot be mistaken for the beginning.
    assert!(after >= began.plus_days(1), "the clock fell back from the instant of the death to {after}; it began at {began}");
    assert!(after < began.plus_days(90), "it died on the way");
    settled(&server);
    server.lab("POST", "/sandbox/clock", r#"{"advance":"P90D"}"#);
    settled(&server);
    assert!(server.stop().is_some_and(|status| status.success()), "it ends well");
}

#[test]
fn the_clock_goes_on_from_where_a_death_stopped_it() {
    clock_goes_on(None);
}

#[test]
fn the_clock_goes_on_from_where_a_death_stopped_it_on_postgresql() {
    let Some(database) = testkit::Database::new() else {
        println!("skipped: DOMESDAY_TEST_POSTGRES names no server");
        return;
    };
    let store::Location::Postgres(url) = database.location() else { panic!("not on PostgreSQL: {:?}", database.location()) };
    clock_goes_on(Some(&url));
}

/// SIGTERM in the middle of traffic: it ends within ten seconds with 0, and every answered order is there after the next start.
#[test]
fn sigterm_drains() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start(data.path(), None);
    let handle = handle(&server);
    let (price, _) = prices(&server, &handle);
    let start = funds(&server);
    let accepted = std::sync::Mutex::new(Vec::new());
    let sent = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for dialect in [Dialect::Dmapi, Dialect::CentralNic, Dialect::Dmapi, Dialect::CentralNic] {
            let (server, handle, accepted, sent) = (&server, &handle, &accepted, &sent);
            scope.spawn(move || {
                loop {
                    let number = sent.fetch_add(1, Ordering::SeqCst);
                    let name = format!("drained-{number}.com");
                    match register(server, dialect, &name, handle) {
                        Ok(text) if text.contains("Status-Code: 0") || text.contains("\ncode = 200\n") => {
                            accepted.lock().expect("no panic").push(name)
                        }
                        // It says that it is going, in the dialect's words, or hangs up.
                        Ok(_) | Err(_) => return,
                    }
                    if number >= 200 {
                        return;
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_millis(600));
        server.terminate();
    });
    let status = server.wait_after_terminate();
    assert!(status.is_some_and(|status| status.success()), "exit {status:?}");
    let accepted = accepted.into_inner().expect("no panic");
    assert!(!accepted.is_empty(), "nothing was under way");

    let server = Server::start(data.path(), None);
    settled(&server);
    for name in &accepted {
        assert!(expires(&server, name).is_some(), "{name} was accepted and is gone");
    }
    let held = (0..sent.load(Ordering::SeqCst)).filter(|number| expires(&server, &format!("drained-{number}.com")).is_some()).count();
    assert_eq!(start - funds(&server), price * i64::try_from(held).expect("few"), "each of {held} names was paid once");
}
