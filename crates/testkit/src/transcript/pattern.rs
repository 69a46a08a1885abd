//! Patterns of transcripts: lines with holes in them, what a hole takes, and instants counted from now.

use model::{Months, Timestamp};
use std::collections::BTreeMap;

/// A pattern is text with holes.
pub(super) enum Part<'t> {
    Text(&'t str),
    Hole(&'t str),
}

/// The text and the holes of a pattern, in order.
pub(super) fn parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let (hole, after) = after.split_once('}').ok_or_else(|| format!("a brace is not closed in `{text}`"))?;
        if !before.is_empty() {
            found.push(Part::Text(before));
        }
        found.push(Part::Hole(hole));
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Part::Text(rest));
    }
    Ok(found)
}

/// An instant counted from now: `+1y`, `-3d`, `+2m`; for `year` the bare number is enough.
pub(super) fn instant(kind: &str, offset: &str, now: Timestamp) -> Result<String, String> {
    let bad = || format!("`{offset}` is no offset");
    let (digits, unit) = match offset.char_indices().find(|(place, c)| *place > 0 && !c.is_ascii_digit()) {
        Some((place, _)) => offset.split_at(place),
        None => (offset, "y"),
    };
    let count: i32 = digits.parse().map_err(|_| bad())?;
    let months = |each: u16| u16::try_from(count.unsigned_abs()).ok().and_then(|n| Months::new(n * each));
    let then = match (unit, count) {
        (_, 0) => now,
        ("d", n) => now.plus_days(i64::from(n)),
        ("y", n) if n > 0 => now.plus_months(months(12).ok_or_else(bad)?),
        ("y", _) => now.minus_months(months(12).ok_or_else(bad)?),
        ("m", n) if n > 0 => now.plus_months(months(1).ok_or_else(bad)?),
        ("m", _) => now.minus_months(months(1).ok_or_else(bad)?),
        _ => return Err(bad()),
    };
    let digits = then.rfc3339().chars().filter(char::is_ascii_digit).collect::<String>();
    match kind {
        "year" => Ok(format!("{:04}", then.year())),
        "date" => Ok(then.date()),
        // To the day: how long a transcript runs must not matter.
        "stamp" => Ok(digits[..8].to_owned()),
        _ => Err(format!("`{kind}` is no instant")),
    }
}

/// What holes took, by name.
pub(super) type Kept = Vec<(String, String)>;

/// What a line yields if the whole of it matches.
pub(super) fn matched(pattern: &str, line: &str, kept: &BTreeMap<String, String>, now: Timestamp) -> Result<Option<Kept>, String> {
    let parts = parts(pattern)?;
    let mut found = Vec::new();
    Ok(walk(&parts, line, kept, now, &mut found)?.then_some(found))
}

fn walk(parts: &[Part<'_>], rest: &str, kept: &BTreeMap<String, String>, now: Timestamp, found: &mut Kept) -> Result<bool, String> {
    let Some((first, others)) = parts.split_first() else { return Ok(rest.is_empty()) };
    let hole = match first {
        Part::Text(text) => {
            return match rest.strip_prefix(text) {
                Some(rest) => walk(others, rest, kept, now, found),
                None => Ok(false),
            };
        }
        Part::Hole(hole) => *hole,
    };
    if let Some(name) = hole.strip_prefix('=') {
        let before = found.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value);
        let value = before.or_else(|| kept.get(name)).ok_or_else(|| format!("nothing was kept under `{name}`"))?.clone();
        return match rest.strip_prefix(value.as_str()) {
            Some(rest) => walk(others, rest, kept, now, found),
            None => Ok(false),
        };
    }
    let (name, kind) = match hole.split_once(':') {
        Some((kind, offset)) if offset.starts_with(['+', '-']) => {
            let value = instant(kind, offset, now)?;
            let tail = if kind == "stamp" { 6 } else { 0 };
            return match rest.strip_prefix(value.as_str()) {
                Some(rest) if rest.len() >= tail && rest.bytes().take(tail).all(|b| b.is_ascii_digit()) => {
                    walk(others, &rest[tail..], kept, now, found)
                }
                _ => Ok(false),
            };
        }
        Some((name, kind)) => (name, kind),
        None => (hole, hole),
    };
    // The longest text of the kind first, then shorter ones.
    let ends: Vec<usize> = rest.char_indices().map(|(place, _)| place).chain([rest.len()]).rev().collect();
    for end in ends {
        if is_of_kind(kind, &rest[..end])? {
            let length = found.len();
            found.push((name.to_owned(), rest[..end].to_owned()));
            if walk(others, &rest[end..], kept, now, found)? {
                return Ok(true);
            }
            found.truncate(length);
        }
    }
    Ok(false)
}

fn is_of_kind(kind: &str, text: &str) -> Result<bool, String> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let shape = |form: &str| {
        text.len() == form.len() && text.bytes().zip(form.bytes()).all(|(b, f)| if f == b'0' { b.is_ascii_digit() } else { b == f })
    };
    Ok(match kind {
        "any" => true,
        "word" => !text.is_empty() && !text.contains(char::is_whitespace),
        "order" => digits(text),
        "hex" => !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
        "year" => shape("0000"),
        "date" => shape("0000-00-00"),
        "stamp" => shape("00000000000000"),
        "iso" => shape("0000-00-00T00:00:00.000Z"),
        "money" => {
            text.trim_start_matches('-').split_once('.').is_some_and(|(whole, part)| digits(whole) && digits(part) && part.len() >= 2)
        }
        "handle" => text
            .split_once('-')
            .is_some_and(|(head, number)| !head.is_empty() && head.bytes().all(|b| b.is_ascii_alphabetic()) && digits(number)),
        _ => return Err(format!("`{kind}` is no kind of text")),
    })
}
