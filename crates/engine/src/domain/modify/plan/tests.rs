//! Tables of what a change of a domain means.

use super::*;
use crate::domain::modify::SetChange;
use model::DomainName;
use model::policy::ZoneSet;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn domain(name: &str) -> Domain {
    Domain {
        contacts: r#"{"admin":[1],"tech":[1],"billing":[1]}"#.into(),
        hosts: "ns1.example.net ns2.example.net".into(),
        created_at: at("2026-01-01T00:00:00Z"),
        ..crate::domain::renew::tests::domain(name, "2028-01-01T00:00:00Z")
    }
}

fn decided(domain: &Domain, request: &Modify, owner: Option<(&str, OwnerKind)>) -> Result<Plan, Refusal> {
    decided_under(domain, request, owner, &[])
}

fn decided_under(domain: &Domain, request: &Modify, owner: Option<(&str, OwnerKind)>, holds: &[HoldReason]) -> Result<Plan, Refusal> {
    let zones = ZoneSet::embedded().unwrap();
    let zone = zones.get(&domain.zone).unwrap();
    let holder = ("KR", OwnerKind::Organization);
    let facts = Facts { domain, zone, owner, holder, counts: [None; 3], bought: None, holds, now: at("2027-01-01T00:00:00Z") };
    decide(&facts, request, vec![])
}

fn wish(domain: &Domain) -> Modify {
    Modify::nothing(DomainName::parse(&domain.name).unwrap())
}

fn fields(result: Result<Plan, Refusal>) -> Vec<Field> {
    match result {
        Err(Refusal::Fields(problems)) => problems.into_iter().map(|p| p.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_asked_is_nothing_changed() {
    let com = domain("example.com");
    let plan = decided(&com, &wish(&com), None).unwrap();
    assert!(plan.hosts.is_none() && plan.dnssec.is_none() && plan.statuses.is_none() && plan.lock.is_none());
    assert!(plan.fields.is_none() && plan.trustee.is_none() && plan.privacy.is_none());
    // The same again is nothing either.
    let hosts = ["ns1.example.net", "ns2.example.net"].map(|h| HostName::parse(h).unwrap());
    let same = Modify { hosts: SetChange::whole(hosts.to_vec()), transfer_lock: Some(false), ..wish(&com) };
    let plan = decided(&com, &same, None).unwrap();
    assert!(plan.hosts.is_none() && plan.lock.is_none());
}

#[test]
fn the_holders_lock_and_the_status_are_one_and_leave_other_reasons_alone() {
    let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let mut com = domain("example.com");
    com.locks = "owner-change".into();
    let on = Modify { statuses: SetChange { add: words(&["registrar-lock", "clienthold"]), ..SetChange::default() }, ..wish(&com) };
    let plan = decided(&com, &on, None).unwrap();
    assert_eq!((plan.lock, plan.statuses), (Some(true), Some(words(&["clientHold"]))));
    // Only the holder's own reason is the holder's to lift.
    let off = Modify { statuses: SetChange { remove: words(&["clientTransferProhibited"]), ..SetChange::default() }, ..wish(&com) };
    assert_eq!(decided(&com, &off, None).unwrap().lock, None);
    com.locks = "user owner-change".into();
    assert_eq!(decided(&com, &off, None).unwrap().lock, Some(false));
    let whole = Modify { statuses: SetChange::whole(vec![]), ..wish(&com) };
    assert_eq!(decided(&com, &whole, None).unwrap().lock, Some(false));
    let server = Modify { statuses: SetChange { add: words(&["serverHold"]), ..SetChange::default() }, ..wish(&com) };
    assert_eq!(fields(decided(&com, &server, None)), [Field::Status]);
    let de = domain("example.de");
    assert_eq!(fields(decided(&de, &Modify { transfer_lock: Some(true), ..wish(&de) }, None)), [Field::TransferLock]);
}

#[test]
fn statuses_forbid_changes_but_not_their_own_end() {
    assert_eq!(forbidding("clientHold pendingTransfer", None), Some("pendingTransfer"));
    assert_eq!(forbidding("clientUpdateProhibited", None), Some("clientUpdateProhibited"));
    assert_eq!(forbidding("clientUpdateProhibited", Some(&[])), None);
    assert_eq!(forbidding("clientHold serverTransferProhibited", None), None);
}

#[test]
fn members_come_and_go() {
    let com = domain("example.com");
    let host = |h: &str| HostName::parse(h).unwrap();
    let swap = SetChange { add: vec![host("ns3.example.net")], remove: vec![host("ns1.example.net")], whole: None };
    let plan = decided(&com, &Modify { hosts: swap, ..wish(&com) }, None).unwrap();
    assert_eq!(plan.hosts.unwrap(), [host("ns2.example.net"), host("ns3.example.net")]);
    let absent = SetChange { remove: vec![host("ns9.example.net")], ..SetChange::default() };
    assert_eq!(fields(decided(&com, &Modify { hosts: absent, ..wish(&com) }, None)), [Field::NameServers]);
    let twice = SetChange::whole(vec![host("ns1.example.net"), host("ns1.example.net")]);
    assert_eq!(fields(decided(&com, &Modify { hosts: twice, ..wish(&com) }, None)), [Field::NameServers]);
}

#[test]
fn keys_are_of_the_zones_kind() {
    let ds = |tag, digest: &str| DnssecRecord::Ds { key_tag: tag, algorithm: 13, digest_type: 2, digest_hex: digest.into() };
    let key = DnssecRecord::Key { flags: 257, protocol: 3, algorithm: 8, public_key: "AwEAAQ==".into() };
    let mut com = domain("example.com");
    com.dnssec = serde_json::to_string(&[ds(1, "AA")]).unwrap();
    let set = |records: Vec<DnssecRecord>| Modify { dnssec: SetChange::whole(records), ..wish(&com) };
    assert_eq!(decided(&com, &set(vec![ds(1, "aa")]), None).unwrap().dnssec, None);
    assert_eq!(decided(&com, &set(vec![]), None).unwrap().dnssec, Some(vec![]));
    // A zone that takes digests is given the key's, once for any spelling of both.
    let made = decided(&com, &set(vec![key.clone(), key.clone()]), None).unwrap().dnssec.unwrap();
    assert!(matches!(made.as_slice(), [DnssecRecord::Ds { algorithm: 8, digest_type: 2, .. }]), "{made:?}");
    let no_zone_key = DnssecRecord::Key { flags: 0, protocol: 3, algorithm: 8, public_key: "AwEAAQ==".into() };
    assert_eq!(fields(decided(&com, &set(vec![no_zone_key]), None)), [Field::DnssecKey(0)]);
    // A record that goes and comes in one request stays (CentralNic's sample).
    let again = SetChange { add: vec![ds(1, "AA")], remove: vec![ds(1, "AA")], whole: None };
    assert_eq!(decided(&com, &Modify { dnssec: again, ..wish(&com) }, None).unwrap().dnssec, None);
    let de = domain("example.de");
    let keyed = Modify { dnssec: SetChange::whole(vec![key]), ..wish(&de) };
    assert!(decided(&de, &keyed, None).unwrap().dnssec.is_some());
    let eight = Modify { dnssec: SetChange::whole((0..8).map(|n| ds(n, "AA")).collect()), ..wish(&com) };
    assert_eq!(fields(decided(&com, &eight, None)), [Field::DnssecDs(0)]);
}

#[test]
fn a_new_owner_comes_with_the_fields_of_the_zone() {
    let mut kr = domain("example.or.kr");
    let fields_before = vec![("X-KR-CTFY-TYPE".to_owned(), "UNIQUE".to_owned()), ("X-KR-CTFY-NO".to_owned(), "1".to_owned())];
    kr.fields = serde_json::to_string(&fields_before).unwrap();
    let korean = Some(("KR", OwnerKind::Organization));
    // The zone's fields come again with a new owner.
    let missing = fields(decided(&kr, &wish(&kr), korean));
    assert_eq!(missing, [Field::Extension("X-KR-CTFY-TYPE".into()), Field::Extension("X-KR-CTFY-NO".into())]);
    let certified = vec![("x-kr-ctfy-type".to_owned(), "CORP".to_owned()), ("x-kr-ctfy-no".to_owned(), "9".to_owned())];
    let plan = decided(&kr, &Modify { fields: certified.clone(), ..wish(&kr) }, korean).unwrap();
    assert_eq!(plan.fields.unwrap(), [("X-KR-CTFY-TYPE".to_owned(), "CORP".to_owned()), ("X-KR-CTFY-NO".to_owned(), "9".to_owned())]);
    assert_eq!(fields(decided(&kr, &Modify { fields: certified, ..wish(&kr) }, Some(("DE", OwnerKind::Person)))), [Field::Registrant]);
    let trusting = vec![("X-KR-ACCEPT-TRUSTEE-TAC".to_owned(), "1".to_owned())];
    let plan = decided(&kr, &Modify { fields: trusting, ..wish(&kr) }, Some(("DE", OwnerKind::Person))).unwrap();
    assert_eq!(plan.trustee, Some(true));
    // For any other change the fields in force count.
    let number = vec![("X-KR-CTFY-NO".to_owned(), "2".to_owned())];
    let plan = decided(&kr, &Modify { fields: number, ..wish(&kr) }, None).unwrap();
    assert!(plan.fields.unwrap().contains(&("X-KR-CTFY-NO".to_owned(), "2".to_owned())));
}

#[test]
fn bought_privacy_is_switched_and_any_other_is_bought() {
    let mut com = domain("example.com");
    let wanted = |level, com: &Domain| Modify { privacy: Some(PrivacyWish::To(level)), ..wish(com) };
    assert_eq!(decided(&com, &wanted(Privacy::Basic, &com), None).unwrap().privacy, Some(PrivacyStep::Buy(Privacy::Basic)));
    (com.privacy, com.privacy_until_at) = (Privacy::Pro, Some(com.expires_at));
    assert_eq!(decided(&com, &wanted(Privacy::Basic, &com), None).unwrap().privacy, Some(PrivacyStep::Switch(Privacy::Basic)));
    assert_eq!(decided(&com, &wanted(Privacy::Off, &com), None).unwrap().privacy, Some(PrivacyStep::Switch(Privacy::Off)));
    assert_eq!(decided(&com, &wanted(Privacy::Pro, &com), None).unwrap().privacy, None);
    com.privacy = Privacy::Basic;
    assert_eq!(decided(&com, &wanted(Privacy::Pro, &com), None).unwrap().privacy, Some(PrivacyStep::Buy(Privacy::Pro)));
    (com.privacy, com.privacy_until_at) = (Privacy::Basic, Some(at("2026-12-31T00:00:00Z")));
    assert_eq!(decided(&com, &wanted(Privacy::Pro, &com), None).unwrap().privacy, Some(PrivacyStep::Buy(Privacy::Pro)));
}

#[test]
fn every_problem_is_told() {
    let com = domain("example.com");
    let all = Modify {
        hosts: SetChange::whole((0..14).map(|n| HostName::parse(&format!("ns{n}.example.net")).unwrap()).collect()),
        auth_info: Some(NewCode::Given("x".into())),
        registrar_tag: Some("T".into()),
        ..wish(&com)
    };
    assert_eq!(fields(decided(&com, &all, None)), [Field::NameServers, Field::RegistrarTag, Field::AuthInfo]);
}

#[test]
fn the_hold_of_a_suspended_name_is_not_the_holders() {
    use HoldReason::{User, Verification};
    let mut d = domain("example.kr");
    d.statuses = "clientHold".into();
    let changed = |add: &[&str], remove: &[&str], whole: Option<&[&str]>, holds: &[HoldReason]| {
        let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let statuses = SetChange { whole: whole.map(words), add: words(add), remove: words(remove) };
        decided_under(&d, &Modify { statuses, ..wish(&d) }, None, holds)
    };
    // Nothing but its own hold: it comes and goes as any status does.
    assert_eq!(changed(&[], &["clientHold"], None, &[]).unwrap().statuses, Some(vec![]));
    // Suspended: not to be lifted by the reseller, in either spelling, and not by leaving it out.
    for word in ["clienthold", "registrar-hold"] {
        assert!(matches!(changed(&[], &[word], None, &[Verification]), Err(Refusal::StatusForbids { .. })), "{word}");
    }
    let left_out = changed(&[], &[], Some(&["clientDeleteProhibited"]), &[Verification]).unwrap();
    assert_eq!((left_out.statuses, left_out.own_hold), (Some(vec!["clientDeleteProhibited".into(), "clientHold".into()]), None));
    // The holder's own hold beside it comes and goes by itself.
    let (added, removed) =
        (changed(&["clientHold"], &[], None, &[Verification]), changed(&[], &["clientHold"], None, &[User, Verification]));
    let (added, removed) = (added.unwrap(), removed.unwrap());
    assert_eq!((added.statuses, added.own_hold), (None, Some(true)));
    assert_eq!((removed.statuses, removed.own_hold), (None, Some(false)));
}
