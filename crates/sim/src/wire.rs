//! Requests as clients send them, and the two grammars that every reply must keep, written from the dialects' documents and not from their code.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Face {
    Dmapi,
    Kvapi,
}

/// A request before it is put on the wire: parameters in order, credentials among them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sheet {
    pub face: Face,
    pub command: String,
    /// Who asks: sent first, outside a block.
    pub proof: Vec<(String, String)>,
    pub params: Vec<(String, String)>,
    /// GET or POST.
    pub post: bool,
    /// CentralNic's `s_command` block.
    pub block: bool,
}

/// What came back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    pub status: u16,
    pub text: String,
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn form(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

impl Sheet {
    /// One line for the trace.
    pub fn line(&self) -> String {
        let way = if self.post { "POST" } else { "GET" };
        format!("{:?} {way} {} {:?} {:?}", self.face, self.command, self.proof, self.params)
    }

    pub fn request(&self) -> Result<http::Request<Vec<u8>>, String> {
        let (path, text) = match self.face {
            Face::Dmapi => {
                let mut pairs = self.proof.clone();
                pairs.extend(self.params.clone());
                (format!("/request/{}", self.command), form(&pairs))
            }
            Face::Kvapi => {
                let mut pairs = self.proof.clone();
                if self.block {
                    let mut lines = vec![format!("COMMAND = {}", self.command)];
                    lines.extend(self.params.iter().map(|(name, value)| format!("{name}={value}")));
                    pairs.push(("s_command".to_owned(), lines.join("\n")));
                } else {
                    pairs.push(("command".to_owned(), self.command.clone()));
                    pairs.extend(self.params.clone());
                }
                ("/api/call.cgi".to_owned(), form(&pairs))
            }
        };
        let request = http::Request::builder();
        let request = if self.post {
            let request = request.method("POST").uri(path).header("Content-Type", "application/x-www-form-urlencoded");
            request.body(text.into_bytes())
        } else {
            request.method("GET").uri(format!("{path}?{text}")).body(Vec::new())
        };
        request.map_err(|e| e.to_string())
    }

    /// Whether a word is in the request itself, so that a reply may say it back.
    pub fn says(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        self.params.iter().chain(&self.proof).any(|(_, value)| value.to_lowercase().contains(&lower))
    }
}

/// A DMAPI reply: header lines, one empty line, body (dmapi.md 2).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Dmapi {
    pub code: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<String>,
}

/// Every header that a reply may have.
const HEADERS: &[&str] = &[
    "Status-Code",
    "Status-Text",
    "Error",
    "Result",
    "Version",
    "Proc-ID",
    "Tracking-Id",
    "Account-Balance",
    "Warning",
    "Columns",
    "Separator",
    "Row-Count",
    "SvTrId",
    "Timing",
    "UID",
    "User-Login",
    "Auth-Sid",
    "Session-Timeout",
    "User-Access",
    "Account-currency",
    "Account-balance",
    "Account-pending_amount",
    "Account-rebate",
    "Account-contract_date",
    "Stats-number-of-domains",
    "Stats-last-login",
    "Stats-last-ip",
    "Stats-last-error",
    "Stats-last-error-ip",
    "Stats-number-of-autorenew",
];

fn tame(text: &str) -> Result<(), String> {
    match text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t') {
        Some(c) => Err(format!("a control character {c:?} is in it")),
        None if text.contains(['\u{2028}', '\u{2029}', '\u{202e}']) => Err("a character that ends or turns a line is in it".to_owned()),
        None => Ok(()),
    }
}

impl Dmapi {
    pub fn read(text: &str) -> Result<Dmapi, String> {
        tame(text)?;
        let (head, body) = text.split_once("\n\n").ok_or("no empty line after the headers")?;
        let mut reply = Dmapi::default();
        for line in head.split('\n') {
            let (name, value) = line.split_once(": ").ok_or_else(|| format!("`{line}` is no header"))?;
            if !HEADERS.contains(&name) {
                return Err(format!("an unknown header {name}"));
            }
            if !matches!(name, "Error" | "Warning") && reply.headers.iter().any(|(known, _)| known == name) {
                return Err(format!("a second header {name}"));
            }
            reply.headers.push((name.to_owned(), value.to_owned()));
        }
        let order: Vec<&str> = reply.headers.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "Error").take(4).collect();
        if order != ["Status-Code", "Status-Text", "Result", "Version"] {
            return Err(format!("the headers begin with {order:?}"));
        }
        reply.code = reply.header("Status-Code").and_then(|code| code.parse().ok()).ok_or("the status code is no number")?;
        let acked = match reply.header("Result") {
            Some("ACK") => true,
            Some("NACK") => false,
            other => return Err(format!("the result is {other:?}")),
        };
        if acked != matches!(reply.code, 0 | 1000) {
            return Err(format!("code {} and result do not fit", reply.code));
        }
        reply.body = body.lines().map(str::to_owned).collect();
        Ok(reply)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn is_ack(&self) -> bool {
        matches!(self.code, 0 | 1000)
    }

    /// A line `key: value` or `key:value` of the body.
    pub fn line(&self, key: &str) -> Option<&str> {
        self.body.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix(':').map(str::trim))
    }

    /// A list's rows have as many columns as it says.
    pub fn check_columns(&self) -> Result<(), String> {
        let Some(columns) = self.header("Columns") else { return Ok(()) };
        let separator = if self.header("Separator") == Some("TAB") { '\t' } else { ' ' };
        let wanted = columns.split(',').count();
        match self.body.iter().find(|row| row.split(separator).count() != wanted) {
            Some(row) => Err(format!("`{row}` has not the columns {columns}")),
            None => Ok(()),
        }
    }
}

/// A CentralNic reply (cnr.md 1.7).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Kvapi {
    pub code: u16,
    pub description: String,
    pub properties: BTreeMap<String, Vec<String>>,
}

impl Kvapi {
    pub fn read(text: &str) -> Result<Kvapi, String> {
        tame(text)?;
        let mut lines = text.strip_suffix("EOF\n").ok_or("it does not end with EOF")?.lines();
        if lines.next() != Some("[RESPONSE]") {
            return Err("it does not begin with [RESPONSE]".to_owned());
        }
        let mut word = |name: &str| {
            let line = lines.next().unwrap_or_default();
            let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(" = "));
            value.map(str::to_owned).ok_or_else(|| format!("`{line}` instead of {name}"))
        };
        let code = word("code")?.parse().map_err(|_| "the code is no number")?;
        let mut reply = Kvapi { code, description: word("description")?, properties: BTreeMap::new() };
        let mut closing = Vec::new();
        for line in lines {
            let Some(rest) = line.strip_prefix("property[") else {
                closing.push(line);
                continue;
            };
            if !closing.is_empty() {
                return Err(format!("`{line}` comes after the properties"));
            }
            let parts = rest.split_once("][").and_then(|(name, rest)| Some((name, rest.split_once("] = ")?)));
            let (name, (index, value)) = parts.ok_or_else(|| format!("`{line}` is no property"))?;
            let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || " _-".contains(c);
            if name.is_empty() || !name.chars().all(fine) {
                return Err(format!("a property called `{name}`"));
            }
            let values = reply.properties.entry(name.to_owned()).or_default();
            if index != values.len().to_string() {
                return Err(format!("`{line}` is out of order"));
            }
            values.push(value.to_owned());
        }
        match closing.as_slice() {
            [runtime, queue] if runtime.starts_with("runtime = ") && *queue == "queuetime = 0" => Ok(reply),
            other => Err(format!("it closes with {other:?}")),
        }
    }

    pub fn first(&self, name: &str) -> Option<&str> {
        self.properties.get(name)?.first().map(String::as_str)
    }
}

/// The parts of a text that could be a name, a handle or an address.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || ".-@_".contains(c))).map(|w| w.trim_matches('.')).filter(|w| w.len() > 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dmapi_replies_are_read_strictly() {
        let good = "Status-Code: 0\nStatus-Text: x\nResult: ACK\nVersion: 1\nProc-ID: 7\nColumns: a,b\n\nx y\n";
        let read = Dmapi::read(good).unwrap();
        assert_eq!((read.code, read.header("Proc-ID"), read.body.len(), read.check_columns()), (0, Some("7"), 1, Ok(())));
        for (from, to) in [
            ("ACK", "NACK"),
            ("Proc-ID: 7", "Proc-ID: 7\nProc-ID: 8"),
            ("Proc-ID: 7", "Evil: 7"),
            ("Proc-ID: 7", "Proc-ID: 7\r"),
            ("\n\n", "\n"),
            ("Status-Text: x\n", ""),
        ] {
            assert!(Dmapi::read(&good.replace(from, to)).is_err(), "{from} -> {to}");
        }
        assert!(Dmapi::read(&good.replace("x y", "x y z")).unwrap().check_columns().is_err());
    }

    #[test]
    fn kvapi_replies_are_read_strictly() {
        let good =
            "[RESPONSE]\ncode = 200\ndescription = d\nproperty[a b][0] = 1\nproperty[a b][1] = 2\nruntime = 0.000\nqueuetime = 0\nEOF\n";
        let read = Kvapi::read(good).unwrap();
        assert_eq!((read.code, read.first("a b")), (200, Some("1")));
        for (from, to) in [("[1]", "[2]"), ("EOF\n", "EOF\nx\n"), ("a b", "A"), ("runtime", "code"), ("= d", "= d\u{85}")] {
            assert!(Kvapi::read(&good.replace(from, to)).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn a_block_and_a_flat_request_say_the_same() {
        let sheet = |block| Sheet {
            face: Face::Kvapi,
            command: "CheckDomain".into(),
            proof: vec![("s_login".into(), "demo".into())],
            params: vec![("domain".into(), "a.com".into())],
            post: true,
            block,
        };
        let body = |block| String::from_utf8(sheet(block).request().unwrap().into_body()).unwrap();
        assert_eq!(body(false), "s%5Flogin=demo&command=CheckDomain&domain=a%2Ecom");
        assert!(body(true).contains("s%5Fcommand=COMMAND%20%3D%20CheckDomain%0Adomain%3Da%2Ecom"));
        assert!(sheet(true).says("A.COM") && !sheet(true).says("b.com"));
    }
}
