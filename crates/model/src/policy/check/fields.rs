//! Fields and owners: what a zone wants to be told, and who may hold its names.

use crate::field::{Field, FieldProblem, Problem};
use crate::policy::field::{FieldRule, FieldVerb, holds};
use crate::policy::parties::OwnerKind;
use crate::policy::zone::Zone;

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
    use super::*;
    use crate::policy::check::tests::zone;

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
}
