//! Requests on the wire: flat parameters and `s_command` blocks, from query and body alike, bounded and in UTF-8 (1.2, 1.3).

use crate::codes::Code;
use crate::params::Values;
use crate::reply::Reply;
use http::{Request, header};
use percent_encoding::percent_decode;

/// More parameters than any command documents (DOMAINTAG0..4095 is the longest list).
const PARAMS_MAX: usize = 5_000;
const NAME_BYTES_MAX: usize = 128;
/// Longest single value; what it may hold beyond that is the business of each field.
const VALUE_BYTES_MAX: usize = 64 * 1_024;

/// Why a request is no message: told with code 507, or 503 and 505 where one parameter is to blame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unreadable {
    TooMany,
    NotUtf8,
    /// A parameter's name holds something that no name has.
    Name,
    /// The value is longer than anything that is read.
    TooLong {
        name: String,
    },
    /// A line of the block has no `=`.
    Line {
        number: usize,
    },
    /// One name with two different values: which of them is meant is not ours to guess.
    Ambiguous {
        name: String,
    },
    /// The body is of a kind that is not read.
    Kind,
}

impl Unreadable {
    pub fn reply(&self) -> Reply {
        let (code, detail) = match self {
            Unreadable::TooMany => (Code::CommandFormat, format!("more than {PARAMS_MAX} parameters")),
            Unreadable::NotUtf8 => (Code::CommandFormat, "the request is not UTF-8".to_owned()),
            Unreadable::Name => (Code::AttributeName, "names are letters, digits and - _ . #".to_owned()),
            Unreadable::TooLong { name } => (Code::ValueSyntax, format!("{name} is longer than {VALUE_BYTES_MAX} octets")),
            Unreadable::Line { number } => (Code::CommandFormat, format!("line {number} of s_command has no =")),
            Unreadable::Ambiguous { name } => (Code::ValueSyntax, format!("{name} is given twice with different values")),
            Unreadable::Kind => (Code::CommandFormat, "send application/x-www-form-urlencoded".to_owned()),
        };
        Reply::with_detail(code, detail)
    }
}

/// A request taken apart. It holds passwords and has no `Debug`.
#[derive(Default)]
pub struct Message {
    /// `s_...` fields and `persistent` of the top level, by upper-case name.
    transport: Values,
    /// The command's own parameters, by upper-case name.
    params: Values,
    count: usize,
}

impl Message {
    /// Reads query and body. Both may carry parameters; in either, `s_command` may hold more.
    pub fn read(request: &Request<Vec<u8>>) -> Result<Message, Unreadable> {
        let mut message = Message::default();
        if let Some(query) = request.uri().query() {
            message.add_pairs(query.as_bytes())?;
        }
        let body = request.body();
        if !body.is_empty() {
            // BRI declares text/html on an empty GET; only what certainly is another format is turned away.
            let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
            if kind.trim_start().to_ascii_lowercase().starts_with("multipart/") {
                return Err(Unreadable::Kind);
            }
            message.add_pairs(body.trim_ascii_end())?;
        }
        if let Some(block) = message.transport.remove("S_COMMAND") {
            message.add_block(&block)?;
        }
        Ok(message)
    }

    fn add_pairs(&mut self, text: &[u8]) -> Result<(), Unreadable> {
        for pair in text.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
            let at = pair.iter().position(|b| *b == b'=');
            let (name, value) = at.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            let name = decoded(name)?.trim_matches(' ').to_ascii_uppercase();
            if name.is_empty() {
                continue;
            }
            self.add(name, decoded(value)?, true)?;
        }
        Ok(())
    }

    /// Reads the lines of a block: in any order, split at the first `=`, with the marks of the mail form skipped (1.3, A.3).
    fn add_block(&mut self, block: &str) -> Result<(), Unreadable> {
        for (number, line) in (1..).zip(block.split('\n')) {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let bare = line.trim_matches(' ');
            if bare.is_empty() || bare == "[COMMAND]" || bare == "EOF" {
                continue;
            }
            let Some((name, value)) = line.split_once('=') else { return Err(Unreadable::Line { number }) };
            // Blanks around the sign belong to the documentation's layout; without one before it, one after it belongs to the value.
            let value = if name.ends_with(' ') { value.trim_matches(' ') } else { value };
            self.add(name.trim_matches(' ').to_ascii_uppercase(), value.to_owned(), false)?;
        }
        Ok(())
    }

    fn add(&mut self, name: String, value: String, top_level: bool) -> Result<(), Unreadable> {
        self.count += 1;
        if self.count > PARAMS_MAX {
            return Err(Unreadable::TooMany);
        }
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.#".contains(&b)) {
            return Err(Unreadable::Name);
        }
        if value.len() > VALUE_BYTES_MAX && name != "S_COMMAND" {
            return Err(Unreadable::TooLong { name });
        }
        let is_transport = top_level && (name.starts_with("S_") || name == "PERSISTENT");
        let values = if is_transport { &mut self.transport } else { &mut self.params };
        match values.get(&name) {
            Some(before) if *before == value => Ok(()),
            Some(_) => Err(Unreadable::Ambiguous { name }),
            None => {
                values.insert(name, value);
                Ok(())
            }
        }
    }

    /// The command's name as sent; empty if there is none.
    pub fn command(&self) -> &str {
        self.params.get("COMMAND").map_or("", |name| name.trim_matches(' '))
    }

    pub fn params(&self) -> &Values {
        &self.params
    }

    /// A top-level field such as `S_LOGIN`; `None` if it is absent or empty.
    pub fn transport(&self, name: &str) -> Option<&str> {
        self.transport.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// Whether a session is to be kept: `persistent=1` at the top level or in the command (1.6).
    pub fn is_persistent(&self) -> bool {
        [&self.transport, &self.params].into_iter().any(|values| values.get("PERSISTENT").is_some_and(|v| v.trim_matches(' ') == "1"))
    }
}

/// Undoes percent-encoding; `+` and `%20` both are a blank. A stray `%` stands for itself.
fn decoded(text: &[u8]) -> Result<String, Unreadable> {
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    String::from_utf8(percent_decode(&spaced).collect()).map_err(|_| Unreadable::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(query: &str) -> Result<Message, Unreadable> {
        Message::read(&Request::get(format!("http://x/api/call?{query}")).body(Vec::new()).unwrap())
    }

    fn post(body: &[u8]) -> Result<Message, Unreadable> {
        Message::read(&Request::post("http://x/api/call.cgi").body(body.to_vec()).unwrap())
    }

    fn params(message: &Message) -> Vec<(&str, &str)> {
        message.params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect()
    }

    #[test]
    fn flat_requests_are_read() {
        let m = get("s_login=demo&s_pw=a%2Bb+c&Command=checkdomain&DoMain=example.com").unwrap();
        assert_eq!((m.command(), m.transport("S_PW")), ("checkdomain", Some("a+b c")));
        assert_eq!(params(&m), [("COMMAND", "checkdomain"), ("DOMAIN", "example.com")]);
    }

    /// The bodies that the SDKs' own tests pin down (1.3), byte by byte.
    #[test]
    fn bodies_of_the_sdks_are_read() {
        let m = post(b"s_command=AUTH%3Dgwrgwqg%25%26%5C44t3%2A%0ACOMMAND%3DModifyDomain").unwrap();
        assert_eq!(params(&m), [("AUTH", "gwrgwqg%&\\44t3*"), ("COMMAND", "ModifyDomain")]);
        let m = post(b"s_login=myaccountid&s_pw=mypassword&s_command=COMMAND%3DStatusAccount").unwrap();
        assert_eq!((m.transport("S_LOGIN"), m.transport("S_PW"), m.command()), (Some("myaccountid"), Some("mypassword"), "StatusAccount"));
        let m = post(b"s_login=myaccountid%3Amyroleid&s_pw=mypassword&s_command=COMMAND%3DStatusAccount").unwrap();
        assert_eq!(m.transport("S_LOGIN"), Some("myaccountid:myroleid"));
        let m = post(b"s_login=myaccountid&s_sessionid=12345678&s_command=COMMAND%3DStatusAccount").unwrap();
        assert_eq!((m.transport("S_SESSIONID"), m.transport("S_PW")), (Some("12345678"), None));
        for login in [&b"s_login=U&s_pw=P&persistent=1"[..], b"s_login=U&persistent=1&s_pw=P", b"s_login=U&s_pw=P&persistent=1\n"] {
            let m = post(login).unwrap();
            assert!(m.is_persistent() && m.command().is_empty());
        }
        let m = post(b"s_login=a&s_pw=b&s_command=COMMAND%3DStatusAccount%0ASUBUSER%3Djulia").unwrap();
        assert_eq!(params(&m), [("COMMAND", "StatusAccount"), ("SUBUSER", "julia")]);
    }

    #[test]
    fn blocks_are_read_in_every_layout() {
        let block = "[COMMAND]\r\ncommand         = AddDomain\n\nDomain=x.com\nauth = 2foo\"BAR=%\nPASSWORD= lead\nEOF\n";
        let encoded: String = block.bytes().map(|b| format!("%{b:02x}")).collect();
        let m = get(&format!("s_command={encoded}")).unwrap();
        assert_eq!(params(&m), [("AUTH", "2foo\"BAR=%"), ("COMMAND", "AddDomain"), ("DOMAIN", "x.com"), ("PASSWORD", " lead")]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let many: String = (0..=PARAMS_MAX).map(|n| format!("p{n}=v&")).collect();
        let long = format!("domain={}", "x".repeat(VALUE_BYTES_MAX + 1));
        let cases = [
            ("s_pw=%ff", Unreadable::NotUtf8),
            ("a%0ab=1", Unreadable::Name),
            ("property%5bx%5d=1", Unreadable::Name),
            ("s_command=COMMAND%3DX%0Anonsense", Unreadable::Line { number: 2 }),
            ("command=A&COMMAND=B", Unreadable::Ambiguous { name: "COMMAND".into() }),
            ("domain=a.com&s_command=DOMAIN%3Db.com", Unreadable::Ambiguous { name: "DOMAIN".into() }),
            (many.as_str(), Unreadable::TooMany),
        ];
        for (query, expected) in cases {
            assert_eq!(post(query.as_bytes()).err(), Some(expected), "{query:.40}");
        }
        assert_eq!(post(long.as_bytes()).err(), Some(Unreadable::TooLong { name: "DOMAIN".into() }));
        assert_eq!(get("command=A&command=A&%zz=").err(), Some(Unreadable::Name));
        assert!(get("command=A&command=A&a=%zz&b=%&c&&=d").is_ok());
    }

    #[test]
    fn transport_fields_count_at_the_top_level_only() {
        let m = post(b"s_login=a&s_pw=b&s_command=s_login%3Droot%0ACOMMAND%3DX%0Apersistent%3D1").unwrap();
        assert_eq!(m.transport("S_LOGIN"), Some("a"));
        assert!(m.is_persistent());
    }
}
