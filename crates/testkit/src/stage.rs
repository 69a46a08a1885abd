//! What the stages of both dialects have in common: the registrar they stand on, its clock, its orders, and what people outside do.

use crate::Fixture;
use crate::transcript::{Sent, Stage};
use engine::Actor;
use engine::account::Balance;
use engine::domain::Window;
use engine::faults::FaultKind;
use engine::order::{List, OrderFilter, OrderStanding};
use http::Response;
use model::{Money, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use registry::embedded::Act;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A dialect's router over a seeded registrar. Whoever is one is a [`Stage`] whose `@` lines are its own and these: `@fault POINT KIND TIMES`,
/// `@consent agree|refuse ADDRESS`, `@owner agree|refuse ADDRESS` and `@verify yes|no ADDRESS` (the answer to the newest such mail to an address),
/// `@mail ADDRESS WORDS` (the newest mail to an address has these words in its subject),
/// `@outside approve|reject|request|create NAME [CODE]` (what the rest of the world does at the registry), `@idle DURATION` (real time passes, which sessions see), `@arrivals` (names on their way
/// here).
pub trait Dialect {
    fn fixture(&self) -> &Fixture;

    /// Whose orders and balance a transcript speaks of.
    fn actor(&self) -> Result<Actor, String>;

    /// Sends a request as whoever is logged in.
    fn deliver(&mut self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String>;

    /// An `@` line of its own, as its words; false if it is none.
    fn own(&mut self, words: &[&str]) -> Result<bool, String>;
}

/// Text as part of a query or form.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A reply as a transcript reads it.
pub fn sent(response: Response<Vec<u8>>) -> Sent {
    let (parts, body) = response.into_parts();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Sent {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        text: String::from_utf8(body).expect("replies are UTF-8"),
    }
}

/// All transcripts below a folder with their names, in order.
pub fn transcripts(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(place) = folders.pop() {
        for entry in std::fs::read_dir(place).expect("a folder of transcripts") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "txt") {
                let name = path.strip_prefix(folder).expect("below the folder").with_extension("").display().to_string();
                found.push((name, path));
            }
        }
    }
    found.sort();
    found
}

impl<D: Dialect> Stage for D {
    fn send(&mut self, command: &str, parameters: &[(String, String)]) -> Result<Sent, String> {
        self.deliver(command, parameters)
    }

    fn now(&self) -> Timestamp {
        self.fixture().engine().now()
    }

    fn advance(&mut self, duration: &str) -> Result<(), String> {
        self.fixture().advance(duration);
        Ok(())
    }

    fn wait(&mut self) -> Result<(), String> {
        let actor = self.actor()?;
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let filter = OrderFilter { standings: vec![OrderStanding::Pending], hidden_too: true, ..OrderFilter::default() };
            let list = List { filter, newest_first: true, window: Window::ALL };
            let open = self.fixture().engine().run(&actor, list).map_err(|error| error.to_string())?;
            if open.total == 0 {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(format!("orders are still open: {:?}", open.rows));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn balance(&mut self) -> Result<Money, String> {
        let actor = self.actor()?;
        self.fixture().engine().run(&actor, Balance).map(|(posted, _)| posted).map_err(|error| error.to_string())
    }

    fn act(&mut self, words: &[&str]) -> Result<(), String> {
        if self.own(words)? {
            return Ok(());
        }
        let fixture = self.fixture();
        let engine = fixture.engine();
        match words {
            ["fault", point, kind, times] => {
                let kind = FaultKind::from_word(kind).ok_or("no such kind of fault")?;
                let times = times.parse().map_err(|_| "how many times?")?;
                engine.faults().add(point, kind, times).map_err(|error| format!("{error:?}"))
            }
            ["consent", answer, to] => {
                let token = fixture.token("foa", to).ok_or("no such mail")?;
                engine.answer_consent(&token, *answer == "agree").map(|_| ()).map_err(|error| error.to_string())
            }
            ["owner", answer, to] => {
                let token = fixture.token("owner-change", to).ok_or("no such mail")?;
                engine.answer_owner(&token, *answer == "agree", None).map(|_| ()).map_err(|error| error.to_string())
            }
            ["verify", answer, to] => {
                let token = fixture.token("verify", to).ok_or("no such mail")?;
                engine.answer_verification(&token, *answer == "yes").map(|_| ()).map_err(|error| error.to_string())
            }
            ["mail", to, words @ ..] => {
                let mails = engine.mails(Some((*to).to_owned())).map_err(|error| error.to_string())?;
                let subject = mails.first().map(|mail| mail.subject.as_str()).ok_or("no such mail")?;
                let is_it = !words.is_empty() && subject.contains(&words.join(" "));
                if is_it { Ok(()) } else { Err(format!("its subject is: {subject}")) }
            }
            ["outside", deed, name, rest @ ..] => {
                let (name, auth_info) = ((*name).to_owned(), rest.first().copied().unwrap_or_default().to_owned());
                let act = match *deed {
                    "approve" => Act::Approve { name },
                    "reject" => Act::Refuse { name },
                    "request" => Act::Request { name, auth_info },
                    "push" => Act::Push { name, tag: sandbox::REGISTRAR.to_owned() },
                    "create" => Act::Create { name, years: 1, hosts: Vec::new(), auth_info },
                    _ => return Err("no such deed".to_owned()),
                };
                let acted = fixture.sandbox.play(&act);
                if acted.is_success() { Ok(()) } else { Err(format!("{acted:?}")) }
            }
            ["idle", duration] => {
                fixture.pass(duration);
                Ok(())
            }
            ["arrivals"] => fixture.sandbox.arrive().map_err(|error| error.to_string()),
            _ => Err("no such line".to_owned()),
        }
    }
}
