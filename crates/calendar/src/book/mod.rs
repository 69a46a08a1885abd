//! The book: what becomes of each name, looked at at noon and after whatever is done, and written down with the instant at which it happened.

mod act;
mod look;
mod news;
mod people;

use crate::lives::{Life, Step, When, lives};
use crate::wire::Desk;
use model::policy::Zone;
use model::{DomainName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use testkit::Fixture;

/// The accounts of the calendar: `demo` holds most names, each of the others has money of its own to lose.
const OTHERS: [&str; 5] = ["branch", "lucky", "other", "poor", "thrifty"];
/// Long enough for three terms and all graces after them.
const DAYS: i64 = 1_200;
/// Everything is looked at again after so many days, whether or not anything has happened.
const LOOK_DAYS: i64 = 40;
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

    /// Whether its renewal failed for want of money between yesterday noon and now.
    fn could_not_pay(&self, place: usize) -> bool {
        let text = &self.pages[place].text;
        let today = format!("day {:4} ", self.day);
        text.find(&today).is_some_and(|at| text[at..].contains("RENEWAL_FAILED"))
    }
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
