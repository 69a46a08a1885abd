//! The registry step: takes an accepted order to its registry and settles what comes of it.
//!
//! Each kind of order has its file here. Nothing is sent twice blindly. An order whose answer was lost, or whose sender died, is asked about first (reliability 1.2, 1.3).

use super::backoff_seconds;
mod delete;
mod modify;
mod object;
mod people;
mod privacy;
mod push;
mod register;
mod renew;
mod restore;
mod suspend;
mod transfer;

pub(crate) use people::{contact_of_registry_id, registry_id};

use super::contacts::{self, CommandIds, Person, Prepared};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::domain::{open_code, parsed};
use crate::error::broken;
use crate::order::{self, Intent, Known, Settlement};
use crate::{Engine, Error, secret};
use model::domain::Privacy;
use model::order::OrderState;
use model::{Currency, DomainName, Money, Need};
use people::Holder;
use registry::Registry;
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
    /// What is to stand at the registry after a change.
    target: Option<modify::Target>,
    /// The same after a suspension or its end.
    suspended: Option<crate::domain::suspend::Wanted>,
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
        let (mut target, mut suspended) = (None, None);
        match &intent {
            Intent::Register(wish) => {
                people = people::all(tx, cx, &order.registry, &Holder::from(&**wish), &wish.contacts)?;
                hosts = unknown_hosts(tx, &order.registry, &wish.hosts)?;
                auth_info = open_code(cx, &wish.name, &wish.auth_sealed);
            }
            Intent::Modify(wish) | Intent::OwnerChange(wish) => {
                let (wanted, needed) = modify::target(tx, cx, &order, wish)?;
                (target, people) = (Some(wanted), needed);
                hosts = unknown_hosts(tx, &order.registry, wish.hosts.as_deref().unwrap_or_default())?;
            }
            Intent::Transfer(wish) => {
                people = people::all(tx, cx, &order.registry, &Holder::from(&**wish), &wish.contacts)?;
                hosts = unknown_hosts(tx, &order.registry, &wish.hosts)?;
                auth_info = open_code(cx, &wish.name, &wish.auth_sealed);
            }
            Intent::AuthCode(wish) => auth_info = open_code(cx, &wish.name, &wish.code_sealed),
            Intent::TransferAnswer(_) => {}
            Intent::ContactModify(_) | Intent::ContactDelete(_) | Intent::Host(_) => {}
            Intent::Privacy(wish) if wish.privacy == Privacy::Pro.word() => people.push(people::privacy(tx, &order.registry)?),
            Intent::Suspend(wish) => suspended = crate::domain::suspend::wanted(tx, cx, wish)?,
            Intent::Privacy(_) | Intent::Renew(_) | Intent::Delete(_) | Intent::Push(_) | Intent::Restore(_) => {}
        }
        Ok(Loaded { order, intent, people, hosts, auth_info, target, suspended })
    }
}

/// Those hosts that the registry is not known to have.
fn unknown_hosts(tx: &mut Tx<'_>, registry: &str, hosts: &[String]) -> Result<Vec<String>, Error> {
    let mut unknown = Vec::new();
    for host in hosts {
        if !contact_rows::host_at_registry(tx, registry, host)? {
            unknown.push(host.clone());
        }
    }
    Ok(unknown)
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
            Intent::Delete(wish) => self.delete(loaded, wish, fresh),
            Intent::Push(wish) => self.push(loaded, wish, fresh),
            Intent::Restore(wish) => self.restore(loaded, wish, fresh),
            Intent::Suspend(wish) => self.suspend(wish, loaded.suspended),
            Intent::Privacy(wish) => self.privacy(loaded, wish),
            Intent::Modify(wish) | Intent::OwnerChange(wish) => self.modify(loaded, wish),
            Intent::ContactModify(wish) => self.contact_modify(wish),
            Intent::ContactDelete(wish) => self.contact_delete(wish),
            Intent::Host(wish) => self.host(loaded, wish),
            Intent::Transfer(wish) => self.transfer(loaded, wish, fresh),
            Intent::TransferAnswer(wish) => self.transfer_answer(wish),
            Intent::AuthCode(wish) => self.auth_code(loaded, wish),
        }
    }

    /// Sees to it that contacts and hosts exist. Repeating any of it is harmless.
    fn prepare(&mut self, loaded: &Loaded, name: &DomainName) -> Result<(), Outcome> {
        for person in &loaded.people {
            let auth_info = secret::auth_code(&|b| (self.engine.inner.world.entropy)(b));
            ready(contacts::person(self.registry, &mut self.ids, person, &auth_info, self.known))?;
        }
        for host in &loaded.hosts {
            ready(contacts::host(self.registry, &mut self.ids, host, name, self.known))?;
        }
        Ok(())
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
