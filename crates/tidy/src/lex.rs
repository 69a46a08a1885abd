//! Cuts Rust source into code, string literals and comments, well enough for rules that look at one of the three.

/// One file's source, divided. Each part keeps its line breaks, so that lines can be counted.
#[derive(Debug, Default)]
pub struct Parts {
    /// The source with comments blanked out and string literals emptied to `""`.
    pub code: String,
    /// Line (from 1) and content of every string literal, escapes as written.
    pub strings: Vec<(usize, String)>,
}

impl Parts {
    /// The code before the first `#[cfg(test)]`: test modules stand last in their file.
    pub fn shipped(&self) -> &str {
        self.code.find("#[cfg(test)]").map_or(&self.code, |at| &self.code[..at])
    }
}

pub fn parts(source: &str) -> Parts {
    let text: Vec<char> = source.chars().collect();
    let mut out = Parts::default();
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        let rest = &text[at..];
        let end = match rest {
            ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => comment_end(rest),
            _ => 0,
        };
        if end > 0 {
            for c in &rest[..end] {
                if *c == '\n' {
                    out.code.push('\n');
                    line += 1;
                }
            }
            out.code.push(' ');
            at += end;
            continue;
        }
        let after_word = out.code.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if let Some((skip, content, end)) = string(rest).filter(|(skip, ..)| *skip == 0 || !after_word) {
            out.code.extend(rest[..skip].iter());
            out.code.push_str("\"\"");
            out.strings.push((line, content.iter().collect()));
            let breaks = rest[..end].iter().filter(|c| **c == '\n').count();
            out.code.extend(std::iter::repeat_n('\n', breaks));
            line += breaks;
            at += end;
            continue;
        }
        if let Some(end) = char_literal(rest) {
            out.code.push_str("' '");
            at += end;
            continue;
        }
        if text[at] == '\n' {
            line += 1;
        }
        out.code.push(text[at]);
        at += 1;
    }
    out
}

/// Length of a block comment, which may hold others.
fn comment_end(rest: &[char]) -> usize {
    let (mut at, mut depth) = (0, 0usize);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

/// A string literal at the start: length of its prefix (`b`, `r`, `br`, `c`), its content, its whole length.
fn string(rest: &[char]) -> Option<(usize, &[char], usize)> {
    let skip = rest.iter().take(2).take_while(|c| matches!(c, 'b' | 'r' | 'c')).count();
    let raw = rest[..skip].contains(&'r');
    let hashes = if raw { rest[skip..].iter().take_while(|c| **c == '#').count() } else { 0 };
    let open = skip + hashes;
    if rest.get(open) != Some(&'"') {
        return None;
    }
    let mut at = open + 1;
    while at < rest.len() {
        match rest[at] {
            '\\' if !raw => at += 2,
            '"' if rest[at + 1..].iter().take_while(|c| **c == '#').take(hashes).count() == hashes => {
                return Some((skip, &rest[open + 1..at], at + 1 + hashes));
            }
            _ => at += 1,
        }
    }
    Some((skip, &rest[open + 1..], rest.len()))
}

/// Length of a character literal at the start; a lifetime is none.
fn char_literal(rest: &[char]) -> Option<usize> {
    match rest {
        ['\'', '\\', _, ..] => rest[3..].iter().position(|c| *c == '\'').map(|more| more + 4),
        ['\'', _, '\'', ..] => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_strings_and_comments_are_told_apart() {
        let found = parts("let a = \"x // \\\" y\"; // b \"no\"\n/* c /* d */ \"e\" */ f(r#\"g \"h\" \"#, b'\\'', '\"', 'i')");
        assert_eq!(found.strings, vec![(1, "x // \\\" y".to_owned()), (2, "g \"h\" ".to_owned())]);
        assert!(!found.code.contains("no") && !found.code.contains("/*") && found.code.contains("f(r\"\", "), "{}", found.code);
    }

    #[test]
    fn lifetimes_and_words_before_quotes_are_code() {
        let found = parts("fn f<'a>(x: &'a str) -> &'a str { your\"s\" }\nlet y = 'z';");
        assert_eq!(found.strings, vec![(1, "s".to_owned())]);
        assert!(found.code.contains("fn f<'a>(x: &'a str)"));
        assert_eq!(found.code.lines().count(), 2);
    }

    #[test]
    fn lines_are_counted_through_long_strings() {
        let found = parts("\"a\nb\"\n\"c\"");
        assert_eq!(found.strings, vec![(1, "a\nb".to_owned()), (3, "c".to_owned())]);
    }

    #[test]
    fn tests_are_not_shipped() {
        assert_eq!(parts("a\n#[cfg(test)]\nmod tests { b }").shipped(), "a\n");
    }
}
