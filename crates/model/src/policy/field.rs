//! A zone's own request fields: what they may hold, when they must be there, what lifts that.

use super::pattern::Pattern;
use super::value::one_or_many;
use crate::domain::Role;
use crate::field::Problem;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The wishes that can carry a zone's fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldVerb {
    Register,
    Modify,
    OwnerChange,
    Transfer,
    Renew,
}

impl FieldVerb {
    pub const ALL: [FieldVerb; 5] = [FieldVerb::Register, FieldVerb::Modify, FieldVerb::OwnerChange, FieldVerb::Transfer, FieldVerb::Renew];

    pub fn word(self) -> &'static str {
        match self {
            FieldVerb::Register => "register",
            FieldVerb::Modify => "modify",
            FieldVerb::OwnerChange => "owner-change",
            FieldVerb::Transfer => "transfer",
            FieldVerb::Renew => "renew",
        }
    }
}

/// One field of a zone.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FieldRule {
    /// Its name on the wire, upper case: `X-KR-CTFY-TYPE`. Compared in any case.
    pub name: String,
    /// Other names of the same field: DMAPI's, older ones.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What it means, for people.
    #[serde(default)]
    pub meaning: String,
    /// Wishes that need it.
    #[serde(default)]
    pub required_on: Vec<FieldVerb>,
    /// Wishes that may carry it; all where absent.
    #[serde(default)]
    pub allowed_on: Vec<FieldVerb>,
    /// Needed (on the wishes of `required-on`) only where another field has one of these values.
    #[serde(default)]
    pub required_if: Option<RequiredIf>,
    /// Fields whose accepting value makes this one unnecessary.
    #[serde(default, deserialize_with = "one_or_many")]
    pub waived_by: Vec<String>,
    /// The only values, in any case; the canonical spelling is kept.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// What the values of `one-of` mean.
    #[serde(default)]
    pub meanings: BTreeMap<String, String>,
    /// What a value must look like.
    #[serde(default)]
    pub pattern: Option<Pattern>,
    /// Most characters of a value.
    #[serde(default = "FieldRule::default_max_length")]
    pub max_length: usize,
    /// The values that count as a yes where this field waives something; all of `one-of` but `0` where absent.
    #[serde(default)]
    pub accepting: Vec<String>,
    /// The contact that DMAPI keeps the field with; the domain's own where absent.
    #[serde(default)]
    pub applies_to: Option<Carrier>,
    /// Whether the value tells something about a person, and is kept from logs and public data.
    #[serde(default)]
    pub personal: bool,
}

/// The role whose contact carries a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    Owner,
    Admin,
    Tech,
    Billing,
}

impl Carrier {
    pub fn role(self) -> Role {
        match self {
            Carrier::Owner => Role::Registrant,
            Carrier::Admin => Role::Admin,
            Carrier::Tech => Role::Tech,
            Carrier::Billing => Role::Billing,
        }
    }
}

/// A condition on another field.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequiredIf {
    pub field: String,
    pub one_of: Vec<String>,
}

impl FieldRule {
    fn default_max_length() -> usize {
        super::pattern::VALUE_MAX
    }

    /// Whether a caller's name means this field.
    pub fn answers_to(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
    }

    pub fn allowed_on(&self, verb: FieldVerb) -> bool {
        self.allowed_on.is_empty() || self.allowed_on.contains(&verb)
    }

    pub fn required_on(&self, verb: FieldVerb) -> bool {
        self.required_on.contains(&verb)
    }

    /// Whether a value of this field counts as a yes.
    pub fn accepts(&self, value: &str) -> bool {
        if !self.accepting.is_empty() {
            return holds(&self.accepting, value);
        }
        value != "0" && holds(&self.one_of, value)
    }

    /// The value in its canonical spelling, or what is wrong with it. The value is not empty.
    pub fn read(&self, value: &str) -> Result<String, Problem> {
        let value = match crate::text::line(value, self.max_length) {
            Ok(line) => line,
            Err(crate::text::TextError::TooLong { max }) => return Err(Problem::TooLong { max }),
            Err(crate::text::TextError::Forbidden(_)) => {
                return Err(Problem::Malformed { expected: "one line of text without control characters".to_owned() });
            }
        };
        if !self.one_of.is_empty() {
            return match self.one_of.iter().find(|v| v.eq_ignore_ascii_case(&value)) {
                Some(canonical) => Ok(canonical.clone()),
                None => Err(Problem::NotOneOf { allowed: self.one_of.clone() }),
            };
        }
        match &self.pattern {
            Some(pattern) if !pattern.matches(&value) => Err(Problem::Malformed { expected: format!("the form {pattern}") }),
            _ => Ok(value),
        }
    }
}

pub(super) fn holds(list: &[String], value: &str) -> bool {
    list.iter().any(|v| v.eq_ignore_ascii_case(value))
}
