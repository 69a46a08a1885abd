//! The agenda: what falls due for a domain as time goes by, done once each, by whichever node claims it.
//!
//! A row for each kind of thing is kept in step by [`refresh`] with every change of a domain's term, mode or statuses. An item is done in one
//! transaction together with setting when it is due next: done twice, or by two nodes, it has one effect.

mod dates;
mod notice;
mod renewal;

pub(crate) use dates::{Dates, is_leaving, renews_by_itself};

use crate::account::Actor;
use crate::context::{After, Cx, Operation};
use crate::domain::sync::{Look, registry_actor};
use crate::domain::zone_of;
use crate::error::broken;
use crate::jobs::LEASE_SECONDS;
use crate::owner_change::{OWNER_LOCK, lock};
use crate::{Engine, Error, contact, pricing, verification};
use model::domain::Operation as PricedOperation;
use model::policy::{Item as PriceItem, Zone};
use model::{DomainName, Money, Months, Need, Timestamp};
use registry::{Availability, FeeQuestion};
use store::accounts::{self, Account};
use store::agenda::{self, Item};
use store::domains::{self, Domain};
use store::{Tx, orders};

/// Mails to the owner about the end of the term.
pub(crate) const NOTICE: &str = "notice";
/// Warnings to the account that it cannot pay.
pub(crate) const FUNDS: &str = "funds";
/// The renewal, or the letting go.
pub(crate) const RENEWAL: &str = "renewal";
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

/// So many items are claimed at once by a node: requests come in between.
const BATCH: i64 = 200;
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
    let dates = Dates::of(domain.paid_until_at, &zone, account.renew_at_expiry);
    let due = |tx: &mut Tx<'_>, what| Ok::<_, Error>(agenda::of(tx, domain.id, what)?.map(|item| item.due_at));
    let look = dates::next_look(&domain, due(tx, LOOK)?, cx.now);
    agenda::set(tx, domain.id, LOOK, domain.account_id, look, 0, "")?;
    if is_leaving(&domain) {
        for what in [NOTICE, FUNDS, RENEWAL, OWNER_LOCK] {
            agenda::remove(tx, domain.id, what)?;
        }
        return Ok(());
    }
    for (what, stages) in [(NOTICE, dates.notices()), (FUNDS, dates.warnings())] {
        let pending = due(tx, what)?;
        put_stage(tx, &domain, what, dates::next_stage(&stages, pending, cx.now))?;
    }
    let renews = domain.renewal_mode.renews(account.renewal_mode);
    let date = if renews { dates.renewal } else { dates.let_go };
    let present = agenda::of(tx, domain.id, RENEWAL)?;
    let next = dates::next_renewal(date, present.as_ref().map(|item| item.due_at), cx.now);
    let price = if renews { renewal_price(tx, cx, &domain, &zone, &account, None)? } else { None };
    // What waits for staff does so until the term is paid.
    let attention = present.filter(|_| date <= cx.now).map_or_else(String::new, |item| item.attention);
    agenda::set(tx, domain.id, RENEWAL, domain.account_id, next, price.map_or(0, |p| p.amount_e4), &attention)?;
    let pending = due(tx, OWNER_LOCK)?;
    let next = lock::next(tx, &domain, pending, cx.now)?;
    put_stage(tx, &domain, OWNER_LOCK, next)?;
    if date > cx.now {
        agenda::wake(tx, domain.id, RESUME, cx.now)?;
    }
    Ok(())
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

/// Does one item under its lease. Yields what happened in a few words; empty if nothing did.
struct Due {
    item: Item,
    /// The registry's price of a name that is not standard.
    quoted: Option<Availability>,
}

impl Operation for Due {
    type Done = String;
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<String, Error> {
        let item = &self.item;
        if !agenda::is_held(tx, item)? {
            return Ok(String::new());
        }
        let Some(domain) = domains::by_id(tx, item.domain_id)? else {
            agenda::remove_all(tx, item.domain_id)?;
            return Ok(String::new());
        };
        let busy = orders::holder(tx, &domain.name)?.is_some();
        if busy && [RENEWAL, RESUME, OWNER_LOCK].contains(&item.what.as_str()) {
            let again = cx.now.plus_seconds(BUSY_SECONDS);
            agenda::set(tx, domain.id, &item.what, domain.account_id, again, item.amount_e4, &item.attention)?;
            return Ok(String::new());
        }
        let zone = zone_of(cx, &domain)?;
        let account = owner(tx, &domain)?;
        let told = match item.what.as_str() {
            NOTICE => notice::to_owner(tx, cx, item, &domain, &zone, &account)?,
            FUNDS => notice::of_funds(tx, cx, item, &domain, &zone, &account)?,
            RENEWAL => renewal::run(tx, cx, item, &domain, &zone, &account, self.quoted.as_ref())?,
            RESUME => renewal::resume(tx, cx, &domain)?,
            OWNER_LOCK => lock::run(tx, cx, item, &domain)?,
            VERIFICATION => verification::run_due(tx, cx, item, &domain)?,
            other => return Err(broken(format!("nobody knows what {other} on an agenda means"))),
        };
        Ok(if told.is_empty() { told } else { format!("{} {told}", domain.name) })
    }
}

impl Engine {
    /// Does what is due by now, at most one batch; says how many items that was. Work for registries is handed over.
    pub fn run_agenda(&self) -> Result<usize, Error> {
        let items = self.claim_agenda(BATCH)?;
        let count = items.len();
        for item in items {
            match self.do_item(&item) {
                Ok((_, after)) => self.follow(after),
                Err(error) => {
                    tracing::error!(domain = item.domain_id, what = %item.what, error = %error, "an agenda item failed; it is tried again when its lease runs out");
                }
            }
        }
        Ok(count)
    }

    pub(crate) fn claim_agenda(&self, limit: i64) -> Result<Vec<Item>, Error> {
        let (now, real_now) = (self.now(), self.real_now());
        if !self.inner.store.read(move |tx| Ok::<_, Error>(agenda::claimable(tx, now, real_now)?))? {
            return Ok(Vec::new());
        }
        self.inner.store.write(move |tx| Ok::<_, Error>(agenda::claim(tx, now, real_now, real_now.plus_seconds(LEASE_SECONDS), limit)?))
    }

    /// Does one claimed item; yields what happened and what is to follow the commit.
    pub(crate) fn do_item(&self, item: &Item) -> Result<(String, Vec<After>), Error> {
        if item.what == contact::UNUSED {
            let account_id = item.account_id;
            let account = self.inner.store.read(move |tx| Ok::<_, Error>(accounts::by_id(tx, account_id)?))?;
            let account = account.ok_or_else(|| broken("a contact without its account"))?;
            return self.run_apart(&Actor::system(account.id, account.currency), contact::Sweep { item: item.clone() });
        }
        let wanted = item.clone();
        let found = self.inner.store.read(move |tx| {
            let domain = domains::by_id(tx, wanted.domain_id)?;
            let account = accounts::by_id(tx, wanted.account_id)?;
            Ok::<_, Error>(domain.zip(account))
        })?;
        let Some((domain, account)) = found else {
            let id = item.domain_id;
            self.inner.store.write(move |tx| Ok::<_, Error>(agenda::remove_all(tx, id)?))?;
            return Ok((String::new(), Vec::new()));
        };
        let name = DomainName::parse(&domain.name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
        if item.what == LOOK {
            return self.look_at(item, &domain, name);
        }
        let mut quoted = None;
        if item.what == RENEWAL && !domain.price_class.is_empty() {
            let zone = self.inner.zones.get(&domain.zone).ok_or_else(|| broken(format!("there is no policy for {}", domain.zone)))?;
            let question = FeeQuestion { operation: PricedOperation::Renew, months: term(&domain, zone, &account) };
            quoted = self.registry_of(&domain.zone)?.check(&[name], Some(&question))?.pop();
        }
        self.run_apart(&Actor::system(account.id, account.currency), Due { item: item.clone(), quoted })
    }

    fn look_at(&self, item: &Item, domain: &Domain, name: DomainName) -> Result<(String, Vec<After>), Error> {
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
                return Ok((String::new(), Vec::new()));
            }
        };
        let transfer = crate::jobs::transfer_of(registry.as_ref(), &name, found.as_ref(), false)?;
        let look = Look { item: item.clone(), registrar: registry.registrar().to_owned(), name: name.clone(), found, asked_at, transfer };
        let (outcome, after) = self.run_apart(&registry_actor(), look)?;
        Ok((if outcome == "known" { String::new() } else { format!("{name} {outcome}") }, after))
    }
}
