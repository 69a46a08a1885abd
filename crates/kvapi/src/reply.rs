//! A reply: code, description and properties; printed in the one form that every known client reads (1.7).

use crate::codes::Code;
use crate::lines::{LineSafe, LineWriter, PropertyName};
use model::{Money, Timestamp};
use std::borrow::Cow;
use std::net::IpAddr;

/// What is sent back. Each property name occurs once and its values are numbered from 0 without gaps, by construction.
pub struct Reply {
    code: Code,
    description: String,
    properties: Vec<(PropertyName, Vec<String>)>,
}

impl Reply {
    pub fn ok() -> Reply {
        Reply::new(Code::Completed)
    }

    pub fn new(code: Code) -> Reply {
        Reply::with_description(code, code.text().to_owned())
    }

    /// The code's own text, then `; ` and the detail.
    pub fn with_detail(code: Code, detail: impl AsRef<str>) -> Reply {
        Reply::with_description(code, format!("{}; {}", code.text(), detail.as_ref()))
    }

    /// For the few codes whose known text differs from the table's.
    pub fn with_description(code: Code, description: String) -> Reply {
        Reply { code, description, properties: Vec::new() }
    }

    /// Adds a value to a property; the first value of a name opens it.
    pub fn put(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let name = PropertyName::new(name);
        match self.properties.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value.into()),
            None => self.properties.push((name, vec![value.into()])),
        }
    }

    /// Adds all values of a property; none adds nothing.
    pub fn put_all<V: Into<String>>(&mut self, name: &'static str, values: impl IntoIterator<Item = V>) {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            return;
        }
        let name = PropertyName::new(name);
        match self.properties.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(values),
            None => self.properties.push((name, values)),
        }
    }

    /// Whether the wish was granted.
    pub fn is_completed(&self) -> bool {
        self.code == Code::Completed
    }

    /// The text of the reply. `runtime_micros` is how long answering took.
    pub fn print(&self, runtime_micros: i64) -> String {
        let mut lines = LineWriter::begin();
        lines.word("code", &LineSafe::new(&self.code.number().to_string()));
        lines.word("description", &LineSafe::new(&self.description));
        for (name, values) in &self.properties {
            for (index, value) in values.iter().enumerate() {
                lines.property(name, index, &LineSafe::new(value));
            }
        }
        let millis = runtime_micros.max(0) / 1_000;
        lines.word("runtime", &LineSafe::new(&format!("{}.{:03}", millis / 1_000, millis % 1_000)));
        lines.word("queuetime", &LineSafe::new("0"));
        lines.end()
    }
}

/// `YYYY-MM-DD HH:MM:SS` in UTC (1.10).
pub fn date(at: Timestamp) -> String {
    let c = at.civil();
    format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// An address; IPv6 in all eight groups (1.10).
pub fn address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => v6.segments().map(|group| format!("{group:x}")).join(":"),
    }
}

/// `0` or `1`.
pub fn flag(value: bool) -> &'static str {
    if value { "1" } else { "0" }
}

/// Four decimals and no currency, as prices are printed (1.10, D.5).
pub fn amount(money: Money) -> String {
    money.decimal4()
}

/// As [`amount`]; zero where a zone does not sell the item.
pub fn amount_or_zero(money: Option<Money>) -> String {
    money.map_or_else(|| "0.0000".to_owned(), amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// cnr.md 2.11, first literal sample, but for the run time.
    #[test]
    fn the_vendors_sample_is_printed_byte_by_byte() {
        let text = Reply::new(Code::Available).print(267_400);
        assert_eq!(text, "[RESPONSE]\ncode = 210\ndescription = Domain name available\nruntime = 0.267\nqueuetime = 0\nEOF\n");
    }

    #[test]
    fn indices_are_dense_and_names_unique() {
        let mut reply = Reply::ok();
        reply.put("domain", "a.com");
        reply.put("zone", "com");
        reply.put("domain", "b.com");
        reply.put_all("domain", ["c.com"]);
        reply.put_all("never", Vec::<String>::new());
        let text = reply.print(0);
        assert!(
            text.contains(
                "property[domain][0] = a.com\nproperty[domain][1] = b.com\nproperty[domain][2] = c.com\nproperty[zone][0] = com\n"
            )
        );
        assert!(!text.contains("never") && text.contains("runtime = 0.000\n"));
    }

    #[test]
    fn dates_are_in_utc_and_padded() {
        assert_eq!(date(Timestamp::parse_rfc3339("2031-01-02T03:04:05.9+01:00").unwrap()), "2031-01-02 02:04:05");
    }
}
