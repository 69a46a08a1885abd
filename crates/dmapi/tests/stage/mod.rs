//! What tests of the dialect stand on: a seeded registrar, and requests to the router as some caller.

#![allow(dead_code, reason = "each test program uses a part of it")]

use engine::account::Balance;
use engine::domain::Window;
use engine::order::{List, OrderFilter, OrderStanding};
use engine::{Actor, Credentials};
use http::header::{CONTENT_TYPE, COOKIE};
use model::policy::{PackFile, ZoneSet};
use model::{Channel, HostName, Money, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use registry::embedded::Act;
use registry::faults::FaultKind;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use testkit::Fixture;
use testkit::transcript::{Sent, Stage};

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
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

pub fn sent(response: http::Response<Vec<u8>>) -> Sent {
    let (parts, body) = response.into_parts();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Sent {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        text: String::from_utf8(body).expect("replies are UTF-8"),
    }
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

    fn demo(&self) -> Result<Actor, String> {
        let key = Credentials::Key("demo-key".to_owned());
        self.fixture.engine().authenticate(Channel::Dmapi, &key, PEER).map_err(|error| error.to_string())
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

impl Stage for Standing {
    fn send(&mut self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String> {
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

    fn now(&self) -> Timestamp {
        self.fixture.engine().now()
    }

    fn advance(&mut self, duration: &str) -> Result<(), String> {
        self.fixture.advance(duration);
        Ok(())
    }

    fn wait(&mut self) -> Result<(), String> {
        let actor = self.demo()?;
        for _ in 0..2_000 {
            let filter = OrderFilter { standings: vec![OrderStanding::Pending], ..OrderFilter::default() };
            let list = List { filter, newest_first: false, window: Window { skip: 0, take: 1 } };
            let open = self.fixture.engine().run(&actor, list).map_err(|error| error.to_string())?;
            if open.rows.is_empty() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("orders are still open after ten seconds".to_owned())
    }

    fn balance(&mut self) -> Result<Money, String> {
        let (balance, _) = self.fixture.engine().run(&self.demo()?, Balance).map_err(|error| error.to_string())?;
        Ok(balance)
    }

    /// `@login NAME`, `@key KEY`, `@session SID`, `@cookie` (the session as a cookie), `@anonymous`, `@fault POINT KIND TIMES`,
    /// `@idle PT59M` (real time passes, which sessions see), `@verify yes ADDRESS` (the answer to the newest verification mail, whose token `mail:ADDRESS` is in requests).
    fn act(&mut self, words: &[&str]) -> Result<(), String> {
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
            ["idle", duration] => self.fixture.pass(duration),
            ["anonymous"] => self.proof = Proof::None,
            ["fault", point, kind, times] => {
                let kind = FaultKind::from_word(kind).ok_or("no such kind of fault")?;
                let times = times.parse().map_err(|_| "how many times?")?;
                self.fixture.engine().faults().add(point, kind, times).map_err(|error| format!("{error:?}"))?;
            }
            ["consent", answer, to] => {
                let engine = self.fixture.engine();
                let mails = engine.mails(Some((*to).to_owned())).map_err(|error| error.to_string())?;
                let links = mails.iter().flat_map(|mail| mail.links.clone());
                let token =
                    links.filter_map(|link| link.split_once("/foa/").map(|(_, token)| token.to_owned())).next().ok_or("no such mail")?;
                engine.answer_consent(&token, *answer == "agree").map_err(|error| error.to_string())?;
            }
            ["owner", answer, to] => {
                let engine = self.fixture.engine();
                let token = owner_token(&self.fixture, to)?;
                engine.answer_owner(&token, *answer == "agree", None).map_err(|error| error.to_string())?;
            }
            ["verify", answer, to] => {
                let key = self.fixture.verification_key(to).ok_or("no such mail")?;
                self.fixture.engine().answer_verification(&key, *answer == "yes").map_err(|error| error.to_string())?;
            }
            ["outside", deed, name, rest @ ..] => {
                let (name, auth_info) = ((*name).to_owned(), rest.first().copied().unwrap_or_default().to_owned());
                let act = match *deed {
                    "approve" => Act::Approve { name },
                    "reject" => Act::Refuse { name },
                    "request" => Act::Request { name, auth_info },
                    "create" => Act::Create { name, years: 1, hosts: Vec::new(), auth_info },
                    _ => return Err("no such deed".to_owned()),
                };
                let acted = self.fixture.sandbox.play(&act);
                if !acted.is_success() {
                    return Err(format!("{acted:?}"));
                }
            }
            ["arrivals"] => self.fixture.sandbox.arrive().map_err(|error| error.to_string())?,
            _ => return Err("no such command".to_owned()),
        }
        Ok(())
    }
}

/// The token of the last mail that asks an owner.
fn owner_token(fixture: &Fixture, to: &str) -> Result<String, String> {
    let mails = fixture.engine().mails(Some(to.to_owned())).map_err(|error| error.to_string())?;
    let mut links = mails.iter().flat_map(|mail| mail.links.clone());
    links.find_map(|link| link.split_once("/owner-change/").map(|(_, token)| token.to_owned())).ok_or_else(|| "no such mail".to_owned())
}
