//! A registry of cardboard for tests: it says, byte by byte, what a test wants it to say, and remembers what it was told.
//!
//! It greets, logs in and answers hello by itself, unless told otherwise; every other command goes to the test's closure. Nothing
//! sleeps: a silence is an immediate time-out.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use epp::frame::{read_frame, to_frame};
use epp::{ClientFrame, Command, Greeting, RawXml, ResData, Response, Verb, codes, ns};
use model::contact::ContactData;
use model::{DomainName, HostName, Months, Timestamp};

use super::link::{Dial, Link, LinkError, Unasked, received};
use super::{Config, Connector};
use crate::faults::Faults;
use crate::{Clock, CreateDomain, DomainContacts, Entropy, RegistryDomain};

/// Largest frame that the cardboard registry is read with.
const FRAME_BYTES_MAX: usize = 64 * 1024;

/// What comes out of the wire after a frame went in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Said {
    /// Length fields included.
    pub bytes: Vec<u8>,
    /// Whether the connection ends behind them.
    pub closes: bool,
}

impl Said {
    /// Nothing, and the connection stays.
    pub fn nothing() -> Said {
        Said::default()
    }

    /// One whole frame.
    pub fn frame(xml: &[u8]) -> Said {
        Said { bytes: to_frame(xml).expect("tests say frames that fit"), closes: false }
    }

    /// A reply.
    pub fn reply(response: &Response) -> Said {
        Said::frame(&epp::write_response(response).expect("tests say replies that can be written"))
    }

    /// This, and then that.
    pub fn then(mut self, next: &Said) -> Said {
        self.bytes.extend_from_slice(&next.bytes);
        self.closes |= next.closes;
        self
    }

    /// Only the first bytes of it, and then the end.
    pub fn cut_after(mut self, bytes: usize) -> Said {
        self.bytes.truncate(bytes);
        self.closing()
    }

    /// The same, and then the end.
    pub fn closing(mut self) -> Said {
        self.closes = true;
        self
    }
}

type Answering = Box<dyn FnMut(&Command) -> Result<Said, LinkError> + Send>;

struct State {
    greeting: Said,
    login: Answering,
    answer: Answering,
    told: Vec<Command>,
    dials: usize,
    reachable: bool,
}

/// The cardboard registry. Clones are the same one.
#[derive(Clone)]
pub struct Cardboard(Arc<Mutex<State>>);

impl Cardboard {
    /// `answer` says what follows each command other than log-in and log-out; an error is one of handing the command over.
    pub fn new(answer: impl FnMut(&Command) -> Result<Said, LinkError> + Send + 'static) -> Cardboard {
        let greeting = epp::write_greeting(&greeting()).expect("the greeting can be written");
        Cardboard(Arc::new(Mutex::new(State {
            greeting: Said::frame(&greeting),
            login: Box::new(|command| Ok(Said::reply(&answer_to(command, codes::SUCCESS)))),
            answer: Box::new(answer),
            told: Vec::new(),
            dials: 0,
            reachable: true,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What new connections begin with.
    pub fn greets(&self, greeting: Said) {
        self.state().greeting = greeting;
    }

    /// What follows a log-in.
    pub fn logs_in(&self, login: impl FnMut(&Command) -> Result<Said, LinkError> + Send + 'static) {
        self.state().login = Box::new(login);
    }

    /// Whether it can be connected to.
    pub fn reachable(&self, reachable: bool) {
        self.state().reachable = reachable;
    }

    /// Every command that it was handed, log-ins too.
    pub fn told(&self) -> Vec<Command> {
        self.state().told.clone()
    }

    /// The commands without log-ins and log-outs.
    pub fn asked(&self) -> Vec<Command> {
        self.told().into_iter().filter(|command| !matches!(command.verb, Verb::Login(_) | Verb::Logout)).collect()
    }

    /// How often it was connected to.
    pub fn dials(&self) -> usize {
        self.state().dials
    }

    /// A connector to it.
    pub fn connector(&self, config: Config, faults: &Faults) -> Connector {
        Connector::new(config, Arc::new(self.clone()), faults.clone(), clock(), entropy())
    }
}

impl Dial for Cardboard {
    fn dial(&self, _: Instant) -> Result<Box<dyn Link>, LinkError> {
        let mut state = self.state();
        state.dials += 1;
        if !state.reachable {
            return Err(LinkError::Unreached("connection refused".to_owned()));
        }
        let mut link = CardboardLink { registry: self.clone(), wire: Wire::default() };
        link.wire.carry(state.greeting.clone());
        Ok(Box::new(link))
    }
}

/// Bytes on their way to us.
#[derive(Default)]
struct Wire {
    bytes: VecDeque<u8>,
    closed: bool,
}

impl Wire {
    fn carry(&mut self, said: Said) {
        self.bytes.extend(said.bytes);
        self.closed |= said.closes;
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() && !self.closed {
            return Err(ErrorKind::TimedOut.into());
        }
        self.bytes.read(buffer)
    }
}

struct CardboardLink {
    registry: Cardboard,
    wire: Wire,
}

impl Link for CardboardLink {
    fn send(&mut self, frame: &[u8]) -> Result<(), LinkError> {
        if self.wire.closed {
            return Err(LinkError::Unreached("closed".to_owned()));
        }
        let said = match epp::read_client(frame).expect("the connector writes frames that can be read") {
            ClientFrame::Hello => self.registry.state().greeting.clone(),
            ClientFrame::Command(command) => {
                let mut state = self.registry.state();
                state.told.push((*command).clone());
                match command.verb {
                    Verb::Login(_) => (state.login)(&command)?,
                    Verb::Logout => Said::reply(&answer_to(&command, codes::SUCCESS_ENDING_SESSION)).closing(),
                    _ => (state.answer)(&command)?,
                }
            }
        };
        self.wire.carry(said);
        Ok(())
    }

    fn receive(&mut self, _: Instant) -> Result<Vec<u8>, LinkError> {
        received(read_frame(&mut self.wire, FRAME_BYTES_MAX))
    }

    fn unasked(&mut self) -> Unasked {
        match (self.wire.bytes.is_empty(), self.wire.closed) {
            (false, _) => Unasked::Data,
            (true, true) => Unasked::Closed,
            (true, false) => Unasked::Nothing,
        }
    }
}

/// A greeting that offers all we speak.
pub fn greeting() -> Greeting {
    let owned = |list: &[&str]| list.iter().map(|uri| (*uri).to_owned()).collect();
    Greeting {
        sv_id: "Cardboard".to_owned(),
        sv_date: "2031-03-01T12:00:00Z".to_owned(),
        versions: owned(&["1.0"]),
        langs: owned(&["en"]),
        obj_uris: owned(&[ns::DOMAIN, ns::HOST, ns::CONTACT, "urn:example:unknown-1.0"]),
        ext_uris: owned(&[ns::SECDNS, ns::RGP, ns::FEE, ns::KR, ns::RELEASE]),
        dcp: RawXml::element(ns::EPP, "access", "").expect("an element"),
    }
}

/// A reply to this command, in the standard words.
pub fn answer_to(command: &Command, code: u16) -> Response {
    Response::new(code, command.cltrid.clone(), "SV-1")
}

/// A reply with data.
pub fn answer_with(command: &Command, data: ResData) -> Response {
    Response { res_data: Some(data), ..answer_to(command, codes::SUCCESS) }
}

/// 2031-03-01 at noon, for ever.
pub fn clock() -> Clock {
    Arc::new(|| Timestamp::from_seconds(1_930_132_800))
}

/// Octets that differ each time and are the same in each run.
pub fn entropy() -> Entropy {
    let count = AtomicU64::new(1);
    Arc::new(move |buffer| {
        let number = count.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        buffer.iter_mut().zip(number.iter().cycle()).for_each(|(octet, fresh)| *octet = *fresh);
    })
}

/// A person whose data is plain ASCII.
pub fn contact_data() -> ContactData {
    ContactData {
        title: String::new(),
        first_name: "Erika".to_owned(),
        middle_name: String::new(),
        last_name: "Mustermann".to_owned(),
        organization: String::new(),
        email: "erika@example.com".to_owned(),
        street: vec!["Heidestr. 17".to_owned()],
        city: "Berlin".to_owned(),
        state: String::new(),
        postal_code: "10557".to_owned(),
        country: "DE".to_owned(),
        phone: "+49.301234567x8".to_owned(),
        fax: String::new(),
        vat_id: String::new(),
        extras: Vec::new(),
    }
}

/// A wish for `wished.com`.
pub fn create_wish() -> CreateDomain {
    CreateDomain {
        name: DomainName::parse("wished.com").expect("a name"),
        months: Months::new(12).expect("a year"),
        contacts: DomainContacts { registrant: Some("C-REG".to_owned()), ..DomainContacts::default() },
        hosts: vec![HostName::parse("ns1.example.net").expect("a host")],
        dnssec: Vec::new(),
        auth_info: "secret-code-of-this-name".to_owned(),
        fee: None,
        kr: None,
        idn_language: None,
    }
}

/// `wished.com` as the registry shows it when the wish was fulfilled at [`clock`].
pub fn registered() -> RegistryDomain {
    let wish = create_wish();
    RegistryDomain {
        name: wish.name,
        roid: "D1-X".to_owned(),
        sponsor: "domesday".to_owned(),
        statuses: vec!["ok".to_owned()],
        rgp_statuses: vec!["addPeriod".to_owned()],
        contacts: wish.contacts,
        hosts: wish.hosts,
        dnssec: Vec::new(),
        created: Some(clock()()),
        updated: None,
        expires: Some(clock()().plus_months(wish.months)),
        transferred: None,
        kr: None,
    }
}
