//! Reading what changes names and hosts: keys, properties, addresses, patterns over many names.

use super::contact::CLEARED;
use super::{Read, Reader, Wrong, flag};
use engine::domain::{DnssecRecord, Property, Setting};
use model::DomainName;
use model::domain::Privacy;
use model::field::{Field, Problem};
use model::pattern::Pattern;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `ds-1` to `ds-6`.
const RECORDS_MAX: u8 = 6;
const DNSSEC: Field = Field::Other("dnssec");

/// The names of properties (dmapi.md 8.8).
pub fn property_words() -> &'static [(&'static str, Property)] {
    const WORDS: &[(&str, Property)] = &[
        ("autorenew", Property::Autorenew),
        ("whois-opt-out", Property::WhoisOptOut),
        ("privacy", Property::Privacy),
        ("gdpr-opt-in", Property::GdprOptIn),
    ];
    WORDS
}

impl Reader<'_> {
    /// One domain by its name, or every domain that a pattern matches.
    pub fn domain_or_pattern(&self) -> Read<Pattern> {
        let pattern = self.optional(Field::Domain, |text| {
            if text.contains(['*', '?']) {
                return Pattern::parse(text).ok_or_else(|| Problem::Malformed { expected: "a name, or a pattern with * and ?".to_owned() });
            }
            let name = DomainName::parse(text).map_err(|error| Problem::Malformed { expected: error.expected().to_owned() })?;
            Ok(Pattern::Exact(name.as_str().to_owned()))
        });
        self.required(Field::Domain, pattern)
    }

    /// `pvalue`: must be there, and where it is empty means the default.
    pub fn setting(&self, property: Read<Property>) -> Read<Setting> {
        let Some(value) = self.params.given("pvalue") else { return self.wrong(Field::PropertyValue, Problem::Missing) };
        let value = value.trim_matches(' ').to_ascii_lowercase();
        let allowed: &[&str] = match (value.as_str(), property?) {
            ("", _) => return Ok(Setting::Default),
            ("off" | "none", Property::Privacy) => return Ok(Setting::Level(Privacy::Off)),
            ("basic", Property::Privacy) => return Ok(Setting::Level(Privacy::Basic)),
            ("pro", Property::Privacy) => return Ok(Setting::Level(Privacy::Pro)),
            (_, Property::Privacy) => &["off", "basic", "pro"],
            (value, Property::Autorenew | Property::WhoisOptOut | Property::GdprOptIn) => match flag(value) {
                Some(true) => return Ok(Setting::On),
                Some(false) => return Ok(Setting::Off),
                None => &["0", "1"],
            },
        };
        self.wrong(Field::PropertyValue, Problem::NotOneOf { allowed: allowed.iter().map(|w| (*w).to_owned()).collect() })
    }

    /// `dnssec=0` for none, `dnssec=1` with the whole set from `ds-1` on; nothing where nothing is said (dmapi.md 8.3).
    pub fn dnssec(&self) -> Read<Option<Vec<DnssecRecord>>> {
        let signed = self.flag(DNSSEC)?;
        let given: Vec<u8> = (0..RECORDS_MAX).filter(|place| self.text(&Field::DnssecDs(*place)).is_some()).collect();
        match (signed, given.first()) {
            (None, None) => return Ok(None),
            (None, Some(_)) => return self.wrong(DNSSEC, Problem::Missing),
            (Some(false), None) => return Ok(Some(Vec::new())),
            (Some(false), Some(first)) => {
                return self.wrong(DNSSEC, Problem::Excludes { other: Box::new(Field::DnssecDs(*first)) });
            }
            (Some(true), _) => {}
        }
        // Numbered from 1 without gaps.
        let count = u8::try_from(given.len()).unwrap_or(RECORDS_MAX).max(1);
        let mut records = Ok(Vec::new());
        for place in 0..count {
            let expected = "tag:algorithm:digest-type:digest, or protocol:algorithm:flags:public-key";
            let read = self.required(Field::DnssecDs(place), self.with(Field::DnssecDs(place), expected, record));
            match (&mut records, read) {
                (Ok(list), Ok(record)) => list.push(record),
                (_, _) => records = Err(Wrong),
            }
        }
        records.map(Some)
    }

    /// An IPv4 address; `-` for none, as is the token that clears.
    pub fn address_v4(&self) -> Read<Option<Option<IpAddr>>> {
        self.address(0, "an IPv4 address", |text| text.parse::<Ipv4Addr>().ok().map(IpAddr::V4))
    }

    /// An IPv6 address; none as above.
    pub fn address_v6(&self) -> Read<Option<Option<IpAddr>>> {
        self.address(1, "an IPv6 address", |text| text.parse::<Ipv6Addr>().ok().map(IpAddr::V6))
    }

    fn address(&self, place: u8, expected: &str, read: impl FnOnce(&str) -> Option<IpAddr>) -> Read<Option<Option<IpAddr>>> {
        self.with(
            Field::HostAddress(place),
            expected,
            |text| if text == "-" || text == CLEARED { Some(None) } else { read(text).map(Some) },
        )
    }
}

/// A digest, or a key: digest types are octets and flags of keys are not, so that the third part tells them apart.
fn record(text: &str) -> Option<DnssecRecord> {
    let text: String = text.chars().filter(|c| *c != ' ').collect();
    let parts: Vec<&str> = text.split(':').collect();
    let [first, second, third, data] = parts.as_slice() else { return None };
    if data.is_empty() || data.len() > 4_096 || !data.is_ascii() {
        return None;
    }
    let algorithm = second.parse().ok()?;
    match third.parse::<u16>().ok()? {
        digest_type @ 0..=255 => {
            let hex = data.len() <= 256 && data.bytes().all(|b| b.is_ascii_hexdigit());
            let record = DnssecRecord::Ds {
                key_tag: first.parse().ok()?,
                algorithm,
                digest_type: u8::try_from(digest_type).ok()?,
                digest_hex: data.to_ascii_uppercase(),
            };
            hex.then_some(record)
        }
        flags => {
            let base64 = data.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
            let record = DnssecRecord::Key { flags, protocol: first.parse().ok()?, algorithm, public_key: (*data).to_owned() };
            base64.then_some(record)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Params;
    use model::Currency;

    fn read<T>(query: &str, read: impl FnOnce(&Reader<'_>) -> Read<T>) -> Result<T, Vec<Field>> {
        let params = Params::read(query, b"").unwrap();
        let reader = Reader::new(&params, Currency::USD);
        let value = read(&reader);
        let problems = reader.problems.into_inner().into_iter().map(|p| p.field).collect::<Vec<_>>();
        match value {
            Ok(value) if problems.is_empty() => Ok(value),
            _ => Err(problems),
        }
    }

    /// dmapi.md 8.3: Joker's own example, .de's keys, the whole set or none of it.
    #[test]
    fn keys_are_read_in_both_forms() {
        let ds = "9934:8:1:C4BF75B16AF82888B61E28951BEF27804B60D968";
        let one = read(&format!("dnssec=1&ds-1={ds}"), |r| r.dnssec()).unwrap().unwrap();
        assert!(matches!(&one[..], [DnssecRecord::Ds { key_tag: 9_934, algorithm: 8, digest_type: 1, .. }]));
        let key = read("dnssec=1&ds-1=3:8:257:AwEA+AQ%3D%3D", |r| r.dnssec()).unwrap().unwrap();
        assert!(matches!(&key[..], [DnssecRecord::Key { flags: 257, protocol: 3, algorithm: 8, public_key }] if public_key == "AwEAAQ=="));
        assert_eq!(read("dnssec=0", |r| r.dnssec()), Ok(Some(vec![])));
        assert_eq!(read("domain=a.com", |r| r.dnssec()), Ok(None));
        let ds_at = |place| vec![Field::DnssecDs(place)];
        assert_eq!(read("dnssec=1", |r| r.dnssec()), Err(ds_at(0)));
        assert_eq!(read(&format!("dnssec=1&ds-2={ds}"), |r| r.dnssec()), Err(ds_at(0)));
        assert_eq!(read(&format!("dnssec=1&ds-1={ds}&ds-3={ds}"), |r| r.dnssec()), Err(ds_at(1)));
        assert_eq!(read(&format!("dnssec=1&ds-1={ds}&ds-2=1:2:3"), |r| r.dnssec()), Err(ds_at(1)));
        for wrong in [format!("ds-1={ds}"), format!("dnssec=0&ds-1={ds}")] {
            assert_eq!(read(&wrong, |r| r.dnssec()), Err(vec![DNSSEC]), "{wrong}");
        }
    }

    #[test]
    fn properties_have_their_values() {
        let value = |query: &str, property| read(query, |r| r.setting(Ok(property)));
        assert_eq!(value("pvalue=1", Property::Autorenew), Ok(Setting::On));
        assert_eq!(value("pvalue=", Property::Autorenew), Ok(Setting::Default));
        assert_eq!(value("pvalue=off", Property::Privacy), Ok(Setting::Level(Privacy::Off)));
        for (query, property) in [("pvalue=2", Property::GdprOptIn), ("pvalue=1", Property::Privacy), ("", Property::Autorenew)] {
            assert_eq!(value(query, property), Err(vec![Field::PropertyValue]), "{query}");
        }
    }

    #[test]
    fn a_dash_is_no_address() {
        assert_eq!(read("ip=-", |r| r.address_v4()), Ok(Some(None)));
        assert_eq!(read("ip=192.0.2.1", |r| r.address_v4()), Ok(Some(Some("192.0.2.1".parse().unwrap()))));
        assert_eq!(read("ip=::1", |r| r.address_v4()), Err(vec![Field::HostAddress(0)]));
        assert_eq!(read("ipv6=192.0.2.1", |r| r.address_v6()), Err(vec![Field::HostAddress(1)]));
        assert_eq!(read("", |r| r.address_v6()), Ok(None));
    }
}
