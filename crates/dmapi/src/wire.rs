//! DMAPI on the wire: parameters in, lines out. No value can add a line, a header, a column or a block.

use model::text::is_forbidden;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// More parameters than any request has; a contact with every extension field of every zone needs about a hundred.
pub const PARAMETERS_MAX: usize = 1_000;

/// In a request's table: every field of zones and registries, `x-...`.
pub const EXTENSIONS: &str = "x-*";

/// The parameters of one request in the order they came, with folded names.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Params {
    list: Vec<(String, String)>,
    /// What was looked for, so that a test can hold it against what a request says that it takes.
    #[cfg(test)]
    asked: std::cell::RefCell<std::collections::BTreeSet<String>>,
}

/// Why parameters could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WireError {
    /// More than [`PARAMETERS_MAX`].
    TooMany,
    /// A name or value that is not UTF-8 once it is decoded.
    NotUtf8,
}

impl WireError {
    pub fn reason(self) -> &'static str {
        match self {
            WireError::TooMany => "there are too many parameters",
            WireError::NotUtf8 => "parameters must be percent-encoded UTF-8",
        }
    }
}

/// Names are case-insensitive and `_` is `-` (dmapi.md 1: clients leak underscores, and no parameter has one).
fn folded(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace('_', "-")
}

fn decoded(text: &str) -> Result<String, WireError> {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    Ok(percent_decode_str(&spaced).decode_utf8().map_err(|_| WireError::NotUtf8)?.into_owned())
}

impl Params {
    /// Reads the query string and then the form in the body, so that the body's values come last and win.
    pub fn read(query: &str, body: &[u8]) -> Result<Params, WireError> {
        let body = std::str::from_utf8(body).map_err(|_| WireError::NotUtf8)?;
        let mut list = Vec::new();
        for pair in query.split('&').chain(body.trim_end_matches(['\r', '\n']).split('&')).filter(|pair| !pair.is_empty()) {
            if list.len() == PARAMETERS_MAX {
                return Err(WireError::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            list.push((folded(&decoded(name)?), decoded(value)?));
        }
        Ok(Params {
            list,
            #[cfg(test)]
            asked: std::cell::RefCell::default(),
        })
    }

    /// Only what a request takes: any other parameter never reaches it.
    pub fn kept(mut self, takes: &[&str]) -> Params {
        self.list.retain(|(name, _)| takes.contains(&name.as_str()) || (name.starts_with("x-") && takes.contains(&EXTENSIONS)));
        self
    }

    /// The names that were looked for so far, sorted.
    #[cfg(test)]
    pub fn asked(&self) -> Vec<String> {
        self.asked.borrow().iter().cloned().collect()
    }

    /// The last value of a name; an empty one counts as not given (dmapi.md 12.14, 12.16).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.trim_matches(' ').is_empty())
    }

    /// The last value of a name, even an empty one.
    pub fn given(&self, name: &str) -> Option<&str> {
        #[cfg(test)]
        self.asked.borrow_mut().insert(name.to_owned());
        self.list.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The fields of zones and registries, `x-...`: each name once with its last value, in the order they came. Empty ones are left out.
    pub fn extensions(&self) -> Vec<(String, String)> {
        #[cfg(test)]
        self.asked.borrow_mut().insert(EXTENSIONS.to_owned());
        let mut found: Vec<(String, String)> = Vec::new();
        for (name, _) in self.list.iter().filter(|(name, _)| name.starts_with("x-")) {
            let last = self
                .list
                .iter()
                .rev()
                .find(|(n, _)| n == name)
                .map(|(_, value)| value.as_str())
                .filter(|v| !v.trim_matches(' ').is_empty());
            if let Some(value) = last
                && !found.iter().any(|(n, _)| n == name)
            {
                found.push((name.clone(), value.to_owned()));
            }
        }
        found
    }
}

/// Text that stays on its line: the only thing a [`LineWriter`] takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineSafe<'a>(Cow<'a, str>);

fn replaced<'a>(text: &'a str, bad: impl Fn(char) -> Option<char>) -> Cow<'a, str> {
    if text.chars().all(|c| bad(c).is_none()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(|c| bad(c).unwrap_or(c)).collect())
    }
}

impl<'a> LineSafe<'a> {
    /// Any text; what could end a line or turn its direction becomes a blank.
    pub fn text(text: &'a str) -> LineSafe<'a> {
        LineSafe(replaced(text, |c| is_forbidden(c).then_some(' ')))
    }

    /// ASCII only, for headers and for replies that clients decode as ASCII (dmapi.md 2.1, 11); other characters become `?`.
    pub fn ascii(text: &'a str) -> LineSafe<'a> {
        LineSafe(replaced(text, |c| if is_forbidden(c) { Some(' ') } else { (!c.is_ascii()).then_some('?') }))
    }

    /// A cell of a list whose columns are parted by one blank: never empty, no blank in it.
    pub fn cell(text: &'a str) -> LineSafe<'a> {
        if text.is_empty() {
            return LineSafe(Cow::Borrowed("-"));
        }
        LineSafe(replaced(text, |c| (is_forbidden(c) || c.is_whitespace()).then_some('_')))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_owned(self) -> LineSafe<'static> {
        LineSafe(Cow::Owned(self.0.into_owned()))
    }
}

impl LineSafe<'static> {
    pub fn number(number: impl Into<i64>) -> LineSafe<'static> {
        LineSafe(Cow::Owned(number.into().to_string()))
    }
}

/// Writes lines that end with one LF. An empty line comes from [`LineWriter::gap`] alone.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LineWriter {
    out: String,
}

impl LineWriter {
    pub fn new() -> LineWriter {
        LineWriter::default()
    }

    /// `Key: value`; an empty value leaves `Key: ` with its blank (dmapi.md 2.1, 2).
    pub fn pair(&mut self, key: &'static str, value: LineSafe<'_>) {
        self.out.push_str(key);
        self.out.push_str(": ");
        self.end(value);
    }

    /// `Key: value`, or nothing where the value is empty (query-whois leaves such keys out).
    pub fn pair_if(&mut self, key: &'static str, value: &str) {
        if !value.is_empty() {
            self.pair(key, LineSafe::text(value));
        }
    }

    /// `key:value` without the blank, as result-retrieve prints `registry_roid`.
    pub fn glued(&mut self, key: &'static str, value: LineSafe<'_>) {
        self.out.push_str(key);
        self.out.push(':');
        self.end(value);
    }

    /// A line of its own; an empty one is printed as `-`.
    pub fn line(&mut self, text: LineSafe<'_>) {
        if text.as_str().is_empty() {
            self.out.push('-');
        }
        self.end(text);
    }

    /// Cells with a separator between them.
    pub fn row<'c>(&mut self, separator: Separator, cells: impl IntoIterator<Item = LineSafe<'c>>) {
        for (place, cell) in cells.into_iter().enumerate() {
            if place > 0 {
                self.out.push(separator.character());
            }
            self.out.push_str(cell.as_str());
        }
        self.out.push('\n');
    }

    /// The one empty line, between two blocks.
    pub fn gap(&mut self) {
        self.out.push('\n');
    }

    fn end(&mut self, value: LineSafe<'_>) {
        self.out.push_str(value.as_str());
        self.out.push('\n');
    }

    /// All lines, the last one with its LF.
    pub fn into_text(self) -> String {
        self.out
    }
}

/// What parts the columns of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Separator {
    Space,
    Tab,
}

impl Separator {
    fn character(self) -> char {
        match self {
            Separator::Space => ' ',
            Separator::Tab => '\t',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str, body: &str) -> Params {
        Params::read(query, body.as_bytes()).unwrap()
    }

    #[test]
    fn names_fold_and_the_last_value_wins() {
        let p = params("Domain=a.com&API_KEY=k&domain=b.com", "DOMAIN=c.com&empty=&x-KR_a=1&x-kr-a=2&x-b=");
        assert_eq!(p.get("domain"), Some("c.com"));
        assert_eq!(p.get("api-key"), Some("k"));
        assert_eq!((p.get("empty"), p.given("empty"), p.given("absent")), (None, Some(""), None));
        assert_eq!(p.extensions(), vec![("x-kr-a".to_owned(), "2".to_owned())]);
        assert_eq!(params("a=1&a=", "").get("a"), None, "the last value wins even when it is empty");
    }

    #[test]
    fn values_are_decoded_once() {
        let p = params("a=M%C3%BCller+%2B1&b=%250d%250a&c", "d=x%3Dy&e=1=2\r\n");
        assert_eq!(p.get("a"), Some("M\u{fc}ller +1"));
        assert_eq!(p.get("b"), Some("%0d%0a"));
        assert_eq!((p.given("c"), p.get("d"), p.get("e")), (Some(""), Some("x=y"), Some("1=2")));
    }

    #[test]
    fn bounds_hold() {
        assert_eq!(Params::read("a=%ff", b""), Err(WireError::NotUtf8));
        assert_eq!(Params::read("", b"a=\xff"), Err(WireError::NotUtf8));
        assert_eq!(Params::read(&"a=1&".repeat(1_001), b""), Err(WireError::TooMany));
        assert!(Params::read(&"a=1&".repeat(1_000), b"").is_ok());
    }

    #[test]
    fn no_value_leaves_its_line() {
        let hostile = ["a\r\nStatus-Code: 0", "a\n\nbody", "\u{b}\u{c}\0\u{1b}[2J", "\u{85}\u{2028}\u{2029}\u{202e}", "", "   ", "a\tb c"];
        for value in hostile {
            let mut w = LineWriter::new();
            w.pair("Key", LineSafe::text(value));
            w.pair("Head", LineSafe::ascii(value));
            w.line(LineSafe::text(value));
            w.row(Separator::Space, [LineSafe::cell(value), LineSafe::cell(value)]);
            w.glued("k", LineSafe::text(value));
            let text = w.into_text();
            assert_eq!(text.matches('\n').count(), 5, "{value:?}");
            assert!(!text.contains("\n\n") && !text.contains('\r'), "{value:?}");
            let row = text.lines().nth(3).unwrap();
            assert_eq!(row.split(' ').filter(|cell| !cell.is_empty()).count(), 2, "{value:?}");
        }
        assert_eq!(LineSafe::ascii("K\u{f6}ln").as_str(), "K?ln");
    }
}
