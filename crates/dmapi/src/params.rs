//! Typed reading of parameters: every problem of a request is noted, and all are told at once.

mod changes;
mod contact;
mod whole;

pub use changes::property_words;
pub use contact::CONTACT;
pub use whole::{Groups, Whole};

use crate::codes::wire_name;
use crate::wire::Params;
use engine::domain::Window;
use engine::order::OrderKey;
use model::domain::Privacy;
use model::field::{Field, FieldProblem, Problem};
use model::pattern::{PATTERN_MAX, Pattern};
use model::{Currency, DomainName, HostName, Money, Months, Refusal, Year};
use std::cell::RefCell;

/// A value could not be read; why is noted in the [`Reader`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wrong;

pub type Read<T> = Result<T, Wrong>;

/// More name servers than any zone takes: the rest of a list is not looked at.
const HOSTS_MAX: usize = 50;
/// The caller's own transaction id (RFC 5730 allows 64 characters).
const CLIENT_ID_MAX: usize = 64;

/// Reads the parameters of one request.
pub struct Reader<'a> {
    params: &'a Params,
    currency: Currency,
    problems: RefCell<Vec<FieldProblem>>,
}

impl<'a> Reader<'a> {
    /// `currency` is that of the account, in which all amounts of a request are.
    pub fn new(params: &'a Params, currency: Currency) -> Reader<'a> {
        Reader { params, currency, problems: RefCell::new(Vec::new()) }
    }

    /// Ends the reading: everything that was read, or every problem.
    pub fn done<T: Whole>(self, read: T) -> Result<T::Values, Refusal> {
        let problems = self.problems.into_inner();
        match read.whole() {
            Ok(values) if problems.is_empty() => Ok(values),
            _ => Err(Refusal::Fields(problems)),
        }
    }

    /// Ends a reading whose values are used already: nothing, or every problem.
    pub fn end(self) -> Result<(), Refusal> {
        let problems = self.problems.into_inner();
        if problems.is_empty() { Ok(()) } else { Err(Refusal::Fields(problems)) }
    }

    /// Every problem that was noted, where there is at least one.
    pub fn refused(self) -> Refusal {
        Refusal::Fields(self.problems.into_inner())
    }

    /// Notes a problem.
    pub fn wrong<T>(&self, field: Field, problem: Problem) -> Read<T> {
        self.problems.borrow_mut().push(FieldProblem::new(field, problem));
        Err(Wrong)
    }

    /// Notes several problems.
    pub fn note(&self, problems: impl IntoIterator<Item = FieldProblem>) {
        self.problems.borrow_mut().extend(problems);
    }

    /// Adds what else is wrong, where something is: else whoever takes the values tells it.
    pub fn and(&self, more: impl FnOnce() -> Vec<FieldProblem>) {
        if self.problems.borrow().is_empty() {
            return;
        }
        // What could not be read is missing to whoever looks at the rest.
        let noted: Vec<_> = self.problems.borrow().iter().map(|problem| wire_name(&problem.field).into_owned()).collect();
        self.problems
            .borrow_mut()
            .extend(more().into_iter().filter(|problem| !noted.iter().any(|name| *name == wire_name(&problem.field))));
    }

    fn malformed<T>(&self, field: Field, expected: &str) -> Read<T> {
        self.wrong(field, Problem::Malformed { expected: expected.to_owned() })
    }

    /// The value as it came, blanks at both ends removed; empty is absent.
    pub fn text(&self, field: &Field) -> Option<&'a str> {
        self.params.get(&wire_name(field)).map(|value| value.trim_matches(' '))
    }

    fn optional<T>(&self, field: Field, read: impl FnOnce(&'a str) -> Result<T, Problem>) -> Read<Option<T>> {
        match self.text(&field).map(read) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(problem)) => self.wrong(field, problem),
        }
    }

    /// What was read must be there.
    pub fn required<T>(&self, field: Field, read: Read<Option<T>>) -> Read<T> {
        match read {
            Ok(Some(value)) => Ok(value),
            Ok(None) => self.wrong(field, Problem::Missing),
            Err(wrong) => Err(wrong),
        }
    }

    /// The domain that a request is about.
    pub fn domain(&self) -> Read<DomainName> {
        let name = self.optional(Field::Domain, |text| {
            DomainName::parse(text).map_err(|error| Problem::Malformed { expected: error.expected().to_owned() })
        });
        self.required(Field::Domain, name)
    }

    /// A period in months (dmapi.md 8: never in years).
    pub fn months(&self) -> Read<Option<Months>> {
        self.optional(Field::Period, |text| {
            let expected = || format!("a number of months from 1 to {}", Months::MAX);
            let months = number(text).ok_or_else(|| Problem::Malformed { expected: expected() })?;
            u16::try_from(months).ok().and_then(Months::new).ok_or_else(|| Problem::OutOfRange { expected: expected() })
        })
    }

    /// The period of domain-check: 1 to 10 are years, multiples of twelve are months (dmapi.md 5.7).
    pub fn years_or_months(&self) -> Read<Option<Months>> {
        self.optional(Field::Period, |text| {
            let expected = "1 to 10 years, or 12 to 120 months in multiples of 12";
            let period = number(text).ok_or_else(|| Problem::Malformed { expected: expected.to_owned() })?;
            let months = match u16::try_from(period) {
                Ok(years @ 1..=10) => Months::from_years(years),
                Ok(months) if months.is_multiple_of(12) => Months::new(months),
                _ => None,
            };
            months.ok_or_else(|| Problem::OutOfRange { expected: expected.to_owned() })
        })
    }

    /// `expyear`: four digits.
    pub fn until_year(&self) -> Read<Option<Year>> {
        self.optional(Field::UntilYear, |text| {
            let year = number(text).filter(|_| text.len() == 4).and_then(|year| i16::try_from(year).ok()).and_then(Year::new);
            year.ok_or_else(|| Problem::Malformed { expected: "a year of four digits".to_owned() })
        })
    }

    /// 1/0, y/n, yes/no, true/false, in any case (dmapi.md 12.14).
    pub fn flag(&self, field: Field) -> Read<Option<bool>> {
        self.optional(field, |text| flag(text).ok_or_else(|| Problem::NotOneOf { allowed: ["1", "0"].map(str::to_owned).to_vec() }))
    }

    /// A switch that is off where it is not given.
    pub fn switch(&self, name: &'static str) -> Read<bool> {
        Ok(self.flag(Field::Other(name))?.unwrap_or(false))
    }

    /// The most the caller will pay: an amount above zero in the account's currency.
    pub fn price_limit(&self) -> Read<Option<Money>> {
        self.optional(Field::PriceLimit, |text| {
            let expected = || "an amount above 0 with at most four decimals, such as 12.50".to_owned();
            let limit = Money::parse(text, self.currency).map_err(|_| Problem::Malformed { expected: expected() })?;
            if limit.amount_e4 == 0 { Err(Problem::OutOfRange { expected: expected() }) } else { Ok(limit) }
        })
    }

    /// One of the words given, in any case.
    pub fn word<T: Copy>(&self, field: Field, words: &[(&str, T)]) -> Read<Option<T>> {
        self.optional(field, |text| {
            let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
            found
                .map(|(_, value)| *value)
                .ok_or_else(|| Problem::NotOneOf { allowed: words.iter().map(|(w, _)| (*w).to_owned()).collect() })
        })
    }

    /// The level of privacy to buy: `none` and `off` are the same (dmapi.md 11).
    pub fn privacy(&self) -> Read<Option<Privacy>> {
        self.word(Field::Privacy, &[("basic", Privacy::Basic), ("pro", Privacy::Pro), ("none", Privacy::Off), ("off", Privacy::Off)])
    }

    /// Name servers, parted by colons; commas and blanks are taken too (dmapi.md 8.1, 12.27).
    pub fn hosts(&self) -> Read<Option<Vec<HostName>>> {
        let Some(text) = self.text(&Field::NameServers) else { return Ok(None) };
        if text == contact::CLEARED {
            return Ok(Some(Vec::new()));
        }
        let mut hosts = Vec::new();
        let mut all = Ok(());
        for (place, name) in text.split([':', ',', ' ']).filter(|name| !name.is_empty()).enumerate() {
            if place == HOSTS_MAX {
                return self.wrong(Field::NameServers, Problem::OutOfRange { expected: format!("at most {HOSTS_MAX} hosts") });
            }
            match HostName::parse(name) {
                Ok(host) => hosts.push(host),
                Err(error) => all = self.malformed(Field::NameServer(u8::try_from(place).unwrap_or(u8::MAX)), error.expected()),
            }
        }
        all.map(|()| Some(hosts))
    }

    /// The caller's transaction id: printable ASCII without blanks, since it is one cell of a row. Empty if there is none.
    pub fn client_id(&self) -> Read<String> {
        let id = self.optional(Field::ClientTransactionId, |text| {
            if text.len() <= CLIENT_ID_MAX && text.bytes().all(|b| b.is_ascii_graphic()) {
                Ok(text.to_owned())
            } else {
                Err(Problem::Malformed { expected: format!("at most {CLIENT_ID_MAX} printable ASCII characters without blanks") })
            }
        });
        Ok(id?.unwrap_or_default())
    }

    /// A pattern over names or ids; none means everything.
    pub fn pattern(&self, field: Field) -> Read<Pattern> {
        let pattern = self.optional(field, |text| {
            let expected = || format!("a pattern of at most {PATTERN_MAX} characters, with * and ? as wildcards");
            Pattern::parse(text).ok_or_else(|| Problem::Malformed { expected: expected() })
        });
        Ok(pattern?.unwrap_or(Pattern::All))
    }

    /// As [`Reader::pattern`], for domain names: one without wildcards may be written in Unicode.
    pub fn domain_pattern(&self) -> Read<Pattern> {
        match self.text(&Field::Pattern) {
            Some(text) if !text.contains(['*', '?']) && !text.is_ascii() => match DomainName::parse(text) {
                Ok(name) => Ok(Pattern::Exact(name.as_str().to_owned())),
                Err(error) => self.malformed(Field::Pattern, error.expected()),
            },
            _ => self.pattern(Field::Pattern),
        }
    }

    /// A number of rows or days.
    pub fn count(&self, field: Field) -> Read<Option<i64>> {
        self.optional(field, |text| number(text).ok_or_else(|| Problem::Malformed { expected: "a whole number".to_owned() }))
    }

    /// A value read by a function of its own.
    pub fn with<T>(&self, field: Field, expected: &str, read: impl FnOnce(&'a str) -> Option<T>) -> Read<Option<T>> {
        self.optional(field, |text| read(text).ok_or_else(|| Problem::Malformed { expected: expected.to_owned() }))
    }

    /// Exactly one of two that exclude each other; `first` is named when both are missing.
    pub fn exactly_one<A, B>(&self, first: (Field, Read<Option<A>>), second: (Field, Read<Option<B>>)) -> Read<OneOf<A, B>> {
        let required = first.0.clone();
        let one = self.at_most_one(first, second);
        self.required(required, one)
    }

    /// At most one of two that exclude each other.
    pub fn at_most_one<A, B>(&self, first: (Field, Read<Option<A>>), second: (Field, Read<Option<B>>)) -> Read<Option<OneOf<A, B>>> {
        match (first.1?, second.1?) {
            (None, None) => Ok(None),
            (Some(a), None) => Ok(Some(OneOf::First(a))),
            (None, Some(b)) => Ok(Some(OneOf::Second(b))),
            (Some(_), Some(_)) => self.wrong(first.0, Problem::Excludes { other: Box::new(second.0) }),
        }
    }

    /// A switch that has two names.
    pub fn either_switch(&self, name: &'static str, older: &'static str) -> Read<bool> {
        let (first, second) = (self.switch(name), self.switch(older));
        Ok(first? || second?)
    }

    /// `from` and `to`: places counted from 1, both included (dmapi.md 5). Everything if neither is given.
    pub fn window(&self) -> Read<Window> {
        let (from, to) = (self.count(Field::From), self.count(Field::To));
        let skip = from?.unwrap_or(1).max(1) - 1;
        let take = to?.map_or(i64::MAX, |to| (to - skip).max(0));
        Ok(Window { skip, take })
    }

    /// A name server's name.
    pub fn host(&self) -> Read<Option<HostName>> {
        self.optional(Field::Host, |text| {
            HostName::parse(text).map_err(|error| Problem::Malformed { expected: error.expected().to_owned() })
        })
    }

    /// A language code of two or three letters; which of them a zone has, the engine knows.
    pub fn word_of_language(&self) -> Read<Option<String>> {
        self.with(Field::Language, "a language code of two or three letters", |text| {
            ((2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic())).then(|| text.to_owned())
        })
    }

    /// The name of a property of the account, one of those that a request knows.
    pub fn account_property(&self, known: &[&str]) -> Read<()> {
        let words: Vec<(&str, ())> = known.iter().map(|word| (*word, ())).collect();
        self.required(Field::Property, self.word(Field::Property, &words))
    }

    /// `ptype`: there is one kind of property, which may be named or not.
    pub fn account_property_kind(&self) -> Read<Option<()>> {
        self.word(Field::Other("ptype"), &[("property", ()), ("*", ())])
    }

    /// `uid`: an account's number; whose it is, the engine knows.
    pub fn account_number(&self) -> Read<Option<i64>> {
        self.with(Field::Other("uid"), "a number", digits)
    }

    /// A registry's membership token; empty where it is to be taken away.
    pub fn registrar_tag(&self) -> Read<Option<String>> {
        self.with(Field::RegistrarTag, "at most 64 printable ASCII characters", |text| {
            if text == contact::CLEARED {
                return Some(String::new());
            }
            (text.len() <= 64 && text.bytes().all(|b| b.is_ascii_graphic())).then(|| text.to_owned())
        })
    }

    /// An earlier request: `svtrid` wins over `proc-id` (dmapi.md 4.2).
    pub fn order_key(&self) -> Read<OrderKey> {
        let tracking = self.with(Field::TrackingId, "32 hexadecimal digits", |text| {
            (text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| text.to_owned())
        });
        let id = self.with(Field::ProcessId, "a number", digits);
        match tracking? {
            Some(tracking) => Ok(OrderKey::Tracking(tracking)),
            None => self.required(Field::ProcessId, id).map(OrderKey::Id),
        }
    }
}

/// The one of two that was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OneOf<A, B> {
    First(A),
    Second(B),
}

/// Plain digits, up to nine of them.
fn number(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 9 || !text.bytes().all(|b| b.is_ascii_digit()) { None } else { text.parse().ok() }
}

/// A number of the store's own: plain digits, up to eighteen of them.
fn digits(text: &str) -> Option<i64> {
    if text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "y" | "yes" | "true" | "on" => Some(true),
        "0" | "n" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::read(query, b"").unwrap()
    }

    /// What a reading of one query yields: its value, or the fields that are wrong.
    pub fn read<T>(query: &str, read: impl FnOnce(&Reader<'_>) -> Read<T>) -> Result<T, Vec<Field>> {
        let params = params(query);
        let reader = Reader::new(&params, Currency::USD);
        let value = read(&reader);
        match reader.done((value,)) {
            Ok((value,)) => Ok(value),
            Err(Refusal::Fields(problems)) => Err(problems.into_iter().map(|p| p.field).collect()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn periods_are_months_and_only_domain_check_counts_years() {
        let months = |query: &str| read(query, |r| r.months()).map(|m| m.map(Months::get));
        assert_eq!((months("period=12"), months("period="), months("")), (Ok(Some(12)), Ok(None), Ok(None)));
        for bad in ["0", "121", "-1", "1.5", "12x", "%31%32%C2%A0", "99999999999"] {
            assert_eq!(months(&format!("period={bad}")), Err(vec![Field::Period]), "{bad}");
        }
        let check = |query: &str| read(query, |r| r.years_or_months()).map(|m| m.map(Months::get));
        assert_eq!((check("period=1"), check("period=10"), check("period=24")), (Ok(Some(12)), Ok(Some(120)), Ok(Some(24))));
        for bad in ["0", "11", "18", "132"] {
            assert_eq!(check(&format!("period={bad}")), Err(vec![Field::Period]), "{bad}");
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let params = params("domain=-a.com&period=x&max-price=0&ns-list=a..b:c_d&autorenew=perhaps&expyear=31");
        let r = Reader::new(&params, Currency::USD);
        let read = (r.domain(), r.months(), r.price_limit(), r.hosts(), r.flag(Field::Autorenew), r.until_year());
        let Err(Refusal::Fields(problems)) = r.done(read) else { panic!("nothing was refused") };
        let fields: Vec<Field> = problems.into_iter().map(|p| p.field).collect();
        let expected = [
            Field::Domain,
            Field::Period,
            Field::PriceLimit,
            Field::NameServer(0),
            Field::NameServer(1),
            Field::Autorenew,
            Field::UntilYear,
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn amounts_are_above_zero() {
        let limit = |query: &str| read(query, |r| r.price_limit()).map(|m| m.map(|m| m.amount_e4));
        assert_eq!((limit("max-price=12.50"), limit("")), (Ok(Some(125_000)), Ok(None)));
        for bad in ["0", "0.00", "-1", "1e3", "NaN", "1,5", "1.23456"] {
            assert_eq!(limit(&format!("max-price={bad}")), Err(vec![Field::PriceLimit]), "{bad}");
        }
    }

    #[test]
    fn host_lists_take_the_separators_that_clients_use() {
        for list in
            ["a.example.net:b.example.net", "a.example.net,b.example.net", "a.example.net+b.example.net:", "a.example.net::b.example.net"]
        {
            let hosts = read(&format!("ns-list={list}"), |r| r.hosts()).unwrap().unwrap();
            assert_eq!(hosts.iter().map(HostName::as_str).collect::<Vec<_>>(), ["a.example.net", "b.example.net"], "{list}");
        }
        assert_eq!(read(&format!("ns-list={}", "a.b:".repeat(51)), |r| r.hosts()), Err(vec![Field::NameServers]));
    }

    #[test]
    fn windows_count_from_one_and_include_both_ends() {
        let window = |query: &str| read(query, |r| r.window());
        assert_eq!(window(""), Ok(Window::ALL));
        assert_eq!(window("from=26&to=50"), Ok(Window { skip: 25, take: 25 }));
        assert_eq!(window("from=0&to=1"), Ok(Window { skip: 0, take: 1 }));
        assert_eq!(window("from=5&to=4"), Ok(Window { skip: 4, take: 0 }));
        assert_eq!(window("from=x&to=y"), Err(vec![Field::From, Field::To]));
    }

    #[test]
    fn orders_are_named_by_either_id_and_svtrid_wins() {
        let key = |query: &str| read(query, |r| r.order_key());
        let tracking = "01d6bb9b5190ba66cb189d2605e28628";
        assert_eq!(key("Proc-ID=603776556"), Ok(OrderKey::Id(603_776_556)));
        assert_eq!(key(&format!("proc-id=1&SvTrID={tracking}")), Ok(OrderKey::Tracking(tracking.to_owned())));
        assert_eq!(key(""), Err(vec![Field::ProcessId]));
        assert_eq!(key("proc-id=-1"), Err(vec![Field::ProcessId]));
        assert_eq!(key("svtrid=zz"), Err(vec![Field::TrackingId]));
    }
}
