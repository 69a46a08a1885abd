//! Verify: every promise that can be computed, checked against what is stored.
//!
//! Reached by `domesday verify` and `GET /sandbox/invariants`.

use crate::transfer::people::PEOPLE;
use crate::{Engine, Error, Fault, audit, jobs, staff};
use model::Timestamp;
use registry::FarSide;
use std::collections::{BTreeMap, BTreeSet};
use store::{agenda, contacts, domains, journal, ledger, orders, polls};

/// One promise and what breaks it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promise {
    pub name: &'static str,
    /// Empty if it holds.
    pub violations: Vec<String>,
}

/// The outcome of a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub promises: Vec<Promise>,
    /// What waits for staff: not a violation, but to be seen.
    pub attention: i64,
}

impl Verdict {
    pub fn holds(&self) -> bool {
        self.promises.iter().all(|p| p.violations.is_empty())
    }
}

const PAGE: i64 = 1_000;
const SHOWN_MAX: usize = 100;

impl Engine {
    /// Checks money, orders, the audit chain and, where the registry can be looked into, drift between it and us.
    pub fn verify(&self, far: Option<(&dyn FarSide, &str)>) -> Result<Verdict, Error> {
        let now = self.now();
        // What was written a moment ago is not linked yet.
        self.link_audit(true)?;
        let money = self.inner.store.read(|tx| Ok::<_, Error>(ledger::violations(tx)?))?;
        let (order_violations, attention) = self.inner.store.read(move |tx| {
            let waiting = staff::attention_count(tx)?;
            let mut found = orders::violations(tx, now)?;
            found.extend(store::result_milestones::violations(tx)?);
            Ok::<_, Error>((found, waiting))
        })?;
        let forgotten = self.inner.store.read(|tx| {
            let mut names = agenda::violations(tx)?;
            names.extend(store::verifications::violations(tx)?);
            names.extend(store::milestones::violations(tx)?);
            names.extend(store::sent_on::violations(tx)?);
            Ok::<_, Error>(names)
        })?;
        let history = self.inner.store.read(history)?;
        let mut promises = vec![
            Promise { name: "money is conserved", violations: money },
            Promise { name: "every order is worked on", violations: order_violations },
            Promise { name: "history is whole", violations: history },
            Promise { name: "no name is forgotten", violations: forgotten },
        ];
        if let Some((far, registrar)) = far {
            promises.push(Promise { name: "registry and registrar agree", violations: self.drift(far, registrar)? });
        }
        Ok(Verdict { promises, attention })
    }

    /// Names that the registry holds for us and we do not know, or the other way round, or with another expiry, or shown with the contacts of an
    /// account that does not hold them. Names under an open order are not judged, nor those that came to our tag and wait for an account.
    fn drift(&self, far: &dyn FarSide, registrar: &str) -> Result<Vec<String>, Error> {
        let mut theirs: BTreeMap<String, Timestamp> = BTreeMap::new();
        far.each_domain(&mut |there| {
            if there.sponsor == registrar {
                theirs.insert(there.name.to_owned(), there.expires);
            }
        })
        .map_err(|e| Error::Fault(Fault::Registry(e)))?;
        let (ours, moving) = self.inner.store.read(|tx| {
            let mut ours: BTreeMap<String, Timestamp> = BTreeMap::new();
            let mut after = 0;
            loop {
                let page = domains::all(tx, after, PAGE)?;
                let Some(last) = page.last() else { break };
                after = last.id;
                ours.extend(page.into_iter().map(|d| (d.name, d.expires_at)));
            }
            let mut moving = BTreeSet::new();
            let mut after = Timestamp::from_micros(i64::MIN);
            loop {
                let page = orders::open(tx, after, PAGE)?;
                let Some(last) = page.last() else { break };
                after = last.accepted_at;
                moving.extend(page.into_iter().map(|o| o.object));
            }
            moving.extend(polls::unclaimed(tx, i64::MAX)?.into_iter().map(|(name, _)| name));
            Ok::<_, Error>((ours, moving))
        })?;
        let mut found = Vec::new();
        for (name, expires) in &ours {
            match theirs.get(name) {
                _ if moving.contains(name) => {}
                None => found.push(format!("{name} is ours here, but not at the registry")),
                Some(there) if there != expires => found.push(format!("{name} expires {expires} here and {there} at the registry")),
                Some(_) => {}
            }
        }
        for name in theirs.keys().filter(|name| !ours.contains_key(*name) && !moving.contains(*name)) {
            found.push(format!("{name} is ours at the registry, and unknown here"));
        }
        found.extend(self.strangers(far, registrar)?);
        found.truncate(SHOWN_MAX);
        Ok(found)
    }

    /// Contacts of our names at the registry that belong to another account than the one that holds the name, and are not about to be replaced.
    fn strangers(&self, far: &dyn FarSide, registrar: &str) -> Result<Vec<String>, Error> {
        let (mut batch, mut found, mut fault) = (Vec::new(), Vec::new(), None);
        let mut look = |batch: &mut Vec<(String, Vec<i64>)>| {
            let names = std::mem::take(batch);
            match self.inner.store.read(move |tx| strangers_among(tx, &names)) {
                Ok(strange) => found.extend(strange),
                Err(error) => fault = Some(error),
            }
        };
        far.each_domain(&mut |there| {
            if there.sponsor == registrar {
                batch.push((there.name.to_owned(), there.contacts.iter().filter_map(|id| jobs::contact_of_registry_id(id)).collect()));
            }
            if batch.len() >= STRANGERS_AT_ONCE {
                look(&mut batch);
            }
        })
        .map_err(|e| Error::Fault(Fault::Registry(e)))?;
        look(&mut batch);
        fault.map_or(Ok(found), Err)
    }
}

/// So many names are looked up in one view of the store.
const STRANGERS_AT_ONCE: usize = 500;

fn strangers_among(tx: &mut store::Tx<'_>, names: &[(String, Vec<i64>)]) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for (name, contacts) in names {
        let Some(domain) = domains::by_name(tx, name)? else { continue };
        for contact in contacts {
            let stranger = contacts::account_of(tx, *contact)?.is_some_and(|owner| owner != domain.account_id);
            // Of a name that came a moment ago the registry is told yet.
            if stranger && orders::holder(tx, name)?.is_none() && agenda::of(tx, domain.id, PEOPLE)?.is_none() {
                found.push(format!("{name} shows {}, a contact of another account", jobs::registry_id(*contact)));
            }
        }
    }
    Ok(found)
}

/// Walks the audit chain from its first link: every row must have its digest, every link its rows.
fn history(tx: &mut store::Tx<'_>) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let (mut place, mut last) = (0, String::new());
    loop {
        let links = journal::links(tx, place, PAGE)?;
        if links.is_empty() {
            break;
        }
        for link in links {
            if link.place != place + 1 {
                found.push(format!("audit links {} to {} are missing", place + 1, link.place - 1));
            }
            place = link.place;
            let rows = journal::at_place(tx, place)?;
            if rows.len() as i64 != link.entries {
                found.push(format!("audit link {place} covers {} rows, {} are there", link.entries, rows.len()));
            }
            for row in &rows {
                if audit::digest(row) != row.digest {
                    found.push(format!("audit row {} was changed", row.id));
                }
            }
            let expected = audit::link(&last, rows.iter().map(|row| row.digest.as_str()));
            if expected != link.link {
                found.push(format!("audit link {place} does not follow from its rows and the link before"));
            }
            last = link.link;
            if found.len() >= SHOWN_MAX {
                found.truncate(SHOWN_MAX);
                return Ok(found);
            }
        }
    }
    let astray = journal::count_astray(tx)?;
    if astray > 0 {
        found.push(format!("{astray} audit rows claim a place in the chain that does not exist"));
    }
    Ok(found)
}
