//! The registry step: takes an accepted order to its registry and settles what comes of it.
//!
//! Nothing is sent twice blindly. An order whose answer was lost, or whose sender died, is asked about first (reliability 1.2, 1.3).

use super::backoff_seconds;
use super::contacts::{self, CommandIds, Person, Prepared};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::domain::register::{Registration, fresh_auth_code};
use crate::domain::{DnssecRecord, auth_place, parsed};
use crate::error::broken;
use crate::order::{self, Intent, Known, Settlement};
use crate::{Engine, Error, contact};
use model::contact::{ContactData, ContactDraft};
use model::domain::Privacy;
use model::order::OrderState;
use model::{Currency, DomainName, HostName, Money, Months, Need, Timestamp};
use registry::recover::{self, Finding};
use registry::{Answer, CreateDomain, Dnssec, DomainContacts, KrCertificate, Registry, RenewDomain, Trouble, UpdateDomain};
use std::collections::BTreeSet;
use store::jobs::Job;
use store::orders::{self, Order};
use store::{Tx, contacts as contact_rows};

/// What a step needs to know, read in one view.
struct Loaded {
    order: Order,
    intent: Intent,
    people: Vec<Person>,
    /// Hosts that the registry is not known to have.
    hosts: Vec<String>,
    auth_info: Option<String>,
}

struct Load {
    job: Job,
}

impl Operation for Load {
    type Done = Loaded;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Loaded, Error> {
        let order = orders::by_id(tx, self.job.subject)?.ok_or_else(|| broken("a job without its order"))?;
        let intent: Intent = parsed("an order's intent", &order.intent)?;
        let (mut people, mut hosts, mut auth_info) = (Vec::new(), Vec::new(), None);
        match &intent {
            Intent::Register(wish) => {
                people = self.people(tx, cx, &order, wish)?;
                for host in &wish.hosts {
                    if !contact_rows::host_at_registry(tx, &order.registry, host)? {
                        hosts.push(host.clone());
                    }
                }
                auth_info = cx.inner.key.open(&auth_place(&wish.name), &wish.auth_sealed);
            }
            Intent::Privacy(wish) if wish.privacy == Privacy::Pro.word() => {
                people.push(service_person(tx, &order.registry, "DP-PRIVACY", privacy_service()?)?)
            }
            Intent::Privacy(_) | Intent::Renew(_) => {}
        }
        Ok(Loaded { order, intent, people, hosts, auth_info })
    }
}

impl Load {
    /// The contacts of a registration as the registry is to hold them: the first is the registrant.
    fn people(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &Registration) -> Result<Vec<Person>, Error> {
        let mut people = Vec::new();
        if wish.trustee {
            let zone = cx.zones().get(&wish.zone).ok_or_else(|| broken("a zone without policy"))?;
            let trustee = zone.trustee.as_ref().ok_or_else(|| broken("a zone without the trustee that was accepted"))?;
            let data = trustee.contact.check().map_err(|_| broken("a trustee's contact is incomplete"))?;
            people.push(service_person(tx, &order.registry, &format!("DT-{}", wish.zone.to_uppercase()), data)?);
        } else if wish.privacy == Privacy::Pro.word() {
            people.push(service_person(tx, &order.registry, "DP-PRIVACY", privacy_service()?)?);
        } else {
            people.push(registry_person(tx, &order.registry, wish.registrant)?);
        }
        let others: BTreeSet<i64> =
            [&wish.contacts.admin, &wish.contacts.tech, &wish.contacts.billing].into_iter().flatten().copied().collect();
        for id in others {
            if people.iter().all(|p| p.id != id) {
                people.push(registry_person(tx, &order.registry, id)?);
            }
        }
        Ok(people)
    }
}

/// Our number of a contact as its id at registries: at most 16 characters, never used by another.
pub(crate) fn registry_id(contact_id: i64) -> String {
    format!("D{contact_id}")
}

fn registry_person(tx: &mut Tx<'_>, registry: &str, id: i64) -> Result<Person, Error> {
    let row = contact_rows::by_id(tx, id)?.ok_or_else(|| broken(format!("contact {id} is missing")))?;
    let held = contact_rows::at_registry(tx, registry, id)?.map(|(_, version)| version);
    Ok(Person { id, registry_id: registry_id(id), version: row.version, data: contact::from_json(&row.data)?, held })
}

/// A contact of one of our own services. Its number is derived from its id at the registry, below all numbers of ours.
fn service_person(tx: &mut Tx<'_>, registry: &str, registry_id: &str, data: ContactData) -> Result<Person, Error> {
    let number = registry_id.bytes().fold(0_i64, |n, b| (n * 31 + i64::from(b)) % 90_000_000) + 1;
    let held = contact_rows::at_registry(tx, registry, number)?.map(|(_, version)| version);
    Ok(Person { id: number, registry_id: registry_id.to_owned(), version: 1, data, held })
}

/// What public data and registries show where privacy stands in.
pub(crate) fn privacy_service() -> Result<ContactData, Error> {
    let s = |text: &str| Some(text.to_owned());
    let draft = ContactDraft {
        organization: s("Domesday Privacy Service"),
        email: s("privacy@privacy.domesday.example"),
        street: [s("Privacy Service, PO Box 1086"), None, None],
        city: s("London"),
        postal_code: s("WC2A 1AA"),
        country: s("GB"),
        phone: s("+44.2079460000"),
        ..ContactDraft::default()
    };
    draft.check().map_err(|_| broken("the privacy service's contact is incomplete"))
}

/// What a step came to.
enum Outcome {
    Settled(Settlement),
    /// The registry may have done it.
    Uncertain(String),
    /// The registry has certainly not done it.
    NotDone(String),
}

impl Engine {
    /// Takes one order to its registry.
    pub(crate) fn registry_step(&self, job: Job) -> Result<(), Error> {
        let nobody = Actor::system(0, Currency::USD);
        let loaded = self.run_inside(&nobody, Load { job: job.clone() })?;
        if !loaded.order.state.is_open() {
            // Decided already: only the job was left behind.
            return self.run_inside(&nobody, order::lost(job, false, String::new(), 0, Known::default()));
        }
        let registry = self.inner.registries.get(&loaded.order.registry).cloned();
        let registry = registry.ok_or_else(|| broken(format!("no registry is configured under the name {}", loaded.order.registry)))?;
        let actor = Actor::system(loaded.order.account_id, loaded.order.price.currency);
        let mut known = Known { registry: loaded.order.registry.clone(), ..Known::default() };
        let mut talk =
            Talk { engine: self, registry: registry.as_ref(), ids: CommandIds::new(loaded.order.id, job.epoch), known: &mut known };
        // The first claim is the accepting node's own: nothing can have been sent before it.
        let fresh = job.epoch == 1 && loaded.order.state == OrderState::Sending;
        let outcome = talk.carry_out(&loaded, fresh);
        match outcome {
            Outcome::Settled(settlement) => {
                self.run_inside(&actor, order::settle(job, settlement, known))?;
                self.inner.faults.passing("order.settled");
                Ok(())
            }
            Outcome::Uncertain(why) => self.run_inside(&actor, order::lost(job.clone(), true, why, backoff_seconds(job.attempts), known)),
            Outcome::NotDone(why) => self.run_inside(&actor, order::lost(job.clone(), false, why, backoff_seconds(job.attempts), known)),
        }
    }

    /// Puts a job off after a failure of our own: nobody knows whether anything was sent.
    pub(crate) fn put_off(&self, job: Job, why: &str) -> Result<(), Error> {
        let again = backoff_seconds(job.attempts.saturating_add(4));
        self.run_inside(&Actor::system(0, Currency::USD), order::lost(job, true, why.to_owned(), again, Known::default()))
    }
}

/// One conversation with a registry about one order.
struct Talk<'a> {
    engine: &'a Engine,
    registry: &'a dyn Registry,
    ids: CommandIds,
    known: &'a mut Known,
}

impl Talk<'_> {
    fn carry_out(&mut self, loaded: &Loaded, fresh: bool) -> Outcome {
        match &loaded.intent {
            Intent::Register(wish) => self.register(loaded, wish, fresh),
            Intent::Renew(wish) => self.renew(loaded, wish, fresh),
            Intent::Privacy(wish) => self.privacy(loaded, wish),
        }
    }

    /// Sees to it that contacts and hosts exist. Repeating any of it is harmless.
    fn prepare(&mut self, loaded: &Loaded, name: &DomainName) -> Result<(), Outcome> {
        for person in &loaded.people {
            let auth_info = fresh_auth_code(&|b| (self.engine.inner.world.entropy)(b));
            ready(contacts::person(self.registry, &mut self.ids, person, &auth_info, self.known))?;
        }
        for host in &loaded.hosts {
            ready(contacts::host(self.registry, &mut self.ids, host, name, self.known))?;
        }
        Ok(())
    }

    fn register(&mut self, loaded: &Loaded, wish: &Registration, fresh: bool) -> Outcome {
        let command = match self.create_command(loaded, wish) {
            Ok(command) => command,
            Err(error) => return Outcome::NotDone(error.to_string()),
        };
        let asked = loaded.order.accepted_at;
        if !fresh {
            match self.find_created(&command, asked) {
                Found::Settled(settlement) => return Outcome::Settled(settlement),
                Found::Unclear(why) => return Outcome::Uncertain(why),
                Found::Absent if loaded.order.state == OrderState::AtRegistry => return Outcome::Uncertain(UNDECIDED.to_owned()),
                Found::Absent => {}
            }
        }
        if let Err(outcome) = self.prepare(loaded, &command.name) {
            return outcome;
        }
        match self.registry.create_domain(&self.ids.next(), &command) {
            Ok(Answer::Done(done)) => {
                let roid = String::new();
                Outcome::Settled(Settlement::Registered { created: done.created, expires: done.expires, roid })
            }
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => {
                self.forget_hosts(loaded, wish, code);
                let message = contacts::refusal("registration of", command.name.as_str(), code, &message, &reasons);
                Outcome::Settled(Settlement::Refused { message })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.find_created(&command, asked) {
                Found::Settled(settlement) => Outcome::Settled(settlement),
                Found::Absent => Outcome::Uncertain(why),
                Found::Unclear(more) => Outcome::Uncertain(format!("{why}; {more}")),
            },
        }
    }

    /// What we believed of hosts may be out of date: the next order shall make them anew.
    fn forget_hosts(&self, loaded: &Loaded, wish: &Registration, code: u16) {
        const DOES_NOT_EXIST: u16 = 2303;
        if code == DOES_NOT_EXIST {
            let (registry, hosts) = (loaded.order.registry.clone(), wish.hosts.clone());
            let forgotten = self.engine.inner.store.write(move |tx| {
                for host in &hosts {
                    contact_rows::forget_host_at_registry(tx, &registry, host)?;
                }
                Ok::<_, Error>(())
            });
            if let Err(error) = forgotten {
                tracing::warn!(error = %error, "hosts could not be forgotten");
            }
        }
    }

    fn create_command(&self, loaded: &Loaded, wish: &Registration) -> Result<CreateDomain, Error> {
        let name = DomainName::parse(&wish.name).map_err(|_| broken("an order's name"))?;
        let registrant = loaded.people.first().map(|p| p.registry_id.clone());
        let ids = |list: &[i64]| list.iter().map(|id| registry_id(*id)).collect();
        let field = |key: &str| wish.fields.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.clone());
        let (kind, number) = (field("X-KR-CTFY-TYPE"), field("X-KR-CTFY-NO"));
        let kr = (kind.is_some() || number.is_some() || wish.trustee).then_some(KrCertificate { kind, number, trustee: wish.trustee });
        let auth_info = match &loaded.auth_info {
            Some(code) => code.clone(),
            None => fresh_auth_code(&|b| (self.engine.inner.world.entropy)(b)),
        };
        Ok(CreateDomain {
            name,
            months: Months::new(wish.months).ok_or_else(|| broken("an order's period"))?,
            contacts: DomainContacts {
                registrant,
                admin: ids(&wish.contacts.admin),
                tech: ids(&wish.contacts.tech),
                billing: ids(&wish.contacts.billing),
            },
            hosts: wish.hosts.iter().map(|h| HostName::parse(h)).collect::<Result<_, _>>().map_err(|_| broken("an order's host"))?,
            dnssec: wish.dnssec.iter().map(dnssec).collect(),
            auth_info,
            fee: fee(&wish.fee)?,
            kr: kr.filter(|_| wish.zone.ends_with("kr") || wish.zone == "xn--3e0b707e"),
            idn_language: Some(wish.language.clone()).filter(|l| !l.is_empty()),
        })
    }

    fn find_created(&self, command: &CreateDomain, asked: Timestamp) -> Found {
        let found = match self.registry.domain(&command.name, None) {
            Ok(found) => found,
            Err(trouble) => return Found::Unclear(trouble.to_string()),
        };
        match recover::created_domain(command, self.registry.registrar(), asked, found.as_ref()) {
            Finding::DoneByUs => match found.and_then(|f| Some((f.created?, f.expires?, f.roid))) {
                Some((created, expires, roid)) => Found::Settled(Settlement::Registered { created, expires, roid }),
                None => Found::Unclear("the registry shows the name without its dates".to_owned()),
            },
            Finding::TakenByOther => {
                Found::Settled(Settlement::Refused { message: format!("The name {} was registered by another", command.name) })
            }
            Finding::NotDone => Found::Absent,
            Finding::Unclear(why) => Found::Unclear(why),
        }
    }

    fn renew(&mut self, loaded: &Loaded, wish: &crate::domain::renew::Renewal, fresh: bool) -> Outcome {
        let command = (|| {
            Ok::<_, Error>(RenewDomain {
                name: DomainName::parse(&wish.name).map_err(|_| broken("an order's name"))?,
                current_expiry: Timestamp::from_micros(wish.current_expiry),
                months: Months::new(wish.months).ok_or_else(|| broken("an order's period"))?,
                fee: fee(&wish.fee)?,
            })
        })();
        let command = match command {
            Ok(command) => command,
            Err(error) => return Outcome::NotDone(error.to_string()),
        };
        if !fresh {
            match self.find_renewed(&command) {
                Found::Settled(settlement) => return Outcome::Settled(settlement),
                Found::Unclear(why) => return Outcome::Uncertain(why),
                Found::Absent if loaded.order.state == OrderState::AtRegistry => return Outcome::Uncertain(UNDECIDED.to_owned()),
                Found::Absent => {}
            }
        }
        match self.registry.renew_domain(&self.ids.next(), &command) {
            Ok(Answer::Done(expires)) => Outcome::Settled(Settlement::Renewed { expires }),
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => {
                let message = contacts::refusal("renewal of", command.name.as_str(), code, &message, &reasons);
                Outcome::Settled(Settlement::Refused { message })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => match self.find_renewed(&command) {
                Found::Settled(settlement) => Outcome::Settled(settlement),
                Found::Absent => Outcome::Uncertain(why),
                Found::Unclear(more) => Outcome::Uncertain(format!("{why}; {more}")),
            },
        }
    }

    fn find_renewed(&self, command: &RenewDomain) -> Found {
        let found = match self.registry.domain(&command.name, None) {
            Ok(found) => found,
            Err(trouble) => return Found::Unclear(trouble.to_string()),
        };
        match recover::renewed_domain(command, self.registry.registrar(), found.as_ref(), self.engine.now()) {
            Finding::DoneByUs => match found.and_then(|f| f.expires) {
                Some(expires) => Found::Settled(Settlement::Renewed { expires }),
                None => Found::Unclear("the registry shows the name without its expiry".to_owned()),
            },
            Finding::TakenByOther => {
                Found::Settled(Settlement::Refused { message: format!("The name {} is not held here any more", command.name) })
            }
            Finding::NotDone => Found::Absent,
            Finding::Unclear(why) => Found::Unclear(why),
        }
    }

    /// `basic` is ours alone; for `pro` the registry gets the service's contact as registrant.
    fn privacy(&mut self, loaded: &Loaded, wish: &crate::domain::order_privacy::PrivacyChange) -> Outcome {
        let Some(service) = loaded.people.first() else { return Outcome::Settled(Settlement::Changed) };
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        if let Err(outcome) = self.prepare(loaded, &name) {
            return outcome;
        }
        // An update to a state can be repeated: what is there already is not sent again.
        let present = match self.registry.domain(&name, None) {
            Ok(Some(found)) => found.contacts.registrant,
            Ok(None) => return Outcome::Settled(Settlement::Refused { message: format!("The registry does not know {name}") }),
            Err(trouble) => return Outcome::NotDone(trouble.to_string()),
        };
        if present.as_deref() == Some(service.registry_id.as_str()) {
            return Outcome::Settled(Settlement::Changed);
        }
        let change = UpdateDomain { registrant: Some(service.registry_id.clone()), ..UpdateDomain::default() };
        match self.registry.update_domain(&self.ids.next(), &name, &change) {
            Ok(Answer::Done(())) => Outcome::Settled(Settlement::Changed),
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => {
                Outcome::Settled(Settlement::Refused { message: contacts::refusal("change of", name.as_str(), code, &message, &reasons) })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => Outcome::Uncertain(why),
        }
    }
}

/// An order that the registry took and has not decided is never sent again.
const UNDECIDED: &str = "the registry has accepted the order and not decided it yet";

/// What asking the registry showed.
enum Found {
    Settled(Settlement),
    Absent,
    Unclear(String),
}

fn ready(prepared: Prepared) -> Result<(), Outcome> {
    match prepared {
        Prepared::Ready => Ok(()),
        Prepared::Refused(message) => Err(Outcome::Settled(Settlement::Refused { message })),
        Prepared::Later(why) => Err(Outcome::NotDone(why)),
    }
}

fn fee(kept: &Option<(i64, String)>) -> Result<Option<Money>, Error> {
    let money = |(amount_e4, code): &(i64, String)| {
        let currency = Currency::from_code(code).ok_or_else(|| broken("an order's fee"))?;
        Ok(Money::new(*amount_e4, currency))
    };
    kept.as_ref().map(money).transpose()
}

fn dnssec(record: &DnssecRecord) -> Dnssec {
    match record.clone() {
        DnssecRecord::Ds { key_tag, algorithm, digest_type, digest_hex } => Dnssec::Ds { key_tag, algorithm, digest_type, digest_hex },
        DnssecRecord::Key { flags, protocol, algorithm, public_key } => {
            Dnssec::Key { flags, protocol, algorithm, public_key_base64: public_key }
        }
    }
}
