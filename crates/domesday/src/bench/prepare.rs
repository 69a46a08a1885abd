//! What a run begins with: resellers with money and contacts, and large portfolios.

use super::pairs::Progress;
use crate::assemble::{self, Opened, StoreOptions};
use anyhow::{anyhow, bail};
use engine::account::Profile;
use engine::account::manage::{AddKey, Fund, Impersonate, NewAccount};
use engine::contact::Create;
use engine::{Actor, Engine};
use model::contact::ContactDraft;
use model::{Access, Currency, Money};
use std::path::Path;
use store::domains::{self, Domain};
use store::{Location, settings};

/// An account that sends requests.
#[derive(Clone, Debug)]
pub struct Reseller {
    /// CentralNic login.
    pub login: String,
    pub password: String,
    pub key: String,
    /// Its contact in either form, and by number.
    pub handle: String,
    pub short_handle: String,
    pub contact: i64,
}

/// The options that mean this folder and the built-in packs.
pub fn options(folder: &Path) -> StoreOptions {
    StoreOptions { data: folder.to_owned(), database: None, zones: None }
}

/// A seeded sandbox in a folder, with so many resellers who can afford everything.
pub fn sandbox(folder: &Path, resellers: u32) -> anyhow::Result<(Opened, Vec<Reseller>)> {
    let opened = assemble::open(&options(folder), true)?;
    let made = (0..resellers).map(|number| reseller(opened.sandbox.engine(), number)).collect::<anyhow::Result<Vec<_>>>()?;
    Ok((opened, made))
}

/// Ten million dollars: a million names of .com.
const DEPOSIT_E4: i64 = 10_000_000 * 10_000;

fn reseller(engine: &Engine, number: u32) -> anyhow::Result<Reseller> {
    let staff = Actor::staff();
    let login = format!("bench-{number}");
    let (password, key) = (format!("bench-{number}-pass"), format!("bench-{number}-key"));
    let account = NewAccount {
        dmapi_login: format!("{login}@reseller.example"),
        kv_login: login.clone(),
        password: password.clone(),
        email: format!("{login}@reseller.example"),
        currency: Currency::USD,
        credit: Money::zero(Currency::USD),
        parent: None,
        tier: String::new(),
        premium: false,
        profile: Profile::default(),
    };
    engine.create_account(&staff, account)?;
    engine.run(&staff, Fund { login: login.clone(), amount_e4: DEPOSIT_E4, memo: "bench".to_owned() })?;
    engine.run(&staff, AddKey { login: login.clone(), key: key.clone(), label: "bench".to_owned(), access: Access::Full })?;
    let actor = engine.run(&staff, Impersonate { login: login.clone() })?;
    let text = |value: &str| Some(value.to_owned());
    let draft = ContactDraft {
        first_name: text("Berta"),
        last_name: text("Bench"),
        email: Some(format!("owner@{login}.example")),
        street: [text("1 Loopback Road"), None, None],
        city: text("Springfield"),
        postal_code: text("12345"),
        country: text("US"),
        phone: text("+1.2125550100"),
        ..ContactDraft::default()
    };
    let contact = engine.run(&actor, Create { draft, zone: Some("com".to_owned()), reuse: false, client_id: String::new() })?.contact;
    Ok(Reseller { login, password, key, handle: contact.handle, short_handle: contact.short_handle, contact: contact.id })
}

/// Rows that share a transaction.
const BUNDLE: u32 = 1_000;

/// The name of the n-th domain of a seeded portfolio.
pub fn seeded_name(number: u32) -> String {
    format!("bench-{number:08}.com")
}

/// Puts `count` domains into demo's portfolio, copies of a seeded one under other names; those that are there already stay. Returns how many are new.
/// They are there for lists: the registry does not know them, and `domesday verify` says so.
pub fn seed_domains(opened: &Opened, location: &Location, count: u32) -> anyhow::Result<u32> {
    let store = store::open(location)?;
    let template: Option<Domain> = store.read::<_, store::Fault, _>(|tx| domains::by_name(tx, "locked.info"))?;
    let template = template.ok_or_else(|| anyhow!("the store was not seeded: it lacks locked.info"))?;
    let from = opened.sandbox.engine().now();
    let progress = Progress::new("seed", u64::from(count.div_ceil(BUNDLE)));
    let mut made = 0;
    for start in (0..count).step_by(BUNDLE as usize) {
        let (template, end) = (template.clone(), count.min(start + BUNDLE));
        made += store.write::<_, store::Fault, _>(move |tx| {
            let first = settings::take_ids(tx, "all", FIRST_ID, i64::from(end - start))?;
            let mut made = 0;
            for (id, number) in (first..).zip(start..end) {
                let name = seeded_name(number);
                if domains::by_name(tx, &name)?.is_some() {
                    continue;
                }
                // Expiries on each day of a year, so that sorting by them has something to sort.
                let expires_at = from.plus_days(30 + i64::from(number % 365));
                let domain = Domain {
                    id,
                    name,
                    zone: "com".to_owned(),
                    roid: format!("{id}_DOMAIN-DOMESDAY"),
                    expires_at,
                    paid_until_at: expires_at,
                    ..template.clone()
                };
                domains::insert(tx, &domain)?;
                domains::link_contact(tx, domain.registrant_id, id)?;
                made += 1;
            }
            Ok(made)
        })?;
        progress.step(&format!("{end} of {count}"));
    }
    progress.end();
    if made == 0 && count > 0 {
        bail!("all of these names are there already");
    }
    Ok(made)
}

/// The counter has been started by the seed; this is only what it would start with.
const FIRST_ID: i64 = 100_000_001;

#[cfg(test)]
mod tests {
    use super::*;
    use engine::domain::{List, SortBy, Window};
    use model::pattern::Pattern;

    #[test]
    fn portfolios_are_seeded_and_listed() {
        let folder = tempfile::tempdir().unwrap();
        let (opened, resellers) = sandbox(folder.path(), 2).unwrap();
        assert_ne!(resellers[0].short_handle, resellers[1].short_handle);
        let location = options(folder.path()).location();
        assert_eq!(seed_domains(&opened, &location, 1_500).unwrap(), 1_500);
        assert_eq!(seed_domains(&opened, &location, 1_600).unwrap(), 100);
        let engine = opened.sandbox.engine();
        let demo = engine.run(&Actor::staff(), Impersonate { login: "demo".to_owned() }).unwrap();
        let pattern = Pattern::parse("bench-*").unwrap();
        let list = List { pattern, zone: None, shared: false, sort: SortBy::Name, descending: false, window: Window { skip: 10, take: 2 } };
        let page = engine.run(&demo, list).unwrap();
        let names: Vec<String> = page.rows.iter().map(|d| d.name.to_string()).collect();
        assert_eq!((page.total, names), (1_600, vec![seeded_name(10), seeded_name(11)]));
    }
}
