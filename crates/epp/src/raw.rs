//! Pieces of XML that are carried verbatim, known to be well-formed and complete in their namespaces.

use std::fmt;

use crate::error::{ReadError, WriteError};

/// XML content: any number of elements and texts, well-formed, with all namespaces it uses declared within.
///
/// Writing such a value into a frame can therefore neither break the frame nor leave it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RawXml(String);

impl RawXml {
    /// Takes XML content after checking it (well-formed, no DTD, bounded, namespaces declared).
    pub fn parse(xml: impl Into<String>) -> Result<RawXml, ReadError> {
        let xml = xml.into();
        crate::read::check_fragment(&xml)?;
        Ok(RawXml(xml))
    }

    /// Plain text, escaped. Refused when XML cannot carry a character of it.
    pub fn text(text: &str) -> Result<RawXml, WriteError> {
        let mut xml = String::with_capacity(text.len() + 8);
        crate::write::escape_into(&mut xml, text, "", "value")?;
        Ok(RawXml(xml))
    }

    /// One element with a text: what a server shows in `<value>` to name the culprit.
    ///
    /// `local` must be an XML name; it is a constant of the program.
    pub fn element(ns: &'static str, local: &'static str, text: &str) -> Result<RawXml, WriteError> {
        let mut xml = String::with_capacity(text.len() + ns.len() + 2 * local.len() + 24);
        xml.push('<');
        xml.push_str(local);
        xml.push_str(" xmlns=\"");
        crate::write::escape_into(&mut xml, ns, "", local)?;
        xml.push_str("\">");
        crate::write::escape_into(&mut xml, text, "", local)?;
        xml.push_str("</");
        xml.push_str(local);
        xml.push('>');
        Ok(RawXml(xml))
    }

    /// For the reader, which has parsed it already.
    pub(crate) fn trusted(xml: String) -> RawXml {
        RawXml(xml)
    }

    /// The XML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for RawXml {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RawXml({:?})", self.0)
    }
}
