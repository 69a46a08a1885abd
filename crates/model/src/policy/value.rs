//! The small values that packs are written in: spans of time, lists of periods, instants, one-or-many texts.

use crate::{Months, Timestamp};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::fmt;

/// A signed span of elapsed time in whole seconds, written `5d`, `72h`, `-1d` or `0`. A day is 86,400 seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    seconds: i64,
}

impl Span {
    pub const ZERO: Span = Span { seconds: 0 };
    /// No rule of any registry reaches further than this.
    const DAYS_MAX: i64 = 3_660;

    pub const fn days(days: i64) -> Span {
        Span { seconds: days * 86_400 }
    }

    pub const fn hours(hours: i64) -> Span {
        Span { seconds: hours * 3_600 }
    }

    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Whole days, towards zero: what both dialects report.
    pub fn whole_days(self) -> i64 {
        self.seconds / 86_400
    }

    pub fn is_zero(self) -> bool {
        self.seconds == 0
    }

    /// The instant this far after `from` (before it, where the span is negative).
    pub fn after(self, from: Timestamp) -> Timestamp {
        from.plus_seconds(self.seconds)
    }

    fn parse(text: &str) -> Option<Span> {
        if text == "0" {
            return Some(Span::ZERO);
        }
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit_seconds = match unit {
            "d" => 86_400,
            "h" => 3_600,
            "m" => 60,
            _ => return None,
        };
        let digits = number.strip_prefix('-').unwrap_or(number);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let seconds = number.parse::<i64>().ok()?.checked_mul(unit_seconds)?;
        (seconds.abs() <= Span::DAYS_MAX * 86_400).then_some(Span { seconds })
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Span, D::Error> {
        let text = String::deserialize(de)?;
        Span::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is not a span of time such as 5d, 72h, 30m, -1d or 0")))
    }
}

impl fmt::Display for Span {
    /// `5 days`, `72 hours`, `1 day`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.seconds {
            s if s % 86_400 == 0 => (s / 86_400, "day"),
            s if s % 3_600 == 0 => (s / 3_600, "hour"),
            s => (s / 60, "minute"),
        };
        write!(f, "{count} {unit}{}", if count.abs() == 1 { "" } else { "s" })
    }
}

/// Reads one period as packs and CentralNic write it: `1y`, `6m`.
fn months(text: &str) -> Option<Months> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = number.parse::<u16>().ok()?;
    match unit {
        "y" => Months::from_years(number),
        "m" => Months::new(number),
        _ => None,
    }
}

/// One period of a pack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period(pub Months);

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Period, D::Error> {
        let text = String::deserialize(de)?;
        months(&text).map(Period).ok_or_else(|| D::Error::custom(format!("`{text}` is not a period such as 1y or 6m, up to ten years")))
    }
}

/// The periods offered for an operation, ascending. Written `["1m", "1y-10y"]`; a run counts in whole years.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Periods(Vec<Months>);

impl Periods {
    pub fn new(mut list: Vec<Months>) -> Periods {
        list.sort_unstable();
        list.dedup();
        Periods(list)
    }

    pub fn offers(&self, months: Months) -> bool {
        self.0.binary_search(&months).is_ok()
    }

    pub fn as_slice(&self) -> &[Months] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The offered period nearest to the wanted one, the shorter of two equally near.
    pub fn nearest(&self, wanted: Months) -> Option<Months> {
        self.0.iter().copied().min_by_key(|m| m.get().abs_diff(wanted.get()))
    }

    /// As CentralNic lists them: `1Y,2Y,6M`; an empty list is `0Y`.
    pub fn wire(&self) -> String {
        if self.0.is_empty() {
            return "0Y".to_owned();
        }
        self.0.iter().map(|m| m.whole_years().map_or_else(|| format!("{}M", m.get()), |y| format!("{y}Y"))).collect::<Vec<_>>().join(",")
    }
}

impl fmt::Display for Periods {
    /// `1 month, 1 year, 2 years`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, months) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{months}")?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Periods {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Periods, D::Error> {
        let mut list = Vec::new();
        for text in Vec::<String>::deserialize(de)? {
            let bad = || D::Error::custom(format!("`{text}` is not a period such as 1y, 6m or 1y-10y, up to ten years"));
            match text.split_once('-') {
                None => list.push(months(&text).ok_or_else(bad)?),
                Some((first, last)) => {
                    let years = |t: &str| months(t).and_then(Months::whole_years).ok_or_else(bad);
                    let (first, last) = (years(first)?, years(last)?);
                    if first > last {
                        return Err(bad());
                    }
                    for year in first..=last {
                        list.push(Months::from_years(year).ok_or_else(bad)?);
                    }
                }
            }
        }
        Ok(Periods::new(list))
    }
}

/// Reads an RFC 3339 instant; serde's `deserialize_with`.
pub(super) fn instant<'de, D: Deserializer<'de>>(de: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(de)?;
    match Timestamp::parse_rfc3339(&text) {
        Some(at) => Ok(Some(at)),
        None => Err(D::Error::custom(format!("`{text}` is not an instant such as 2024-10-30T00:00:00Z"))),
    }
}

/// Reads a span, or `never` as none; serde's `deserialize_with`.
pub(super) fn span_or_never<'de, D: Deserializer<'de>>(de: D) -> Result<Option<Span>, D::Error> {
    let text = String::deserialize(de)?;
    match Span::parse(&text) {
        _ if text == "never" => Ok(None),
        Some(span) => Ok(Some(span)),
        None => Err(D::Error::custom(format!("`{text}` is neither a span of time such as 5d nor `never`"))),
    }
}

/// Reads `"A"` or `["A", "B"]`; serde's `deserialize_with`.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(de: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Either::deserialize(de)? {
        Either::One(text) => vec![text],
        Either::Many(list) => list,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_print() {
        for (text, seconds, shown) in [
            ("5d", 432_000, "5 days"),
            ("-1d", -86_400, "-1 day"),
            ("72h", 259_200, "3 days"),
            ("6h", 21_600, "6 hours"),
            ("0", 0, "0 days"),
        ] {
            let span = Span::parse(text).unwrap();
            assert_eq!((span.seconds(), span.to_string().as_str()), (seconds, shown), "{text}");
        }
        for text in ["", "d", "5", "5w", "--5d", "5 d", "9999999999999999999d", "4000d", "é"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }

    #[test]
    fn periods_expand_and_find_the_nearest() {
        #[derive(Deserialize)]
        struct File {
            periods: Periods,
        }
        let read = |text: &str| toml::from_str::<File>(&format!("periods = {text}")).map(|f| f.periods);
        let de = read("[\"1y-10y\", \"1m\"]").unwrap();
        assert_eq!(de.as_slice().len(), 11);
        assert_eq!(de.wire(), "1M,1Y,2Y,3Y,4Y,5Y,6Y,7Y,8Y,9Y,10Y");
        assert_eq!(de.nearest(Months::new(5).unwrap()), Months::new(1));
        assert_eq!(de.nearest(Months::new(120).unwrap()), Months::new(120));
        assert_eq!(Periods::default().wire(), "0Y");
        for bad in ["[\"0y\"]", "[\"11y\"]", "[\"3y-1y\"]", "[\"1m-2y\"]", "[\"1\"]", "\"1y\"", "[\"y\"]"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
