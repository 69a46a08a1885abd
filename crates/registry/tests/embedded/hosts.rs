//! Host objects (RFC 5732; RST epp-15, 23, 25 to 27).

use crate::support::*;
use epp::host::{self, Command};
use epp::{HostAddr, ResData};

fn host_update(name: &str, edit: impl FnOnce(&mut host::Update)) -> Command {
    let mut update = host::Update { name: name.to_owned(), ..host::Update::default() };
    edit(&mut update);
    Command::Update(update)
}

fn address(text: &str) -> HostAddr {
    text.parse::<std::net::IpAddr>().unwrap().into()
}

fn host_info(client: &mut Client, name: &str) -> host::InfData {
    match client.ok(Command::Info { name: name.to_owned() }).res_data {
        Some(ResData::HostInfo(data)) => *data,
        other => panic!("{other:?}"),
    }
}

#[test]
fn glue_inside_and_only_there() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("inside.com"));
    let cases = [
        ("ns1.inside.com", &[][..], 2003),
        ("ns1.inside.com", &["10.0.0.1"][..], 2306),
        ("ns1.inside.com", &["127.0.0.1"][..], 2306),
        ("ns1.inside.com", &["fe80::1"][..], 2306),
        ("ns1.inside.com", &["192.0.43.8", "2001:500:88::8"][..], 1000),
        ("ns1.inside.com", &["192.0.43.8"][..], 2302),
        ("ns1.outside.example", &["192.0.43.8"][..], 2306),
        ("ns1.outside.example", &[][..], 1000),
        ("bad_host.example", &[][..], 2005),
        ("ns1.unregistered.com", &["192.0.43.8"][..], 2306),
        ("ns1.unregistered.com", &[][..], 1000),
    ];
    for (name, addresses, code) in cases {
        assert_eq!(us.code(host_create(name, addresses)), code, "{name} {addresses:?}");
    }
    assert_eq!(them.code(host_create("ns2.inside.com", &["192.0.43.9"])), 2201, "a host under another's domain");
    let info = host_info(&mut us, "ns1.inside.com");
    assert_eq!(info.addrs, [address("192.0.43.8"), address("2001:500:88::8")]);
    assert_eq!(info.statuses[0].s, "ok");
}

#[test]
fn no_delegation_to_a_host_inside_without_glue() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    // Made while nobody held the name above: only a name.
    us.ok(host_create("ns1.later.com", &[]));
    us.ok(create("early.com"));
    us.ok(update("early.com", |u| u.add.ns = servers(&["ns1.later.com"])));
    let mut wish = creation("later.com", "o-1");
    wish.ns = servers(&["ns1.later.com"]);
    assert_eq!(them.code(epp::domain::Command::Create(wish)), 2306, "its own host has no address yet");
    them.ok(create_theirs("later.com"));
    assert_eq!(host_info(&mut us, "ns1.later.com").cl_id, "outsider", "the host belongs to the name above it");
    us.ok(create("other.com"));
    assert_eq!(us.code(update("other.com", |u| u.add.ns = servers(&["ns1.later.com"]))), 2306);
    them.ok(host_update("ns1.later.com", |u| u.add.addrs = vec![address("192.0.43.8")]));
    us.ok(update("other.com", |u| u.add.ns = servers(&["ns1.later.com"])));
    assert_eq!(them.code(host_update("ns1.later.com", |u| u.rem.addrs = vec![address("192.0.43.8")])), 2306, "the last address stays");
}

#[test]
fn linked_and_locked_hosts_are_not_deleted() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("uses.com"));
    us.ok(host_create("ns1.free.example", &[]));
    assert_eq!(them.code(Command::Delete { name: "ns1.free.example".into() }), 2201);
    us.ok(update("uses.com", |u| u.add.ns = servers(&["ns1.free.example"])));
    assert!(host_info(&mut us, "ns1.free.example").statuses.iter().any(|status| status.s == "linked"));
    assert_eq!(us.code(Command::Delete { name: "ns1.free.example".into() }), 2305);
    us.ok(update("uses.com", |u| u.rem.ns = servers(&["ns1.free.example"])));
    us.ok(host_update("ns1.free.example", |u| u.add.statuses = statuses(&["clientDeleteProhibited"])));
    assert_eq!(us.code(Command::Delete { name: "ns1.free.example".into() }), 2304);
    us.ok(host_update("ns1.free.example", |u| u.rem.statuses = statuses(&["clientDeleteProhibited"])));
    us.ok(Command::Delete { name: "ns1.free.example".into() });
    assert_eq!(us.code(Command::Info { name: "ns1.free.example".into() }), 2303);
}

#[test]
fn a_domain_whose_hosts_serve_others_is_not_deleted() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("above.com"));
    us.ok(host_create("ns1.above.com", &["192.0.43.8"]));
    them.ok(create_theirs("user.com"));
    them.ok(update("user.com", |u| u.add.ns = servers(&["ns1.above.com"])));
    assert_eq!(us.code(delete("above.com")), 2305);
    them.ok(update("user.com", |u| u.rem.ns = servers(&["ns1.above.com"])));
    us.ok(update("above.com", |u| u.add.ns = servers(&["ns1.above.com"])));
    assert_eq!(us.code(delete("above.com")), 1000, "its own use does not hold it");
    assert_eq!(us.code(Command::Info { name: "ns1.above.com".into() }), 2303, "the hosts under it go with it");
}

#[test]
fn renaming() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    us.ok(create("home.com"));
    them.ok(create_theirs("theirs.com"));
    us.ok(host_create("ns1.home.com", &["192.0.43.8"]));
    us.ok(host_create("ns2.home.com", &["192.0.43.9"]));
    us.ok(host_create("ns.far.example", &[]));
    let rename = |name: &str, new: &str| host_update(name, |u| u.new_name = Some(new.to_owned()));

    assert_eq!(us.code(rename("ns1.home.com", "ns2.home.com")), 2302);
    assert_eq!(us.code(rename("ns1.home.com", "ns1.theirs.com")), 2201);
    assert_eq!(them.code(rename("ns1.home.com", "x.home.com")), 2201);
    assert_eq!(us.code(rename("ns1.home.com", "ns1.away.example")), 2306, "outside it may have no address");
    them.ok(update("theirs.com", |u| u.add.ns = servers(&["ns1.home.com", "ns.far.example"])));
    us.ok(rename("ns1.home.com", "dns.home.com"));
    assert_eq!(them.info("theirs.com").ns.unwrap().names().collect::<Vec<_>>(), ["dns.home.com", "ns.far.example"], "delegations follow");
    assert_eq!(us.code(rename("ns.far.example", "ns.near.example")), 2305, "an outside host that others use");
    let leave = host_update("dns.home.com", |u| {
        u.new_name = Some("ns1.away.example".into());
        u.rem.addrs = vec![address("192.0.43.8")];
    });
    assert_eq!(us.code(leave.clone()), 2305);
    them.ok(update("theirs.com", |u| u.rem.ns = servers(&["dns.home.com"])));
    us.ok(leave);
    let come = host_update("ns1.away.example", |u| {
        u.new_name = Some("ns7.home.com".into());
        u.add.addrs = vec![address("192.0.43.10")];
    });
    us.ok(come);
    assert_eq!(us.info("home.com").hosts, ["ns2.home.com", "ns7.home.com"]);
}

#[test]
fn checks() {
    let world = World::new();
    let mut us = world.us();
    us.ok(host_create("ns1.known.example", &[]));
    let response = us.ok(Command::Check(["ns1.known.example", "ns2.known.example", "bad_host.example"].map(str::to_owned).to_vec()));
    let Some(ResData::HostCheck(items)) = response.res_data else { panic!() };
    assert_eq!(items.iter().map(|item| item.avail).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(us.code(host_update("ns1.known.example", |_| {})), 2003);
}
