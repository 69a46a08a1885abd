//! One session at a registry: greeting, log-in, one command at a time, and the strict matching of its answer.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use epp::{Command, Greeting, Login, Response, Verb, codes, ns};

use super::config::Config;
use super::link::{Dial, Link, LinkError, Unasked};
use super::words;
use crate::faults::{FaultKind, Faults};
use crate::{Entropy, Trouble};

/// The IDN table extension of CentralNic and Identity Digital.
pub(super) const IDN: &str = "urn:ietf:params:xml:ns:idn-1.0";

/// The objects we speak; a session needs the first.
const OBJECTS: [&str; 3] = [ns::DOMAIN, ns::HOST, ns::CONTACT];
/// The extensions we speak.
const EXTENSIONS: [&str; 7] = [ns::SECDNS, ns::RGP, ns::FEE, ns::KR, ns::RELEASE, ns::UNHANDLED, IDN];
/// How long a session is given to say goodbye.
const LOGOUT_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether a command changes anything: what does may never be sent twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Query,
    Transform,
}

/// A command on its way: what the fault layer and the judge must know of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    /// The lab's name of it, such as `registry.create`.
    pub point: &'static str,
    pub kind: Kind,
}

/// Why a session was not opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum OpenError {
    /// Not reached, or no sense in what came.
    Unreached(String),
    /// Too many sessions (2502), or the registry failed.
    Limit(String),
    /// Name, password or certificate were not taken: only people can mend that.
    Rejected(String),
}

/// Why a command has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// It never left.
    Unsent(String),
    /// It may have been done.
    Lost(String),
    /// The lab refuses it; the session is as before.
    Played(String),
}

/// An answer, and the frame it came in.
#[derive(Debug)]
pub(super) struct Reply {
    pub response: Response,
    pub frame: Vec<u8>,
}

/// The namespaces of a session: what the registry offers and we speak.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Services {
    objects: BTreeSet<&'static str>,
    extensions: BTreeSet<&'static str>,
}

impl Services {
    fn of(greeting: &Greeting) -> Services {
        let common = |ours: &[&'static str], theirs: &[String]| {
            ours.iter().copied().filter(|uri| theirs.iter().any(|offered| offered == uri)).collect()
        };
        Services { objects: common(&OBJECTS, &greeting.obj_uris), extensions: common(&EXTENSIONS, &greeting.ext_uris) }
    }

    /// Whether objects or an extension of this namespace may be used.
    pub fn has(&self, uri: &str) -> bool {
        self.objects.contains(uri) || self.extensions.contains(uri)
    }
}

/// A logged-in connection with no command outstanding.
pub(super) struct Session {
    link: Box<dyn Link>,
    pub services: Services,
    opened: Instant,
    used: Instant,
    /// Set once it may not be used again.
    pub broken: bool,
}

impl Session {
    /// Connects, reads the greeting and logs in.
    pub fn open(dial: &dyn Dial, config: &Config, faults: &Faults, entropy: &Entropy) -> Result<Session, OpenError> {
        let deadline = Instant::now() + config.connect_timeout;
        play_before("registry.connect", config.connect_timeout, faults).map_err(OpenError::Unreached)?;
        let mut link = dial.dial(deadline).map_err(|e| OpenError::Unreached(e.to_string()))?;
        let frame = link.receive(deadline).map_err(|e| OpenError::Unreached(format!("no greeting: {e}")))?;
        let greeting = epp::read_greeting(&frame).map_err(|e| OpenError::Unreached(format!("no greeting: {e}")))?;
        if !greeting.versions.iter().any(|version| version == "1.0") {
            return Err(OpenError::Unreached("the greeting does not offer EPP 1.0".to_owned()));
        }
        let services = Services::of(&greeting);
        if !services.has(ns::DOMAIN) {
            return Err(OpenError::Unreached("the greeting does not offer domains".to_owned()));
        }
        play_before("registry.login", config.connect_timeout, faults).map_err(OpenError::Limit)?;
        let id = words::transaction_id("login", entropy);
        let frame = epp::write_command(&login(config, &greeting, &services, &id)).map_err(|e| OpenError::Rejected(e.to_string()))?;
        link.send(&frame).map_err(|e| OpenError::Unreached(format!("log-in: {e}")))?;
        let answer = link.receive(deadline).map_err(|e| OpenError::Unreached(format!("log-in: {e}")))?;
        let response = epp::read_response(&answer).map_err(|e| OpenError::Unreached(format!("log-in: {e}")))?;
        if response.cltrid.as_deref() != Some(id.as_str()) {
            return Err(OpenError::Unreached("log-in: the answer is another command's".to_owned()));
        }
        match response.code() {
            code if codes::is_success(code) && !response.closes_session() => {}
            code => {
                let what = format!("log-in refused ({code}): {}", words::message(&response));
                return Err(match code {
                    codes::AUTHENTICATION_ERROR | codes::AUTHORIZATION_ERROR | codes::AUTHENTICATION_CLOSING => OpenError::Rejected(what),
                    _ => OpenError::Limit(what),
                });
            }
        }
        let now = Instant::now();
        Ok(Session { link, services, opened: now, used: now, broken: false })
    }

    /// How long ago it was opened.
    pub fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// How long it has been silent.
    pub fn idle(&self) -> Duration {
        self.used.elapsed()
    }

    /// Whether a command can be sent: nothing came unasked, and the other side did not close.
    pub fn is_ready(&mut self) -> bool {
        if !self.broken && self.link.unasked() != Unasked::Nothing {
            self.broken = true;
        }
        !self.broken
    }

    /// Sends a command and reads its answer. Whatever is not exactly one whole answer to this command breaks the session.
    pub fn exchange(&mut self, ask: Ask, command: &[u8], id: &str, timeout: Duration, faults: &Faults) -> Result<Reply, Failure> {
        let outcome = self.exchange_once(ask, command, id, timeout, faults);
        self.used = Instant::now();
        match &outcome {
            Err(Failure::Unsent(_) | Failure::Lost(_)) => self.broken = true,
            Ok(reply) if reply.response.closes_session() => self.broken = true,
            Ok(_) | Err(Failure::Played(_)) => {}
        }
        outcome
    }

    fn exchange_once(&mut self, ask: Ask, command: &[u8], id: &str, timeout: Duration, faults: &Faults) -> Result<Reply, Failure> {
        // The fault layer: between the connector and whatever link carries the frames.
        let mut drop_answer = false;
        match faults.strike(ask.point) {
            None => {}
            Some(FaultKind::Refuse) => return Err(Failure::Played("refused by the lab".to_owned())),
            Some(FaultKind::Disconnect) => return Err(Failure::Unsent("cut by the lab before the command left".to_owned())),
            Some(FaultKind::Timeout) => {
                faults.waited(timeout);
                return Err(Failure::Lost("no answer in time (played by the lab)".to_owned()));
            }
            Some(FaultKind::Slow) => faults.waited(timeout / 2),
            Some(FaultKind::ReplyLost) => drop_answer = true,
        }
        let deadline = Instant::now() + timeout;
        match self.link.send(command) {
            Ok(()) => {}
            Err(LinkError::Unreached(what)) => return Err(Failure::Unsent(what)),
            Err(error) => return Err(Failure::Lost(format!("sending: {error}"))),
        }
        if ask.kind == Kind::Transform {
            faults.passing("registry.sent");
        }
        let frame = self.link.receive(deadline).map_err(|e| Failure::Lost(e.to_string()))?;
        if drop_answer {
            return Err(Failure::Lost("the answer was dropped by the lab".to_owned()));
        }
        let response = words::read_reply(ask.point, &frame).map_err(|e| Failure::Lost(format!("garbled answer: {e}")))?;
        if response.cltrid.as_deref() != Some(id) {
            return Err(Failure::Lost("the answer is another command's".to_owned()));
        }
        // A close behind a whole answer is no harm to it; more data is: two answers cannot both be right.
        match self.link.unasked() {
            Unasked::Nothing => {}
            Unasked::Closed => self.broken = true,
            Unasked::Data => return Err(Failure::Lost("more than one answer came".to_owned())),
        }
        if ask.kind == Kind::Transform {
            faults.passing("registry.answered");
        }
        Ok(Reply { response, frame })
    }

    /// Says hello and wants a greeting; false if the session is of no use any more.
    pub fn hello(&mut self, timeout: Duration) -> bool {
        let alive = self.is_ready()
            && self.link.send(&epp::write_hello()).is_ok()
            && self.link.receive(Instant::now() + timeout).is_ok_and(|frame| epp::read_greeting(&frame).is_ok());
        self.used = Instant::now();
        self.broken |= !alive;
        alive
    }

    /// Logs out as far as that goes, so that the registry counts one session less.
    pub fn close(mut self, entropy: &Entropy) {
        if !self.is_ready() {
            return;
        }
        if let Ok(frame) = epp::write_command(&Command::new(Verb::Logout, words::transaction_id("logout", entropy)))
            && self.link.send(&frame).is_ok()
        {
            let _ = self.link.receive(Instant::now() + LOGOUT_TIMEOUT);
        }
    }
}

fn login(config: &Config, greeting: &Greeting, services: &Services, id: &str) -> Command {
    let lang = greeting.langs.iter().find(|lang| *lang == "en").or(greeting.langs.first());
    let owned = |uris: &BTreeSet<&'static str>| uris.iter().map(|uri| (*uri).to_owned()).collect();
    let login = Login {
        cl_id: config.registrar.clone(),
        pw: config.password.clone(),
        new_pw: None,
        version: "1.0".to_owned(),
        lang: lang.cloned().unwrap_or_else(|| "en".to_owned()),
        obj_uris: owned(&services.objects),
        ext_uris: owned(&services.extensions),
    };
    Command::new(Verb::Login(login), id)
}

/// Faults of what comes before a command: all of them keep the session from being opened, but a slow one.
fn play_before(point: &str, timeout: Duration, faults: &Faults) -> Result<(), String> {
    match faults.strike(point) {
        None => Ok(()),
        Some(FaultKind::Slow) => {
            faults.waited(timeout / 2);
            Ok(())
        }
        Some(kind) => {
            if kind == FaultKind::Timeout {
                faults.waited(timeout);
            }
            Err(format!("{} played by the lab", kind.word()))
        }
    }
}

/// What an answer means, for the sender of a command of this kind.
///
/// 2400 and 2500 are what registries also say after doing the work: on a transform they are no refusal. Nor is a code of no family.
pub(super) fn judge(kind: Kind, response: &Response) -> Result<Outcome, Trouble> {
    let Some(worst) = response.results.iter().map(|entry| entry.code).find(|code| !codes::is_success(*code)) else {
        return Ok(if response.code() == codes::SUCCESS_PENDING { Outcome::Deferred } else { Outcome::Done });
    };
    let message = words::message(response);
    let mixed = response.results.iter().any(|entry| codes::is_success(entry.code));
    Err(match (worst, kind) {
        _ if mixed => Trouble::Lost("the answer says yes and no".to_owned()),
        (codes::AUTHENTICATION_CLOSING | codes::SESSION_LIMIT, _) => {
            Trouble::NotSent(format!("the registry ended the session ({worst}): {message}"))
        }
        (2000..=2399, _) => Trouble::Refused { code: worst, message, reasons: words::reasons(response) },
        (_, Kind::Transform) => Trouble::Lost(format!("the registry failed ({worst}): {message}")),
        (_, Kind::Query) => Trouble::Lost(format!("the registry could not answer ({worst}): {message}")),
    })
}

/// What a success says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Done,
    Deferred,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_judged_by_what_they_can_hide() {
        use Kind::{Query, Transform};
        let verdict = |kind, code| match judge(kind, &Response::new(code, None, "s")) {
            Ok(Outcome::Done) => "done",
            Ok(Outcome::Deferred) => "deferred",
            Err(Trouble::Refused { .. }) => "refused",
            Err(Trouble::NotSent(_)) => "not sent",
            Err(Trouble::Lost(_)) => "lost",
        };
        for (code, transform, query) in [
            (1000, "done", "done"),
            (1001, "deferred", "deferred"),
            (1300, "done", "done"),
            (2001, "refused", "refused"),
            (2201, "refused", "refused"),
            (2302, "refused", "refused"),
            (2308, "refused", "refused"),
            (2400, "lost", "lost"),
            (2499, "lost", "lost"),
            (2500, "lost", "lost"),
            (2501, "not sent", "not sent"),
            (2502, "not sent", "not sent"),
            (0, "lost", "lost"),
            (9999, "lost", "lost"),
        ] {
            assert_eq!(verdict(Transform, code), transform, "{code}");
            assert_eq!(verdict(Query, code), query, "{code}");
        }
    }

    #[test]
    fn yes_and_no_together_is_no_answer() {
        let mut response = Response::new(1000, None, "s");
        response.results.push(epp::ResultEntry::new(2302));
        assert!(matches!(judge(Kind::Transform, &response), Err(Trouble::Lost(_))));
    }
}
