//! Frames to values: namespace-aware, any prefix, without DTD, bounded in size and depth.

use crate::error::{ReadError, ReadErrorKind};

/// Bounds of one document, far above any real frame.
pub const MAX_FRAME_BYTES: usize = 4 * 1024 * 1024;
/// Deepest nesting of elements.
pub const MAX_DEPTH: usize = 64;
/// Most nodes (elements, texts, comments) of one document.
pub const MAX_NODES: u32 = 200_000;

/// Parses within the bounds.
pub(crate) fn parse(text: &str) -> Result<roxmltree::Document<'_>, ReadError> {
    if text.len() > MAX_FRAME_BYTES {
        return Err(syntax("frame is too long"));
    }
    let options = roxmltree::ParsingOptions { nodes_limit: MAX_NODES, ..roxmltree::ParsingOptions::default() };
    roxmltree::Document::parse_with_options(text, options).map_err(|error| syntax(error.to_string()))
}

/// Checks that `xml` is content which can stand inside any element of any frame.
pub(crate) fn check_fragment(xml: &str) -> Result<(), ReadError> {
    let wrapped = format!("<r>{xml}</r>");
    parse(&wrapped).map(drop)
}

fn syntax(reason: impl Into<String>) -> ReadError {
    ReadError { kind: ReadErrorKind::Syntax, element: String::new(), reason: reason.into(), cltrid: None }
}
