//! Authorization codes: made or given, set at the registry, kept sealed here while they are good, and cleared.
//!
//! Reached by DMAPI `domain-transfer-get-auth-id`, CentralNic `SetAuthCode`. Refuses: DomainUnknown, Fields, NameBusy, StatusForbids.
//! A new code voids the old one at the registry. A code ends with its lifetime, with the transfer that it opened, and when it is cleared.

use super::CODE_EXPIRY;
use crate::context::{Cx, Operation};
use crate::domain::{Accepted, Outcome, of_account, open_code, seal_code, zone_of};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder};
use crate::secret::{auth_code, digest};
use crate::{Engine, Error, audit, events};
use model::order::OrderKind;
use model::{Currency, DomainName, Field, FieldProblem, Money, Need, Refusal, Timestamp};
use registry::UpdateDomain;
use serde::{Deserialize, Serialize};
use store::domains::Domain;
use store::jobs::{self, Job};
use store::orders::Order;
use store::{Tx, domains};

/// Where the zone names no lifetime, a code ends after so many days (CentralNic: all codes expire after 30 days).
const LIFETIME_DAYS: i64 = 30;

/// Asks for a new code, or sets one that the caller chose.
#[derive(Clone, Debug)]
pub struct AuthCode {
    pub name: DomainName,
    pub code: Option<String>,
    pub client_id: String,
}

/// Asks for the code to be cleared.
pub struct ClearAuthCode {
    pub name: DomainName,
    pub client_id: String,
}

/// The change as it is kept until it is done; the code is sealed, empty to clear it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeChange {
    pub domain: i64,
    pub name: String,
    pub code_sealed: String,
}

impl Operation for AuthCode {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let domain = of_account(tx, cx, &self.name)?;
        let zone = zone_of(cx, &domain)?;
        let length = zone.auth_code.min_length.max(6)..=zone.auth_code.max_length;
        let code = match &self.code {
            // A double quote would end the code early for those who read it from a result's text (dmapi.md 4.2).
            Some(given) if length.contains(&given.len()) && given.bytes().all(|b| b.is_ascii_graphic() && b != b'"') => given.clone(),
            Some(_) => {
                let expected = format!("{} to {} printable ASCII characters without quotes", length.start(), length.end());
                return Err(FieldProblem::malformed(Field::AuthInfo, expected).into());
            }
            None => {
                let made = auth_code(&|b| cx.random(b));
                made.chars().take(*length.end()).collect()
            }
        };
        let sealed = seal_code(cx, &domain.name, &code)?;
        let fingerprint = format!("auth-code {} {}", self.name, cx.id());
        open(tx, cx, &self.name, &domain, sealed, fingerprint, &self.client_id)
    }
}

impl Operation for ClearAuthCode {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let domain = of_account(tx, cx, &self.name)?;
        open(tx, cx, &self.name, &domain, String::new(), format!("auth-code-clear {}", self.name), &self.client_id)
    }
}

fn open(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    name: &DomainName,
    domain: &domains::Domain,
    code_sealed: String,
    fingerprint: String,
    client_id: &str,
) -> Result<Accepted, Error> {
    let ending = ["pendingDelete", "redemptionPeriod"];
    if let Some(status) = domain.statuses.split_whitespace().find(|s| ending.contains(s)) {
        return Err(Refusal::StatusForbids { status: status.to_owned() }.into());
    }
    if let Some(order) = order::join(tx, cx, name, &fingerprint)? {
        return Ok(Accepted { order });
    }
    let change = CodeChange { domain: domain.id, name: domain.name.clone(), code_sealed };
    let new = NewOrder {
        kind: OrderKind::AuthCode,
        name,
        registry: &domain.registry,
        fingerprint,
        price: Money::zero(cx.actor.currency),
        client_id,
        intent: Intent::AuthCode(change),
    };
    Ok(Accepted { order: order::open(tx, cx, new)? })
}

/// A code that the registry does not let go is cleared after so long at the earliest.
const HELD_FAST_SECONDS: i64 = 3_600;

fn expiry_name(domain_id: i64) -> String {
    format!("auth-code:{domain_id}")
}

/// The registry has the new code: it is kept sealed until it ends. The order itself remembers no more than its digest.
pub(crate) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, change: &CodeChange) -> Result<Outcome, Error> {
    let domain = domains::by_id(tx, change.domain)?.ok_or_else(|| broken(format!("{} is not here any more", change.name)))?;
    domains::set_auth(tx, domain.id, &change.code_sealed, cx.now, &order.actor)?;
    jobs::drop_named(tx, &expiry_name(domain.id))?;
    let told = events::Happened {
        account_id: order.account_id,
        class: "DOMAIN_MODIFICATION",
        subclass: "MODIFICATION_SUCCESSFUL",
        object: &domain.name,
        order_id: Some(order.id),
        data: &[("domain", &domain.name)],
    };
    events::append(tx, cx, told)?;
    if change.code_sealed.is_empty() {
        return Ok(("The authorization code was cleared".to_owned(), Vec::new()));
    }
    let code = open_code(cx, &domain.name, &change.code_sealed).ok_or_else(|| broken("a code that cannot be opened"))?;
    let ends = will_end(tx, cx, &domain)?;
    let facts = vec![("auth-digest".to_owned(), digest(&code)), ("auth-ends".to_owned(), ends.rfc3339())];
    Ok(("A new authorization code is in force".to_owned(), facts))
}

/// A code of a domain ends after the zone's lifetime, by whatever command it was set. Returns when.
pub(crate) fn will_end(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<Timestamp, Error> {
    jobs::drop_named(tx, &expiry_name(domain.id))?;
    let zone = zone_of(cx, domain)?;
    let ends = zone.auth_code.lifetime.map_or_else(|| cx.now.plus_days(LIFETIME_DAYS), |span| span.after(cx.now));
    let job = Job {
        id: cx.id(),
        kind: CODE_EXPIRY.to_owned(),
        name: expiry_name(domain.id),
        subject: domain.id,
        run_at: ends,
        epoch: 1,
        attempts: 0,
    };
    jobs::insert_free(tx, &job)?;
    Ok(ends)
}

/// The code that an order brought, while it is still the one in force.
pub(crate) fn reveal(tx: &mut Tx<'_>, cx: &Cx<'_>, account_id: i64, name: &str, known: &str) -> Result<Option<String>, Error> {
    let Some(domain) = domains::of_account(tx, account_id, name)? else { return Ok(None) };
    Ok(open_code(cx, name, &domain.auth_sealed).filter(|code| digest(code) == known))
}

impl Engine {
    /// Clears a code whose time is over, at the registry and here.
    pub(crate) fn auth_code_expiry(&self, job: Job) -> Result<(), Error> {
        let nobody = crate::Actor::system(0, Currency::USD);
        let domain_id = job.subject;
        let domain = self.inner.store.read(move |tx| Ok::<_, Error>(domains::by_id(tx, domain_id)?))?;
        if let Some(domain) = domain.filter(|d| !d.auth_sealed.is_empty()) {
            let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
            let registry = self.registry_of(&domain.zone)?;
            let change = UpdateDomain { auth_info: Some(None), ..UpdateDomain::default() };
            // To clear it twice does no harm.
            let cleared = registry.update_domain(&format!("DD-{}-{}", job.id, job.epoch), &name, &change);
            // A name that is being asked for, or otherwise held fast, cannot be changed now; it may stay, and the code must not.
            let held_fast = matches!(cleared, Err(registry::Trouble::Refused { .. }))
                && registry.domain(&name, None).is_ok_and(|found| found.is_some_and(|found| found.sponsor == registry.registrar()));
            let wait_seconds = if held_fast { HELD_FAST_SECONDS } else { crate::jobs::backoff_seconds(job.attempts) };
            match cleared {
                Ok(_) => {}
                Err(registry::Trouble::Refused { .. }) if !held_fast => {}
                Err(trouble) => {
                    tracing::warn!(domain = %name, error = %trouble, "a code that ended could not be cleared at the registry; trying again");
                    return self.run_inside(&nobody, NotCleared { job, why: trouble.to_string(), wait_seconds });
                }
            }
        }
        self.run_inside(&nobody, Expired { job })
    }
}

/// A code that could not be cleared for so long comes before staff: a registry that holds a name fast for a day does not let go by itself.
const STAFF_AFTER_SECONDS: i64 = 24 * 3_600;

/// Puts the clearing of a code off, and tells staff of it, once, after long enough.
struct NotCleared {
    job: Job,
    why: String,
    wait_seconds: i64,
}

impl Operation for NotCleared {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        // A newer code has a timer of its own.
        let Some(mut failing) = jobs::failing(tx, self.job.id, self.job.epoch)? else { return Ok(()) };
        let since = *failing.since_at.get_or_insert(cx.now);
        if failing.attention.is_empty()
            && cx.now.seconds_since(since) >= STAFF_AFTER_SECONDS
            && let Some(domain) = domains::by_id(tx, self.job.subject)?
        {
            failing.attention = format!("its authorization code has ended and still opens the name at the registry: {}", self.why);
            audit::append(
                tx,
                cx,
                audit::Change { verb: "auth-code-held", object: &domain.name, order_id: None, detail: &failing.attention },
            )?;
        }
        jobs::failed(tx, self.job.id, self.job.epoch, cx.now.plus_seconds(self.wait_seconds), &self.why, &failing)?;
        Ok(())
    }
}

struct Expired {
    job: Job,
}

impl Operation for Expired {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        if !jobs::finish(tx, self.job.id, self.job.epoch)? {
            // A newer code has a timer of its own.
            return Ok(());
        }
        let Some(domain) = domains::by_id(tx, self.job.subject)?.filter(|d| !d.auth_sealed.is_empty()) else { return Ok(()) };
        domains::set_auth(tx, domain.id, "", cx.now, "system")?;
        audit::append(tx, cx, audit::Change { verb: "auth-code-expire", object: &domain.name, order_id: None, detail: "" })
    }
}
