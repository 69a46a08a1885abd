//! A zone over time and space: served again after a restart, signed anew as time goes on, and the same on two nodes.

mod wire;

use dns::{Options, Running};
use engine::Actor;
use engine::hosted::{Numbered, Put};
use hickory_proto::rr::RecordType;
use model::hosted::stored;
use model::{Channel, DomainName, HostName};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::Location;
use testkit::{Database, Fixture};
use wire::{key, question, sockets, verified};

struct Node {
    fixture: Fixture,
    address: SocketAddr,
    _running: Running,
}

fn node(fixture: Fixture, sign_again: Duration) -> Node {
    let hosts = ["a.ns.example.net", "b.ns.example.net"].map(|host| HostName::parse(host).unwrap());
    fixture.engine().serve_as(hosts.to_vec());
    let (udp, tcp) = sockets();
    let address = udp.local_addr().unwrap();
    let running = dns::serve(fixture.engine().clone(), udp, tcp, Options { sign_again, ..Options::default() }).unwrap();
    Node { fixture, address, _running: running }
}

const A_DAY: Duration = Duration::from_secs(24 * 3_600);

fn put(node: &Node, actor: &Actor, address: &str, signed: Option<bool>) {
    let records = stored::read(&format!("@\t60\tA\t{address}\n")).unwrap();
    let records = (1..).zip(records).map(|(line, record)| Numbered { line, record }).collect();
    let name = DomainName::parse("fresh.com").unwrap();
    node.fixture.engine().run(actor, Put { name, records, signed, dynamic: None, client_id: String::new() }).unwrap();
}

/// How long it takes until a node answers so.
fn until(node: &Node, wanted: &str) -> Duration {
    let begun = Instant::now();
    loop {
        let reply = wire::over_udp(node.address, &question("fresh.com.", RecordType::A, false)).expect("a reply");
        if reply.answers.iter().any(|record| record.data.to_string() == wanted) {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{wanted} never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A folder of one test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("domesday-dns-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_signed_zone_is_served_again_after_a_restart() {
    let folder = Folder::new("restart");
    let database = Database::new();
    let mut stores = vec![("SQLite", Location::file(folder.0.join("registrar.db")))];
    stores.extend(database.as_ref().map(|database| ("PostgreSQL", database.location())));
    for (name, location) in stores {
        let registry = Location::file(folder.0.join(format!("registry-{name}.db")));
        let first = node(Fixture::asleep(&location, &registry, 1).awake(), A_DAY);
        let demo = first.fixture.actor(Channel::Dmapi, "demo");
        put(&first, &demo, "192.0.2.1", Some(true));
        until(&first, "192.0.2.1");
        let (_, answer) = verified(first.address, "fresh.com.", "fresh.com.", RecordType::A);
        assert_eq!(answer, ["192.0.2.1"], "{name}");
        let before = key(first.address, "fresh.com.").unwrap();
        drop(first);
        let second = node(Fixture::asleep(&location, &registry, 2).awake(), A_DAY);
        let (_, answer) = verified(second.address, "fresh.com.", "fresh.com.", RecordType::A);
        assert_eq!((answer, key(second.address, "fresh.com.").unwrap()), (vec!["192.0.2.1".to_owned()], before), "{name}");
    }
}

/// Signatures made anew under the same key while nothing changes; another key after the zone was unsigned for longer than DS records live.
#[test]
fn signatures_and_keys_change_with_time() {
    let node = node(Fixture::new(), Duration::from_millis(1_500));
    let demo = node.fixture.actor(Channel::Dmapi, "demo");
    put(&node, &demo, "192.0.2.1", Some(true));
    until(&node, "192.0.2.1");
    let (first, _) = verified(node.address, "fresh.com.", "fresh.com.", RecordType::A);
    let serial = |node: &Node| verified(node.address, "fresh.com.", "fresh.com.", RecordType::SOA).1;
    let (key_first, serial_first) = (key(node.address, "fresh.com.").unwrap(), serial(&node));
    std::thread::sleep(Duration::from_millis(2_600));
    let (second, _) = verified(node.address, "fresh.com.", "fresh.com.", RecordType::A);
    let (one, other) = (first.input(), second.input());
    assert!(other.sig_inception.get() > one.sig_inception.get() && other.sig_expiration.get() > one.sig_expiration.get());
    assert_eq!((key(node.address, "fresh.com.").unwrap(), serial(&node)), (key_first.clone(), serial_first));

    put(&node, &demo, "192.0.2.2", Some(false));
    until(&node, "192.0.2.2");
    node.fixture.advance("P4D");
    std::thread::sleep(Duration::from_millis(1_000));
    assert_eq!(key(node.address, "fresh.com."), None);
    put(&node, &demo, "192.0.2.3", Some(true));
    until(&node, "192.0.2.3");
    let (_, answer) = verified(node.address, "fresh.com.", "fresh.com.", RecordType::A);
    assert_eq!(answer, ["192.0.2.3"]);
    assert_ne!(key(node.address, "fresh.com.").unwrap(), key_first);
}

/// Two nodes on one PostgreSQL: what is put through the one is answered by the other within a second, and both sign alike.
#[test]
fn two_nodes_answer_one_zone() {
    let Some(database) = Database::new() else {
        eprintln!("skipped: DOMESDAY_TEST_POSTGRES names no server");
        return;
    };
    let (one, other) = (
        node(Fixture::asleep(&database.location(), &Location::Memory, 1).awake(), A_DAY),
        node(Fixture::asleep(&database.location(), &Location::Memory, 2), A_DAY),
    );
    let demo = one.fixture.actor(Channel::Dmapi, "demo");
    put(&one, &demo, "192.0.2.254", Some(true));
    until(&other, "192.0.2.254");
    let mut slowest = Duration::ZERO;
    for n in 1..=20 {
        let address = format!("192.0.2.{n}");
        put(&one, &demo, &address, None);
        slowest = slowest.max(until(&other, &address));
        // So that the change comes at another moment of the other's belief each time.
        std::thread::sleep(Duration::from_millis(37 * n));
    }
    println!("slowest of 20 changes: {} ms", slowest.as_millis());
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    until(&one, "192.0.2.20");
    assert_eq!(key(one.address, "fresh.com."), key(other.address, "fresh.com."));
    for node in [&one, &other] {
        assert_eq!(verified(node.address, "fresh.com.", "fresh.com.", RecordType::A).1, ["192.0.2.20"]);
    }
}
