//! One connection to the registry: who it is, which services it uses, and frame in, frame out.

use super::EmbeddedRegistry;
use super::command::{self, Call, Done, Services, Work};
use super::refuse::{Refusal, Stop, refuse, refuse_value};
use epp::{ClientFrame, Greeting, Login, RawXml, Response, ResponseExt, ResultEntry, Verb, codes, ns};
use model::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::Fault;

/// After so many failed log-ins the connection is closed (RFC 5730 section 2.9.1.1 leaves the number open).
const LOGIN_FAILURES_MAX: u8 = 3;
/// Length of a log-in password (RFC 5730 `pwType`).
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 6..=16;

/// Objects and extensions of the greeting.
const OBJECTS: [(&str, Services); 3] = [(ns::DOMAIN, Services::DOMAIN), (ns::HOST, Services::HOST), (ns::CONTACT, Services::CONTACT)];
const EXTENSIONS: [(&str, Services); 5] = [
    (ns::SECDNS, Services::SECDNS),
    (ns::RGP, Services::RGP),
    (ns::FEE, Services::FEE),
    (ns::KR, Services::KR),
    (ns::RELEASE, Services::RELEASE),
];

/// Data collection policy of the greeting: all access, for provisioning, kept as stated.
const DCP: &str = "<access xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"><all/></access><statement xmlns=\"urn:ietf:params:xml:ns:epp-1.0\">\
<purpose><admin/><prov/></purpose><recipient><ours/></recipient><retention><stated/></retention></statement>";

/// Who is at the other end.
#[derive(Clone, Debug)]
pub enum Peer {
    /// Our own process, acting as this registrar: it need not log in, and if it does, its password is not asked for.
    Trusted(String),
    /// The holder of a client certificate that is bound to this registrar: it must log in, as that registrar.
    Certificate { registrar: String },
}

impl Peer {
    fn registrar(&self) -> &str {
        match self {
            Peer::Trusted(registrar) | Peer::Certificate { registrar } => registrar,
        }
    }
}

/// The answer to a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The XML, without the header of RFC 5734.
    pub frame: Vec<u8>,
    /// Whether the connection ends after it.
    pub close: bool,
}

/// A connection. One command at a time; dropped, it frees its place among the registrar's sessions.
pub struct Session {
    registry: Arc<EmbeddedRegistry>,
    peer: Peer,
    /// Of a logged-in session; a trusted one has all services before it logs in.
    services: Option<Services>,
    /// Whether this session counts among the registrar's.
    counted: bool,
    failures: u8,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.log_out();
    }
}

impl Session {
    pub(super) fn new(registry: Arc<EmbeddedRegistry>, peer: Peer) -> Session {
        let services = matches!(peer, Peer::Trusted(_)).then_some(Services::ALL);
        Session { registry, peer, services, counted: false, failures: 0 }
    }

    /// What the server says first, and in answer to a hello.
    pub fn greeting(&self) -> Vec<u8> {
        let greeting = Greeting {
            sv_id: "Domesday embedded registry".to_owned(),
            sv_date: (self.registry.clock)().rfc3339(),
            versions: vec!["1.0".to_owned()],
            langs: vec!["en".to_owned()],
            obj_uris: OBJECTS.iter().map(|(uri, _)| (*uri).to_owned()).collect(),
            ext_uris: EXTENSIONS.iter().map(|(uri, _)| (*uri).to_owned()).collect(),
            dcp: RawXml::parse(DCP).unwrap_or_default(),
        };
        epp::write_greeting(&greeting).unwrap_or_default()
    }

    /// Answers a frame. Never panics: what goes wrong inside is answered with 2400.
    pub fn handle(&mut self, frame: &[u8]) -> Reply {
        let now = (self.registry.clock)();
        let svtrid = self.registry.desk.transaction();
        match catch_unwind(AssertUnwindSafe(|| self.answer(frame, now, &svtrid))) {
            Ok(reply) => reply,
            Err(_) => {
                tracing::error!(svtrid, "a command panicked");
                write(&Response::new(codes::COMMAND_FAILED, None, svtrid))
            }
        }
    }

    fn answer(&mut self, frame: &[u8], now: Timestamp, svtrid: &str) -> Reply {
        let command = match epp::read_client(frame) {
            Ok(ClientFrame::Hello) => return Reply { frame: self.greeting(), close: false },
            Ok(ClientFrame::Command(command)) => *command,
            Err(error) => {
                let mut response = Response::new(error.kind.code(), error.cltrid.clone(), svtrid);
                let culprit = if error.element.is_empty() { "epp" } else { error.element.as_str() };
                if let Ok(value) = RawXml::element(ns::EPP, "undef", "") {
                    // A broken frame may hold what XML cannot carry, and the reason may quote it.
                    let reason = format!("{culprit}: {}", error.reason).replace(is_unfit, "\u{fffd}");
                    response.results = vec![ResultEntry::new(error.kind.code()).because(value, reason)];
                }
                return write(&response);
            }
        };
        let cltrid = command.cltrid.clone();
        let outcome = match (command.verb, self.services) {
            (Verb::Login(login), _) => self.log_in(&login, now),
            (Verb::Logout, Some(_)) => {
                self.log_out();
                self.services = None;
                Ok(Done::code(codes::SUCCESS_ENDING_SESSION))
            }
            (_, None) => Err(refuse(codes::USE_ERROR).into()),
            (verb, Some(services)) => {
                let call = Call {
                    now,
                    registrar: self.peer.registrar().to_owned(),
                    services,
                    cltrid: cltrid.clone(),
                    svtrid: svtrid.to_owned(),
                    desk: self.registry.desk.clone(),
                    writing: false,
                };
                command::run(&self.registry, Work { call, verb, extensions: command.extensions })
            }
        };
        write(&self.response(outcome, cltrid, svtrid))
    }

    /// Puts the outcome into a reply, with the extensions that the client logged in for.
    fn response(&self, outcome: Result<Done, Stop>, cltrid: Option<String>, svtrid: &str) -> Response {
        let done = match outcome {
            Ok(done) => done,
            Err(Stop::Refused(Refusal { code, culprit })) => {
                let mut response = Response::new(code, cltrid, svtrid);
                if let Some((value, reason)) = culprit {
                    response.results = vec![ResultEntry::new(code).because(value, reason)];
                }
                return response;
            }
            Err(Stop::Fault(Fault::Stopped(text))) => {
                tracing::error!(svtrid, error = %text, "the registry's store has stopped");
                return Response::new(codes::COMMAND_FAILED_CLOSING, cltrid, svtrid);
            }
            Err(Stop::Fault(fault)) => {
                tracing::error!(svtrid, error = %fault, "a command failed");
                return Response::new(codes::COMMAND_FAILED, cltrid, svtrid);
            }
            Err(Stop::Due) => {
                tracing::error!(svtrid, "a writing command stopped as if it were a query");
                return Response::new(codes::COMMAND_FAILED, cltrid, svtrid);
            }
        };
        let mut response = Response::new(done.code, cltrid, svtrid);
        let services = self.services.unwrap_or(Services::NONE);
        response.msg_queue = done.queue;
        response.res_data = done.data;
        response.extensions = done.extensions;
        response.extensions.retain(|extension| match extension {
            ResponseExt::SecDnsInfo(_) => services.has(Services::SECDNS),
            ResponseExt::RgpInfo(_) | ResponseExt::RgpUpdate(_) => services.has(Services::RGP),
            ResponseExt::FeeCheck(_) | ResponseExt::FeeOutcome(_) => services.has(Services::FEE),
            ResponseExt::KrInfo(_) => services.has(Services::KR),
            ResponseExt::Unknown { .. } => false,
        });
        response
    }

    fn log_in(&mut self, login: &Login, now: Timestamp) -> Result<Done, Stop> {
        if self.counted {
            return Err(refuse(codes::USE_ERROR).into());
        }
        if login.version != "1.0" {
            return Err(refuse_value(codes::UNIMPLEMENTED_VERSION, ns::EPP, "version", &login.version, "only 1.0").into());
        }
        if login.lang != "en" {
            return Err(refuse_value(codes::UNIMPLEMENTED_OPTION, ns::EPP, "lang", &login.lang, "only en").into());
        }
        let services = services(login)?;
        self.authenticate(login)?;
        if let Some(new) = &login.new_pw {
            self.change_password(login, new.expose(), now)?;
        }
        if !self.registry.enter(self.peer.registrar()) {
            return Err(refuse(codes::SESSION_LIMIT).into());
        }
        self.counted = true;
        self.failures = 0;
        self.services = Some(services);
        Ok(Done::code(codes::SUCCESS))
    }

    /// The client id must be the one that the certificate is bound to, and the password its own.
    fn authenticate(&mut self, login: &Login) -> Result<(), Stop> {
        let bound = login.cl_id == self.peer.registrar();
        let good = match &self.peer {
            Peer::Trusted(_) => bound,
            Peer::Certificate { .. } => {
                let id = login.cl_id.clone();
                let kept = self.registry.store.read::<_, Fault, _>(move |tx| super::tables::registrar_password(tx, &id))?;
                // Both are always looked at: the time tells nothing.
                self.registry.door.verify(&login.cl_id, kept.as_deref(), login.pw.expose()) & bound
            }
        };
        if good {
            return Ok(());
        }
        self.failures = self.failures.saturating_add(1);
        let last = self.failures >= LOGIN_FAILURES_MAX;
        Err(refuse(if last { codes::AUTHENTICATION_CLOSING } else { codes::AUTHENTICATION_ERROR }).into())
    }

    fn change_password(&self, login: &Login, new: &str, _now: Timestamp) -> Result<(), Stop> {
        if !PASSWORD_LENGTH.contains(&new.chars().count()) {
            // The value is a secret: it is not repeated.
            return Err(refuse_value(codes::PARAMETER_RANGE, ns::EPP, "newPW", "", "6 to 16 characters").into());
        }
        let hash = self.registry.door.hash(new, &self.registry.desk.entropy).ok_or_else(|| refuse(codes::COMMAND_FAILED))?;
        let id = login.cl_id.clone();
        self.registry.store.write::<_, Fault, _>(move |tx| super::tables::set_registrar_password(tx, &id, &hash))?;
        Ok(())
    }

    fn log_out(&mut self) {
        if std::mem::take(&mut self.counted) {
            self.registry.leave(self.peer.registrar());
        }
    }
}

/// The services a client asks for; all must be of the greeting.
fn services(login: &Login) -> Result<Services, Refusal> {
    let mut services = Services::NONE;
    for uri in &login.obj_uris {
        match OBJECTS.iter().find(|(known, _)| known == uri) {
            Some((_, service)) => services = services.with(*service),
            None => {
                return Err(refuse_value(codes::UNIMPLEMENTED_OBJECT, ns::EPP, "objURI", uri, "not among the services of the greeting"));
            }
        }
    }
    for uri in &login.ext_uris {
        match EXTENSIONS.iter().find(|(known, _)| known == uri) {
            Some((_, service)) => services = services.with(*service),
            None => {
                return Err(refuse_value(codes::UNIMPLEMENTED_EXTENSION, ns::EPP, "extURI", uri, "not among the services of the greeting"));
            }
        }
    }
    Ok(services)
}

/// Characters that XML 1.0 cannot carry.
fn is_unfit(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn write(response: &Response) -> Reply {
    let close = response.closes_session();
    match epp::write_response(response) {
        Ok(frame) => Reply { frame, close },
        Err(error) => {
            tracing::error!(svtrid = response.svtrid, %error, "a reply holds what XML cannot carry");
            let failed = Response::new(codes::COMMAND_FAILED, None, response.svtrid.clone());
            Reply { frame: epp::write_response(&failed).unwrap_or_default(), close }
        }
    }
}
