//! The agenda: what falls due for a domain as time goes by, done once each, by whichever node claims it.
//!
//! A row for each kind of thing is kept in step by [`refresh`] with every change of a domain's term, mode or statuses. An item is done in one
//! transaction together with setting when it is due next: done twice, or by two nodes, it has one effect.

mod dates;
mod notice;
mod renewal;

pub(crate) use dates::{Dates, are_leaving, is_leaving, renews_by_itself};

use crate::account::Actor;
use crate::context::{After, Cx};
use crate::domain::relock::{self, RELOCK};
use crate::domain::sync::{Look, registry_actor};
use crate::domain::zone_of;
use crate::error::broken;
use crate::jobs::LEASE_SECONDS;
use crate::owner_change::{OWNER_LOCK, lock};
use crate::transfer::people::{self, PEOPLE};
use crate::{Engine, Error, Inner, contact, grant, pricing, verification};
use model::domain::Operation as PricedOperation;
use model::policy::{Item as PriceItem, Zone};
use model::{DomainName, Money, Months, Timestamp};
use registry::{Availability, FeeQuestion};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::accounts::{self, Account};
use store::agenda::{self, Item};
use store::domains::{self, Domain};
use store::{Tx, orders};

/// Mails to the owner about the end of the term.
pub(crate) const NOTICE: &str = "notice";
/// Warnings to the account that it cannot pay.
pub(crate) const FUNDS: &str = "funds";
/// The renewal, or the letting go.
pub(crate) const RENEWAL: &str = agenda::PRICED;
/// A look at the registry.
pub(crate) const LOOK: &str = "look";
/// Stands there, due at no instant, while resolution is interrupted; brought forward when it is to be resumed.
pub(crate) const RESUME: &str = "resume";
/// Reminders, suspension and its lifting while a registrant's address is not proven.
pub(crate) const VERIFICATION: &str = "verification";
/// At no instant.
pub(crate) fn never() -> Timestamp {
    Timestamp::from_micros(i64::MAX)
}

/// So many items are claimed at once by a node.
const BATCH: i64 = 256;
/// So many of them share a transaction at most, so that a request waits a few milliseconds for them.
pub(crate) const TOGETHER: usize = 64;
/// A registry far away is asked about so many names at once.
const ASKERS: usize = 8;
/// A transaction takes no further item after so long.
const LONGEST: Duration = Duration::from_millis(10);
/// What an item may take of ids.
const IDS_PER_ITEM: i64 = 16;
/// So many names are looked through at once.
const PAGE: i64 = 1_000;
/// A name under another order is looked at again after so long.
const BUSY_SECONDS: i64 = 600;

/// The account that a domain belongs to.
pub(crate) fn owner(tx: &mut Tx<'_>, domain: &Domain) -> Result<Account, Error> {
    accounts::by_id(tx, domain.account_id)?.ok_or_else(|| broken(format!("the account of {} is missing", domain.name)))
}

/// By how much a domain renews itself.
pub(crate) fn term(domain: &Domain, zone: &Zone, account: &Account) -> Months {
    zone.automatic_term(domain.renewal_mode.in_force(account.renewal_mode))
}

/// What one more term costs the account; `None` where no price is known without asking the registry.
pub(crate) fn renewal_price(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    domain: &Domain,
    zone: &Zone,
    account: &Account,
    quoted: Option<&Availability>,
) -> Result<Option<Money>, Error> {
    let months = term(domain, zone, account);
    let name_price = if domain.price_class.is_empty() {
        pricing::standard(tx, zone, PriceItem::Renew, months, account.currency, &account.tier, cx.now)?.map(|p| p.price)
    } else {
        let fee = quoted.and_then(|q| pricing::fee_of(q, PricedOperation::Renew, months)).filter(|f| f.currency == account.currency);
        fee.and_then(pricing::premium)
    };
    let trustee = pricing::trustee(tx, zone, domain, months, account, cx.now)?;
    Ok(name_price.zip(trustee).and_then(|(name, trustee)| name.checked_add(trustee)))
}

/// Brings a domain's agenda in step with the domain.
pub(crate) fn refresh(tx: &mut Tx<'_>, cx: &Cx<'_>, domain_id: i64) -> Result<(), Error> {
    let Some(domain) = domains::by_id(tx, domain_id)? else { return Ok(agenda::remove_all(tx, domain_id)?) };
    let zone = zone_of(cx, &domain)?;
    let account = owner(tx, &domain)?;
    refresh_known(tx, cx, &domain, &zone, &account)
}

/// As [`refresh`], for a caller who has the domain as it stands in the store, with its zone and account.
pub(crate) fn refresh_known(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, zone: &Zone, account: &Account) -> Result<(), Error> {
    let present = Present { rows: agenda::all_of(tx, domain.id)?, now: cx.now };
    let dates = Dates::of(domain.paid_until_at, zone, account.renew_at_expiry);
    let look = dates::next_look(domain, present.due(LOOK), cx.now);
    present.put(tx, domain, LOOK, look, 0, "")?;
    if is_leaving(domain) {
        for what in [NOTICE, FUNDS, RENEWAL, OWNER_LOCK] {
            present.remove(tx, domain, what)?;
        }
        return Ok(());
    }
    for (what, stages) in [(NOTICE, dates.notices()), (FUNDS, dates.warnings())] {
        match dates::next_stage(&stages, present.due(what), cx.now) {
            Some(at) => present.put(tx, domain, what, at, 0, "")?,
            None => present.remove(tx, domain, what)?,
        }
    }
    let renews = domain.renewal_mode.renews(account.renewal_mode);
    let date = if renews { dates.renewal } else { dates.let_go };
    let next = dates::next_renewal(date, present.due(RENEWAL), cx.now);
    let price = if renews { renewal_price(tx, cx, domain, zone, account, None)? } else { None };
    // What waits for staff does so until the term is paid.
    let attention = present.of(RENEWAL).filter(|_| date <= cx.now).map_or("", |item| item.attention.as_str());
    present.put(tx, domain, RENEWAL, next, price.map_or(0, |p| p.amount_e4), attention)?;
    match lock::next(tx, domain, present.due(OWNER_LOCK), cx.now)? {
        Some(at) => present.put(tx, domain, OWNER_LOCK, at, 0, "")?,
        None => present.remove(tx, domain, OWNER_LOCK)?,
    }
    if date > cx.now && present.due(RESUME).is_some_and(|due| due > cx.now) {
        agenda::wake(tx, domain.id, RESUME, cx.now)?;
    }
    Ok(())
}

/// A name can be changed at its registry again, after a restore or a transfer that came to nothing: what had to wait for that happens now.
pub(crate) fn changeable_again(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain) -> Result<(), Error> {
    verification::changeable_again(tx, cx, domain)?;
    lock::changeable_again(tx, cx, domain)?;
    people::changeable_again(tx, cx, domain)
}

/// The rows of a domain before they are brought in step.
struct Present {
    rows: Vec<Item>,
    now: Timestamp,
}

impl Present {
    fn of(&self, what: &str) -> Option<&Item> {
        self.rows.iter().find(|item| item.what == what)
    }

    fn due(&self, what: &str) -> Option<Timestamp> {
        self.of(what).map(|item| item.due_at)
    }

    /// What lies ahead and stays as it is need not be written: nobody can hold it yet.
    fn put(&self, tx: &mut Tx<'_>, domain: &Domain, what: &str, at: Timestamp, amount_e4: i64, attention: &str) -> Result<(), Error> {
        let same = |item: &Item| {
            item.due_at == at && item.amount_e4 == amount_e4 && item.attention == attention && item.account_id == domain.account_id
        };
        if at > self.now && self.of(what).is_some_and(same) {
            return Ok(());
        }
        Ok(agenda::set(tx, domain.id, what, domain.account_id, at, amount_e4, attention)?)
    }

    fn remove(&self, tx: &mut Tx<'_>, domain: &Domain, what: &str) -> Result<(), Error> {
        if self.of(what).is_some() {
            agenda::remove(tx, domain.id, what)?;
        }
        Ok(())
    }
}

/// Puts all names of an account on the agenda anew.
pub(crate) fn refresh_all(tx: &mut Tx<'_>, cx: &Cx<'_>, account_id: i64) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let ids = domains::ids_of_account(tx, account_id, after, PAGE)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = *last;
        for id in ids {
            refresh(tx, cx, id)?;
        }
    }
}

fn put_stage(tx: &mut Tx<'_>, domain: &Domain, what: &str, next: Option<Timestamp>) -> Result<(), Error> {
    match next {
        Some(at) => Ok(agenda::set(tx, domain.id, what, domain.account_id, at, 0, "")?),
        None => Ok(agenda::remove(tx, domain.id, what)?),
    }
}

/// What came of an item.
#[derive(Default)]
pub(crate) struct Came {
    /// What happened, in a few words; empty if nothing did.
    pub told: String,
    pub after: Vec<After>,
}

/// What becomes of an item inside a transaction.
enum Step {
    Told(String),
    /// The registry must be asked first.
    Ask,
}

/// Does one item under its lease.
fn step(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    item: &Item,
    domain: &Domain,
    account: &Account,
    quoted: Option<&Availability>,
) -> Result<Step, Error> {
    let busy = [RENEWAL, RESUME, OWNER_LOCK, RELOCK, PEOPLE].contains(&item.what.as_str()) && orders::holder(tx, &domain.name)?.is_some();
    if busy {
        let again = cx.now.plus_seconds(BUSY_SECONDS);
        agenda::set(tx, domain.id, &item.what, domain.account_id, again, item.amount_e4, &item.attention)?;
        return Ok(Step::Told(String::new()));
    }
    if item.what == LOOK || (item.what == RENEWAL && !domain.price_class.is_empty() && quoted.is_none()) {
        return Ok(Step::Ask);
    }
    let zone = zone_of(cx, domain)?;
    let told = match item.what.as_str() {
        NOTICE => notice::to_owner(tx, cx, item, domain, &zone, account)?,
        FUNDS => notice::of_funds(tx, cx, item, domain, &zone, account)?,
        RENEWAL => renewal::run(tx, cx, item, domain, &zone, account, quoted)?,
        RESUME => renewal::resume(tx, cx, domain)?,
        OWNER_LOCK => lock::run(tx, cx, item, domain)?,
        PEOPLE => people::run(tx, cx, item, domain)?,
        RELOCK => relock::run(tx, cx, item, domain, &zone, account)?,
        VERIFICATION => verification::run_due(tx, cx, item, domain)?,
        grant::INVITATION => grant::run_lapse(tx, cx, item, domain)?,
        other => return Err(broken(format!("nobody knows what {other} on an agenda means"))),
    };
    Ok(Step::Told(if told.is_empty() { told } else { format!("{} {told}", domain.name) }))
}

/// Items in hand with the registry's answers, where it had to be asked: each in a context of its own account.
struct Together {
    items: Vec<(Item, Option<Availability>)>,
    now: Timestamp,
    real_now: Timestamp,
}

impl Together {
    /// As many of them, from the first, as can be done before others have waited long enough; see [`Together::one`].
    fn run(&self, tx: &mut Tx<'_>, inner: &Arc<Inner>) -> Result<Vec<Option<Came>>, Error> {
        let mut all = Vec::with_capacity(self.items.len());
        let started = Instant::now();
        for (item, quoted) in &self.items {
            let begun = Instant::now();
            // Where one thread does everything, nobody waits, and the same steps leave the same trace.
            if !all.is_empty() && begun.duration_since(started) > LONGEST && inner.bell.hand().is_none() {
                break;
            }
            all.push(self.one(tx, inner, item, quoted.as_ref())?);
            inner.meters.item(&item.what, begun.elapsed());
        }
        Ok(all)
    }

    /// `None` if the registry must be asked first.
    fn one(&self, tx: &mut Tx<'_>, inner: &Arc<Inner>, item: &Item, quoted: Option<&Availability>) -> Result<Option<Came>, Error> {
        if !agenda::is_held(tx, item)? {
            return Ok(Some(Came::default()));
        }
        if item.what == contact::UNUSED {
            let account = accounts::by_id(tx, item.account_id)?.ok_or_else(|| broken("a contact without its account"))?;
            let cx = Cx::new(inner, self.now, self.real_now, Actor::system(account.id, account.currency));
            let told = contact::sweep(tx, &cx, item)?;
            return Ok(Some(Came { told, after: cx.into_after() }));
        }
        let Some(domain) = domains::by_id(tx, item.domain_id)? else {
            agenda::remove_all(tx, item.domain_id)?;
            return Ok(Some(Came::default()));
        };
        let account = owner(tx, &domain)?;
        let cx = Cx::new(inner, self.now, self.real_now, Actor::system(account.id, account.currency));
        Ok(match step(tx, &cx, item, &domain, &account, quoted)? {
            Step::Told(told) => Some(Came { told, after: cx.into_after() }),
            Step::Ask => None,
        })
    }
}

impl Engine {
    /// Does what is due by now, at most one batch; says how many items that was. Work for registries is handed over.
    pub fn run_agenda(&self) -> Result<usize, Error> {
        let begun = Instant::now();
        let items = self.claim_agenda(BATCH)?;
        let count = items.len();
        for part in items.chunks(TOGETHER) {
            for (_, came) in self.do_items(part) {
                self.follow_later(came.after);
            }
        }
        if count > 0 {
            self.inner.meters.agenda.add(count, begun.elapsed());
        }
        Ok(count)
    }

    /// Does claimed items, as many as can be in one transaction; where one of them fails, each in its own, so that it holds up no other. Yields when
    /// each was due and what came of it.
    pub(crate) fn do_items(&self, items: &[Item]) -> Vec<(Timestamp, Came)> {
        let mut done = Vec::with_capacity(items.len());
        let (together, apart): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| item.what != LOOK);
        let mut left: Vec<&Item> = apart;
        let mut rest = together.as_slice();
        while !rest.is_empty() {
            match self.together(rest.iter().map(|item| ((*item).clone(), None)).collect()) {
                Ok(came) => {
                    let (these, others) = rest.split_at(came.len().clamp(1, rest.len()));
                    rest = others;
                    for (item, came) in these.iter().copied().zip(came) {
                        match came {
                            Some(came) => done.push((item.due_at, came)),
                            None => left.push(item),
                        }
                    }
                }
                Err(error) => {
                    tracing::info!(error = %error, "items of the agenda could not be done together; each is done apart");
                    left.extend(std::mem::take(&mut rest));
                }
            }
        }
        done.extend(self.do_apart(&left));
        done
    }

    /// Does each item by itself. Registries far away are asked about several names at once.
    fn do_apart(&self, items: &[&Item]) -> Vec<(Timestamp, Came)> {
        let far = self.inner.registries.values().any(|registry| !registry.is_near());
        let askers = if far { ASKERS.min(items.len()) } else { 1 };
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
        let work = || {
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                match self.do_item(item) {
                    Ok(came) => done.lock().unwrap_or_else(|p| p.into_inner()).push((item.due_at, came)),
                    Err(error) => {
                        tracing::error!(domain = item.domain_id, what = %item.what, error = %error, "an agenda item failed; it is tried again when its lease runs out");
                    }
                }
            }
        };
        if askers <= 1 {
            work();
        } else {
            std::thread::scope(|scope| (0..askers).for_each(|_| drop(scope.spawn(work))));
        }
        done.into_inner().unwrap_or_else(|p| p.into_inner())
    }

    fn together(&self, items: Vec<(Item, Option<Availability>)>) -> Result<Vec<Option<Came>>, Error> {
        let inner = self.inner.clone();
        if inner.faults.strike("store.commit").is_some() {
            return Err(store::Fault::Unavailable("a fault was scripted for this commit".to_owned()).into());
        }
        let _ids = self.inner.ids.prepare(&inner.store, items.len() as i64 * IDS_PER_ITEM)?;
        let together = Together { items, now: self.now(), real_now: self.real_now() };
        self.inner.store.write(move |tx| together.run(tx, &inner))
    }

    pub(crate) fn claim_agenda(&self, limit: i64) -> Result<Vec<Item>, Error> {
        let (now, real_now) = (self.now(), self.real_now());
        if !self.inner.store.read(move |tx| Ok::<_, Error>(agenda::claimable(tx, now, real_now)?))? {
            return Ok(Vec::new());
        }
        self.inner.store.write(move |tx| Ok::<_, Error>(agenda::claim(tx, now, real_now, real_now.plus_seconds(LEASE_SECONDS), limit)?))
    }

    /// Does one claimed item by itself, asking the registry first where that is needed.
    pub(crate) fn do_item(&self, item: &Item) -> Result<Came, Error> {
        if item.what != LOOK
            && let Some(came) = self.together(vec![(item.clone(), None)])?.pop().flatten()
        {
            return Ok(came);
        }
        let id = item.domain_id;
        let found = self.inner.store.read(move |tx| match domains::by_id(tx, id)? {
            Some(domain) => Ok::<_, Error>(Some((owner(tx, &domain)?, domain))),
            None => Ok(None),
        })?;
        let Some((account, domain)) = found else {
            self.inner.store.write(move |tx| Ok::<_, Error>(agenda::remove_all(tx, id)?))?;
            return Ok(Came::default());
        };
        let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
        if item.what == LOOK {
            return self.look_at(item, &domain, name);
        }
        let zone = self.inner.zones.get(&domain.zone).ok_or_else(|| broken(format!("there is no policy for {}", domain.zone)))?;
        let question = FeeQuestion { operation: PricedOperation::Renew, months: term(&domain, zone, &account) };
        let quoted = self.registry_of(&domain.zone)?.check(&[name], Some(&question))?.pop();
        let quoted = quoted.ok_or_else(|| broken(format!("the registry said nothing about {}", domain.name)))?;
        self.together(vec![(item.clone(), Some(quoted))])?
            .pop()
            .flatten()
            .ok_or_else(|| broken("an item asks the registry again and again"))
    }

    fn look_at(&self, item: &Item, domain: &Domain, name: DomainName) -> Result<Came, Error> {
        let registry = self.registry_of(&domain.zone)?;
        let asked_at = self.now();
        let found = match registry.domain(&name, None) {
            Ok(found) => found,
            Err(trouble) => {
                tracing::warn!(domain = %name, error = %trouble, "the registry could not be looked at; trying again in an hour");
                let (item, again) = (item.clone(), self.now().plus_seconds(3_600));
                self.inner.store.write(move |tx| {
                    if agenda::is_held(tx, &item)? {
                        agenda::set(tx, item.domain_id, LOOK, item.account_id, again, 0, "")?;
                    }
                    Ok::<_, Error>(())
                })?;
                return Ok(Came::default());
            }
        };
        let leaves = name.as_str().to_owned();
        let leaves = self.inner.store.read(move |tx| crate::transfer::is_leaving(tx, &leaves))?;
        let transfer = crate::jobs::transfer_of(registry.as_ref(), &name, found.as_ref(), leaves)?;
        let look = Look { item: item.clone(), registrar: registry.registrar().to_owned(), name: name.clone(), found, asked_at, transfer };
        let (outcome, after) = self.run_apart(&registry_actor(), look)?;
        Ok(Came { told: if outcome == "known" { String::new() } else { format!("{name} {outcome}") }, after })
    }
}
