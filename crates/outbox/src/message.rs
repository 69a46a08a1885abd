//! A mail as octets: headers that no value can leave, and the same Message-ID at each attempt.

use engine::mail::Outgoing;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, message::header};
use std::time::{Duration, SystemTime};

/// Why a mail can never be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsendable(pub String);

/// The envelope and the octets of a mail. With `returns` the mail's number stands in the address that it comes back to.
pub fn build(from: &Mailbox, returns: Option<&Address>, mail: &Outgoing) -> Result<(Envelope, Vec<u8>), Unsendable> {
    let unsendable = |what: &str, why: &dyn std::fmt::Display| Unsendable(format!("{what}: {why}"));
    if mail.to.chars().chain(mail.subject.chars()).any(char::is_control) || mail.to.contains(char::is_whitespace) {
        return Err(Unsendable("recipient or subject is more than one line".to_owned()));
    }
    let back = match returns {
        Some(r) => {
            Address::new(format!("{}+{}", r.user(), mail.message_number), r.domain()).map_err(|e| unsendable("the return address", &e))?
        }
        None => from.email.clone(),
    };
    let to: Address = mail.to.parse().map_err(|e| unsendable("the recipient's address", &e))?;
    let seconds = u64::try_from(mail.at.seconds()).unwrap_or(0);
    let date = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH);
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(mail.subject.clone())
        .header(header::Date::new(date))
        .message_id(Some(format!("<{}@{}>", mail.message_number, from.email.domain())))
        // Answering machines stay silent (RFC 3834).
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    let message = if mail.html.is_empty() {
        message.singlepart(SinglePart::plain(mail.text.clone()))
    } else {
        message.multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
    };
    let message = message.map_err(|e| unsendable("the mail", &e))?;
    let envelope = Envelope::new(Some(back), vec![to]).map_err(|e| unsendable("the envelope", &e))?;
    Ok((envelope, message.formatted()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn mail() -> Outgoing {
        Outgoing {
            id: 7,
            attempt: 1,
            account_id: None,
            at: Timestamp::from_seconds(1_800_000_000),
            to: "ada@example.org".to_owned(),
            subject: "Ein Gruß".to_owned(),
            text: "Grüße\n.\nBcc: evil@example.org\n".to_owned(),
            html: String::new(),
            message_number: "7.1800000000000000".to_owned(),
        }
    }

    fn built(mail: &Outgoing) -> Result<String, Unsendable> {
        let from = "Domesday <noreply@registrar.example>".parse().unwrap();
        build(&from, None, mail).map(|(envelope, octets)| {
            assert_eq!(envelope.to().len(), 1);
            String::from_utf8(octets).unwrap()
        })
    }

    #[test]
    fn headers_are_ours() {
        let text = built(&mail()).unwrap();
        let head = text.split_once("\r\n\r\n").unwrap().0;
        for line in [
            "Message-ID: <7.1800000000000000@registrar.example>",
            "Date: Fri, 15 Jan 2027 08:00:00 +0000",
            "To: ada@example.org",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(head.split("\r\n").any(|l| l == line), "{line}\n{head}");
        }
        assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
        assert!(!head.contains("Bcc"));
        assert_eq!(built(&mail()), Ok(text), "the same at each attempt");
        let both = built(&Outgoing { html: "<p>Grüße</p>".to_owned(), ..mail() }).unwrap();
        assert!(both.contains("multipart/alternative") && both.contains("text/html"));
    }

    #[test]
    fn what_comes_back_carries_the_number() {
        let from = "Domesday <noreply@registrar.example>".parse().unwrap();
        let sender = |returns: Option<&Address>| build(&from, returns, &mail()).unwrap().0.from().unwrap().to_string();
        assert_eq!(sender(None), "noreply@registrar.example");
        let returns = "bounces@back.example".parse().unwrap();
        assert_eq!(sender(Some(&returns)), "bounces+7.1800000000000000@back.example");
    }

    #[test]
    fn no_value_becomes_a_header() {
        for bad in [
            "ada@example.org\r\nBcc: evil@example.org",
            "ada@example.org, evil@example.org",
            "<ada@example.org> SIZE=1",
            "ada",
            "",
            "a b@c.de",
        ] {
            assert!(built(&Outgoing { to: bad.to_owned(), ..mail() }).is_err(), "{bad:?}");
        }
        for bad in ["x\r\nBcc: evil@example.org", "x\ny", "x\0y"] {
            assert!(built(&Outgoing { subject: bad.to_owned(), ..mail() }).is_err(), "{bad:?}");
        }
        let long = built(&Outgoing { subject: "lang ".repeat(60), ..mail() }).unwrap();
        assert!(long.split("\r\n").all(|line| line.len() <= 998), "{long}");
    }
}
