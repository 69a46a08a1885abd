//! The calendar: names of each family lived day by day from registration to drop; every date, status, charge, mail and event stands in
//! `calendar/<zone>.txt`, for people who know domains to read. `DOMESDAY_WRITE_CALENDAR=1` writes the files anew: read what changed before
//! keeping it.

use engine::account::manage::{Fund, Impersonate};
use engine::account::statement::Statement;
use engine::domain::{ContactRef, Delete, DomainView, Ending, Info, Register, Renew, RenewPrivacy, Renewed, Restore, SetRenewalMode, Term};
use engine::event;
use engine::order::OrderStanding;
use engine::{Actor, Error, account, contact};
use model::contact::ContactDraft;
use model::domain::{Privacy, RenewalMode};
use model::pattern::Pattern;
use model::{Channel, DomainName, HostName, Months, Refusal};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use testkit::Fixture;

const WAIT: Duration = Duration::from_secs(20);

/// What its holder does to a name, on a day counted from its registration.
#[derive(Clone, Copy)]
enum Deed {
    RenewByHand,
    Mode(RenewalMode),
    DeleteNow,
    Restore,
    /// All its account's money is taken out.
    Ruin,
    /// And some is paid in again.
    Fund(i64),
}

/// A course of life, and what it is called in the file.
struct Life {
    label: &'static str,
    what: &'static str,
    login: &'static str,
    deeds: &'static [(i64, Deed)],
}

use Deed::{DeleteNow, Fund as PayIn, Mode, RenewByHand, Restore as BringBack, Ruin};

/// On the day on which its renewal fails.
const WHEN_UNPAID: i64 = -1;

/// `rival` and `julia` have one name each, so that their money is nobody else's.
const LIVES: &[Life] = &[
    Life {
        label: "hand",
        what: "renewed by hand for a year, then let go",
        login: "demo",
        deeds: &[(200, RenewByHand), (201, Mode(RenewalMode::AutoDelete))],
    },
    Life { label: "itself", what: "renewed by itself, then let go", login: "demo", deeds: &[(500, Mode(RenewalMode::AutoExpire))] },
    Life {
        label: "once",
        what: "renewed once by itself; then the account's default holds, until it is let go",
        login: "demo",
        deeds: &[(10, Mode(RenewalMode::RenewOnce)), (450, Mode(RenewalMode::AutoDelete))],
    },
    Life { label: "early", what: "deleted on its second day", login: "demo", deeds: &[(1, DeleteNow)] },
    Life { label: "greedy", what: "deleted on its second day too, beyond the month's refunds", login: "demo", deeds: &[(1, DeleteNow)] },
    Life { label: "late", what: "deleted after a hundred days", login: "demo", deeds: &[(100, DeleteNow)] },
    Life {
        label: "restored",
        what: "deleted after a hundred days, restored ten days later, let go at its end",
        login: "demo",
        deeds: &[(100, DeleteNow), (110, BringBack), (300, Mode(RenewalMode::AutoDelete))],
    },
    Life {
        label: "regretted",
        what: "let go at its end, restored, let go again",
        login: "demo",
        deeds: &[(20, Mode(RenewalMode::AutoDelete)), (375, BringBack), (420, BringBack), (600, Mode(RenewalMode::AutoDelete))],
    },
    Life {
        label: "awake",
        what: "let go at its end, renewed by hand at the last moment if there is one after expiry",
        login: "demo",
        deeds: &[(20, Mode(RenewalMode::AutoDelete)), (405, RenewByHand)],
    },
    Life { label: "ruined", what: "to be renewed by itself by an account without money", login: "rival", deeds: &[(2, Ruin)] },
    Life {
        label: "rescued",
        what: "the same, and money comes when it is nearly too late",
        login: "julia",
        deeds: &[(2, Ruin), (WHEN_UNPAID, PayIn(2_000_000)), (500, Mode(RenewalMode::AutoDelete))],
    },
];

/// Long enough for two terms and all graces after them.
const DAYS: i64 = 860;

fn handle(f: &Fixture, actor: &Actor, country: &str) -> String {
    let s = |text: &str| Some(text.to_owned());
    let draft = ContactDraft {
        organization: s("Calendar Society"),
        email: s("owner@calendar.example"),
        street: [s("Street 1"), None, None],
        city: s("City"),
        postal_code: s("12345"),
        country: s(country),
        phone: s("+49.2211234567"),
        ..ContactDraft::default()
    };
    // An owner who has answered; what becomes of those who do not is in `verification.rs`.
    f.prove(actor, "owner@calendar.example");
    f.engine().run(actor, contact::Create { draft, zone: None, reuse: true, client_id: String::new() }).unwrap().contact.handle
}

fn wish(handle: &str, name: &DomainName, zone: &str) -> Register {
    let korean = [("X-KR-CTFY-TYPE", "UNIQUE"), ("X-KR-CTFY-NO", "101-82-12345")];
    let fields = if zone.ends_with("kr") { korean.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec() } else { Vec::new() };
    Register {
        name: name.clone(),
        months: Months::new(12),
        registrant: Some(ContactRef::Handle(handle.to_owned())),
        admin: vec![],
        tech: vec![],
        billing: vec![],
        hosts: vec![HostName::parse("ns1.example.net").unwrap(), HostName::parse("ns2.example.net").unwrap()],
        renewal_mode: None,
        language: None,
        privacy: Privacy::Off,
        price_limit: None,
        transfer_lock: None,
        auth_info: None,
        dnssec: vec![],
        fields,
        registrar_tag: None,
        client_id: String::new(),
    }
}

/// One name and what was written down of it.
struct Watched<'l> {
    life: &'l Life,
    name: DomainName,
    shown: Option<String>,
    text: String,
}

struct Watch<'f, 'l> {
    f: &'f Fixture,
    day: i64,
    lives: Vec<Watched<'l>>,
    /// Where reading goes on: entries, events and mails seen so far.
    entries: BTreeMap<&'static str, i64>,
    events: BTreeMap<&'static str, i64>,
    mails: i64,
}

fn standing(d: &DomainView) -> String {
    let statuses = if d.statuses.is_empty() { "ok".to_owned() } else { d.statuses.join(" ") };
    format!(
        "{statuses}; expires {}, paid until {}, renewal date {}, {}",
        d.expires.date(),
        d.paid_until.date(),
        d.renewal_date.date(),
        d.renewal_mode.word()
    )
}

impl<'f, 'l> Watch<'f, 'l> {
    fn actor(&self, login: &str) -> Actor {
        self.f.engine().run(&Actor::staff(), Impersonate { login: login.to_owned() }).unwrap()
    }

    /// What became of a name that is ours no longer.
    fn gone(&self, place: usize) -> String {
        let (name, mut sponsor) = (self.lives[place].name.as_str(), None);
        let each = |d: registry::embedded::DumpedDomain| {
            if d.name == name {
                sponsor = Some(d.sponsor);
            }
            Ok::<(), store::Fault>(())
        };
        self.f.sandbox.registry().dump(each).unwrap();
        sponsor.map_or_else(|| "gone: the name is free".to_owned(), |sponsor| format!("gone: the name is held by {sponsor}"))
    }

    fn write(&mut self, place: usize, line: &str) {
        let date = self.f.engine().now().date();
        let text = &mut self.lives[place].text;
        let mark = format!("day {:4}  {date}  ", self.day);
        let repeated = text.lines().rfind(|l| l.starts_with("day")).is_some_and(|l| l.starts_with(&mark));
        let lead = if repeated { " ".repeat(mark.len()) } else { mark };
        writeln!(text, "{lead}{line}").unwrap();
    }

    /// Writes down whatever is new of every name.
    fn look(&mut self) {
        let engine = self.f.engine();
        let mut news: Vec<(String, String)> = Vec::new();
        for login in ["demo", "rival", "julia"] {
            let actor = self.actor(login);
            let after = self.entries.get(login).copied().unwrap_or(0);
            for line in engine.run(&actor, Statement { after, limit: 10_000 }).unwrap() {
                self.entries.insert(login, line.entry_id);
                news.push((line.memo.clone(), format!("{}: {} ({})", line.kind, line.amount, line.memo)));
            }
        }
        let last_mail = self.mails;
        let mut mails = engine.mails(None).unwrap();
        mails.retain(|m| m.id > last_mail);
        mails.reverse();
        for mail in mails {
            self.mails = mail.id;
            news.push((mail.subject.clone(), format!("mail to {}: {}", mail.to, mail.subject)));
        }
        for login in ["demo", "rival", "julia"] {
            let actor = self.actor(login);
            let seen = self.events.get(login).copied().unwrap_or(0);
            let list = event::List {
                class: Pattern::All,
                subclass: Pattern::All,
                from: None,
                to: None,
                marked: event::Marked::All,
                sub_accounts: false,
                sort: event::SortBy::Date,
                descending: false,
                window: engine::domain::Window { skip: seen, take: 100_000 },
            };
            let rows = engine.run(&actor, list).unwrap().rows;
            self.events.insert(login, seen + rows.len() as i64);
            for e in rows {
                let data: Vec<String> = e
                    .data
                    .iter()
                    .filter(|(k, _)| !["domain", "due", "reason"].contains(&k.as_str()))
                    .map(|(k, v)| format!(" {k}={v}"))
                    .collect();
                news.push((e.object.clone(), format!("event {} {}{}", e.class, e.subclass, data.concat())));
            }
        }
        for place in 0..self.lives.len() {
            let name = self.lives[place].name.clone();
            let of_it: Vec<String> = news
                .iter()
                .filter(|(about, _)| about.split_whitespace().any(|word| word == name.as_str()))
                .map(|(_, line)| line.clone())
                .collect();
            for line in of_it {
                self.write(place, &line);
            }
            let actor = self.actor(self.lives[place].life.login);
            let shown = match engine.run(&actor, Info { name }) {
                Ok(view) => Some(standing(&view)),
                Err(Error::Refused(Refusal::DomainUnknown { .. })) => None,
                Err(other) => panic!("{other}"),
            };
            if shown != self.lives[place].shown {
                let line = shown.clone().unwrap_or_else(|| self.gone(place));
                self.write(place, &line);
                self.lives[place].shown = shown;
            }
        }
    }

    fn failed_today(&self, place: usize) -> bool {
        let text = &self.lives[place].text;
        let today = text.rfind("\nday ").map_or("", |at| &text[at + 1..]);
        today.starts_with(&format!("day {:4} ", self.day)) && today.contains("RENEWAL_FAILED")
    }

    fn act(&mut self, place: usize, deed: Deed) {
        let engine = self.f.engine();
        let (name, login) = (self.lives[place].name.clone(), self.lives[place].life.login);
        let actor = self.actor(login);
        let client_id = String::new();
        let (said, outcome) = match deed {
            RenewByHand => {
                let term = Term::By { months: Months::new(12), from_year: None };
                let renew = Renew { name, term, privacy: RenewPrivacy::Unsaid, price_limit: None, client_id };
                let accepted = engine.renew(&actor, renew).map(|done| match done {
                    Renewed::Accepted(order) | Renewed::AlreadyThere { order, .. } => order,
                });
                ("> renew for a year".to_owned(), accepted)
            }
            Mode(mode) => {
                let set = engine.run(&actor, SetRenewalMode { name, mode, client_id });
                (format!("> renewal mode {}", mode.word()), set.map(|done| done.order))
            }
            DeleteNow => {
                let delete = Delete { name, ending: Ending::Now, force: true, client_id };
                ("> delete".to_owned(), engine.run(&actor, delete).map(|done| done.order))
            }
            BringBack => {
                ("> restore".to_owned(), engine.restore(&actor, Restore { name, price_limit: None, client_id }).map(|done| done.order))
            }
            Ruin | PayIn(_) => {
                let (balance, _) = engine.run(&actor, account::Balance).unwrap();
                let amount_e4 = if let PayIn(e4) = deed { e4 } else { -balance.amount_e4 };
                engine.run(&Actor::staff(), Fund { login: login.to_owned(), amount_e4, memo: "calendar".to_owned() }).unwrap();
                self.write(place, if amount_e4 < 0 { "> all money is taken out" } else { "> money is paid in" });
                return;
            }
        };
        self.write(place, &said);
        match outcome {
            Ok(order) => {
                let order = engine.await_order(&actor, order.id, WAIT).unwrap();
                if order.standing != OrderStanding::Succeeded {
                    self.write(place, &format!("failed: {}", order.message));
                }
            }
            Err(Error::Refused(refusal)) => self.write(place, &format!("refused: {refusal:?}")),
            Err(other) => panic!("{other}"),
        }
    }
}

/// Lives every life of a zone and compares what was written down.
fn lived(zone: &str, country: &str) {
    let f = Fixture::new();
    let mut watch = Watch { f: &f, day: 0, lives: Vec::new(), entries: BTreeMap::new(), events: BTreeMap::new(), mails: 0 };
    for life in LIVES {
        let name = DomainName::parse(&format!("{}.{zone}", life.label)).unwrap();
        watch.lives.push(Watched { life, name: name.clone(), shown: None, text: String::new() });
        let actor = f.actor(Channel::Dmapi, life.login);
        let order = f.engine().register(&actor, wish(&handle(&f, &actor, country), &name, zone)).unwrap().order;
        let order = f.engine().await_order(&actor, order.id, WAIT).unwrap();
        assert_eq!(order.standing, OrderStanding::Succeeded, "{}", order.message);
    }
    watch.look();
    for day in 1..=DAYS {
        f.advance("P1D");
        watch.day = day;
        watch.look();
        for (place, life) in LIVES.iter().enumerate() {
            let unpaid = watch.failed_today(place);
            for (at, deed) in life.deeds {
                if *at == day || *at == WHEN_UNPAID && unpaid {
                    watch.act(place, *deed);
                    // What follows from it is done before the next deed.
                    f.advance("PT1S");
                    watch.look();
                }
            }
        }
        if day % 200 == 0 {
            f.assert_promises();
        }
    }
    f.assert_promises();
    let mut text =
        format!("# .{zone}: lives of eleven names from their registration to their end, as their account sees them each morning.\n");
    for watched in &watch.lives {
        writeln!(text, "\n== {}: {} (account {})", watched.name, watched.life.what, watched.life.login).unwrap();
        text.push_str(&watched.text);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendar").join(format!("{zone}.txt"));
    if std::env::var_os("DOMESDAY_WRITE_CALENDAR").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = text.lines().zip(kept.lines()).enumerate().find(|(_, (now, kept))| now != kept);
    if let Some((line, (now, kept))) = differs {
        panic!("{}:{}\nwritten: {kept}\nlived:   {now}", path.display(), line + 1);
    }
    assert_eq!(text.lines().count(), kept.lines().count(), "{}", path.display());
    assert!(watch.lives.iter().all(|w| w.shown.is_none()), "every name ends");
}

macro_rules! zones {
    ($($test:ident $zone:literal $country:literal;)*) => {
        $(#[test] fn $test() { lived($zone, $country); })*
    };
}

zones! {
    com "com" "US";
    xxx "xxx" "US";
    de "de" "DE";
    eu "eu" "DE";
    at "at" "AT";
    kr "kr" "KR";
    or_kr "or.kr" "KR";
}
