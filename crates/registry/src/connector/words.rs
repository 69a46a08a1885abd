//! Words of a registry for people, bounded and harmless, and reading answers that only partly make sense.

use std::collections::HashSet;

use epp::{MsgQ, RawXml, ReadError, Response, ResultEntry, codes, ns};

use crate::Entropy;

/// Longest message and longest reason kept, in characters.
const MESSAGE_CHARS_MAX: usize = 500;
const REASON_CHARS_MAX: usize = 300;
/// Most reasons kept.
const REASONS_MAX: usize = 20;

/// A fresh client transaction id for a command that nobody asks about later.
pub(super) fn transaction_id(what: &str, entropy: &Entropy) -> String {
    let mut random = [0_u8; 12];
    entropy(&mut random);
    let mut id = format!("{what}-");
    for byte in random {
        id.push_str(&format!("{byte:02x}"));
    }
    id
}

/// Text of a peer in one line: forbidden characters become blanks, blanks are merged, the length is bounded.
pub(super) fn clean(text: &str, chars_max: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || model::text::is_forbidden(c) {
            gap = count > 0;
            continue;
        }
        if count + usize::from(gap) >= chars_max {
            break;
        }
        if gap {
            line.push(' ');
            count += 1;
            gap = false;
        }
        line.push(c);
        count += 1;
    }
    line
}

/// The message of the first failure, or of the first result.
pub(super) fn message(response: &Response) -> String {
    let failed = response.results.iter().find(|entry| !codes::is_success(entry.code));
    failed.or(response.results.first()).map(|entry| clean(&entry.msg, MESSAGE_CHARS_MAX)).unwrap_or_default()
}

/// Everything else that the registry says about its refusal: further messages, values and reasons.
pub(super) fn reasons(response: &Response) -> Vec<String> {
    let mut seen = HashSet::from([message(response)]);
    let texts = response.results.iter().flat_map(texts);
    texts.filter(|text| !text.is_empty() && seen.insert(text.clone())).take(REASONS_MAX).collect()
}

fn texts(entry: &ResultEntry) -> impl Iterator<Item = String> {
    let message = std::iter::once(clean(&entry.msg, REASON_CHARS_MAX));
    let values = entry.values.iter().map(|value| clean(&plain(value), REASON_CHARS_MAX));
    let reasons = entry.ext_values.iter().map(|ext| match plain(&ext.value) {
        value if value.trim().is_empty() => clean(&ext.reason, REASON_CHARS_MAX),
        value => clean(&format!("{} ({})", ext.reason, clean(&value, REASON_CHARS_MAX / 3)), REASON_CHARS_MAX),
    });
    message.chain(values).chain(reasons)
}

/// The texts within XML. A registry repeats the elements it refuses: secrets among them are left out.
fn plain(xml: &RawXml) -> String {
    let wrapped = format!("<r>{}</r>", xml.as_str());
    let Ok(document) = roxmltree::Document::parse(&wrapped) else { return String::new() };
    let secret = |name: &str| matches!(name, "pw" | "newPW" | "authInfo" | "login");
    let root = document.root_element();
    let mut text = String::new();
    for node in root.descendants().filter(roxmltree::Node::is_text) {
        if !node.ancestors().any(|above| secret(above.tag_name().name())) {
            text.push_str(node.text().unwrap_or_default());
            text.push(' ');
        }
    }
    text
}

/// Reads an answer. One that brings a message of the poll queue is also taken when the codec cannot make sense of the data within: such
/// a message has to be stored and acknowledged like any other, or the queue would stand still for ever.
pub(super) fn read_reply(point: &str, frame: &[u8]) -> Result<Response, ReadError> {
    match epp::read_response(frame) {
        Err(error) if point == "registry.poll" => envelope(frame).ok_or(error),
        read => read,
    }
}

/// Result, queue and ids of a reply; data and extensions are passed over.
fn envelope(frame: &[u8]) -> Option<Response> {
    let text = std::str::from_utf8(frame).ok()?.trim_start_matches('\u{feff}').trim_start();
    let body = if text.starts_with("<?xml") { text.split_once("?>")?.1 } else { text };
    // Within the codec's bounds: size, depth, attributes, no DTD.
    let body = RawXml::parse(body.trim()).ok()?;
    let document = roxmltree::Document::parse(body.as_str()).ok()?;
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        let id = node.children().find(|n| n.is_element() && n.tag_name().name() == name && n.tag_name().namespace() == Some(ns::EPP))?;
        document.get_node(id.id())
    };
    let response = child(document.root_element(), "response")?;
    let code = child(response, "result")?.attribute("code")?.parse().ok()?;
    let queue = child(response, "msgQ")?;
    let ids = child(response, "trID")?;
    let text = |node: roxmltree::Node<'_, '_>| node.descendants().filter_map(|n| if n.is_text() { n.text() } else { None }).collect();
    let trimmed = |node| {
        let text: String = text(node);
        text.trim().to_owned()
    };
    let id = queue.attribute("id")?.trim().to_owned();
    if code != codes::SUCCESS_ACK_TO_DEQUEUE || id.is_empty() {
        return None;
    }
    let mut reply = Response::new(code, child(ids, "clTRID").map(trimmed), child(ids, "svTRID").map(trimmed).unwrap_or_default());
    reply.msg_queue = Some(MsgQ {
        count: queue.attribute("count")?.trim().parse().ok()?,
        id,
        qdate: child(queue, "qDate").map(trimmed),
        msg: child(queue, "msg").map(text),
        lang: None,
    });
    Some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;
    use epp::ExtValue;

    #[test]
    fn hostile_words_become_one_short_line() {
        let cases = [
            ("a\r\nStatus-Code: 0", "a Status-Code: 0"),
            ("  a \u{0}\u{1b}[2J\u{202e} b ", "a [2J b"),
            ("\u{2028}\u{85}", ""),
            ("한국", "한국"),
        ];
        for (text, line) in cases {
            assert_eq!(clean(text, 100), line, "{text:?}");
        }
        assert_eq!(clean(&"x ".repeat(100), 5), "x x x");
        assert_eq!(clean(&"é".repeat(100), 5), "é".repeat(5));
    }

    #[test]
    fn reasons_are_kept_and_secrets_are_not() {
        let mut response = Response::new(2306, None, "s");
        let xml = |text: &str| RawXml::parse(text).unwrap();
        let entry = &mut response.results[0];
        entry.values = vec![
            xml("<name xmlns='urn:ietf:params:xml:ns:domain-1.0'>a&amp;b.com</name>"),
            xml("<authInfo xmlns='urn:ietf:params:xml:ns:domain-1.0'><pw>hush-hush</pw></authInfo>"),
        ];
        entry.ext_values = vec![ExtValue { value: xml("<p xmlns='urn:x'>9</p>"), reason: "too\nlong".to_owned(), lang: None }; 2];
        assert_eq!(reasons(&response), ["a&b.com", "too long (9)"]);
        response.results.extend(std::iter::repeat_n(response.results[0].clone(), 50));
        for (number, entry) in response.results.iter_mut().enumerate() {
            entry.msg = format!("m{number} {}", "y".repeat(5_000));
        }
        assert_eq!(reasons(&response).len(), REASONS_MAX);
        assert!(reasons(&response).iter().all(|reason| reason.chars().count() <= REASON_CHARS_MAX));
        assert_eq!(message(&response).chars().count(), MESSAGE_CHARS_MAX);
    }

    #[test]
    fn a_poll_message_with_senseless_data_is_still_a_message() {
        let frame = |code: u16, id: &str| {
            format!(
                "<epp xmlns='urn:ietf:params:xml:ns:epp-1.0'><response><result code='{code}'><msg>ack</msg></result>\
                 <msgQ count='3' id='{id}'><qDate>2031-01-01T00:00:00Z</qDate><msg>a <b>c</b></msg></msgQ>\
                 <resData><d:trnData xmlns:d='urn:ietf:params:xml:ns:domain-1.0'><d:name/></d:trnData></resData>\
                 <trID><clTRID>poll-1</clTRID><svTRID>s</svTRID></trID></response></epp>"
            )
        };
        let good = frame(1301, "77");
        assert!(epp::read_response(good.as_bytes()).is_err(), "the case is about data that the codec refuses");
        let reply = read_reply("registry.poll", good.as_bytes()).unwrap();
        let queue = reply.msg_queue.unwrap();
        assert_eq!((queue.id.as_str(), queue.count, queue.msg.as_deref()), ("77", 3, Some("a c")));
        assert_eq!(reply.cltrid.as_deref(), Some("poll-1"));
        assert!(read_reply("registry.info", good.as_bytes()).is_err());
        assert!(read_reply("registry.poll", frame(1000, "77").as_bytes()).is_err());
        assert!(read_reply("registry.poll", frame(1301, "").as_bytes()).is_err());
    }
}
