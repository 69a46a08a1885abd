//! Hosts that get another name or statuses, on both stores: what uses them follows, whatever is lost on the way, and what is prohibited stays.

use engine::domain::{Info, Modify, Push, Register, SetChange};
use engine::faults::FaultKind;
use engine::host::{self, HostAddresses};
use engine::order::{OrderRef, OrderStanding, OrderView};
use engine::transfer::Give;
use engine::{Actor, Error};
use model::{Channel, HostName, Refusal};
use std::time::Duration;
use testkit::{Fixture, name};

const WAIT: Duration = Duration::from_secs(20);

fn on_both(test: impl Fn(&Fixture)) {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        let fixture = Fixture::at(&location);
        test(&fixture);
        fixture.assert_promises();
    }
}

fn server(text: &str) -> HostName {
    HostName::parse(text).expect("a host name")
}

/// Waits for an order, however often it has to be tried.
fn ended(f: &Fixture, actor: &Actor, order: &OrderRef) -> OrderView {
    for _ in 0..20 {
        let view = f.engine().await_order(actor, order.id, WAIT).expect("it can be waited for");
        if view.standing != OrderStanding::Pending {
            return view;
        }
        f.advance("PT1M");
    }
    panic!("order {} never ended", order.id)
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn made(f: &Fixture, actor: &Actor, host: &str, address: &str) {
    let create = host::Create {
        name: server(host),
        addresses: vec![address.parse().expect("an address")],
        statuses: Vec::new(),
        client_id: String::new(),
    };
    let order = f.engine().run(actor, create).expect("accepted").order;
    assert_eq!(ended(f, actor, &order).standing, OrderStanding::Succeeded);
}

fn delegated(f: &Fixture, actor: &Actor, domain: &str, hosts: &[&str]) {
    let hosts = SetChange::whole(hosts.iter().map(|host| server(host)).collect());
    let order = f.engine().run(actor, Modify { hosts, ..Modify::nothing(name(domain)) }).expect("accepted").order;
    let done = ended(f, actor, &order);
    assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
}

fn servers(f: &Fixture, actor: &Actor, domain: &str) -> Vec<String> {
    let view = f.engine().run(actor, Info { name: name(domain) }).expect("it is here");
    view.hosts.iter().map(|host| host.as_str().to_owned()).collect()
}

fn change(host: &str) -> host::Modify {
    host::Modify {
        name: server(host),
        addresses: HostAddresses::Set(SetChange::default()),
        new_name: None,
        statuses: SetChange::default(),
        client_id: String::new(),
    }
}

fn renamed(from: &str, to: &str) -> host::Modify {
    host::Modify { new_name: Some(server(to)), ..change(from) }
}

#[test]
fn names_follow_a_host_to_its_new_name_in_every_account() {
    on_both(|f| {
        let (engine, demo, rival) = (f.engine(), f.actor(Channel::Kvapi, "demo"), f.actor(Channel::Kvapi, "rival"));
        made(f, &demo, "ns1.fresh.com", "192.0.2.1");
        made(f, &demo, "ns2.fresh.com", "192.0.2.2");
        f.register(&rival, f.wish(&rival, "guest.com"));
        delegated(f, &demo, "locked.info", &["ns1.fresh.com", "ns2.fresh.com"]);
        delegated(f, &rival, "guest.com", &["ns2.example.net", "ns1.fresh.com"]);
        let mut from = "ns1.fresh.com";
        let ways = [("a.fresh.com", None), ("b.fresh.com", Some(FaultKind::ReplyLost)), ("c.fresh.com", Some(FaultKind::Disconnect))];
        for (to, fault) in ways {
            if let Some(kind) = fault {
                engine.faults().add("registry.host.update", kind, 1).expect("a fault");
            }
            let order = engine.run(&demo, renamed(from, to)).expect("accepted").order;
            let done = ended(f, &demo, &order);
            assert_eq!(done.standing, OrderStanding::Succeeded, "{to}: {}", done.message);
            assert_eq!(servers(f, &demo, "locked.info"), [to, "ns2.fresh.com"]);
            assert_eq!(servers(f, &rival, "guest.com"), ["ns2.example.net", to]);
            assert!(matches!(refused(engine.run(&demo, host::Info { name: server(from) })), Refusal::HostUnknown));
            let here = engine.run(&demo, host::Info { name: server(to) }).expect("it is here");
            assert_eq!(here.addresses, ["192.0.2.1".parse::<std::net::IpAddr>().expect("an address")]);
            from = to;
        }
        // Both sides agree on what they have, so that the next change finds it.
        delegated(f, &rival, "guest.com", &["ns1.example.net", "ns2.example.net"]);
        // Out of the way by force: here too.
        let order = engine.run(&demo, host::Delete { name: server(from), force: true, client_id: String::new() }).expect("accepted").order;
        assert_eq!(ended(f, &demo, &order).standing, OrderStanding::Succeeded);
        let left = servers(f, &demo, "locked.info");
        assert!(left[0].ends_with(".empty.as112.arpa") && left[1] == "ns2.fresh.com", "{left:?}");
        delegated(f, &demo, "locked.info", &["ns1.example.net", "ns2.example.net"]);
    });
}

/// Its change was refused as one with a host that is not there, and the registry had it all the same (found by the simulator).
#[test]
fn a_host_that_a_name_is_about_to_get_is_renamed_after_that() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        made(f, &demo, "ns1.fresh.com", "192.0.2.1");
        engine.faults().add("registry.update", FaultKind::ReplyLost, 1).expect("a fault");
        let hosts = SetChange::whole(vec![server("ns1.example.net"), server("ns1.fresh.com")]);
        let change = engine.run(&demo, Modify { hosts, ..Modify::nothing(name("locked.info")) }).expect("accepted").order;
        let patience = std::time::Instant::now();
        while !engine.faults().list().is_empty() {
            assert!(patience.elapsed() < WAIT, "the registry never heard of it");
            std::thread::sleep(Duration::from_millis(5));
        }
        let renaming = engine.run(&demo, renamed("ns1.fresh.com", "ns9.fresh.com")).expect("accepted").order;
        let done = ended(f, &demo, &renaming);
        assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
        assert_eq!(ended(f, &demo, &change).standing, OrderStanding::Succeeded);
        assert_eq!(servers(f, &demo, "locked.info"), ["ns1.example.net", "ns9.fresh.com"]);
        delegated(f, &demo, "locked.info", &["ns1.example.net", "ns2.example.net"]);
    });
}

/// The order never ended, or the host stayed with the account that had the name before (found by the simulator).
#[test]
fn a_host_on_its_way_below_a_name_that_goes_meanwhile_goes_with_it() {
    on_both(|f| {
        let (engine, demo, julia) = (f.engine(), f.actor(Channel::Kvapi, "demo"), f.actor(Channel::Kvapi, "julia"));
        f.register(&demo, f.wish(&demo, "second.com"));
        f.register(&demo, Register { transfer_lock: Some(false), ..f.wish(&demo, "first.co.uk") });
        f.register(&demo, Register { transfer_lock: Some(false), ..f.wish(&demo, "second.co.uk") });
        let renaming = |from: &str, to: &str| {
            made(f, &demo, from, "192.0.2.1");
            // The registry has it, and until the clock moves nobody asks again.
            engine.faults().add("registry.host.update", FaultKind::ReplyLost, 1).expect("a fault");
            let order = engine.run(&demo, renamed(from, to)).expect("accepted").order;
            let patience = std::time::Instant::now();
            while !engine.faults().list().is_empty() {
                assert!(patience.elapsed() < WAIT, "the registry never heard of it");
                std::thread::sleep(Duration::from_millis(5));
            }
            order
        };
        let given = renaming("ns1.fresh.com", "ns1.second.com");
        engine.run(&demo, Give { name: name("second.com"), to: "julia".to_owned() }).expect("given");
        assert_eq!(ended(f, &demo, &given).standing, OrderStanding::Succeeded);
        assert!(engine.run(&julia, host::Info { name: server("ns1.second.com") }).is_ok(), "hers, as the name");
        assert!(matches!(refused(engine.run(&demo, host::Info { name: server("ns1.second.com") })), Refusal::HostUnknown));
        let pushed = renaming("ns1.first.co.uk", "ns1.second.co.uk");
        let push = Push { name: name("second.co.uk"), target: "DETAGGED".to_owned(), client_id: String::new() };
        let push = engine.run(&demo, push).expect("accepted").order;
        assert_eq!(ended(f, &demo, &push).standing, OrderStanding::Succeeded);
        let done = ended(f, &demo, &pushed);
        assert_eq!(done.standing, OrderStanding::Succeeded, "{}", done.message);
        for gone in ["ns1.first.co.uk", "ns1.second.co.uk"] {
            assert!(matches!(refused(engine.run(&demo, host::Info { name: server(gone) })), Refusal::HostUnknown), "{gone}");
        }
    });
}

#[test]
fn a_host_gets_no_name_that_is_not_free_and_the_accounts() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        made(f, &demo, "ns1.fresh.com", "192.0.2.1");
        made(f, &demo, "ns2.fresh.com", "192.0.2.2");
        assert!(matches!(refused(engine.run(&demo, renamed("ns1.fresh.com", "ns2.fresh.com"))), Refusal::AlreadyExists));
        assert!(matches!(refused(engine.run(&demo, renamed("ns1.fresh.com", "ns1.taken.com"))), Refusal::DomainUnknown { .. }));
        assert!(matches!(refused(engine.run(&demo, renamed("ns1.fresh.com", "ns1.demo.de"))), Refusal::NotSupported { .. }));
        assert!(matches!(refused(engine.run(&demo, renamed("ns1.fresh.com", "ns1.nowhere.example"))), Refusal::ZoneNotSold { .. }));
        let rival = f.actor(Channel::Kvapi, "rival");
        assert!(matches!(refused(engine.run(&rival, renamed("ns1.fresh.com", "ns9.fresh.com"))), Refusal::HostUnknown));
        // The registry has another's host of that name.
        engine.faults().add("registry.host.update", FaultKind::Refuse, 1).expect("a fault");
        let order = engine.run(&demo, renamed("ns1.fresh.com", "ns3.fresh.com")).expect("accepted").order;
        assert_eq!(ended(f, &demo, &order).standing, OrderStanding::Failed);
        assert!(engine.run(&demo, host::Info { name: server("ns1.fresh.com") }).is_ok(), "it stays as it was");
    });
}

#[test]
fn what_a_status_prohibits_is_refused_here_and_kept_there() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        made(f, &demo, "ns1.fresh.com", "192.0.2.1");
        let words = |list: &[&str]| SetChange::whole(list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let guarded = host::Modify { statuses: words(&host::STATUSES), ..change("ns1.fresh.com") };
        let order = engine.run(&demo, guarded).expect("accepted").order;
        assert_eq!(ended(f, &demo, &order).standing, OrderStanding::Succeeded);
        assert_eq!(engine.run(&demo, host::Info { name: server("ns1.fresh.com") }).expect("here").statuses, host::STATUSES);
        for force in [false, true] {
            let delete = host::Delete { name: server("ns1.fresh.com"), force, client_id: String::new() };
            assert!(matches!(refused(engine.run(&demo, delete)), Refusal::StatusForbids { .. }));
        }
        // DMAPI's ns-modify, which knows no statuses, meets them too.
        let v4 = HostAddresses::OfKind { v4: Some(Some("192.0.2.9".parse().expect("an address"))), v6: None };
        let modify = host::Modify { addresses: v4, ..change("ns1.fresh.com") };
        assert!(matches!(refused(engine.run(&demo, modify)), Refusal::StatusForbids { .. }));
        let lifted = host::Modify { statuses: words(&["ok"]), ..change("ns1.fresh.com") };
        let order = engine.run(&demo, lifted).expect("accepted").order;
        assert_eq!(ended(f, &demo, &order).standing, OrderStanding::Succeeded);
        let delete = host::Delete { name: server("ns1.fresh.com"), force: false, client_id: String::new() };
        let order = engine.run(&demo, delete).expect("accepted").order;
        assert_eq!(ended(f, &demo, &order).standing, OrderStanding::Succeeded);
    });
}
