//! Every call of the trait, with the replies that please it.

use epp::domain::{Command as Domain, InfData, RenData};
use epp::{CheckItem, Command, CreData, HostAddr, MsgQ, Poll, ResData, Response, TransferOp, TrnData, Verb, codes, contact, domain, host};
use model::{DomainName, HostName, Months, Timestamp};
use registry::connector::testing::{answer_to, answer_with, contact_data, create_wish};
use registry::connector::{Config, Connector};
use registry::{Answer, Registry, RegistryHost, RenewDomain, TransferAction, Trouble, UpdateDomain};

pub const CREATED: &str = "2031-03-01T12:00:00Z";
pub const EXPIRES: &str = "2032-03-01T12:00:00Z";

pub type Call = fn(&Connector) -> Result<(), Trouble>;

/// Limits as in a process of its own, but nothing waits between log-ins.
pub fn config() -> Config {
    Config::in_process("cardboard", "domesday", "domesday-epp")
}

pub fn name() -> DomainName {
    create_wish().name
}

pub fn host_name() -> HostName {
    HostName::parse("ns1.wished.com").unwrap()
}

pub fn renewal() -> RenewDomain {
    RenewDomain { name: name(), current_expiry: Timestamp::parse_rfc3339(CREATED).unwrap(), months: Months::new(12).unwrap(), fee: None }
}

fn hold() -> UpdateDomain {
    UpdateDomain { add_statuses: vec!["clientHold".to_owned()], ..UpdateDomain::default() }
}

fn glue() -> RegistryHost {
    RegistryHost { name: host_name(), addresses: vec!["192.0.2.7".parse().unwrap()], statuses: Vec::new() }
}

/// Calls that change nothing.
pub const QUERIES: [(&str, Call); 6] = [
    ("check", |c| c.check(&[name()], None).map(drop)),
    ("domain", |c| c.domain(&name(), None).map(drop)),
    ("transfer", |c| c.transfer(&name(), None).map(drop)),
    ("contact", |c| c.contact("DM-1").map(drop)),
    ("host", |c| c.host(&host_name()).map(drop)),
    ("poll", |c| c.poll().map(drop)),
];

/// Calls that change something.
pub const TRANSFORMS: [(&str, Call); 14] = [
    ("create_domain", |c| c.create_domain("id-1", &create_wish()).map(drop)),
    ("renew_domain", |c| c.renew_domain("id-1", &renewal()).map(drop)),
    ("update_domain", |c| c.update_domain("id-1", &name(), &hold()).map(drop)),
    ("delete_domain", |c| c.delete_domain("id-1", &name()).map(drop)),
    ("restore_domain", |c| c.restore_domain("id-1", &name(), None).map(drop)),
    ("request_transfer", |c| c.request_transfer("id-1", &name(), "code", None, None).map(drop)),
    ("act_on_transfer", |c| c.act_on_transfer("id-1", &name(), TransferAction::Approve).map(drop)),
    ("create_contact", |c| c.create_contact("id-1", "DM-1", &contact_data(), "secret").map(drop)),
    ("update_contact", |c| c.update_contact("id-1", "DM-1", &contact_data()).map(drop)),
    ("delete_contact", |c| c.delete_contact("id-1", "DM-1").map(drop)),
    ("create_host", |c| c.create_host("id-1", &glue()).map(drop)),
    ("update_host", |c| c.update_host("id-1", &glue()).map(drop)),
    ("delete_host", |c| c.delete_host("id-1", &host_name()).map(drop)),
    ("acknowledge", |c| c.acknowledge("77")),
];

/// Whether the command changes something.
pub fn is_transform(command: &Command) -> bool {
    match &command.verb {
        Verb::Poll(poll) => matches!(poll, Poll::Ack { .. }),
        Verb::Domain(body) => !matches!(body, Domain::Check(_) | Domain::Info(_) | Domain::Transfer { op: TransferOp::Query, .. }),
        Verb::Host(body) => !matches!(body, host::Command::Check(_) | host::Command::Info { .. }),
        Verb::Contact(body) => !matches!(body, contact::Command::Check(_) | contact::Command::Info(_)),
        Verb::Login(_) | Verb::Logout => false,
    }
}

/// The reply of a registry that does what it is told.
pub fn good(command: &Command) -> Response {
    let text = str::to_owned;
    let wished = || text("wished.com");
    let data = match &command.verb {
        Verb::Domain(Domain::Check(names)) => {
            ResData::DomainCheck(names.iter().map(|name| CheckItem { object: name.clone(), avail: true, reason: None }).collect())
        }
        Verb::Domain(Domain::Info(_)) => ResData::DomainInfo(Box::new(InfData {
            name: wished(),
            roid: text("D1-X"),
            cl_id: text("domesday"),
            cr_date: Some(text(CREATED)),
            ex_date: Some(text(EXPIRES)),
            ..InfData::default()
        })),
        Verb::Domain(Domain::Create(_)) => {
            ResData::DomainCreate(CreData { object: text("WISHED.com"), cr_date: text(CREATED), ex_date: Some(text(EXPIRES)) })
        }
        Verb::Domain(Domain::Renew(_)) => ResData::DomainRenew(RenData { name: wished(), ex_date: Some(text(EXPIRES)) }),
        Verb::Domain(Domain::Transfer { op, .. }) => {
            let reply = answer_with(command, ResData::DomainTransfer(pending()));
            return match op {
                TransferOp::Request => Response { results: answer_to(command, codes::SUCCESS_PENDING).results, ..reply },
                _ => reply,
            };
        }
        Verb::Contact(contact::Command::Info(_)) => ResData::ContactInfo(Box::new(contact::InfData {
            id: text("DM-1"),
            roid: text("C1-X"),
            cl_id: text("domesday"),
            cr_id: text("domesday"),
            cr_date: text(CREATED),
            email: text("erika@example.com"),
            postal: vec![contact::PostalInfo {
                kind: contact::PostalKind::Int,
                name: text("Erika Mustermann"),
                org: None,
                addr: contact::Addr { city: text("Berlin"), cc: text("DE"), ..contact::Addr::default() },
            }],
            ..contact::InfData::default()
        })),
        Verb::Contact(contact::Command::Create(_)) => {
            ResData::ContactCreate(CreData { object: text("DM-1"), cr_date: text(CREATED), ex_date: None })
        }
        Verb::Host(host::Command::Info { .. }) => ResData::HostInfo(Box::new(host::InfData {
            name: text("ns1.wished.com"),
            roid: text("H1-X"),
            addrs: vec![HostAddr::from("192.0.2.1".parse::<std::net::IpAddr>().unwrap())],
            cl_id: text("domesday"),
            cr_id: text("domesday"),
            cr_date: text(CREATED),
            ..host::InfData::default()
        })),
        Verb::Host(host::Command::Create(_)) => {
            ResData::HostCreate(CreData { object: text("ns1.wished.com"), cr_date: text(CREATED), ex_date: None })
        }
        Verb::Poll(Poll::Request) => {
            let queue = MsgQ { count: 2, id: text("77"), qdate: Some(text(CREATED)), msg: Some(text("News.")), lang: None };
            return Response { msg_queue: Some(queue), ..answer_to(command, codes::SUCCESS_ACK_TO_DEQUEUE) };
        }
        _ => return answer_to(command, codes::SUCCESS),
    };
    answer_with(command, data)
}

/// A transfer that we asked for.
pub fn pending() -> TrnData {
    TrnData {
        object: "wished.com".to_owned(),
        tr_status: "pending".to_owned(),
        re_id: "domesday".to_owned(),
        re_date: CREATED.to_owned(),
        ac_id: "outsider".to_owned(),
        ac_date: "2031-03-06T12:00:00Z".to_owned(),
        ex_date: Some(EXPIRES.to_owned()),
    }
}

/// Every call succeeds when the registry does what it is told: the tables of failures would prove nothing otherwise.
#[test]
fn every_call_can_succeed() {
    for (what, call) in QUERIES.into_iter().chain(TRANSFORMS) {
        let cardboard =
            registry::connector::testing::Cardboard::new(|command| Ok(registry::connector::testing::Said::reply(&good(command))));
        let connector = cardboard.connector(config(), &registry::faults::Faults::none());
        assert_eq!(call(&connector), Ok(()), "{what}");
        assert_eq!(cardboard.dials(), 1, "{what}");
    }
}

/// The answers hold what the registry said.
#[test]
fn answers_hold_what_was_said() {
    let cardboard = registry::connector::testing::Cardboard::new(|command| Ok(registry::connector::testing::Said::reply(&good(command))));
    let connector = cardboard.connector(config(), &registry::faults::Faults::none());
    let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    match connector.create_domain("id-1", &create_wish()) {
        Ok(Answer::Done(created)) => assert_eq!((created.created, created.expires), (at(CREATED), at(EXPIRES))),
        other => panic!("{other:?}"),
    }
    assert_eq!(connector.renew_domain("id-2", &renewal()), Ok(Answer::Done(at(EXPIRES))));
    match connector.request_transfer("id-3", &name(), "code", Months::new(12), None) {
        Ok(Answer::Done(transfer)) => assert_eq!((transfer.status.as_str(), transfer.requested_by.as_str()), ("pending", "domesday")),
        other => panic!("{other:?}"),
    }
    let message = connector.poll().unwrap().unwrap();
    assert_eq!((message.id.as_str(), message.count, message.text.as_str()), ("77", 2, "News."));
    assert!(epp::read_response(&message.frame).is_ok());
    let found = connector.domain(&name(), None).unwrap().unwrap();
    assert_eq!((found.sponsor.as_str(), found.expires), ("domesday", Some(at(EXPIRES))));
    let sent: Vec<Option<String>> = cardboard.asked().into_iter().map(|command| command.cltrid).collect();
    assert_eq!(&sent[..3], [Some("id-1".to_owned()), Some("id-2".to_owned()), Some("id-3".to_owned())]);
    assert!(
        matches!(&cardboard.asked()[1].verb, Verb::Domain(Domain::Renew(domain::Renew { cur_exp_date, .. })) if cur_exp_date == "2031-03-01")
    );
}
