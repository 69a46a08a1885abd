//! What the deadlines stand on: requests of a few accounts, the outside world, and what can be counted.

use calendar::Desk;
use engine::domain::{DomainView, Info};
use engine::transfer::{Show, TransferView};
use engine::{event, owner_change};
use model::{DomainName, Timestamp};
use registry::embedded::Act;
use testkit::Fixture;

const CODE: &str = "Deadline-Code-1";

pub struct Stage<'f> {
    pub f: &'f Fixture,
    pub desk: Desk<'f>,
}

pub fn name(text: &str) -> DomainName {
    DomainName::parse(text).expect("a name")
}

impl Stage<'_> {
    pub fn now(&self) -> Timestamp {
        self.f.engine().now()
    }

    pub fn to(&self, at: Timestamp) {
        self.f.sandbox.move_clock(at).expect("the clock moves");
    }

    /// Does what was begun, without time passing.
    pub fn settle(&self) {
        self.to(self.now());
    }

    pub fn ask(&self, account: &str, command: &str, parameters: &[(&str, &str)]) {
        let reply = self.desk.ask(account, command, parameters);
        assert!([0, 200, 1_000].contains(&reply.code), "{command} {parameters:?}: {reply:?}");
        self.settle();
    }

    pub fn register(&mut self, account: &str, domain: &str, more: &[(&str, &str)]) {
        let country = if domain.ends_with("kr") { "KR" } else { "US" };
        let handle = self.desk.handles(account, country).1;
        self.register_for(&handle, account, domain, more);
    }

    pub fn register_for(&self, handle: &str, account: &str, domain: &str, more: &[(&str, &str)]) {
        let mut all = vec![("domain", domain), ("nameserver0", "ns1.example.net"), ("nameserver1", "ns2.example.net")];
        all.extend(["ownercontact0", "admincontact0", "techcontact0", "billingcontact0"].map(|role| (role, handle)));
        all.extend([("X-KR-CTFY-TYPE", "UNIQUE"), ("X-KR-CTFY-NO", "1"), ("transferlock", "0")]);
        all.extend(more);
        self.ask(account, "AddDomain", &all);
    }

    pub fn info(&self, account: &str, domain: &str) -> Option<DomainView> {
        self.f.engine().run(self.desk.actor(account), Info { name: name(domain) }).ok()
    }

    pub fn renewal_date(&self, domain: &str) -> Timestamp {
        self.info("demo", domain).expect("it is here").renewal_date
    }

    pub fn transfer(&self, account: &str, domain: &str) -> TransferView {
        self.f.engine().run(self.desk.actor(account), Show { name: name(domain) }).expect("a transfer")
    }

    /// Events about a name of this subclass, with this text in their data.
    pub fn events(&self, account: &str, domain: &str, subclass: &str, text: &str) -> usize {
        let list = event::List::all();
        let rows = self.f.engine().run(self.desk.actor(account), list).expect("events").rows;
        let told = |e: &event::EventView| e.data.iter().map(|(k, v)| format!("{k}={v} ")).collect::<String>();
        rows.iter().filter(|e| e.object == domain && e.subclass == subclass && told(e).contains(text)).count()
    }

    pub fn mails(&self, domain: &str, text: &str) -> usize {
        let all = self.f.engine().mails(None).expect("mails");
        all.iter().filter(|m| m.subject.contains(domain) && m.subject.contains(text)).count()
    }

    /// The token of the newest link of this kind in a mail about a name.
    pub fn link(&self, domain: &str, path: &str) -> String {
        let mails = self.f.engine().mails(None).expect("mails");
        let mail = mails.iter().find(|m| m.subject.contains(domain)).expect("somebody was written to");
        mail.links.iter().find_map(|l| l.split_once(path)).expect("a link").1.to_owned()
    }

    /// Gives an account so much that it can pay for a name again.
    pub fn enrich(&mut self, account: &str) {
        self.desk.pay(account, 10_000_000 - self.desk.money(account).0.amount_e4);
    }

    /// Another registrar's name, old enough to be asked for.
    pub fn elsewhere(&self, domain: &str) {
        let create = Act::Create { name: domain.to_owned(), years: 1, hosts: Vec::new(), auth_info: CODE.to_owned() };
        assert!(self.desk.play(&create).is_success());
        self.to(self.now().plus_days(61));
    }

    pub fn asked_for(&mut self, domain: &str) {
        self.elsewhere(domain);
        let handle = self.desk.handles("demo", "KR").1;
        let mut all = vec![("domain", domain), ("auth", CODE), ("X-KR-CTFY-TYPE", "UNIQUE"), ("X-KR-CTFY-NO", "1")];
        if domain.ends_with("kr") {
            all.extend([("ownercontact0", handle.as_str()), ("admincontact0", &handle)]);
        }
        self.ask("demo", "TransferDomain", &all);
    }

    /// A name of ours that another registrar asks for.
    pub fn leaving(&mut self, domain: &str) {
        self.register("demo", domain, &[]);
        self.to(self.now().plus_days(61));
        let code = self.code(domain);
        assert!(self.desk.play(&Act::Request { name: domain.to_owned(), auth_info: code }).is_success());
        self.settle();
    }

    /// Somebody who is new here.
    pub fn newcomer(&self, domain: &str) -> String {
        self.desk.contact("demo", "Newcomers", &format!("new@{domain}.example"), "US").1
    }

    /// A change of owner for which both owners are asked, by an update or a trade; the instant until which they may answer.
    pub fn owner_asked(&mut self, domain: &str, command: &str) -> Timestamp {
        self.register("demo", domain, &[]);
        let owner = self.newcomer(domain);
        self.ask("demo", command, &[("domain", domain), ("ownercontact0", &owner)]);
        let change = owner_change::Show { object: domain.to_owned() };
        let shown = self.f.engine().run(self.desk.actor("demo"), change).expect("a change of owner");
        assert!(shown.state.is_waiting());
        shown.expires
    }

    pub fn code(&self, domain: &str) -> String {
        let reply = self.desk.ask("demo", "SetAuthCode", &[("domain", domain)]);
        assert_eq!(reply.code, 200, "{reply:?}");
        reply.value("auth").to_owned()
    }
}

/// A name that is not to be renewed; the date at which it is let go.
pub fn let_go(s: &mut Stage<'_>, domain: &str) -> Timestamp {
    s.register("demo", domain, &[]);
    s.ask("demo", "SetDomainRenewalMode", &[("domain", domain), ("renewalmode", "AUTODELETE")]);
    s.renewal_date(domain)
}

pub fn due_in_days(s: &mut Stage<'_>, domain: &str, days: i64) -> Timestamp {
    s.register("demo", domain, &[]);
    s.info("demo", domain).expect("it is here").paid_until.plus_days(days)
}

/// A name of an account without money.
pub fn unpaid(s: &mut Stage<'_>, domain: &str) -> Timestamp {
    s.register("poor", domain, &[]);
    s.desk.pay("poor", -s.desk.money("poor").0.amount_e4);
    s.info("poor", domain).expect("it is here").renewal_date
}

pub fn warned(s: &mut Stage<'_>, domain: &str, days: i64) -> Timestamp {
    s.enrich("poor");
    let due = unpaid(s, domain).plus_days(-days);
    // Of the three warnings only the one in question is still to come.
    s.to(due.plus_seconds(-2));
    due
}

pub fn told_of_funds(s: &Stage<'_>, domain: &str) -> usize {
    s.events("poor", domain, "RENEWAL_NOTIFY", "")
}

/// A name that is deleted as soon as it is let go; the instant at which its zone's pack says that it is free.
pub fn freed(s: &mut Stage<'_>, domain: &str) -> Timestamp {
    let at = let_go(s, domain);
    let (zone, _) = s.f.engine().zones().sold_in(&name(domain)).expect("a zone that is sold");
    zone.lifecycle.pending_delete.after(zone.lifecycle.redemption.after(at))
}
