//! The examples in packs: wishes that must pass and wishes that must be refused, each with its source.

use super::check::{Registrant, TermProblem};
use super::field::FieldVerb;
use super::parties::OwnerKind;
use super::set::ZoneSet;
use super::value::Span;
use super::zone::Zone;
use crate::field::{Field, FieldProblem, Problem};
use crate::{DomainName, Months, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A wish, and what is expected of it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Example {
    /// Where this is said.
    pub source: String,
    #[serde(default = "register")]
    pub verb: Verb,
    /// The whole name, in any form.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub language: Option<String>,
    #[serde(default)]
    pub months: Option<u16>,
    #[serde(default)]
    pub owner_country: Option<String>,
    #[serde(default)]
    pub owner_kind: Option<OwnerKind>,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// How long ago the last renewal was asked for.
    #[serde(default)]
    pub renewed_ago: Option<Span>,
    /// Of a refused wish: the field that must be named, by the words of [`field_word`].
    #[serde(default)]
    pub field: Option<String>,
    /// Of a refused wish: the reason, by the words of [`reason_word`].
    #[serde(default)]
    pub reason: Option<String>,
}

fn register() -> Verb {
    Verb::Register
}

/// What is wished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    Register,
    Modify,
    OwnerChange,
    Transfer,
    Renew,
    Restore,
    TransferCancel,
    Delete,
}

/// How one example went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExampleResult {
    pub zone: String,
    /// `accept 1`, `reject 3`: counted from 1 in the order of the pack.
    pub example: String,
    pub source: String,
    /// What was found instead of what was expected.
    pub outcome: Result<(), String>,
}

/// Runs every example of every zone.
pub fn run_examples(set: &ZoneSet) -> Vec<ExampleResult> {
    let run = |zone: &Zone| {
        let accepts = zone.accepts.iter().enumerate().map(|(at, e)| (format!("accept {}", at + 1), e, accepted(set, zone, e)));
        let rejects = zone.rejects.iter().enumerate().map(|(at, e)| (format!("reject {}", at + 1), e, rejected(set, zone, e)));
        let result = |(example, e, outcome): (String, &Example, _)| ExampleResult {
            zone: zone.suffix.clone(),
            example,
            source: e.source.clone(),
            outcome,
        };
        accepts.chain(rejects).map(result).collect::<Vec<_>>()
    };
    set.iter().flat_map(|zone| run(zone)).collect()
}

fn accepted(set: &ZoneSet, zone: &Zone, example: &Example) -> Result<(), String> {
    if example.field.is_some() || example.reason.is_some() {
        return Err("an example to accept names no field and no reason".to_owned());
    }
    let problems = problems(set, zone, example);
    if problems.is_empty() { Ok(()) } else { Err(format!("refused: {}", list(&problems))) }
}

fn rejected(set: &ZoneSet, zone: &Zone, example: &Example) -> Result<(), String> {
    let (Some(field), Some(reason)) = (&example.field, &example.reason) else {
        return Err("an example to reject names the field and the reason".to_owned());
    };
    let problems = problems(set, zone, example);
    if problems.is_empty() {
        return Err("accepted".to_owned());
    }
    let named = problems.iter().any(|p| field_word(&p.field).eq_ignore_ascii_case(field) && reason_word(&p.problem) == reason);
    if named { Ok(()) } else { Err(format!("refused for another reason: {}", list(&problems))) }
}

fn list(problems: &[FieldProblem]) -> String {
    problems.iter().map(|p| format!("{} {}", field_word(&p.field), reason_word(&p.problem))).collect::<Vec<_>>().join(", ")
}

/// How packs call a field: `domain`, `language`, `period`, `registrant`, `verb` (the wish itself), or the field's own name.
pub fn field_word(field: &Field) -> String {
    match field {
        Field::Domain => "domain".to_owned(),
        Field::Language => "language".to_owned(),
        Field::Period => "period".to_owned(),
        Field::Registrant => "registrant".to_owned(),
        Field::Extension(name) => name.clone(),
        Field::Command => "verb".to_owned(),
        other => format!("{other:?}"),
    }
}

/// How packs call what is wrong.
pub fn reason_word(problem: &Problem) -> &'static str {
    match problem {
        Problem::Missing => "missing",
        Problem::Repeated => "repeated",
        Problem::Malformed { .. } => "malformed",
        Problem::OutOfRange { .. } => "out-of-range",
        Problem::NotOneOf { .. } => "not-one-of",
        Problem::TooLong { .. } => "too-long",
        Problem::Unknown => "unknown",
        Problem::Excludes { .. } => "excludes",
        Problem::NotAllowed { .. } => "not-allowed",
    }
}

fn problems(set: &ZoneSet, zone: &Zone, example: &Example) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if let Some(name) = &example.name {
        problems.extend(name_problem(set, zone, name, example.language.as_deref()));
    }
    if let Some(reason) = unsupported(zone, example) {
        problems.push(FieldProblem::new(Field::Command, Problem::NotAllowed { reason }));
    }
    problems.extend(term_problem(zone, example).map(FieldProblem::from));
    let verb = match example.verb {
        Verb::Register => FieldVerb::Register,
        Verb::Modify => FieldVerb::Modify,
        Verb::OwnerChange => FieldVerb::OwnerChange,
        Verb::Transfer => FieldVerb::Transfer,
        Verb::Renew => FieldVerb::Renew,
        Verb::Restore | Verb::TransferCancel | Verb::Delete => return problems,
    };
    let registrant =
        example.owner_country.as_deref().map(|country| Registrant { country, kind: example.owner_kind.unwrap_or(OwnerKind::Organization) });
    let fields: Vec<(String, String)> = example.fields.iter().map(|(n, v)| (n.clone(), v.clone())).collect();
    problems.extend(zone.check_fields(verb, registrant, &fields).err().unwrap_or_default());
    problems
}

fn name_problem(set: &ZoneSet, zone: &Zone, name: &str, language: Option<&str>) -> Option<FieldProblem> {
    let (label, suffix) = name.split_once('.').unwrap_or((name, ""));
    let suffix = crate::idn::parse_name(suffix).map(|labels| labels.iter().map(|l| l.ascii().to_owned()).collect::<Vec<_>>().join("."));
    if suffix.as_deref() != Ok(&zone.suffix) {
        return Some(FieldProblem::malformed(Field::Domain, format!("a name directly below {}", zone.suffix)));
    }
    match zone.check_name(label, language) {
        Err(problem) => Some(problem.into()),
        // The label being good, the whole must be a name that is found in this zone.
        Ok(checked) => match DomainName::parse(&format!("{}.{}", checked.label.ascii(), zone.suffix)) {
            Ok(name) if set.sold_in(&name).is_some_and(|(found, _)| found.suffix == zone.suffix) => None,
            _ => Some(FieldProblem::new(Field::Domain, Problem::NotAllowed { reason: "the name is a zone of its own".to_owned() })),
        },
    }
}

fn unsupported(zone: &Zone, example: &Example) -> Option<String> {
    let now = Timestamp::from_seconds(1_800_000_000);
    let supported = match example.verb {
        Verb::Renew if !zone.renew.explicit => false,
        Verb::Renew => {
            let last = example.renewed_ago.map(|ago| now.plus_seconds(-ago.seconds()));
            return zone.renew_interval(last, now).err().map(|from| format!("not before {from}"));
        }
        Verb::Restore => zone.restore.offered,
        Verb::TransferCancel => zone.support.transfer_cancel,
        Verb::Delete => zone.delete.offered,
        Verb::Register | Verb::Modify | Verb::OwnerChange | Verb::Transfer => true,
    };
    (!supported).then(|| "the zone does not offer it".to_owned())
}

fn term_problem(zone: &Zone, example: &Example) -> Option<TermProblem> {
    let requested = match example.months {
        None => None,
        Some(number) => match Months::new(number) {
            Some(months) => Some(months),
            None => return Some(TermProblem::NeverOffered),
        },
    };
    match example.verb {
        Verb::Register => zone.register_term(requested).err(),
        Verb::Renew => zone.renew_term(requested).err(),
        Verb::Transfer => zone.transfer_term(requested).err(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_of_every_pack_holds() {
        let set = ZoneSet::embedded().unwrap();
        let results = run_examples(&set);
        assert!(results.len() > 100, "{} examples", results.len());
        let bad: Vec<String> = results
            .iter()
            .filter_map(|r| r.outcome.as_ref().err().map(|why| format!("{} {} ({}): {why}", r.zone, r.example, r.source)))
            .collect();
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }

    #[test]
    fn a_wrong_example_is_noticed() {
        let set = ZoneSet::embedded().unwrap();
        let zone = set.get("or.kr").unwrap();
        let example = |text: &str| toml::from_str::<Example>(&format!("source = \"here\"\n{text}")).unwrap();
        let cases = [
            ("owner-country = \"DE\"", false, true),
            ("owner-country = \"DE\"\nfield = \"registrant\"\nreason = \"not-allowed\"", false, false),
            ("owner-country = \"DE\"\nfield = \"registrant\"\nreason = \"missing\"", false, true),
            ("verb = \"modify\"\nfield = \"domain\"\nreason = \"missing\"", false, true),
            ("verb = \"modify\"", true, false),
            ("verb = \"restore\"", true, true),
            ("verb = \"renew\"\nrenewed-ago = \"4d\"", true, true),
            ("name = \"x.com\"\nverb = \"modify\"", true, true),
        ];
        for (text, accept, noticed) in cases {
            let example = example(text);
            let outcome = if accept { accepted(&set, zone, &example) } else { rejected(&set, zone, &example) };
            assert_eq!(outcome.is_err(), noticed, "{text}: {outcome:?}");
        }
    }
}
