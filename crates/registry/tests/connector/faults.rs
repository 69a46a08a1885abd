//! The lab's faults, as the connector's callers feel them, and the crash points in a process that really dies.

use std::process::Command as Process;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use epp::codes;
use registry::connector::testing::{Cardboard, Said, create_wish};
use registry::faults::{FaultKind, Faults};
use registry::{Registry, Trouble};

use super::calls::{self, QUERIES, TRANSFORMS, config, good, is_transform};

fn willing() -> Cardboard {
    Cardboard::new(|command| Ok(Said::reply(&good(command))))
}

/// Faults, and the sum of the waits they played.
fn lab() -> (Faults, Arc<Mutex<Duration>>) {
    let faults = Faults::none();
    let waited = Arc::new(Mutex::new(Duration::ZERO));
    let sum = waited.clone();
    faults.on_wait(move |time| *sum.lock().unwrap() += time);
    (faults, waited)
}

#[test]
fn a_fault_at_a_transform() {
    let limit = config().command_timeout;
    // Kind, outcome, whether the registry did it, time waited, whether the session survives.
    let table = [
        (FaultKind::Refuse, "refused", false, Duration::ZERO, true),
        (FaultKind::Timeout, "lost", false, limit, false),
        (FaultKind::ReplyLost, "lost", true, Duration::ZERO, false),
        (FaultKind::Slow, "done", true, limit / 2, true),
        (FaultKind::Disconnect, "not sent", false, Duration::ZERO, false),
    ];
    for (kind, expected, done, wait, survives) in table {
        let (faults, waited) = lab();
        faults.add("registry.create", kind, 1).unwrap();
        let cardboard = willing();
        let connector = cardboard.connector(config(), &faults);
        let outcome = match connector.create_domain("id-1", &create_wish()) {
            Ok(_) => "done",
            Err(Trouble::Refused { code: codes::DATA_MANAGEMENT_POLICY, .. }) => "refused",
            Err(Trouble::NotSent(_)) => "not sent",
            Err(Trouble::Lost(_)) => "lost",
            Err(other) => panic!("{kind}: {other}"),
        };
        assert_eq!(outcome, expected, "{kind}");
        assert_eq!(cardboard.asked().iter().filter(|command| is_transform(command)).count(), usize::from(done), "{kind}");
        assert_eq!(*waited.lock().unwrap(), wait, "{kind}");
        assert_eq!(connector.health().sessions, usize::from(survives), "{kind}");
        assert!(faults.list().is_empty(), "{kind}");
        assert!(connector.create_domain("id-2", &create_wish()).is_ok(), "{kind}");
    }
}

#[test]
fn a_query_survives_one_fault_but_not_a_refusal() {
    for kind in FaultKind::ALL {
        for (verb, call) in QUERIES {
            let (faults, _) = lab();
            faults.add("registry.*", kind, 1).unwrap();
            let connector = willing().connector(config(), &faults);
            let outcome = call(&connector);
            assert_eq!(outcome.is_ok(), kind != FaultKind::Refuse, "{verb} {kind}: {outcome:?}");
            assert!(faults.list().is_empty());
        }
    }
}

/// Every call has a point of its own at which it can be struck.
#[test]
fn every_call_has_its_point() {
    let points = [
        ("check", "registry.check"),
        ("domain", "registry.info"),
        ("transfer", "registry.transfer.query"),
        ("contact", "registry.contact.info"),
        ("host", "registry.host.info"),
        ("poll", "registry.poll"),
        ("create_domain", "registry.create"),
        ("renew_domain", "registry.renew"),
        ("update_domain", "registry.update"),
        ("delete_domain", "registry.delete"),
        ("restore_domain", "registry.restore"),
        ("request_transfer", "registry.transfer"),
        ("act_on_transfer", "registry.transfer"),
        ("create_contact", "registry.contact.create"),
        ("update_contact", "registry.contact.update"),
        ("delete_contact", "registry.contact.delete"),
        ("create_host", "registry.host.create"),
        ("update_host", "registry.host.update"),
        ("delete_host", "registry.host.delete"),
        ("acknowledge", "registry.poll.ack"),
    ];
    let calls: Vec<_> = QUERIES.into_iter().chain(TRANSFORMS).collect();
    assert_eq!(calls.len(), points.len());
    for ((verb, call), (point_of, point)) in calls.into_iter().zip(points) {
        assert_eq!(verb, point_of);
        let faults = Faults::none();
        faults.add(point, FaultKind::Refuse, 1).unwrap();
        assert!(matches!(call(&willing().connector(config(), &faults)), Err(Trouble::Refused { .. })), "{verb}");
        assert!(faults.list().is_empty(), "{verb} does not pass {point}");
    }
}

#[test]
fn a_registry_can_be_played_away() {
    for point in ["registry.connect", "registry.login"] {
        let (faults, _) = lab();
        faults.add(point, FaultKind::Refuse, 2).unwrap();
        let cardboard = willing();
        let connector = cardboard.connector(config(), &faults);
        for _ in 0..2 {
            assert!(matches!(connector.delete_domain("id-1", &calls::name()), Err(Trouble::NotSent(_))), "{point}");
        }
        assert!(connector.delete_domain("id-1", &calls::name()).is_ok(), "{point}");
    }
}

/// The process dies at the point, as by SIGKILL: run in a child, which is this very test with a word in its environment.
#[test]
fn crash_points_end_the_process() {
    const WORD: &str = "REGISTRY_TEST_CRASH_AT";
    if let Ok(point) = std::env::var(WORD) {
        let faults = Faults::none();
        faults.crash_at(&point).unwrap();
        let connector = willing().connector(config(), &faults);
        connector.check(&[calls::name()], None).unwrap();
        println!("queries pass");
        faults.passing("order.settled");
        let _ = connector.create_domain("id-1", &create_wish());
        println!("survived");
        return;
    }
    for (point, dies) in [("registry.sent", true), ("registry.answered", true), ("order.settled", true), ("order.accepted", false)] {
        let child = Process::new(std::env::current_exe().unwrap())
            .args(["--exact", "faults::crash_points_end_the_process", "--nocapture"])
            .env(WORD, point)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert_eq!(child.status.success(), !dies, "{point}: {said}");
        assert!(said.contains("queries pass"), "{point}: {said}");
        assert_eq!(said.contains("survived"), !dies, "{point}: {said}");
    }
}
