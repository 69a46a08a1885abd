//! Terms: which periods a zone offers, how long a term may be, and when it is renewed.

use crate::domain::RenewalMode;
use crate::field::{Field, FieldProblem, Problem};
use crate::policy::value::Periods;
use crate::policy::zone::Zone;
use crate::{Months, Timestamp};

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

impl Zone {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::check::tests::zone;

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
    fn five_days_between_renewals_of_or_kr() {
        let (zone, com, last) = (zone("or.kr"), zone("com"), Timestamp::from_seconds(1_800_000_000));
        let allowed_from = last.plus_days(5);
        assert_eq!(zone.renew_interval(None, last), Ok(()));
        assert_eq!(zone.renew_interval(Some(last), last), Err(allowed_from));
        assert_eq!(zone.renew_interval(Some(last), allowed_from.plus_seconds(-1)), Err(allowed_from));
        assert_eq!(zone.renew_interval(Some(last), allowed_from), Ok(()));
        assert_eq!(com.renew_interval(Some(last), last), Ok(()));
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
}
