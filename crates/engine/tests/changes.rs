//! Changes on both stores: domains, locks, properties, contacts and host objects, in step with the registry whatever happens on the way.

use engine::contact::{self, CloneOf};
use engine::domain::{self, ContactRef, GetProperty, Lock, Modify, PrivacyWish, Property, SetChange, SetProperty, Setting};
use engine::faults::FaultKind;
use engine::host::{self, HostAddresses};
use engine::order::{OrderRef, OrderStanding, OrderView};
use engine::{Actor, Engine, Error, account};
use model::contact::ContactDraft;
use model::domain::{Privacy, RenewalMode, TransferMode};
use model::lock::LockReason;
use model::pattern::Pattern;
use model::{Access, Channel, HostName, Money, Refusal};
use std::time::Duration;
use testkit::{Fixture, name, on_both};

const WAIT: Duration = Duration::from_secs(20);

fn host(text: &str) -> HostName {
    HostName::parse(text).unwrap()
}

fn nothing(text: &str) -> Modify {
    Modify::nothing(name(text))
}

fn ended(engine: &Engine, actor: &Actor, order: &OrderRef) -> OrderView {
    engine.await_order(actor, order.id, WAIT).unwrap()
}

fn modified(engine: &Engine, actor: &Actor, change: Modify) -> OrderView {
    let accepted = engine.run(actor, change).unwrap();
    ended(engine, actor, &accepted.order)
}

fn done(engine: &Engine, actor: &Actor, change: Modify) {
    let order = modified(engine, actor, change);
    assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
}

fn shown(engine: &Engine, actor: &Actor, domain: &str) -> domain::DomainView {
    engine.run(actor, domain::Info { name: name(domain) }).unwrap()
}

fn draft() -> ContactDraft {
    let s = |text: &str| Some(text.to_owned());
    ContactDraft {
        name: s("Ada Weber"),
        email: s("ada@example.org"),
        street: [s("Lindenweg 3"), None, None],
        city: s("Köln"),
        postal_code: s("50667"),
        country: s("DE"),
        phone: s("+49.2215550100"),
        fax: s("+49.2215550101"),
        ..ContactDraft::default()
    }
}

fn handle(engine: &Engine, actor: &Actor) -> String {
    let create = contact::Create { draft: draft(), zone: None, reuse: false, client_id: String::new() };
    engine.run(actor, create).unwrap().contact.handle
}

fn balance(engine: &Engine, actor: &Actor) -> Money {
    engine.run(actor, account::Balance).unwrap().0
}

fn hosts(names: &[&str]) -> Vec<HostName> {
    names.iter().map(|h| host(h)).collect()
}

#[test]
fn a_change_reaches_the_registry_and_repeats_change_nothing() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let tech = handle(engine, &demo);
        let change = Modify {
            hosts: SetChange::whole(hosts(&["ns3.example.net", "ns4.example.net"])),
            tech: SetChange::whole(vec![ContactRef::Handle(tech.clone())]),
            statuses: SetChange { add: vec!["clientDeleteProhibited".into()], ..SetChange::default() },
            ..nothing("fresh.com")
        };
        done(engine, &demo, change.clone());
        let domain = shown(engine, &demo, "fresh.com");
        assert_eq!(domain.hosts, hosts(&["ns3.example.net", "ns4.example.net"]));
        assert_eq!((domain.tech[0].handle.as_str(), domain.statuses.join(" ").as_str()), (tech.as_str(), "clientDeleteProhibited"));
        assert_ne!(domain.admin[0].handle, tech);
        let updated = domain.updated;
        done(engine, &demo, change);
        assert_eq!(shown(engine, &demo, "fresh.com").updated, updated, "the same again is no change");
        let back = Modify {
            hosts: SetChange { add: hosts(&["ns1.example.net"]), remove: hosts(&["ns3.example.net"]), whole: None },
            statuses: SetChange::whole(vec![]),
            ..nothing("fresh.com")
        };
        done(engine, &demo, back);
        let domain = shown(engine, &demo, "fresh.com");
        assert_eq!(domain.hosts, hosts(&["ns4.example.net", "ns1.example.net"]));
        assert!(domain.statuses.is_empty() && !domain.locked);
    });
}

#[test]
fn a_lost_answer_is_asked_about_and_the_change_is_made_once() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        for (kind, hosts_after) in
            [(FaultKind::ReplyLost, ["ns3.example.net", "ns4.example.net"]), (FaultKind::Timeout, ["ns4.example.net", "ns1.example.net"])]
        {
            engine.faults().add("registry.update", kind, 1).unwrap();
            done(engine, &demo, Modify { hosts: SetChange::whole(hosts(&hosts_after)), ..nothing("fresh.com") });
            assert_eq!(shown(engine, &demo, "fresh.com").hosts, hosts(&hosts_after));
        }
    });
}

#[test]
fn what_the_registry_refuses_changes_nothing() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let before = shown(engine, &demo, "fresh.com").hosts;
        let below = Modify { hosts: SetChange::whole(hosts(&["ns1.fresh.com", "ns2.fresh.com"])), ..nothing("fresh.com") };
        let order = modified(engine, &demo, below);
        assert_eq!(order.standing, OrderStanding::Failed, "hosts below the name itself need their addresses first");
        assert_eq!(shown(engine, &demo, "fresh.com").hosts, before);
        let leaving = engine.run(&demo, Modify { hosts: SetChange::whole(hosts(&["ns1.example.net"])), ..nothing("leaving.com") });
        assert!(matches!(leaving, Err(Error::Refused(Refusal::StatusForbids { .. }))), "{leaving:?}");
        let foreign = engine.run(&f.actor(Channel::Dmapi, "rival"), nothing("fresh.com"));
        assert!(matches!(foreign, Err(Error::Refused(Refusal::DomainUnknown { .. }))));
    });
}

#[test]
fn the_holders_lock_comes_and_goes() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let lock = |locked| {
            let accepted =
                engine.run(&demo, Lock { name: name("fresh.com"), reason: LockReason::User, locked, client_id: String::new() }).unwrap();
            let order = ended(engine, &demo, &accepted.order);
            assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
            shown(engine, &demo, "fresh.com").locked
        };
        assert!(lock(true));
        assert!(lock(true), "to lock what is locked is done");
        assert!(!lock(false));
        assert!(!lock(false));
        let de = engine.run(&demo, Lock { name: name("demo.de"), reason: LockReason::User, locked: true, client_id: String::new() });
        assert!(matches!(de, Err(Error::Refused(Refusal::Fields(_)))), ".de knows no lock: {de:?}");
    });
}

#[test]
fn a_name_is_locked_while_any_reason_stands() {
    on_both(|f| {
        let (engine, demo, staff) = (f.engine(), f.actor(Channel::Dmapi, "demo"), f.actor(Channel::Staff, "demo"));
        let lock = |actor: &Actor, reason, locked| {
            let accepted = engine.run(actor, Lock { name: name("fresh.com"), reason, locked, client_id: String::new() })?;
            assert_eq!(ended(engine, &demo, &accepted.order).standing, OrderStanding::Succeeded);
            let shown = shown(engine, &demo, "fresh.com");
            Ok::<_, Error>((shown.locked, shown.locks.words()))
        };
        assert_eq!(lock(&staff, LockReason::Dispute, true).unwrap(), (true, "dispute".to_owned()));
        assert_eq!(lock(&demo, LockReason::User, true).unwrap(), (true, "user dispute".to_owned()));
        assert_eq!(
            lock(&demo, LockReason::User, false).unwrap(),
            (true, "dispute".to_owned()),
            "the holder lifts only the holder's reason"
        );
        let forbidden = lock(&demo, LockReason::Dispute, false);
        assert!(matches!(forbidden, Err(Error::Refused(Refusal::AccessDenied { .. }))), "{forbidden:?}");
        assert_eq!(lock(&staff, LockReason::Dispute, false).unwrap(), (false, String::new()));
        assert_eq!(lock(&staff, LockReason::Dispute, false).unwrap(), (false, String::new()));
    });
}

#[test]
fn owners_of_generic_names_are_asked_before_they_change() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let other = handle(engine, &demo);
        let asked = engine.run(&demo, Modify { registrant: Some(ContactRef::Handle(other.clone())), ..nothing("fresh.com") }).unwrap();
        let waits = asked.owner_change.unwrap();
        assert!(waits.state.is_waiting() && waits.order == asked.order);
        // What else is wished for is done at once; the owners are asked for the rest.
        let both = Modify { registrant: Some(ContactRef::Handle(other.clone())), transfer_lock: Some(true), ..nothing("signed.net") };
        let both = engine.run(&demo, both).unwrap();
        assert_ne!(both.owner_change.unwrap().order, both.order);
        assert_eq!(ended(engine, &demo, &both.order).standing, OrderStanding::Succeeded);
        assert!(shown(engine, &demo, "signed.net").locked);
        // The present owner's data again are no change.
        let owner = shown(engine, &demo, "fresh.com").registrant;
        done(engine, &demo, Modify { registrant: Some(ContactRef::Handle(owner.short_handle.clone())), ..nothing("fresh.com") });
        assert_eq!(shown(engine, &demo, "fresh.com").registrant, owner);
        // A Korean name changes its owner with a new certificate, or with the trustee's terms, which cost.
        let before = balance(engine, &demo);
        let korean = ContactDraft { country: Some("KR".into()), ..draft() };
        let certified = vec![("X-KR-CTFY-TYPE".to_owned(), "BUSINESS".to_owned()), ("X-KR-CTFY-NO".to_owned(), "1".to_owned())];
        let change = Modify { registrant: Some(ContactRef::Inline(Box::new(korean))), fields: certified, ..nothing("demo.or.kr") };
        done(engine, &demo, change);
        let now = shown(engine, &demo, "demo.or.kr");
        assert!(now.registrant != shown(engine, &demo, "fresh.com").registrant && !now.trustee);
        assert_eq!(balance(engine, &demo), before);
        let abroad = Modify { registrant: Some(ContactRef::Handle(other.clone())), ..nothing("demo.or.kr") };
        let refused = engine.run(&demo, abroad.clone());
        assert!(matches!(refused, Err(Error::Refused(Refusal::Fields(_)))), "{refused:?}");
        let trusting = Modify { fields: vec![("X-KR-ACCEPT-TRUSTEE-TAC".to_owned(), "1".to_owned())], ..abroad };
        done(engine, &demo, trusting);
        let now = shown(engine, &demo, "demo.or.kr");
        assert!(now.trustee && now.registrant.handle == other);
        assert!(balance(engine, &demo).amount_e4 < before.amount_e4);
    });
}

#[test]
fn keys_are_set_and_removed() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let ds = |tag| domain::DnssecRecord::Ds {
            key_tag: tag,
            algorithm: 13,
            digest_type: 2,
            digest_hex: "49fd46e6c4b45c55d4ac69cbd3cd34ac1afe51de2c7c1f7a0e3a3c7b5b3f2a10".into(),
        };
        done(engine, &demo, Modify { dnssec: SetChange { add: vec![ds(7)], ..SetChange::default() }, ..nothing("signed.net") });
        assert_eq!(shown(engine, &demo, "signed.net").dnssec.len(), 2);
        done(engine, &demo, Modify { dnssec: SetChange::whole(vec![ds(9)]), ..nothing("signed.net") });
        assert_eq!(shown(engine, &demo, "signed.net").dnssec.len(), 1);
        done(engine, &demo, Modify { dnssec: SetChange::whole(vec![]), ..nothing("signed.net") });
        assert!(shown(engine, &demo, "signed.net").dnssec.is_empty());
    });
}

#[test]
fn modes_and_codes_are_kept() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let change = Modify {
            renewal_mode: Some(RenewalMode::AutoDelete),
            transfer_mode: Some(TransferMode::AutoDeny),
            auth_info: Some(domain::NewCode::Given("rosebud-7-rosebud".into())),
            ..nothing("fresh.com")
        };
        done(engine, &demo, change);
        let domain = shown(engine, &demo, "fresh.com");
        assert_eq!((domain.renewal_mode, domain.transfer_mode.as_str()), (RenewalMode::AutoDelete, "autodeny"));
        assert_eq!(domain.auth_info.as_deref(), Some("rosebud-7-rosebud"));
        done(engine, &demo, Modify { auth_info: Some(domain::NewCode::Fresh), ..nothing("fresh.com") });
        let fresh = shown(engine, &demo, "fresh.com").auth_info.unwrap();
        assert!(fresh.len() >= 16 && fresh != "rosebud-7-rosebud");
    });
}

#[test]
fn privacy_is_bought_once_and_switched_freely() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Kvapi, "demo"));
        let before = balance(engine, &demo);
        let wish = |wish| Modify { privacy: Some(wish), ..nothing("fresh.com") };
        done(engine, &demo, wish(PrivacyWish::On));
        let paid = balance(engine, &demo);
        assert!(paid.amount_e4 < before.amount_e4);
        for (to, after) in
            [(PrivacyWish::To(Privacy::Off), Privacy::Off), (PrivacyWish::On, Privacy::Basic), (PrivacyWish::On, Privacy::Basic)]
        {
            done(engine, &demo, wish(to));
            assert_eq!(shown(engine, &demo, "fresh.com").privacy, after);
        }
        assert_eq!(balance(engine, &demo), paid, "what was bought is switched without cost");
        let pro = engine.run(
            &demo,
            SetProperty {
                pattern: Pattern::Exact("fresh.com".into()),
                property: Property::Privacy,
                setting: Setting::Level(Privacy::Pro),
                client_id: String::new(),
            },
        );
        assert!(matches!(pro, Err(Error::Refused(Refusal::Fields(_)))), "a property does not buy: {pro:?}");
    });
}

#[test]
fn properties_of_one_name_and_of_many() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let set = |pattern: &str, property, setting| {
            let pattern = Pattern::parse(pattern).unwrap();
            let accepted = engine.run(&demo, SetProperty { pattern, property, setting, client_id: String::new() })?;
            Ok::<OrderView, Error>(ended(engine, &demo, &accepted.order))
        };
        let get = |domain: &str, property| engine.run(&demo, GetProperty { name: name(domain), property }).unwrap();
        set("fresh.com", Property::Autorenew, Setting::Off).unwrap();
        assert_eq!(get("fresh.com", Property::Autorenew), "0");
        set("fresh.com", Property::Autorenew, Setting::Default).unwrap();
        assert_eq!(get("fresh.com", Property::Autorenew), "1");
        set("fresh.com", Property::GdprOptIn, Setting::On).unwrap();
        assert_eq!((get("fresh.com", Property::GdprOptIn).as_str(), get("locked.info", Property::GdprOptIn).as_str()), ("1", "0"));
        let tel = set("fresh.com", Property::WhoisOptOut, Setting::On);
        assert!(matches!(tel, Err(Error::Refused(Refusal::NotSupported { .. }))), "{tel:?}");
        // Among many, those that cannot be changed are named and the others are changed.
        let order = set("*.com", Property::Autorenew, Setting::On).unwrap();
        assert!(order.standing == OrderStanding::Succeeded && order.message.contains("redeemable.com"), "{}", order.message);
        let all = engine::order::List { filter: Default::default(), newest_first: true, window: domain::Window { skip: 0, take: 1 } };
        assert_eq!(engine.run(&demo, all).unwrap().rows[0].id, order.id, "many names, one order");
        assert_eq!(shown(engine, &demo, "fresh.com").renewal_mode, RenewalMode::AutoRenew);
        assert_eq!(shown(engine, &demo, "redeemable.com").renewal_mode, RenewalMode::AutoDelete);
        let none = set("nothing-like-*", Property::Autorenew, Setting::On);
        assert!(matches!(none, Err(Error::Refused(Refusal::DomainUnknown { .. }))));
    });
}

#[test]
fn what_is_judged_is_not_done() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let before = (shown(engine, &demo, "fresh.com").renewal_mode, balance(engine, &demo));
        let orders = || {
            let all = engine::order::List { filter: Default::default(), newest_first: true, window: domain::Window { skip: 0, take: 1 } };
            engine.run(&demo, all).unwrap().total
        };
        let count = orders();
        let mode = Modify { renewal_mode: Some(RenewalMode::AutoDelete), ..nothing("fresh.com") };
        assert_eq!(engine.judge(&demo, mode.clone()).unwrap(), None, "it would be granted");
        let privacy = domain::OrderPrivacy {
            name: name("fresh.com"),
            privacy: Privacy::Basic,
            months: None,
            until: None,
            price_limit: None,
            client_id: String::new(),
        };
        assert_eq!(engine.judge(&demo, privacy.clone()).unwrap(), None, "it would be granted");
        let unknown = engine.judge(&demo, nothing("taken.com")).unwrap();
        assert!(matches!(unknown, Some(Refusal::DomainUnknown { .. })), "{unknown:?}");
        assert_eq!((shown(engine, &demo, "fresh.com").renewal_mode, balance(engine, &demo)), before);
        assert_eq!(orders(), count);
        // Nothing of it is left in the way of the real wish.
        engine.run(&demo, privacy).unwrap();
        let reader = engine.authenticate(Channel::Dmapi, &engine::Credentials::Key("demo-key-read".into()), "test").unwrap();
        assert!(matches!(engine.judge(&reader, mode), Err(Error::Refused(Refusal::AccessDenied { .. }))));
    });
}

#[test]
fn who_may_not_spend_may_not_have_names_renewed() {
    let f = Fixture::new();
    let key = engine::Credentials::Key("demo-key-modify".into());
    let actor = f.engine().authenticate(Channel::Dmapi, &key, "test").unwrap();
    let set = |setting| {
        let pattern = Pattern::Exact("soon-gone.net".into());
        f.engine().run(&actor, SetProperty { pattern, property: Property::Autorenew, setting, client_id: String::new() })
    };
    assert!(matches!(set(Setting::On), Err(Error::Refused(Refusal::AccessDenied { access: Access::ModifyOnly }))));
    assert!(set(Setting::Off).is_ok());
    let renewing = f.engine().run(&actor, Modify { renewal_mode: Some(RenewalMode::AutoRenew), ..nothing("soon-gone.net") });
    assert!(matches!(renewing, Err(Error::Refused(Refusal::AccessDenied { .. }))));
}

#[test]
fn a_contact_changes_at_every_registry_that_knows_it() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let tech = handle(engine, &demo);
        let change = |draft: ContactDraft| contact::Modify {
            handle: tech.clone(),
            draft,
            check_only: false,
            terms: Default::default(),
            client_id: String::new(),
        };
        let city = |city: &str| ContactDraft { city: Some(city.into()), fax: Some(String::new()), ..ContactDraft::default() };
        // Nobody knows it yet: done at once.
        let modified = engine.run(&demo, change(city("Bonn"))).unwrap();
        assert_eq!((modified.contact.data.city.as_str(), modified.contact.data.fax.as_str()), ("Bonn", ""));
        done(engine, &demo, Modify { tech: SetChange::whole(vec![ContactRef::Handle(tech.clone())]), ..nothing("fresh.com") });
        // The answer is lost on the way: it is sent again, which changes nothing more.
        engine.faults().add("registry.contact.update", FaultKind::ReplyLost, 1).unwrap();
        let modified = engine.run(&demo, change(city("Aachen"))).unwrap();
        let order = ended(engine, &demo, &modified.order.unwrap());
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        assert_eq!(engine.run(&demo, contact::Info { handle: tech.clone() }).unwrap().data.city, "Aachen");
        // A registrant of a generic name may move, but not become another.
        let owner = shown(engine, &demo, "fresh.com").registrant.handle;
        let other =
            |draft| contact::Modify { handle: owner.clone(), draft, check_only: true, terms: Default::default(), client_id: String::new() };
        assert!(engine.run(&demo, other(city("Cork"))).unwrap().order.is_none());
        let renamed = engine.run(&demo, other(ContactDraft { organization: Some("Another".into()), ..ContactDraft::default() }));
        assert!(renamed.unwrap().owner_change.is_some());
        let rival = engine.run(&f.actor(Channel::Dmapi, "rival"), change(city("Ulm")));
        assert!(matches!(rival, Err(Error::Refused(Refusal::ContactUnknown))));
    });
}

#[test]
fn a_contact_goes_once_nothing_uses_it() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let delete = |handle: &str| engine.run(&demo, contact::Delete { handle: handle.to_owned(), client_id: String::new() });
        let owner = shown(engine, &demo, "fresh.com").registrant.handle;
        assert!(matches!(delete(&owner), Err(Error::Refused(Refusal::InUse { .. }))));
        let tech = handle(engine, &demo);
        let with_tech =
            |handle: &str| Modify { tech: SetChange::whole(vec![ContactRef::Handle(handle.to_owned())]), ..nothing("fresh.com") };
        done(engine, &demo, with_tech(&tech));
        assert!(matches!(delete(&tech), Err(Error::Refused(Refusal::InUse { .. }))));
        done(engine, &demo, with_tech(&owner));
        let copy = engine.run(&demo, CloneOf { handle: tech.clone() }).unwrap();
        assert_ne!(copy.handle, tech);
        let order = delete(&tech).unwrap().order;
        assert_eq!(ended(engine, &demo, &order).standing, OrderStanding::Succeeded);
        assert!(matches!(delete(&tech), Err(Error::Refused(Refusal::ContactUnknown))));
        let taken = engine.run(&demo, contact::Check { handles: vec![tech, copy.handle.clone(), owner] }).unwrap();
        assert_eq!(taken, [false, true, true]);
        assert!(delete(&copy.handle).is_ok());
    });
}

#[test]
fn a_contact_that_an_order_awaits_stays() {
    for (_, location, _database) in testkit::stores() {
        let f = Fixture::asleep(&location, &store::Location::Memory, 9);
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let tech = handle(engine, &demo);
        let change = Modify { tech: SetChange::whole(vec![ContactRef::Handle(tech.clone())]), ..nothing("fresh.com") };
        let order = engine.run(&demo, change).unwrap().order;
        let delete = engine.run(&demo, contact::Delete { handle: tech, client_id: String::new() });
        assert!(matches!(delete, Err(Error::Refused(Refusal::InUse { .. }))), "{delete:?}");
        engine.work_once();
        assert_eq!(ended(engine, &demo, &order).standing, OrderStanding::Succeeded);
    }
}

#[test]
fn hosts_are_made_changed_and_deleted_with_the_registry() {
    on_both(|f| {
        let (engine, demo) = (f.engine(), f.actor(Channel::Dmapi, "demo"));
        let ip = |text: &str| text.parse().unwrap();
        let ns = host("ns1.fresh.com");
        let info = || engine.run(&demo, host::Info { name: ns.clone() });
        let create = |name: &str, address: &str| {
            engine.run(&demo, host::Create { name: host(name), addresses: vec![ip(address)], statuses: vec![], client_id: String::new() })
        };
        engine.faults().add("registry.host.create", FaultKind::ReplyLost, 1).unwrap();
        let order = ended(engine, &demo, &create("ns1.fresh.com", "192.0.2.1").unwrap().order);
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        assert_eq!(info().unwrap().addresses, [ip("192.0.2.1")]);
        assert!(matches!(create("ns1.fresh.com", "192.0.2.1"), Err(Error::Refused(Refusal::AlreadyExists))));
        assert!(matches!(create("ns1.taken.com", "192.0.2.1"), Err(Error::Refused(Refusal::DomainUnknown { .. }))));
        assert!(matches!(create("ns1.demo.de", "192.0.2.1"), Err(Error::Refused(Refusal::NotSupported { .. }))));
        assert!(matches!(create("ns2.fresh.com", "10.0.0.1"), Err(Error::Refused(Refusal::Fields(_)))));
        let v6 = HostAddresses::OfKind { v4: Some(None), v6: Some(Some(ip("2001:db8::1"))) };
        let order = engine
            .run(
                &demo,
                host::Modify { name: ns.clone(), addresses: v6, new_name: None, statuses: SetChange::default(), client_id: String::new() },
            )
            .unwrap()
            .order;
        assert_eq!(ended(engine, &demo, &order).standing, OrderStanding::Succeeded);
        assert_eq!(info().unwrap().addresses, [ip("2001:db8::1")]);
        // A name uses it: it cannot be deleted, only moved out of the way.
        let order = ended(engine, &demo, &create("ns2.fresh.com", "192.0.2.2").unwrap().order);
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        done(engine, &demo, Modify { hosts: SetChange::whole(hosts(&["ns1.fresh.com", "ns2.fresh.com"])), ..nothing("locked.info") });
        let delete = |force| engine.run(&demo, host::Delete { name: ns.clone(), force, client_id: String::new() }).unwrap().order;
        assert_eq!(ended(engine, &demo, &delete(false)).standing, OrderStanding::Failed);
        assert!(info().is_ok());
        let order = ended(engine, &demo, &delete(true));
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
        assert!(matches!(info(), Err(Error::Refused(Refusal::HostUnknown))));
        let list = host::List { pattern: Pattern::All, parent: Some(name("fresh.com")), window: domain::Window::ALL };
        assert_eq!(engine.run(&demo, list).unwrap().rows.len(), 1);
        let rival = engine.run(&f.actor(Channel::Dmapi, "rival"), host::Info { name: host("ns2.fresh.com") });
        assert!(matches!(rival, Err(Error::Refused(Refusal::HostUnknown))));
    });
}
