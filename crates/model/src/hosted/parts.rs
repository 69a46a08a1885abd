//! The parts of records: labels, targets, texts, addresses of pages and mailboxes, each refusing what could not be answered.

use crate::name::{DomainName, HostName};
use crate::text::is_forbidden;
use std::fmt;

/// Why a part of a record is none: what was expected, for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartError(pub &'static str);

/// Octets of one label (RFC 1035 section 2.3.4).
const LABEL_OCTETS_MAX: usize = 63;
/// Octets of a whole name without its final dot.
const NAME_OCTETS_MAX: usize = 253;

/// Where a record stands below the domain: `@` for the domain itself, else labels, possibly beginning with `*`.
///
/// Lower case and A-labels; underscores are allowed, since services and challenges have them. The spelling in upper case is kept beside it and shown
/// again, and makes no other name.
#[derive(Clone, Debug)]
pub struct Label {
    name: String,
    /// Where it differs from the name in case.
    spelled: Option<String>,
}

impl PartialEq for Label {
    fn eq(&self, other: &Label) -> bool {
        self.name == other.name
    }
}

impl Eq for Label {}

impl Label {
    /// The domain itself.
    pub fn apex() -> Label {
        Label { name: "@".to_owned(), spelled: None }
    }

    /// Reads a relative name. Absolute names (with a final dot) are refused: nothing outside the domain can be hosted.
    pub fn parse(input: &str) -> Result<Label, PartError> {
        if input == "@" {
            return Ok(Label::apex());
        }
        let folded = folded(input).ok_or(PartError("@ or a name relative to the domain"))?;
        for (place, label) in folded.split('.').enumerate() {
            if label == "*" && place == 0 {
                continue;
            }
            if !is_label(label) {
                return Err(PartError(
                    "@ or a name relative to the domain, of labels with 1 to 63 letters, digits, hyphens and underscores",
                ));
            }
        }
        if folded.len() > NAME_OCTETS_MAX {
            return Err(PartError("a name of at most 253 characters"));
        }
        Ok(Label::of(folded, input))
    }

    /// The local part of a mailbox that is forwarded, or `*` for all others.
    pub fn parse_mailbox(input: &str) -> Result<Label, PartError> {
        let ok = input == "*"
            || (!input.is_empty()
                && input.len() <= 64
                && input.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+-".contains(&b))
                && !input.starts_with('.')
                && !input.ends_with('.')
                && !input.contains(".."));
        if ok {
            Ok(Label::of(input.to_ascii_lowercase(), input))
        } else {
            Err(PartError("the local part of a mailbox, or * for all others"))
        }
    }

    fn of(name: String, input: &str) -> Label {
        let spelled = (input.is_ascii() && input != name).then(|| input.to_owned());
        Label { name, spelled }
    }

    /// As its holder wrote it.
    pub fn spelled(&self) -> &str {
        self.spelled.as_deref().unwrap_or(&self.name)
    }

    pub fn as_str(&self) -> &str {
        &self.name
    }

    pub fn is_apex(&self) -> bool {
        self.name == "@"
    }

    /// The whole name below a domain, without final dot.
    pub fn below(&self, apex: &DomainName) -> String {
        if self.is_apex() { apex.as_str().to_owned() } else { format!("{}.{}", self.name, apex.as_str()) }
    }

    /// Whether the whole name still is one.
    pub fn fits(&self, apex: &DomainName) -> bool {
        self.below(apex).len() <= NAME_OCTETS_MAX
    }
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LABEL_OCTETS_MAX
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Lower case and A-labels, label by label: IDNA knows neither underscores nor asterisks.
fn folded(input: &str) -> Option<String> {
    if input.is_empty() || input.len() > 1_024 {
        return None;
    }
    let labels = input.split('.').map(|label| match label.is_ascii() {
        true => Some(label.to_ascii_lowercase()),
        false => idna::domain_to_ascii_strict(label).ok(),
    });
    Some(labels.collect::<Option<Vec<_>>>()?.join("."))
}

/// The name that a record points at, as its holder spelled it.
///
/// With a final dot it is absolute; with a dot inside it is taken as absolute too, since that is how zones are written by people and by DNS
/// clients; a single label is relative to the domain; `@` is the domain; `.` is the root (a null MX).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Target(String);

impl Target {
    pub fn parse(input: &str) -> Result<Target, PartError> {
        if input == "@" || input == "." {
            return Ok(Target(input.to_owned()));
        }
        let bare = input.strip_suffix('.').unwrap_or(input);
        let folded = folded(bare).ok_or(PartError("a host name"))?;
        if folded.len() > NAME_OCTETS_MAX || !folded.split('.').all(is_label) {
            return Err(PartError("a host name, of labels with 1 to 63 letters, digits, hyphens and underscores"));
        }
        // The spelling is kept where it means the same: only what is not ASCII is put into A-labels.
        Ok(Target(if input.is_ascii() { input.to_owned() } else { format!("{folded}{}", if bare.len() < input.len() { "." } else { "" }) }))
    }

    /// As it was spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing: RFC 7505's null MX, a NAPTR without replacement.
    pub fn is_root(&self) -> bool {
        self.0 == "."
    }

    /// The name meant, in lower case without its final dot; empty for the root.
    pub fn absolute(&self, apex: &DomainName) -> String {
        match self.0.as_str() {
            "." => String::new(),
            "@" => apex.as_str().to_owned(),
            spelled => match spelled.strip_suffix('.') {
                Some(absolute) => absolute.to_ascii_lowercase(),
                None if spelled.contains('.') => spelled.to_ascii_lowercase(),
                None => format!("{}.{}", spelled.to_ascii_lowercase(), apex.as_str()),
            },
        }
    }
}

/// Text in a record. No control characters; UTF-8 goes out as it is, in strings of 255 octets.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Text(String);

/// Octets of one text: what fits into a message with its name (several strings of 255 octets).
const TEXT_OCTETS_MAX: usize = 4_096;

impl Text {
    pub fn parse(input: &str) -> Result<Text, PartError> {
        if input.len() > TEXT_OCTETS_MAX {
            return Err(PartError("a text of at most 4096 octets"));
        }
        if input.chars().any(is_forbidden) {
            return Err(PartError("a text without control characters"));
        }
        Ok(Text(input.to_owned()))
    }

    /// A text that is one string in the DNS.
    pub fn parse_short(input: &str) -> Result<Text, PartError> {
        if input.len() > 255 {
            return Err(PartError("a text of at most 255 octets"));
        }
        Text::parse(input)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In strings of at most 255 octets each, at least one.
    pub fn strings(&self) -> Vec<&[u8]> {
        if self.0.is_empty() { vec![b"".as_slice()] } else { self.0.as_bytes().chunks(255).collect() }
    }
}

/// What a certificate authority record is about (RFC 8659 section 4.1: letters and digits).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CaaTag(String);

impl CaaTag {
    pub fn parse(input: &str) -> Result<CaaTag, PartError> {
        let ok = (1..=15).contains(&input.len()) && input.bytes().all(|b| b.is_ascii_alphanumeric());
        if ok { Ok(CaaTag(input.to_ascii_lowercase())) } else { Err(PartError("a tag such as issue, issuewild or iodef")) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address of a web page: `http` or `https`, a host, no blanks.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WebAddress(String);

impl WebAddress {
    pub fn parse(input: &str) -> Result<WebAddress, PartError> {
        const EXPECTED: PartError = PartError("an address that begins with http:// or https:// and has no blanks");
        let lower = input.get(..8).unwrap_or(input).to_ascii_lowercase();
        let rest = if lower.starts_with("https://") {
            input.get(8..)
        } else if lower.starts_with("http://") {
            input.get(7..)
        } else {
            None
        };
        let rest = rest.ok_or(EXPECTED)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let port_fits = authority.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok());
        let visible = input.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
        // User names in addresses are a way to deceive: who sees the host must see who answers.
        if input.len() > 2_048 || !visible || !port_fits || authority.contains('@') || HostName::parse(host).is_err() {
            return Err(EXPECTED);
        }
        Ok(WebAddress(input.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A mailbox that mail is forwarded to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MailAddress(String);

impl MailAddress {
    pub fn parse(input: &str) -> Result<MailAddress, PartError> {
        const EXPECTED: PartError = PartError("a mail address");
        let (local, host) = input.rsplit_once('@').ok_or(EXPECTED)?;
        let local_fits =
            !local.is_empty() && local.len() <= 64 && local.bytes().all(|b| b.is_ascii_graphic() && !b"\"(),:;<>@[\\]".contains(&b));
        if !local_fits || DomainName::parse(host).is_err() || host.ends_with('.') || !host.is_ascii() {
            return Err(EXPECTED);
        }
        Ok(MailAddress(input.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! shown {
    ($($part:ty),*) => {$(
        impl fmt::Display for $part {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spelled())
    }
}

shown!(Target, Text, CaaTag, WebAddress, MailAddress);

#[cfg(test)]
mod tests {
    use super::*;

    fn apex() -> DomainName {
        DomainName::parse("example.com").unwrap()
    }

    #[test]
    fn labels_are_relative() {
        for (given, kept, whole) in [
            ("@", "@", "example.com"),
            ("WWW", "www", "www.example.com"),
            ("*", "*", "*.example.com"),
            ("*.Sub", "*.sub", "*.sub.example.com"),
            ("_acme-challenge.fqdn", "_acme-challenge.fqdn", "_acme-challenge.fqdn.example.com"),
            ("bücher", "xn--bcher-kva", "xn--bcher-kva.example.com"),
        ] {
            let label = Label::parse(given).unwrap();
            assert_eq!((label.as_str(), label.below(&apex()).as_str()), (kept, whole));
            assert!(label.fits(&apex()));
            assert!(!given.is_ascii() || label.to_string() == given);
            assert_eq!(label, Label::parse(kept).unwrap());
        }
        for wrong in [
            "",
            ".",
            "www.",
            "www.example.com.",
            "a..b",
            "sub.*",
            "**",
            "-a",
            "a-",
            "a b",
            "a\"",
            "@.a",
            "ä\u{202e}",
            &"a".repeat(64),
            &"a.".repeat(130),
        ] {
            assert!(Label::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(!Label::parse(&format!("{}a", "a.".repeat(122))).unwrap().fits(&apex()));
    }

    #[test]
    fn mailboxes_have_more_characters_and_no_others() {
        for fine in ["*", "info", "first.last", "a+b", "_x"] {
            assert_eq!(Label::parse_mailbox(fine).unwrap().as_str(), fine);
        }
        for wrong in ["", "@", ".a", "a.", "a..b", "a b", "a@b", "ü", &"a".repeat(65)] {
            assert!(Label::parse_mailbox(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn targets_keep_their_spelling_and_mean_one_name() {
        for (given, kept, meant) in [
            ("@", "@", "example.com"),
            (".", ".", ""),
            ("mail", "mail", "mail.example.com"),
            ("Docs.Example.com", "Docs.Example.com", "docs.example.com"),
            ("docs.example.org.", "docs.example.org.", "docs.example.org"),
            ("com.", "com.", "com"),
            ("bücher.de.", "xn--bcher-kva.de.", "xn--bcher-kva.de"),
        ] {
            let target = Target::parse(given).unwrap();
            assert_eq!((target.as_str(), target.absolute(&apex()).as_str()), (kept, meant));
        }
        for wrong in ["", "..", "a..b.", "*.example.com", "a b", "a:80", "http://a.b", "-a.b", "a\nb"] {
            assert!(Target::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn texts_are_cut_into_strings() {
        assert_eq!(Text::parse("").unwrap().strings(), vec![b"".as_slice()]);
        let long = Text::parse(&"a".repeat(600)).unwrap();
        assert_eq!(long.strings().iter().map(|s| s.len()).collect::<Vec<_>>(), [255, 255, 90]);
        for wrong in ["a\nb", "a\tb", "\u{0}", "\u{2028}", &"a".repeat(4_097)] {
            assert!(Text::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(Text::parse_short(&"a".repeat(256)).is_err());
    }

    #[test]
    fn addresses_of_pages_and_mailboxes() {
        for fine in ["http://joker.com", "https://www.example.com:8443/a?b=c#d", "HTTP://example.com/%20"] {
            assert_eq!(WebAddress::parse(fine).unwrap().as_str(), fine);
        }
        for wrong in [
            "",
            "joker.com",
            "ftp://joker.com",
            "http://",
            "http:///x",
            "http://a b.com",
            "javascript:alert(1)",
            "http://user@bank.example",
            "http://a.com:99999",
            "http://a.com/\"x",
            "http://a.com/\r\nX: y",
            "http://ä.de",
            "http://-a.com",
        ] {
            assert!(WebAddress::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(MailAddress::parse("to+tag@example.com").is_ok());
        for wrong in ["", "a", "@b.c", "a@", "a@b@c.d", "a b@c.d", "a@c", "a@c.d.", "<a@c.d>", "a@c.d\n"] {
            assert!(MailAddress::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn tags_are_words() {
        assert_eq!(CaaTag::parse("Issue").unwrap().as_str(), "issue");
        for wrong in ["", "is sue", "issue-x", &"a".repeat(16)] {
            assert!(CaaTag::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
