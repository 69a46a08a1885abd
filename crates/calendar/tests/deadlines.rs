//! Deadlines, to the second: a second before its instant nothing has happened, at the instant it has, and it does not happen again; on both stores.

use calendar::Desk;
use engine::domain::{DomainView, Info, Window};
use engine::event;
use engine::transfer::{Show, TransferView};
use model::pattern::Pattern;
use model::{DomainName, Timestamp};
use registry::embedded::Act;
use testkit::Fixture;

const CODE: &str = "Deadline-Code-1";
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

struct Stage<'f> {
    f: &'f Fixture,
    desk: Desk<'f>,
}

fn name(text: &str) -> DomainName {
    DomainName::parse(text).expect("a name")
}

impl Stage<'_> {
    fn now(&self) -> Timestamp {
        self.f.engine().now()
    }

    fn to(&self, at: Timestamp) {
        self.f.sandbox.move_clock(at).expect("the clock moves");
    }

    /// Does what was begun, without time passing.
    fn settle(&self) {
        self.to(self.now());
    }

    fn ask(&self, account: &str, command: &str, parameters: &[(&str, &str)]) {
        let reply = self.desk.ask(account, command, parameters);
        assert!([0, 200, 1_000].contains(&reply.code), "{command} {parameters:?}: {reply:?}");
        self.settle();
    }

    fn register(&mut self, account: &str, domain: &str, more: &[(&str, &str)]) {
        let country = if domain.ends_with("kr") { "KR" } else { "US" };
        let handle = self.desk.handles(account, country).1;
        let mut all = vec![("domain", domain), ("nameserver0", "ns1.example.net"), ("nameserver1", "ns2.example.net")];
        all.extend(["ownercontact0", "admincontact0", "techcontact0", "billingcontact0"].map(|role| (role, handle.as_str())));
        all.extend([("X-KR-CTFY-TYPE", "UNIQUE"), ("X-KR-CTFY-NO", "1"), ("transferlock", "0")]);
        all.extend(more);
        self.ask(account, "AddDomain", &all);
    }

    fn info(&self, account: &str, domain: &str) -> Option<DomainView> {
        self.f.engine().run(self.desk.actor(account), Info { name: name(domain) }).ok()
    }

    fn renewal_date(&self, domain: &str) -> Timestamp {
        self.info("demo", domain).expect("it is here").renewal_date
    }

    fn transfer(&self, account: &str, domain: &str) -> TransferView {
        self.f.engine().run(self.desk.actor(account), Show { name: name(domain) }).expect("a transfer")
    }

    /// Events about a name of this subclass, with this text in their data.
    fn events(&self, account: &str, domain: &str, subclass: &str, text: &str) -> usize {
        let list = event::List {
            class: Pattern::All,
            subclass: Pattern::All,
            from: None,
            to: None,
            marked: event::Marked::All,
            sub_accounts: false,
            sort: event::SortBy::Date,
            descending: false,
            window: Window { skip: 0, take: 100_000 },
        };
        let rows = self.f.engine().run(self.desk.actor(account), list).expect("events").rows;
        let told = |e: &event::EventView| e.data.iter().map(|(k, v)| format!("{k}={v} ")).collect::<String>();
        rows.iter().filter(|e| e.object == domain && e.subclass == subclass && told(e).contains(text)).count()
    }

    fn mails(&self, domain: &str, text: &str) -> usize {
        let all = self.f.engine().mails(None).expect("mails");
        all.iter().filter(|m| m.subject.contains(domain) && m.subject.contains(text)).count()
    }

    /// Another registrar's name, old enough to be asked for.
    fn elsewhere(&self, domain: &str) {
        let create = Act::Create { name: domain.to_owned(), years: 1, hosts: Vec::new(), auth_info: CODE.to_owned() };
        assert!(self.desk.play(&create).is_success());
        self.to(self.now().plus_days(61));
    }

    fn asked_for(&mut self, domain: &str) {
        self.elsewhere(domain);
        let handle = self.desk.handles("demo", "KR").1;
        let mut all = vec![("domain", domain), ("auth", CODE), ("X-KR-CTFY-TYPE", "UNIQUE"), ("X-KR-CTFY-NO", "1")];
        if domain.ends_with("kr") {
            all.extend([("ownercontact0", handle.as_str()), ("admincontact0", &handle)]);
        }
        self.ask("demo", "TransferDomain", &all);
    }

    /// A name of ours that another registrar asks for.
    fn leaving(&mut self, domain: &str) {
        self.register("demo", domain, &[]);
        self.to(self.now().plus_days(61));
        let code = self.code(domain);
        assert!(self.desk.play(&Act::Request { name: domain.to_owned(), auth_info: code }).is_success());
        self.settle();
    }

    fn code(&self, domain: &str) -> String {
        let reply = self.desk.ask("demo", "SetAuthCode", &[("domain", domain)]);
        assert_eq!(reply.code, 200, "{reply:?}");
        reply.value("auth").to_owned()
    }
}

/// A name that is not to be renewed; the date at which it is let go.
fn let_go(s: &mut Stage<'_>, domain: &str) -> Timestamp {
    s.register("demo", domain, &[]);
    s.ask("demo", "SetDomainRenewalMode", &[("domain", domain), ("renewalmode", "AUTODELETE")]);
    s.renewal_date(domain)
}

fn due_in_days(s: &mut Stage<'_>, domain: &str, days: i64) -> Timestamp {
    s.register("demo", domain, &[]);
    s.info("demo", domain).expect("it is here").paid_until.plus_days(days)
}

/// A name of an account without money.
fn unpaid(s: &mut Stage<'_>, domain: &str) -> Timestamp {
    s.register("poor", domain, &[]);
    s.desk.pay("poor", -s.desk.money("poor").0.amount_e4);
    s.info("poor", domain).expect("it is here").renewal_date
}

fn warned(s: &mut Stage<'_>, domain: &str, days: i64) -> Timestamp {
    s.desk.pay("poor", 10_000_000 - s.desk.money("poor").0.amount_e4);
    let due = unpaid(s, domain).plus_days(-days);
    // Of the three warnings only the one in question is still to come.
    s.to(due.plus_seconds(-2));
    due
}

fn told_of_funds(s: &Stage<'_>, domain: &str) -> usize {
    s.events("poor", domain, "RENEWAL_NOTIFY", "")
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
            s.desk.pay("poor", 10_000_000 - s.desk.money("poor").0.amount_e4);
            unpaid(s, d)
        },
        count: |s, d| s.events("poor", d, "RENEWAL_FAILED", ""),
    },
    Deadline {
        what: "and is tried again a day later",
        zone: "com",
        begin: |s, d| {
            s.desk.pay("poor", 10_000_000 - s.desk.money("poor").0.amount_e4);
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
            let mails = s.f.engine().mails(None).expect("mails");
            let mail = mails.iter().find(|m| m.subject.contains(d)).expect("the holder was asked");
            let link = mail.links.iter().find_map(|l| l.split_once("/foa/")).expect("a link").1;
            usize::from(!matches!(s.f.engine().consent(link), Ok(engine::transfer::Answered::Open(_))))
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

#[test]
fn the_clock_never_goes_backward() {
    let f = Fixture::still();
    let before = f.engine().now();
    let told = f.sandbox.move_clock(before.plus_seconds(-1)).expect_err("it is refused").to_string();
    assert!(told.contains("never goes backward"), "{told}");
    assert_eq!(f.engine().now(), before);
}
