//! The limit of `sweep`: the statements of notices, warnings and renewals alone, in transactions of as many items, on a store of the same form. Nothing
//! is decided, no mail is made from a template, nothing is claimed twice.

use super::folder::Folder;
use super::portfolio::{self, Plan};
use super::prepare;
use anyhow::anyhow;
use engine::Actor;
use engine::account::manage::Fund;
use model::order::{OrderKind, OrderState};
use model::{Channel, Currency, Money, Timestamp};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::agenda::{self, Item};
use store::domains::{self, Domain};
use store::journal::{self, Entry, Event};
use store::ledger::{self, Book, Leg};
use store::mails::{self, Mail};
use store::orders::{self, Order};
use store::{Fault, Store, Tx, accounts, contacts, settings};

/// As many as the agenda does in one transaction.
const TOGETHER: i64 = 64;
const PRICE_E4: i64 = 97_500;
/// Far above every id of the store.
const FIRST_ID: i64 = 1 << 50;
/// About as long as the real ones.
const MAIL_TEXT: usize = 700;
const MAIL_HTML: usize = 1_600;
const FRAME: &str = r#"[["domain","bare0000000000.com"],["period","1"],["autorenew","1"]]"#;
const DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

pub struct BareSweep {
    store: Store,
    now: Timestamp,
    _folder: Folder,
}

/// How long an item takes, by kind.
#[derive(Clone, Debug)]
pub struct Limit(BTreeMap<&'static str, f64>);

impl Limit {
    pub fn seconds_each(&self, kind: &str) -> f64 {
        self.0.get(kind).copied().unwrap_or(0.0)
    }

    pub fn mean(&self, other: &Limit) -> Limit {
        Limit(self.0.iter().map(|(kind, one)| (*kind, (one + other.seconds_each(kind)) / 2.0)).collect())
    }
}

impl BareSweep {
    /// A store with so many names.
    pub fn new(parent: &std::path::Path, names: u32) -> anyhow::Result<BareSweep> {
        let folder = Folder::new(parent)?;
        let (opened, resellers) = prepare::sandbox_on(&prepare::options(folder.path()), 1)?;
        let engine = opened.sandbox.engine();
        let login = resellers.first().map(|r| r.login.clone()).ok_or_else(|| anyhow!("a reseller"))?;
        engine
            .run(&Actor::staff(), Fund { login: login.clone(), amount_e4: i64::from(names) * PRICE_E4 * 10, memo: "bench".to_owned() })?;
        let now = engine.now();
        let plan = Plan { first: 0, count: names, expires_from: now.plus_days(40), spread_seconds: 30 * 86_400 };
        portfolio::fill(&opened, &[login], plan, |_| 0)?;
        drop(opened);
        let store = store::open(&prepare::options(folder.path()).location())?;
        Ok(BareSweep { store, now, _folder: folder })
    }

    /// Each kind once over all names: how long an item takes.
    pub fn window(&self) -> anyhow::Result<Limit> {
        let mut found = BTreeMap::new();
        let shapes: [(&'static str, Shape); 3] = [("notice", notice), ("funds", funds), ("renewal", renewal)];
        for (kind, shape) in shapes {
            let (count, time) = self.over_all(kind, shape).map_err(|fault| anyhow!("the limit: {fault}"))?;
            found.insert(kind, time.as_secs_f64() / (count as f64).max(1.0));
        }
        Ok(Limit(found))
    }

    fn over_all(&self, kind: &'static str, shape: Shape) -> Result<(usize, Duration), Fault> {
        let begun = Instant::now();
        let (mut after, mut count) = (0, 0);
        loop {
            let now = self.now;
            let last = self.store.write::<_, Fault, _>(move |tx| {
                let page = domains::all(tx, after, TOGETHER)?;
                for domain in &page {
                    one(tx, domain, kind, shape, now)?;
                }
                Ok(page.last().map(|d| (d.id, page.len())))
            })?;
            let Some((id, done)) = last else { return Ok((count, begun.elapsed())) };
            after = id;
            count += done;
        }
    }
}

type Shape = fn(&mut Tx<'_>, &Domain, &accounts::Account, i64, Timestamp) -> Result<(), Fault>;

/// What every item begins with: its lease, its name, its account.
fn one(tx: &mut Tx<'_>, known: &Domain, kind: &str, shape: Shape, now: Timestamp) -> Result<(), Fault> {
    let id = settings::take_ids(tx, "bare", FIRST_ID, 8)?;
    if let Some(item) = agenda::of(tx, known.id, kind)? {
        let item: Item = item;
        agenda::is_held(tx, &item)?;
    }
    let domain = domains::by_id(tx, known.id)?.ok_or_else(|| Fault::corrupt("the domain is gone"))?;
    let account = accounts::by_id(tx, domain.account_id)?.ok_or_else(|| Fault::corrupt("the account is gone"))?;
    shape(tx, &domain, &account, id, now)
}

fn notice(tx: &mut Tx<'_>, domain: &Domain, account: &accounts::Account, id: i64, now: Timestamp) -> Result<(), Fault> {
    agenda::set(tx, domain.id, "notice", account.id, now.plus_days(20), 0, "")?;
    contacts::by_id(tx, domain.registrant_id)?;
    let mail = Mail {
        id,
        account_id: Some(account.id),
        at: now,
        recipient: account.email.clone(),
        subject: format!("{} expires", domain.name),
        text: "x".repeat(MAIL_TEXT),
        html: "x".repeat(MAIL_HTML),
        links: "[]".to_owned(),
        state: "queued".to_owned(),
        attempts: 0,
        last_error: String::new(),
        next_at: now,
    };
    mails::insert(tx, &mail)
}

fn funds(tx: &mut Tx<'_>, domain: &Domain, account: &accounts::Account, _: i64, now: Timestamp) -> Result<(), Fault> {
    agenda::set(tx, domain.id, "funds", account.id, now.plus_days(20), 0, "")?;
    settings::price_in_force(tx, &domain.zone, "renew", 12, account.currency, &account.tier, now)?;
    agenda::sum_until(tx, account.id, now.plus_days(60)).map(drop)
}

fn renewal(tx: &mut Tx<'_>, domain: &Domain, account: &accounts::Account, id: i64, now: Timestamp) -> Result<(), Fault> {
    orders::holder(tx, &domain.name)?;
    settings::price_in_force(tx, &domain.zone, "renew", 12, account.currency, &account.tier, now)?;
    let message = "Renewed by itself until 2028-01-01";
    let order = Order {
        id,
        tracking_id: format!("{id:032x}"),
        account_id: account.id,
        kind: OrderKind::DomainRenew,
        object: domain.name.clone(),
        lock_name: None,
        registry: String::new(),
        state: OrderState::Succeeded,
        fingerprint: String::new(),
        price: Money::new(PRICE_E4, Currency::USD),
        client_id: String::new(),
        channel: Channel::System,
        actor: "system".to_owned(),
        intent: String::new(),
        result: "[]".to_owned(),
        message: message.to_owned(),
        attention: String::new(),
        attempts: 0,
        accepted_at: now,
        deadline_at: now,
        decided_at: Some(now),
        hidden_at: Some(now),
    };
    orders::insert(tx, &order)?;
    accounts::charge(tx, account.id, PRICE_E4)?.ok_or_else(|| Fault::corrupt("the money is spent"))?;
    let legs = [Leg { book: Book::Customer(account.id), amount_e4: -PRICE_E4 }, Leg { book: Book::Sales, amount_e4: PRICE_E4 }];
    let memo = format!("domain-renew {} by itself", domain.name);
    let booking =
        ledger::Entry { id: id + 1, at: now, kind: "capture", order_id: Some(id), memo: &memo, currency: Currency::USD, legs: &legs };
    ledger::insert_entry(tx, &booking)?;
    let paid_until_at = domain.paid_until_at.plus_days(365);
    let term =
        domains::Term { expires_at: domain.expires_at, paid_until_at, renewed_at: domain.renewed_at, renewal_mode: domain.renewal_mode };
    domains::set_term(tx, domain.id, &term, now, "system")?;
    let event = Event {
        id: id + 2,
        account_id: account.id,
        at: now,
        class: "DOMAIN_RENEWAL".to_owned(),
        subclass: "RENEWAL_SUCCESSFUL".to_owned(),
        object: domain.name.clone(),
        order_id: Some(id),
        data: FRAME.to_owned(),
        acknowledged_at: None,
    };
    journal::insert_event(tx, &event)?;
    let entry = Entry {
        id: id + 3,
        at: now,
        account_id: Some(account.id),
        actor: "system".to_owned(),
        channel: "system".to_owned(),
        verb: "autorenew".to_owned(),
        object: domain.name.clone(),
        order_id: Some(id),
        detail: message.to_owned(),
        digest: DIGEST.to_owned(),
    };
    journal::append(tx, &entry)?;
    agenda::all_of(tx, domain.id)?;
    for (what, days, amount_e4) in [("notice", 335, 0), ("funds", 370, 0), (agenda::PRICED, 400, PRICE_E4)] {
        agenda::set(tx, domain.id, what, account.id, paid_until_at.plus_days(days), amount_e4, "")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_does_every_kind_again_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let bare = BareSweep::new(folder.path(), 100).unwrap();
        for limit in [bare.window().unwrap(), bare.window().unwrap()] {
            for kind in ["notice", "funds", "renewal"] {
                assert!(limit.seconds_each(kind) > 0.0, "{limit:?}");
            }
        }
    }
}
