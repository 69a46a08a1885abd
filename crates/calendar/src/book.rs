//! The book: what becomes of each name, looked at at noon and after whatever is done, and written down with the instant at which it happened.

use crate::lives::{Life, Step, When, lives};
use crate::wire::{Answer, Desk};
use engine::account::statement::{Line, Statement};
use engine::event;
use engine::order::{List, OrderFilter, OrderKey, OrderStanding, OrderView, Retrieve};
use model::pattern::Pattern;
use model::policy::Zone;
use model::{DomainName, Money, Timestamp};
use registry::embedded::Act;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use testkit::Fixture;

/// The accounts of the calendar: `demo` holds most names, each of the others has money of its own to lose.
const OTHERS: [&str; 5] = ["branch", "lucky", "other", "poor", "thrifty"];
/// Long enough for three terms and all graces after them.
const DAYS: i64 = 1_200;
/// Everything is looked at again after so many days, whether or not anything has happened.
const LOOK_DAYS: i64 = 40;
/// The code under which the outside world holds its names.
const OUTSIDE_CODE: &str = "Outside-Code-27";

/// Data of events that the book shows elsewhere, and numbers that mean nothing to a reader.
const UNTOLD: [&str; 9] = [
    "domain",
    "due",
    "reason",
    "current registrar",
    "requesting registrar",
    "requested date",
    "registration expiration date",
    "gaining_registrant",
    "losing_registrant",
];

/// One name and what was written down of it.
struct Page {
    life: Life,
    name: DomainName,
    text: String,
    /// The last instant written at the margin.
    margin: Option<Timestamp>,
    code: String,
    price: String,
    /// Who holds it, and how it was last shown.
    shown: BTreeMap<&'static str, String>,
    /// The last row of query-domain-list.
    row: String,
    /// The dates that it shows, as CentralNic prints them: it is looked at when one of them comes.
    dates: BTreeSet<String>,
    year: String,
    /// Whether it has, or had, a transfer.
    moves: bool,
    /// Whether something was done to it that was not read yet, by somebody or by its registry.
    acted: bool,
}

/// Something new: of which name, when, and what.
struct News {
    at: Timestamp,
    about: String,
    line: String,
}

struct Book<'f> {
    desk: Desk<'f>,
    zone: &'f Zone,
    day: i64,
    pages: Vec<Page>,
    /// Where reading goes on, for each account.
    entries: BTreeMap<&'static str, i64>,
    events: BTreeMap<&'static str, i64>,
    /// Orders that were read.
    orders: BTreeSet<i64>,
    /// Orders whose price is held, by account.
    held: BTreeMap<i64, &'static str>,
    mails: i64,
    /// When everything was last read, and that as CentralNic prints it.
    read_to: Option<Timestamp>,
    read_at: String,
}

fn stamp(at: Timestamp) -> String {
    at.rfc3339().get(..19).unwrap_or_default().replace('T', " ")
}

/// Where the new owner of a life reads mail.
fn heir_address(life: &Life) -> String {
    format!("heir@{}.example", life.label)
}

fn mentions(text: &str, name: &DomainName) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || ",;:\"()".contains(c));
    words.map(|word| word.trim_end_matches('.')).any(|word| word == name.as_str() || word == name.unicode())
}

impl<'f> Book<'f> {
    fn now(&self) -> Timestamp {
        self.desk.fixture().engine().now()
    }

    /// Whatever was accepted is done, and nothing more: the clock stays.
    fn settle(&self) {
        self.desk.fixture().sandbox.move_clock(self.now()).expect("the clock stays");
    }

    fn write(&mut self, place: usize, at: Timestamp, line: &str) {
        let days = at.seconds_since(begin()) / 86_400;
        let mark = format!("day {days:4}  {}  ", stamp(at));
        let page = &mut self.pages[place];
        let lead = if page.margin == Some(at) { " ".repeat(mark.len()) } else { mark };
        page.margin = Some(at);
        // Names as people write them.
        let line = line.replace(page.name.as_str(), &page.name.unicode());
        writeln!(page.text, "{lead}{line}").expect("a line fits");
    }

    /// Bookings, holds, mails and events that nobody has read yet.
    fn news(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        let engine = self.desk.fixture().engine();
        for account in self.desk.names() {
            let actor = self.desk.actor(account).clone();
            let pending: Vec<i64> = self.held.iter().filter(|(_, of)| **of == account).map(|(id, _)| *id).collect();
            for id in pending {
                let order = engine.run(&actor, Retrieve { by: OrderKey::Id(id) }).expect("an order stays");
                if order.standing != OrderStanding::Pending {
                    self.held.remove(&id);
                    released(&mut news, account, &order);
                }
            }
            let filter = OrderFilter { hidden_too: true, since: self.read_to, ..OrderFilter::default() };
            let window = engine::domain::Window { skip: 0, take: 100_000 };
            let orders = engine.run(&actor, List { filter, newest_first: false, window }).expect("orders").rows;
            for order in orders {
                if order.price.amount_e4 == 0 || !self.orders.insert(order.id) {
                    continue;
                }
                if order.decided != Some(order.accepted) {
                    let line = format!("{account}: hold {} ({} {})", order.price, order.kind.word(), order.object);
                    news.push(News { at: order.accepted, about: order.object.clone(), line });
                }
                if order.standing == OrderStanding::Pending {
                    self.held.insert(order.id, account);
                } else {
                    released(&mut news, account, &order);
                }
            }
            let after = self.entries.get(account).copied().unwrap_or(0);
            for line in engine.run(&actor, Statement { after, limit: 10_000 }).expect("a statement") {
                self.entries.insert(account, line.entry_id);
                let text = format!("{account}: {} {} ({})", line.kind, both_sides(&line), line.memo);
                news.push(News { at: line.at, about: line.memo, line: text });
            }
            let seen = self.events.get(account).copied().unwrap_or(0);
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
            let rows = engine.run(&actor, list).expect("events").rows;
            self.events.insert(account, seen + i64::try_from(rows.len()).unwrap_or(0));
            for e in rows {
                let told = e.data.iter().filter(|(k, _)| !UNTOLD.contains(&k.as_str()));
                let data: String = told.map(|(k, v)| format!(" {k}={v}")).collect();
                let line = format!("{account}: event {} {}{data}", e.class, e.subclass);
                news.push(News { at: e.at, about: e.object, line });
            }
        }
        let last = self.mails;
        let mut mails = engine.mails(None).expect("mails");
        mails.retain(|m| m.id > last);
        mails.sort_by_key(|m| m.id);
        for mail in mails {
            self.mails = mail.id;
            let line = format!("mail to {}: {}", mail.to, mail.subject);
            let about = if self.pages.iter().any(|p| mentions(&mail.subject, &p.name)) { mail.subject } else { mail.text };
            news.push(News { at: mail.at, about, line });
        }
        // The sort is stable: at one instant money comes first, then events, then mails.
        news.sort_by_key(|n| n.at);
        news
    }

    /// What an account has held is what its open orders hold.
    fn held_is_held(&self, account: &str) {
        let filter = OrderFilter { standings: vec![OrderStanding::Pending], hidden_too: true, ..OrderFilter::default() };
        let list = List { filter, newest_first: false, window: engine::domain::Window::ALL };
        let open = self.desk.fixture().engine().run(self.desk.actor(account), list).expect("orders").rows;
        let sum: i64 = open.iter().map(|order| order.price.amount_e4).sum();
        assert_eq!(self.desk.money(account).1.amount_e4, sum, "what {account} has held on day {}", self.day);
    }

    /// Reads what is new and writes it down; `all` looks at every name, else those that something was heard of or that a date has come for.
    fn read(&mut self, all: bool) {
        let news = self.news();
        let now = stamp(self.now());
        let mut touched: BTreeSet<usize> = BTreeSet::new();
        for place in 0..self.pages.len() {
            let name = self.pages[place].name.clone();
            let lines: Vec<(Timestamp, String)> =
                news.iter().filter(|n| mentions(&n.about, &name)).map(|n| (n.at, n.line.clone())).collect();
            let comes = self.pages[place].dates.iter().any(|date| *date > self.read_at && *date <= now);
            if all || comes || !lines.is_empty() || self.pages[place].acted {
                touched.insert(place);
            }
            for (at, line) in lines {
                self.write(place, at, &line);
            }
        }
        if all {
            for account in self.desk.names() {
                self.held_is_held(account);
            }
        }
        let rows = self.listed();
        for place in 0..self.pages.len() {
            self.pages[place].acted = false;
            let name = self.pages[place].name.as_str().to_owned();
            let row = rows.get(&name).map_or_else(String::new, |(account, row)| format!("{account} {row}"));
            if touched.contains(&place) || row != self.pages[place].row {
                self.pages[place].row.clone_from(&row);
                let holder = rows.get(&name).map(|(account, _)| *account);
                self.look(place, holder, rows.get(&name).map(|(_, row)| row.as_str()));
            }
        }
        self.read_to = Some(self.now());
        self.read_at = now;
    }

    /// Every name of the zone, who holds it and how query-domain-list shows it, which leaves out what was deleted.
    fn listed(&self) -> BTreeMap<String, (&'static str, String)> {
        let pattern = format!("*.{}", self.zone.suffix);
        let mut rows = BTreeMap::new();
        for account in self.desk.names() {
            let reply = self.desk.ask(account, "query-domain-list", &[("pattern", &pattern), ("showstatus", "1"), ("showprivacy", "1")]);
            assert_eq!(reply.code, 0, "{reply:?}");
            for row in reply.body {
                if let Some((name, rest)) = row.split_once(' ') {
                    // Privacy is told of where there is some.
                    let shown = rest.strip_suffix(" off off -").unwrap_or(rest).to_owned();
                    let twice = rows.insert(name.to_owned(), (account, shown));
                    assert!(twice.is_none(), "{name} is held twice");
                }
            }
            let held = self.desk.ask(account, "QueryDomainList", &[("domain", &pattern)]);
            for name in held.all("domain").split_whitespace() {
                let (holder, _) = rows.entry(name.to_owned()).or_insert_with(|| (account, "not listed".to_owned()));
                assert_eq!(*holder, account, "{name} is held twice");
            }
        }
        rows
    }

    /// How both dialects show a name, and its transfer if it has one.
    fn look(&mut self, place: usize, holder: Option<&'static str>, row: Option<&str>) {
        let name = self.pages[place].name.as_str().to_owned();
        let mut lines: Vec<(&'static str, String)> = Vec::new();
        match holder {
            Some(account) => {
                let whois = self.desk.ask(account, "query-whois", &[("domain", &name)]);
                let status = self.desk.ask(account, "StatusDomain", &[("domain", &name)]);
                assert_eq!((whois.code, status.code), (0, 200), "{name}: {whois:?} {status:?}");
                let (listed, shown) = (row.unwrap_or_default(), whois.value("domain.status"));
                lines.push(("holder", format!("DMAPI       {listed}; whois {shown}, expires {}", whois.value("domain.expires"))));
                let rgp = status.all("rgp status");
                let rgp = if rgp.is_empty() { rgp } else { format!(" (rgp {rgp})") };
                let until = |key: &str| status.value(key).to_owned();
                self.pages[place].year = until("paiduntil date").chars().take(4).collect();
                lines.push((
                    "status",
                    format!(
                        "CentralNic  {}{rgp}; expires {}, paid until {}, renewal date {}, {}",
                        status.all("status"),
                        until("registration expiration date"),
                        until("paiduntil date"),
                        until("renewal date"),
                        until("renewalmode"),
                    ),
                ));
                let dates = ["registration expiration date", "paiduntil date", "renewal date"];
                self.pages[place].dates = dates.map(until).into_iter().collect();
            }
            None => {
                // Neither dialect knows it: the refusals are part of the picture.
                let whois = self.desk.ask("demo", "query-whois", &[("domain", &name)]);
                let status = self.desk.ask("demo", "StatusDomain", &[("domain", &name)]);
                let holder = self.desk.fixture().sandbox.registry().holders(&name).map(|at_registry| at_registry.sponsor);
                let there = holder.map_or_else(|| "free".to_owned(), |sponsor| format!("held by {sponsor}"));
                lines.push(("holder", format!("not here: DMAPI {}, CentralNic {}; the name is {there}", whois.code, status.code)));
                lines.push(("status", String::new()));
                self.pages[place].dates.clear();
            }
        }
        if self.pages[place].moves {
            let (line, executed) = self.transfer(&name);
            self.pages[place].dates.insert(executed);
            lines.push(("transfer", line));
        }
        for (what, line) in lines {
            let page = &mut self.pages[place];
            if page.shown.get(what) != Some(&line) {
                let unknown_before = page.shown.insert(what, line.clone()).is_none();
                let silent = line.is_empty() || unknown_before && line.ends_with("; the name is free");
                if !silent {
                    self.write(place, self.now(), &line);
                }
            }
        }
    }

    /// How both dialects show its transfer, and when that is to be done.
    fn transfer(&self, name: &str) -> (String, String) {
        for account in ["demo", "other"] {
            let shown = self.desk.ask(account, "domain-transfer-control", &[("action", "show"), ("domain", name)]);
            let status = self.desk.ask(account, "StatusDomainTransfer", &[("domain", name)]);
            if shown.code == 1000 && status.code == 200 {
                let executed = status.value("execute date").to_owned();
                let line = format!(
                    "transfer    DMAPI {}; CentralNic {} from {} to {}, execute date {executed}",
                    shown.value("status"),
                    status.value("transfer status"),
                    status.value("registrar"),
                    status.value("requesting registrar"),
                );
                return (line, executed);
            }
        }
        (String::new(), String::new())
    }

    fn act(&mut self, place: usize, step: &Step) {
        let now = self.now();
        let name = self.pages[place].name.clone();
        let words: Vec<&str> = step.line.split_whitespace().collect();
        let (deed, said) = match (step.who, words.as_slice()) {
            ("outsider", [what]) => {
                self.pages[place].moves = true;
                (format!("outsider: {what}"), self.outside(place, what))
            }
            (who @ ("owner" | "heir" | "reader"), answer) => {
                let page = self.answered(place, who, answer).unwrap_or_else(|| "has no mail with a link".to_owned());
                (format!("{who} {}", step.line), page)
            }
            ("staff", ["takes-all", account]) => {
                self.desk.pay(account, -self.desk.money(account).0.amount_e4);
                (format!("all money of {account} is taken out"), String::new())
            }
            ("staff", ["pays", amount, account]) => {
                let dollars: i64 = amount.parse().expect("an amount");
                self.desk.pay(account, dollars * 10_000);
                (format!("{amount}.00 USD are paid in for {account}"), String::new())
            }
            (account, [command, rest @ ..]) => {
                let about = command.contains("ransfer") && !command.contains("Mode") && !command.contains("auth");
                let about = about || *command == "PushObject" || *command == "grants-invite";
                self.pages[place].moves |= about;
                (format!("{account}> {}", step.line), self.command(place, account, command, rest))
            }
            _ => panic!("nobody knows how to {}", step.line),
        };
        let deed = deed.replace("{name}", name.as_str());
        let line = if said.is_empty() { format!("* {deed}") } else { format!("* {deed}: {said}") };
        self.write(place, now, &line);
        self.settle();
        self.pages[place].acted = true;
        self.read(false);
    }

    /// Somebody follows the newest link of a mail: the owner one that asks for consent, the heir those to the new owner, the reader an offer.
    fn answered(&self, place: usize, who: &str, answer: &[&str]) -> Option<String> {
        let page = &self.pages[place];
        let heir = heir_address(&page.life);
        let form = match answer {
            ["agrees"] => "answer=approve".to_owned(),
            ["refuses"] => "answer=refuse".to_owned(),
            ["confirms"] => "answer=yes".to_owned(),
            ["denies"] => "answer=no".to_owned(),
            ["accepts", account] => self.desk.acceptance(account),
            ["declines"] => "answer=decline".to_owned(),
            _ => panic!("nobody can answer {answer:?}"),
        };
        let paths: &[&str] = match answer {
            ["agrees" | "refuses"] => &["/foa/", "/owner-change/"],
            ["confirms" | "denies"] => &["/verify/"],
            _ => &["/grant/"],
        };
        let fits = |to: &str| who == "reader" || (to == heir) == (who == "heir");
        let follow = |name: &str| self.desk.follow(paths, fits, name, &form);
        follow(&page.name.unicode()).or_else(|| follow(page.name.as_str()))
    }

    fn outside(&mut self, place: usize, what: &str) -> String {
        let name = self.pages[place].name.as_str().to_owned();
        let act = match what {
            "create" => {
                self.pages[place].code = OUTSIDE_CODE.to_owned();
                Act::Create { name, years: 1, hosts: Vec::new(), auth_info: OUTSIDE_CODE.to_owned() }
            }
            "request" => Act::Request { name, auth_info: self.pages[place].code.clone() },
            "cancel" => Act::Cancel { name },
            "approve" => Act::Approve { name },
            "reject" => Act::Refuse { name },
            _ => panic!("the outsider cannot {what}"),
        };
        let acted = self.desk.play(&act);
        format!("EPP {} {}", acted.code, [vec![acted.message], acted.reasons].concat().join("; "))
    }

    fn command(&mut self, place: usize, account: &str, command: &str, rest: &[&str]) -> String {
        let dmapi = command.starts_with(char::is_lowercase);
        let mut parameters: Vec<(String, String)> = Vec::new();
        for word in rest {
            match *word {
                "{people}" => parameters.extend(self.people(account, dmapi, false)),
                "{stranger}" => parameters.extend(self.people(account, dmapi, true)),
                "{newcomer}" => {
                    let owner = self.heir(place, account, dmapi);
                    let people = self.people(account, dmapi, false).into_iter();
                    parameters
                        .extend(people.map(|(key, value)| if key.starts_with("owner") { (key, owner.clone()) } else { (key, value) }));
                }
                "{heir}" if dmapi => {
                    parameters.extend(self.heir_in_full(place));
                    parameters.extend(self.certificate());
                }
                "{heir}" => {
                    parameters.push(("ownercontact0".to_owned(), self.heir(place, account, dmapi)));
                    parameters.extend(self.certificate());
                }
                "{certificate}" => parameters.extend(self.certificate()),
                word => {
                    let (key, value) = word.split_once('=').unwrap_or_else(|| panic!("{word} is no parameter"));
                    let page = &self.pages[place];
                    let value = value.replace('_', " ").replace("{name}", page.name.as_str()).replace("{code}", &page.code);
                    let value = value.replace("{year}", &page.year).replace("{price}", &page.price);
                    let value = value.replace("{country}", &self.eligible()).replace("{number}", self.desk.number("other"));
                    parameters.push((key.to_owned(), value));
                }
            }
        }
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let reply = self.desk.ask(account, command, &parameters);
        self.settle();
        if dmapi { self.said_by_dmapi(place, account, &reply) } else { self.said_by_centralnic(place, &reply) }
    }

    fn said_by_dmapi(&mut self, place: usize, account: &str, reply: &Answer) -> String {
        if let Some((_, price)) = reply.said.split_once("the price is ") {
            self.pages[place].price = price.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        }
        if reply.code >= 2_000 {
            return format!("{} {}", reply.code, reply.said);
        }
        let Some(result) = self.desk.outcome(account, reply) else { return reply.code.to_string() };
        let code = result.body.iter().find_map(|line| line.strip_prefix("The Authorization ID is: \"")?.strip_suffix('"'));
        if let Some(code) = code {
            self.pages[place].code = code.to_owned();
        }
        let why = result.value("error_text");
        let status = result.value("Completion-Status");
        if why.is_empty() { format!("{}, {status}", reply.code) } else { format!("{}, {status}: {why}", reply.code) }
    }

    fn said_by_centralnic(&mut self, place: usize, reply: &Answer) -> String {
        let code = reply.value("auth");
        if !code.is_empty() {
            self.pages[place].code = code.to_owned();
        }
        if reply.code == 200 { "200".to_owned() } else { format!("{} {}", reply.code, reply.said) }
    }

    /// One contact in all roles, two name servers, and what the zone wants to know of an owner.
    fn people(&mut self, account: &str, dmapi: bool, stranger: bool) -> Vec<(String, String)> {
        let country = if stranger { "US".to_owned() } else { self.eligible() };
        let (handle, short) = self.desk.handles(account, &country);
        let p = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let mut all = if dmapi {
            let roles = ["owner-c", "admin-c", "tech-c", "billing-c"].map(|role| p(role, &handle));
            roles.into_iter().chain([p("ns-list", "ns1.example.net:ns2.example.net")]).collect::<Vec<_>>()
        } else {
            let roles = ["ownercontact0", "admincontact0", "techcontact0", "billingcontact0"].map(|role| p(role, &short));
            let hosts = [p("nameserver0", "ns1.example.net"), p("nameserver1", "ns2.example.net")];
            roles.into_iter().chain(hosts).collect()
        };
        match &self.zone.trustee {
            Some(trustee) if stranger => all.push(p(&trustee.field, "1")),
            _ => all.extend(self.certificate()),
        }
        all
    }

    /// The handle of a person who is new here and whose address nobody has proven, one for each life.
    fn heir(&self, place: usize, account: &str, dmapi: bool) -> String {
        let life = &self.pages[place].life;
        let organization = format!("Heirs of {}", life.label);
        let (handle, short) = self.desk.contact(account, &organization, &heir_address(life), &self.eligible());
        if dmapi { handle } else { short }
    }

    /// The same person in DMAPI's fields.
    fn heir_in_full(&self, place: usize) -> Vec<(String, String)> {
        let life = &self.pages[place].life;
        let (organization, email, country) = (format!("Heirs of {}", life.label), heir_address(life), self.eligible());
        let fields = [
            ("organization", organization.as_str()),
            ("email", &email),
            ("address-1", "Street 1"),
            ("city", "City"),
            ("postal-code", "12345"),
            ("country", &country),
            ("phone", "+49.2211234567"),
        ];
        fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    }

    /// A country whose people may hold names of the zone.
    fn eligible(&self) -> String {
        let countries = &self.zone.owner.country;
        match self.zone.country.as_deref() {
            Some(own) if countries.is_empty() || countries.iter().any(|c| c == own) => own.to_owned(),
            _ => countries.first().cloned().unwrap_or_else(|| "US".to_owned()),
        }
    }

    /// What the zone wants to know of an owner, if anything.
    fn certificate(&self) -> Vec<(String, String)> {
        let asked = self.zone.fields.iter().any(|f| f.name == "X-KR-CTFY-TYPE");
        let fields = [("X-KR-CTFY-TYPE", "CORP"), ("X-KR-CTFY-NO", "101-82-12345")];
        fields.into_iter().filter(|_| asked).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    /// Whether its renewal failed for want of money between yesterday noon and now.
    fn could_not_pay(&self, place: usize) -> bool {
        let text = &self.pages[place].text;
        let today = format!("day {:4} ", self.day);
        text.find(&today).is_some_and(|at| text[at..].contains("RENEWAL_FAILED"))
    }
}

/// An entry as books show it: what the account's balance moves by, then what its other sides do; the sum is zero.
fn both_sides(line: &Line) -> String {
    let currency = line.amount.currency;
    let signed = |amount_e4: i64| format!("{}{}", if amount_e4 > 0 { "+" } else { "" }, Money::new(amount_e4, currency));
    let sum: i64 = line.against.iter().map(|leg| leg.amount_e4).sum();
    assert_eq!(sum, -line.amount.amount_e4, "{line:?}");
    let others = line.against.iter().map(|leg| format!(", {} {}", leg.book.word(), signed(leg.amount_e4)));
    format!("{}{}", signed(line.amount.amount_e4), others.collect::<String>())
}

fn released(news: &mut Vec<News>, account: &str, order: &OrderView) {
    let Some(at) = order.decided.filter(|_| order.standing == OrderStanding::Failed) else { return };
    let line = format!("{account}: release {} ({} {}: {})", order.price, order.kind.word(), order.object, order.message);
    news.push(News { at, about: order.object.clone(), line });
}

/// The instant at which every life begins.
fn begin() -> Timestamp {
    Timestamp::parse_rfc3339(testkit::START).expect("an instant")
}

/// Lives every life that fits a zone, on a clock that moves only as told, and yields what was written down.
pub fn lived(zone: &str) -> String {
    let fixture = Fixture::still();
    let zones = fixture.engine().zones();
    let zone = zones.get(zone).expect("a zone that is sold");
    let mut book = Book {
        desk: Desk::open(&fixture, &OTHERS),
        zone,
        day: 0,
        pages: Vec::new(),
        entries: BTreeMap::new(),
        events: BTreeMap::new(),
        orders: BTreeSet::new(),
        held: BTreeMap::new(),
        mails: 0,
        read_to: None,
        read_at: String::new(),
    };
    for life in lives().into_iter().filter(|life| life.fits(zone)) {
        // A zone that wants a syllable of its own script gets one.
        let label = if zone.idn.required { format!("{}가", life.label) } else { life.label.to_owned() };
        let name = DomainName::parse(&format!("{label}.{}", zone.suffix)).expect("a name");
        book.pages.push(Page {
            life,
            name,
            text: String::new(),
            margin: None,
            code: String::new(),
            price: String::new(),
            shown: BTreeMap::new(),
            row: String::new(),
            dates: BTreeSet::new(),
            year: String::new(),
            moves: false,
            acted: false,
        });
    }
    book.read(true);
    for page in &mut book.pages {
        page.text.clear();
    }
    for day in 0..=DAYS {
        book.day = day;
        if day > 0 {
            let noon = begin().plus_days(day).plus_seconds(2 * 3_600);
            let moved = fixture.sandbox.move_clock(noon).expect("the clock moves");
            for page in &mut book.pages {
                let by_registry = format!("registry: {} ", page.name);
                page.acted |= moved.happenings.iter().any(|h| h.what.starts_with(&by_registry));
            }
            let now = stamp(book.now());
            let comes = book.pages.iter().any(|p| p.dates.iter().any(|date| *date > book.read_at && *date <= now));
            if moved.count > 0 || comes || day % LOOK_DAYS == 0 {
                book.read(day % LOOK_DAYS == 0);
            }
        }
        for place in 0..book.pages.len() {
            let unpaid = book.could_not_pay(place);
            let steps: Vec<Step> = book.pages[place].life.steps.clone();
            for step in &steps {
                if step.when == When::Day(day) || step.when == When::Unpaid && unpaid {
                    book.act(place, step);
                }
            }
        }
        if day % 200 == 0 {
            fixture.assert_promises();
        }
    }
    fixture.assert_promises();
    let mut text = format!(
        "# .{}: lives of {} names from their first day to their end, each at noon and after whatever is done.\n\
         # Lines with a star are what somebody did. A booking shows both its sides: the account's balance, then the book of sales, or of the bank.\n",
        zone.unicode_suffix(),
        book.pages.len()
    );
    for page in &book.pages {
        write!(text, "\n== {}: {}\n{}", page.name.unicode(), page.life.what, page.text).expect("a page fits");
        let gone = page.shown.get("holder").is_none_or(|line| line.starts_with("not here"));
        assert!(gone, "{} ends:\n{}", page.name, page.text);
    }
    text
}
