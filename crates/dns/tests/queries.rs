//! Queries over real sockets: what was put is answered, over UDP and TCP, signed where wanted, and nothing else is.

mod wire;

use dns::{Limits, Options, Redirects, Running};
use engine::Actor;
use engine::domain::{DnssecRecord, Info};
use engine::hosted::{Numbered, Put};
use hickory_proto::dnssec::DigestType;
use hickory_proto::dnssec::rdata::DNSSECRData;
use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use model::hosted::{Record, stored};
use model::{Channel, DomainName, HostName};
use std::net::{SocketAddr, UdpSocket};
use std::str::FromStr;
use std::time::{Duration, Instant};
use testkit::Fixture;
use wire::question;

struct Served {
    fixture: Fixture,
    address: SocketAddr,
    _running: Running,
}

fn served() -> Served {
    served_as(["a.ns.example.net", "b.ns.example.net"])
}

fn served_as(hosts: [&str; 2]) -> Served {
    served_with(hosts, Limits::default())
}

fn served_with(hosts: [&str; 2], limits: Limits) -> Served {
    let fixture = Fixture::new();
    fixture.engine().serve_as(hosts.map(|host| HostName::parse(host).unwrap()).to_vec());
    let (udp, tcp) = wire::sockets();
    let address = udp.local_addr().unwrap();
    let redirects = Redirects { v4: vec!["192.0.2.80".parse().unwrap()], v6: vec![] };
    let options = Options { redirects, limits, ..Options::default() };
    let running = dns::serve(fixture.engine().clone(), udp, tcp, options).unwrap();
    Served { fixture, address, _running: running }
}

fn put(served: &Served, actor: &Actor, zone: &[&str], signed: Option<bool>) {
    let text: String = zone.iter().map(|line| line.replace('|', "\t") + "\n").collect();
    let records: Vec<Record> = stored::read(&text).unwrap();
    let records = (1..).zip(records).map(|(line, record)| Numbered { line, record }).collect();
    let name = DomainName::parse("fresh.com").unwrap();
    served.fixture.engine().run(actor, Put { name, records, signed, dynamic: None, client_id: String::new() }).unwrap();
}

fn over_udp(served: &Served, message: &Message) -> Message {
    wire::over_udp(served.address, message).expect("a reply")
}

fn over_tcp(served: &Served, message: &Message) -> Message {
    wire::over_tcp(served.address, message)
}

fn ask(served: &Served, name: &str, kind: RecordType) -> (ResponseCode, Vec<String>) {
    let reply = over_udp(served, &question(name, kind, false));
    (reply.metadata.response_code, reply.answers.iter().map(|record| record.data.to_string()).collect())
}

/// Asks until the answer is as expected, a second at most.
fn within_a_second(served: &Served, name: &str, kind: RecordType, expected: &[&str]) {
    let begun = Instant::now();
    loop {
        let (code, answers) = ask(served, name, kind);
        if answers == expected && (code == ResponseCode::NoError || expected.is_empty()) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "{name} {kind}: {code} {answers:?}, not {expected:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

const ZONE: &[&str] = &[
    "@|3600|A|192.0.2.1",
    "www|3600|CNAME|@",
    "@|3600|MX|10|mail",
    "long|60|TXT|",
    "_ldap._tcp|60|SRV|10|100|389|ldap.example.com",
    "naptr|0|NAPTR|10|100|u|E2U+sip|!^.*$!sip:a@b.c!|.",
    "@|86400|CAA|0|issue|letsencrypt.org",
    "go|86400|URL|http://joker.com",
    "info|86400|MAILFW|to@example.com|1",
    "home|60|DYNA|192.0.2.7",
    "*.wild|60|TXT|any",
    "sub|3600|NS|ns1.sub",
    "ns1.sub|3600|A|192.0.2.3",
];

#[test]
fn what_was_put_is_answered() {
    let served = served();
    let demo = served.fixture.actor(Channel::Dmapi, "demo");
    within_a_second(&served, "fresh.com.", RecordType::A, &[]);
    let long = format!("long|60|TXT|{}", "x".repeat(300));
    let zone: Vec<&str> = ZONE.iter().map(|line| if line.starts_with("long") { long.as_str() } else { line }).collect();
    put(&served, &demo, &zone, None);
    within_a_second(&served, "fresh.com.", RecordType::A, &["192.0.2.1"]);
    within_a_second(&served, "FRESH.com.", RecordType::MX, &["10 mail.fresh.com."]);
    within_a_second(&served, "go.fresh.com.", RecordType::A, &["192.0.2.80"]);
    within_a_second(&served, "home.fresh.com.", RecordType::A, &["192.0.2.7"]);
    within_a_second(&served, "a.wild.fresh.com.", RecordType::TXT, &["any"]);
    within_a_second(&served, "fresh.com.", RecordType::NS, &["a.ns.example.net.", "b.ns.example.net."]);
    within_a_second(&served, "_ldap._tcp.fresh.com.", RecordType::SRV, &["10 100 389 ldap.example.com."]);
    within_a_second(&served, "fresh.com.", RecordType::CAA, &["0 issue \"letsencrypt.org\""]);
    let (_, answers) = ask(&served, "www.fresh.com.", RecordType::A);
    assert!(answers.contains(&"192.0.2.1".to_owned()), "{answers:?}");
    let texts = over_tcp(&served, &question("long.fresh.com.", RecordType::TXT, false));
    let RData::TXT(text) = &texts.answers[0].data else { panic!("no text") };
    assert_eq!(text.txt_data.iter().map(|part| part.len()).collect::<Vec<_>>(), [255, 45]);
    assert_eq!(ask(&served, "info.fresh.com.", RecordType::A).0, ResponseCode::NXDomain);
    assert_eq!(ask(&served, "nothing.fresh.com.", RecordType::A).0, ResponseCode::NXDomain);
    let reply = over_udp(&served, &question("fresh.com.", RecordType::SOA, false));
    assert!(reply.metadata.authoritative);
    put(&served, &demo, &["@|60|A|192.0.2.99"], None);
    within_a_second(&served, "fresh.com.", RecordType::A, &["192.0.2.99"]);
}

#[test]
fn what_is_not_ours_is_refused() {
    let served = served();
    for (name, kind) in [("example.org.", RecordType::A), ("com.", RecordType::NS), (".", RecordType::NS), ("fresh.com.", RecordType::AXFR)]
    {
        assert_eq!(ask(&served, name, kind).0, ResponseCode::Refused, "{name} {kind}");
    }
    let mut update = question("fresh.com.", RecordType::SOA, false);
    update.metadata.op_code = OpCode::Update;
    let reply = over_udp(&served, &update);
    assert!(reply.answers.is_empty() && reply.metadata.response_code != ResponseCode::NoError);
    // Not a message at all: nothing comes back, and the next query is answered.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for junk in [&b""[..], &[0xff; 11], &[0; 512], b"GET / HTTP/1.1\r\n\r\n"] {
        socket.send_to(junk, served.address).unwrap();
    }
    assert_eq!(ask(&served, "fresh.com.", RecordType::SOA).0, ResponseCode::NoError);
}

#[test]
fn signed_zones_prove_what_they_say() {
    let served = served();
    let demo = served.fixture.actor(Channel::Dmapi, "demo");
    put(&served, &demo, &["@|60|A|192.0.2.1"], Some(true));
    let reply = over_tcp(&served, &question("fresh.com.", RecordType::A, true));
    let kinds: Vec<RecordType> = reply.answers.iter().map(|record| record.record_type()).collect();
    assert_eq!(kinds, [RecordType::A, RecordType::RRSIG]);
    let keys = over_tcp(&served, &question("fresh.com.", RecordType::DNSKEY, false));
    assert_eq!(keys.answers.len(), 1);
    let none = over_tcp(&served, &question("nothing.fresh.com.", RecordType::A, true));
    assert_eq!(none.metadata.response_code, ResponseCode::NXDomain);
    assert!(none.authorities.iter().any(|record| record.record_type() == RecordType::NSEC3), "{:?}", none.authorities);
    let key_before = keys.answers[0].data.to_string();
    put(&served, &demo, &["@|60|A|192.0.2.2"], None);
    within_a_second(&served, "fresh.com.", RecordType::DNSKEY, &[&key_before]);
    put(&served, &demo, &["@|60|A|192.0.2.2"], Some(false));
    within_a_second(&served, "fresh.com.", RecordType::DNSKEY, &[]);
}

/// The registry's record of a key is that of the key which is answered; both go, the signatures some days later.
#[test]
fn a_registry_knows_the_key_of_a_zone_that_is_delegated_to_us() {
    let served = served_as(["ns1.example.net", "ns2.example.net"]);
    let demo = served.fixture.actor(Channel::Dmapi, "demo");
    let at_registry = |wanted: bool| {
        let begun = Instant::now();
        loop {
            let info = Info { name: DomainName::parse("fresh.com").unwrap() };
            let records = served.fixture.engine().run(&demo, info).unwrap().dnssec;
            if records.is_empty() != wanted {
                return records;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{records:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    put(&served, &demo, &["@|60|A|192.0.2.1"], Some(true));
    let known = at_registry(true);
    let keys = over_tcp(&served, &question("fresh.com.", RecordType::DNSKEY, false));
    let RData::DNSSEC(DNSSECRData::DNSKEY(key)) = &keys.answers[0].data else { panic!("{:?}", keys.answers) };
    let digest = key.to_digest(&Name::from_str("fresh.com.").unwrap(), DigestType::SHA256).unwrap();
    let digest_hex: String = digest.as_ref().iter().map(|octet| format!("{octet:02X}")).collect();
    let expected = DnssecRecord::Ds { key_tag: key.calculate_key_tag().unwrap(), algorithm: 15, digest_type: 2, digest_hex };
    assert_eq!(known, [expected]);
    put(&served, &demo, &["@|60|A|192.0.2.1"], Some(false));
    assert!(at_registry(false).is_empty());
    std::thread::sleep(Duration::from_millis(1_100));
    assert_eq!(ask(&served, "fresh.com.", RecordType::DNSKEY).1.len(), 1);
    served.fixture.advance("P4D");
    within_a_second(&served, "fresh.com.", RecordType::DNSKEY, &[]);
}

#[test]
fn everything_at_once_is_not_told_over_udp() {
    let served = served();
    let demo = served.fixture.actor(Channel::Dmapi, "demo");
    put(&served, &demo, ZONE, None);
    within_a_second(&served, "fresh.com.", RecordType::A, &["192.0.2.1"]);
    let cut = over_udp(&served, &question("fresh.com.", RecordType::ANY, true));
    assert!(cut.metadata.truncation && cut.answers.is_empty());
    assert!(!over_tcp(&served, &question("fresh.com.", RecordType::ANY, true)).answers.is_empty());
    // What is too long for one datagram comes cut, however much the asker would take.
    let long: Vec<String> = (0..10).map(|n| format!("long|60|TXT|{n}{}", "x".repeat(250))).collect();
    put(&served, &demo, &long.iter().map(String::as_str).collect::<Vec<_>>(), None);
    std::thread::sleep(Duration::from_millis(1_100));
    let cut = over_udp(&served, &question("long.fresh.com.", RecordType::TXT, true));
    assert!(cut.metadata.truncation);
    assert_eq!(over_tcp(&served, &question("long.fresh.com.", RecordType::TXT, true)).answers.len(), 10);
}

/// A flood of queries from one network is answered up to the limit; of the rest every second one gets a cut reply, with which a real asker comes again
/// over TCP, and gets all.
#[test]
fn a_flood_is_held_back_and_real_askers_are_served() {
    let limits = Limits { replies_per_second: 20, slip: 2, exempt: Vec::new() };
    let served = served_with(["a.ns.example.net", "b.ns.example.net"], limits);
    let demo = served.fixture.actor(Channel::Dmapi, "demo");
    put(&served, &demo, &["@|60|A|192.0.2.1"], None);
    std::thread::sleep(Duration::from_millis(1_100));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(1_500))).unwrap();
    let query = question("fresh.com.", RecordType::A, true).to_vec().unwrap();
    const QUERIES: usize = 200;
    let begun = Instant::now();
    for _ in 0..QUERIES {
        socket.send_to(&query, served.address).unwrap();
        std::thread::sleep(Duration::from_micros(200));
    }
    let (mut whole, mut cut, mut octets) = (0_u64, 0_u64, 0);
    let mut buffer = [0; 4_096];
    while let Ok(length) = socket.recv(&mut buffer) {
        let reply = Message::from_vec(&buffer[..length]).unwrap();
        octets += length;
        match (reply.metadata.truncation, reply.answers.len()) {
            (false, 1) => whole += 1,
            (true, 0) => cut += 1,
            other => panic!("{other:?}"),
        }
    }
    // The time of the flood itself gives some more; that of the waiting for replies does not.
    let most = 20 + 20 * (u64::try_from(begun.elapsed().as_millis()).unwrap() / 1_000 + 1);
    assert!((20..=most).contains(&whole), "{whole} whole replies, {cut} cut");
    assert!(cut > 20 && cut <= (QUERIES as u64 - whole) / 2 + 1, "{whole} whole replies, {cut} cut");
    assert!(octets < QUERIES * query.len(), "{octets} octets came for {} that went", QUERIES * query.len());
    assert_eq!(over_tcp(&served, &question("fresh.com.", RecordType::A, false)).answers.len(), 1);
    // What is no query, and what asks for everything, gets no more than it sent.
    std::thread::sleep(Duration::from_millis(1_100));
    let all = question("fresh.com.", RecordType::ANY, true);
    assert!(over_udp(&served, &all).to_vec().unwrap().len() <= all.to_vec().unwrap().len());
}
