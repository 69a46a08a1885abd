//! Sessions: what is logged in with, what happens when the registry will not have us, and how callers share few sessions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use epp::{Greeting, Login, Verb, codes, ns};
use registry::connector::testing::{Cardboard, Said, answer_to, greeting};
use registry::connector::{Config, LinkError};
use registry::faults::Faults;
use registry::{Registry, Trouble};

use super::calls::{config, good, name};

fn willing() -> Cardboard {
    Cardboard::new(|command| Ok(Said::reply(&good(command))))
}

fn logins(cardboard: &Cardboard) -> Vec<Login> {
    let login = |command: epp::Command| if let Verb::Login(login) = command.verb { Some(login) } else { None };
    cardboard.told().into_iter().filter_map(login).collect()
}

#[test]
fn log_in_with_what_both_sides_speak() {
    let cardboard = willing();
    let offered = Greeting { ext_uris: vec![ns::RGP.to_owned(), "urn:example:ext-1.0".to_owned()], ..greeting() };
    cardboard.greets(Said::frame(&epp::write_greeting(&offered).unwrap()));
    cardboard.connector(config(), &Faults::none()).check(&[name()], None).unwrap();
    let login = &logins(&cardboard)[0];
    assert_eq!((login.cl_id.as_str(), login.pw.expose(), login.lang.as_str()), ("domesday", "domesday-epp", "en"));
    assert_eq!(login.obj_uris, [ns::CONTACT, ns::DOMAIN, ns::HOST]);
    assert_eq!(login.ext_uris, [ns::RGP]);
}

/// F19: whatever keeps us from logging in, nothing was sent.
#[test]
fn no_session_means_not_sent() {
    let greets: [(&str, Said); 6] = [
        ("nothing", Said::nothing()),
        ("closed", Said::nothing().closing()),
        ("rubbish", Said::frame(b"hello?")),
        ("half a greeting", Said::frame(&epp::write_greeting(&greeting()).unwrap()).cut_after(100)),
        ("no domains", Said::frame(&epp::write_greeting(&Greeting { obj_uris: vec![ns::HOST.to_owned()], ..greeting() }).unwrap())),
        ("another version", Said::frame(&epp::write_greeting(&Greeting { versions: vec!["2.0".to_owned()], ..greeting() }).unwrap())),
    ];
    for (what, said) in greets {
        let cardboard = willing();
        cardboard.greets(said);
        let connector = cardboard.connector(config(), &Faults::none());
        let outcome = connector.delete_domain("id-1", &name());
        assert!(matches!(outcome, Err(Trouble::NotSent(_))), "{what}: {outcome:?}");
        assert_eq!((connector.health().sessions, connector.health().failures), (0, 1), "{what}");
    }
    for code in [2000, 2200, 2201, 2400, 2500, 2501, 2502, 1500] {
        let cardboard = willing();
        cardboard.logs_in(move |command| Ok(Said::reply(&answer_to(command, code))));
        let connector = cardboard.connector(config(), &Faults::none());
        let outcome = connector.delete_domain("id-1", &name());
        assert!(matches!(&outcome, Err(Trouble::NotSent(why)) if why.contains(&code.to_string())), "{code}: {outcome:?}");
        assert!(cardboard.asked().is_empty());
    }
    for answer in [Ok(Said::nothing()), Ok(Said::frame(b"<a/>")), Err(LinkError::TimedOut)] {
        let cardboard = willing();
        cardboard.logs_in(move |_| answer.clone());
        let outcome = cardboard.connector(config(), &Faults::none()).delete_domain("id-1", &name());
        assert!(matches!(outcome, Err(Trouble::NotSent(_))), "{outcome:?}");
    }
}

/// No log-in storm: however many callers come, attempts keep their distance, and after failures grow apart.
#[test]
fn failed_log_ins_are_not_repeated_at_once() {
    let cardboard = willing();
    cardboard.logs_in(|command| Ok(Said::reply(&answer_to(command, codes::SESSION_LIMIT)).closing()));
    let patient = Config {
        login_interval: Duration::from_millis(1),
        backoff_first: Duration::from_secs(600),
        backoff_max: Duration::from_secs(600),
        wait_max: Duration::from_millis(50),
        ..config()
    };
    let connector = cardboard.connector(patient, &Faults::none());
    let started = Instant::now();
    for _ in 0..50 {
        assert!(matches!(connector.check(&[name()], None), Err(Trouble::NotSent(why)) if why.contains("2502")));
    }
    assert_eq!(cardboard.dials(), 1);
    assert!(started.elapsed() < Duration::from_secs(2), "callers are told at once, without waiting for what cannot come");
}

#[test]
fn a_wrong_password_waits_the_longest() {
    let cardboard = willing();
    cardboard.logs_in(|command| Ok(Said::reply(&answer_to(command, codes::AUTHENTICATION_ERROR))));
    let config = Config { backoff_max: Duration::from_secs(600), wait_max: Duration::from_millis(20), ..config() };
    let connector = cardboard.connector(config, &Faults::none());
    for _ in 0..5 {
        assert!(connector.check(&[name()], None).is_err());
    }
    assert_eq!(cardboard.dials(), 1);
    assert!(connector.health().problem.is_some_and(|problem| problem.contains("2200")));
}

#[test]
fn attempts_keep_their_distance_and_then_it_goes_on() {
    let cardboard = willing();
    cardboard.reachable(false);
    let interval = Duration::from_millis(60);
    let config = Config {
        login_interval: interval,
        backoff_first: Duration::from_millis(60),
        backoff_max: Duration::from_millis(60),
        wait_max: Duration::from_millis(500),
        ..config()
    };
    let connector = cardboard.connector(config, &Faults::none());
    let started = Instant::now();
    for _ in 0..4 {
        assert!(matches!(connector.check(&[name()], None), Err(Trouble::NotSent(_))));
    }
    assert!(started.elapsed() >= interval * 3, "four attempts have three distances");
    assert_eq!((cardboard.dials(), connector.health().failures), (4, 4));
    cardboard.reachable(true);
    assert!(connector.check(&[name()], None).is_ok());
    assert_eq!((connector.health().failures, connector.health().problem), (0, None));
}

/// A command that was answered with 2502 also keeps the next log-in away.
#[test]
fn a_session_limit_at_a_command_is_respected() {
    let cardboard = Cardboard::new(|command| Ok(Said::reply(&answer_to(command, codes::SESSION_LIMIT)).closing()));
    let config = Config {
        backoff_first: Duration::from_secs(600),
        backoff_max: Duration::from_secs(600),
        wait_max: Duration::from_millis(20),
        ..config()
    };
    let connector = cardboard.connector(config, &Faults::none());
    for _ in 0..5 {
        assert!(matches!(connector.delete_domain("id-1", &name()), Err(Trouble::NotSent(_))));
    }
    assert_eq!((cardboard.dials(), cardboard.asked().len()), (1, 1));
}

#[test]
fn one_session_serves_many_commands_and_hello_keeps_it() {
    let cardboard = willing();
    let connector = cardboard.connector(Config { keep_alive: Duration::ZERO, ..config() }, &Faults::none());
    for _ in 0..5 {
        connector.check(&[name()], None).unwrap();
        connector.tend();
    }
    assert_eq!((cardboard.dials(), connector.health().idle), (1, 1));
    // A registry that answers hello with something else is left.
    cardboard.greets(Said::frame(b"<nonsense/>"));
    connector.tend();
    assert_eq!(connector.health().sessions, 0);
}

#[test]
fn old_sessions_are_logged_out() {
    let cardboard = willing();
    let connector = cardboard.connector(Config { age_max: Duration::ZERO, ..config() }, &Faults::none());
    connector.check(&[name()], None).unwrap();
    connector.check(&[name()], None).unwrap();
    connector.tend();
    assert_eq!((cardboard.dials(), connector.health().sessions), (2, 0));
    let goodbyes = cardboard.told().into_iter().filter(|command| command.verb == Verb::Logout).count();
    assert_eq!(goodbyes, 2);
}

#[test]
fn a_closed_connector_sends_nothing() {
    let cardboard = willing();
    let connector = cardboard.connector(config(), &Faults::none());
    connector.check(&[name()], None).unwrap();
    connector.close();
    assert!(matches!(connector.check(&[name()], None), Err(Trouble::NotSent(_))));
    assert_eq!(cardboard.told().last().map(|command| command.verb.clone()), Some(Verb::Logout));
    assert_eq!(connector.health().sessions, 0);
}

/// F44: a slow registry holds its own callers up, a bounded number of them, for a bounded time; one command per connection.
#[test]
fn callers_share_few_sessions_and_a_bounded_number_waits() {
    let inside = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(Barrier::new(3));
    let (count, high, door) = (inside.clone(), most.clone(), gate.clone());
    // The cardboard registry handles one command at a time, so that the slow part is before it: in connecting.
    let cardboard = willing();
    let slow = cardboard.clone();
    let dial = move |deadline: Instant| {
        let now = count.fetch_add(1, Ordering::SeqCst) + 1;
        high.fetch_max(now, Ordering::SeqCst);
        door.wait();
        registry::connector::Dial::dial(&slow, deadline)
    };
    let config = Config { sessions_max: 2, waiting_max: 3, wait_max: Duration::from_secs(60), ..config() };
    let connector = Arc::new(registry::connector::Connector::new(
        config,
        Arc::new(dial),
        Faults::none(),
        registry::connector::testing::clock(),
        registry::connector::testing::entropy(),
    ));
    let callers: Vec<_> = (0..12)
        .map(|_| {
            let connector = connector.clone();
            std::thread::spawn(move || connector.check(&[name()], None))
        })
        .collect();
    // Two connect and stay in there; three wait; the others are turned away at once.
    while callers.iter().filter(|caller| caller.is_finished()).count() < 7 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(connector.health().waiting, 3);
    gate.wait();
    let outcomes: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
    let busy = outcomes.iter().filter(|outcome| matches!(outcome, Err(Trouble::NotSent(why)) if why == "busy")).count();
    let served = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!((busy, served), (7, 5));
    assert_eq!(most.load(Ordering::SeqCst), 2);
    assert_eq!((connector.health().sessions, connector.health().waiting), (2, 0));
}

#[test]
fn waiting_callers_are_served_when_a_session_is_free() {
    let cardboard = Cardboard::new(|command| {
        std::thread::sleep(Duration::from_millis(2));
        Ok(Said::reply(&good(command)))
    });
    let connector = Arc::new(cardboard.connector(Config { sessions_max: 1, ..config() }, &Faults::none()));
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let connector = connector.clone();
            std::thread::spawn(move || connector.check(&[name()], None).is_ok())
        })
        .collect();
    assert!(callers.into_iter().all(|caller| caller.join().unwrap()));
    assert_eq!((cardboard.dials(), cardboard.asked().len()), (1, 16));
}

#[test]
fn a_tender_stops_when_dropped() {
    let cardboard = willing();
    let connector = Arc::new(cardboard.connector(Config { age_max: Duration::ZERO, ..config() }, &Faults::none()));
    connector.check(&[name()], None).unwrap();
    let tender = connector.tended(Duration::from_millis(1));
    while connector.health().sessions > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(tender);
    assert_eq!(Arc::strong_count(&connector), 1);
}

#[test]
fn a_caller_waits_for_a_bounded_time() {
    let gate = Arc::new(Barrier::new(2));
    let door = gate.clone();
    let cardboard = Cardboard::new(move |command| {
        door.wait();
        Ok(Said::reply(&good(command)))
    });
    let config = Config { sessions_max: 1, wait_max: Duration::from_millis(60), ..config() };
    let connector = Arc::new(cardboard.connector(config, &Faults::none()));
    let first = {
        let connector = connector.clone();
        std::thread::spawn(move || connector.check(&[name()], None))
    };
    while connector.health().sessions == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let started = Instant::now();
    assert_eq!(connector.check(&[name()], None), Err(Trouble::NotSent("busy".to_owned())));
    assert!(started.elapsed() >= Duration::from_millis(60));
    gate.wait();
    assert!(first.join().unwrap().is_ok());
}

/// Also after success, and for sessions that are lost and opened anew: at most one attempt per interval.
#[test]
fn log_ins_keep_their_distance_even_when_they_succeed() {
    let cardboard = Cardboard::new(|_| Ok(Said::nothing().closing()));
    let interval = Duration::from_millis(80);
    let connector = cardboard.connector(Config { login_interval: interval, ..config() }, &Faults::none());
    let started = Instant::now();
    for _ in 0..3 {
        assert!(matches!(connector.delete_domain("id-1", &name()), Err(Trouble::Lost(_))));
    }
    assert_eq!(cardboard.dials(), 3);
    assert!(started.elapsed() >= interval * 2);
}

/// A question that was lost is asked again on a session that was just opened, not on one that may be as dead as the first.
#[test]
fn a_repeated_question_goes_over_a_new_session() {
    let silent = Arc::new(AtomicUsize::new(0));
    let count = silent.clone();
    let cardboard = Cardboard::new(move |command| {
        if count.load(Ordering::SeqCst) > 0 {
            count.fetch_sub(1, Ordering::SeqCst);
            return Ok(Said::nothing());
        }
        std::thread::sleep(Duration::from_millis(20));
        Ok(Said::reply(&good(command)))
    });
    for sessions_max in [2, 4] {
        let connector = cardboard.connector(Config { sessions_max, ..config() }, &Faults::none());
        while connector.health().idle < 2 {
            std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| connector.check(&[name()], None).unwrap());
                }
            });
        }
        let before = cardboard.dials();
        silent.store(1, Ordering::SeqCst);
        assert!(connector.check(&[name()], None).is_ok());
        assert_eq!(cardboard.dials(), before + 1);
        assert_eq!(connector.health().sessions, 2);
    }
}
