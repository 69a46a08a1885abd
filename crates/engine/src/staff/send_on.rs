//! Send on: an unclaimed name goes to the registrar's tag where it belongs, or to its registry, by staff's word.
//!
//! Reached by the command line (`domesday unclaimed send`). Refuses: AccessDenied to all who are not staff, ZoneNotSold, DomainUnknown, Fields, NotSupported,
//! NameBusy. No account has the name, so that there is no order: a row of its own is the lock on it, and a job takes it to the registry.

use crate::account::Actor;
use crate::context::{After, Cx, Operation};
use crate::domain::push::whom;
use crate::error::broken;
use crate::jobs::{LEASE_SECONDS, backoff_seconds, refusal};
use crate::order::OrderStanding;
use crate::{Engine, Error, audit};
use model::{Currency, DomainName, Need, Refusal, Timestamp};
use registry::recover::{self, Finding};
use registry::{Answer, Registry, Trouble};
use store::jobs::{self, Job, Lease};
use store::sent_on::{self, SentOn};
use store::{Tx, orders, polls};

/// The kind of job that takes such a name to its registry.
pub(crate) const SEND_ON: &str = "send-on";

/// What the registry shows to be not done after so long has failed, and can be asked for again.
const DEADLINE_SECONDS: i64 = 24 * 3_600;
/// What the registry has taken is looked at so often, in case its message is lost.
const LOOK_SECONDS: i64 = 600;

/// Asks for an unclaimed name to be sent on. A repeat joins what is under way, or is told of what was done.
pub struct SendOn {
    pub name: DomainName,
    /// A registrar's tag, or the zone's word for its registry; in any case.
    pub target: String,
}

/// A name that was or is being sent on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sending {
    pub name: String,
    /// A registrar's tag, or the zone's word for its registry.
    pub target: String,
    /// Who of the staff asked for it.
    pub by: String,
    pub asked: Timestamp,
    pub standing: OrderStanding,
    /// In words: what it waits for, or why it failed.
    pub message: String,
}

pub(super) fn view(row: SentOn) -> Sending {
    let standing = match (row.ended_at, row.done) {
        (None, _) => OrderStanding::Pending,
        (Some(_), true) => OrderStanding::Succeeded,
        (Some(_), false) => OrderStanding::Failed,
    };
    Sending { name: row.name, target: row.target, by: row.actor, asked: row.asked_at, standing, message: row.message }
}

fn job_name(name: &str) -> String {
    format!("send-on:{name}")
}

/// The registry has told something of the name: what is under way is looked at now.
pub(crate) fn wake(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &str) -> Result<(), Error> {
    jobs::set_due(tx, &job_name(name), cx.now)?;
    Ok(())
}

impl Operation for SendOn {
    type Done = Sending;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Sending, Error> {
        let name = self.name.as_str();
        let unsold = || Refusal::ZoneNotSold { name: name.to_owned() };
        let (zone, _) = cx.zones().sold_in(&self.name).ok_or_else(unsold)?;
        let registry = cx.inner.registry_name(&zone.suffix);
        let own = cx.inner.registry_of(&zone.suffix)?.registrar().to_owned();
        let (target, by_tag) = whom(zone, Some(&self.target), &own)?;
        let last = sent_on::last_of(tx, name)?;
        let is_unclaimed = polls::is_unclaimed(tx, name)?;
        match last {
            Some(last) if last.ended_at.is_none() && last.target == target => return Ok(view(last)),
            Some(last) if last.ended_at.is_none() => return Err(Refusal::NameBusy { name: self.name.clone() }.into()),
            Some(last) if last.done && last.target == target && !is_unclaimed => return Ok(view(last)),
            _ => {}
        }
        if !is_unclaimed {
            return Err(Refusal::DomainUnknown { name: name.to_owned() }.into());
        }
        // An account has asked for it meanwhile, and its holder is being asked.
        if orders::holder(tx, name)?.is_some() {
            return Err(Refusal::NameBusy { name: self.name.clone() }.into());
        }
        let row = SentOn {
            id: cx.id(),
            name: name.to_owned(),
            registry: registry.to_owned(),
            target,
            by_tag,
            actor: cx.actor.name(),
            asked_at: cx.now,
            deadline_at: cx.now.plus_seconds(DEADLINE_SECONDS),
            at_registry: false,
            message: "on its way to the registry".to_owned(),
            done: false,
            ended_at: None,
        };
        sent_on::insert(tx, &row)?;
        let detail = format!("to {}", row.target);
        audit::append(tx, cx, audit::Change { verb: "unclaimed-send", object: name, order_id: None, detail: &detail })?;
        let job =
            Job { id: cx.id(), kind: SEND_ON.to_owned(), name: job_name(name), subject: row.id, run_at: cx.now, epoch: 1, attempts: 0 };
        jobs::insert(tx, &job, Lease { holder: &cx.inner.node, until: cx.real_now.plus_seconds(LEASE_SECONDS) })?;
        cx.after(After::Work(job));
        Ok(view(row))
    }
}

/// What a look or a command came to.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Outcome {
    Done,
    /// Refused for good; `gone` if the name is not ours any more.
    Failed {
        why: String,
        gone: bool,
    },
    /// The registry decides later.
    Deferred,
    /// To be tried again. Not done so far as the registry shows, unless `sent`.
    Later {
        why: String,
        sent: bool,
    },
}

impl Engine {
    /// Takes one name to its registry, asking first where it may have been sent before.
    pub(crate) fn send_on_step(&self, job: Job) -> Result<(), Error> {
        let id = job.subject;
        let row = self.inner.store.read(move |tx| Ok::<_, Error>(sent_on::by_id(tx, id)?))?;
        let row = row.ok_or_else(|| broken("a job without the name that is sent on"))?;
        let registry = self.inner.registries.get(&row.registry).cloned();
        let registry = registry.ok_or_else(|| broken(format!("no registry is configured under the name {}", row.registry)))?;
        let late = self.now() >= row.deadline_at;
        let outcome = ask(registry.as_ref(), &row, &job, late)?;
        let system = Actor::system(0, Currency::USD);
        self.run_inside(&system, Settle { job, row, outcome })
    }
}

/// Sends it, asking first where it may have been sent before. Past its deadline nothing is sent any more.
fn ask(registry: &dyn Registry, row: &SentOn, job: &Job, late: bool) -> Result<Outcome, Error> {
    let name = DomainName::parse(&row.name).map_err(|_| store::Fault::corrupt("the name of what is sent on"))?;
    let to = row.by_tag.then_some(row.target.as_str());
    // Only the first claim can have sent nothing before.
    if job.epoch > 1 || row.at_registry {
        match look(registry, &name, to) {
            Outcome::Later { sent: false, .. } if !row.at_registry && !late => {}
            // No money hangs on it: a registry that does it later all the same tells, and is followed.
            Outcome::Later { why, sent: false } if late => return Ok(Outcome::Later { why, sent: false }),
            Outcome::Later { why, .. } => return Ok(Outcome::Later { why, sent: true }),
            other => return Ok(other),
        }
    }
    Ok(match registry.release_domain(&format!("DD-{}-{}", job.id, job.epoch), &name, to) {
        Ok(Answer::Done(())) => Outcome::Done,
        Ok(Answer::Deferred) => Outcome::Deferred,
        Err(Trouble::NotSent(why)) => Outcome::Later { why, sent: false },
        Err(Trouble::Refused { code, message, reasons }) => {
            let why = refusal("handing over of", name.as_str(), code, &message, &reasons);
            let gone = registry.domain(&name, None).is_ok_and(|found| found.is_none_or(|found| found.sponsor != registry.registrar()));
            Outcome::Failed { why, gone }
        }
        Err(Trouble::Lost(why)) => match look(registry, &name, to) {
            Outcome::Later { .. } => Outcome::Later { why, sent: true },
            other => other,
        },
    })
}

/// What the registry shows of it now.
fn look(registry: &dyn Registry, name: &DomainName, to: Option<&str>) -> Outcome {
    let found = match registry.domain(name, None) {
        Ok(found) => found,
        Err(trouble) => return Outcome::Later { why: trouble.to_string(), sent: true },
    };
    match recover::released_domain(registry.registrar(), to, found.as_ref()) {
        Finding::DoneByUs => Outcome::Done,
        Finding::TakenByOther => Outcome::Failed { why: "the registry does not hold it for us any more".to_owned(), gone: true },
        Finding::NotDone => Outcome::Later { why: "the registry still holds it for us".to_owned(), sent: false },
        Finding::Unclear(why) => Outcome::Later { why, sent: true },
    }
}

struct Settle {
    job: Job,
    row: SentOn,
    outcome: Outcome,
}

impl Operation for Settle {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let late = cx.now >= self.row.deadline_at;
        let (at_registry, wait_seconds, why) = match &self.outcome {
            Outcome::Done => return self.end(tx, cx, true, true, "done"),
            Outcome::Failed { why, gone } => return self.end(tx, cx, false, *gone, why),
            Outcome::Later { why, sent: false } if late => return self.end(tx, cx, false, false, &format!("not done within a day: {why}")),
            Outcome::Deferred => (true, LOOK_SECONDS, "the registry has taken it and will decide"),
            Outcome::Later { why, .. } if self.row.at_registry => (true, LOOK_SECONDS, why.as_str()),
            Outcome::Later { why, .. } => (false, backoff_seconds(self.job.attempts), why.as_str()),
        };
        if !jobs::again(tx, self.job.id, self.job.epoch, cx.now.plus_seconds(wait_seconds), why)? {
            return Err(broken(format!("the lease on {} was lost", self.job.name)));
        }
        sent_on::advance(tx, self.row.id, at_registry, why)?;
        Ok(())
    }
}

impl Settle {
    fn end(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, done: bool, gone: bool, message: &str) -> Result<(), Error> {
        if !jobs::finish(tx, self.job.id, self.job.epoch)? {
            return Err(broken(format!("the lease on {} was lost before it was settled", self.job.name)));
        }
        let name = &self.row.name;
        if !sent_on::end(tx, self.row.id, done, message, cx.now)? {
            return Err(broken(format!("{name} was sent on twice")));
        }
        if gone {
            polls::claimed(tx, name)?;
        }
        let verb = if done { "unclaimed-sent" } else { "unclaimed-send-fail" };
        let detail = format!("to {}: {message}", self.row.target);
        audit::append(tx, cx, audit::Change { verb, object: name, order_id: None, detail: &detail })
    }
}
