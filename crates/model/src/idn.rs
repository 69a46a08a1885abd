//! Internationalised labels: one label in, its A-label and U-label out, or the exact reason why it cannot be registered.
//!
//! Steps: NFC, UTS #46 (mapping, joiners, bidi, length), then what IDNA2008 (RFC 5892) forbids and UTS #46 lets pass, then, where a zone
//! asks for it, the zone's code point table ([`Table`]). An A-label is decoded, encoded again, and must come out as it went in.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::fmt;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The longest label in octets, as an A-label (RFC 1035, 2.3.4).
pub const LABEL_MAX: usize = 63;
/// More input than any label can need, decomposed and in UTF-8; longer text is refused unread.
const INPUT_MAX: usize = 1024;
/// The longest domain name in octets without the final dot (RFC 1035, 2.3.4).
const NAME_MAX: usize = 253;

/// One label that passed every rule that holds in all zones.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Label {
    ascii: String,
    unicode: String,
}

/// Why a label cannot stand in a domain name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LabelError {
    Empty,
    /// More than 63 octets as an A-label.
    TooLong,
    /// Starts or ends with a hyphen.
    HyphenAtEdge,
    /// Hyphens in the third and fourth place, reserved for A-labels (RFC 5891, 4.2.3.1).
    HyphensThirdFourth,
    /// A character that no domain name may hold (RFC 5892), such as a blank, an underscore or a lone conjoining jamo.
    Forbidden(char),
    /// A character that may stand only beside certain others, and does not (RFC 5892, appendix A).
    Context(char),
    /// `xn--` followed by something that does not decode.
    BadPunycode,
    /// `xn--` that decodes to a label whose A-label is another one.
    NotCanonical,
    /// Directions of writing mixed against RFC 5893, or another rule of UTS #46 broken.
    Unwritable,
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LabelError::Empty => f.write_str("the label is empty"),
            LabelError::TooLong => f.write_str("the label is longer than 63 octets"),
            LabelError::HyphenAtEdge => f.write_str("a label neither starts nor ends with a hyphen"),
            LabelError::HyphensThirdFourth => f.write_str("hyphens in the third and fourth place are reserved"),
            LabelError::Forbidden(c) => write!(f, "the character U+{:04X} is not allowed", u32::from(*c)),
            LabelError::Context(c) => write!(f, "the character U+{:04X} is not allowed in this place", u32::from(*c)),
            LabelError::BadPunycode => f.write_str("the A-label does not decode"),
            LabelError::NotCanonical => f.write_str("the A-label is not the canonical form of its name"),
            LabelError::Unwritable => f.write_str("the label mixes directions of writing or is not well formed"),
        }
    }
}

impl std::error::Error for LabelError {}

impl Label {
    /// Reads one label, written in ASCII, in Unicode or as an A-label, in any case and normalisation form.
    pub fn parse(input: &str) -> Result<Label, LabelError> {
        if input.is_empty() {
            return Err(LabelError::Empty);
        }
        if input.len() > INPUT_MAX {
            return Err(LabelError::TooLong);
        }
        if input.is_ascii() {
            let lower = input.to_ascii_lowercase();
            if lower.starts_with("xn--") { Label::from_a_label(lower) } else { Label::from_ldh(lower) }
        } else {
            Label::from_unicode(input)
        }
    }

    fn from_ldh(lower: String) -> Result<Label, LabelError> {
        if let Some(c) = lower.chars().find(|c| !is_ldh(*c)) {
            return Err(LabelError::Forbidden(c));
        }
        check_shape(&lower)?;
        Ok(Label { unicode: lower.clone(), ascii: lower })
    }

    fn from_a_label(lower: String) -> Result<Label, LabelError> {
        if let Some(c) = lower.chars().find(|c| !is_ldh(*c)) {
            return Err(LabelError::Forbidden(c));
        }
        if lower.len() > LABEL_MAX {
            return Err(LabelError::TooLong);
        }
        let (unicode, outcome) = Uts46::new().to_unicode(lower.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow);
        if unicode.is_ascii() || outcome.is_err() {
            // The decoder may still name the culprit: IDNA2008 refusals read better than "does not decode".
            return Err(unicode.chars().find(|c| !is_valid(*c) && *c != '\u{fffd}').map_or(LabelError::BadPunycode, LabelError::Forbidden));
        }
        check_code_points(&unicode)?;
        let again = Label::from_unicode(&unicode)?;
        if again.ascii != lower { Err(LabelError::NotCanonical) } else { Ok(again) }
    }

    fn from_unicode(input: &str) -> Result<Label, LabelError> {
        let composed: String = input.nfc().collect();
        // UTS #46 drops these without a word; a name must not be bought that differs from what was written.
        if let Some(c) = composed.chars().find(|c| is_dropped(*c)) {
            return Err(LabelError::Forbidden(c));
        }
        let uts46 = Uts46::new();
        let (mapped, mapping) = uts46.to_unicode(composed.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
        if mapped.is_empty() {
            return Err(LabelError::Empty);
        }
        let edges = mapped.as_ref();
        if edges.starts_with('-') || edges.ends_with('-') {
            return Err(LabelError::HyphenAtEdge);
        }
        if mapped.is_ascii() && mapping.is_ok() {
            return Label::from_ldh(mapped.into_owned());
        }
        check_code_points(&mapped)?;
        if mapped.chars().skip(2).take(2).eq("--".chars()) {
            return Err(LabelError::HyphensThirdFourth);
        }
        if mapping.is_err() {
            return Err(LabelError::Unwritable);
        }
        let ascii = uts46
            .to_ascii(mapped.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Ignore)
            .map_err(|_| LabelError::Unwritable)?
            .into_owned();
        if ascii.len() > LABEL_MAX {
            return Err(LabelError::TooLong);
        }
        Ok(Label { ascii, unicode: mapped.into_owned() })
    }

    /// The form that stands in the DNS: `xn--3e0b707e`, or the label itself where it is plain ASCII.
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// The form that people read: `한국`, in NFC and lower case.
    pub fn unicode(&self) -> &str {
        &self.unicode
    }

    /// Whether the label holds anything beyond letters, digits and hyphens.
    pub fn is_idn(&self) -> bool {
        !self.unicode.is_ascii()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ascii)
    }
}

/// Splits a whole name at its dots (also the ideographic ones) and reads each label; one final dot is dropped.
/// The error carries the index of the offending label, counted from the left.
pub fn parse_name(input: &str) -> Result<Vec<Label>, (usize, LabelError)> {
    let input = input.strip_suffix('.').unwrap_or(input);
    if input.len() > 4 * INPUT_MAX {
        return Err((0, LabelError::TooLong));
    }
    let labels = input
        .split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'])
        .enumerate()
        .map(|(at, label)| Label::parse(label).map_err(|e| (at, e)))
        .collect::<Result<Vec<Label>, _>>()?;
    let octets = labels.iter().map(|l| l.ascii.len() + 1).sum::<usize>() - 1;
    if octets > NAME_MAX { Err((0, LabelError::TooLong)) } else { Ok(labels) }
}

fn is_ldh(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn check_shape(ldh: &str) -> Result<(), LabelError> {
    if ldh.len() > LABEL_MAX {
        return Err(LabelError::TooLong);
    }
    if ldh.starts_with('-') || ldh.ends_with('-') {
        return Err(LabelError::HyphenAtEdge);
    }
    if ldh.as_bytes().get(2..4) == Some(b"--") {
        return Err(LabelError::HyphensThirdFourth);
    }
    Ok(())
}

/// Characters that UTS #46 maps to nothing.
fn is_dropped(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn check_code_points(unicode: &str) -> Result<(), LabelError> {
    let chars: Vec<char> = unicode.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        if !is_valid(c) {
            return Err(LabelError::Forbidden(c));
        }
        if !context_holds(&chars, at) {
            return Err(LabelError::Context(c));
        }
    }
    if chars.first().is_some_and(|c| is_combining_mark(*c)) {
        return Err(LabelError::Context(chars[0]));
    }
    Ok(())
}

/// RFC 5892 section 3 for text that UTS #46 has already mapped (so nothing unstable is left): letters, digits and marks, less the
/// exceptions of 2.6 and the conjoining jamo of 2.9, plus those that appendix A allows in context.
fn is_valid(c: char) -> bool {
    match c {
        'a'..='z' | '0'..='9' | '-' => true,
        // CONTEXTJ and CONTEXTO: judged by `context_holds`, the joiners by UTS #46.
        '\u{200c}' | '\u{200d}' | '\u{b7}' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{30fb}' => true,
        // 2.6, PVALID by exception.
        '\u{df}' | '\u{3c2}' | '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '\u{3007}' => true,
        // 2.6, DISALLOWED by exception.
        '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}' => false,
        // 2.9, old Hangul jamo: a syllable that NFC could not compose.
        '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}' => false,
        // 2.7, combining marks for symbols and enclosing marks.
        '\u{20d0}'..='\u{20ff}' | '\u{1d165}'..='\u{1d244}' | '\u{488}' | '\u{489}' | '\u{1abe}' | '\u{a670}'..='\u{a672}' => false,
        // Letter numbers are alphabetic to Unicode, not to IDNA.
        '\u{16ee}'..='\u{16f0}' | '\u{2160}'..='\u{2182}' | '\u{2185}'..='\u{2188}' | '\u{3021}'..='\u{3029}' => false,
        '\u{3038}'..='\u{303a}' | '\u{a6e6}'..='\u{a6ef}' | '\u{10140}'..='\u{10174}' => false,
        '\u{10341}' | '\u{1034a}' | '\u{103d1}'..='\u{103d5}' | '\u{12400}'..='\u{1246e}' => false,
        // So are letters in circles and squares.
        '\u{1f100}'..='\u{1f1ff}' => false,
        c => c.is_alphabetic() || is_combining_mark(c) || is_decimal_digit(c),
    }
}

/// Decimal digits (Nd) of the scripts of the Basic Multilingual Plane; the digits of historic scripts are in no zone's table.
fn is_decimal_digit(c: char) -> bool {
    const ZEROS: [u32; 36] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090,
        0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50,
        0xabf0, 0x10d30,
    ];
    ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&u32::from(c)))
}

/// RFC 5892, appendix A.3 to A.9.
fn context_holds(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied();
    let after = chars.get(at + 1).copied();
    match chars[at] {
        '\u{b7}' => before == Some('l') && after == Some('l'),
        '\u{375}' => after.is_some_and(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')),
        '\u{5f3}' | '\u{5f4}' => before.is_some_and(|c| matches!(c, '\u{591}'..='\u{5f4}')),
        '\u{30fb}' => chars
            .iter()
            .any(|c| *c != '\u{30fb}' && matches!(c, '\u{3005}' | '\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')),
        '\u{660}'..='\u{669}' => !chars.iter().any(|c| matches!(c, '\u{6f0}'..='\u{6f9}')),
        '\u{6f0}'..='\u{6f9}' => !chars.iter().any(|c| matches!(c, '\u{660}'..='\u{669}')),
        _ => true,
    }
}

/// A run of code points, both ends included; written `AC00-D7A3` or `00DF`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    pub first: char,
    pub last: char,
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Range, D::Error> {
        let text = String::deserialize(de)?;
        let (first, last) = text.split_once('-').unwrap_or((&text, &text));
        let point = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        match (point(first), point(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Range { first, last }),
            _ => Err(D::Error::custom(format!("`{text}` is not a run of code points such as AC00-D7A3"))),
        }
    }
}

/// A language that a table serves, with every code by which resellers and registries name it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Language {
    /// ISO 639-1, two letters, or the four-letter script code (ISO 15924) where a registry's tag names a script.
    pub code: String,
    /// ISO 639-2/T, three letters: what a three-letter registry (Verisign) takes and DMAPI documents.
    pub tag: String,
    /// Other spellings in use: ISO 639-2/B, country codes sent by mistake, registries' own tags.
    #[serde(default)]
    pub also: Vec<String>,
}

impl Language {
    /// Whether `code` names this language, in any case.
    pub fn answers_to(&self, code: &str) -> bool {
        [&self.code, &self.tag].into_iter().chain(&self.also).any(|own| own.eq_ignore_ascii_case(code))
    }
}

/// What one script may hold in a label: a file of `zones/tables/`. Digits and the hyphen belong to every table.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Table {
    pub version: u32,
    pub table: String,
    /// How people call it: "Korean".
    pub title: String,
    pub sources: Vec<String>,
    /// Whether a-z may stand beside the script's own letters. Where they look alike (Cyrillic, Greek) they may not: no name for swindlers.
    pub ascii_letters: bool,
    pub code_points: Vec<Range>,
    pub languages: Vec<Language>,
}

impl Table {
    /// The first character of the label that is not in the table.
    pub fn stranger(&self, label: &Label) -> Option<char> {
        label.unicode.chars().find(|c| !self.allows(*c))
    }

    /// Whether a label of this table may hold the character.
    pub fn allows(&self, c: char) -> bool {
        match c {
            'a'..='z' => self.ascii_letters,
            '0'..='9' | '-' => true,
            c => self.code_points.iter().any(|r| (r.first..=r.last).contains(&c)),
        }
    }

    /// The table's language of this code (ISO 639 of two or three letters, script code, or a registry's tag), in any case.
    pub fn language(&self, code: &str) -> Option<&Language> {
        self.languages.iter().find(|l| l.answers_to(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_one_canonical_form() {
        // input, A-label, U-label (registry.md section 5)
        let cases = [
            ("Example", "example", "example"),
            ("한국", "xn--3e0b707e", "한국"),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", "xn--3e0b707e", "한국"),
            ("XN--3E0B707E", "xn--3e0b707e", "한국"),
            ("faß", "xn--fa-hia", "faß"),
            ("Bücher", "xn--bcher-kva", "bücher"),
            ("ｅｘａｍｐｌｅ", "example", "example"),
            ("a-1", "a-1", "a-1"),
            ("col·lecció", "xn--collecci-ioa91d", "col·lecció"),
        ];
        for (input, ascii, unicode) in cases {
            let label = Label::parse(input).unwrap_or_else(|e| panic!("{input}: {e}"));
            assert_eq!(label.ascii(), ascii, "{input}");
            assert_eq!(label.unicode(), unicode, "{input}");
            assert_eq!(Label::parse(label.ascii()), Ok(label), "{input} comes back from its A-label");
        }
    }

    #[test]
    fn refuses_what_no_zone_may_sell() {
        let long = "a".repeat(64);
        let cases = [
            ("", LabelError::Empty),
            (long.as_str(), LabelError::TooLong),
            ("-a", LabelError::HyphenAtEdge),
            ("a-", LabelError::HyphenAtEdge),
            ("-한국", LabelError::HyphenAtEdge),
            ("ab--c", LabelError::HyphensThirdFourth),
            ("한국--한", LabelError::HyphensThirdFourth),
            ("１-", LabelError::HyphenAtEdge),
            ("a_b", LabelError::Forbidden('_')),
            ("a b", LabelError::Forbidden(' ')),
            ("a.b", LabelError::Forbidden('.')),
            ("a\r\nb", LabelError::Forbidden('\r')),
            ("a\0", LabelError::Forbidden('\0')),
            ("한_국", LabelError::Forbidden('_')),
            // Conjoining jamo that form no syllable: UTS #46 accepts them, RFC 5892 2.9 does not (registry.md section 5).
            ("\u{1112}", LabelError::Forbidden('\u{1112}')),
            ("ㅎㅎ", LabelError::Forbidden('\u{1112}')),
            ("xn--hqd", LabelError::Forbidden('\u{1112}')),
            ("xn--hqda", LabelError::Forbidden('\u{1112}')),
            ("exam\u{ad}ple", LabelError::Forbidden('\u{ad}')),
            ("한\u{200b}국", LabelError::Forbidden('\u{200b}')),
            ("☃", LabelError::Forbidden('☃')),
            ("xn--n3h", LabelError::Forbidden('☃')),
            ("x\u{9f4}", LabelError::Forbidden('\u{9f4}')),
            ("🅰", LabelError::Forbidden('🅰')),
            ("a·b", LabelError::Context('·')),
            ("xn--", LabelError::BadPunycode),
            ("xn--a", LabelError::BadPunycode),
            ("xn--example-", LabelError::BadPunycode),
        ];
        for (input, why) in cases {
            assert_eq!(Label::parse(input), Err(why), "{input:?}");
        }
        assert!(Label::parse("a\u{5d0}").is_err(), "directions of writing must not mix");
        assert!(Label::parse("a\u{200d}b").is_err(), "a joiner needs its context");
        assert!(Label::parse(&"가".repeat(500)).is_err());
    }

    #[test]
    fn names_split_at_every_kind_of_dot() {
        let ascii = |input: &str| parse_name(input).map(|ls| ls.iter().map(|l| l.ascii().to_owned()).collect::<Vec<_>>().join("."));
        assert_eq!(ascii("한국。OR．kr."), Ok("xn--3e0b707e.or.kr".to_owned()));
        assert_eq!(ascii("a..kr"), Err((1, LabelError::Empty)));
        assert_eq!(ascii(&vec!["abcdefgh"; 40].join(".")), Err((0, LabelError::TooLong)));
    }

    #[test]
    fn no_input_panics_and_every_label_is_stable() {
        let odd = [
            "\u{202e}",
            "\u{e0100}",
            "가\u{300}",
            "\u{300}",
            "ǅ",
            "K",
            "Ⅷ",
            "①",
            "²",
            "ſ",
            "ŉ",
            "ﬁ",
            "\u{fdfa}",
            "مثال",
            "मोनी",
            "ไทย",
            "😀",
            "\u{10ffff}",
        ];
        for a in odd {
            for b in odd.iter().copied().chain(["-", "x", "xn--", "가"]) {
                for input in [format!("{a}{b}"), format!("{b}{a}"), format!("x{a}{b}x")] {
                    if let Ok(label) = Label::parse(&input) {
                        assert_eq!(Label::parse(label.ascii()).as_ref(), Ok(&label), "{input:?}");
                        assert_eq!(Label::parse(label.unicode()).as_ref(), Ok(&label), "{input:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn tables_name_the_stranger_and_the_language() {
        let table: Table = toml::from_str(
            "version = 1\ntable = \"korean\"\ntitle = \"Korean\"\nsources = []\nascii-letters = true\ncode-points = [\"AC00-D7A3\"]\nlanguages = [{ code = \"ko\", tag = \"kor\", also = [\"KR\"] }]",
        )
        .unwrap();
        assert_eq!(table.stranger(&Label::parse("한국1-a").unwrap()), None);
        assert_eq!(table.stranger(&Label::parse("韓국").unwrap()), Some('韓'));
        assert_eq!(table.language("KOR").map(|l| l.code.as_str()), Some("ko"));
        assert_eq!(table.language("zho"), None);
        assert!(toml::from_str::<Range>("x = 1").is_err());
    }
}
