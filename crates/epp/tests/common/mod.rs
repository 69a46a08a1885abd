//! Sample frames of every kind, shared by the tests.
#![allow(dead_code)]

use epp::command::{ClientFrame, Command, CommandExt, Login, Poll, Verb};
use epp::contact::{Addr, Disclose, IdAuth, Phone, PostalChange, PostalInfo, PostalKind};
use epp::domain::{AddRem, Change, ContactRef, ContactRole, HostAttr, Hosts, NameServers};
use epp::fee::{ChkData, ChkItem, CommandFees, CommandSpec, Credit, Fee, Outcome, OutcomeVerb, Transform, TransformVerb};
use epp::rgp::{Report, Restore};
use epp::secdns::{Data, DsData, KeyData, Records, Remove};
use epp::*;

pub const DAY: &str = "2026-11-21T09:30:00.5Z";

pub fn command(verb: impl Into<Verb>) -> Command {
    Command::new(verb, "DOM-0001-abc")
}

fn ds(key: bool) -> DsData {
    DsData {
        key_tag: 60485,
        alg: 13,
        digest_type: 2,
        digest: "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A".into(),
        key_data: key.then(dnskey),
    }
}

fn dnskey() -> KeyData {
    KeyData { flags: 257, protocol: 3, alg: 13, pub_key: "AQPJ////4Q==".into() }
}

pub fn addr() -> Addr {
    Addr {
        street: vec!["테헤란로 1".into(), "2층".into()],
        city: "서울".into(),
        sp: Some("강남구".into()),
        pc: Some("06000".into()),
        cc: "KR".into(),
    }
}

pub fn postal() -> Vec<PostalInfo> {
    vec![
        PostalInfo {
            kind: PostalKind::Int,
            name: "Hong Gildong".into(),
            org: Some("Example & Sons <Ltd>".into()),
            addr: Addr { street: vec!["1 Teheran-ro".into()], city: "Seoul".into(), sp: None, pc: None, cc: "KR".into() },
        },
        PostalInfo { kind: PostalKind::Loc, name: "홍길동".into(), org: None, addr: addr() },
    ]
}

fn phone() -> Phone {
    Phone { number: "+82.212345678".into(), x: Some("12".into()) }
}

fn statuses(words: &[&str]) -> Vec<Status> {
    let mut list: Vec<Status> = words.iter().map(|word| Status::new(*word)).collect();
    if let Some(first) = list.first_mut() {
        first.lang = Some("ko".into());
        first.text = "요금 미납".into();
    }
    list
}

fn contacts() -> Vec<ContactRef> {
    [(ContactRole::Admin, "adm-1"), (ContactRole::Billing, "bil-1"), (ContactRole::Tech, "tec-1")]
        .into_iter()
        .map(|(role, id)| ContactRef { role, id: id.into() })
        .collect()
}

fn objects() -> Option<NameServers> {
    Some(NameServers::Objects(vec!["ns1.example.com".into(), "ns2.example.com".into()]))
}

fn glue() -> Vec<HostAddr> {
    vec![HostAddr { version: IpVersion::V4, addr: "192.0.2.1".into() }, HostAddr { version: IpVersion::V6, addr: "2001:db8::1".into() }]
}

fn attributes() -> Option<NameServers> {
    Some(NameServers::Attributes(vec![
        HostAttr { name: "ns1.example.com".into(), addrs: glue() },
        HostAttr { name: "ns.other.net".into(), addrs: vec![] },
    ]))
}

pub fn domain_create() -> domain::Create {
    domain::Create {
        name: "example.com".into(),
        period: Some(Period::years(2)),
        ns: objects(),
        registrant: Some("reg-1".into()),
        contacts: contacts(),
        auth_info: AuthInfo::pw("a&b<\"c\">]]>"),
    }
}

pub fn contact_create() -> contact::Create {
    contact::Create {
        id: "con-1".into(),
        postal: postal(),
        voice: Some(phone()),
        fax: Some(Phone { number: "+82.212345679".into(), x: None }),
        email: "hong@example.kr".into(),
        auth_info: AuthInfo::Pw { pw: "secret-2".into(), roid: Some("CON1-REP".into()) },
        disclose: Some(Disclose {
            flag: false,
            name_int: true,
            name_loc: true,
            addr_loc: true,
            voice: true,
            email: true,
            ..Disclose::default()
        }),
    }
}

fn fees() -> Vec<Fee> {
    vec![
        Fee::new("5.00"),
        Fee {
            amount: "0.0001".into(),
            description: Some("Premium \"surcharge\"".into()),
            lang: Some("en".into()),
            refundable: Some(true),
            grace_period: Some("P5D".into()),
            applied: Some("delayed".into()),
        },
    ]
}

fn credits() -> Vec<Credit> {
    vec![Credit { amount: "-1.25".into(), description: Some("Rebate".into()), lang: None }]
}

pub fn unknown_xml() -> RawXml {
    RawXml::parse(
        "<changePoll:changeData xmlns:changePoll=\"urn:ietf:params:xml:ns:changePoll-1.0\" state=\"after\">\
         <changePoll:operation>update</changePoll:operation><changePoll:date>2026-11-21T09:30:00Z</changePoll:date>\
         <changePoll:svTRID>12345-XYZ</changePoll:svTRID><changePoll:who>URS Admin</changePoll:who></changePoll:changeData>",
    )
    .unwrap()
}

fn transform(verb: TransformVerb) -> CommandExt {
    CommandExt::FeeTransform(Transform { verb, currency: Some("USD".into()), fees: fees(), credits: credits() })
}

/// Commands that schema and codec take alike.
pub fn commands() -> Vec<Command> {
    use contact::Command as Con;
    use domain::Command as Dom;
    use host::Command as Host;
    let name = || "example.com".to_owned();
    let auth = || Some(AuthInfo::pw("secret-1"));
    let mut list = vec![
        command(Verb::Login(Login {
            cl_id: "domesday".into(),
            pw: "domesday-epp".into(),
            new_pw: Some("new&<pw>'\"12".into()),
            version: "1.0".into(),
            lang: "en".into(),
            obj_uris: vec![ns::DOMAIN.into(), ns::HOST.into(), ns::CONTACT.into()],
            ext_uris: vec![ns::SECDNS.into(), ns::RGP.into(), ns::FEE.into(), ns::KR.into()],
        })),
        command(Verb::Logout),
        Command { cltrid: None, ..command(Verb::Logout) },
        command(Verb::Poll(Poll::Request)),
        command(Verb::Poll(Poll::Ack { msg_id: "4711-a".into() })),
        command(Dom::Check(vec![name(), "xn--3e0b707e.kr".into()])),
        command(Dom::Delete { name: name() }),
        command(Dom::Create(domain_create())),
        command(Dom::Create(domain::Create {
            name: name(),
            period: None,
            ns: attributes(),
            registrant: None,
            contacts: vec![],
            auth_info: AuthInfo::Ext(
                RawXml::parse("<t:allocationToken xmlns:t=\"urn:ietf:params:xml:ns:allocationToken-1.0\">x</t:allocationToken>").unwrap(),
            ),
        })),
        command(Dom::Renew(domain::Renew { name: name(), cur_exp_date: "2026-12-31".into(), period: Some(Period::months(99)) })),
        command(Dom::Update(domain::Update {
            name: name(),
            add: AddRem { ns: objects(), contacts: contacts(), statuses: statuses(&["clientHold", "clientUpdateProhibited"]) },
            rem: AddRem { ns: attributes(), contacts: vec![], statuses: statuses(&["clientDeleteProhibited"]) },
            chg: Change { registrant: Some(String::new()), auth_info: Some(AuthInfoChange::Null) },
        })),
        command(Dom::Update(domain::Update {
            name: name(),
            chg: Change { registrant: Some("reg-2".into()), auth_info: Some(AuthInfoChange::Set(AuthInfo::pw(""))) },
            ..domain::Update::default()
        })),
        command(Dom::Update(domain::Update { name: name(), ..domain::Update::default() })),
        command(Host::Check(vec!["ns1.example.com".into()])),
        command(Host::Info { name: "ns1.example.com".into() }),
        command(Host::Delete { name: "ns1.example.com".into() }),
        command(Host::Create(host::Create { name: "ns1.example.com".into(), addrs: glue() })),
        command(Host::Update(host::Update {
            name: "ns1.example.com".into(),
            add: host::AddRem { addrs: glue(), statuses: statuses(&["clientUpdateProhibited"]) },
            rem: host::AddRem { addrs: glue(), statuses: vec![] },
            new_name: Some("ns9.example.com".into()),
        })),
        command(Con::Check(vec!["con-1".into(), "con-2".into()])),
        command(Con::Info(IdAuth { id: "con-1".into(), auth_info: auth() })),
        command(Con::Delete { id: "con-1".into() }),
        command(Con::Create(contact_create())),
        command(Con::Update(contact::Update {
            id: "con-1".into(),
            add: statuses(&["clientDeleteProhibited"]),
            rem: statuses(&["clientTransferProhibited", "clientUpdateProhibited"]),
            chg: contact::Change {
                postal: vec![
                    PostalChange { kind: PostalKind::Loc, name: None, org: Some(String::new()), addr: Some(addr()) },
                    PostalChange { kind: PostalKind::Int, name: Some("New Name".into()), org: None, addr: None },
                ],
                voice: Some(Phone::default()),
                fax: Some(phone()),
                email: Some("new@example.kr".into()),
                auth_info: auth(),
                disclose: Some(Disclose {
                    flag: true,
                    org_int: true,
                    org_loc: true,
                    name_loc: true,
                    addr_int: true,
                    fax: true,
                    ..Disclose::default()
                }),
            },
        })),
    ];
    for hosts in [Hosts::All, Hosts::Del, Hosts::Sub, Hosts::None] {
        list.push(command(Dom::Info(domain::Info { name: name(), hosts, auth_info: auth() })));
    }
    for op in [TransferOp::Query, TransferOp::Request, TransferOp::Approve, TransferOp::Reject, TransferOp::Cancel] {
        list.push(command(Dom::Transfer {
            op,
            body: domain::Transfer { name: name(), period: Some(Period::years(1)), auth_info: auth() },
        }));
        list.push(command(Con::Transfer { op, body: IdAuth { id: "con-1".into(), auth_info: None } }));
    }
    let update = || command(Dom::Update(domain::Update { name: name(), ..domain::Update::default() }));
    let create = || command(Dom::Create(domain_create()));
    list.extend([
        create().with(CommandExt::SecDnsCreate(Data { max_sig_life: Some(604_800), records: Records::Ds(vec![ds(true), ds(false)]) })),
        create()
            .with(CommandExt::SecDnsCreate(Data { max_sig_life: None, records: Records::Key(vec![dnskey()]) }))
            .with(transform(TransformVerb::Create))
            .with(CommandExt::KrCreate(kr::Data {
                certificate_type: Some("BUSINESS".into()),
                certificate_number: Some("123-45-67890".into()),
                trustee: false,
            })),
        update().with(CommandExt::SecDnsUpdate(secdns::Update {
            urgent: true,
            rem: Some(Remove::All),
            add: Some(Data { max_sig_life: None, records: Records::Ds(vec![ds(false)]) }),
            chg_max_sig_life: Some(1),
        })),
        update().with(CommandExt::SecDnsUpdate(secdns::Update {
            urgent: false,
            rem: Some(Remove::Records(Records::Key(vec![dnskey()]))),
            add: None,
            chg_max_sig_life: None,
        })),
        update().with(CommandExt::RgpRestore(Restore::Request)),
        update().with(CommandExt::RgpRestore(Restore::Report(Box::new(Report {
            pre_data: RawXml::text("Registrant: <Hong> & 홍").unwrap(),
            post_data: RawXml::parse("<d:x xmlns:d=\"urn:example:d\">same</d:x>").unwrap(),
            del_time: DAY.into(),
            res_time: DAY.into(),
            res_reason: "Registrant error".into(),
            statements: vec!["Not for resale & co".into(), "True to my knowledge".into()],
            other: Some(RawXml::text("more").unwrap()),
        })))),
        command(Dom::Check(vec![name()])).with(CommandExt::FeeCheck(fee::Check {
            currency: Some("KRW".into()),
            commands: vec![
                CommandSpec {
                    phase: Some("sunrise".into()),
                    subphase: Some("x".into()),
                    ..CommandSpec::new("create", Some(Period::years(1)))
                },
                CommandSpec { custom_name: Some("sync".into()), ..CommandSpec::new("custom", None) },
                CommandSpec::new("restore", None),
            ],
        })),
        command(Dom::Renew(domain::Renew { name: name(), cur_exp_date: "2026-12-31".into(), period: None }))
            .with(transform(TransformVerb::Renew)),
        command(Dom::Transfer { op: TransferOp::Request, body: domain::Transfer { name: name(), ..Default::default() } })
            .with(transform(TransformVerb::Transfer)),
        update().with(transform(TransformVerb::Update)).with(CommandExt::KrUpdate(kr::Update {
            certificate_type: Some(String::new()),
            certificate_number: Some(String::new()),
            trustee: Some(true),
        })),
        update().with(CommandExt::Release(release::Release { registrar: None })),
        update().with(CommandExt::Release(release::Release { registrar: Some("OTHER-TAG".into()) })),
        update().with(CommandExt::Unknown { ns: "urn:ietf:params:xml:ns:changePoll-1.0".into(), xml: unknown_xml() }),
    ]);
    list
}

pub fn greeting() -> Greeting {
    Greeting {
        sv_id: "Domesday Registry & Co".into(),
        sv_date: DAY.into(),
        versions: vec!["1.0".into()],
        langs: vec!["en".into(), "ko".into()],
        obj_uris: vec![ns::DOMAIN.into(), ns::HOST.into(), ns::CONTACT.into()],
        ext_uris: vec![ns::SECDNS.into(), ns::RGP.into(), ns::FEE.into(), ns::KR.into()],
        dcp: Greeting::usual_dcp(),
    }
}

fn reply(data: ResData) -> Response {
    Response { res_data: Some(data), ..Response::new(1000, Some("DOM-0001-abc".into()), "SV-1") }
}

fn check_items(first: &str, second: &str) -> Vec<CheckItem> {
    vec![
        CheckItem { object: first.into(), avail: true, reason: None },
        CheckItem { object: second.into(), avail: false, reason: Some(Text { lang: Some("en".into()), text: "In use <now>".into() }) },
    ]
}

pub fn domain_info() -> domain::InfData {
    domain::InfData {
        name: "example.com".into(),
        roid: "EXAMPLE1-REP".into(),
        statuses: statuses(&["clientHold", "serverTransferProhibited"]),
        registrant: Some("reg-1".into()),
        contacts: contacts(),
        ns: objects(),
        hosts: vec!["ns1.example.com".into()],
        cl_id: "domesday".into(),
        cr_id: Some("outsider".into()),
        cr_date: Some(DAY.into()),
        up_id: Some("domesday".into()),
        up_date: Some(DAY.into()),
        ex_date: Some(DAY.into()),
        tr_date: Some(DAY.into()),
        auth_info: Some(AuthInfo::pw("2fooBAR")),
    }
}

fn contact_info() -> contact::InfData {
    let create = contact_create();
    contact::InfData {
        id: create.id,
        roid: "CON1-REP".into(),
        statuses: statuses(&["linked", "ok"]),
        postal: create.postal,
        voice: create.voice,
        fax: create.fax,
        email: create.email,
        cl_id: "domesday".into(),
        cr_id: "domesday".into(),
        cr_date: DAY.into(),
        up_id: Some("domesday".into()),
        up_date: Some(DAY.into()),
        tr_date: Some(DAY.into()),
        auth_info: Some(create.auth_info),
        disclose: create.disclose,
    }
}

fn trn(object: &str, ex_date: Option<String>) -> TrnData {
    TrnData {
        object: object.into(),
        tr_status: "pending".into(),
        re_id: "outsider".into(),
        re_date: DAY.into(),
        ac_id: "domesday".into(),
        ac_date: DAY.into(),
        ex_date,
    }
}

fn pan(object: &str) -> PanData {
    PanData { object: object.into(), result: true, cltrid: Some("DOM-0000-abc".into()), svtrid: "SV-0".into(), date: DAY.into() }
}

/// Replies that schema and codec take alike.
pub fn responses() -> Vec<Response> {
    let ok = || Response::new(1000, None, "SV-2");
    let cre = |object: &str, ex_date| CreData { object: object.into(), cr_date: DAY.into(), ex_date };
    let mut list = vec![
        ok(),
        reply(ResData::DomainCheck(check_items("a.com", "b.com"))),
        reply(ResData::DomainInfo(Box::new(domain_info()))),
        reply(ResData::DomainInfo(Box::new(domain::InfData {
            name: "thin.com".into(),
            roid: "T1-REP".into(),
            cl_id: "domesday".into(),
            ns: attributes(),
            ..domain::InfData::default()
        }))),
        reply(ResData::DomainCreate(cre("a.com", Some(DAY.into())))),
        reply(ResData::DomainRenew(domain::RenData { name: "a.com".into(), ex_date: Some(DAY.into()) })),
        reply(ResData::DomainTransfer(trn("a.com", Some(DAY.into())))),
        reply(ResData::DomainPending(pan("a.com"))),
        reply(ResData::HostCheck(check_items("ns1.a.com", "ns2.a.com"))),
        reply(ResData::HostInfo(Box::new(host::InfData {
            name: "ns1.a.com".into(),
            roid: "H1-REP".into(),
            statuses: statuses(&["linked", "clientUpdateProhibited"]),
            addrs: glue(),
            cl_id: "domesday".into(),
            cr_id: "domesday".into(),
            cr_date: DAY.into(),
            up_id: Some("domesday".into()),
            up_date: Some(DAY.into()),
            tr_date: Some(DAY.into()),
        }))),
        reply(ResData::HostCreate(cre("ns1.a.com", None))),
        reply(ResData::HostPending(pan("ns1.a.com"))),
        reply(ResData::ContactCheck(check_items("con-1", "con-2"))),
        reply(ResData::ContactInfo(Box::new(contact_info()))),
        reply(ResData::ContactCreate(cre("con-1", None))),
        reply(ResData::ContactTransfer(trn("con-1", None))),
        reply(ResData::ContactPending(pan("con-1"))),
        reply(ResData::Unknown(
            RawXml::parse(
                "<lowbalance-poll:pollData xmlns:lowbalance-poll=\"http://www.verisign.com/epp/lowbalance-poll-1.0\">\
                 <lowbalance-poll:registrarName>x</lowbalance-poll:registrarName><lowbalance-poll:creditLimit>1</lowbalance-poll:creditLimit>\
                 <lowbalance-poll:creditThreshold type=\"FIXED\">1</lowbalance-poll:creditThreshold>\
                 <lowbalance-poll:availableCredit>1</lowbalance-poll:availableCredit></lowbalance-poll:pollData>",
            )
            .unwrap(),
        )),
    ];
    let mut refused = Response::new(2004, Some("DOM-0001-abc".into()), "SV-3");
    refused.results[0].lang = Some("en-US".into());
    refused.results[0].values.push(RawXml::element(ns::DOMAIN, "name", "<bad>.com").unwrap());
    refused.results.push(ResultEntry::new(2306).because(RawXml::element(ns::DOMAIN, "period", "11").unwrap(), "too long & far"));
    list.push(refused);
    for code in codes::ALL {
        list.push(Response::new(*code, None, "SV-4"));
    }
    let mut poll = reply(ResData::DomainTransfer(trn("a.com", None)));
    poll.results = vec![ResultEntry::new(1301)];
    poll.msg_queue = Some(MsgQ {
        count: 5,
        id: "12345".into(),
        qdate: Some(DAY.into()),
        msg: Some("Transfer <requested>".into()),
        lang: Some("en".into()),
    });
    list.push(poll);
    let mut info = reply(ResData::DomainInfo(Box::new(domain_info())));
    info.extensions = vec![
        ResponseExt::SecDnsInfo(Data { max_sig_life: Some(1), records: Records::Ds(vec![ds(true)]) }),
        ResponseExt::RgpInfo(statuses(&["addPeriod", "renewPeriod"])),
        ResponseExt::KrInfo(kr::Data { certificate_type: None, certificate_number: None, trustee: true }),
        ResponseExt::Unknown { ns: "urn:ietf:params:xml:ns:changePoll-1.0".into(), xml: unknown_xml() },
    ];
    list.push(info);
    let mut restore = ok();
    restore.extensions = vec![ResponseExt::RgpUpdate(statuses(&["pendingRestore"]))];
    list.push(restore);
    for verb in [OutcomeVerb::Create, OutcomeVerb::Renew, OutcomeVerb::Transfer, OutcomeVerb::Update, OutcomeVerb::Delete] {
        let mut charged = ok();
        charged.extensions = vec![ResponseExt::FeeOutcome(Outcome {
            currency: Some("USD".into()),
            period: Some(Period::years(1)),
            fees: fees(),
            credits: credits(),
            balance: Some("-100.0000".into()),
            credit_limit: Some("1000".into()),
            ..Outcome::new(verb)
        })];
        list.push(charged);
    }
    let mut check = reply(ResData::DomainCheck(check_items("a.com", "b.com")));
    check.extensions = vec![ResponseExt::FeeCheck(ChkData {
        currency: "USD".into(),
        items: vec![
            ChkItem {
                object: "a.com".into(),
                element: Some("name".into()),
                avail: true,
                class: Some("premium".into()),
                commands: vec![CommandFees {
                    spec: CommandSpec::new("create", Some(Period::years(1))),
                    standard: true,
                    fees: fees(),
                    credits: credits(),
                    reason: Some("because".into()),
                }],
                reason: None,
            },
            ChkItem {
                object: "b.com".into(),
                element: None,
                avail: false,
                class: None,
                commands: vec![],
                reason: Some(Text { lang: Some("en".into()), text: "minimum period is 2".into() }),
            },
        ],
    })];
    list.push(check);
    list
}

/// Every sample as what a client sends.
pub fn client_frames() -> Vec<ClientFrame> {
    let mut list = vec![ClientFrame::Hello];
    list.extend(commands().into_iter().map(|command| ClientFrame::Command(Box::new(command))));
    list
}

/// Every sample as what a server sends.
pub fn server_frames() -> Vec<ServerFrame> {
    let mut list = vec![ServerFrame::Greeting(Box::new(greeting()))];
    list.extend(responses().into_iter().map(|response| ServerFrame::Response(Box::new(response))));
    list
}
