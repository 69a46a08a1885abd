//! Mails that come back: a report of RFC 3464 is read, its mail found by number, and the account told.
//!
//! Reached by `domesday mail bounce`.

use super::deliver::{REASON_MAX, number_of, undelivered};
use super::one_line;
use crate::Error;
use crate::context::{Cx, Operation};
use model::Need;
use store::Tx;
use store::mails;

/// Longer reports are cut: what counts stands at their beginning.
const REPORT_OCTETS_MAX: usize = 1 << 20;

/// What a report says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The mail's numbers as they stand in our return address and in the Message-ID: its own, and the instant it was queued at.
    numbers: Vec<(i64, i64)>,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: String,
    /// Such as `5.1.1`.
    pub status: String,
    /// What the receiving server said.
    pub diagnostic: String,
}

impl Report {
    /// Reads a report as it came, headers and all. `None` if it tells of no delivery.
    pub fn read(octets: &[u8]) -> Option<Report> {
        let text = String::from_utf8_lossy(&octets[..octets.len().min(REPORT_OCTETS_MAX)]);
        let lines = unfolded(&text);
        let field = |name: &str| {
            lines.iter().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let action = field("Action")?.to_ascii_lowercase();
        let status = field("Status")?;
        // After the kind of code: `smtp; 550 no such user`.
        let diagnostic = field("Diagnostic-Code").unwrap_or_default();
        let diagnostic = diagnostic.split_once(';').map_or(diagnostic.as_str(), |(_, rest)| rest).trim().to_owned();
        Some(Report { numbers: numbers(&lines), action, status, diagnostic })
    }

    fn reason(&self) -> String {
        let text = if self.diagnostic.is_empty() { "the mail came back" } else { &self.diagnostic };
        one_line(&format!("{} {text}", self.status), REASON_MAX)
    }
}

/// Lines with those that go on (RFC 5322: a blank at the beginning) joined.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) && !last.is_empty() => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// All `ID.MICROS` that stand before an `@`: after `<` in a Message-ID, after `+` in a return address.
fn numbers(lines: &[String]) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    for line in lines {
        for (at, _) in line.match_indices('@') {
            let before = &line[..at];
            let start = before.rfind(|c: char| !c.is_ascii_digit() && c != '.').map_or(0, |place| place + 1);
            if let Some((id, micros)) = before[start..].split_once('.')
                && let (Ok(id), Ok(micros)) = (id.parse(), micros.parse())
                && !found.contains(&(id, micros))
                && found.len() < 100
            {
                found.push((id, micros));
            }
        }
    }
    found
}

/// What came of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bounced {
    /// This mail is marked, and its account told.
    Marked(i64),
    /// It was marked before, or is still on its way here.
    Before(i64),
    /// The report is not of a failure: it is late, or was delivered.
    Harmless,
    /// No mail of ours has its number.
    Unknown,
}

/// Marks the mail that a report tells of.
pub struct Bounce {
    pub report: Report,
}

impl Operation for Bounce {
    type Done = Bounced;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Bounced, Error> {
        if self.report.action != "failed" {
            return Ok(Bounced::Harmless);
        }
        for (id, micros) in &self.report.numbers {
            let Some(mail) = mails::by_id(tx, *id)?.filter(|m| number_of(m) == format!("{id}.{micros}")) else { continue };
            let reason = self.report.reason();
            if !mails::bounce(tx, mail.id, &reason)? {
                return Ok(Bounced::Before(mail.id));
            }
            undelivered(tx, cx, mail.account_id, &mail.recipient, &mail.subject, &reason)?;
            return Ok(Bounced::Marked(mail.id));
        }
        Ok(Bounced::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form of RFC 3464, as Postfix writes it.
    const REPORT: &str = "Return-Path: <>\r\nDelivered-To: bounces+4711.1800000000000000@registrar.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
        Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n\r\n--x\r\n\
        Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; gone@example.org\r\n\
        Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <gone@example.org>:\r\n    no such user\r\n\r\n--x\r\n\
        Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <4711.1800000000000000@registrar.example>\r\nSubject: Low balance\r\n\r\n--x--\r\n";

    #[test]
    fn reports_are_read() {
        let report = Report::read(REPORT.as_bytes()).unwrap();
        assert_eq!(report.numbers, [(4_711, 1_800_000_000_000_000)]);
        assert_eq!((report.action.as_str(), report.status.as_str()), ("failed", "5.1.1"));
        assert_eq!(report.reason(), "5.1.1 550 5.1.1 <gone@example.org>: no such user");
        let bare = Report::read(b"Action: Delayed\nStatus: 4.4.1\n").unwrap();
        assert_eq!((bare.action.as_str(), bare.numbers.len()), ("delayed", 0));
        for no_report in ["", "Subject: hello\r\n\r\nAction is needed\r\n", "Action: failed\r\n", "\u{0}\u{ff}"] {
            assert_eq!(Report::read(no_report.as_bytes()), None, "{no_report:?}");
        }
        assert!(Report::read(&[b'@'; 100_000]).is_none());
        assert_eq!(numbers(&["<1.2@a> 3.4@b, x+5.6@c 7@d .8@e 9.@f 1.2@g 1.2.3@h".to_owned()]), [(1, 2), (3, 4), (5, 6)]);
    }
}
