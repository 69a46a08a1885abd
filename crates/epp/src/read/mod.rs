//! Frames to values: namespace-aware, any prefix, without DTD, bounded in size, depth and attributes.

mod command;
mod common;
mod contact;
mod domain;
mod ext;
mod fields;
mod host;
mod raw;
mod response;
mod scan;

use roxmltree::{Document, Node, ParsingOptions};

use crate::command::{ClientFrame, Command};
use crate::error::{ReadError, ReadErrorKind};
use crate::greeting::Greeting;
use crate::ns;
use crate::response::{Response, ServerFrame};

use fields::{missing, syntax, unexpected};

/// Longest document, far above any real frame; what a connection accepts is the framing's own bound.
pub const MAX_DOCUMENT_BYTES: usize = 4 * 1024 * 1024;
/// Deepest nesting of elements.
pub const MAX_DEPTH: usize = 64;
/// Most nodes (elements, texts, comments) of one document.
pub const MAX_NODES: u32 = 200_000;
/// Most attributes of one element, namespace declarations included.
pub const MAX_ATTRIBUTES: usize = 64;
/// Most namespace declarations of one document.
pub const MAX_NAMESPACES: usize = 500;

/// Longest reason or name repeated in an error, in characters.
const MAX_ERROR_CHARS: usize = 160;

/// Reads what a client sends. Strict: element order and repetition as the schemas say, and their length limits.
pub fn read_client(frame: &[u8]) -> Result<ClientFrame, ReadError> {
    let document = parse(utf8(frame)?)?;
    fields::elements_only(document.root_element())?;
    let body = body(&document)?;
    match body.tag_name().name() {
        "command" => Ok(ClientFrame::Command(Box::new(command::command(body)?))),
        "hello" => Ok(ClientFrame::Hello),
        _ => Err(unexpected(body, "expected <command> or <hello>")),
    }
}

/// Reads a command, as [`read_client`] does; a hello is an error here.
pub fn read_command(frame: &[u8]) -> Result<Command, ReadError> {
    match read_client(frame)? {
        ClientFrame::Command(command) => Ok(*command),
        ClientFrame::Hello => Err(ReadError {
            kind: ReadErrorKind::Syntax,
            element: "hello".to_owned(),
            reason: "expected <command>".to_owned(),
            cltrid: None,
        }),
    }
}

/// Reads what a server sends. Takes any element order, passes over unknown elements and keeps unknown codes, statuses, data and
/// extensions; required elements and sound numbers are still asked for.
pub fn read_server(frame: &[u8]) -> Result<ServerFrame, ReadError> {
    let document = parse(utf8(frame)?)?;
    let body = body(&document)?;
    match body.tag_name().name() {
        "response" => Ok(ServerFrame::Response(Box::new(response::response(body)?))),
        "greeting" => Ok(ServerFrame::Greeting(Box::new(response::greeting(body)?))),
        _ => Err(unexpected(body, "expected <response> or <greeting>")),
    }
}

/// Reads a reply, as [`read_server`] does; a greeting is an error here.
pub fn read_response(frame: &[u8]) -> Result<Response, ReadError> {
    let document = parse(utf8(frame)?)?;
    let body = body(&document)?;
    match body.tag_name().name() {
        "response" => response::response(body),
        _ => Err(unexpected(body, "expected <response>")),
    }
}

/// Reads a greeting, as [`read_server`] does; a reply is an error here.
pub fn read_greeting(frame: &[u8]) -> Result<Greeting, ReadError> {
    let document = parse(utf8(frame)?)?;
    let body = body(&document)?;
    match body.tag_name().name() {
        "greeting" => response::greeting(body),
        _ => Err(unexpected(body, "expected <greeting>")),
    }
}

/// Checks that `xml` is content which can stand inside any element of any frame.
pub(crate) fn check_fragment(xml: &str) -> Result<(), ReadError> {
    parse(&format!("<r>{xml}</r>")).map(drop)
}

fn utf8(frame: &[u8]) -> Result<&str, ReadError> {
    std::str::from_utf8(frame).map_err(|error| syntax("", format!("not UTF-8 from byte {}", error.valid_up_to())))
}

/// Parses within the bounds.
fn parse(text: &str) -> Result<Document<'_>, ReadError> {
    scan::check(text)?;
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => syntax("", "a DTD is not allowed"),
        // The name could be a piece of a secret that was not escaped.
        roxmltree::Error::UnknownEntityReference(_, at) => syntax("", format!("unknown entity at {at}")),
        other => syntax("", clipped(&other.to_string())),
    })
}

/// The one element inside `<epp>`.
fn body<'a, 'i>(document: &'a Document<'i>) -> Result<Node<'a, 'i>, ReadError> {
    let root = document.root_element();
    if root.tag_name().namespace() != Some(ns::EPP) || root.tag_name().name() != "epp" {
        return Err(unexpected(root, "expected <epp> in the namespace urn:ietf:params:xml:ns:epp-1.0"));
    }
    let mut elements = root.children().filter(Node::is_element);
    let body = elements.next().ok_or_else(|| missing("epp", "a command, hello, response or greeting"))?;
    if let Some(second) = elements.next() {
        return Err(unexpected(second, "one element only inside <epp>"));
    }
    if body.tag_name().namespace() != Some(ns::EPP) {
        return Err(unexpected(body, "expected an element of the namespace urn:ietf:params:xml:ns:epp-1.0"));
    }
    Ok(body)
}

/// At most [`MAX_ERROR_CHARS`] characters, for texts of the peer inside errors.
fn clipped(text: &str) -> String {
    text.chars().take(MAX_ERROR_CHARS).collect()
}
