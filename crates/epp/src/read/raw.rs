//! Cutting pieces out of a document so that they stand by themselves, with their namespaces.

use std::collections::HashSet;

use roxmltree::Node;

use crate::RawXml;

const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";

/// The element itself.
pub(super) fn element(node: Node<'_, '_>) -> RawXml {
    let mut out = String::new();
    push_element(&mut out, node);
    RawXml::trusted(out)
}

/// What stands inside the element: elements and text. Comments and processing instructions are left out, as are blanks between elements.
pub(super) fn content(node: Node<'_, '_>) -> RawXml {
    let mut out = String::new();
    let has_elements = node.first_element_child().is_some();
    for child in node.children() {
        if child.is_element() {
            push_element(&mut out, child);
        } else if child.is_text() {
            let text = child.text().unwrap_or_default();
            if has_elements && super::fields::is_blank(text) {
                continue;
            }
            // The parser lets no banned character pass; were one to, it would be left out here.
            if crate::write::escape_into(&mut out, text, "", "value").is_err() {
                continue;
            }
        }
    }
    RawXml::trusted(out)
}

/// Appends the source of the element, with declarations for the namespaces that it takes from outside.
fn push_element(out: &mut String, node: Node<'_, '_>) {
    let source = node.document().input_text();
    let whole = &source[node.range()];
    let name_end = 1 + raw_name(whole).len();
    out.push_str(&whole[..name_end]);
    let prefixes = prefixes(whole);
    for namespace in node.namespaces() {
        let used = match namespace.name() {
            Some(prefix) => prefixes.contains(prefix) && namespace.uri() != XML_NS,
            None => {
                !namespace.uri().is_empty()
                    && node.descendants().any(|inner| inner.is_element() && !raw_name(&source[inner.range()]).contains(':'))
            }
        };
        if !used || declares(&whole[name_end..], namespace.name()) {
            continue;
        }
        out.push_str(" xmlns");
        if let Some(prefix) = namespace.name() {
            out.push(':');
            out.push_str(prefix);
        }
        out.push_str("=\"");
        let from = out.len();
        if crate::write::escape_into(out, namespace.uri(), "", "xmlns").is_err() {
            out.truncate(from);
        }
        out.push('"');
    }
    out.push_str(&whole[name_end..]);
}

/// Everything that could be a prefix: what stands before a colon, in names and in qualified names inside values.
fn prefixes(source: &str) -> HashSet<&str> {
    let is_name = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
    let mut found = HashSet::new();
    let mut from = 0;
    for (at, _) in source.match_indices(':') {
        let word = &source[from..at];
        let start = word.rfind(|char| !is_name(char)).map_or(0, |before| before + word[before..].chars().next().map_or(0, char::len_utf8));
        found.insert(&word[start..]);
        from = at + 1;
    }
    found
}

/// The name as written, from source that begins with `<`.
fn raw_name(element: &str) -> &str {
    let end = element.find(['>', '/', ' ', '\t', '\r', '\n']).unwrap_or(element.len());
    element.get(1..end).unwrap_or_default()
}

/// Whether the start tag, given from behind its name, declares this prefix itself.
fn declares(tag: &str, prefix: Option<&str>) -> bool {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if rest.is_empty() || rest.starts_with(['>', '/']) {
            return false;
        }
        let Some((name, after)) = rest.split_once('=') else { return false };
        let name = name.trim_end();
        let hit = match prefix {
            Some(prefix) => name.strip_prefix("xmlns:") == Some(prefix),
            None => name == "xmlns",
        };
        if hit {
            return true;
        }
        let after = after.trim_start();
        let Some(quote @ ('"' | '\'')) = after.chars().next() else { return false };
        let Some((_, behind)) = after[1..].split_once(quote) else { return false };
        rest = behind;
    }
}
