//! The CentralNic dialect on stage: requests of either style to the real router over a seeded registrar.
//!
//! Its own `@` lines: `@login NAME` (with `NAME-pass`; `none` for nobody), `@password X`, `@session ID` (instead of the password; `none` for no
//! session), `@style flat|block` (GET with flat parameters, or POST with `s_command`), `@path /api/call.cgi`, `@registry create disconnect` (a fault at each of
//! these commands, until `@registry well`). The request `trigger` says the token that was last mailed to an owner (`to=address`).
//! `raw` sends what its parameter `get` (a query) or `post` (a body) holds, as it stands.

// Each test target uses a part of this.
#![allow(dead_code)]

use engine::Actor;
use engine::faults::FaultKind;
use http::Request;
use model::Channel;
use testkit::Fixture;
use testkit::stage::{Dialect, sent};
use testkit::transcript::Sent;

pub use testkit::stage::encoded;

pub struct Api {
    pub fixture: Fixture,
    login: String,
    password: String,
    session: Option<String>,
    path: String,
    block: bool,
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

    /// Sends a request and gives back the reply, whatever its status.
    pub fn request(&self, request: Request<Vec<u8>>) -> Sent {
        sent(kvapi::answer(self.fixture.engine(), "192.0.2.7", request))
    }

    pub fn get(&self, query: &str) -> Result<Sent, String> {
        let request = Request::get(format!("http://localhost{}?{query}", self.path)).body(Vec::new());
        Ok(self.request(request.map_err(|e| e.to_string())?))
    }

    pub fn post(&self, body: impl Into<Vec<u8>>) -> Sent {
        let request = Request::post(format!("http://localhost{}", self.path)).header("Content-Type", "application/x-www-form-urlencoded");
        self.request(request.body(body.into()).expect("a request"))
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

impl Dialect for Api {
    fn fixture(&self) -> &Fixture {
        &self.fixture
    }

    fn actor(&self) -> Result<Actor, String> {
        let login = if self.login.is_empty() || self.login.contains([':', '-']) { "demo" } else { &self.login };
        Ok(self.fixture.actor(Channel::Kvapi, login))
    }

    fn deliver(&mut self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String> {
        match (command, parameters) {
            ("raw", [(how, text)]) if how == "get" => self.get(text),
            ("raw", [(how, text)]) if how == "post" => Ok(self.post(text.as_str())),
            ("trigger", [(_, to)]) => {
                let token = self.fixture.token("owner-change", to).ok_or("no such mail")?;
                Ok(Sent { status: 200, headers: Vec::new(), text: format!("trigger = {token}\n") })
            }
            ("raw", _) => Err("raw takes get=... or post=...".to_owned()),
            _ => self.call(command, &self.fixture.with_keys(parameters)),
        }
    }

    fn own(&mut self, words: &[&str]) -> Result<bool, String> {
        match words {
            ["login", name] => self.login(name),
            ["password", word] => (*word).clone_into(&mut self.password),
            ["session", "none"] => self.session = None,
            ["session", id] => self.session = Some((*id).to_owned()),
            ["style", style @ ("flat" | "block")] => self.block = *style == "block",
            ["path", path] => (*path).clone_into(&mut self.path),
            ["registry", "well"] => {
                self.fixture.engine().faults().clear();
            }
            ["registry", point, word] => {
                let kind = FaultKind::from_word(word).ok_or("no such fault")?;
                self.fixture.engine().faults().add(&format!("registry.{point}"), kind, 1_000).map_err(|e| e.to_string())?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
