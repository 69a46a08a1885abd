//! Instants: microseconds since 1970 in UTC, with the calendar arithmetic that contracts need.

use crate::period::Months;
use jiff::{SignedDuration, Span, tz::TimeZone};
use std::fmt;

/// An instant, in microseconds since 1970-01-01T00:00:00Z. Always UTC; stored as BIGINT.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

/// The calendar view of an instant in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Civil {
    pub year: i16,
    pub month: i8,
    pub day: i8,
    pub hour: i8,
    pub minute: i8,
    pub second: i8,
    pub microsecond: i32,
}

/// 0001-01-01 and the last hours of 9999 that every time zone can show: nothing outside is an instant of a contract.
const MICROS_MIN: i64 = -62_135_596_800_000_000;
const MICROS_MAX: i64 = 253_402_207_199_999_999;

impl Timestamp {
    /// Builds an instant from microseconds since 1970; values outside the years 1 to 9999 are clamped to them.
    pub fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros.clamp(MICROS_MIN, MICROS_MAX))
    }

    pub fn from_seconds(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds.saturating_mul(1_000_000))
    }

    pub fn micros(self) -> i64 {
        self.0
    }

    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Reads RFC 3339 (`2031-01-01T00:00:00Z`, any offset, optional fraction). Impossible dates do not parse.
    pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
        let instant: jiff::Timestamp = text.trim().parse().ok()?;
        Some(Timestamp::from_micros(instant.as_microsecond()))
    }

    /// Midnight UTC of a calendar day; `None` if there is no such day.
    pub fn from_date(year: i16, month: i8, day: i8) -> Option<Timestamp> {
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        let zoned = date.to_zoned(TimeZone::UTC).ok()?;
        Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
    }

    fn zoned(self) -> jiff::Zoned {
        let instant = jiff::Timestamp::from_microsecond(self.0).expect("the constructor clamps to the years 1 to 9999");
        instant.to_zoned(TimeZone::UTC)
    }

    pub fn civil(self) -> Civil {
        let z = self.zoned();
        Civil {
            year: z.year(),
            month: z.month(),
            day: z.day(),
            hour: z.hour(),
            minute: z.minute(),
            second: z.second(),
            microsecond: (self.0.rem_euclid(1_000_000)) as i32,
        }
    }

    pub fn year(self) -> i16 {
        self.civil().year
    }

    /// Adds calendar months; the day is clamped to the target month (2024-02-29 plus 12 months is 2025-02-28). Saturates at year 9999.
    pub fn plus_months(self, months: Months) -> Timestamp {
        match self.zoned().checked_add(Span::new().months(i64::from(months.get()))) {
            Ok(z) => Timestamp::from_micros(z.timestamp().as_microsecond()),
            Err(_) => Timestamp(MICROS_MAX),
        }
    }

    /// Takes calendar months away, clamping the day like [`Timestamp::plus_months`].
    pub fn minus_months(self, months: Months) -> Timestamp {
        match self.zoned().checked_sub(Span::new().months(i64::from(months.get()))) {
            Ok(z) => Timestamp::from_micros(z.timestamp().as_microsecond()),
            Err(_) => Timestamp(MICROS_MIN),
        }
    }

    /// Adds seconds (negative takes away); saturates at the ends of the calendar.
    pub fn plus_seconds(self, seconds: i64) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    pub fn plus_days(self, days: i64) -> Timestamp {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Adds an ISO 8601 duration such as `P5D` or `PT6H1M`, calendar units first; `None` if it cannot be read.
    pub fn plus_iso(self, duration: &str) -> Option<Timestamp> {
        let span: Span = duration.trim().parse().ok()?;
        let z = self.zoned().checked_add(span).ok()?;
        Some(Timestamp::from_micros(z.timestamp().as_microsecond()))
    }

    /// Seconds from `earlier` to `self`; negative if `earlier` is later.
    pub fn seconds_since(self, earlier: Timestamp) -> i64 {
        SignedDuration::from_micros(self.0.saturating_sub(earlier.0)).as_secs()
    }

    /// `2031-01-01T00:00:00Z`, with microseconds only where there are some.
    pub fn rfc3339(self) -> String {
        let c = self.civil();
        let mut text = format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second);
        if c.microsecond != 0 {
            text.push_str(&format!(".{:06}", c.microsecond));
        }
        text.push('Z');
        text
    }

    /// `2031-01-01`, the day in UTC.
    pub fn date(self) -> String {
        let c = self.civil();
        format!("{:04}-{:02}-{:02}", c.year, c.month, c.day)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        let cases = [
            ("2024-02-29T12:00:00Z", 12, "2025-02-28T12:00:00Z"),
            ("2024-01-31T00:00:00Z", 1, "2024-02-29T00:00:00Z"),
            ("2023-12-15T01:02:03Z", 120, "2033-12-15T01:02:03Z"),
        ];
        for (from, months, to) in cases {
            assert_eq!(at(from).plus_months(Months::new(months).unwrap()).rfc3339(), to);
        }
    }

    #[test]
    fn iso_durations_and_impossible_dates() {
        assert_eq!(at("2026-01-01T00:00:00Z").plus_iso("PT6H1M").unwrap().rfc3339(), "2026-01-01T06:01:00Z");
        assert_eq!(at("2026-01-31T00:00:00Z").plus_iso("P1M").unwrap().rfc3339(), "2026-02-28T00:00:00Z");
        assert!(at("2026-01-01T00:00:00Z").plus_iso("tomorrow").is_none());
        assert!(Timestamp::parse_rfc3339("2026-02-30T00:00:00Z").is_none());
        assert!(Timestamp::from_date(2025, 2, 29).is_none());
    }

    #[test]
    fn the_calendar_saturates() {
        assert_eq!(Timestamp::from_micros(i64::MAX).plus_days(1), Timestamp::from_micros(i64::MAX));
        assert_eq!(Timestamp::from_micros(i64::MAX).year(), 9999);
    }
}
