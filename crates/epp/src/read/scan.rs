//! One pass over the bytes before parsing: bounds that the parser does not have, in time linear in the length.

use super::fields::syntax;
use super::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_NAMESPACES};
use crate::error::ReadError;

/// Checks length, encoding, depth, attributes and namespace declarations. What is not well-formed in other ways is left to the parser.
pub(super) fn check(text: &str) -> Result<(), ReadError> {
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(syntax("", format!("longer than {MAX_DOCUMENT_BYTES} bytes")));
    }
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut depth = 0usize;
    let mut namespaces = 0usize;
    while let Some(at) = rest.find('<') {
        references(&rest[..at])?;
        rest = &rest[at..];
        let end = match rest.as_bytes().get(1) {
            Some(b'!') if rest.starts_with("<!--") => past(rest, 4, "-->"),
            Some(b'!') if rest.starts_with("<![CDATA[") => past(rest, 9, "]]>"),
            Some(b'!') => return Err(syntax("", "a DTD is not allowed")),
            Some(b'?') => {
                let end = past(rest, 2, "?>");
                if let Some(declaration) = end.and_then(|end| rest.get(..end)) {
                    encoding(declaration)?;
                }
                end
            }
            Some(b'/') => {
                depth = depth.saturating_sub(1);
                past(rest, 2, ">")
            }
            _ => match tag(rest) {
                Some(tag) => {
                    references(&rest[..tag.end])?;
                    if tag.attributes > MAX_ATTRIBUTES {
                        return Err(syntax("", format!("more than {MAX_ATTRIBUTES} attributes in one element")));
                    }
                    namespaces += rest[..tag.end].matches("xmlns").count();
                    if namespaces > MAX_NAMESPACES {
                        return Err(syntax("", format!("more than {MAX_NAMESPACES} namespace declarations")));
                    }
                    if !tag.empty {
                        depth += 1;
                    }
                    if depth > MAX_DEPTH {
                        return Err(syntax("", format!("elements nested deeper than {MAX_DEPTH}")));
                    }
                    Some(tag.end)
                }
                None => None,
            },
        };
        match end {
            Some(end) => rest = &rest[end..],
            None => break,
        }
    }
    Ok(())
}

/// Longest text of a character reference between `&#` and the semicolon; leading zeros included.
const MAX_REFERENCE_BYTES: usize = 16;

/// Refuses references to code points that are no characters, which the parser would replace.
fn references(piece: &str) -> Result<(), ReadError> {
    if !piece.contains('&') {
        return Ok(());
    }
    for (at, mark) in piece.match_indices("&#") {
        // Looking no further than the longest sound reference keeps this linear.
        let behind = &piece.as_bytes()[at + mark.len()..];
        let Some(end) = behind.iter().take(MAX_REFERENCE_BYTES).position(|byte| *byte == b';') else {
            return Err(syntax("", "a reference to no character"));
        };
        let digits = &piece[at + mark.len()..at + mark.len() + end];
        let code = match digits.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => digits.parse(),
        };
        if code.ok().and_then(char::from_u32).is_none() {
            return Err(syntax("", "a reference to no character"));
        }
    }
    Ok(())
}

/// Where the text after the next `mark` begins.
fn past(rest: &str, from: usize, mark: &str) -> Option<usize> {
    rest.get(from..)?.find(mark).map(|at| from + at + mark.len())
}

/// A start tag.
struct Tag {
    end: usize,
    attributes: usize,
    empty: bool,
}

/// Measures the start tag at the beginning of `rest`; `None` when it does not end.
fn tag(rest: &str) -> Option<Tag> {
    let mut quote = None;
    let mut attributes = 0;
    let mut before = b'<';
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'=') => attributes += 1,
            (None, b'>') => return Some(Tag { end: at + 1, attributes, empty: before == b'/' }),
            (None, _) => {}
        }
        before = byte;
    }
    None
}

/// Refuses a declaration of another encoding than UTF-8.
fn encoding(declaration: &str) -> Result<(), ReadError> {
    if !declaration.starts_with("<?xml ") {
        return Ok(());
    }
    let Some((_, value)) = declaration.split_once("encoding") else { return Ok(()) };
    let value = value.trim_start_matches([' ', '\t', '\r', '\n', '=']);
    let Some(quote @ ('"' | '\'')) = value.chars().next() else { return Ok(()) };
    match value[1..].split_once(quote) {
        Some((name, _)) if !name.eq_ignore_ascii_case("utf-8") => Err(syntax("", "the encoding must be UTF-8")),
        _ => Ok(()),
    }
}
