//! What the records of one zone must keep to among themselves, whoever wrote them.

use super::{Data, Kind, Label, Record, TTL_SECONDS_MAX, TTL_SECONDS_MIN};
use crate::name::DomainName;
use std::collections::HashMap;

/// Why a record cannot stand in its zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conflict {
    /// Its whole name is longer than 253 characters.
    NameTooLong,
    TtlOutOfRange,
    /// An alias stands alone under its name (RFC 1034 section 3.6.2).
    AliasNotAlone,
    /// The domain itself cannot be an alias: it has name servers.
    AliasAtApex,
    /// Several aliases, or redirections, under one name.
    SecondOfItsKind,
    /// A redirection answers with our address: other addresses under that name would hide it.
    RedirectionWithAddress,
    /// Below a delegation others answer.
    BelowDelegation,
    /// The root is no host here.
    RootTarget,
    /// Both a replacement and an expression, or neither (RFC 3403 section 4.1).
    NaptrEitherOr,
}

impl Conflict {
    /// For people.
    pub fn reason(self) -> &'static str {
        match self {
            Conflict::NameTooLong => "the whole name is longer than 253 characters",
            Conflict::TtlOutOfRange => "the TTL must be from 60 to 2147483647 seconds",
            Conflict::AliasNotAlone => "a CNAME cannot stand beside other records of its name",
            Conflict::AliasAtApex => "the domain itself cannot be a CNAME",
            Conflict::SecondOfItsKind => "there is one already under this name",
            Conflict::RedirectionWithAddress => "a redirection cannot stand beside addresses of its name",
            Conflict::BelowDelegation => "the name is below a delegation",
            Conflict::RootTarget => "the root is no host",
            Conflict::NaptrEitherOr => "a NAPTR has either a replacement or an expression",
        }
    }
}

/// Everything that is wrong with a zone: places of records, counted from 0 and ascending, and why. Empty for a good zone.
pub fn check(apex: &DomainName, records: &[Record]) -> Vec<(usize, Conflict)> {
    let mut found = Vec::new();
    let names = Names::of(records);
    for (place, record) in records.iter().enumerate() {
        if let Some(conflict) = alone(apex, record).or_else(|| names.conflict(place, record)) {
            found.push((place, conflict));
        }
    }
    found
}

/// What is wrong with a record whatever stands beside it.
fn alone(apex: &DomainName, record: &Record) -> Option<Conflict> {
    let kind = record.data.kind();
    let uncached = record.ttl_seconds == 0 && kind.may_be_uncached();
    if kind != Kind::MailForward && !record.label.fits(apex) {
        return Some(Conflict::NameTooLong);
    }
    if !uncached && !(TTL_SECONDS_MIN..=TTL_SECONDS_MAX).contains(&record.ttl_seconds) {
        return Some(Conflict::TtlOutOfRange);
    }
    match &record.data {
        Data::Cname(_) if record.label.is_apex() => Some(Conflict::AliasAtApex),
        Data::Cname(target) | Data::Ns(target) if target.is_root() => Some(Conflict::RootTarget),
        Data::Naptr { regex, replacement, .. } if regex.as_str().is_empty() == replacement.is_root() => Some(Conflict::NaptrEitherOr),
        _ => None,
    }
}

/// The kinds of records under each name, with the places of the first of them.
struct Names<'a> {
    kinds: HashMap<&'a str, Vec<(Kind, usize)>>,
}

impl<'a> Names<'a> {
    fn of(records: &'a [Record]) -> Names<'a> {
        let mut kinds: HashMap<&str, Vec<(Kind, usize)>> = HashMap::new();
        for (place, record) in records.iter().enumerate() {
            let kind = record.data.kind();
            // The local part of a mailbox is no name.
            if kind == Kind::MailForward {
                continue;
            }
            let here = kinds.entry(record.label.as_str()).or_default();
            if !here.iter().any(|(k, _)| *k == kind) {
                here.push((kind, place));
            }
        }
        Names { kinds }
    }

    fn has(&self, label: &str, wanted: impl Fn(Kind) -> bool) -> bool {
        self.kinds.get(label).is_some_and(|here| here.iter().any(|(kind, _)| wanted(*kind)))
    }

    fn first(&self, label: &str, wanted: impl Fn(Kind) -> bool) -> Option<usize> {
        self.kinds.get(label)?.iter().filter(|(kind, _)| wanted(*kind)).map(|(_, place)| *place).min()
    }

    fn conflict(&self, place: usize, record: &Record) -> Option<Conflict> {
        let (kind, label) = (record.data.kind(), record.label.as_str());
        let is_redirection = |k: Kind| matches!(k, Kind::Url | Kind::Frame);
        let is_address = |k: Kind| matches!(k, Kind::A | Kind::Aaaa | Kind::DynamicA | Kind::DynamicAaaa);
        match kind {
            Kind::MailForward => return None,
            Kind::Cname if self.has(label, |k| k != Kind::Cname) => return Some(Conflict::AliasNotAlone),
            Kind::Cname if self.first(label, |k| k == Kind::Cname) != Some(place) => return Some(Conflict::SecondOfItsKind),
            Kind::Url | Kind::Frame if self.has(label, is_address) => return Some(Conflict::RedirectionWithAddress),
            Kind::Url | Kind::Frame if self.first(label, is_redirection) != Some(place) => return Some(Conflict::SecondOfItsKind),
            _ => {}
        }
        // Addresses of a delegated zone's servers are glue, and the delegation itself stands at its own name.
        let glue = is_address(kind);
        let delegated = |name: &str| self.has(name, |k| k == Kind::Ns);
        let at_cut = !record.label.is_apex() && delegated(label) && kind != Kind::Ns && !glue;
        let below = !glue && above(&record.label).any(delegated);
        (at_cut || below).then_some(Conflict::BelowDelegation)
    }
}

/// The names between a label and the domain, without either.
fn above(label: &Label) -> impl Iterator<Item = &str> {
    std::iter::successors(label.as_str().split_once('.').map(|(_, rest)| rest), |name| name.split_once('.').map(|(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::super::stored;
    use super::*;

    /// The conflicts of a zone written as it is stored, columns separated by `|`.
    fn of(lines: &[&str]) -> Vec<(usize, Conflict)> {
        let records: Vec<Record> = lines.iter().map(|line| stored::read_record(&line.replace('|', "\t")).unwrap()).collect();
        check(&DomainName::parse("example.com").unwrap(), &records)
    }

    #[test]
    fn good_zones_have_no_conflicts() {
        let zone = [
            "@|3600|A|192.0.2.1",
            "@|3600|A|192.0.2.2",
            "@|3600|NS|ns1.other.example.",
            "www|3600|CNAME|@",
            "go|86400|URL|https://example.org",
            "info|86400|MAILFW|to@example.org|1",
            "www|86400|MAILFW|to@example.org|0",
            "sub|3600|NS|ns1.sub",
            "ns1.sub|3600|A|192.0.2.3",
            "e164|0|NAPTR|10|100|u|E2U+sip|!^.*$!sip:info@example.com!|.",
            "@|3600|MX|0|.",
        ];
        assert_eq!(of(&zone), []);
    }

    #[test]
    fn each_conflict_is_told_of_the_record_that_makes_it() {
        use Conflict::*;
        for (zone, expected) in [
            (vec!["a|60|A|192.0.2.1", "a|60|CNAME|b"], vec![(1, AliasNotAlone)]),
            (vec!["a|60|CNAME|b", "a|60|CNAME|c"], vec![(1, SecondOfItsKind)]),
            (vec!["@|60|CNAME|b.example."], vec![(0, AliasAtApex)]),
            (vec!["a|59|A|192.0.2.1", "b|0|TXT|x"], vec![(0, TtlOutOfRange), (1, TtlOutOfRange)]),
            (vec!["a|60|URL|http://b.example", "a|60|A|192.0.2.1"], vec![(0, RedirectionWithAddress)]),
            (vec!["a|60|URL|http://b.example", "a|60|FRAME|http://c.example||||"], vec![(1, SecondOfItsKind)]),
            (vec!["sub|60|NS|ns.other.example", "a.sub|60|TXT|x", "sub|60|TXT|y"], vec![(1, BelowDelegation), (2, BelowDelegation)]),
            (vec!["a|60|CNAME|.", "b|60|NS|."], vec![(0, RootTarget), (1, RootTarget)]),
            (vec!["a|60|NAPTR|1|1|u|x||.", "a|60|NAPTR|1|1|u|x|!a!b!|c.example."], vec![(0, NaptrEitherOr), (1, NaptrEitherOr)]),
        ] {
            assert_eq!(of(&zone), expected, "{zone:?}");
        }
        let long = format!("{}a|60|A|192.0.2.1", "a.".repeat(122));
        assert_eq!(of(&[&long]), [(0, NameTooLong)]);
    }
}
