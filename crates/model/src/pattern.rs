//! Patterns over names: `*` and `?` only, whole string, case-insensitive, matched in linear time or turned into index ranges.

/// A compiled pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// Everything.
    All,
    /// Just this text.
    Exact(String),
    /// All that begins with this text (`abc*`).
    Prefix(String),
    /// All that ends with this text (`*.or.kr`).
    Suffix(String),
    /// Anything else: to be matched one by one.
    Glob(String),
}

/// A pattern longer than this is no pattern; 253 octets is the longest name.
pub const PATTERN_MAX: usize = 255;

impl Pattern {
    /// Reads a pattern; empty means everything. `None` if it is too long or holds a control character.
    pub fn parse(text: &str) -> Option<Pattern> {
        let text = text.trim_matches(' ');
        if text.len() > PATTERN_MAX || text.chars().any(crate::text::is_forbidden) {
            return None;
        }
        let lower = text.to_lowercase();
        let wild = |s: &str| s.contains(['*', '?']);
        if lower.is_empty() || lower.bytes().all(|b| b == b'*') {
            return Some(Pattern::All);
        }
        if !wild(&lower) {
            return Some(Pattern::Exact(lower));
        }
        if let Some(prefix) = lower.strip_suffix('*')
            && !wild(prefix)
        {
            return Some(Pattern::Prefix(prefix.to_owned()));
        }
        if let Some(suffix) = lower.strip_prefix('*')
            && !wild(suffix)
        {
            return Some(Pattern::Suffix(suffix.to_owned()));
        }
        Some(Pattern::Glob(lower))
    }

    /// True if the whole of `text` matches, without regard to case.
    pub fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        match self {
            Pattern::All => true,
            Pattern::Exact(exact) => text == *exact,
            Pattern::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Pattern::Suffix(suffix) => text.ends_with(suffix.as_str()),
            Pattern::Glob(glob) => glob_matches(glob.as_bytes(), text.as_bytes()),
        }
    }
}

/// Greedy matching with one point of return: time grows with pattern times text at worst, never beyond.
fn glob_matches(glob: &[u8], text: &[u8]) -> bool {
    let (mut g, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some(b'*') => {
                star = Some((g, t));
                g += 1;
            }
            Some(b'?') => {
                g += 1;
                t += 1;
                // A question mark stands for one character, not for one octet of it.
                while t < text.len() && text[t] & 0xC0 == 0x80 {
                    t += 1;
                }
            }
            Some(c) if *c == text[t] => {
                g += 1;
                t += 1;
            }
            _ => match star {
                Some((sg, st)) => {
                    g = sg + 1;
                    t = st + 1;
                    star = Some((sg, st + 1));
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|c| *c == b'*')
}

/// The smallest text greater than everything that begins with `prefix` in byte order; `None` if there is none.
pub fn prefix_end(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let mut next = u32::from(last) + 1;
        if (0xD800..0xE000).contains(&next) {
            next = 0xE000;
        }
        if let Some(c) = char::from_u32(next) {
            chars.push(c);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_compile_to_their_cheapest_form() {
        let cases = [
            ("", Pattern::All),
            ("**", Pattern::All),
            ("Dom.com", Pattern::Exact("dom.com".into())),
            ("dom*", Pattern::Prefix("dom".into())),
            ("*.or.kr", Pattern::Suffix(".or.kr".into())),
            ("a?c", Pattern::Glob("a?c".into())),
            ("*a*", Pattern::Glob("*a*".into())),
        ];
        for (text, pattern) in cases {
            assert_eq!(Pattern::parse(text), Some(pattern), "{text}");
        }
        assert_eq!(Pattern::parse("a\nb"), None);
        assert_eq!(Pattern::parse(&"a".repeat(256)), None);
    }

    #[test]
    fn globs_match_whole_strings() {
        let cases = [
            ("d?m*.kr", "domain.or.kr", true),
            ("d?m*.kr", "dm.kr", false),
            ("*a*b", "xaab", true),
            ("*a*b", "xaabc", false),
            ("?", "é", true),
            ("??", "é", false),
        ];
        for (glob, text, expected) in cases {
            assert_eq!(Pattern::parse(glob).unwrap().matches(text), expected, "{glob} {text}");
        }
    }

    #[test]
    fn ranges_end_after_their_prefix() {
        assert_eq!(prefix_end("abc").as_deref(), Some("abd"));
        assert_eq!(prefix_end(""), None);
        assert_eq!(prefix_end("a\u{10FFFF}").as_deref(), Some("b"));
    }
}
