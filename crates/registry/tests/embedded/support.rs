//! What the tests share: a registry with two registrars and a clock that moves, and clients that check every frame by the schemas.

use epp::contact::{Addr, PostalInfo, PostalKind};
use epp::domain::{self, ContactRef, ContactRole, NameServers};
use epp::xsd::Validator;
use epp::{AuthInfo, Command, Login, Period, ResData, Response, TransferOp, Verb, contact, host, ns};
use model::Timestamp;
use registry::embedded::{EmbeddedRegistry, Peer, Session};
use registry::{Clock, Entropy};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use store::Location;

pub const START: &str = "2026-03-01T10:00:00Z";

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub struct World {
    pub registry: Arc<EmbeddedRegistry>,
    pub clock: Arc<AtomicI64>,
}

pub fn entropy(seed: u64) -> Entropy {
    let state = Arc::new(AtomicU64::new(seed));
    Arc::new(move |bytes: &mut [u8]| {
        for byte in bytes {
            // SplitMix64: enough to tell two salts apart.
            let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z ^ (z >> 31)) as u8;
        }
    })
}

impl World {
    pub fn at_location(location: &Location) -> World {
        let clock = Arc::new(AtomicI64::new(at(START).micros()));
        let reading = clock.clone();
        let now: Clock = Arc::new(move || Timestamp::from_micros(reading.load(Ordering::SeqCst)));
        let registry = EmbeddedRegistry::open(location, now, entropy(1)).unwrap();
        World { registry, clock }
    }

    /// Registrars `domesday` and `outsider`, and a contact of each: `d-1` and `o-1`.
    pub fn new() -> World {
        let world = World::at_location(&Location::Memory);
        world.people();
        world
    }

    pub fn people(&self) {
        for (id, contact) in [("domesday", "d-1"), ("outsider", "o-1")] {
            assert!(self.registry.seed_registrar(id, &format!("{id}-epp")).unwrap());
            self.client(id).ok(contact_create(contact));
        }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.clock.load(Ordering::SeqCst))
    }

    /// Moves the clock without letting anything happen by itself.
    pub fn jump(&self, to: Timestamp) {
        self.clock.store(to.micros(), Ordering::SeqCst);
    }

    /// Moves the clock, and lets happen what is due.
    pub fn advance(&self, duration: &str) -> Vec<String> {
        self.jump(self.now().plus_iso(duration).unwrap());
        let happened = self.registry.run_due(self.now()).unwrap();
        assert_eq!(happened.count as usize, happened.first.len());
        assert!(happened.first.windows(2).all(|pair| pair[0].at <= pair[1].at), "in order of time: {happened:?}");
        happened.first.into_iter().map(|h| format!("{} {}", h.name, h.what)).collect()
    }

    pub fn client(&self, registrar: &str) -> Client {
        Client { session: self.registry.connect(Peer::Trusted(registrar.to_owned())), count: 0, name: registrar.to_owned(), loose: false }
    }

    /// A connection that has to log in.
    pub fn stranger(&self, registrar: &str) -> Client {
        let peer = Peer::Certificate { registrar: registrar.to_owned() };
        Client { session: self.registry.connect(peer), count: 0, name: registrar.to_owned(), loose: false }
    }

    pub fn us(&self) -> Client {
        self.client("domesday")
    }

    pub fn them(&self) -> Client {
        self.client("outsider")
    }
}

pub struct Client {
    pub session: Session,
    count: u32,
    name: String,
    /// Its own frames may break the schemas.
    pub loose: bool,
}

impl Client {
    /// Sends a command and reads the reply; both frames are checked by the schemas.
    pub fn send(&mut self, command: &Command) -> Response {
        let frame = epp::write_command(command).unwrap();
        if !self.loose {
            valid(&frame);
        }
        let reply = self.session.handle(&frame);
        valid(&reply.frame);
        let response = epp::read_response(&reply.frame).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&reply.frame)));
        assert_eq!(response.cltrid, command.cltrid, "clTRID is repeated");
        assert_eq!(reply.close, response.closes_session());
        response
    }

    pub fn command(&mut self, verb: impl Into<Verb>) -> Command {
        self.count += 1;
        Command::new(verb, format!("{}-{}", self.name, self.count))
    }

    pub fn code(&mut self, verb: impl Into<Verb>) -> u16 {
        let command = self.command(verb);
        self.send(&command).code()
    }

    pub fn ok(&mut self, verb: impl Into<Verb>) -> Response {
        let command = self.command(verb);
        let response = self.send(&command);
        assert!(response.is_success(), "{:?} -> {:?}", command.verb, response.results);
        response
    }

    pub fn with(&mut self, verb: impl Into<Verb>, extension: epp::CommandExt) -> Response {
        let command = self.command(verb).with(extension);
        self.send(&command)
    }

    pub fn info(&mut self, name: &str) -> domain::InfData {
        let response = self.ok(info(name));
        match response.res_data {
            Some(ResData::DomainInfo(data)) => *data,
            other => panic!("{other:?}"),
        }
    }

    pub fn statuses(&mut self, name: &str) -> Vec<String> {
        self.info(name).statuses.into_iter().map(|status| status.s).collect()
    }

    /// The grace periods and phases that info shows.
    pub fn rgp(&mut self, name: &str) -> Vec<String> {
        let response = self.ok(info(name));
        response
            .extensions
            .iter()
            .find_map(|ext| match ext {
                epp::ResponseExt::RgpInfo(list) => Some(list.iter().map(|status| status.s.clone()).collect()),
                _ => None,
            })
            .unwrap_or_default()
    }

    pub fn expiry(&mut self, name: &str) -> String {
        self.info(name).ex_date.unwrap()
    }

    /// Takes all messages from the queue.
    pub fn drain(&mut self) -> Vec<Response> {
        let mut all = Vec::new();
        loop {
            let response = self.ok(Verb::Poll(epp::Poll::Request));
            if response.code() == 1300 {
                return all;
            }
            assert_eq!(response.code(), 1301);
            let id = response.msg_queue.as_ref().unwrap().id.clone();
            self.ok(Verb::Poll(epp::Poll::Ack { msg_id: id }));
            all.push(response);
        }
    }
}

/// Fails unless the frame is valid by the published schemas, where they are present.
pub fn valid(frame: &[u8]) {
    static VALIDATOR: OnceLock<Option<Validator>> = OnceLock::new();
    if let Some(validator) = VALIDATOR.get_or_init(Validator::load_if_present) {
        let checked = validator.check(frame);
        assert!(checked.is_ok(), "{checked:?}\n{}", String::from_utf8_lossy(frame));
    }
}

pub const ALL_OBJECTS: [&str; 3] = [ns::DOMAIN, ns::HOST, ns::CONTACT];
pub const ALL_EXTENSIONS: [&str; 5] = [ns::SECDNS, ns::RGP, ns::FEE, ns::KR, ns::RELEASE];

pub fn login(id: &str, pw: &str, extensions: &[&str]) -> Login {
    Login {
        cl_id: id.to_owned(),
        pw: pw.into(),
        new_pw: None,
        version: "1.0".to_owned(),
        lang: "en".to_owned(),
        obj_uris: ALL_OBJECTS.map(str::to_owned).to_vec(),
        ext_uris: extensions.iter().map(|uri| (*uri).to_owned()).collect(),
    }
}

pub fn check(names: &[&str]) -> domain::Command {
    domain::Command::Check(names.iter().map(|name| (*name).to_owned()).collect())
}

pub fn info(name: &str) -> domain::Command {
    domain::Command::Info(domain::Info { name: name.to_owned(), ..domain::Info::default() })
}

/// A registration for a year with the contact `d-1` or, for other registrars, one named.
pub fn creation(name: &str, contact: &str) -> domain::Create {
    domain::Create {
        name: name.to_owned(),
        period: Some(Period::years(1)),
        ns: None,
        registrant: Some(contact.to_owned()),
        contacts: [ContactRole::Admin, ContactRole::Tech].map(|role| ContactRef { role, id: contact.to_owned() }).to_vec(),
        auth_info: AuthInfo::pw("Open-Sesame-1"),
    }
}

pub fn create(name: &str) -> domain::Command {
    domain::Command::Create(creation(name, "d-1"))
}

pub fn create_theirs(name: &str) -> domain::Command {
    domain::Command::Create(creation(name, "o-1"))
}

pub fn delete(name: &str) -> domain::Command {
    domain::Command::Delete { name: name.to_owned() }
}

pub fn renew(name: &str, date: &str, years: u16) -> domain::Command {
    domain::Command::Renew(domain::Renew { name: name.to_owned(), cur_exp_date: date.to_owned(), period: Some(Period::years(years)) })
}

pub fn transfer(op: TransferOp, name: &str, auth: Option<&str>) -> domain::Command {
    let body = domain::Transfer { name: name.to_owned(), period: None, auth_info: auth.map(AuthInfo::pw) };
    domain::Command::Transfer { op, body }
}

pub fn update(name: &str, change: impl FnOnce(&mut domain::Update)) -> domain::Command {
    let mut update = domain::Update { name: name.to_owned(), ..domain::Update::default() };
    change(&mut update);
    domain::Command::Update(update)
}

pub fn servers(names: &[&str]) -> Option<NameServers> {
    Some(NameServers::Objects(names.iter().map(|name| (*name).to_owned()).collect()))
}

pub fn statuses(words: &[&str]) -> Vec<epp::Status> {
    words.iter().map(|word| epp::Status::new(*word)).collect()
}

pub fn host_create(name: &str, addresses: &[&str]) -> host::Command {
    let addrs = addresses.iter().map(|text| text.parse::<std::net::IpAddr>().unwrap().into()).collect();
    host::Command::Create(host::Create { name: name.to_owned(), addrs })
}

pub fn contact_creation(id: &str) -> contact::Create {
    contact::Create {
        id: id.to_owned(),
        postal: vec![PostalInfo {
            kind: PostalKind::Int,
            name: "Ada Example".to_owned(),
            org: Some("Example Ltd".to_owned()),
            addr: Addr {
                street: vec!["1 Road".to_owned()],
                city: "Seoul".to_owned(),
                sp: None,
                pc: Some("04524".to_owned()),
                cc: "KR".to_owned(),
            },
        }],
        voice: Some(contact::Phone { number: "+82.212345678".to_owned(), x: None }),
        fax: None,
        email: "ada@example.org".to_owned(),
        auth_info: AuthInfo::pw("contact-auth"),
        disclose: None,
    }
}

pub fn contact_create(id: &str) -> contact::Command {
    contact::Command::Create(contact_creation(id))
}
