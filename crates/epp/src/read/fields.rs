//! Walking the children of an element in schema order (commands) or in any order (replies), and reading their texts.

use std::borrow::Cow;

use roxmltree::{Attribute, Node};

use super::clipped;
use crate::error::{ReadError, ReadErrorKind};
use crate::ns;

/// How severe the walk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Commands: schema order, nothing unknown, length limits.
    Strict,
    /// Replies: any order, unknown elements passed over, no length limits.
    Lenient,
}

/// Least and greatest number of characters.
pub(super) type Length = (usize, usize);

/// `eppcom:labelType`.
pub(super) const LABEL: Length = (1, 255);
/// `eppcom:clIDType`.
pub(super) const CLID: Length = (3, 16);
/// `epp:trIDStringType`.
pub(super) const TRID: Length = (3, 64);
/// No limit but those of the document.
pub(super) const ANY: Length = (0, usize::MAX);
/// `eppcom:minTokenType`.
pub(super) const SOME: Length = (1, usize::MAX);

/// The children of one element.
pub(super) struct Fields<'a, 'i> {
    parent: Node<'a, 'i>,
    ns: &'static str,
    next: Option<Node<'a, 'i>>,
    pub(super) mode: Mode,
}

impl<'a, 'i> Fields<'a, 'i> {
    /// Children of `parent`, which are expected in the namespace `ns`.
    pub(super) fn new(parent: Node<'a, 'i>, ns: &'static str, mode: Mode) -> Result<Fields<'a, 'i>, ReadError> {
        if mode == Mode::Strict {
            elements_only(parent)?;
        }
        Ok(Fields { parent, ns, next: parent.first_element_child(), mode })
    }

    /// The element `name`, if it stands here (commands) or anywhere (replies); once only.
    pub(super) fn opt(&mut self, name: &'static str) -> Result<Option<Node<'a, 'i>>, ReadError> {
        match self.mode {
            Mode::Strict => {
                let Some(node) = self.next.filter(|node| self.is(*node, name)) else { return Ok(None) };
                self.next = node.next_sibling_element();
                match self.next {
                    Some(again) if self.is(again, name) => Err(unexpected(again, "may stand once only")),
                    _ => Ok(Some(node)),
                }
            }
            Mode::Lenient => {
                let mut found = self.parent.children().filter(|node| self.is(*node, name));
                let first = found.next();
                match found.next() {
                    Some(again) => Err(unexpected(again, "may stand once only")),
                    None => Ok(first),
                }
            }
        }
    }

    /// The element `name`, which must be there.
    pub(super) fn req(&mut self, name: &'static str) -> Result<Node<'a, 'i>, ReadError> {
        match self.opt(name)? {
            Some(node) => Ok(node),
            None => Err(self.absent(name)),
        }
    }

    /// What `read` makes of every element `name`.
    pub(super) fn each<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(Node<'a, 'i>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        let mut list = Vec::new();
        match self.mode {
            Mode::Strict => {
                while let Some(node) = self.next.filter(|node| self.is(*node, name)) {
                    list.push(read(node)?);
                    self.next = node.next_sibling_element();
                }
            }
            Mode::Lenient => {
                for node in self.parent.children().filter(|node| self.is(*node, name)) {
                    list.push(read(node)?);
                }
            }
        }
        Ok(list)
    }

    /// Like `each`, but at least one.
    pub(super) fn some<T>(
        &mut self,
        name: &'static str,
        read: impl FnMut(Node<'a, 'i>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        let list = self.each(name, read)?;
        if list.is_empty() { Err(self.absent(name)) } else { Ok(list) }
    }

    /// Required token.
    pub(super) fn token(&mut self, name: &'static str, length: Length) -> Result<String, ReadError> {
        let node = self.req(name)?;
        token(node, length, self.mode)
    }

    /// Optional token.
    pub(super) fn opt_token(&mut self, name: &'static str, length: Length) -> Result<Option<String>, ReadError> {
        match self.opt(name)? {
            Some(node) => token(node, length, self.mode).map(Some),
            None => Ok(None),
        }
    }

    /// Tokens, none or more.
    pub(super) fn tokens(&mut self, name: &'static str, length: Length) -> Result<Vec<String>, ReadError> {
        let mode = self.mode;
        self.each(name, |node| token(node, length, mode))
    }

    /// Passes over the first child, which was read by itself.
    pub(super) fn skip_first(&mut self) {
        self.next = self.next.and_then(|node| node.next_sibling_element());
    }

    /// Whether every child was taken; in replies what is left is passed over.
    pub(super) fn finish(self) -> Result<(), ReadError> {
        match self.next {
            Some(node) if self.mode == Mode::Strict => Err(unexpected(node, "does not belong here")),
            _ => Ok(()),
        }
    }

    fn is(&self, node: Node<'a, 'i>, name: &str) -> bool {
        node.is_element() && node.tag_name().name() == name && node.tag_name().namespace() == Some(self.ns)
    }

    /// The error for a required child: what stands in its place, or that it is missing.
    fn absent(&self, name: &'static str) -> ReadError {
        let reason = format!("required inside <{}>", element_name(self.parent));
        ReadError { kind: ReadErrorKind::Missing, element: qualified(Some(self.ns), name), reason, cltrid: None }
    }
}

/// The text of an element without child elements; comments and processing instructions are passed over.
pub(super) fn text<'a>(node: Node<'a, '_>) -> Result<Cow<'a, str>, ReadError> {
    let mut whole = Cow::Borrowed("");
    for child in node.children() {
        if child.is_element() {
            return Err(unexpected(child, "expected text"));
        }
        if child.is_text() {
            let part = child.text().unwrap_or_default();
            if whole.is_empty() {
                whole = Cow::Borrowed(part);
            } else {
                whole.to_mut().push_str(part);
            }
        }
    }
    Ok(whole)
}

/// The text of an element as an XML Schema token (blanks trimmed and joined), within the length where the mode asks.
pub(super) fn token(node: Node<'_, '_>, length: Length, mode: Mode) -> Result<String, ReadError> {
    let value = collapsed(text(node)?).into_owned();
    if mode == Mode::Strict {
        check_length(&value, length).map_err(|reason| range(&element_name(node), reason))?;
    }
    Ok(value)
}

/// The text of an element verbatim, within the length where the mode asks.
pub(super) fn line(node: Node<'_, '_>, length: Length, mode: Mode) -> Result<String, ReadError> {
    let value = text(node)?.into_owned();
    if mode == Mode::Strict {
        check_length(&value, length).map_err(|reason| range(&element_name(node), reason))?;
    }
    Ok(value)
}

fn check_length(value: &str, (least, most): Length) -> Result<(), String> {
    // At most four bytes make a character: short values need no counting.
    if least == 0 && value.len() <= most {
        return Ok(());
    }
    let chars = value.chars().count();
    if chars < least {
        return Err(format!("expected at least {least} characters"));
    }
    if chars > most {
        return Err(format!("expected at most {most} characters"));
    }
    Ok(())
}

/// XML Schema's whitespace "collapse".
pub(super) fn collapsed(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let clean = !bytes.iter().any(|byte| matches!(byte, b'\t' | b'\n' | b'\r'))
        && !bytes.starts_with(b" ")
        && !bytes.ends_with(b" ")
        && !bytes.windows(2).any(|pair| pair == b"  ");
    if clean {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// A whole number, in an element.
pub(super) fn number<N: TryFrom<u64>>(node: Node<'_, '_>) -> Result<N, ReadError> {
    let value = collapsed(text(node)?);
    whole(&value).map_err(|kind| number_error(kind, element_name(node)))
}

/// A whole number, in an attribute.
pub(super) fn attribute_number<N: TryFrom<u64>>(node: Node<'_, '_>, name: &'static str) -> Result<N, ReadError> {
    let value = attribute(node, name)?;
    whole(&collapsed(Cow::Borrowed(value))).map_err(|kind| number_error(kind, attribute_name(node, name)))
}

fn whole<N: TryFrom<u64>>(text: &str) -> Result<N, ReadErrorKind> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ReadErrorKind::Form);
    }
    digits.parse::<u64>().ok().and_then(|value| N::try_from(value).ok()).ok_or(ReadErrorKind::Range)
}

fn number_error(kind: ReadErrorKind, element: String) -> ReadError {
    let reason = if kind == ReadErrorKind::Range { "number out of range" } else { "expected a whole number" };
    ReadError { kind, element, reason: reason.to_owned(), cltrid: None }
}

/// A decimal text (XML Schema `decimal`), kept as it stands.
pub(super) fn decimal(node: Node<'_, '_>) -> Result<String, ReadError> {
    let value = collapsed(text(node)?);
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(&value);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return Err(form(&element_name(node), "expected a decimal number"));
    }
    Ok(value.into_owned())
}

/// `true`, `1`, `false` or `0`.
pub(super) fn boolean(value: &str, element: impl FnOnce() -> String) -> Result<bool, ReadError> {
    match &*collapsed(Cow::Borrowed(value)) {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(form(&element(), "expected true, false, 1 or 0")),
    }
}

/// A required attribute.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &'static str) -> Result<&'a str, ReadError> {
    node.attribute(name).ok_or_else(|| missing(&attribute_name(node, name), "required"))
}

/// A required attribute that is a boolean.
pub(super) fn attribute_bool(node: Node<'_, '_>, name: &'static str) -> Result<bool, ReadError> {
    boolean(attribute(node, name)?, || attribute_name(node, name))
}

/// An optional attribute that is a boolean.
pub(super) fn opt_attribute_bool(node: Node<'_, '_>, name: &'static str) -> Result<Option<bool>, ReadError> {
    node.attribute(name).map(|value| boolean(value, || attribute_name(node, name))).transpose()
}

/// An optional attribute that is a token.
pub(super) fn opt_attribute(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    node.attribute(name).map(|value| collapsed(Cow::Borrowed(value)).into_owned())
}

/// Refuses attributes that the schema does not know, in commands. Those in a namespace (`xsi:schemaLocation`) may stand anywhere.
pub(super) fn only_attributes(node: Node<'_, '_>, known: &[&str], mode: Mode) -> Result<(), ReadError> {
    let stranger = |attribute: &Attribute<'_, '_>| attribute.namespace().is_none() && !known.contains(&attribute.name());
    match node.attributes().find(stranger) {
        Some(attribute) if mode == Mode::Strict => {
            Err(syntax(&attribute_name(node, attribute.name()), "the schema knows no such attribute"))
        }
        _ => Ok(()),
    }
}

/// Refuses text between the elements inside `node`.
pub(super) fn elements_only(node: Node<'_, '_>) -> Result<(), ReadError> {
    match node.children().any(|child| child.is_text() && !is_blank(child.text().unwrap_or_default())) {
        true => Err(unexpected(node, "expected elements, not text")),
        false => Ok(()),
    }
}

/// Whether there is nothing but XML blanks.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// The usual short name: `domain:name`, `command`.
pub(super) fn element_name(node: Node<'_, '_>) -> String {
    qualified(node.tag_name().namespace(), node.tag_name().name())
}

/// `domain:name@hosts`.
pub(super) fn attribute_name(node: Node<'_, '_>, attribute: &str) -> String {
    clipped(&format!("{}@{attribute}", element_name(node)))
}

fn qualified(ns: Option<&str>, name: &str) -> String {
    let prefix = match ns {
        Some(ns::DOMAIN) => "domain:",
        Some(ns::HOST) => "host:",
        Some(ns::CONTACT) => "contact:",
        Some(ns::SECDNS) => "secDNS:",
        Some(ns::RGP) => "rgp:",
        Some(ns::FEE) => "fee:",
        Some(ns::KR) => "kr:",
        _ => "",
    };
    clipped(&format!("{prefix}{name}"))
}

pub(super) fn syntax(element: &str, reason: impl Into<String>) -> ReadError {
    ReadError { kind: ReadErrorKind::Syntax, element: element.to_owned(), reason: reason.into(), cltrid: None }
}

pub(super) fn missing(element: &str, reason: impl Into<String>) -> ReadError {
    ReadError { kind: ReadErrorKind::Missing, element: element.to_owned(), reason: reason.into(), cltrid: None }
}

pub(super) fn range(element: &str, reason: impl Into<String>) -> ReadError {
    ReadError { kind: ReadErrorKind::Range, element: element.to_owned(), reason: reason.into(), cltrid: None }
}

pub(super) fn form(element: &str, reason: impl Into<String>) -> ReadError {
    ReadError { kind: ReadErrorKind::Form, element: element.to_owned(), reason: reason.into(), cltrid: None }
}

pub(super) fn unexpected(node: Node<'_, '_>, reason: impl Into<String>) -> ReadError {
    syntax(&element_name(node), reason)
}
