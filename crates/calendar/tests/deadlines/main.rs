//! Deadlines, to the second: a second before its instant nothing has happened, at the instant it has, and it does not happen again; on both stores.

mod stage;

use calendar::Desk;
use engine::Actor;
use engine::faults::FaultKind;
use engine::grant::InvitationAnswer;
use engine::staff::Attention;
use model::Timestamp;
use model::lock::LockReason;
use registry::embedded::Act;
use stage::{Stage, due_in_days, freed, let_go, told_of_funds, unpaid, warned};
use testkit::Fixture;

const DAY: i64 = 86_400;

/// What falls due: how it is brought about, when it is due, and how often it has happened by now.
struct Deadline {
    what: &'static str,
    zone: &'static str,
    /// Brings it about for a name and says when it is due.
    begin: fn(&mut Stage<'_>, &str) -> Timestamp,
    /// Counts it for that name.
    count: fn(&Stage<'_>, &str) -> usize,
}

const DEADLINES: &[Deadline] = &[
    Deadline {
        what: "a name is renewed by itself and charged at the renewal date (cnr-kb C: expiry plus 35 days)",
        zone: "com",
        begin: |s, d| {
            s.register("demo", d, &[]);
            assert_eq!(s.renewal_date(d).seconds_since(s.info("demo", d).expect("here").expires), 35 * DAY);
            s.renewal_date(d)
        },
        count: |s, d| s.events("demo", d, "RENEWAL_SUCCESSFUL", "autorenew=1"),
    },
    Deadline {
        what: "a name without an automatic renewal of its registry is renewed a day before it expires",
        zone: "or.kr",
        begin: |s, d| {
            s.register("demo", d, &[]);
            s.renewal_date(d)
        },
        count: |s, d| s.events("demo", d, "RENEWAL_SUCCESSFUL", "autorenew=1"),
    },
    Deadline {
        what: "a name that is let go stops resolving at its renewal date (cnr-kb C, ERRP)",
        zone: "com",
        begin: let_go,
        count: |s, d| s.events("demo", d, "MODIFICATION_NOTIFY", "standing=suspended"),
    },
    Deadline {
        what: "and is deleted eight days later (cnr-kb C: day 43)",
        zone: "com",
        begin: |s, d| let_go(s, d).plus_days(8),
        count: |s, d| s.events("demo", d, "DELETION_SUCCESSFUL", "autodelete=1"),
    },
    Deadline {
        what: "and leaves redemption 30 days after that",
        zone: "com",
        begin: |s, d| let_go(s, d).plus_days(8 + 30),
        count: |s, d| s.events("demo", d, "MODIFICATION_NOTIFY", "Redemption period ended"),
    },
    Deadline {
        what: "and is free five days later",
        zone: "com",
        begin: |s, d| let_go(s, d).plus_days(8 + 30 + 5),
        count: |s, d| s.events("demo", d, "DELETION_NOTIFY", "Domain deleted"),
    },
    Deadline {
        what: "where the registry deletes at expiry, a name that is let go is deleted a day before",
        zone: "or.kr",
        begin: let_go,
        count: |s, d| s.events("demo", d, "DELETION_SUCCESSFUL", "autodelete=1"),
    },
    Deadline {
        what: "and is free 30 days later (settled: .or.kr end of life)",
        zone: "or.kr",
        begin: |s, d| let_go(s, d).plus_days(30),
        count: |s, d| usize::from(s.info("demo", d).is_none()),
    },
    Deadline {
        what: "the registry frees a .kr name when the zone's pack says: 30 days of redemption and five of pending delete",
        zone: "kr",
        begin: freed,
        count: |s, d| usize::from(s.info("demo", d).is_none()),
    },
    Deadline {
        what: "and a .de name after 30 days of redemption",
        zone: "de",
        begin: freed,
        count: |s, d| usize::from(s.info("demo", d).is_none()),
    },
    Deadline {
        what: "and a .nl name after 40 days of quarantine",
        zone: "nl",
        begin: freed,
        count: |s, d| usize::from(s.info("demo", d).is_none()),
    },
    Deadline {
        what: "the owner is told 30 days before expiry (ERRP)",
        zone: "com",
        begin: |s, d| due_in_days(s, d, -30),
        count: |s, d| s.mails(d, "expires on"),
    },
    Deadline {
        what: "and 7 days before",
        zone: "com",
        begin: |s, d| {
            let due = due_in_days(s, d, -7);
            s.to(due.plus_seconds(-2));
            due
        },
        count: |s, d| s.mails(d, "expires on") - 1,
    },
    Deadline { what: "and a day after", zone: "com", begin: |s, d| due_in_days(s, d, 1), count: |s, d| s.mails(d, "has expired") },
    Deadline {
        what: "an account that cannot pay is warned 30 days before the renewal",
        zone: "com",
        begin: |s, d| warned(s, d, 30),
        count: told_of_funds,
    },
    Deadline { what: "and 7 days before", zone: "com", begin: |s, d| warned(s, d, 7), count: |s, d| told_of_funds(s, d) - 1 },
    Deadline { what: "and a day before", zone: "com", begin: |s, d| warned(s, d, 1), count: |s, d| told_of_funds(s, d) - 2 },
    Deadline {
        what: "a renewal that could not be paid is told of at its date",
        zone: "com",
        begin: |s, d| {
            s.enrich("poor");
            unpaid(s, d)
        },
        count: |s, d| s.events("poor", d, "RENEWAL_FAILED", ""),
    },
    Deadline {
        what: "and is tried again a day later",
        zone: "com",
        begin: |s, d| {
            s.enrich("poor");
            let due = unpaid(s, d);
            s.to(due.plus_seconds(1));
            s.desk.pay("poor", 10_000_000);
            due.plus_days(1)
        },
        count: |s, d| s.events("poor", d, "RENEWAL_SUCCESSFUL", "autorenew=1"),
    },
    Deadline {
        what: "a holder who is asked has five days",
        zone: "com",
        begin: |s, d| {
            s.asked_for(d);
            assert_eq!(s.transfer("demo", d).status_word, "REQUESTED");
            s.now().plus_days(5)
        },
        count: |s, d| s.events("demo", d, "TRANSFER_FAILED", "serverCancelled"),
    },
    Deadline {
        what: "a link of a mail is good for five days and no longer",
        zone: "com",
        begin: |s, d| {
            s.asked_for(d);
            s.now().plus_days(5)
        },
        count: |s, d| {
            let link = s.link(d, "/foa/");
            usize::from(!matches!(s.f.engine().consent(&link), Ok(engine::transfer::Answered::Open(_))))
        },
    },
    Deadline {
        what: "the losing registrar has five days, and its silence lets the name go",
        zone: "com",
        begin: |s, d| {
            s.asked_for(d);
            assert_eq!(s.desk.press(d, true).as_deref(), Some(format!("You agreed to the transfer of {d}").as_str()));
            s.settle();
            assert_eq!(s.transfer("demo", d).status_word, "pending");
            s.now().plus_days(5)
        },
        count: |s, d| s.events("demo", d, "TRANSFER_SUCCESSFUL", "serverApproved"),
    },
    Deadline {
        what: "where its owner must confirm, silence ends the request",
        zone: "or.kr",
        begin: |s, d| {
            s.asked_for(d);
            assert_eq!(s.transfer("demo", d).status_word, "pending");
            s.now().plus_days(5)
        },
        count: |s, d| s.events("demo", d, "TRANSFER_FAILED", "serverCancelled"),
    },
    Deadline {
        what: "a name that another registrar asks for leaves after five days of silence",
        zone: "com",
        begin: |s, d| {
            s.leaving(d);
            assert_eq!(s.transfer("demo", d).status_word, "FOREIGN_PENDING");
            s.now().plus_days(5)
        },
        count: |s, d| s.events("demo", d, "FOREIGN_TRANSFER_SUCCESSFUL", "serverApproved"),
    },
    Deadline {
        what: "and stays where its owner must confirm and does not",
        zone: "or.kr",
        begin: |s, d| {
            s.leaving(d);
            s.now().plus_days(5)
        },
        count: |s, d| s.events("demo", d, "FOREIGN_TRANSFER_FAILED", "serverCancelled"),
    },
    Deadline {
        what: "between accounts the code and five days of silence complete a transfer",
        zone: "com",
        begin: |s, d| {
            s.register("demo", d, &[]);
            let code = s.code(d);
            s.ask("other", "TransferDomain", &[("domain", d), ("action", "USERTRANSFER"), ("auth", &code)]);
            s.now().plus_days(5)
        },
        count: |s, d| s.events("other", d, "TRANSFER_SUCCESSFUL", "internal=1"),
    },
    Deadline {
        what: "and end one without the code",
        zone: "com",
        begin: |s, d| {
            s.register("demo", d, &[]);
            s.ask("other", "TransferDomain", &[("domain", d), ("action", "USERTRANSFER")]);
            s.now().plus_days(5)
        },
        count: |s, d| s.events("other", d, "TRANSFER_FAILED", "internal=1"),
    },
    Deadline {
        what: "a change of owner that nobody answers ends after 14 days (cnr-kb D.1)",
        zone: "com",
        begin: |s, d| {
            let due = s.owner_asked(d, "ModifyDomain");
            assert_eq!(due, s.now().plus_days(14));
            due
        },
        count: |s, d| s.events("demo", d, "MODIFICATION_FAILED", "ownerchange_status=expired"),
    },
    Deadline {
        what: "and a trade after ten (.at)",
        zone: "at",
        begin: |s, d| {
            let due = s.owner_asked(d, "TradeDomain");
            assert_eq!(due, s.now().plus_days(10));
            due
        },
        count: |s, d| s.events("demo", d, "TRADE_FAILED", "ownerchange_status=expired"),
    },
    Deadline {
        what: "a name whose owner has changed is locked for 60 days (ICANN Transfer Policy)",
        zone: "com",
        begin: |s, d| {
            s.register("demo", d, &[]);
            let owner = [("name", "Grace Hopper"), ("email", "grace@example.org"), ("phone", "+1.7035550100")];
            let place = [("address-1", "Street 1"), ("city", "City"), ("postal-code", "12345"), ("country", "US")];
            s.ask("demo", "domain-owner-change", &[&[("domain", d)], &owner[..], &place].concat());
            assert_eq!(s.events("demo", d, "MODIFICATION_SUCCESSFUL", "ownerchange_status=successful"), 1);
            s.now().plus_days(60)
        },
        count: |s, d| usize::from(!s.info("demo", d).expect("it is here").locks.holds(LockReason::OwnerChange)),
    },
    Deadline {
        what: "an owner whose address is not proven has 15 days (ICANN RAA)",
        zone: "com",
        begin: |s, d| {
            s.register_for(&s.newcomer(d), "demo", d, &[]);
            s.now().plus_days(15)
        },
        count: |s, d| s.events("demo", d, "MODIFICATION_NOTIFY", "standing=suspended reason=CONTACTVERIFICATION"),
    },
    Deadline {
        what: "a name that is offered by mail is offered for 14 days",
        zone: "com",
        begin: |s, d| {
            s.register("demo", d, &[]);
            s.ask("demo", "grants-invite", &[("domain", d), ("email", "reader@elsewhere.example"), ("role", "@creator")]);
            s.now().plus_days(14)
        },
        count: |s, d| {
            let link = s.link(d, "/grant/");
            usize::from(!matches!(s.f.engine().invitation(&link), Ok(InvitationAnswer::Open(_))))
        },
    },
    Deadline {
        what: "an authorization code ends after 30 days (cnr-kb B)",
        zone: "com",
        begin: |s, d| {
            s.register("demo", d, &[]);
            s.code(d);
            s.now().plus_days(30)
        },
        count: |s, d| usize::from(s.info("demo", d).expect("it is here").auth_info.is_none()),
    },
];

fn met(f: &Fixture) {
    let mut stage = Stage { f, desk: Desk::open(f, &["other", "poor"]) };
    stage.desk.pay("demo", 1_000_000_000);
    for (number, deadline) in DEADLINES.iter().enumerate() {
        // Nothing falls due at the same second of another day by chance.
        stage.to(stage.now().plus_seconds(61));
        let domain = format!("deadline-{number}.{}", deadline.zone);
        let due = (deadline.begin)(&mut stage, &domain);
        let told = |when: &str| format!("{domain}, {when} {due}: {}", deadline.what);
        stage.to(due.plus_seconds(-1));
        assert_eq!((deadline.count)(&stage, &domain), 0, "{}", told("before"));
        stage.to(due);
        assert_eq!((deadline.count)(&stage, &domain), 1, "{}", told("at"));
        stage.settle();
        stage.to(due.plus_seconds(1));
        assert_eq!((deadline.count)(&stage, &domain), 1, "{}", told("after"));
    }
    f.assert_promises();
}

#[test]
fn every_deadline_is_met_to_the_second_and_once() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        met(&Fixture::still_at(&location));
    }
}

/// What staff are told of a transfer that is not completed.
fn alarms(s: &Stage<'_>, domain: &str) -> usize {
    let items = s.f.engine().run(&Actor::staff(), Attention).expect("staff may look");
    items.iter().filter(|i| i.object == domain && i.why.contains("not completed an hour after the name arrived")).count()
}

/// dmapi.md 8.13: PENDING_COMPLETE for more than an hour is a case for staff.
fn alarmed(f: &Fixture) {
    let mut s = Stage { f, desk: Desk::open(f, &[]) };
    let d = "unfinished.com";
    s.asked_for(d);
    s.desk.press(d, true).expect("the holder was asked");
    s.settle();
    // The name comes over, and what was wished for cannot be set at the registry.
    f.engine().faults().add("registry.update", FaultKind::Timeout, 1_000).expect("a fault");
    assert!(s.desk.play(&Act::Approve { name: d.to_owned() }).is_success());
    s.settle();
    let arrived = s.now();
    let shown = |s: &Stage<'_>| s.desk.ask("demo", "domain-transfer-control", &[("action", "show"), ("domain", d)]);
    let word = |s: &Stage<'_>| shown(s).value("status").to_owned();
    assert_eq!(word(&s), "DOMAIN_WITH_JOKER_PENDING_COMPLETE");
    let due = arrived.plus_seconds(3_600);
    s.to(due.plus_seconds(-1));
    assert_eq!(alarms(&s, d), 0);
    s.to(due);
    assert_eq!(alarms(&s, d), 1, "at the second itself");
    s.to(due.plus_seconds(1));
    assert_eq!(alarms(&s, d), 1);
    // It stays while completion is tried again and again, and ends with it.
    s.to(due.plus_seconds(7_200));
    assert_eq!((alarms(&s, d), word(&s).as_str()), (1, "DOMAIN_WITH_JOKER_PENDING_COMPLETE"));
    f.engine().faults().clear();
    s.to(due.plus_seconds(7_200 + 600));
    assert_eq!((alarms(&s, d), word(&s).as_str()), (0, "TRANSFER_PROCESSED_SUCCESSFULLY"));
    assert_eq!(s.events("demo", d, "TRANSFER_SUCCESSFUL", ""), 1);
    f.assert_promises();
}

#[test]
fn a_transfer_that_is_not_completed_in_an_hour_is_told_of_to_the_second() {
    for (store, location, _database) in testkit::stores() {
        eprintln!("on {store}");
        alarmed(&Fixture::still_at(&location));
    }
}

#[test]
fn the_clock_never_goes_backward() {
    let f = Fixture::still();
    let before = f.engine().now();
    let told = f.sandbox.move_clock(before.plus_seconds(-1)).expect_err("it is refused").to_string();
    assert!(told.contains("never goes backward"), "{told}");
    assert_eq!(f.engine().now(), before);
}
