//! What stands in the commands, and what is made of richer replies.

use std::collections::BTreeSet;

use epp::contact::PostalKind;
use epp::domain::Command as Domain;
use epp::fee::{ChkData, ChkItem, CommandFees, CommandSpec, Fee as WireFee};
use epp::rgp::Restore;
use epp::{Command, CommandExt, ResData, Response, ResponseExt, Status, Verb, contact, domain, host, secdns};
use model::domain::Operation;
use model::{Currency, DomainName, HostName, Money, Months};
use registry::connector::testing::{Cardboard, Said, answer_to, answer_with, contact_data, create_wish};
use registry::connector::{Config, Connector};
use registry::faults::Faults;
use registry::{Answer, Dnssec, FeeQuestion, KrCertificate, Registry, RegistryHost, UpdateDomain};

use super::calls::{self, config, good, host_name, name};

fn willing() -> (Cardboard, Connector) {
    let cardboard = Cardboard::new(|command| Ok(Said::reply(&good(command))));
    let connector = cardboard.connector(config(), &Faults::none());
    (cardboard, connector)
}

fn only(cardboard: &Cardboard) -> Command {
    let mut asked = cardboard.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    asked.remove(0)
}

fn ds(tag: u16) -> Dnssec {
    Dnssec::Ds { key_tag: tag, algorithm: 13, digest_type: 2, digest_hex: "ab".repeat(32) }
}

#[test]
fn a_registration_says_all_of_the_wish() {
    let (cardboard, connector) = willing();
    let mut wish = create_wish();
    wish.contacts.admin = vec!["C-A".to_owned()];
    wish.contacts.tech = vec!["C-T".to_owned(), "C-T2".to_owned()];
    wish.dnssec = vec![ds(1), ds(2)];
    wish.fee = Some(Money::new(1_234_500, Currency::USD));
    wish.kr = Some(KrCertificate { kind: Some("BUSINESS".to_owned()), number: Some("1-2".to_owned()), trustee: false });
    wish.idn_language = Some("ko".to_owned());
    connector.create_domain("id-1", &wish).unwrap();
    let command = only(&cardboard);
    let Verb::Domain(Domain::Create(create)) = &command.verb else { panic!("{command:?}") };
    assert_eq!(create.period, Some(epp::Period::years(1)));
    assert_eq!(create.ns, Some(domain::NameServers::Objects(vec!["ns1.example.net".to_owned()])));
    assert_eq!(create.auth_info.as_pw().unwrap().expose(), "secret-code-of-this-name");
    let roles: Vec<(&str, &str)> = create.contacts.iter().map(|c| (c.role.as_str(), c.id.as_str())).collect();
    assert_eq!(roles, [("admin", "C-A"), ("tech", "C-T"), ("tech", "C-T2")]);
    let [CommandExt::SecDnsCreate(keys), CommandExt::KrCreate(kr), CommandExt::FeeTransform(fee)] = &command.extensions[..] else {
        panic!("{:?}", command.extensions)
    };
    assert_eq!(keys.records.len(), 2);
    assert_eq!((kr.certificate_type.as_deref(), kr.certificate_number.as_deref(), kr.trustee), (Some("BUSINESS"), Some("1-2"), false));
    assert_eq!((fee.currency.as_deref(), fee.fees[0].amount.as_str()), (Some("USD"), "123.45"));
}

/// Fees, DNSSEC and all else stay away unless they are needed.
#[test]
fn a_plain_registration_has_no_extension() {
    let (cardboard, connector) = willing();
    connector.create_domain("id-1", &create_wish()).unwrap();
    assert!(only(&cardboard).extensions.is_empty());
    let (cardboard, connector) = willing();
    connector.check(&[name()], None).unwrap();
    assert!(only(&cardboard).extensions.is_empty());
}

#[test]
fn an_idn_table_is_named_where_the_registry_knows_them() {
    const IDN: &str = "urn:ietf:params:xml:ns:idn-1.0";
    let (cardboard, connector) = willing();
    let mut offered = registry::connector::testing::greeting();
    offered.ext_uris.push(IDN.to_owned());
    cardboard.greets(Said::frame(&epp::write_greeting(&offered).unwrap()));
    let mut wish = create_wish();
    wish.name = DomainName::parse("한국어.com").unwrap();
    wish.idn_language = Some("ko & <co>".to_owned());
    let _ = connector.create_domain("id-1", &wish);
    let command = only(&cardboard);
    let [CommandExt::Unknown { ns, xml }] = &command.extensions[..] else { panic!("{:?}", command.extensions) };
    assert_eq!(ns, IDN);
    assert!(xml.as_str().contains(">ko &amp; &lt;co") && xml.as_str().contains("한국어.com"), "{xml:?}");
}

#[test]
fn an_update_adds_removes_and_replaces() {
    let (cardboard, connector) = willing();
    let host = |text: &str| HostName::parse(text).unwrap();
    let change = UpdateDomain {
        add_hosts: vec![host("ns3.example.net")],
        remove_hosts: vec![host("ns1.example.net")],
        add_statuses: vec!["clientHold".to_owned()],
        registrant: Some("C-NEW".to_owned()),
        auth_info: Some(None),
        add_dnssec: vec![ds(9)],
        remove_all_dnssec: true,
        kr: Some(KrCertificate { kind: None, number: None, trustee: true }),
        ..UpdateDomain::default()
    };
    connector.update_domain("id-1", &name(), &change).unwrap();
    let command = only(&cardboard);
    let Verb::Domain(Domain::Update(update)) = &command.verb else { panic!("{command:?}") };
    assert_eq!(update.add.statuses, [Status::new("clientHold")]);
    assert_eq!(update.rem.ns, Some(domain::NameServers::Objects(vec!["ns1.example.net".to_owned()])));
    assert_eq!(update.chg.auth_info, Some(epp::AuthInfoChange::Null));
    assert_eq!(update.chg.registrant.as_deref(), Some("C-NEW"));
    let [CommandExt::SecDnsUpdate(keys), CommandExt::KrUpdate(kr)] = &command.extensions[..] else { panic!("{:?}", command.extensions) };
    assert_eq!(keys.rem, Some(secdns::Remove::All));
    assert_eq!(keys.add.as_ref().map(|data| data.records.len()), Some(1));
    assert_eq!((kr.certificate_type.as_deref(), kr.trustee), (Some(""), Some(true)));
    assert_eq!(connector.update_domain("id-2", &name(), &UpdateDomain::default()), Ok(Answer::Done(())));
    assert_eq!(cardboard.asked().len(), 1, "a change of nothing is not sent");
}

#[test]
fn contacts_are_int_in_ascii_and_loc_in_any_script() {
    let (cardboard, connector) = willing();
    let mut data = contact_data();
    connector.create_contact("id-1", "DM-1", &data, "secret").unwrap();
    data.city = "서울".to_owned();
    data.organization = "도메인 주식회사".to_owned();
    data.fax = "+82.212345678".to_owned();
    connector.update_contact("id-2", "DM-1", &data).unwrap();
    let asked = cardboard.asked();
    let Verb::Contact(contact::Command::Create(create)) = &asked[0].verb else { panic!() };
    assert_eq!((create.postal[0].kind, create.postal[0].org.as_deref()), (PostalKind::Int, None));
    assert_eq!(create.voice, Some(contact::Phone { number: "+49.301234567".to_owned(), x: Some("8".to_owned()) }));
    assert_eq!(create.fax, None);
    let Verb::Contact(contact::Command::Update(update)) = &asked[1].verb else { panic!() };
    assert_eq!((update.chg.postal[0].kind, update.chg.postal[0].org.as_deref()), (PostalKind::Loc, Some("도메인 주식회사")));
    assert_eq!(update.chg.fax.as_ref().map(|fax| fax.number.as_str()), Some("+82.212345678"));
    for bad in ["ab", "seventeen-letters"] {
        assert!(connector.create_contact("id-3", bad, &data, "secret").is_err(), "{bad}");
    }
}

#[test]
fn hosts_are_updated_by_their_difference() {
    let (cardboard, connector) = willing();
    let wish = |list: &[&str]| RegistryHost {
        name: host_name(),
        addresses: list.iter().map(|text| text.parse().unwrap()).collect(),
        statuses: Vec::new(),
    };
    assert_eq!(connector.update_host("id-1", &wish(&["192.0.2.1"])), Ok(Answer::Done(())));
    assert_eq!(cardboard.asked().len(), 1, "it has that address already");
    connector.update_host("id-2", &wish(&["192.0.2.9", "2001:db8::9"])).unwrap();
    let asked = cardboard.asked();
    let Verb::Host(host::Command::Update(update)) = &asked[2].verb else { panic!("{asked:?}") };
    let texts = |part: &host::AddRem| part.addrs.iter().map(|addr| addr.addr.clone()).collect::<Vec<_>>();
    assert_eq!((texts(&update.add), texts(&update.rem)), (vec!["192.0.2.9".into(), "2001:db8::9".into()], vec!["192.0.2.1".into()]));
}

#[test]
fn checks_go_in_batches_and_keep_their_order() {
    let (cardboard, _) = willing();
    let connector = cardboard.connector(Config { check_names_max: 3, ..config() }, &Faults::none());
    let names: Vec<DomainName> = (0..8).map(|n| DomainName::parse(&format!("n{n}.com")).unwrap()).collect();
    let found = connector.check(&names, None).unwrap();
    assert_eq!(found.iter().map(|item| &item.name).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    assert_eq!(cardboard.asked().len(), 3);
    let ids: BTreeSet<_> = cardboard.told().into_iter().map(|command| command.cltrid).collect();
    assert_eq!(ids.len(), cardboard.told().len(), "every transaction id is used once");
    assert_eq!(connector.check(&[], None), Ok(Vec::new()));
    assert_eq!(cardboard.asked().len(), 3);
}

#[test]
fn fees_are_asked_and_read() {
    let months = Months::new(24).unwrap();
    let question = FeeQuestion { operation: Operation::Register, months };
    let cardboard = Cardboard::new(move |command| {
        let Verb::Domain(Domain::Check(names)) = &command.verb else { panic!() };
        let [CommandExt::FeeCheck(check)] = &command.extensions[..] else { panic!("{command:?}") };
        assert_eq!(check.commands, [CommandSpec::new("create", Some(epp::Period::years(2)))]);
        let fees = CommandFees {
            spec: check.commands[0].clone(),
            fees: vec![WireFee::new("100.00"), WireFee::new("0.5000")],
            ..CommandFees::default()
        };
        let item = ChkItem {
            object: names[0].to_uppercase(),
            element: None,
            avail: true,
            class: Some("premium".to_owned()),
            commands: vec![fees],
            reason: None,
        };
        let fees = ChkData { currency: "USD".to_owned(), items: vec![item] };
        Ok(Said::reply(&Response { extensions: vec![ResponseExt::FeeCheck(fees)], ..good(command) }))
    });
    let connector = cardboard.connector(config(), &Faults::none());
    let found = connector.check(&[name()], Some(&question)).unwrap();
    assert!(found[0].available && found[0].is_premium());
    let fee = &found[0].fees[0];
    assert_eq!((fee.operation, fee.months, fee.amount), (Operation::Register, months, Money::new(1_005_000, Currency::USD)));
}

#[test]
fn fees_are_not_asked_where_none_are_told() {
    let (cardboard, connector) = willing();
    let mut offered = registry::connector::testing::greeting();
    offered.ext_uris.clear();
    cardboard.greets(Said::frame(&epp::write_greeting(&offered).unwrap()));
    let question = FeeQuestion { operation: Operation::Renew, months: Months::new(12).unwrap() };
    let found = connector.check(&[name()], Some(&question)).unwrap();
    assert!(found[0].available && found[0].fees.is_empty() && !found[0].is_premium());
    assert!(only(&cardboard).extensions.is_empty());
}

/// The RFC's two steps, the one step of registries that want no report, and a repetition that finds the request already made.
#[test]
fn a_restore_is_requested_and_reported() {
    let steps = |reports: bool, shown: &'static [&'static str], told: &'static [&'static str]| {
        let mut infos = shown.iter();
        let cardboard = Cardboard::new(move |command| {
            let reply = match (&command.verb, &command.extensions[..]) {
                (Verb::Domain(Domain::Info(_)), _) => {
                    let Some(data @ ResData::DomainInfo(_)) = good(command).res_data else { panic!() };
                    let word = Status::new(*infos.next().expect("no more infos than the table foresees"));
                    Response { extensions: vec![ResponseExt::RgpInfo(vec![word])], ..answer_with(command, data) }
                }
                (_, [CommandExt::RgpRestore(Restore::Request)]) if told.is_empty() => answer_to(command, 1000),
                (_, [CommandExt::RgpRestore(Restore::Request)]) => {
                    let list = told.iter().map(|word| Status::new(*word)).collect();
                    Response { extensions: vec![ResponseExt::RgpUpdate(list)], ..answer_to(command, 1000) }
                }
                _ => answer_to(command, 1000),
            };
            Ok(Said::reply(&reply))
        });
        let connector = cardboard.connector(Config { restore_report: reports, ..config() }, &Faults::none());
        let answer = connector.restore_domain("id-1", &name(), None).unwrap();
        let steps: Vec<String> = cardboard
            .asked()
            .into_iter()
            .filter_map(|command| match &command.extensions[..] {
                [CommandExt::RgpRestore(Restore::Request)] => Some(format!("request {}", command.cltrid.unwrap())),
                [CommandExt::RgpRestore(Restore::Report(report))] => {
                    assert_eq!(report.statements.len(), 2);
                    assert_eq!(report.res_time, "2031-03-01T12:00:00Z");
                    assert!(report.pre_data.as_str().contains("wished.com"));
                    Some(format!("report {}", command.cltrid.unwrap()))
                }
                _ => None,
            })
            .collect();
        (answer, steps)
    };
    let both = vec!["request id-1".to_owned(), "report id-1-report".to_owned()];
    let (request, report) = (both[..1].to_vec(), both[1..].to_vec());
    const REDEMPTION: &str = "redemptionPeriod";
    assert_eq!(steps(true, &[REDEMPTION], &["pendingRestore"]), (Answer::Done(()), both.clone()));
    assert_eq!(steps(true, &[REDEMPTION], &["ok"]), (Answer::Done(()), request.clone()));
    // The registry says nothing about it, so that it is asked.
    assert_eq!(steps(true, &[REDEMPTION, "pendingRestore"], &[]), (Answer::Done(()), both));
    assert_eq!(steps(true, &[REDEMPTION, "addPeriod"], &[]), (Answer::Done(()), request.clone()));
    assert_eq!(steps(true, &["pendingRestore"], &[]), (Answer::Done(()), report));
    assert_eq!(steps(false, &[REDEMPTION], &["pendingRestore"]), (Answer::Done(()), request));
    assert_eq!(steps(false, &["pendingRestore"], &[]), (Answer::Deferred, Vec::new()));
}

#[test]
fn a_long_transaction_id_leaves_room_for_the_reports() {
    let cardboard = Cardboard::new(|command| {
        let pending = vec![ResponseExt::RgpUpdate(vec![Status::new("pendingRestore")])];
        Ok(Said::reply(&if calls::is_transform(command) { Response { extensions: pending, ..good(command) } } else { good(command) }))
    });
    let connector = cardboard.connector(config(), &Faults::none());
    let id = "x".repeat(64);
    connector.restore_domain(&id, &name(), None).unwrap();
    let ids: Vec<String> = cardboard.asked().into_iter().filter(calls::is_transform).map(|command| command.cltrid.unwrap()).collect();
    assert_eq!(ids, [id.clone(), format!("{}-report", &id[..57])]);
}

#[test]
fn deferred_answers_are_deferred() {
    let cardboard = Cardboard::new(|command| Ok(Said::reply(&answer_to(command, 1001))));
    let connector = cardboard.connector(config(), &Faults::none());
    assert_eq!(connector.create_domain("id-1", &create_wish()), Ok(Answer::Deferred));
    assert_eq!(connector.renew_domain("id-1", &calls::renewal()), Ok(Answer::Deferred));
    assert_eq!(connector.delete_domain("id-1", &name()), Ok(Answer::Deferred));
    assert_eq!(connector.request_transfer("id-1", &name(), "code", None, None), Ok(Answer::Deferred));
    assert_eq!(connector.delete_host("id-1", &host_name()), Ok(Answer::Deferred));
}

#[test]
fn an_empty_queue_has_no_message() {
    let cardboard = Cardboard::new(|command| Ok(Said::reply(&answer_to(command, 1300))));
    assert_eq!(cardboard.connector(config(), &Faults::none()).poll(), Ok(None));
}
