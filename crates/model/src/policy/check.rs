//! The questions that operations ask a zone: may this name, these fields, this owner, this period. Pure and total.

use super::field::{FieldRule, FieldVerb, holds};
use super::parties::OwnerKind;
use super::value::Periods;
use super::zone::Zone;
use crate::domain::RenewalMode;
use crate::field::{Field, FieldProblem, Problem};
use crate::idn::{Label, LabelError, Language};
use crate::{Months, Timestamp};
use std::fmt;

/// A label that a zone can hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckedName {
    pub label: Label,
    /// For an internationalised label: its table, and the language asked for or the table's first.
    pub table: Option<String>,
    pub language: Option<Language>,
}

/// Why a label cannot be registered in a zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NameProblem {
    /// No label at all, in any zone.
    Label(LabelError),
    TooShort {
        min: usize,
    },
    TooLong {
        max: usize,
    },
    Reserved,
    /// The zone takes ASCII labels only.
    IdnNotOffered,
    /// The zone takes labels only that hold a character beyond ASCII.
    IdnRequired,
    /// A character of the label is in no table that is allowed here.
    Character {
        stranger: char,
        allowed: Vec<String>,
    },
    /// Every character is allowed, but not these together: each label must keep to one script.
    Mixed {
        allowed: Vec<String>,
    },
    /// The zone knows no such language.
    Language {
        allowed: Vec<String>,
    },
}

impl fmt::Display for NameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NameProblem::Label(why) => why.fmt(f),
            NameProblem::TooShort { min } => write!(f, "a label has at least {min} characters here"),
            NameProblem::TooLong { max } => write!(f, "a label has at most {max} characters here"),
            NameProblem::Reserved => f.write_str("the registry keeps this label for itself"),
            NameProblem::IdnNotOffered => f.write_str("only letters a-z, digits and hyphens are allowed here"),
            NameProblem::IdnRequired => f.write_str("a label must hold a character beyond a-z, 0-9 and the hyphen here"),
            NameProblem::Character { stranger, allowed } => {
                write!(f, "the character U+{:04X} is not allowed here, only {}", u32::from(*stranger), allowed.join(", "))
            }
            NameProblem::Mixed { allowed } => write!(f, "the label must keep to one of {}", allowed.join(", ")),
            NameProblem::Language { allowed } => write!(f, "the language must be one of {}", allowed.join(", ")),
        }
    }
}

impl From<NameProblem> for FieldProblem {
    /// The language where that is what was wrong, else the domain.
    fn from(problem: NameProblem) -> FieldProblem {
        match problem {
            NameProblem::Language { allowed } => FieldProblem::new(Field::Language, Problem::NotOneOf { allowed }),
            NameProblem::TooLong { max } => FieldProblem::new(Field::Domain, Problem::TooLong { max }),
            NameProblem::Reserved => FieldProblem::new(Field::Domain, Problem::NotAllowed { reason: NameProblem::Reserved.to_string() }),
            other => FieldProblem::malformed(Field::Domain, format!("a label that can be registered: {other}")),
        }
    }
}

/// Why a period is not offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TermProblem {
    /// The zone wants the period to be named.
    Missing,
    NotOffered {
        offered: Periods,
    },
    /// The operation does not exist in this zone with any period.
    NeverOffered,
}

impl From<TermProblem> for FieldProblem {
    fn from(problem: TermProblem) -> FieldProblem {
        match problem {
            TermProblem::Missing => FieldProblem::missing(Field::Period),
            TermProblem::NotOffered { offered } => FieldProblem::new(Field::Period, Problem::OutOfRange { expected: offered.to_string() }),
            TermProblem::NeverOffered => {
                FieldProblem::new(Field::Period, Problem::NotAllowed { reason: "the zone offers no period for this".to_owned() })
            }
        }
    }
}

/// Who will hold the name: what zones restrict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Registrant<'a> {
    /// ISO 3166-1 alpha-2, in any case.
    pub country: &'a str,
    pub kind: OwnerKind,
}

/// A zone's fields in order: canonical names and values, nothing foreign.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Accepted {
    /// By the rule's name, in the order of the pack.
    pub values: Vec<(String, String)>,
    /// Whether the zone's trustee is to stand in for the owner.
    pub trustee: bool,
    /// Names that belong to other zones, and were not looked at.
    pub ignored: Vec<String>,
}

impl Accepted {
    /// The value of a field, by the rule's name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

impl Zone {
    /// Reads the label of a name of this zone (everything before the suffix, in U- or A-form) by the zone's rules.
    /// An empty language means that the caller leaves it to us; it has no meaning for an ASCII label.
    pub fn check_name(&self, label: &str, language: Option<&str>) -> Result<CheckedName, NameProblem> {
        let label = Label::parse(label).map_err(NameProblem::Label)?;
        let length = label.unicode().chars().count();
        if length < self.name.min_length {
            return Err(NameProblem::TooShort { min: self.name.min_length });
        }
        if length > self.name.max_length {
            return Err(NameProblem::TooLong { max: self.name.max_length });
        }
        if holds(&self.name.reserved, label.ascii()) {
            return Err(NameProblem::Reserved);
        }
        if !label.is_idn() {
            return if self.idn.required { Err(NameProblem::IdnRequired) } else { Ok(CheckedName { label, table: None, language: None }) };
        }
        self.check_script(label, language.filter(|l| !l.is_empty()))
    }

    fn check_script(&self, label: Label, language: Option<&str>) -> Result<CheckedName, NameProblem> {
        if self.idn.loaded.is_empty() {
            return Err(NameProblem::IdnNotOffered);
        }
        let speaks = |code: &str| self.idn.loaded.iter().filter(|t| t.language(code).is_some()).collect::<Vec<_>>();
        let tables = match language {
            None => self.idn.loaded.iter().collect(),
            Some(code) => speaks(code),
        };
        if tables.is_empty() {
            return Err(NameProblem::Language {
                allowed: self.idn.loaded.iter().flat_map(|t| &t.languages).map(|l| l.tag.clone()).collect(),
            });
        }
        if let Some(table) = tables.iter().find(|t| t.stranger(&label).is_none()) {
            let language = match language {
                Some(code) => table.language(code),
                None => table.languages.first(),
            };
            return Ok(CheckedName { label, table: Some(table.table.clone()), language: language.cloned() });
        }
        let allowed = tables.iter().map(|t| t.title.clone()).collect();
        let in_none = |c: &char| !c.is_ascii() && tables.iter().all(|t| !t.allows(*c));
        Err(match label.unicode().chars().find(in_none) {
            Some(stranger) => NameProblem::Character { stranger, allowed },
            None => NameProblem::Mixed { allowed },
        })
    }

    /// Reads the zone's fields of a wish, and checks the registrant where the wish sets one. All problems come at once.
    ///
    /// Fields that the zone does not know are other zones' and are ignored; an empty value is no value. A value that repeats itself
    /// is one value. For a wish on an existing name the caller lays the new values over those in force, and gives the result.
    pub fn check_fields(
        &self,
        verb: FieldVerb,
        registrant: Option<Registrant<'_>>,
        fields: &[(String, String)],
    ) -> Result<Accepted, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut accepted = Accepted { ignored: self.ignored(fields), ..Accepted::default() };
        let mut faulty: Vec<&str> = Vec::new();
        for rule in &self.fields {
            let given = given(rule, fields);
            let Some((name, value)) = given.first() else { continue };
            let field = || Field::Extension((*name).to_owned());
            let problem = if given.iter().any(|(_, other)| !other.eq_ignore_ascii_case(value)) {
                Problem::Repeated
            } else if !rule.allowed_on(verb) {
                let on = FieldVerb::ALL.into_iter().filter(|v| rule.allowed_on(*v)).map(FieldVerb::word).collect::<Vec<_>>().join(", ");
                Problem::NotAllowed { reason: format!("only on {on}") }
            } else {
                match rule.read(value) {
                    Ok(value) => {
                        accepted.values.push((rule.name.clone(), value));
                        continue;
                    }
                    Err(problem) => problem,
                }
            };
            faulty.push(&rule.name);
            problems.push(FieldProblem::new(field(), problem));
        }
        let missing = |rule: &&FieldRule| {
            rule.required_on(verb)
                && rule.required_if.as_ref().is_none_or(|on| accepted.get(&on.field).is_some_and(|value| holds(&on.one_of, value)))
                && !self.waived(&rule.waived_by, &accepted)
                && accepted.get(&rule.name).is_none()
                && !faulty.contains(&rule.name.as_str())
        };
        problems.extend(self.fields.iter().filter(missing).map(|rule| FieldProblem::missing(Field::Extension(rule.name.clone()))));
        if let (Some(registrant), FieldVerb::Register | FieldVerb::OwnerChange | FieldVerb::Transfer) = (registrant, verb) {
            problems.extend(self.owner_problem(registrant, &accepted));
        }
        accepted.trustee = self.trustee_accepted(&accepted);
        if problems.is_empty() { Ok(accepted) } else { Err(problems) }
    }

    fn ignored(&self, fields: &[(String, String)]) -> Vec<String> {
        fields.iter().filter(|(name, _)| self.field(name).is_none()).map(|(name, _)| name.clone()).collect()
    }

    fn waived(&self, by: &[String], accepted: &Accepted) -> bool {
        by.iter().any(|name| self.field(name).is_some_and(|rule| accepted.get(&rule.name).is_some_and(|value| rule.accepts(value))))
    }

    /// Whether the accepted fields ask for the zone's trustee.
    pub fn trustee_accepted(&self, accepted: &Accepted) -> bool {
        self.trustee.as_ref().is_some_and(|trustee| self.waived(std::slice::from_ref(&trustee.field), accepted))
    }

    /// Whether this registrant may hold a name here, given the fields.
    pub fn owner_allowed(&self, registrant: Registrant<'_>, accepted: &Accepted) -> bool {
        self.owner_problem(registrant, accepted).is_none()
    }

    fn owner_problem(&self, registrant: Registrant<'_>, accepted: &Accepted) -> Option<FieldProblem> {
        let owner = &self.owner;
        let elsewhere = !owner.country.is_empty() && !holds(&owner.country, registrant.country) && !self.waived(&owner.waived_by, accepted);
        if elsewhere {
            let mut reason = format!("the registrant must be located in {}", owner.country.join(", "));
            if !owner.waived_by.is_empty() {
                reason.push_str(&format!(" unless {} says otherwise", owner.waived_by.join(" or ")));
            }
            return Some(FieldProblem::new(Field::Registrant, Problem::NotAllowed { reason }));
        }
        if !owner.kinds.is_empty() && !owner.kinds.contains(&registrant.kind) {
            let reason = match registrant.kind {
                OwnerKind::Person => "the registrant must be an organization",
                OwnerKind::Organization => "the registrant must be a person",
            };
            return Some(FieldProblem::new(Field::Registrant, Problem::NotAllowed { reason: reason.to_owned() }));
        }
        None
    }

    /// Whether a name may have this many name servers.
    pub fn check_host_count(&self, count: usize) -> Result<(), FieldProblem> {
        let hosts = &self.hosts;
        if (count == 0 && hosts.none_allowed) || (hosts.min..=hosts.max).contains(&count) {
            return Ok(());
        }
        let none = if hosts.none_allowed && hosts.min > 0 { "none, or " } else { "" };
        Err(FieldProblem::new(
            Field::NameServers,
            Problem::OutOfRange { expected: format!("{none}{} to {} name servers", hosts.min, hosts.max) },
        ))
    }

    /// The period of a registration: the one asked for if it is offered, the zone's default if none was named.
    pub fn register_term(&self, requested: Option<Months>) -> Result<Months, TermProblem> {
        if requested.is_none() && self.register.period_required {
            return Err(TermProblem::Missing);
        }
        offered(&self.register.periods, requested.unwrap_or(self.register.default.0))
    }

    /// The period of a renewal, by the same rule.
    pub fn renew_term(&self, requested: Option<Months>) -> Result<Months, TermProblem> {
        offered(&self.renew.periods, requested.unwrap_or(self.renew.default.0))
    }

    /// By how much a name renews itself in this mode.
    pub fn automatic_term(&self, mode: RenewalMode) -> Months {
        mode.rhythm().unwrap_or(self.renew.default.0)
    }

    /// What a transfer adds to the term; `None` where it adds nothing, whatever was asked for.
    pub fn transfer_term(&self, requested: Option<Months>) -> Result<Option<Months>, TermProblem> {
        if !self.transfer_renews() {
            return Ok(None);
        }
        offered(&self.transfer.periods, requested.unwrap_or(self.transfer.default.0)).map(Some)
    }

    /// Whether a term may end at `expires`, seen from `now` (the ten years of most zones).
    pub fn term_fits(&self, expires: Timestamp, now: Timestamp) -> bool {
        expires <= now.plus_months(self.max_term.0)
    }

    /// From when on a renewal can be asked for again after the last successful one that was asked for; `Err` holds that instant if it lies ahead.
    pub fn renew_interval(&self, last: Option<Timestamp>, now: Timestamp) -> Result<(), Timestamp> {
        match last.map(|last| self.renew.interval_min.after(last)) {
            Some(allowed_from) if !self.renew.interval_min.is_zero() && now < allowed_from => Err(allowed_from),
            _ => Ok(()),
        }
    }

    /// When we renew or let go, for a term that ends at `expires`.
    pub fn renewal_date(&self, expires: Timestamp) -> Timestamp {
        self.lifecycle.renewal_date_offset.after(expires)
    }
}

fn offered(periods: &Periods, wanted: Months) -> Result<Months, TermProblem> {
    if periods.is_empty() {
        Err(TermProblem::NeverOffered)
    } else if periods.offers(wanted) {
        Ok(wanted)
    } else {
        Err(TermProblem::NotOffered { offered: periods.clone() })
    }
}

/// What was said for a rule, empty values left out, under the caller's names.
fn given<'a>(rule: &FieldRule, fields: &'a [(String, String)]) -> Vec<(&'a str, &'a str)> {
    let said = |(name, value): &'a (String, String)| {
        let value = value.trim_matches(' ');
        (rule.answers_to(name) && !value.is_empty()).then_some((name.as_str(), value))
    };
    fields.iter().filter_map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::super::set::ZoneSet;
    use super::*;
    use std::sync::Arc;

    fn zone(suffix: &str) -> Arc<Zone> {
        Arc::clone(ZoneSet::embedded().unwrap().get(suffix).unwrap())
    }

    fn fields(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    fn from(country: &str) -> Option<Registrant<'_>> {
        Some(Registrant { country, kind: OwnerKind::Organization })
    }

    #[test]
    fn all_problems_come_at_once() {
        let problems = zone("or.kr").check_fields(FieldVerb::Register, from("DE"), &fields(&[("X-KR-CTFY-TYPE", "PASSPORT")])).unwrap_err();
        let named: Vec<_> = problems.iter().map(|p| p.field.clone()).collect();
        assert_eq!(named, [Field::Extension("X-KR-CTFY-TYPE".into()), Field::Extension("X-KR-CTFY-NO".into()), Field::Registrant]);
        assert!(matches!(&problems[0].problem, Problem::NotOneOf { allowed } if allowed.len() == 6));
    }

    #[test]
    fn foreign_fields_are_ignored_and_own_ones_made_canonical() {
        let given = [
            ("x-kr-ctfy-type", " corp "),
            ("X-KR-CTFY-NO", "1"),
            ("X-KR-CTFY-NO", "1"),
            ("X-DE-NSENTRY0", "\r\nEOF"),
            ("X-KR-ACCEPT-TRUSTEE-TAC", ""),
        ];
        let accepted = zone("or.kr").check_fields(FieldVerb::Transfer, from("kr"), &fields(&given)).unwrap();
        assert_eq!(accepted.values, fields(&[("X-KR-CTFY-TYPE", "CORP"), ("X-KR-CTFY-NO", "1")]));
        assert_eq!(accepted.ignored, ["X-DE-NSENTRY0"]);
        assert!(!accepted.trustee);
    }

    #[test]
    fn a_field_that_contradicts_itself_is_refused_once() {
        let given = [("X-KR-CTFY-TYPE", "CORP"), ("x-kr-ctfy-type", "ETC"), ("X-KR-CTFY-NO", "1")];
        let problems = zone("or.kr").check_fields(FieldVerb::Register, from("KR"), &fields(&given)).unwrap_err();
        assert_eq!(problems, [FieldProblem::new(Field::Extension("X-KR-CTFY-TYPE".into()), Problem::Repeated)]);
    }

    #[test]
    fn the_trustee_waives_what_the_owner_cannot_give() {
        let zone = zone("or.kr");
        let accepted = zone.check_fields(FieldVerb::Register, from("DE"), &fields(&[("X-KR-ACCEPT-TRUSTEE-TAC", "1")])).unwrap();
        assert!(accepted.trustee && zone.trustee_accepted(&accepted));
        assert!(zone.owner_allowed(Registrant { country: "DE", kind: OwnerKind::Person }, &accepted));
        assert!(!zone.owner_allowed(Registrant { country: "DE", kind: OwnerKind::Person }, &Accepted::default()));
        // Without a registrant in the wish nobody's country is judged.
        assert!(zone.check_fields(FieldVerb::Modify, None, &[]).is_ok());
        assert!(zone.trustee.as_ref().unwrap().contact.check().is_ok());
    }

    #[test]
    fn conditions_on_other_fields() {
        let text = r#"
            version = 1
            [[field]]
            name = "X-US-NEXUS-CATEGORY"
            required-on = ["register"]
            one-of = ["C11", "C31"]
            [[field]]
            name = "X-US-NEXUS-VALIDATOR"
            required-on = ["register"]
            required-if = { field = "X-US-NEXUS-CATEGORY", one-of = ["C31"] }
            pattern = "[A-Z]{2}"
            max-length = 2
        "#;
        let zone: Zone = toml::from_str(text).unwrap();
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a [Problem]);
        let cases: &[Case<'_>] = &[
            (&[("X-US-NEXUS-CATEGORY", "C11")], &[]),
            (&[("X-US-NEXUS-CATEGORY", "c31")], &[Problem::Missing]),
            (&[("X-US-NEXUS-CATEGORY", "C31"), ("X-US-NEXUS-VALIDATOR", "GB")], &[]),
            (
                &[("X-US-NEXUS-CATEGORY", "C31"), ("X-US-NEXUS-VALIDATOR", "gb")],
                &[Problem::Malformed { expected: "the form [A-Z]{2}".into() }],
            ),
            (&[("X-US-NEXUS-CATEGORY", "C31"), ("X-US-NEXUS-VALIDATOR", "GBR")], &[Problem::TooLong { max: 2 }]),
        ];
        for (given, expected) in cases {
            let problems = zone.check_fields(FieldVerb::Register, None, &fields(given)).err().unwrap_or_default();
            assert_eq!(problems.into_iter().map(|p| p.problem).collect::<Vec<_>>(), *expected, "{given:?}");
        }
    }

    #[test]
    fn terms_by_zone() {
        let months = |m| Months::new(m).unwrap();
        assert_eq!(zone("or.kr").register_term(None), Ok(months(12)));
        assert_eq!(zone("de").register_term(Some(months(1))), Ok(months(1)));
        assert!(matches!(zone("com").register_term(Some(months(1))), Err(TermProblem::NotOffered { .. })));
        assert_eq!(zone("at").transfer_term(Some(months(24))), Ok(None));
        assert_eq!(zone("com").transfer_term(None), Ok(Some(months(12))));
        let strict: Zone = toml::from_str("version = 1\n[register]\nperiods = [\"1y\"]\nperiod-required = true").unwrap();
        assert_eq!(strict.register_term(None), Err(TermProblem::Missing));
        assert_eq!(strict.renew_term(None), Err(TermProblem::NeverOffered));
    }

    #[test]
    fn name_servers_are_counted() {
        for (suffix, count, fits) in [
            ("or.kr", 0, false),
            ("or.kr", 1, false),
            ("or.kr", 2, true),
            ("com", 0, true),
            ("com", 13, true),
            ("com", 14, false),
            ("at", 9, false),
        ] {
            assert_eq!(zone(suffix).check_host_count(count).is_ok(), fits, "{suffix} {count}");
        }
    }

    #[test]
    fn five_days_between_renewals_of_or_kr() {
        let (zone, last) = (zone("or.kr"), Timestamp::from_seconds(1_800_000_000));
        let allowed_from = last.plus_days(5);
        assert_eq!(zone.renew_interval(None, last), Ok(()));
        assert_eq!(zone.renew_interval(Some(last), last), Err(allowed_from));
        assert_eq!(zone.renew_interval(Some(last), allowed_from.plus_seconds(-1)), Err(allowed_from));
        assert_eq!(zone.renew_interval(Some(last), allowed_from), Ok(()));
        assert_eq!(super::tests::zone("com").renew_interval(Some(last), last), Ok(()));
    }

    #[test]
    fn ten_years_from_now_and_no_day_more() {
        let now = Timestamp::parse_rfc3339("2026-03-01T12:00:00Z").unwrap();
        let end = Timestamp::parse_rfc3339("2036-03-01T12:00:00Z").unwrap();
        assert!(zone("com").term_fits(end, now) && !zone("com").term_fits(end.plus_seconds(1), now));
    }

    #[test]
    fn the_renewal_date_lies_on_its_side_of_expiry() {
        let expires = Timestamp::from_seconds(1_800_000_000);
        assert_eq!(zone("com").renewal_date(expires), expires.plus_days(35));
        assert_eq!(zone("de").renewal_date(expires), expires.plus_days(-1));
    }

    #[test]
    fn a_language_is_found_by_any_of_its_codes() {
        let com = zone("com");
        for (label, code, tag) in [("한국어", "KOR", "kor"), ("한국어", "ko", "kor"), ("smörgås", "se", "swe"), ("straße", "ger", "deu")]
        {
            assert_eq!(com.check_name(label, Some(code)).unwrap().language.unwrap().tag, tag, "{label} {code}");
        }
        assert!(matches!(com.check_name("한국어", Some("deu")), Err(NameProblem::Character { stranger: '한', .. })));
        assert!(matches!(com.check_name("pаypal", None), Err(NameProblem::Mixed { .. })));
        assert_eq!(com.check_name("example", Some("xyz")).unwrap().language, None);
    }
}
