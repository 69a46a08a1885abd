//! A line of a zone file in words: bare ones and quoted ones, in which `\"` and `\\` stand for themselves.

/// One word of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token<'a> {
    /// Without its quotes and escapes.
    pub text: String,
    pub quoted: bool,
    /// As it stands in the line, quotes included.
    pub raw: &'a str,
    /// Where it begins and ends in the line, in octets.
    pub from: usize,
    pub to: usize,
}

/// A quotation is not closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unclosed;

/// Cuts a line at blanks and TABs outside quotations.
pub fn tokens(line: &str) -> Result<Vec<Token<'_>>, Unclosed> {
    let mut found = Vec::new();
    let mut rest = line.char_indices().peekable();
    while let Some((from, first)) = rest.next() {
        if first == ' ' || first == '\t' {
            continue;
        }
        let mut text = String::new();
        let mut to = line.len();
        if first == '"' {
            let mut closed = false;
            while let Some((at, c)) = rest.next() {
                match c {
                    '"' => {
                        closed = true;
                        to = at + 1;
                        break;
                    }
                    '\\' if matches!(rest.peek(), Some((_, '"' | '\\'))) => text.extend(rest.next().map(|(_, c)| c)),
                    c => text.push(c),
                }
            }
            if !closed {
                return Err(Unclosed);
            }
        } else {
            text.push(first);
            while let Some((at, c)) = rest.peek().copied() {
                if c == ' ' || c == '\t' {
                    to = at;
                    break;
                }
                text.push(c);
                rest.next();
            }
        }
        found.push(Token { text, quoted: first == '"', raw: &line[from..to], from, to });
    }
    Ok(found)
}

/// A text in quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<(String, bool)> {
        tokens(line).unwrap().into_iter().map(|t| (t.text, t.quoted)).collect()
    }

    #[test]
    fn lines_fall_into_words() {
        let bare = |t: &str| (t.to_owned(), false);
        let quoted = |t: &str| (t.to_owned(), true);
        assert_eq!(texts("  www\tA  0 127.0.0.1 \t86400 "), ["www", "A", "0", "127.0.0.1", "86400"].map(bare));
        assert_eq!(
            texts(r#"t TXT 0 "a b" "c\"d\\e" 60"#),
            [bare("t"), bare("TXT"), bare("0"), quoted("a b"), quoted(r#"c"d\e"#), bare("60")]
        );
        assert_eq!(texts(r#"a"b c" "" d"#), [bare(r#"a"b"#), bare(r#"c""#), quoted(""), bare("d")]);
        assert_eq!(texts(""), []);
        assert_eq!(tokens(r#"t TXT 0 "open 60"#), Err(Unclosed));
        assert_eq!(tokens(r#"t TXT 0 "open\"#), Err(Unclosed));
    }

    #[test]
    fn what_is_quoted_is_read_again() {
        for text in ["", "a b", r#"say "hi""#, r"c:\dir\", r#"\""#, "한국"] {
            assert_eq!(texts(&quoted(text)), [(text.to_owned(), true)]);
        }
    }
}
