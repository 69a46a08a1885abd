//! The availability daemon's lines (dmapi.md 9.4): `domain:NAME [lang=xx]` in, `domain:NAME free|registered|unknown [text]` out.

use crate::codes;
use crate::wire::LineSafe;
use engine::domain::{CheckDomains, Standing};
use engine::{Engine, Error};
use model::DomainName;
use std::net::IpAddr;

/// A line that is longer is no line.
pub const LINE_MAX: usize = 512;

/// The reply to one line from an address, without its line end; `None` where the address may not ask.
pub fn answer_line(engine: &Engine, peer: IpAddr, line: &str) -> Option<String> {
    let actor = match engine.availability_actor(peer) {
        Ok(actor) => actor?,
        Err(error) => return Some(told("-", "unknown", &trouble(engine, &error))),
    };
    let Some(question) = read(line) else { return Some(told("-", "unknown", "expected domain:NAME, or domain:NAME lang=xx")) };
    let name = match DomainName::parse(question.name) {
        Ok(name) => name,
        Err(error) => return Some(told(question.name, "unknown", &format!("expected {}", error.expected()))),
    };
    let request = CheckDomains { names: vec![name.clone()], question: None, language: question.language.map(str::to_owned) };
    let (word, text) = match engine.check_domains(&actor, request).map(|mut checked| checked.pop()) {
        Ok(Some(checked)) => match checked.standing {
            Standing::Available => ("free", String::new()),
            Standing::Premium => ("free", "premium".to_owned()),
            Standing::Unavailable { reason } if checked.taken => ("registered", reason),
            Standing::Unavailable { reason } => ("unknown", reason),
        },
        Ok(None) => ("unknown", String::new()),
        Err(error) => ("unknown", trouble(engine, &error)),
    };
    Some(told(name.as_str(), word, &text))
}

/// What a line asks.
struct Question<'a> {
    name: &'a str,
    language: Option<&'a str>,
}

fn read(line: &str) -> Option<Question<'_>> {
    let (key, rest) = line.trim().split_once(':')?;
    if !key.eq_ignore_ascii_case("domain") {
        return None;
    }
    let mut words = rest.split_whitespace();
    let name = words.next()?;
    let language = match words.next() {
        None => None,
        Some(word) => {
            let (key, code) = word.split_once('=')?;
            let plain = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphabetic());
            Some(Some(code).filter(|_| plain && key.eq_ignore_ascii_case("lang"))?)
        }
    };
    words.next().is_none().then_some(Question { name, language })
}

fn told(name: &str, word: &str, text: &str) -> String {
    let name = LineSafe::cell(name);
    let text = LineSafe::ascii(text);
    format!("domain:{} {word} {}", name.as_str(), text.as_str()).trim_end().to_owned()
}

/// Why nothing can be said.
fn trouble(engine: &Engine, error: &Error) -> String {
    match error {
        Error::Refused(refusal) => codes::refused(refusal).errors.join(", "),
        Error::Fault(fault) => {
            let incident = engine.incident();
            tracing::error!(incident, %fault, "an availability check failed");
            codes::fault(&incident).errors.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let read = |line| read(line).map(|q| (q.name, q.language));
        assert_eq!(read("domain:a.com\r\n"), Some(("a.com", None)));
        assert_eq!(read("DOMAIN: a.com lang=de"), Some(("a.com", Some("de"))));
        for bad in [
            "",
            "domain:",
            "a.com",
            "host:a.com",
            "domain:a.com lang=d",
            "domain:a.com lang=d1",
            "domain:a.com x",
            "domain:a.com lang=de y",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn replies_are_one_line() {
        assert_eq!(told("a.com", "free", ""), "domain:a.com free");
        assert_eq!(told("a b\nc", "unknown", "x\r\ny"), "domain:a_b_c unknown x  y");
    }
}
