//! The sink of all writers: elements with the prefix of the present object, escaped texts, no allocation per element.

use std::fmt::{Display, Write as _};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::escape_into;
use crate::RawXml;
use crate::error::WriteError;

/// Attributes of one element; those without a value are left out.
pub(super) type Attributes<'a> = &'a [(&'static str, Option<&'a str>)];

/// A frame under construction.
pub(super) struct Out {
    xml: Writer<Vec<u8>>,
    scratch: String,
    prefix: &'static str,
}

impl Out {
    /// Begins a frame, up to and including `<epp>`.
    pub(super) fn frame() -> Out {
        let mut out = Out { xml: Writer::new(Vec::with_capacity(2048)), scratch: String::with_capacity(256), prefix: "" };
        out.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        out.event(Event::Start(BytesStart::from_content("epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"", 3)));
        out
    }

    /// Ends the frame.
    pub(super) fn done(mut self) -> Vec<u8> {
        self.event(Event::End(BytesEnd::new("epp")));
        self.xml.into_inner()
    }

    /// Writes with another prefix (`domain:`, or none for the base protocol) inside `write`.
    pub(super) fn within(
        &mut self,
        prefix: &'static str,
        write: impl FnOnce(&mut Out) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let before = std::mem::replace(&mut self.prefix, prefix);
        let result = write(self);
        self.prefix = before;
        result
    }

    /// An element with what `write` puts inside.
    pub(super) fn element(
        &mut self,
        name: &'static str,
        attributes: Attributes<'_>,
        write: impl FnOnce(&mut Out) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.start(name, attributes)?;
        write(self)?;
        self.end(name);
        Ok(())
    }

    /// An element of another namespace, which it declares, with what `write` puts inside; `prefix` ends with a colon.
    pub(super) fn object(
        &mut self,
        prefix: &'static str,
        ns: &'static str,
        name: &'static str,
        write: impl FnOnce(&mut Out) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.object_with(prefix, ns, name, &[], write)
    }

    /// Like [`Out::object`], with attributes.
    pub(super) fn object_with(
        &mut self,
        prefix: &'static str,
        ns: &'static str,
        name: &'static str,
        attributes: Attributes<'_>,
        write: impl FnOnce(&mut Out) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.within(prefix, |out| {
            out.tag(name);
            out.scratch.push_str(" xmlns:");
            out.scratch.push_str(&prefix[..prefix.len().saturating_sub(1)]);
            out.scratch.push_str("=\"");
            out.scratch.push_str(ns);
            out.scratch.push('"');
            out.attributes(name, attributes)?;
            out.flush_start();
            write(out)?;
            out.end(name);
            Ok(())
        })
    }

    /// An element with a text.
    pub(super) fn leaf(&mut self, name: &'static str, text: &str) -> Result<(), WriteError> {
        self.leaf_with(name, &[], text)
    }

    /// An element with attributes and a text; without a text it is written as empty.
    pub(super) fn leaf_with(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) -> Result<(), WriteError> {
        if text.is_empty() {
            return self.empty(name, attributes);
        }
        self.start(name, attributes)?;
        self.text(name, text)?;
        self.end(name);
        Ok(())
    }

    /// An element with a text, where there is one.
    pub(super) fn opt(&mut self, name: &'static str, text: Option<&str>) -> Result<(), WriteError> {
        match text {
            Some(text) => self.leaf(name, text),
            None => Ok(()),
        }
    }

    /// One element for each text.
    pub(super) fn each(&mut self, name: &'static str, texts: &[String]) -> Result<(), WriteError> {
        texts.iter().try_for_each(|text| self.leaf(name, text))
    }

    /// One element for each text, of which there must be one.
    pub(super) fn some(&mut self, name: &'static str, texts: &[String]) -> Result<(), WriteError> {
        self.not_empty(name, texts.len())?;
        self.each(name, texts)
    }

    /// An element with a number.
    pub(super) fn number(&mut self, name: &'static str, attributes: Attributes<'_>, number: impl Display) -> Result<(), WriteError> {
        self.start(name, attributes)?;
        self.scratch.clear();
        write!(self.scratch, "{number}").expect("a String takes any text");
        self.flush_text();
        self.end(name);
        Ok(())
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) -> Result<(), WriteError> {
        self.tag(name);
        self.attributes(name, attributes)?;
        let event = Event::Empty(BytesStart::from_content(&self.scratch, self.scratch.len()));
        self.xml.write_event(event).expect("memory takes any bytes");
        Ok(())
    }

    /// XML that was checked before.
    pub(super) fn raw(&mut self, xml: &RawXml) {
        self.event(Event::Text(BytesText::from_escaped(xml.as_str())));
    }

    /// Refuses an empty list.
    pub(super) fn not_empty(&self, name: &'static str, len: usize) -> Result<(), WriteError> {
        if len == 0 { Err(WriteError::Empty { element: format!("{}{name}", self.prefix) }) } else { Ok(()) }
    }

    fn start(&mut self, name: &'static str, attributes: Attributes<'_>) -> Result<(), WriteError> {
        self.tag(name);
        self.attributes(name, attributes)?;
        self.flush_start();
        Ok(())
    }

    fn end(&mut self, name: &'static str) {
        self.tag(name);
        let event = Event::End(BytesEnd::new(self.scratch.as_str()));
        self.xml.write_event(event).expect("memory takes any bytes");
    }

    fn text(&mut self, name: &'static str, text: &str) -> Result<(), WriteError> {
        self.scratch.clear();
        escape_into(&mut self.scratch, text, self.prefix, name)?;
        self.flush_text();
        Ok(())
    }

    fn tag(&mut self, name: &'static str) {
        self.scratch.clear();
        self.scratch.push_str(self.prefix);
        self.scratch.push_str(name);
    }

    fn attributes(&mut self, name: &'static str, attributes: Attributes<'_>) -> Result<(), WriteError> {
        for (key, value) in attributes {
            if let Some(value) = value {
                self.scratch.push(' ');
                self.scratch.push_str(key);
                self.scratch.push_str("=\"");
                escape_into(&mut self.scratch, value, self.prefix, name)?;
                self.scratch.push('"');
            }
        }
        Ok(())
    }

    fn flush_start(&mut self) {
        let event = Event::Start(BytesStart::from_content(&self.scratch, self.scratch.len()));
        self.xml.write_event(event).expect("memory takes any bytes");
    }

    fn flush_text(&mut self) {
        let event = Event::Text(BytesText::from_escaped(self.scratch.as_str()));
        self.xml.write_event(event).expect("memory takes any bytes");
    }

    fn event(&mut self, event: Event<'_>) {
        self.xml.write_event(event).expect("memory takes any bytes");
    }
}

/// A boolean attribute.
pub(super) fn flag(value: bool) -> Option<&'static str> {
    Some(if value { "1" } else { "0" })
}
