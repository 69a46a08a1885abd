//! Instants as DMAPI prints them, always UTC (dmapi.md 12.11).

use model::Timestamp;

/// `20200914175917`, in results and query-whois.
pub fn stamp(at: Timestamp) -> String {
    let c = at.civil();
    format!("{:04}{:02}{:02}{:02}{:02}{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// `2019-07-01T00:00:00.000Z`, in domain-price-promo.
pub fn iso_millis(at: Timestamp) -> String {
    let c = at.civil();
    let millis = c.microsecond / 1_000;
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{millis:03}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// `2027-03-16T10:00:00Z`, in wa-email-list.
pub fn iso(at: Timestamp) -> String {
    let c = at.civil();
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// `2020-11-15 22:37:05 +0000`, in the statistics of login.
pub fn login_stamp(at: Timestamp) -> String {
    let c = at.civil();
    format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02} +0000", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// `Sun, 15 Nov 2020 22:04:42 GMT` (RFC 9110, 5.6.7), for the HTTP header Last-Modified.
pub fn http_date(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let c = at.civil();
    // 1970-01-01 was a Thursday.
    let weekday = DAYS[usize::try_from(at.seconds().div_euclid(86_400).rem_euclid(7)).unwrap_or(0)];
    let month = MONTHS[usize::try_from(c.month - 1).unwrap_or(0) % 12];
    format!("{weekday}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT", c.day, c.year, c.hour, c.minute, c.second)
}

/// Reads a day as `20201115` or `2020-11-15`; `None` if there is no such day. The instant is its midnight.
pub fn day(text: &str) -> Option<Timestamp> {
    let digits: String = match text.len() {
        8 => text.to_owned(),
        10 if text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-' => text.replace('-', ""),
        _ => return None,
    };
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Timestamp::from_date(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_take_their_forms() {
        let at = Timestamp::parse_rfc3339("2020-11-15T22:04:42.123456Z").unwrap();
        assert_eq!(stamp(at), "20201115220442");
        assert_eq!(iso_millis(at), "2020-11-15T22:04:42.123Z");
        assert_eq!(login_stamp(at), "2020-11-15 22:04:42 +0000");
        assert_eq!(http_date(at), "Sun, 15 Nov 2020 22:04:42 GMT");
        assert_eq!(http_date(Timestamp::from_seconds(-1)), "Wed, 31 Dec 1969 23:59:59 GMT");
    }

    #[test]
    fn days_are_read_in_both_forms() {
        for text in ["20240229", "2024-02-29"] {
            assert_eq!(day(text).unwrap().rfc3339(), "2024-02-29T00:00:00Z");
        }
        for text in ["20230229", "2023-02-30", "2023-2-3", "2023/02/03", "", "yesterday", "20230Ä0"] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
