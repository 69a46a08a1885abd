//! Names of domains and hosts: one canonical lower-case A-label form, whatever was typed.

use std::fmt;

/// A domain name in canonical form: lower-case A-labels, at least two labels, no final dot, at most 253 octets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DomainName(String);

/// The name of a host (name server): canonical like a domain name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct HostName(String);

/// Why a name is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameError {
    Empty,
    /// Only one label: a name needs a zone.
    NoZone,
    /// A label is empty, longer than 63 octets, or begins or ends with a hyphen.
    Label,
    /// A character that no domain name can hold.
    Character,
    /// An `xn--` label that is not the encoding of what it decodes to, or text that IDNA refuses.
    Idn,
    TooLong,
}

impl NameError {
    /// What was expected, for people.
    pub fn expected(self) -> &'static str {
        match self {
            NameError::Empty => "a domain name",
            NameError::NoZone => "a name with at least two labels, such as example.com",
            NameError::Label => "labels of 1 to 63 characters that neither begin nor end with a hyphen",
            NameError::Character => "letters, digits and hyphens",
            NameError::Idn => "a valid internationalised name (IDNA)",
            NameError::TooLong => "at most 253 characters",
        }
    }
}

/// Longest text that is looked at at all; a U-label is shorter than its A-label in characters but may be longer in octets.
const INPUT_MAX_BYTES: usize = 1_024;

/// Puts a name into canonical A-label form. Plain ASCII takes a short path; all else goes through UTS 46 processing.
fn canonical(input: &str, labels_min: usize) -> Result<String, NameError> {
    let input = input.trim_matches(' ');
    if input.is_empty() {
        return Err(NameError::Empty);
    }
    if input.len() > INPUT_MAX_BYTES {
        return Err(NameError::TooLong);
    }
    let input = input.strip_suffix('.').unwrap_or(input);
    let ascii = if input.is_ascii() {
        let lower = input.to_ascii_lowercase();
        if !lower.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.') {
            return Err(NameError::Character);
        }
        if lower.split('.').any(|label| label.starts_with("xn--")) { through_idna(&lower)? } else { lower }
    } else {
        if input.chars().any(crate::text::is_forbidden) {
            return Err(NameError::Character);
        }
        through_idna(input)?
    };
    if ascii.len() > 253 {
        return Err(NameError::TooLong);
    }
    let mut labels = 0;
    for label in ascii.split('.') {
        labels += 1;
        if label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-') {
            return Err(NameError::Label);
        }
        if !label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(NameError::Character);
        }
    }
    if labels < labels_min {
        return Err(NameError::NoZone);
    }
    Ok(ascii)
}

fn through_idna(input: &str) -> Result<String, NameError> {
    let ascii = idna::domain_to_ascii_strict(input).map_err(|_| NameError::Idn)?;
    // What an xn-- label decodes to must encode to the same label again.
    let (_, decoded) = idna::domain_to_unicode(&ascii);
    decoded.map_err(|_| NameError::Idn)?;
    Ok(ascii)
}

impl DomainName {
    /// Reads U-labels or A-labels in any case, with or without a final dot.
    pub fn parse(input: &str) -> Result<DomainName, NameError> {
        canonical(input, 2).map(DomainName)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first label, in A-form.
    pub fn label(&self) -> &str {
        self.0.split('.').next().unwrap_or("")
    }

    /// Everything after the first label.
    pub fn parent(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, rest)| rest)
    }

    /// The name as people write it: U-labels where there are any.
    pub fn unicode(&self) -> String {
        if self.0.contains("xn--") { idna::domain_to_unicode(&self.0).0 } else { self.0.clone() }
    }

    /// The name backwards, octet by octet: a suffix becomes a prefix, which an index can search.
    pub fn reversed(&self) -> String {
        reversed(&self.0)
    }
}

/// ASCII text backwards.
pub fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

impl HostName {
    /// Reads a host name in any case, with or without a final dot.
    pub fn parse(input: &str) -> Result<HostName, NameError> {
        canonical(input, 2).map(HostName)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if the host lies within the domain, so that the domain's registry needs its addresses.
    pub fn is_within(&self, domain: &DomainName) -> bool {
        self.0 == domain.0 || self.0.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_canonical() {
        let cases = [
            ("Example.COM", "example.com"),
            ("example.com.", "example.com"),
            ("한국.or.kr", "xn--3e0b707e.or.kr"),
            ("XN--3E0B707E.or.kr", "xn--3e0b707e.or.kr"),
            ("bücher.de", "xn--bcher-kva.de"),
            (" a.b ", "a.b"),
        ];
        for (input, canonical) in cases {
            assert_eq!(DomainName::parse(input).unwrap().as_str(), canonical, "{input}");
        }
        assert_eq!(DomainName::parse("xn--3e0b707e.or.kr").unwrap().unicode(), "한국.or.kr");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let label = "a".repeat(64);
        let long = format!("{}.com", vec!["a".repeat(60); 5].join("."));
        let cases = [
            ("", NameError::Empty),
            ("com", NameError::NoZone),
            ("a..com", NameError::Label),
            ("-a.com", NameError::Label),
            ("a-.com", NameError::Label),
            ("a_b.com", NameError::Character),
            ("a b.com", NameError::Character),
            ("a\nb.com", NameError::Character),
            ("a]b.com", NameError::Character),
            ("xn--zzzzzzzz99999.com", NameError::Idn),
            (&long, NameError::TooLong),
        ];
        for (input, error) in cases {
            assert_eq!(DomainName::parse(input), Err(error), "{input}");
        }
        assert!(DomainName::parse(&format!("{label}.com")).is_err());
        assert!(DomainName::parse("ex\u{202e}ample.com").is_err());
    }

    #[test]
    fn hosts_know_their_domain() {
        let domain = DomainName::parse("example.com").unwrap();
        assert!(HostName::parse("ns1.example.com").unwrap().is_within(&domain));
        assert!(!HostName::parse("ns1.badexample.com").unwrap().is_within(&domain));
    }
}
