//! The CentralNic dialect on stage: requests of either style to the real router over a seeded registrar.
//!
//! Its own `@` lines: `@login NAME` (with `NAME-pass`; `none` for nobody), `@password X`, `@session ID` (instead of the password; `none` for no
//! session), `@style flat|block` (GET with flat parameters, or POST with `s_command`), `@path /api/call.cgi`, `@registry create disconnect` (a fault at each of
//! these commands, until `@registry well`), `@verify yes ADDRESS` (the answer to the newest verification mail; `mail:ADDRESS` is its token). The request
//! `trigger` says the token that was last mailed to an owner (`to=address`), and `@owner agree address` or `@owner refuse address` uses it.
//! `raw` sends what its parameter `get` (a query) or `post` (a body) holds, as it stands.

// Each test target uses a part of this.
#![allow(dead_code)]

use engine::account::Balance;
use engine::domain::Window;
use engine::faults::FaultKind;
use engine::order::{List, OrderFilter, OrderStanding};
use http::Request;
use model::{Channel, Money, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use registry::embedded::Act;
use std::time::{Duration, Instant};
use testkit::Fixture;
use testkit::transcript::{Sent, Stage};

pub struct Api {
    pub fixture: Fixture,
    login: String,
    password: String,
    session: Option<String>,
    path: String,
    block: bool,
}

pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Api {
    pub fn new() -> Api {
        let mut api = Api {
            fixture: Fixture::new(),
            login: String::new(),
            password: String::new(),
            session: None,
            path: "/api/call".to_owned(),
            block: false,
        };
        api.login("demo");
        api
    }

    pub fn login(&mut self, name: &str) {
        name.clone_into(&mut self.login);
        self.password = if name == "none" { String::new() } else { format!("{name}-pass") };
        if name == "none" {
            self.login.clear();
        }
    }

    /// Sends a request and gives back the body, whatever its status.
    pub fn deliver(&self, request: Request<Vec<u8>>) -> Sent {
        let response = kvapi::answer(self.fixture.engine(), "192.0.2.7", request);
        Sent {
            status: response.status().as_u16(),
            headers: response.headers().iter().map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned())).collect(),
            text: String::from_utf8(response.into_body()).expect("a reply is UTF-8"),
        }
    }

    pub fn get(&self, query: &str) -> Result<Sent, String> {
        let request = Request::get(format!("http://localhost{}?{query}", self.path)).body(Vec::new());
        Ok(self.deliver(request.map_err(|e| e.to_string())?))
    }

    pub fn post(&self, body: impl Into<Vec<u8>>) -> Sent {
        let request = Request::post(format!("http://localhost{}", self.path)).header("Content-Type", "application/x-www-form-urlencoded");
        self.deliver(request.body(body.into()).expect("a request"))
    }

    fn who(&self) -> String {
        let mut fields = Vec::new();
        if !self.login.is_empty() {
            fields.push(format!("s_login={}", encoded(&self.login)));
        }
        match &self.session {
            Some(id) => fields.push(format!("s_sessionid={id}")),
            None if !self.password.is_empty() => fields.push(format!("s_pw={}", encoded(&self.password))),
            None => {}
        }
        fields.join("&")
    }

    /// A command with its parameters, in the style that is set.
    pub fn call(&self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String> {
        let named = std::iter::once(("command", command)).chain(parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())));
        if self.block {
            let lines: Vec<String> = named.map(|(name, value)| format!("{name}={value}")).collect();
            return Ok(self.post(format!("{}&s_command={}", self.who(), encoded(&lines.join("\n")))));
        }
        let flat: Vec<String> = named.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let query = format!("{}&{}", self.who(), flat.join("&"));
        // Longer than any server takes as a query.
        if query.len() > 32_000 { Ok(self.post(query)) } else { self.get(&query) }
    }
}

impl Stage for Api {
    fn send(&mut self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String> {
        match (command, parameters) {
            ("raw", [(how, text)]) if how == "get" => self.get(text),
            ("raw", [(how, text)]) if how == "post" => Ok(self.post(text.as_str())),
            ("trigger", [(_, to)]) => {
                let text = format!("trigger = {}\n", owner_token(&self.fixture, to)?);
                Ok(Sent { status: 200, headers: Vec::new(), text })
            }
            ("raw", _) => Err("raw takes get=... or post=...".to_owned()),
            _ => self.call(command, &self.fixture.with_keys(parameters)),
        }
    }

    fn now(&self) -> Timestamp {
        self.fixture.engine().now()
    }

    fn advance(&mut self, duration: &str) -> Result<(), String> {
        self.fixture.advance(duration);
        Ok(())
    }

    fn wait(&mut self) -> Result<(), String> {
        let actor = self.fixture.actor(Channel::Kvapi, &self.login);
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let filter = OrderFilter { standings: vec![OrderStanding::Pending], hidden_too: true, ..OrderFilter::default() };
            let list = List { filter, newest_first: true, window: Window::ALL };
            let open = self.fixture.engine().run(&actor, list).map_err(|e| e.to_string())?;
            if open.total == 0 {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(format!("orders are still open: {:?}", open.rows));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn balance(&mut self) -> Result<Money, String> {
        let login = if self.login.is_empty() || self.login.contains([':', '-']) { "demo" } else { &self.login };
        let actor = self.fixture.actor(Channel::Kvapi, login);
        self.fixture.engine().run(&actor, Balance).map(|(posted, _)| posted).map_err(|e| e.to_string())
    }

    fn act(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            ["login", name] => self.login(name),
            ["password", word] => (*word).clone_into(&mut self.password),
            ["session", "none"] => self.session = None,
            ["session", id] => self.session = Some((*id).to_owned()),
            ["style", style @ ("flat" | "block")] => self.block = *style == "block",
            ["path", path] => (*path).clone_into(&mut self.path),
            ["registry", point, word] => {
                let kind = FaultKind::from_word(word).ok_or("no such fault")?;
                self.fixture.engine().faults().add(&format!("registry.{point}"), kind, 1_000).map_err(|e| e.to_string())?;
            }
            ["registry", "well"] => {
                self.fixture.engine().faults().clear();
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
            _ => return Err("the stage knows no such line".to_owned()),
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
