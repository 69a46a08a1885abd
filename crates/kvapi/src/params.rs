//! Typed readers of parameters that gather everything wrong, and the wire names of fields.

use model::domain::{Operation, RenewalMode};
use model::pattern::Pattern;
use model::{ContactField, Currency, DomainName, Field, FieldProblem, HostName, Money, Months, Problem, Refusal, Timestamp, Year};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Parameters by upper-case name.
pub type Values = BTreeMap<String, String>;

/// Reads parameters and remembers what could not be read.
pub struct Params<'a> {
    values: &'a Values,
    currency: Currency,
    problems: RefCell<Vec<FieldProblem>>,
}

impl<'a> Params<'a> {
    /// `currency` is the account's: amounts are in it.
    pub fn new(values: &'a Values, currency: Currency) -> Params<'a> {
        Params { values, currency, problems: RefCell::new(Vec::new()) }
    }

    pub fn problem(&self, field: Field, problem: Problem) {
        self.problems.borrow_mut().push(FieldProblem::new(field, problem));
    }

    /// Ends the reading: the value that was needed, or a refusal with every problem at once.
    pub fn done<T>(self, needed: Option<T>) -> Result<T, Refusal> {
        let problems = self.problems.into_inner();
        match needed {
            Some(value) if problems.is_empty() => Ok(value),
            _ => Err(Refusal::Fields(problems)),
        }
    }

    /// A parameter's text without outer blanks; `None` if it is absent or empty. `name` is upper case.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).map(|v| v.trim_matches(' ')).filter(|v| !v.is_empty())
    }

    /// A parameter as sent, blanks included: passwords.
    pub fn exact(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// All parameters whose name begins with `prefix`, without it; empty values too.
    pub fn beginning(&self, prefix: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let prefix = prefix.to_owned();
        let from = self.values.range::<str, _>((std::ops::Bound::Included(prefix.as_str()), std::ops::Bound::Unbounded));
        from.map_while(move |(name, value)| Some((name.strip_prefix(prefix.as_str())?, value.as_str())))
    }

    /// The values of `NAME0`, `NAME1`, ... in the order of their index, which may have gaps and start anywhere (1.5). The bare name counts
    /// as the first. Empty values are left out.
    pub fn indexed(&self, name: &str) -> Vec<(u16, &'a str)> {
        let mut found: Vec<(u16, &'a str)> = self
            .beginning(name)
            .filter_map(|(rest, value)| {
                let index = if rest.is_empty() { 0 } else { index(rest)? };
                let value = value.trim_matches(' ');
                (!value.is_empty()).then_some((index, value))
            })
            .collect();
        found.sort_by_key(|(index, _)| *index);
        found
    }

    pub fn parsed<T>(&self, name: &str, field: Field, read: impl FnOnce(&'a str) -> Result<T, Problem>) -> Option<T> {
        match read(self.text(name)?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problem(field, problem);
                None
            }
        }
    }

    /// The domain that a command is about; it must be given.
    pub fn domain(&self) -> Option<DomainName> {
        if self.text("DOMAIN").is_none() {
            self.problem(Field::Domain, Problem::Missing);
        }
        self.optional_domain()
    }

    pub fn optional_domain(&self) -> Option<DomainName> {
        self.parsed("DOMAIN", Field::Domain, name)
    }

    /// Text that must be given.
    pub fn required(&self, name: &str, field: Field) -> Option<&'a str> {
        let text = self.text(name);
        if text.is_none() {
            self.problem(field, Problem::Missing);
        }
        text
    }

    /// `0` or `1`.
    pub fn flag(&self, name: &str, field: Field) -> Option<bool> {
        self.parsed(name, field, |text| match text {
            "0" => Ok(false),
            "1" => Ok(true),
            _ => Err(one_of(&["0", "1"])),
        })
    }

    /// One of some words, in any case; the words stand for the values at the same place.
    pub fn word<T: Copy>(&self, name: &str, field: Field, words: &[(&str, T)]) -> Option<T> {
        self.parsed(name, field, |text| {
            let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
            found.map(|(_, value)| *value).ok_or_else(|| one_of(&words.iter().map(|(word, _)| *word).collect::<Vec<_>>()))
        })
    }

    /// A whole number from 0 on.
    pub fn number(&self, name: &str, field: Field) -> Option<i64> {
        self.parsed(name, field, |text| {
            let digits = text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten().ok_or(Problem::Malformed { expected: "a whole number".to_owned() })
        })
    }

    /// `PERIOD` (or `X-FEE-PERIOD`), in years, or in months where it ends in `M`; with its unit in another parameter.
    pub fn period(&self, name: &str, unit_name: &str) -> Option<Months> {
        let months = self.word(unit_name, Field::PeriodUnit, &[("YEAR", false), ("MONTH", true), ("Y", false), ("M", true)]);
        self.parsed(name, Field::Period, |text| period(text, months.unwrap_or(false)))
    }

    /// A calendar year (`EXPIRATION`); a whole date is taken for its year.
    pub fn year(&self, name: &str, field: Field) -> Option<Year> {
        self.parsed(name, field, |text| {
            let year = text.split_once('-').map_or(text, |(year, _)| year);
            let number = if year.len() == 4 { year.parse::<i16>().ok() } else { None };
            number.and_then(Year::new).ok_or(Problem::Malformed { expected: "a year such as 2031".to_owned() })
        })
    }

    /// An instant in UTC, `2031-01-02 03:04:05` or a day; a day means its first second, or its last where `last` says so.
    pub fn instant(&self, name: &str, field: Field, last: bool) -> Option<Timestamp> {
        let malformed = || Problem::Malformed { expected: "a date such as 2031-01-02 03:04:05".to_owned() };
        self.parsed(name, field, |text| instant(text, last).ok_or_else(malformed))
    }

    /// An amount of the account's currency.
    pub fn amount(&self, name: &str, field: Field) -> Option<Money> {
        let currency = self.currency;
        self.parsed(name, field, |text| {
            Money::parse(text, currency).map_err(|_| Problem::Malformed { expected: "an amount such as 9.75".to_owned() })
        })
    }

    /// A currency can only be the account's own (D.5).
    pub fn only_currency(&self, name: &str) {
        let own = self.currency.code();
        if self.text(name).is_some_and(|given| !given.eq_ignore_ascii_case(own)) {
            self.problem(Field::PriceCurrency, one_of(&[own]));
        }
    }

    /// `NAMESERVER0` ...; what follows the name (glue addresses) is not taken here.
    pub fn hosts(&self) -> Vec<HostName> {
        self.hosts_named("NAMESERVER")
    }

    /// Name servers under another name, such as `ADDNAMESERVER`.
    pub fn hosts_named(&self, name: &str) -> Vec<HostName> {
        let given = self.indexed(name);
        if given.len() > 13 {
            self.problem(Field::NameServers, Problem::OutOfRange { expected: "at most 13".to_owned() });
            return Vec::new();
        }
        let read = |(at, text): &(u16, &str)| match HostName::parse(text) {
            Ok(host) => Some(host),
            Err(error) => {
                let at = u8::try_from(*at).unwrap_or(u8::MAX);
                self.problem(Field::NameServer(at), Problem::Malformed { expected: error.expected().to_owned() });
                None
            }
        };
        given.iter().filter_map(read).collect()
    }

    /// The name server that a command is about; it must be given.
    pub fn host(&self) -> Option<HostName> {
        self.required("NAMESERVER", Field::Host)?;
        self.parsed("NAMESERVER", Field::Host, |text| {
            HostName::parse(text).map_err(|error| Problem::Malformed { expected: error.expected().to_owned() })
        })
    }

    /// `IPADDRESS0` ..., of both kinds.
    pub fn addresses(&self, name: &str) -> Vec<IpAddr> {
        let read = |(at, text): (u16, &str)| {
            let address = text.parse().ok();
            if address.is_none() {
                let at = u8::try_from(at).unwrap_or(u8::MAX);
                self.problem(Field::HostAddress(at), Problem::Malformed { expected: "an IPv4 or IPv6 address".to_owned() });
            }
            address
        };
        self.indexed(name).into_iter().filter_map(read).collect()
    }

    /// A parameter's text without outer blanks, even an empty one.
    pub fn given(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).map(|v| v.trim_matches(' '))
    }

    pub fn renewal_mode(&self) -> Option<RenewalMode> {
        let words: Vec<(String, RenewalMode)> = RenewalMode::ALL.iter().map(|m| (m.word().to_ascii_uppercase(), *m)).collect();
        let mut words: Vec<(&str, RenewalMode)> = words.iter().map(|(word, mode)| (word.as_str(), *mode)).collect();
        // Other spellings of the documents (cnr-kb C).
        words.extend([("RENEWMONTHLY", RenewalMode::AutoRenewMonthly), ("AUTORENEWQUATERLY", RenewalMode::AutoRenewQuarterly)]);
        self.word("RENEWALMODE", Field::RenewalMode, &words)
    }

    /// A search pattern; everything where absent.
    pub fn pattern(&self, name: &str) -> Pattern {
        let read = |text: &str| Pattern::parse(text).ok_or(Problem::Malformed { expected: "a name with * and ?".to_owned() });
        self.parsed(name, Field::Pattern, read).unwrap_or(Pattern::All)
    }

    /// Refuses what would narrow or change an answer and is not served: leaving it out silently would be worse. `*` narrows nothing.
    pub fn not_served(&self, names: &[&'static str]) {
        for name in names {
            let given = self.indexed(name).into_iter().any(|(_, value)| !matches!(value, "*" | "0"));
            if given {
                self.problem(Field::Other(name), Problem::NotAllowed { reason: "this is not served".to_owned() });
            }
        }
    }
}

/// A decimal index as names end in: up to four digits, no sign.
pub fn index(text: &str) -> Option<u16> {
    ((1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A domain name in either form, with U-labels too: no SDK converts DOMAIN in all languages (1.10).
pub fn name(text: &str) -> Result<DomainName, Problem> {
    DomainName::parse(text).map_err(|error| Problem::Malformed { expected: error.expected().to_owned() })
}

fn one_of(words: &[&str]) -> Problem {
    Problem::NotOneOf { allowed: words.iter().map(|w| (*w).to_owned()).collect() }
}

/// `YYYY-MM-DD`, with `HH:MM:SS` after a blank or a `T` if wanted.
fn instant(text: &str, last: bool) -> Option<Timestamp> {
    let (day, time) = match text.split_at_checked(10)? {
        (day, "") => (day, if last { "23:59:59.999999" } else { "00:00:00" }),
        (day, rest) => (day, rest.strip_prefix([' ', 'T'])?),
    };
    let shaped = time.len() >= 8 && time.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    shaped.then(|| Timestamp::parse_rfc3339(&format!("{day}T{time}Z"))).flatten()
}

/// `1`, `1Y`, `3M`: years unless it says months.
fn period(text: &str, in_months: bool) -> Result<Months, Problem> {
    let malformed = || Problem::Malformed { expected: "a number of years, or of months such as 3M".to_owned() };
    let (digits, in_months) = match text.as_bytes().last() {
        Some(b'm' | b'M') => (&text[..text.len() - 1], true),
        Some(b'y' | b'Y') => (&text[..text.len() - 1], false),
        _ => (text, in_months),
    };
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed());
    }
    let number: u32 = digits.parse().map_err(|_| malformed())?;
    let number = u16::try_from(number).ok();
    let months = if in_months { number.and_then(Months::new) } else { number.and_then(Months::from_years) };
    months.ok_or(Problem::OutOfRange { expected: "1 month to 10 years".to_owned() })
}

/// The words of DomainPrice and X-FEE-COMMAND for what is priced (2.1).
pub const OPERATIONS: &[(&str, Operation)] = &[
    ("ADD", Operation::Register),
    ("CREATE", Operation::Register),
    ("ADDDOMAIN", Operation::Register),
    ("RENEW", Operation::Renew),
    ("RENEWDOMAIN", Operation::Renew),
    ("TRANSFER", Operation::Transfer),
    ("TRANSFERDOMAIN", Operation::Transfer),
    ("RESTORE", Operation::Restore),
    ("RESTOREDOMAIN", Operation::Restore),
];

/// The parameter by which this dialect knows a field.
pub fn wire_name(field: &Field) -> String {
    let fixed = match field {
        Field::DomainAt(at) => return format!("DOMAIN{at}"),
        Field::AdminContact(at) => return format!("ADMINCONTACT{at}"),
        Field::TechContact(at) => return format!("TECHCONTACT{at}"),
        Field::BillingContact(at) => return format!("BILLINGCONTACT{at}"),
        Field::NameServer(at) => return format!("NAMESERVER{at}"),
        Field::HostAddress(at) => return format!("IPADDRESS{at}"),
        Field::DnssecKey(at) => return format!("DNSSEC{at}"),
        Field::DnssecDs(at) => return format!("DNSSECDSDATA{at}"),
        Field::Extension(name) => return name.to_ascii_uppercase(),
        Field::Other(name) => return name.to_ascii_uppercase(),
        Field::ContactPart(part) => return contact_part(*part),
        Field::Domain => "DOMAIN",
        Field::Period => "PERIOD",
        Field::UntilYear | Field::FromYear => "EXPIRATION",
        Field::Registrant => "OWNERCONTACT0",
        Field::NameServers | Field::Host => "NAMESERVER",
        Field::Property => "PROPERTY",
        Field::PropertyValue => "VALUE",
        Field::Autorenew | Field::RenewalMode => "RENEWALMODE",
        Field::Status => "STATUS",
        Field::Language => "X-IDN-LANGUAGE",
        Field::RegistrarTag => "X-REGISTRAR-TAG",
        Field::Privacy => "X-WHOISPRIVACY",
        Field::PriceLimit => "X-FEE-AMOUNT",
        Field::PriceCurrency => "X-FEE-CURRENCY",
        Field::AuthInfo => "AUTH",
        Field::TransferLock => "TRANSFERLOCK",
        Field::Contact => "CONTACT",
        Field::ContactZone | Field::Zone => "ZONE",
        Field::HostedLine(_) => "RR",
        Field::Pattern => "PATTERN",
        Field::From => "MINDATE",
        Field::To => "MAXDATE",
        Field::First => "FIRST",
        Field::Limit => "LIMIT",
        Field::Order => "ORDER",
        Field::OrderBy => "ORDERBY",
        Field::Date => "DATE",
        Field::Login => "S_LOGIN",
        Field::Password | Field::ApiKey => "S_PW",
        Field::SessionId => "S_SESSIONID",
        Field::Command => "COMMAND",
        Field::SubUser => "SUBUSER",
        Field::ProcessId | Field::TrackingId => "JOBID",
        Field::ClientTransactionId => "CLTRID",
        Field::PriceOperation => "TYPE",
        Field::PeriodUnit => "PERIODTYPE",
        Field::PromotionCode => "X-PROMOTION-CODE",
    };
    fixed.to_owned()
}

fn contact_part(part: ContactField) -> String {
    let fixed = match part {
        ContactField::Street(line) => return format!("STREET{line}"),
        ContactField::Title => "TITLE",
        ContactField::FirstName => "FIRSTNAME",
        ContactField::MiddleName => "MIDDLENAME",
        ContactField::LastName => "LASTNAME",
        // A contact needs a person's name or an organization's (D.2).
        ContactField::Name => "FIRSTNAME and LASTNAME, or ORGANIZATION:",
        ContactField::Individual | ContactField::Organization => "ORGANIZATION",
        ContactField::Email => "EMAIL",
        ContactField::City => "CITY",
        ContactField::State => "STATE",
        ContactField::PostalCode => "ZIP",
        ContactField::Country => "COUNTRY",
        ContactField::Phone | ContactField::Extension => "PHONE",
        ContactField::Fax => "FAX",
        ContactField::Language => "LANGUAGE",
        ContactField::VatId => "VATID",
        ContactField::Auth => "AUTH",
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn indices_may_have_gaps_and_start_anywhere() {
        let v = values(&[
            ("DOMAIN", "a.com"),
            ("DOMAIN10", "c.com"),
            ("DOMAIN9", "b.com"),
            ("DOMAIN11", " "),
            ("DOMAINTAG0", "no"),
            ("DOMAIN12345", "no"),
        ]);
        let p = Params::new(&v, Currency::USD);
        assert_eq!(p.indexed("DOMAIN"), [(0, "a.com"), (9, "b.com"), (10, "c.com")]);
    }

    #[test]
    fn instants_are_days_or_seconds_in_utc() {
        let told = |text, last| instant(text, last).map(Timestamp::rfc3339);
        assert_eq!(told("2031-01-02", false).as_deref(), Some("2031-01-02T00:00:00Z"));
        assert!(instant("2031-01-02", true) > instant("2031-01-02 23:59:59", true));
        assert_eq!(told("2031-01-02 03:04:05", true).as_deref(), Some("2031-01-02T03:04:05Z"));
        assert_eq!(told("2031-01-02T03:04:05", true).as_deref(), Some("2031-01-02T03:04:05Z"));
        for bad in [
            "",
            "2031",
            "2031-02-30",
            "2031-01-02 03:04:05+01:00",
            "2031-01-02x03:04:05",
            "2031-01-02 25:00:00",
            "é031-01-02",
            "2031-01-0é",
        ] {
            assert_eq!(told(bad, false), None, "{bad}");
        }
    }

    #[test]
    fn periods_are_years_unless_they_say_months() {
        let months = |text, in_months| period(text, in_months).map(Months::get);
        for (text, in_months, expected) in [("1", false, 12), ("2Y", true, 24), ("3M", false, 3), ("6", true, 6), ("10", false, 120)] {
            assert_eq!(months(text, in_months), Ok(expected), "{text}");
        }
        for text in ["0", "11", "121M", "999999"] {
            assert!(matches!(period(text, false), Err(Problem::OutOfRange { .. })), "{text}");
        }
        for text in ["", "M", "-1", "1.5", "1 Y", "é", "9999999", "one"] {
            assert!(matches!(period(text, false), Err(Problem::Malformed { .. })), "{text}");
        }
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let v = values(&[
            ("DOMAIN", "a b"),
            ("WIDE", "2"),
            ("FIRST", "-1"),
            ("X-FEE-CURRENCY", "EUR"),
            ("EXPIRATION", "31"),
            ("NAMESERVER3", "-"),
        ]);
        let p = Params::new(&v, Currency::USD);
        let domain = p.domain();
        p.flag("WIDE", Field::Other("wide"));
        p.number("FIRST", Field::First);
        p.only_currency("X-FEE-CURRENCY");
        p.year("EXPIRATION", Field::FromYear);
        p.hosts();
        let Err(Refusal::Fields(problems)) = p.done(domain) else { panic!("refused") };
        let names: Vec<String> = problems.iter().map(|p| wire_name(&p.field)).collect();
        assert_eq!(names, ["DOMAIN", "WIDE", "FIRST", "X-FEE-CURRENCY", "EXPIRATION", "NAMESERVER3"]);
    }

    #[test]
    fn years_may_come_as_dates() {
        let v = values(&[("EXPIRATION", "2027-11-22 00:00:00")]);
        assert_eq!(Params::new(&v, Currency::USD).year("EXPIRATION", Field::FromYear), Year::new(2027));
    }

    #[test]
    fn filters_that_are_not_served_are_refused() {
        let v = values(&[("NAMESERVER", "ns1.x.com"), ("ZONETAG0", "T"), ("REGISTRAR", "*"), ("GENERATELIST", "0")]);
        let p = Params::new(&v, Currency::USD);
        p.not_served(&["NAMESERVER", "ZONETAG", "REGISTRAR", "GENERATELIST"]);
        let Err(Refusal::Fields(problems)) = p.done(Some(())) else { panic!("refused") };
        assert_eq!(problems.len(), 2);
    }
}
