//! A small linear matcher for field values: a row of character sets, each with a length. No backtracking, no alternation.

use serde::{Deserialize, Deserializer, de::Error as _};
use std::fmt;

/// A whole-value pattern such as `[A-Z]{2}`, `\d{4}-\d{2}-\d{2}` or `[\x20-\xff]{1,30}`.
///
/// Grammar: a row of items; an item is a set and an optional length. A set is `[...]` of characters and runs, `\d` (0-9), `.` (anything
/// printable), or one literal character (`\` before a special one). A length is `{n}`, `{n,m}`, `?`, `+` or `*`; open ends stop at 255.
/// Matching takes at most items times characters steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    text: String,
    items: Vec<Item>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Item {
    set: Vec<(char, char)>,
    least: usize,
    most: usize,
}

/// The longest value any pattern matches, in characters.
pub const VALUE_MAX: usize = 255;
const ITEMS_MAX: usize = 32;

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut items) = (0, Vec::new());
        while at < chars.len() {
            let set = read_set(&chars, &mut at)?;
            let (least, most) = read_length(&chars, &mut at)?;
            items.push(Item { set, least, most });
            if items.len() > ITEMS_MAX {
                return Err(format!("more than {ITEMS_MAX} items"));
            }
        }
        if items.is_empty() {
            return Err("an empty pattern".to_owned());
        }
        Ok(Pattern { text: text.to_owned(), items })
    }

    /// Whether the whole value fits.
    pub fn matches(&self, value: &str) -> bool {
        let chars: Vec<char> = value.chars().take(VALUE_MAX + 1).collect();
        let n = chars.len();
        if n > VALUE_MAX {
            return false;
        }
        // reached[i]: the items so far can consume exactly the first i characters.
        let mut reached = vec![false; n + 1];
        reached[0] = true;
        for item in &self.items {
            // run[i]: how many characters from i on belong to the set.
            let mut run = vec![0usize; n + 1];
            for i in (0..n).rev() {
                run[i] = if item.set.iter().any(|(a, b)| (*a..=*b).contains(&chars[i])) { run[i + 1] + 1 } else { 0 };
            }
            // opened/closed: a difference array over the intervals of reachable ends.
            let mut opened = vec![0i32; n + 2];
            for i in (0..=n).filter(|i| reached[*i]) {
                let longest = item.most.min(run[i]);
                if longest >= item.least {
                    opened[i + item.least] += 1;
                    opened[i + longest + 1] -= 1;
                }
            }
            let mut depth = 0;
            for (i, slot) in reached.iter_mut().enumerate() {
                depth += opened[i];
                *slot = depth > 0;
            }
        }
        reached[n]
    }

    /// As written in the pack: shown as what was expected.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn read_set(chars: &[char], at: &mut usize) -> Result<Vec<(char, char)>, String> {
    let c = chars[*at];
    match c {
        '[' => {
            *at += 1;
            let mut set = Vec::new();
            loop {
                match chars.get(*at) {
                    None => return Err("a set without its closing bracket".to_owned()),
                    Some(']') => {
                        *at += 1;
                        break;
                    }
                    Some('\\') if chars.get(*at + 1) == Some(&'d') => {
                        *at += 2;
                        set.push(('0', '9'));
                    }
                    Some(_) => {
                        let first = read_char(chars, at)?;
                        let last = if chars.get(*at) == Some(&'-') && chars.get(*at + 1).is_some_and(|c| *c != ']') {
                            *at += 1;
                            read_char(chars, at)?
                        } else {
                            first
                        };
                        if last < first {
                            return Err(format!("the run {first}-{last} is backwards"));
                        }
                        set.push((first, last));
                    }
                }
            }
            if set.is_empty() { Err("an empty set".to_owned()) } else { Ok(set) }
        }
        '\\' if chars.get(*at + 1) == Some(&'d') => {
            *at += 2;
            Ok(vec![('0', '9')])
        }
        '.' => {
            *at += 1;
            Ok(vec![(' ', '~'), ('\u{a0}', char::MAX)])
        }
        '(' | ')' | '|' | '^' | '$' | '{' | '}' | '?' | '+' | '*' | ']' => Err(format!("`{c}` in a place where a character is expected")),
        _ => read_char(chars, at).map(|c| vec![(c, c)]),
    }
}

fn read_char(chars: &[char], at: &mut usize) -> Result<char, String> {
    let c = *chars.get(*at).ok_or("a pattern that ends too early")?;
    *at += 1;
    if c != '\\' {
        return Ok(c);
    }
    let escaped = *chars.get(*at).ok_or("a pattern that ends in a backslash")?;
    *at += 1;
    match escaped {
        'x' => {
            let hex: String = chars.iter().skip(*at).take(2).collect();
            *at += 2;
            match u8::from_str_radix(&hex, 16) {
                Ok(byte) if hex.len() == 2 => Ok(char::from(byte)),
                _ => Err("`\\x` wants two hexadecimal digits".to_owned()),
            }
        }
        c if c.is_ascii_alphanumeric() => Err(format!("`\\{c}` is not known")),
        c => Ok(c),
    }
}

fn read_length(chars: &[char], at: &mut usize) -> Result<(usize, usize), String> {
    let length = match chars.get(*at) {
        Some('?') => (0, 1),
        Some('+') => (1, VALUE_MAX),
        Some('*') => (0, VALUE_MAX),
        Some('{') => {
            let end = chars[*at..].iter().position(|c| *c == '}').ok_or("a length without its closing brace")? + *at;
            let text: String = chars[*at + 1..end].iter().collect();
            *at = end + 1;
            let number = |t: &str| {
                t.parse::<usize>().ok().filter(|n| *n <= VALUE_MAX).ok_or_else(|| format!("`{{{text}}}` is not a length up to {VALUE_MAX}"))
            };
            let (least, most) = match text.split_once(',') {
                None => (number(&text)?, number(&text)?),
                Some((least, "")) => (number(least)?, VALUE_MAX),
                Some((least, most)) => (number(least)?, number(most)?),
            };
            return if least <= most { Ok((least, most)) } else { Err(format!("the length `{{{text}}}` is backwards")) };
        }
        _ => return Ok((1, 1)),
    };
    *at += 1;
    Ok(length)
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Pattern, D::Error> {
        let text = String::deserialize(de)?;
        Pattern::parse(&text).map_err(|why| D::Error::custom(format!("the pattern `{text}` cannot be used: {why}")))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_whole_values() {
        // pattern, fits, does not (the patterns of dmapi.md 6.5)
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("[A-Z]{2}", &["DE", "KR"], &["", "D", "DEU", "de", "D1", "DE\n"]),
            (r"\d{4}-\d{2}-\d{2}", &["1999-12-31"], &["1999-12-3", "99-12-31", "1999-12-311"]),
            (
                r"[\x20-\xff]{1,30}",
                &["a", "é ü", "123456789012345678901234567890"],
                &["", "1234567890123456789012345678901", "한", "a\u{1f}"],
            ),
            (r"[\d\-]{3,20}", &["123-45-67890"], &["12", "123 45", "١٢٣"]),
            ("[Pp][12345]", &["P1", "p5"], &["P6", "PP1"]),
            ("a*ab", &["ab", "aaab"], &["b", "aa"]),
            ("[ab]{1,2}b?b", &["ab", "abb", "abbb"], &["b", "abbbb"]),
            (".+", &["x y", "한국"], &["", "a\nb", "\u{7f}"]),
            (r"\[SE\]", &["[SE]"], &["SE"]),
        ];
        for (text, fits, not) in cases {
            let pattern = Pattern::parse(text).unwrap();
            for value in *fits {
                assert!(pattern.matches(value), "{text} fits {value:?}");
            }
            for value in *not {
                assert!(!pattern.matches(value), "{text} does not fit {value:?}");
            }
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for text in ["", "(a|b)", "a{2", "a{3,2}", "a{256}", "[z-a]", "[", "[]", "+", "\\w", "\\x4", "a\\", "a{,3}", &"a".repeat(33)] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn stays_linear_where_backtracking_explodes() {
        let pattern = Pattern::parse(&"a*".repeat(32)).unwrap();
        assert!(!pattern.matches(&format!("{}b", "a".repeat(254))));
        assert!(!pattern.matches(&"a".repeat(100_000)));
    }
}
