//! Lines of a reply: the only way to print one, and it cannot be broken by what it prints (1.7; reliability rule 2.4).

use model::text::is_forbidden;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Text that stays on its line: characters that could end it or hide it have become blanks.
pub struct LineSafe<'a>(Cow<'a, str>);

impl<'a> LineSafe<'a> {
    pub fn new(text: &'a str) -> LineSafe<'a> {
        if text.chars().any(is_forbidden) {
            LineSafe(text.chars().map(|c| if is_forbidden(c) { ' ' } else { c }).collect::<String>().into())
        } else {
            LineSafe(Cow::Borrowed(text))
        }
    }
}

/// The name of a property: lower case, and nothing that the strictest reader refuses (BYTE: `[A-Za-z0-9_ -]+`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PropertyName(Cow<'static, str>);

impl PropertyName {
    pub fn new(name: impl Into<Cow<'static, str>>) -> PropertyName {
        let name = name.into();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | ' ' | '-');
        if !name.is_empty() && name.chars().all(plain) {
            return PropertyName(name);
        }
        let lower = name.to_ascii_lowercase();
        let made: String = lower.chars().map(|c| if plain(c) { c } else { '_' }).collect();
        PropertyName(if made.is_empty() { "_".into() } else { made.into() })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Writes the frame of a reply line by line: LF only, ` = ` with one blank on each side.
pub struct LineWriter {
    text: String,
}

impl LineWriter {
    pub fn begin() -> LineWriter {
        LineWriter { text: "[RESPONSE]\n".to_owned() }
    }

    /// `key = value`, for the frame's own four keys.
    pub fn word(&mut self, key: &'static str, value: &LineSafe<'_>) {
        self.text.push_str(key);
        self.text.push_str(" = ");
        self.text.push_str(&value.0);
        self.text.push('\n');
    }

    /// `property[name][index] = value`.
    pub fn property(&mut self, name: &PropertyName, index: usize, value: &LineSafe<'_>) {
        writeln!(self.text, "property[{}][{index}] = {}", name.as_str(), value.0).expect("writing to a String cannot fail");
    }

    /// The whole reply, with its last line.
    pub fn end(mut self) -> String {
        self.text.push_str("EOF\n");
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_leaves_its_line() {
        for bad in ["a\nEOF\n", "a\r\ncode = 200", "\u{85}", "\u{2028}x", "\u{0b}\u{0c}\0", "\u{202e}x", "a\tb"] {
            let mut lines = LineWriter::begin();
            lines.property(&PropertyName::new("city"), 0, &LineSafe::new(bad));
            let text = lines.end();
            assert_eq!(text.lines().count(), 3, "{bad:?}");
            assert!(text.starts_with("[RESPONSE]\nproperty[city][0] = ") && text.ends_with("\nEOF\n"));
            assert!(!text.contains(['\r', '\u{85}', '\u{2028}', '\0']), "{bad:?}");
        }
    }

    #[test]
    fn names_of_properties_are_tame() {
        for (name, printed) in
            [("X-KR-CTFY-NO", "x-kr-ctfy-no"), ("a][0] = b", "a__0_ _ b"), ("", "_"), ("größe", "gr__e"), ("domain idn", "domain idn")]
        {
            assert_eq!(PropertyName::new(name.to_owned()).as_str(), printed);
        }
    }
}
