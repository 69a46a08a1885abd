//! Free text from outside: what may enter at all, so that nothing stored can break a line, a column or a frame.

use unicode_normalization::UnicodeNormalization;

/// Why text may not enter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextError {
    /// A control character, line or paragraph separator, or bidirectional control.
    Forbidden(char),
    /// Longer than the field allows, in characters.
    TooLong { max: usize },
}

/// True for characters that may stand in no stored value: C0, DEL, C1, line separators, bidirectional controls, noncharacters.
pub fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        || (u32::from(c) & 0xFFFE) == 0xFFFE
        || ('\u{FDD0}'..='\u{FDEF}').contains(&c)
}

/// One line of text: blanks trimmed at both ends, NFC, no forbidden character, at most `max` characters. May be empty.
pub fn line(input: &str, max: usize) -> Result<String, TextError> {
    let trimmed = input.trim_matches(' ');
    if let Some(c) = trimmed.chars().find(|c| is_forbidden(*c)) {
        return Err(TextError::Forbidden(c));
    }
    let text: String = trimmed.nfc().collect();
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_values_do_not_enter() {
        for bad in [
            "a\r\nStatus-Code: 0",
            "a\n\nbody",
            "a\rEOF\r\n",
            "\u{0b}",
            "\0",
            "\x1b[2J",
            "\u{85}x",
            "a\u{2028}b",
            "a\u{2029}b",
            "a\u{202e}b",
            "\u{feff}x",
            "\u{ffff}",
            "a\tb",
        ] {
            assert!(matches!(line(bad, 255), Err(TextError::Forbidden(_))), "{bad:?}");
        }
        assert_eq!(line("x".repeat(256).as_str(), 255), Err(TextError::TooLong { max: 255 }));
    }

    #[test]
    fn ordinary_values_are_normalised() {
        assert_eq!(line("  Mu\u{308}ller ", 255).unwrap(), "M\u{fc}ller");
        assert_eq!(line("한국 [x]=\"y\" 😀", 255).unwrap(), "한국 [x]=\"y\" 😀");
        assert_eq!(line("", 1).unwrap(), "");
    }
}
