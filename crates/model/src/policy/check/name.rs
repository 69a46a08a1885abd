//! Labels: which a zone can hold, in which script and language.

use crate::field::{Field, FieldProblem, Problem};
use crate::idn::{Label, LabelError, Language};
use crate::policy::field::holds;
use crate::policy::zone::Zone;
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::check::tests::zone;

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
