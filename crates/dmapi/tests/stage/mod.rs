//! What tests of the dialect stand on: a seeded registrar, and requests to the router as some caller.

#![allow(dead_code, reason = "each test program uses a part of it")]

use engine::{Actor, Credentials};
use http::header::{CONTENT_TYPE, COOKIE};
use model::policy::{PackFile, ZoneSet};
use model::{Channel, HostName};
use std::sync::{Arc, OnceLock};
use testkit::Fixture;
use testkit::stage::{Dialect, encoded};
use testkit::transcript::Sent;

pub use testkit::stage::sent;

/// From where every request comes.
pub const PEER: &str = "192.0.2.1";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// What a request carries to prove who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Proof {
    None,
    Session(String),
    Cookie(String),
    Key(String),
}

/// A registrar, and a caller before it.
pub struct Standing {
    pub fixture: Fixture,
    method: Method,
    proof: Proof,
}

/// `name=value` pairs as a query or form.
pub fn form(parameters: &[(String, String)]) -> String {
    parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

/// The embedded packs, with a promotion that runs while transcripts begin, and another one that is announced.
fn packs() -> Arc<ZoneSet> {
    const PROMOTIONS: &str = r#"
[[promotion]]
operation = "register"
months = 12
amount = "8.21"
currency = "USD"
valid-from = "2027-02-01T00:00:00Z"
valid-until = "2027-05-01T00:00:00Z"

[[promotion]]
operation = "renew"
months = 24
amount = "20.00"
currency = "USD"
valid-from = "2027-06-01T00:00:00Z"
valid-until = "2027-07-01T00:00:00Z"
"#;
    static PACKS: OnceLock<Arc<ZoneSet>> = OnceLock::new();
    let read = || {
        let pack = [include_str!("../../../../zones/biz.toml"), PROMOTIONS].concat();
        Arc::new(ZoneSet::with_overrides(&[PackFile { path: "biz.toml".to_owned(), text: pack }]).expect("the packs are sound"))
    };
    PACKS.get_or_init(read).clone()
}

impl Standing {
    pub fn new(method: Method) -> Standing {
        let fixture = Fixture::selling(packs());
        // The seeded names are delegated to these.
        let hosts = ["ns1.example.net", "ns2.example.net"].map(|host| HostName::parse(host).expect("a host"));
        fixture.engine().serve_as(hosts.to_vec());
        Standing { fixture, method, proof: Proof::None }
    }

    /// Sends a request with just these parameters, and a cookie if there is one.
    pub fn ask(&self, method: Method, command: &str, parameters: &[(String, String)], cookie: Option<&str>) -> Sent {
        let path = if command.starts_with('/') {
            command.to_owned()
        } else if command.starts_with("v2/") {
            format!("/{command}")
        } else {
            format!("/request/{command}")
        };
        let form = form(parameters);
        let mut request = http::Request::builder().method(method.word());
        if let Some(sid) = cookie {
            request = request.header(COOKIE, format!("other=1; dmapi-auth={sid}"));
        }
        let request = match method {
            Method::Get => request.uri(if form.is_empty() { path } else { format!("{path}?{form}") }).body(Vec::new()),
            Method::Post => request.uri(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.into_bytes()),
        };
        sent(dmapi::answer_whole(self.fixture.engine(), PEER, request.expect("a request")))
    }

    fn log_in(&self, parameters: &[(&str, &str)]) -> Result<String, String> {
        let owned: Vec<(String, String)> = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let reply = self.ask(Method::Post, "login", &owned, None);
        let sid = reply.text.lines().find_map(|line| line.strip_prefix("Auth-Sid: ")).map(str::to_owned);
        sid.ok_or(reply.text)
    }

    /// Says whether all promises still hold when a test is over.
    pub fn end(self) -> Result<(), String> {
        let verdict = self.fixture.sandbox.verify().map_err(|error| error.to_string())?;
        let broken = verdict.promises.iter().filter(|promise| !promise.violations.is_empty());
        let counted: Vec<_> = broken.collect();
        if counted.is_empty() { Ok(()) } else { Err(format!("promises are broken: {counted:#?}")) }
    }
}

impl Dialect for Standing {
    fn fixture(&self) -> &Fixture {
        &self.fixture
    }

    fn actor(&self) -> Result<Actor, String> {
        let key = Credentials::Key("demo-key".to_owned());
        self.fixture.engine().authenticate(Channel::Dmapi, &key, PEER).map_err(|error| error.to_string())
    }

    fn deliver(&mut self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String> {
        let mut parameters = self.fixture.with_keys(parameters);
        // What the file itself says comes last and wins.
        match &self.proof {
            Proof::Session(sid) => parameters.insert(0, ("auth-sid".to_owned(), sid.clone())),
            Proof::Key(key) => parameters.insert(0, ("api-key".to_owned(), key.clone())),
            Proof::Cookie(_) | Proof::None => {}
        }
        let cookie = match &self.proof {
            Proof::Cookie(sid) => Some(sid.as_str()),
            Proof::Session(_) | Proof::Key(_) | Proof::None => None,
        };
        Ok(self.ask(self.method, command, &parameters, cookie))
    }

    /// `@login NAME`, `@key KEY`, `@session SID`, `@cookie` (the session as a cookie), `@anonymous`.
    fn own(&mut self, words: &[&str]) -> Result<bool, String> {
        match words {
            ["login", name] => {
                let (login, password) = (format!("{name}@reseller.example"), format!("{name}-pass"));
                self.proof = Proof::Session(self.log_in(&[("username", &login), ("password", &password)])?);
            }
            ["key", key] => self.proof = Proof::Key((*key).to_owned()),
            ["session", sid] => self.proof = Proof::Session((*sid).to_owned()),
            ["cookie"] => match &self.proof {
                Proof::Session(sid) => self.proof = Proof::Cookie(sid.clone()),
                Proof::Cookie(_) | Proof::Key(_) | Proof::None => return Err("there is no session".to_owned()),
            },
            ["anonymous"] => self.proof = Proof::None,
            _ => return Ok(false),
        }
        Ok(true)
    }
}
