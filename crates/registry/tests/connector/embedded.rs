//! Against the embedded registry, in process and over its TLS listener: the whole life of a name, and what is found after a lost answer.

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use model::domain::Operation;
use model::{Currency, DomainName, HostName, Money, Months, Timestamp};
use registry::connector::recover::{self, Finding};
use registry::connector::testing::{contact_data, create_wish, entropy};
use registry::connector::{Config, Connector, Dial, InProcessDialer, TlsAddress, TlsDialer};
use registry::embedded::EmbeddedRegistry;
use registry::embedded::server::{self, ServerHandle};
use registry::faults::{FaultKind, Faults};
use registry::pki::Pki;
use registry::{Answer, CreateDomain, Dnssec, DomainContacts, FeeQuestion, KrCertificate, Registry, RegistryHost, RenewDomain};
use registry::{TransferAction, Trouble, UpdateDomain};
use store::Location;

/// A registry with two registrars, a clock that moves, and a connector of each.
struct World {
    time: Arc<AtomicI64>,
    registry: Arc<EmbeddedRegistry>,
    faults: Faults,
    us: Connector,
    them: Connector,
    ids: AtomicI64,
    listening: Option<Listening>,
}

/// What carries the frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    InProcess,
    Tls,
}

const WAYS: [Way; 2] = [Way::InProcess, Way::Tls];

/// A listener of the registry, and what its clients need.
struct Listening {
    handle: ServerHandle,
    pki: Pki,
    _folder: tempfile::TempDir,
}

impl Listening {
    fn start(registry: &Arc<EmbeddedRegistry>) -> Listening {
        let folder = tempfile::tempdir().unwrap();
        // Certificates are judged by real time.
        let real = std::fs::metadata(folder.path()).unwrap().modified().unwrap();
        let real = real.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let now = Timestamp::from_seconds(i64::try_from(real).unwrap());
        let pki = Pki::open(folder.path(), &["domesday", "outsider"], now).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let handle = server::serve(listener, pki.server_config().unwrap(), registry.clone()).unwrap();
        Listening { handle, pki, _folder: folder }
    }

    fn dialer(&self, registrar: &str) -> TlsDialer {
        let address = TlsAddress {
            address: self.handle.address().to_string(),
            server_name: "localhost".to_owned(),
            frame_bytes_max: 512 * 1024,
            write_timeout: Duration::from_secs(5),
        };
        let read = |name: &str, extension: &str| std::fs::read(self.pki.path(name, extension)).unwrap();
        let client = format!("client-{registrar}");
        TlsDialer::new(address, &read("ca", "pem"), &read(&client, "pem"), &read(&client, "key")).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.us.close();
        self.them.close();
        if let Some(listening) = self.listening.take() {
            listening.handle.stop();
        }
    }
}

impl World {
    fn new() -> World {
        World::by(Way::InProcess)
    }

    fn by(way: Way) -> World {
        let time = Arc::new(AtomicI64::new(Timestamp::parse_rfc3339("2031-03-01T12:00:00Z").unwrap().micros()));
        let reading = time.clone();
        let clock: registry::Clock = Arc::new(move || Timestamp::from_micros(reading.load(Ordering::SeqCst)));
        let registry = EmbeddedRegistry::open(&Location::Memory, clock.clone(), entropy()).unwrap();
        let faults = Faults::none();
        let listening = (way == Way::Tls).then(|| Listening::start(&registry));
        let connector = |id: &str, faults: &Faults| {
            assert!(registry.seed_registrar(id, &format!("{id}-epp")).unwrap());
            let dialer: Arc<dyn Dial> = match &listening {
                Some(listening) => Arc::new(listening.dialer(id)),
                None => Arc::new(InProcessDialer::new(registry.clone(), id)),
            };
            let config = Config::in_process("embedded", id, format!("{id}-epp"));
            Connector::new(config, dialer, faults.clone(), clock.clone(), entropy())
        };
        let (us, them) = (connector("domesday", &faults), connector("outsider", &Faults::none()));
        let world = World { time, registry, faults, us, them, ids: AtomicI64::new(1), listening };
        for (connector, contact) in [(&world.us, "C-REG"), (&world.them, "O-REG")] {
            assert_eq!(connector.create_contact(&world.id(), contact, &contact_data(), "contact-code"), Ok(Answer::Done(())));
        }
        for host in ["ns1.example.net", "ns2.example.net"] {
            let host = RegistryHost { name: HostName::parse(host).unwrap(), addresses: Vec::new(), statuses: Vec::new() };
            assert_eq!(world.us.create_host(&world.id(), &host), Ok(Answer::Done(())));
        }
        world
    }

    fn id(&self) -> String {
        format!("test-{}", self.ids.fetch_add(1, Ordering::SeqCst))
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.time.load(Ordering::SeqCst))
    }

    fn advance_days(&self, days: i64) {
        self.time.store(self.now().plus_days(days).micros(), Ordering::SeqCst);
        self.registry.run_due(self.now()).unwrap();
    }

    fn wish(&self, name: &str) -> CreateDomain {
        let contact = || vec!["C-REG".to_owned()];
        CreateDomain {
            name: DomainName::parse(name).unwrap(),
            contacts: DomainContacts { registrant: Some("C-REG".to_owned()), admin: contact(), tech: contact(), billing: Vec::new() },
            ..create_wish()
        }
    }

    fn registered(&self, name: &str) -> DomainName {
        let wish = self.wish(name);
        done(self.us.create_domain(&self.id(), &wish));
        wish.name
    }
}

#[track_caller]
fn done<T: std::fmt::Debug>(answer: Result<Answer<T>, Trouble>) -> T {
    match answer {
        Ok(Answer::Done(value)) => value,
        other => panic!("{other:?}"),
    }
}

fn year() -> Months {
    Months::new(12).unwrap()
}

#[test]
fn the_life_of_a_name() {
    WAYS.into_iter().for_each(life);
}

fn life(way: Way) {
    let world = World::by(way);
    let us = &world.us;
    let wish = world.wish("life.com");
    assert!(us.check(std::slice::from_ref(&wish.name), None).unwrap()[0].available);
    assert_eq!(us.domain(&wish.name, None), Ok(None));

    let created = done(us.create_domain(&world.id(), &wish));
    assert_eq!((created.created, created.expires), (world.now(), world.now().plus_months(year())));
    assert!(!us.check(std::slice::from_ref(&wish.name), None).unwrap()[0].available);
    let found = us.domain(&wish.name, None).unwrap().unwrap();
    assert_eq!((found.sponsor.as_str(), &found.contacts, &found.hosts), ("domesday", &wish.contacts, &wish.hosts));
    assert_eq!(recover::created_domain(&wish, "domesday", world.now(), Some(&found)), Finding::DoneByUs);

    let host = |name: &str, list: &[&str]| RegistryHost {
        name: HostName::parse(name).unwrap(),
        addresses: list.iter().map(|text| text.parse::<IpAddr>().unwrap()).collect(),
        statuses: Vec::new(),
    };
    done(us.create_host(&world.id(), &host("ns1.life.com", &["192.0.2.53"])));
    done(us.update_host(&world.id(), &host("ns1.life.com", &["192.0.2.54", "2001:db8::54"])));
    let glue = us.host(&HostName::parse("ns1.life.com").unwrap()).unwrap().unwrap();
    assert_eq!(recover::created_host(&host("ns1.life.com", &["2001:db8::54", "192.0.2.54"]), Some(&glue)), Finding::DoneByUs);

    // Statuses and another name go the same way; the registry keeps what is protected.
    let guarded = RegistryHost { statuses: vec!["clientUpdateProhibited".to_owned()], ..glue.clone() };
    done(us.update_host(&world.id(), &guarded));
    assert_eq!(us.host(&glue.name).unwrap().unwrap().statuses, guarded.statuses);
    assert!(matches!(
        us.update_host(&world.id(), &RegistryHost { addresses: vec!["192.0.2.55".parse().unwrap()], ..guarded.clone() }),
        Err(Trouble::Refused { .. })
    ));
    done(us.update_host(&world.id(), &glue));
    let renamed = RegistryHost { name: HostName::parse("ns9.life.com").unwrap(), ..glue.clone() };
    done(us.rename_host(&world.id(), &glue, &renamed));
    assert_eq!(us.host(&glue.name), Ok(None));
    assert_eq!(us.host(&renamed.name).unwrap().unwrap().addresses, glue.addresses);
    done(us.rename_host(&world.id(), &renamed, &glue));

    let ds = |tag| Dnssec::Ds { key_tag: tag, algorithm: 13, digest_type: 2, digest_hex: "0A".repeat(32) };
    let change = UpdateDomain {
        add_hosts: vec![HostName::parse("ns1.life.com").unwrap()],
        remove_hosts: vec![HostName::parse("ns1.example.net").unwrap()],
        add_statuses: vec!["clientTransferProhibited".to_owned()],
        add_dnssec: vec![ds(1), ds(2)],
        auth_info: Some(Some("another-long-code".to_owned())),
        ..UpdateDomain::default()
    };
    done(us.update_domain(&world.id(), &wish.name, &change));
    let found = us.domain(&wish.name, None).unwrap().unwrap();
    let visible = UpdateDomain { auth_info: None, ..change.clone() };
    assert_eq!(recover::updated_domain(&visible, "domesday", Some(&found)), Finding::DoneByUs);
    let rest = UpdateDomain { remove_all_dnssec: true, auth_info: Some(None), ..UpdateDomain::default() };
    done(us.update_domain(&world.id(), &wish.name, &rest));
    assert_eq!(us.domain(&wish.name, None).unwrap().unwrap().dnssec, []);

    let renew = RenewDomain { name: wish.name.clone(), current_expiry: created.expires, months: year(), fee: None };
    let expires = done(us.renew_domain(&world.id(), &renew));
    assert_eq!(expires, created.expires.plus_months(year()));
    assert!(matches!(us.renew_domain(&world.id(), &renew), Err(Trouble::Refused { .. })), "the old expiry no longer matches");

    done(us.delete_host(&world.id(), &HostName::parse("ns2.example.net").unwrap()));
    world.advance_days(10);
    done(us.update_domain(&world.id(), &wish.name, &UpdateDomain { remove_hosts: vec![glue.name.clone()], ..UpdateDomain::default() }));
    done(us.delete_host(&world.id(), &glue.name));
    // Redemption begins: taken, and over only when that ends (1001).
    assert_eq!(us.delete_domain(&world.id(), &wish.name), Ok(Answer::Deferred));
    let found = us.domain(&wish.name, None).unwrap();
    assert_eq!(recover::deleted_domain("domesday", world.now(), found.as_ref()), Finding::DoneByUs);
    assert_eq!(recover::restored_domain("domesday", found.as_ref()), Finding::NotDone);
    done(us.restore_domain(&world.id(), &wish.name, None));
    let found = us.domain(&wish.name, None).unwrap();
    assert_eq!(recover::restored_domain("domesday", found.as_ref()), Finding::DoneByUs, "{found:?}");
    assert_eq!(us.health().failures, 0);
}

#[test]
fn restores_in_one_step_and_in_two() {
    let world = World::new();
    for name in ["two.com", "one.de"] {
        let mut wish = world.wish(name);
        wish.auth_info = "a-code-that-is-long".to_owned();
        done(world.us.create_domain(&world.id(), &wish));
        world.advance_days(10);
        assert!(world.us.delete_domain(&world.id(), &wish.name).is_ok());
        done(world.us.restore_domain(&world.id(), &wish.name, None));
        let found = world.us.domain(&wish.name, None).unwrap();
        assert_eq!(recover::restored_domain("domesday", found.as_ref()), Finding::DoneByUs, "{name}: {found:?}");
    }
}

#[test]
fn premium_names_want_their_fee() {
    let world = World::new();
    let mut wish = world.wish("premium-life.com");
    let question = FeeQuestion { operation: Operation::Register, months: year() };
    let told = world.us.check(&[wish.name.clone()], Some(&question)).unwrap().remove(0);
    assert!(told.available && told.is_premium());
    let fee = told.fees.iter().find(|fee| fee.operation == Operation::Register && fee.months == year()).unwrap().amount;
    assert_eq!(fee.currency, Currency::USD);
    assert!(matches!(world.us.create_domain(&world.id(), &wish), Err(Trouble::Refused { .. })));
    wish.fee = Some(Money::new(fee.amount_e4 - 100, fee.currency));
    assert!(matches!(world.us.create_domain(&world.id(), &wish), Err(Trouble::Refused { .. })));
    wish.fee = Some(fee);
    done(world.us.create_domain(&world.id(), &wish));
    let plain = world.us.check(&[DomainName::parse("plain.com").unwrap()], Some(&question)).unwrap().remove(0);
    assert!(plain.available && !plain.is_premium() && !plain.fees.is_empty());
}

#[test]
fn names_of_korea_need_a_certificate() {
    let world = World::new();
    let mut wish = world.wish("life.or.kr");
    let refused = world.us.create_domain(&world.id(), &wish);
    assert!(matches!(&refused, Err(Trouble::Refused { message, .. }) if !message.is_empty()), "{refused:?}");
    wish.kr = Some(KrCertificate { kind: Some("CORP".to_owned()), number: Some("110111-0000001".to_owned()), trustee: false });
    done(world.us.create_domain(&world.id(), &wish));
    assert_eq!(world.us.domain(&wish.name, None).unwrap().unwrap().kr, wish.kr);
}

#[test]
fn a_name_is_transferred_and_told_of() {
    let world = World::new();
    let mut wish = world.wish("movable.com");
    wish.contacts = DomainContacts {
        registrant: Some("O-REG".to_owned()),
        admin: vec!["O-REG".to_owned()],
        tech: vec!["O-REG".to_owned()],
        billing: Vec::new(),
    };
    wish.hosts = Vec::new();
    wish.auth_info = "move-me-please-1".to_owned();
    done(world.them.create_domain(&world.id(), &wish));
    world.advance_days(70);
    let asked = world.now();
    assert!(matches!(world.us.request_transfer(&world.id(), &wish.name, "wrong-code-1", None, None), Err(Trouble::Refused { .. })));
    let transfer = done(world.us.request_transfer(&world.id(), &wish.name, "move-me-please-1", None, None));
    assert_eq!((transfer.status.as_str(), transfer.requested_by.as_str(), transfer.acting.as_str()), ("pending", "domesday", "outsider"));
    let (found, shown) = (world.us.domain(&wish.name, None).unwrap(), world.us.transfer(&wish.name, None).unwrap());
    assert_eq!(recover::requested_transfer("domesday", asked, found.as_ref(), shown.as_ref()), Finding::DoneByUs);

    let message = world.them.poll().unwrap().expect("the losing side is told");
    assert!(epp::read_response(&message.frame).is_ok() && message.count >= 1);
    world.them.acknowledge(&message.id).unwrap();
    assert_ne!(world.them.poll().unwrap().map(|next| next.id), Some(message.id.clone()));
    assert_eq!(world.them.acknowledge(&message.id), Ok(()), "acknowledging again does no harm");

    done(world.them.act_on_transfer(&world.id(), &wish.name, TransferAction::Approve));
    let (found, shown) = (world.us.domain(&wish.name, None).unwrap(), world.us.transfer(&wish.name, None).unwrap());
    assert_eq!(found.as_ref().map(|domain| domain.sponsor.as_str()), Some("domesday"));
    assert_eq!(recover::requested_transfer("domesday", asked, found.as_ref(), shown.as_ref()), Finding::DoneByUs);
}

/// What every fault leaves behind, and that asking tells the truth about it.
#[test]
fn a_lost_answer_is_found_out_by_asking() {
    let kinds = [(FaultKind::ReplyLost, true), (FaultKind::Timeout, false)];
    for (way, (kind, there)) in WAYS.into_iter().flat_map(|way| kinds.map(|kind| (way, kind))) {
        let world = World::by(way);
        let us = &world.us;
        let proven = if there { Finding::DoneByUs } else { Finding::NotDone };
        let strike = |point: &str| world.faults.add(point, kind, 1).unwrap();
        let lost = |outcome: bool, what: &str| assert!(outcome, "{kind} at {what} must be lost");

        let wish = world.wish("lost.com");
        strike("registry.create");
        lost(matches!(us.create_domain(&world.id(), &wish), Err(Trouble::Lost(_))), "create");
        let found = us.domain(&wish.name, None).unwrap();
        assert_eq!(recover::created_domain(&wish, "domesday", world.now(), found.as_ref()), proven, "{kind}");

        let name = world.registered("kept.com");
        let expires = us.domain(&name, None).unwrap().unwrap().expires.unwrap();
        let renew = RenewDomain { name: name.clone(), current_expiry: expires, months: year(), fee: None };
        strike("registry.renew");
        lost(matches!(us.renew_domain(&world.id(), &renew), Err(Trouble::Lost(_))), "renew");
        let found = us.domain(&name, None).unwrap();
        assert_eq!(recover::renewed_domain(&renew, "domesday", found.as_ref(), world.now()), proven, "{kind}");

        let change = UpdateDomain { add_statuses: vec!["clientHold".to_owned()], ..UpdateDomain::default() };
        strike("registry.update");
        lost(matches!(us.update_domain(&world.id(), &name, &change), Err(Trouble::Lost(_))), "update");
        let found = us.domain(&name, None).unwrap();
        assert_eq!(recover::updated_domain(&change, "domesday", found.as_ref()), proven, "{kind}");

        strike("registry.contact.create");
        lost(matches!(us.create_contact(&world.id(), "C-NEW", &contact_data(), "contact-code"), Err(Trouble::Lost(_))), "contact");
        let found = us.contact("C-NEW").unwrap();
        assert_eq!(recover::created_contact(&contact_data(), "domesday", found.as_ref()), proven, "{kind}");

        let host = RegistryHost {
            name: HostName::parse("ns1.kept.com").unwrap(),
            addresses: vec!["192.0.2.8".parse().unwrap()],
            statuses: Vec::new(),
        };
        strike("registry.host.create");
        lost(matches!(us.create_host(&world.id(), &host), Err(Trouble::Lost(_))), "host");
        assert_eq!(recover::created_host(&host, us.host(&host.name).unwrap().as_ref()), proven, "{kind}");

        strike("registry.delete");
        let leaving = world.registered("leaving.com");
        world.advance_days(6);
        lost(matches!(us.delete_domain(&world.id(), &leaving), Err(Trouble::Lost(_))), "delete");
        assert_eq!(recover::deleted_domain("domesday", world.now(), us.domain(&leaving, None).unwrap().as_ref()), proven, "{kind}");
        assert!(world.faults.list().is_empty());
    }
}

/// The name was free when asked, and a rival's when the command arrived.
#[test]
fn a_race_that_was_lost_is_seen() {
    let world = World::new();
    let wish = world.wish("race.com");
    let rivals = CreateDomain {
        contacts: DomainContacts {
            registrant: Some("O-REG".to_owned()),
            admin: vec!["O-REG".to_owned()],
            tech: vec!["O-REG".to_owned()],
            billing: Vec::new(),
        },
        hosts: Vec::new(),
        ..wish.clone()
    };
    done(world.them.create_domain(&world.id(), &rivals));
    world.faults.add("registry.create", FaultKind::ReplyLost, 1).unwrap();
    assert!(matches!(world.us.create_domain(&world.id(), &wish), Err(Trouble::Lost(_))));
    let found = world.us.domain(&wish.name, None).unwrap();
    assert_eq!(recover::created_domain(&wish, "domesday", world.now(), found.as_ref()), Finding::TakenByOther);
    assert!(matches!(world.us.create_domain(&world.id(), &wish), Err(Trouble::Refused { code: 2302, .. })));
}

#[test]
fn a_wrong_password_is_not_sent_and_not_repeated() {
    let world = World::new();
    let dialer = InProcessDialer::new(world.registry.clone(), "domesday");
    let config = Config::in_process("embedded", "domesday", "not-the-one");
    let connector = Connector::new(config, Arc::new(dialer), Faults::none(), registry::connector::testing::clock(), entropy());
    assert!(matches!(connector.check(&[DomainName::parse("a.com").unwrap()], None), Err(Trouble::NotSent(why)) if why.contains("2200")));
}

#[test]
fn many_threads_use_one_connector() {
    WAYS.into_iter().for_each(crowd);
}

fn crowd(way: Way) {
    let world = World::by(way);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let world = &world;
            scope.spawn(move || {
                for turn in 0..5 {
                    let name = world.registered(&format!("many-{thread}-{turn}.com"));
                    assert!(world.us.domain(&name, None).unwrap().is_some());
                }
            });
        }
    });
    assert!(world.us.health().sessions <= 4);
}

/// While the registry is away nothing is sent: idle sessions are seen to be dead before they are used. Back again, it goes on.
#[test]
fn a_restart_of_the_registry_loses_nothing() {
    let mut world = World::by(Way::Tls);
    let name = world.registered("before.com");
    let Listening { handle, pki, _folder } = world.listening.take().unwrap();
    let address = handle.address();
    handle.stop();
    assert!(matches!(world.us.delete_domain(&world.id(), &name), Err(Trouble::NotSent(_))));
    assert_eq!((world.us.health().sessions, world.us.health().failures), (0, 1));

    // The port is free again once the old connections are forgotten.
    let patience = Instant::now() + Duration::from_secs(10);
    let socket = loop {
        match TcpListener::bind(address) {
            Ok(socket) => break socket,
            Err(error) => assert!(Instant::now() < patience, "{error}"),
        }
    };
    let handle = server::serve(socket, pki.server_config().unwrap(), world.registry.clone()).unwrap();
    world.listening = Some(Listening { handle, pki, _folder });
    assert!(world.us.delete_domain(&world.id(), &name).is_ok());
    assert_eq!(world.us.health().failures, 0);
}
