//! A reply: the DMAPI header block, one empty line, the body; and the HTTP response around it (dmapi.md 1.1, 2).

use crate::body::{Body, Parts, Rest};
use crate::codes::Told;
use crate::dates;
use crate::wire::{LineSafe, LineWriter, Separator};
use engine::order::OrderRef;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LAST_MODIFIED, SERVER, SET_COOKIE, X_CONTENT_TYPE_OPTIONS};
use model::{Money, Timestamp};

/// The interface generation. Clients want it to begin with `1.2` (dmapi.md 2.1, 7).
pub const VERSION: &str = "1.2.53";
/// Login comes from another front end and prints this.
const LOGIN_VERSION: &str = "1.2";
const SERVER_NAME: &str = "DMAPI/1.2.53";
const COMPLETED: &str = "Command completed successfully";

/// What a request answers.
pub struct Reply {
    http: http::StatusCode,
    code: u16,
    text: &'static str,
    accepted: bool,
    version: &'static str,
    errors: Vec<String>,
    headers: Vec<(&'static str, LineSafe<'static>)>,
    body: LineWriter,
    /// What follows the body where it is long.
    rest: Option<Rest>,
    /// The real service leaves out the LF after the last row of query-domain-list.
    final_line_ends: bool,
    cookie: Option<Cookie>,
    allow: bool,
    bare: bool,
}

/// What becomes of the session cookie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cookie {
    Set(String),
    Clear,
}

impl Reply {
    fn new(code: u16, text: &'static str, accepted: bool) -> Reply {
        Reply {
            http: http::StatusCode::OK,
            code,
            text,
            accepted,
            version: VERSION,
            errors: Vec::new(),
            headers: Vec::new(),
            body: LineWriter::new(),
            rest: None,
            final_line_ends: true,
            cookie: None,
            allow: false,
            bare: false,
        }
    }

    /// Done, code 0.
    pub fn done() -> Reply {
        Reply::new(0, COMPLETED, true)
    }

    /// Done, code 1000: domain-check, query-price-list, domain-transfer-control and everything under `v2/` (dmapi.md 2.1, 6).
    pub fn done_1000() -> Reply {
        Reply::new(1000, COMPLETED, true)
    }

    /// Done, and said with `OK`: login and logout (dmapi.md 2.2).
    pub fn ok() -> Reply {
        Reply::new(0, "OK", true)
    }

    /// An order was taken: its ids, and what the account has now.
    pub fn accepted(order: &OrderRef, balance: Money) -> Reply {
        Reply::done().header("Proc-ID", &order.id.to_string()).header("Tracking-Id", &order.tracking_id).balance(balance)
    }

    /// Nothing was done.
    pub fn rejected(told: Told) -> Reply {
        let mut reply = Reply::new(told.code, told.text, false);
        reply.errors = told.errors;
        if let Some(line) = told.body {
            reply.body.line(LineSafe::ascii(line));
        }
        reply
    }

    /// Adds a header. What is not ASCII becomes `?`.
    pub fn header(mut self, name: &'static str, value: &str) -> Reply {
        self.headers.push((name, LineSafe::ascii(value).into_owned()));
        self
    }

    /// `Account-Balance`, with two decimals at least.
    pub fn balance(self, balance: Money) -> Reply {
        self.header("Account-Balance", &balance.decimal())
    }

    /// A remark that does not make the reply a failure.
    pub fn warning(self, text: &str) -> Reply {
        self.header("Warning", text)
    }

    /// The names of a list's columns, and what parts them where it is not a blank.
    pub fn columns(self, names: &str, separator: Separator) -> Reply {
        let named = self.header("Columns", names);
        match separator {
            Separator::Tab => named.header("Separator", "TAB"),
            Separator::Space => named,
        }
    }

    pub fn body(mut self, body: LineWriter) -> Reply {
        self.body = body;
        self
    }

    /// What follows the body, to be read as the client takes it.
    pub fn followed_by(mut self, rest: Rest) -> Reply {
        self.rest = Some(rest);
        self
    }

    /// Leaves out the LF after the last line.
    pub fn without_final_line_end(mut self) -> Reply {
        self.final_line_ends = false;
        self
    }

    /// The shape of login's replies: its own version, and no `Server` header.
    pub fn of_login(mut self) -> Reply {
        self.version = LOGIN_VERSION;
        self
    }

    pub fn cookie(mut self, cookie: Cookie) -> Reply {
        self.cookie = Some(cookie);
        self
    }

    /// Repeats the session's cookie, unless the request has decided about it.
    pub fn cookie_if_none(mut self, sid: Option<&str>) -> Reply {
        if let (None, Some(sid)) = (&self.cookie, sid) {
            self.cookie = Some(Cookie::Set(sid.to_owned()));
        }
        self
    }

    /// Without a Tracking-Id, as query-domain-list was recorded.
    pub fn bare(mut self) -> Reply {
        self.bare = true;
        self
    }

    pub fn is_bare(&self) -> bool {
        self.bare
    }

    pub fn http(mut self, status: http::StatusCode) -> Reply {
        self.http = status;
        self
    }

    /// Says which methods there are (405).
    pub fn allowing_get_and_post(mut self) -> Reply {
        self.allow = true;
        self
    }

    pub fn code(&self) -> u16 {
        self.code
    }

    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(n, _)| *n == name)
    }

    /// The DMAPI text: header lines, the empty line, the body.
    fn into_text(self) -> String {
        let mut head = LineWriter::new();
        head.pair("Status-Code", LineSafe::number(self.code));
        head.pair("Status-Text", LineSafe::text(self.text));
        for error in &self.errors {
            head.pair("Error", LineSafe::ascii(error));
        }
        head.pair("Result", LineSafe::text(if self.accepted { "ACK" } else { "NACK" }));
        head.pair("Version", LineSafe::text(self.version));
        for (name, value) in self.headers {
            head.pair(name, value);
        }
        head.gap();
        let (mut text, body) = (head.into_text(), self.body.into_text());
        text.push_str(&body);
        if !self.final_line_ends && !body.is_empty() {
            text.pop();
        }
        text
    }

    /// The HTTP response; `now` is the real clock's instant.
    pub fn into_response(mut self, now: Option<Timestamp>) -> http::Response<Body> {
        let mut response = http::Response::new(Body::Whole(Vec::new()));
        *response.status_mut() = self.http;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.version == VERSION {
            headers.insert(SERVER, HeaderValue::from_static(SERVER_NAME));
            if let Some(Ok(date)) = now.map(|now| HeaderValue::from_str(&dates::http_date(now))) {
                headers.insert(LAST_MODIFIED, date);
            }
        }
        if self.allow {
            headers.insert(http::header::ALLOW, HeaderValue::from_static("GET, POST"));
        }
        let cookie = match &self.cookie {
            Some(Cookie::Set(sid)) => Some(format!("dmapi-auth={sid}; path=/; HttpOnly; Secure; SameSite=Strict")),
            Some(Cookie::Clear) => Some("dmapi-auth=; path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict".to_owned()),
            None => None,
        };
        if let Some(Ok(cookie)) = cookie.map(|c| HeaderValue::from_str(&c)) {
            headers.insert(SET_COOKIE, cookie);
        }
        let (rest, final_line_ends) = (self.rest.take(), self.final_line_ends);
        let text = self.into_text().into_bytes();
        *response.body_mut() = match rest {
            Some(rest) => Body::Parts(Parts::new(text, rest, final_line_ends)),
            None => Body::Whole(text),
        };
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Refusal;

    #[test]
    fn an_empty_body_still_has_its_empty_line() {
        assert!(Reply::done().into_text().ends_with("Version: 1.2.53\n\n"));
    }

    #[test]
    fn a_list_can_end_without_line_end() {
        let mut body = LineWriter::new();
        body.line(LineSafe::text("a"));
        assert!(Reply::done().body(body).without_final_line_end().into_text().ends_with("\n\na"));
        assert!(Reply::done().without_final_line_end().into_text().ends_with("\n\n"));
    }

    #[test]
    fn a_wrong_key_is_told_in_the_first_line_of_the_body() {
        let text = Reply::rejected(crate::codes::refused(&Refusal::KeyWrong)).of_login().into_text();
        let expected = "Status-Code: 2200\nStatus-Text: Authentication error\nError: API key is invalid\nResult: NACK\nVersion: 1.2\n\nAPI key is invalid\n";
        assert_eq!(text, expected);
    }
}
