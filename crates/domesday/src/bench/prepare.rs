//! What a run begins with: resellers with money and contacts, and large portfolios.

use crate::assemble::{self, Opened, StoreOptions};
use engine::account::Profile;
use engine::account::manage::{AddKey, Fund, Impersonate, NewAccount};
use engine::contact::Create;
use engine::{Actor, Engine};
use model::contact::ContactDraft;
use model::{Access, Currency, Money};
use std::path::Path;

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
    StoreOptions { data: folder.to_owned(), database: None, zones: None, mails: None }
}

/// A seeded sandbox in a folder, with so many resellers who can afford everything.
pub fn sandbox(folder: &Path, resellers: u32) -> anyhow::Result<(Opened, Vec<Reseller>)> {
    sandbox_on(&options(folder), resellers)
}

/// The same on a store of any kind.
pub fn sandbox_on(options: &StoreOptions, resellers: u32) -> anyhow::Result<(Opened, Vec<Reseller>)> {
    let opened = assemble::open(options, true)?;
    let made = (0..resellers).map(|number| reseller(opened.sandbox.engine(), number)).collect::<anyhow::Result<Vec<_>>>()?;
    Ok((opened, made))
}

/// Ten million dollars: a million names of .com.
pub const DEPOSIT_E4: i64 = 10_000_000 * 10_000;

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
    engine.run(
        &staff,
        AddKey { login: login.clone(), key: key.clone(), label: "bench".to_owned(), access: Access::Full, networks: Vec::new() },
    )?;
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
