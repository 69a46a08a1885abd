//! The table of outcomes: what each kind of failure means for a call that changes something and for one that does not.

use epp::{Command, Greeting, ResultEntry, codes};
use registry::connector::testing::{Cardboard, Said, answer_to, create_wish, greeting};
use registry::connector::{Connector, LinkError};
use registry::faults::Faults;
use registry::{Registry, Trouble};

use super::calls::{self, Call, QUERIES, TRANSFORMS, config, good, is_transform};

type Failing = fn(&Command) -> Result<Said, LinkError>;

fn whole(command: &Command) -> Said {
    Said::reply(&good(command))
}

fn text(xml: &str) -> Result<Said, LinkError> {
    Ok(Said::frame(xml.as_bytes()))
}

/// Name, what happens, what a transform makes of it, what a query makes of it when it happens every time.
const FAILURES: &[(&str, Failing, &str, &str)] = &[
    ("no answer", |_| Ok(Said::nothing()), "lost", "lost"),
    ("closed without an answer", |_| Ok(Said::nothing().closing()), "lost", "lost"),
    ("cut while sending", |_| Err(LinkError::Cut("reset".to_owned())), "lost", "lost"),
    ("time over while sending", |_| Err(LinkError::TimedOut), "lost", "lost"),
    ("not a byte left", |_| Err(LinkError::Unreached("reset".to_owned())), "not sent", "not sent"),
    ("another command's answer", |c| Ok(Said::reply(&epp::Response { cltrid: Some("id-0".to_owned()), ..good(c) })), "lost", "lost"),
    ("an answer to nobody", |c| Ok(Said::reply(&epp::Response { cltrid: None, ..good(c) })), "lost", "lost"),
    ("two answers", |c| Ok(whole(c).then(&whole(c))), "lost", "lost"),
    ("an answer and rubbish", |c| Ok(whole(c).then(&Said { bytes: vec![0], closes: false })), "lost", "lost"),
    ("a greeting", |_| Ok(Said::frame(&epp::write_greeting(&greeting()).unwrap())), "lost", "lost"),
    ("rubbish", |_| text("\u{0}\u{1}"), "lost", "lost"),
    ("no UTF-8", |_| Ok(Said::frame(&[b'<', 0xff, 0xfe, b'>'])), "lost", "lost"),
    ("XML that is no EPP", |_| text("<html/>"), "lost", "lost"),
    ("a document type", |_| text("<!DOCTYPE epp [<!ENTITY a 'b'>]><epp xmlns='urn:ietf:params:xml:ns:epp-1.0'/>"), "lost", "lost"),
    ("a length of nothing", |_| Ok(Said { bytes: vec![0, 0, 0, 4], closes: false }), "lost", "lost"),
    ("a length beyond all bounds", |_| Ok(Said { bytes: vec![0xff; 64], closes: false }), "lost", "lost"),
    ("2001", |c| Ok(Said::reply(&answer_to(c, 2001))), "refused", "refused"),
    ("2201", |c| Ok(Said::reply(&answer_to(c, codes::AUTHORIZATION_ERROR))), "refused", "refused"),
    ("2304", |c| Ok(Said::reply(&answer_to(c, codes::STATUS_PROHIBITS))), "refused", "refused"),
    ("2400", |c| Ok(Said::reply(&answer_to(c, codes::COMMAND_FAILED))), "lost", "lost"),
    ("2500", |c| Ok(Said::reply(&answer_to(c, codes::COMMAND_FAILED_CLOSING)).closing()), "lost", "lost"),
    ("2501", |c| Ok(Said::reply(&answer_to(c, codes::AUTHENTICATION_CLOSING)).closing()), "not sent", "not sent"),
    ("2500, not closed yet", |c| Ok(Said::reply(&answer_to(c, codes::COMMAND_FAILED_CLOSING))), "lost", "lost"),
    ("2502, not closed yet", |c| Ok(Said::reply(&answer_to(c, codes::SESSION_LIMIT))), "not sent", "not sent"),
    ("2002", |c| Ok(Said::reply(&answer_to(c, codes::USE_ERROR))), "refused", "refused"),
    ("2502", |c| Ok(Said::reply(&answer_to(c, codes::SESSION_LIMIT)).closing()), "not sent", "not sent"),
    ("a code of no family", |c| Ok(Said::reply(&answer_to(c, 3000))), "lost", "lost"),
    ("yes and no", yes_and_no, "lost", "lost"),
];

fn yes_and_no(command: &Command) -> Result<Said, LinkError> {
    let mut reply = good(command);
    reply.results.push(ResultEntry::new(codes::OBJECT_EXISTS));
    Ok(Said::reply(&reply))
}

fn word(outcome: &Result<(), Trouble>) -> &'static str {
    match outcome {
        Ok(()) => "done",
        Err(Trouble::Refused { .. }) => "refused",
        Err(Trouble::NotSent(_)) => "not sent",
        Err(Trouble::Lost(_)) => "lost",
    }
}

/// A registry that fails so at every command of the kind, and is good at the others.
fn failing(transforms: bool, how: Failing) -> (Cardboard, Connector) {
    let cardboard = Cardboard::new(move |command| if is_transform(command) == transforms { how(command) } else { Ok(whole(command)) });
    let connector = cardboard.connector(config(), &Faults::none());
    (cardboard, connector)
}

#[test]
fn transforms_are_sent_once_and_judged_strictly() {
    for (what, how, expected, _) in FAILURES {
        for (verb, call) in TRANSFORMS {
            let (cardboard, connector) = failing(true, *how);
            let outcome = call(&connector);
            assert_eq!(word(&outcome), *expected, "{verb}, {what}: {outcome:?}");
            let sent = cardboard.asked().into_iter().filter(is_transform).count();
            assert_eq!(sent, 1, "{verb}, {what}: sent {sent} times");
        }
    }
}

/// Who is not told how a transfer stands has no part in one: that is an answer.
fn answered(verb: &str, what: &str, expected: &'static str) -> &'static str {
    if (verb, what) == ("transfer", "2201") { "done" } else { expected }
}

#[test]
fn queries_are_sent_again_once_at_most() {
    for (what, how, _, expected) in FAILURES {
        for (verb, call) in QUERIES {
            let (cardboard, connector) = failing(false, *how);
            let outcome = call(&connector);
            assert_eq!(word(&outcome), answered(verb, what, expected), "{verb}, {what}: {outcome:?}");
            let sent = cardboard.asked().len();
            assert!((1..=2).contains(&sent), "{verb}, {what}: sent {sent} times");
        }
    }
}

/// A sound answer came, or we are not wanted now: asking again at once would be of no use.
const AGAIN_IN_VAIN: [&str; 6] = ["2400", "2501", "2502", "2502, not closed yet", "a code of no family", "yes and no"];

#[test]
fn a_query_that_failed_once_succeeds_on_a_fresh_session() {
    for (what, how, _, outcome) in FAILURES.iter().filter(|(what, ..)| !AGAIN_IN_VAIN.contains(what)) {
        for (verb, call) in QUERIES {
            let mut failed = false;
            let how = *how;
            let cardboard =
                Cardboard::new(move |command| if std::mem::replace(&mut failed, true) { Ok(whole(command)) } else { how(command) });
            let connector = cardboard.connector(config(), &Faults::none());
            let done = call(&connector);
            if *outcome == "refused" {
                assert_eq!((word(&done), cardboard.dials()), (answered(verb, what, outcome), 1), "{verb}, {what}");
            } else {
                assert_eq!((word(&done), cardboard.dials()), ("done", 2), "{verb}, {what}: {done:?}");
            }
        }
    }
}

/// Whatever broke the answer, the session it came on is not used again; a refusal does not harm it.
#[test]
fn a_session_that_cannot_be_trusted_is_dropped() {
    for (what, how, transform, _) in FAILURES {
        let (cardboard, connector) = failing(true, *how);
        let _ = connector.delete_domain("id-1", &calls::name());
        assert!(connector.domain(&calls::name(), None).is_ok(), "{what}");
        // What came was a whole answer to the command, and the connection stayed.
        let sound = *transform == "refused" && *what != "2002" || matches!(*what, "2400" | "a code of no family" | "yes and no");
        assert_eq!(cardboard.dials(), if sound { 1 } else { 2 }, "{what}");
    }
}

/// F15: the reply is cut at every byte, the length field and every character included.
#[test]
fn a_cut_at_any_byte_is_never_success() {
    let lengths = |call: Call| {
        let cardboard = Cardboard::new(|command| Ok(whole(command)));
        let connector = cardboard.connector(config(), &Faults::none());
        call(&connector).unwrap();
        let asked = cardboard.asked();
        whole(asked.iter().find(|command| is_transform(command)).unwrap_or(&asked[0])).bytes.len()
    };
    for (verb, call) in [TRANSFORMS[0], TRANSFORMS[1], TRANSFORMS[5], TRANSFORMS[7]] {
        let length = lengths(call);
        for at in 0..length {
            let cardboard = Cardboard::new(move |command| Ok(whole(command).cut_after(at)));
            let outcome = call(&cardboard.connector(config(), &Faults::none()));
            assert!(matches!(outcome, Err(Trouble::Lost(_))), "{verb} cut after {at} of {length}: {outcome:?}");
            assert_eq!(cardboard.asked().len(), 1);
        }
        // F16: the whole reply counts, even if the connection ends right behind it.
        let cardboard = Cardboard::new(move |command| Ok(whole(command).cut_after(length)));
        let connector = cardboard.connector(config(), &Faults::none());
        assert_eq!(call(&connector), Ok(()), "{verb}");
        assert_eq!(connector.health().sessions, 0, "the session is over");
    }
}

/// F17: an answer that comes too late is never matched to another command.
#[test]
fn a_late_answer_reaches_nobody() {
    let mut late: Option<Said> = None;
    let cardboard = Cardboard::new(move |command| {
        Ok(match late.take() {
            None => {
                late = Some(whole(command));
                Said::nothing()
            }
            // Had the session been kept, the first command's answer would come first.
            Some(first) => first.then(&whole(command)),
        })
    });
    let connector = cardboard.connector(config(), &Faults::none());
    assert!(matches!(connector.renew_domain("id-1", &calls::renewal()), Err(Trouble::Lost(_))));
    assert!(matches!(connector.renew_domain("id-2", &calls::renewal()), Err(Trouble::Lost(_))));
    assert_eq!((cardboard.asked().len(), cardboard.dials()), (2, 2));
}

/// The answer has our transaction id, but speaks of another name.
#[test]
fn an_answer_about_something_else_is_lost() {
    let cardboard = Cardboard::new(|command| {
        let mut reply = good(command);
        match &mut reply.res_data {
            Some(epp::ResData::DomainCreate(data)) => data.object = "other.com".to_owned(),
            Some(epp::ResData::DomainRenew(data)) => data.name = "other.com".to_owned(),
            Some(epp::ResData::DomainInfo(data)) => data.name = "other.com".to_owned(),
            Some(epp::ResData::DomainTransfer(data)) => data.object = "other.com".to_owned(),
            Some(epp::ResData::DomainCheck(items)) => items[0].object = "other.com".to_owned(),
            Some(epp::ResData::ContactCreate(data)) => data.object = "DM-2".to_owned(),
            Some(epp::ResData::ContactInfo(data)) => data.id = "DM-2".to_owned(),
            Some(epp::ResData::HostCreate(data)) => data.object = "ns2.wished.com".to_owned(),
            Some(epp::ResData::HostInfo(data)) => data.name = "ns2.wished.com".to_owned(),
            _ => {}
        }
        Ok(Said::reply(&reply))
    });
    let connector = cardboard.connector(config(), &Faults::none());
    let told = |verb: &str| {
        matches!(verb, "check" | "domain" | "transfer" | "contact" | "host" | "create_domain" | "renew_domain")
            || matches!(verb, "restore_domain" | "request_transfer" | "act_on_transfer" | "create_contact" | "create_host" | "update_host")
    };
    for (verb, call) in QUERIES.into_iter().chain(TRANSFORMS) {
        let outcome = call(&connector);
        assert_eq!(word(&outcome), if told(verb) { "lost" } else { "done" }, "{verb}: {outcome:?}");
        let left = if told(verb) { 0 } else { 1 };
        assert_eq!(connector.health().sessions, left, "{verb}: such a session is dropped");
    }
}

/// 1000 without the data that a success must bring is no success that could be booked.
#[test]
fn a_success_without_its_data_is_lost() {
    let cardboard = Cardboard::new(|command| Ok(Said::reply(&answer_to(command, codes::SUCCESS))));
    let connector = cardboard.connector(config(), &Faults::none());
    for (verb, call) in QUERIES.into_iter().chain(TRANSFORMS) {
        let needs_none = matches!(
            verb,
            "update_domain"
                | "delete_domain"
                | "create_contact"
                | "update_contact"
                | "delete_contact"
                | "create_host"
                | "delete_host"
                | "acknowledge"
        );
        assert_eq!(word(&call(&connector)), if needs_none { "done" } else { "lost" }, "{verb}");
    }
    assert_eq!(cardboard.dials(), 1, "the session itself is sound");
}

#[test]
fn refusals_keep_the_registrys_words() {
    let cardboard = Cardboard::new(|command| {
        let mut reply = answer_to(command, codes::PARAMETER_POLICY);
        reply.results[0].msg = "Not\r\nallowed".to_owned();
        reply.results[0] =
            reply.results[0].clone().because(epp::RawXml::element(epp::ns::DOMAIN, "name", "wished.com").unwrap(), "reserved\u{85}name");
        Ok(Said::reply(&reply))
    });
    let connector = cardboard.connector(config(), &Faults::none());
    let expected =
        Trouble::Refused { code: 2306, message: "Not allowed".to_owned(), reasons: vec!["reserved name (wished.com)".to_owned()] };
    assert_eq!(connector.create_domain("id-1", &create_wish()).unwrap_err(), expected);
}

#[test]
fn what_does_not_exist_is_none_and_an_acknowledged_message_may_be_gone() {
    let cardboard = Cardboard::new(|command| Ok(Said::reply(&answer_to(command, codes::OBJECT_DOES_NOT_EXIST))));
    let connector = cardboard.connector(config(), &Faults::none());
    assert_eq!(connector.domain(&calls::name(), None), Ok(None));
    assert_eq!(connector.transfer(&calls::name(), None), Ok(None));
    assert_eq!(connector.contact("DM-1"), Ok(None));
    assert_eq!(connector.host(&calls::host_name()), Ok(None));
    assert_eq!(connector.acknowledge("77"), Ok(()));
    assert!(matches!(connector.delete_domain("id-1", &calls::name()), Err(Trouble::Refused { code: 2303, .. })));
}

#[test]
fn what_cannot_be_sent_is_refused_here() {
    let cardboard = Cardboard::new(|command| Ok(whole(command)));
    let offered = Greeting { ext_uris: Vec::new(), obj_uris: vec![epp::ns::DOMAIN.to_owned()], ..greeting() };
    cardboard.greets(Said::frame(&epp::write_greeting(&offered).unwrap()));
    let connector = cardboard.connector(config(), &Faults::none());
    let code = |outcome: Result<(), Trouble>| match outcome {
        Err(Trouble::Refused { code, .. }) => code,
        other => panic!("{other:?}"),
    };
    let mut wish = create_wish();
    wish.auth_info = "\u{0}".to_owned();
    assert_eq!(code(connector.create_domain("id-1", &wish).map(drop)), 2005);
    assert_eq!(code(connector.create_domain("ab", &create_wish()).map(drop)), 2005);
    assert_eq!(code(connector.create_domain(&"x".repeat(65), &create_wish()).map(drop)), 2005);
    wish = create_wish();
    wish.kr = Some(registry::KrCertificate::default());
    assert_eq!(code(connector.create_domain("id-1", &wish).map(drop)), 2103);
    wish = create_wish();
    wish.fee = Some(model::Money::new(10_000, model::Currency::USD));
    assert_eq!(code(connector.create_domain("id-1", &wish).map(drop)), 2103);
    wish = create_wish();
    wish.dnssec = vec![registry::Dnssec::Ds { key_tag: 1, algorithm: 13, digest_type: 2, digest_hex: "AB".repeat(32) }];
    assert_eq!(code(connector.create_domain("id-1", &wish).map(drop)), 2103);
    assert_eq!(code(connector.restore_domain("id-1", &calls::name(), None).map(drop)), 2103);
    assert_eq!(code(connector.delete_contact("id-1", "DM-1").map(drop)), 2307);
    assert_eq!(code(connector.delete_host("id-1", &calls::host_name()).map(drop)), 2307);
    let tiny = registry::connector::Config { frame_bytes_max: 100, ..config() };
    assert_eq!(code(cardboard.connector(tiny, &Faults::none()).delete_domain("id-1", &calls::name()).map(drop)), 2004);
    assert!(cardboard.asked().iter().all(|command| !is_transform(command)), "nothing of it was sent");
}
