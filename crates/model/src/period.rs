//! Lengths of a term: whole months, as both dialects count them, and calendar years.

use std::fmt;

/// A registration, renewal or privacy period in whole months, 1 to 120 (ten years is the longest term any registry sells).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Months(u16);

impl Months {
    pub const MAX: u16 = 120;

    /// `None` for zero and for more than 120 months.
    pub const fn new(months: u16) -> Option<Months> {
        if months >= 1 && months <= Months::MAX { Some(Months(months)) } else { None }
    }

    /// `None` for zero and for more than ten years.
    pub fn from_years(years: u16) -> Option<Months> {
        Months::new(years.checked_mul(12)?)
    }

    pub fn get(self) -> u16 {
        self.0
    }

    /// Whole years, where the period is a multiple of twelve months.
    pub fn whole_years(self) -> Option<u16> {
        self.0.is_multiple_of(12).then_some(self.0 / 12)
    }
}

impl fmt::Display for Months {
    /// `1 year`, `18 months`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.whole_years(), self.0) {
            (Some(1), _) => f.write_str("1 year"),
            (Some(years), _) => write!(f, "{years} years"),
            (None, 1) => f.write_str("1 month"),
            (None, months) => write!(f, "{months} months"),
        }
    }
}

/// A calendar year, 1970 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Year(i16);

impl Year {
    pub fn new(year: i16) -> Option<Year> {
        (1970..=9999).contains(&year).then_some(Year(year))
    }

    pub fn get(self) -> i16 {
        self.0
    }
}
