//! Frames that are nearly right: one element or attribute removed, repeated, swapped, renamed or moved to another namespace.
//! The strict reader and the published schemas must agree, apart from the differences that are listed here with their reasons.

mod common;

use std::collections::BTreeMap;
use std::ops::Range;

use epp::ReadErrorKind;
use epp::xsd::Validator;
use roxmltree::{Document, Node};

/// Every mutation of a frame, with what was done.
fn mutations(xml: &str) -> Vec<(String, String)> {
    let document = Document::parse(xml).unwrap();
    let mut list = Vec::new();
    let splice = |range: Range<usize>, with: &str| format!("{}{with}{}", &xml[..range.start], &xml[range.end..]);
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let source = &xml[node.range()];
        let mut add = |what: &str, mutated: String| list.push((format!("{what} <{name}>"), mutated));
        if node.parent_element().is_some() {
            add("remove", splice(node.range(), ""));
            add("repeat", splice(node.range(), &format!("{source}{source}")));
        }
        if let Some(next) = node.next_sibling_element() {
            add("swap", splice(node.range().start..next.range().end, &format!("{}{source}", &xml[next.range()])));
        }
        if node.is_element() && node.first_element_child().is_none() && node.text().is_some() {
            let inner = node.first_child().unwrap().range();
            add("empty", splice(inner.clone(), ""));
            add("blank", splice(inner.clone(), " \n\t "));
            add("long", splice(inner.clone(), &"x".repeat(300)));
            add("wrong", splice(inner.clone(), "-1"));
            add("element in text of", splice(inner, "<x xmlns=\"urn:x\"/>"));
        } else {
            let end = node.range().start + source.find('>').unwrap();
            if !source[..=end - node.range().start].ends_with("/>") {
                add("text inside", splice(end + 1..end + 1, "stray"));
                add("element inside", splice(end + 1..end + 1, "<x xmlns=\"urn:x\"/>"));
            }
        }
        for attribute in node.attributes() {
            let range = attribute.range();
            add(&format!("remove @{} of", attribute.name()), splice(range.clone(), ""));
            add(&format!("change @{} of", attribute.name()), splice(attribute.range_value(), "zz"));
        }
        let qname = source[1..].split([' ', '>', '/']).next().unwrap();
        let renamed = source.replacen(qname, "zz", 1);
        let renamed = match renamed.rfind(&format!("</{qname}>")) {
            Some(at) if renamed.ends_with(&format!("</{qname}>")) => format!("{}</zz>", &renamed[..at]),
            _ => renamed,
        };
        add("rename", splice(node.range(), &renamed));
    }
    list
}

/// Why the reader may take what the schemas refuse: it does not look into what it does not speak, nor at what is the server's to judge.
fn reader_may_take(what: &str, problems: &[String]) -> bool {
    let all = problems.join("\n");
    // Password lengths are the server's to judge (loginSec has longer ones).
    what.ends_with("<pw>") || what.ends_with("<newPW>")
        // Versions and languages too: result code 2100 and 2102 tell more than 2001.
        || what.ends_with("<version>") || what.ends_with("<lang>") || what.ends_with("<objURI>") || what.ends_with("<extURI>")
        // Open words: the server refuses statuses that it does not know.
        || (what.contains("change @s of") || what.contains("change @lang of"))
        // Foreign extensions are carried as they are.
        || all.contains("changePoll") || ["changeData", "operation", "svTRID", "date", "who"].iter().any(|name| what.ends_with(&format!("<{name}>")))
        || what.ends_with("<allocationToken>")
        || matches!(what, "element inside <ext>" | "element inside <extension>")
        // Attributes that mean nothing to the server.
        || what.contains("change @grace-period") || what.contains("change @applied")
        // The number of statuses is limited by the list of words.
        || what == "repeat <status>"
}

/// Why the reader may refuse what the schemas take.
fn schema_may_take(what: &str, kind: ReadErrorKind, reason: &str) -> bool {
    // RFC 5731 demands the type of a contact, the schema does not.
    // An acknowledgement needs its message.
    (matches!(what, "remove @type of <contact>" | "remove @msgID of <poll>") && kind == ReadErrorKind::Missing)
        // RFC 5733: one postal address of each kind, each disclosed once.
        || reason.starts_with("one postalInfo") || reason == "once of each type only"
        // One extension of each kind.
        || (what.starts_with("repeat") && reason == "may stand once only")
        // A report without its data.
        || (what == "remove <report>" && kind == ReadErrorKind::Missing)
        // A request with a report: RFC 3915 section 4.2.5 allows the report with op="report" only.
        || (what == "change @op of <restore>")
        // Texts of a report are mixed content by the schema, lines by the RFC.
        || (what.starts_with("element in text of <resReason") || what.starts_with("element in text of <statement"))
        // An empty element may hold anything by the schema where it has no type.
        || matches!(what, "text inside <logout>" | "element inside <logout>")
        // An empty check of a digest.
        || (what == "empty <digest>" || what == "blank <digest>")
        // The schema knows no relation between element and verb: any global element of the extension may stand there.
        || reason == "the extension has no such command"
}

#[test]
fn reader_and_schemas_agree_on_nearly_right_commands() {
    let validator = Validator::load_if_present();
    let mut differences: BTreeMap<String, String> = BTreeMap::new();
    let (mut taken, mut refused) = (0, 0);
    for frame in common::client_frames() {
        let xml = String::from_utf8(epp::write_client(&frame).unwrap()).unwrap();
        for (what, mutated) in mutations(&xml) {
            let read = epp::read_client(mutated.as_bytes());
            match &read {
                Ok(_) => taken += 1,
                Err(error) => {
                    refused += 1;
                    let wellformed = Document::parse(&mutated).is_ok();
                    assert!(!wellformed || !error.element.is_empty(), "{what}: {error} names no element");
                    assert!(!error.reason.is_empty());
                }
            }
            let Some(validator) = &validator else { continue };
            match (&read, validator.check(mutated.as_bytes())) {
                (Ok(_), Err(problems)) if !reader_may_take(&what, &problems) => {
                    differences.insert(format!("reader takes: {what}"), format!("{problems:?}\n{mutated}"));
                }
                (Err(error), Ok(())) if !schema_may_take(&what, error.kind, &error.reason) => {
                    differences.insert(format!("schema takes: {what}"), format!("{error}\n{mutated}"));
                }
                _ => {}
            }
        }
    }
    assert!(taken > 100 && refused > 1000, "{taken} taken, {refused} refused");
    assert!(differences.is_empty(), "{} differences: {differences:#?}", differences.len());
}

#[test]
fn nearly_right_replies_never_lose_their_element() {
    for frame in common::server_frames() {
        let xml = String::from_utf8(epp::write_server(&frame).unwrap()).unwrap();
        for (what, mutated) in mutations(&xml) {
            if let Err(error) = epp::read_server(mutated.as_bytes())
                && Document::parse(&mutated).is_ok()
            {
                assert!(!error.element.is_empty(), "{what}: {error} names no element");
            }
        }
    }
}

#[test]
fn replies_are_read_in_any_order_and_with_unknown_elements() {
    for frame in common::responses() {
        let xml = String::from_utf8(epp::write_response(&frame).unwrap()).unwrap();
        for (what, mutated) in mutations(&xml) {
            let swapped = what.starts_with("swap");
            // An unknown element is passed over; in a list of data or extensions it is one more entry.
            let stranger = what.starts_with("element inside")
                && !["epp", "resData", "extension", "preData"].iter().any(|name| what.ends_with(&format!("<{name}>")));
            if !swapped && !stranger {
                continue;
            }
            let read = epp::read_response(mutated.as_bytes()).unwrap_or_else(|error| panic!("{what}: {error}\n{mutated}"));
            assert_eq!((read.code() / 1000, &read.svtrid), (frame.code() / 1000, &frame.svtrid), "{what}");
            assert_eq!(read.extensions.len(), frame.extensions.len(), "{what}");
            if stranger && !what.contains("<value>") && !mutated.contains("changePoll") && !mutated.contains("pollData") {
                assert_eq!(read, frame, "{what}");
            }
        }
    }
}
