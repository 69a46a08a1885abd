//! One command, from its parts to its place: which services and extensions it may use, whether it only asks, and its transaction.

use super::refuse::{Refusal, Stop, refuse, refuse_value};
use super::{Desk, EmbeddedRegistry, contact, domain, host, poll, release as releases, transfer, update};
use epp::{CommandExt, MsgQ, Poll, ResData, ResponseExt, TransferOp, Verb, codes, fee, kr, ns, release, rgp, secdns};
use model::Timestamp;
use std::sync::Arc;
use store::Tx;

/// The objects and extensions of a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Services(u8);

impl Services {
    pub(super) const NONE: Services = Services(0);
    pub(super) const DOMAIN: Services = Services(1);
    pub(super) const HOST: Services = Services(1 << 1);
    pub(super) const CONTACT: Services = Services(1 << 2);
    pub(super) const SECDNS: Services = Services(1 << 3);
    pub(super) const RGP: Services = Services(1 << 4);
    pub(super) const FEE: Services = Services(1 << 5);
    pub(super) const KR: Services = Services(1 << 6);
    pub(super) const RELEASE: Services = Services(1 << 7);
    pub(super) const ALL: Services = Services(0xff);

    pub(super) fn has(self, other: Services) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) fn with(self, other: Services) -> Services {
        Services(self.0 | other.0)
    }
}

/// Who asks, when, and under which transaction ids. A command happens at one instant.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) now: Timestamp,
    pub(super) registrar: String,
    pub(super) services: Services,
    pub(super) cltrid: Option<String>,
    pub(super) svtrid: String,
    pub(super) desk: Arc<Desk>,
    /// Whether the transaction may write.
    pub(super) writing: bool,
}

/// A command that was done.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) code: u16,
    pub(super) data: Option<ResData>,
    pub(super) extensions: Vec<ResponseExt>,
    pub(super) queue: Option<MsgQ>,
}

impl Done {
    pub(super) fn code(code: u16) -> Done {
        Done { code, data: None, extensions: Vec::new(), queue: None }
    }

    pub(super) fn data(data: ResData) -> Done {
        Done { data: Some(data), ..Done::code(codes::SUCCESS) }
    }
}

/// A command on its way to its transaction.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) call: Call,
    pub(super) verb: Verb,
    pub(super) extensions: Vec<CommandExt>,
}

/// The extensions of a command, each at most once.
#[derive(Default)]
pub(super) struct Extensions<'a> {
    pub(super) keys_create: Option<&'a secdns::Data>,
    pub(super) keys_update: Option<&'a secdns::Update>,
    pub(super) restore: Option<&'a rgp::Restore>,
    pub(super) fee_check: Option<&'a fee::Check>,
    pub(super) fee: Option<&'a fee::Transform>,
    pub(super) kr_create: Option<&'a kr::Data>,
    pub(super) kr_update: Option<&'a kr::Update>,
    pub(super) release: Option<&'a release::Release>,
}

/// Which command the extensions stand on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    DomainCheck,
    DomainCreate,
    DomainRenew,
    DomainTransfer,
    DomainUpdate,
    Elsewhere,
}

impl Place {
    fn of(verb: &Verb) -> Place {
        match verb {
            Verb::Domain(epp::domain::Command::Check(_)) => Place::DomainCheck,
            Verb::Domain(epp::domain::Command::Create(_)) => Place::DomainCreate,
            Verb::Domain(epp::domain::Command::Renew(_)) => Place::DomainRenew,
            Verb::Domain(epp::domain::Command::Transfer { op: TransferOp::Request, .. }) => Place::DomainTransfer,
            Verb::Domain(epp::domain::Command::Update(_)) => Place::DomainUpdate,
            _ => Place::Elsewhere,
        }
    }
}

/// Sorts the extensions: unknown ones and those not logged in for are 2103, misplaced and repeated ones 2002.
fn sort<'a>(list: &'a [CommandExt], place: Place, services: Services) -> Result<Extensions<'a>, Refusal> {
    let mut sorted = Extensions::default();
    for extension in list {
        let (service, fits, fresh) = match extension {
            CommandExt::SecDnsCreate(data) => (Services::SECDNS, place == Place::DomainCreate, sorted.keys_create.replace(data).is_none()),
            CommandExt::SecDnsUpdate(data) => (Services::SECDNS, place == Place::DomainUpdate, sorted.keys_update.replace(data).is_none()),
            CommandExt::RgpRestore(data) => (Services::RGP, place == Place::DomainUpdate, sorted.restore.replace(data).is_none()),
            CommandExt::FeeCheck(data) => (Services::FEE, place == Place::DomainCheck, sorted.fee_check.replace(data).is_none()),
            CommandExt::FeeTransform(data) => {
                let fits = match data.verb {
                    fee::TransformVerb::Create => place == Place::DomainCreate,
                    fee::TransformVerb::Renew => place == Place::DomainRenew,
                    fee::TransformVerb::Transfer => place == Place::DomainTransfer,
                    fee::TransformVerb::Update => place == Place::DomainUpdate,
                };
                (Services::FEE, fits, sorted.fee.replace(data).is_none())
            }
            CommandExt::KrCreate(data) => (Services::KR, place == Place::DomainCreate, sorted.kr_create.replace(data).is_none()),
            CommandExt::KrUpdate(data) => (Services::KR, place == Place::DomainUpdate, sorted.kr_update.replace(data).is_none()),
            CommandExt::Release(data) => (Services::RELEASE, place == Place::DomainUpdate, sorted.release.replace(data).is_none()),
            CommandExt::Unknown { ns, .. } => {
                return Err(refuse_value(
                    codes::UNIMPLEMENTED_EXTENSION,
                    ns::EPP,
                    "extURI",
                    ns,
                    "not among the extensions of the greeting",
                ));
            }
        };
        if !services.has(service) {
            return Err(refuse(codes::UNIMPLEMENTED_EXTENSION));
        }
        if !fits || !fresh {
            return Err(refuse(codes::USE_ERROR));
        }
    }
    Ok(sorted)
}

/// Whether the command only asks.
fn is_query(verb: &Verb) -> bool {
    match verb {
        Verb::Domain(command) => matches!(
            command,
            epp::domain::Command::Check(_) | epp::domain::Command::Info(_) | epp::domain::Command::Transfer { op: TransferOp::Query, .. }
        ),
        Verb::Host(command) => matches!(command, epp::host::Command::Check(_) | epp::host::Command::Info { .. }),
        Verb::Contact(command) => matches!(command, epp::contact::Command::Check(_) | epp::contact::Command::Info(_)),
        Verb::Poll(poll) => matches!(poll, Poll::Request),
        Verb::Login(_) | Verb::Logout => true,
    }
}

impl Work {
    /// Does the command within a transaction.
    fn run(&self, tx: &mut Tx<'_>) -> Result<Done, Stop> {
        let call = &self.call;
        let extensions = sort(&self.extensions, Place::of(&self.verb), call.services)?;
        let needed = match &self.verb {
            Verb::Domain(_) => Services::DOMAIN,
            Verb::Host(_) => Services::HOST,
            Verb::Contact(_) => Services::CONTACT,
            Verb::Poll(_) | Verb::Login(_) | Verb::Logout => Services::NONE,
        };
        if !call.services.has(needed) {
            return Err(refuse(codes::UNIMPLEMENTED_OBJECT).into());
        }
        match &self.verb {
            Verb::Domain(command) => match command {
                epp::domain::Command::Check(names) => domain::check(tx, call, names, extensions.fee_check),
                epp::domain::Command::Info(info) => domain::info(tx, call, info),
                epp::domain::Command::Create(create) => domain::create(tx, call, create, &extensions),
                epp::domain::Command::Delete { name } => domain::delete(tx, call, name),
                epp::domain::Command::Renew(renew) => domain::renew(tx, call, renew, extensions.fee),
                epp::domain::Command::Transfer { op, body } => transfer::run(tx, call, *op, body, extensions.fee),
                epp::domain::Command::Update(wish) => match extensions.release {
                    Some(to) => releases::run(tx, call, wish, to, &extensions),
                    None => update::run(tx, call, wish, &extensions),
                },
            },
            Verb::Host(command) => host::run(tx, call, command),
            Verb::Contact(command) => contact::run(tx, call, command),
            Verb::Poll(Poll::Request) => poll::request(tx, call),
            Verb::Poll(Poll::Ack { msg_id }) => poll::ack(tx, call, msg_id),
            // The session has answered these.
            Verb::Login(_) | Verb::Logout => Err(refuse(codes::USE_ERROR).into()),
        }
    }
}

/// Does a command: a query on a view of the data, all else in a transaction that is committed before the answer.
pub(super) fn run(registry: &EmbeddedRegistry, work: Work) -> Result<Done, Stop> {
    let mut work = work;
    if is_query(&work.verb) {
        let shared = Arc::new(work);
        let query = shared.clone();
        match registry.store.read(move |tx| query.run(tx)) {
            Err(Stop::Due) => work = Arc::unwrap_or_clone(shared),
            answered => return answered,
        }
    }
    work.call.writing = true;
    registry.store.write(move |tx| work.run(tx))
}
