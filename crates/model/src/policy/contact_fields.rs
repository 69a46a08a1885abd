//! What a contact carries for a zone beside its address: fields of people, checked when a contact is made for that zone or changed.

use super::field::{FieldRule, FieldVerb, holds};
use crate::contact::{ContactData, ContactDraft};
use crate::field::{Field, FieldProblem};
use serde::Deserialize;

/// The general number, which is a zone's own field under .se and .nu.
const VAT_ID: &str = "vatid";

/// A file of such fields (`zones/contacts/`).
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ContactFieldsFile {
    pub version: u32,
    pub sources: Vec<String>,
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
}

/// Fields that some zones have in common.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Group {
    /// Suffixes as A-labels. They need not be sold here.
    pub zones: Vec<String>,
    #[serde(rename = "field")]
    pub fields: Vec<FieldRule>,
}

/// A contact as it is asked for, with the fields of its zone under their own names: an alias (`lang`, `orgid`) becomes the field that it stands for,
/// unless that was given too.
pub fn under_own_names(rules: &[FieldRule], draft: &ContactDraft) -> ContactDraft {
    let mut draft = draft.clone();
    if rules.iter().any(|rule| rule.answers_to(VAT_ID))
        && let Some(value) = draft.vat_id.take()
    {
        draft.extras.push((VAT_ID.to_owned(), value));
    }
    let mut named: Vec<(String, String)> = Vec::new();
    for (name, value) in &draft.extras {
        let rule = rules.iter().find(|rule| rule.answers_to(name));
        let own = rule.map_or_else(|| name.to_ascii_lowercase(), |rule| rule.name.to_ascii_lowercase());
        let given_itself = !name.eq_ignore_ascii_case(&own) && draft.extras.iter().any(|(other, _)| other.eq_ignore_ascii_case(&own));
        if !given_itself && !named.iter().any(|(known, _)| *known == own) {
            named.push((own, value.clone()));
        }
    }
    draft.extras = named;
    draft
}

/// Checks a contact with what it carries for its zone; `is_new` also wants what a new contact needs. All problems come at once. Fields of other
/// zones are kept as they came, names without `x-` that no rule answers to are dropped.
pub fn check_contact(rules: &[FieldRule], draft: &ContactDraft, is_new: bool) -> Result<ContactData, Vec<FieldProblem>> {
    let mut draft = under_own_names(rules, draft);
    draft.extras.retain(|(name, _)| name.starts_with("x-"));
    let mut problems = Vec::new();
    let mut accepted: Vec<(&str, String)> = Vec::new();
    let mut faulty: Vec<&str> = Vec::new();
    for rule in rules {
        let said =
            draft.extras.iter_mut().find(|(name, value)| rule.name.eq_ignore_ascii_case(name) && !value.trim_matches(' ').is_empty());
        let Some((name, value)) = said else { continue };
        match rule.read(value.trim_matches(' ')) {
            Ok(canonical) => {
                accepted.push((&rule.name, canonical.clone()));
                *value = canonical;
            }
            Err(problem) => {
                faulty.push(&rule.name);
                problems.push(FieldProblem::new(Field::Extension(name.clone()), problem));
            }
        }
    }
    let value_of = |name: &str| accepted.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
    let missing = rules.iter().filter(|rule| {
        is_new
            && rule.required_on(FieldVerb::Register)
            && rule.required_if.as_ref().is_none_or(|on| value_of(&on.field).is_some_and(|value| holds(&on.one_of, value)))
            && value_of(&rule.name).is_none()
            && !faulty.contains(&rule.name.as_str())
    });
    problems.extend(missing.map(|rule| FieldProblem::missing(Field::Extension(rule.name.to_ascii_lowercase()))));
    // What a rule has found wrong already is not told twice.
    draft.extras.retain(|(name, _)| !faulty.iter().any(|rule| rule.eq_ignore_ascii_case(name)));
    match draft.check() {
        Ok(data) if problems.is_empty() => Ok(data),
        Ok(_) => Err(problems),
        Err(mut found) => {
            found.append(&mut problems);
            Err(found)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::embedded;
    use super::super::set::ZoneSet;
    use super::*;
    use crate::field::Problem;

    fn given(list: &[(&str, &str)]) -> Pairs {
        list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    /// The rules for a suffix, whether it is sold here or not.
    fn rules(suffix: &str) -> Vec<FieldRule> {
        let text = embedded::FILES.iter().find(|(path, _)| *path == "contacts/dmapi.toml").unwrap().1;
        let file: ContactFieldsFile = toml::from_str(text).unwrap();
        file.groups.into_iter().filter(|group| group.zones.iter().any(|zone| zone == suffix)).flat_map(|group| group.fields).collect()
    }

    fn draft(list: &[(&str, &str)]) -> ContactDraft {
        let s = |text: &str| Some(text.to_owned());
        let vat_id = list.iter().find(|(name, _)| *name == VAT_ID).and_then(|(_, value)| s(value));
        ContactDraft {
            name: s("Grace Muster"),
            email: s("grace@example.org"),
            street: [s("Ringstr. 1"), None, None],
            city: s("Berlin"),
            postal_code: s("10115"),
            country: s("DE"),
            phone: s("+49.3055501"),
            vat_id,
            extras: given(list).into_iter().filter(|(name, _)| name != VAT_ID).collect(),
            ..ContactDraft::default()
        }
    }

    type Pairs = Vec<(String, String)>;

    fn read(suffix: &str, list: &[(&str, &str)]) -> Result<Pairs, Vec<(String, Problem)>> {
        check_contact(&rules(suffix), &draft(list), true).map(|data| data.extras).map_err(|problems| {
            problems
                .into_iter()
                .map(|p| match p.field {
                    Field::Extension(name) => (name, p.problem),
                    other => panic!("{other:?}"),
                })
                .collect()
        })
    }

    /// dmapi.md 6.5, one good and one bad value for every field: zone, field, good, bad.
    #[test]
    fn every_field_takes_what_is_documented_and_nothing_else() {
        let long = "x".repeat(31);
        let cases: &[(&str, &str, &str, &str)] = &[
            ("be", "x-be-lang", "FR", "de"),
            ("be", "x-be-type", "licensee", "boss"),
            ("be", "x-be-vatid", "BE0123", "a\nb"),
            ("ca", "x-ca-legal-type", "cct", "XXX"),
            ("cn", "x-cn-owner-type", "E", "X"),
            ("cn", "x-cn-owner-id-type", "QTTYDM", "PASS"),
            ("cn", "x-cn-owner-id-number", "110 101", &long),
            ("or.at", "x-atnic-type", "role", "person"),
            ("plc.uk", "x-nominet-type", "PTNR", "GMBH"),
            ("uk", "x-nominet-company-no", "123", &long),
            ("uk", "x-nominet-trading-name", "Grace & Co", "a\tb\u{1}"),
            ("de", "x-de-type", "org", "company"),
            ("dk", "x-dk-user-type", "PUBORG", "OTHER"),
            ("dk", "x-dk-user-id-number", "12", "a\nb"),
            ("eu", "x-eu-type", "onsite", "tech"),
            ("xn--e1a4c", "x-eu-lang", "sv", "no"),
            ("xn--qxa6a", "x-eu-natural-person", "true", "1"),
            ("eu", "x-eu-country-of-citizenship", "DE", "DEU"),
            ("fi", "x-ficora-type", "township", "village"),
            ("fi", "x-ficora-role", "owner", "boss"),
            ("fi", "x-ficora-is-finnish", "no", "maybe"),
            ("fi", "x-ficora-identity", "131052-308T", "1234"),
            ("fi", "x-ficora-birthdate", "1980-12-31", "31.12.1980"),
            ("fi", "x-ficora-registernumber", "2012345-6", "12"),
            ("fi", "x-ficora-legalemail", "legal@example.fi", "nobody"),
            ("fr", "x-fr-birthdate", "1980-12-31", "1980"),
            ("fr", "x-fr-birthplace", "DE", "fr1"),
            ("fr", "x-fr-birthcity", "Paris", &long),
            ("fr", "x-fr-birthpc", "75001", &long),
            ("fr", "x-fr-restrict-pub", "1", "2"),
            ("fr", "x-fr-siren-or-siret", "552100554", &long),
            ("fr", "x-fr-vatid", "FR1", &long),
            ("fr", "x-fr-trademark", "1", &long),
            ("fr", "x-fr-duns", "1", &long),
            ("fr", "x-fr-local", "1", &long),
            ("fr", "x-fr-waldec", "1234", "W1"),
            ("fr", "x-fr-date-association", "2001-01-31", "2001"),
            ("fr", "x-fr-date-publication-jo", "2001-01-31", "2001"),
            ("fr", "x-fr-announce", "7", "seven"),
            ("fr", "x-fr-numero-de-page-announce-jo", "7", "seven"),
            ("ie", "x-ie-applicant", "Me", "a\nb"),
            ("ie", "x-ie-applicant-class", "Club/Band/Local Group", "Club"),
            ("it", "x-it-entity-type", "7", "8"),
            ("it", "x-it-pin", "RSSMRA", "a\nb"),
            ("it", "x-it-consentforpublishing", "1", "yes"),
            ("it", "x-it-sect3-liability", "1", "yes"),
            ("it", "x-it-sect5-personal-data-for-registration", "1", "yes"),
            ("it", "x-it-sect6-personal-data-for-diffusion", "1", "yes"),
            ("it", "x-it-sect7-explicit-acceptance", "0", "no"),
            ("nl", "x-nl-legal-form", "PERSOON", "GMBH"),
            ("nl", "x-nl-legal-form-registration-no", "12345678", &long),
            ("nu", "x-iinu-orgid", "[NU]1", "1"),
            ("nu", "x-iinu-vatid", "SE 1", "1"),
            ("pp.se", "x-iise-orgid", "[SE]556677-8899", "556677-8899"),
            ("se", "x-iise-vatid", "SE556677889901", "?"),
            ("sk", "x-sk-contact-legal-form", "PERS", "ORG"),
            ("sk", "x-sk-contact-ident-number", "1", "a\nb"),
            ("us", "x-us-app-purpose", "p3", "P6"),
            ("us", "x-us-nexus-category", "c11", "C13"),
            ("us", "x-us-nexus-category-country", "DE", "DEU"),
            ("xxx", "x-xxx-membership-token", "token", &long),
        ];
        let fields = embedded::FILES.iter().find(|(path, _)| *path == "contacts/dmapi.toml").unwrap().1.matches("[[group.field]]").count();
        let tried: std::collections::BTreeSet<&str> = cases.iter().map(|(_, field, _, _)| *field).collect();
        assert_eq!(tried.len(), fields, "every field is tried");
        let blames = |suffix: &str, field: &str, value: &str| match read(suffix, &[(field, value)]) {
            Ok(_) => false,
            Err(problems) => problems.iter().any(|(name, problem)| name == field && *problem != Problem::Missing),
        };
        for (suffix, field, good, bad) in cases {
            assert!(!blames(suffix, field, good), "{field}={good} under {suffix}");
            assert!(blames(suffix, field, bad), "{field}={bad} under {suffix}");
        }
    }

    #[test]
    fn older_names_stand_for_the_fields_and_the_fields_win() {
        assert_eq!(read("eu", &[("lang", "EN")]), Ok(given(&[("x-eu-lang", "en")])));
        assert_eq!(read("eu", &[("lang", "de"), ("X-EU-LANG", "sv")]), Ok(given(&[("x-eu-lang", "sv")])));
        assert_eq!(read("se", &[("orgid", "[DE]1"), ("vatid", "DE1")]), Ok(given(&[("x-iise-orgid", "[DE]1"), ("x-iise-vatid", "DE1")])));
        let known = check_contact(&rules("se"), &draft(&[("orgid", "[DE]1"), ("vatid", "DE1")]), true).unwrap();
        assert_eq!(known.vat_id, "", "under .se it is the zone's own field");
        assert_eq!(check_contact(&rules("de"), &draft(&[("vatid", "DE1")]), true).unwrap().vat_id, "DE1");
        // Another zone's older name says nothing, its field is kept as it came.
        assert_eq!(read("com", &[("lang", "EN"), ("x-us-app-purpose", "anything")]), Ok(given(&[("x-us-app-purpose", "anything")])));
    }

    /// dmapi.md 6.1, 6.5.
    #[test]
    fn what_one_field_says_makes_another_one_needed() {
        let missing = |field: &str| Err(vec![(field.to_owned(), Problem::Missing)]);
        assert_eq!(read("uk", &[("account-type", "LTD")]), missing("x-nominet-company-no"));
        assert!(read("uk", &[("account-type", "IND")]).is_ok());
        assert_eq!(read("se", &[]), missing("x-iise-orgid"));
        assert_eq!(read("nl", &[("x-nl-legal-form", "BV")]), missing("x-nl-legal-form-registration-no"));
        assert!(read("nl", &[("x-nl-legal-form", "PERSOON")]).is_ok());
        assert_eq!(read("us", &[("nexus-category", "C31")]), missing("x-us-nexus-category-country"));
        assert_eq!(read("fi", &[("x-ficora-type", "company")]), missing("x-ficora-legalemail"));
        let born = read("fr", &[("x-fr-birthplace", "RE")]).unwrap_err();
        assert_eq!(born.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["x-fr-birthcity", "x-fr-birthpc"]);
        // A contact that is there already is not asked for more.
        assert!(check_contact(&rules("se"), &draft(&[]), false).is_ok());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_and_once() {
        let mut wrong = draft(&[("x-eu-lang", "xx"), ("x-eu-type", "boss")]);
        wrong.city = None;
        let problems = check_contact(&rules("eu"), &wrong, true).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn zones_that_are_sold_know_their_contacts_fields() {
        let set = ZoneSet::embedded().unwrap();
        let names = |family: &str| set.contact_fields(family).iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names("de"), ["X-DE-TYPE"]);
        assert_eq!(names("nl"), ["X-NL-LEGAL-FORM", "X-NL-LEGAL-FORM-REGISTRATION-NO"]);
        assert!(names("com").is_empty() && names("").is_empty());
    }
}
