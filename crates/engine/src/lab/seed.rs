//! The sandbox's beginning: accounts, keys, contacts, and names near every edge of the life cycle.

use crate::account::manage::{AddKey, Fund, Impersonate, NewAccount, SetDetails};
use crate::account::statement::Statement;
use crate::account::{Actor, Profile};
use crate::context::{Cx, Operation};
use crate::domain::{RoleContacts, json};
use crate::transfer::{StaffConsent, TransferIn};
use crate::{Engine, Error, audit, contact};
use model::contact::{ContactData, ContactDraft};
use model::domain::{Privacy, RenewalMode};
use model::{Access, Channel, Currency, Money, Need, Refusal, Timestamp};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use store::domains::{self, Domain};
use store::{Tx, accounts, contacts, settings};

/// A name that the sandbox begins with. Days count from the start of the sandbox; negative lie before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seeded {
    pub name: &'static str,
    pub created_day: i64,
    /// Expiry at the registry.
    pub expires_day: i64,
    /// The end of what was paid for; differs from expiry in the registry's auto-renew grace.
    pub paid_until_day: i64,
    pub renewal_mode: RenewalMode,
    /// EPP and RGP statuses at the registry.
    pub statuses: &'static [&'static str],
    pub locked: bool,
    pub signed: bool,
    pub premium: bool,
    /// The edge that it stands near.
    pub what: &'static str,
}

const PLAIN: Seeded = Seeded {
    name: "",
    created_day: -300,
    expires_day: 65,
    paid_until_day: 65,
    renewal_mode: RenewalMode::Default,
    statuses: &[],
    locked: false,
    signed: false,
    premium: false,
    what: "",
};

/// The names of `demo`.
pub const SEEDED_DOMAINS: &[Seeded] = &[
    Seeded { name: "fresh.com", created_day: 0, expires_day: 365, paid_until_day: 365, what: "just registered, in add grace", ..PLAIN },
    Seeded {
        name: "soon-due.com",
        created_day: -359,
        expires_day: 6,
        paid_until_day: 6,
        renewal_mode: RenewalMode::AutoRenew,
        what: "expires in 6 days, renews by itself",
        ..PLAIN
    },
    Seeded {
        name: "soon-gone.net",
        created_day: -359,
        expires_day: 6,
        paid_until_day: 6,
        renewal_mode: RenewalMode::AutoDelete,
        what: "expires in 6 days, will be let go",
        ..PLAIN
    },
    Seeded {
        name: "in-grace.org",
        created_day: -375,
        expires_day: 355,
        paid_until_day: -10,
        renewal_mode: RenewalMode::AutoDelete,
        what: "in the registry's auto-renew grace since 10 days",
        ..PLAIN
    },
    Seeded {
        name: "redeemable.com",
        created_day: -400,
        expires_day: 330,
        paid_until_day: -35,
        renewal_mode: RenewalMode::AutoDelete,
        statuses: &["pendingDelete", "redemptionPeriod"],
        what: "deleted, can be restored",
        ..PLAIN
    },
    Seeded { name: "locked.info", locked: true, what: "locked against transfer", ..PLAIN },
    Seeded { name: "signed.net", signed: true, what: "has DS records", ..PLAIN },
    Seeded { name: "premium-gold.com", premium: true, what: "of premium price", ..PLAIN },
    Seeded { name: "leaving.com", statuses: &["pendingTransfer"], what: "another registrar has asked for it", ..PLAIN },
    Seeded { name: "xn--bcher-kva.com", what: "internationalised: bücher.com", ..PLAIN },
    Seeded { name: "demo.or.kr", what: "a Korean organization's", ..PLAIN },
    Seeded { name: "demo.de", created_day: -300, expires_day: 65, paid_until_day: 65, what: "renews by itself only", ..PLAIN },
];

/// A seeded name as the registry is to hold it.
#[derive(Clone, Debug)]
pub struct SeededObject {
    pub seeded: Seeded,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// The registrant's, admin's, tech's and billing contact's id at the registry.
    pub contact_id: String,
    pub contact: ContactData,
    pub hosts: Vec<String>,
}

const SEEDED: &str = "sandbox-seeded";
const MIRRORED: &str = "sandbox-mirrored";

/// Fills an empty sandbox and says what the registry must hold; nothing once [`mirrored`] has been told that it does. A process that dies in
/// between finds the same list again.
pub fn seed(engine: &Engine) -> Result<Vec<SeededObject>, Error> {
    let (seeded, mirrored) = engine.inner.store.read(|tx| Ok::<_, Error>((settings::get(tx, SEEDED)?, settings::get(tx, MIRRORED)?)))?;
    if seeded.is_none() {
        fill(engine)?;
    }
    if mirrored.is_some() { Ok(Vec::new()) } else { engine.run(&Actor::staff(), Mirror) }
}

/// The registry holds what [`seed`] listed.
pub fn mirrored(engine: &Engine) -> Result<(), Error> {
    engine.inner.store.write(|tx| Ok::<_, Error>(settings::set(tx, MIRRORED, "1")?))
}

/// Looks at a seeded name as a message about it would make the registrar do: a transfer that is under way there is followed here.
pub fn notice(engine: &Engine, name: &str) -> Result<(), Error> {
    let name = model::DomainName::parse(name).map_err(|_| crate::error::broken("a seeded name"))?;
    let zone = engine.inner.zones.zone_of(&name).ok_or_else(|| crate::error::broken("a seeded name without a zone"))?.clone();
    let registry = engine.registry_of(&zone.suffix)?;
    let asked_at = engine.now();
    let found = registry.domain(&name, None)?;
    let transfer = crate::jobs::transfer_of(registry.as_ref(), &name, found.as_ref(), false)?;
    let sync = crate::domain::sync::Sync {
        registry: engine.inner.registry_name(&zone.suffix).to_owned(),
        registrar: registry.registrar().to_owned(),
        message_id: String::new(),
        text: "seeded".to_owned(),
        name,
        found,
        asked_at,
        transfer,
    };
    engine.run(&crate::domain::sync::registry_actor(), sync).map(|_| ())
}

/// Brings a name of the outside world on its way to `demo`, as if its holder had consented: the registry is to be asked for it. What is under way
/// already, or is here, stays as it is.
pub fn arrive(engine: &Engine, name: &str, code: &str) -> Result<(), Error> {
    let name = model::DomainName::parse(name).map_err(|_| crate::error::broken("a seeded name"))?;
    let staff = Actor::staff();
    let demo = engine.run(&staff, Impersonate { login: "demo".to_owned() })?;
    let wish = TransferIn { auth_info: Some(code.to_owned()), renewal_mode: RenewalMode::AutoRenew, ..TransferIn::of(name.clone()) };
    let asked = engine.transfer_in(&demo, wish).map(|_| ());
    let agreed = asked.and_then(|()| {
        let consent = StaffConsent { name, agree: true, evidence: "the sandbox began with it".to_owned() };
        engine.run(&staff, consent).map(|_| ())
    });
    match agreed {
        Err(Error::Refused(_)) | Ok(()) => Ok(()),
        Err(fault) => Err(fault),
    }
}

fn fill(engine: &Engine) -> Result<(), Error> {
    let staff = Actor::staff();
    let accounts = [
        (
            "demo",
            None,
            10_000,
            Profile { first_name: "Dana".into(), last_name: "Demo".into(), organization: "Demo Reselling Ltd".into(), ..profile() },
        ),
        (
            "rival",
            None,
            1_000,
            Profile { first_name: "Rita".into(), last_name: "Rival".into(), organization: "Rival Names Inc".into(), ..profile() },
        ),
        (
            "julia",
            Some("demo"),
            100,
            Profile { first_name: "Julia".into(), last_name: "Sub".into(), organization: String::new(), ..profile() },
        ),
    ];
    for (name, parent, dollars, profile) in accounts {
        let account = NewAccount {
            dmapi_login: format!("{name}@reseller.example"),
            kv_login: name.to_owned(),
            password: format!("{name}-pass"),
            email: format!("{name}@reseller.example"),
            currency: Currency::USD,
            credit: Money::zero(Currency::USD),
            parent: parent.map(str::to_owned),
            tier: String::new(),
            premium: true,
            profile,
        };
        // Each step may have been done already by a process that died in between.
        settled(engine.create_account(&staff, account).map(|_| ()))?;
        let owner = engine.run(&staff, Impersonate { login: name.to_owned() })?;
        if engine.run(&owner, Statement { after: 0, limit: 1 })?.is_empty() {
            engine.run(&staff, Fund { login: name.to_owned(), amount_e4: dollars * 10_000, memo: "sandbox deposit".to_owned() })?;
        }
    }
    // The availability daemon answers whoever is on this machine.
    let near = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    engine.run(&staff, SetDetails { login: "demo".to_owned(), availability_from: Some(near), ..SetDetails::default() })?;
    let keys = [
        ("demo", "demo-key", Access::Full),
        ("demo", "demo-key-read", Access::ReadOnly),
        ("demo", "demo-key-modify", Access::ModifyOnly),
        ("rival", "rival-key", Access::Full),
    ];
    for (login, key, access) in keys {
        settled(
            engine
                .run(&staff, AddKey { login: login.to_owned(), key: key.to_owned(), label: key.to_owned(), access, networks: Vec::new() }),
        )?;
    }
    let demo = engine.inner.store.read(|tx| Ok::<_, Error>(accounts::by_kv_login(tx, "demo")?))?.ok_or(Refusal::NotYours)?;
    let actor = Actor { account: demo.id, login: demo.kv_login, currency: demo.currency, access: Access::Full, channel: Channel::Staff };
    engine.run(&actor, Objects)
}

/// What is there already is as good as made.
fn settled(made: Result<(), Error>) -> Result<(), Error> {
    match made {
        Err(Error::Refused(Refusal::AlreadyExists)) => Ok(()),
        other => other,
    }
}

fn profile() -> Profile {
    Profile {
        street: vec!["1 Sandbox Way".into()],
        city: "Springfield".into(),
        postal_code: "12345".into(),
        country: "US".into(),
        phone: "+1.2125550100".into(),
        ..Profile::default()
    }
}

/// Contacts and names of `demo`, in one transaction with the mark that they are there.
struct Objects;

fn drafts() -> Vec<(&'static str, ContactDraft)> {
    let s = |text: &str| Some(text.to_owned());
    let person = ContactDraft {
        first_name: s("Erika"),
        last_name: s("Mustermann"),
        email: s("erika@mustermann.example"),
        street: [s("Heidestrasse 17"), None, None],
        city: s("Köln"),
        postal_code: s("51147"),
        country: s("DE"),
        phone: s("+49.221123456"),
        ..ContactDraft::default()
    };
    let korean = ContactDraft {
        first_name: s("길동"),
        last_name: s("홍"),
        organization: s("한국 비영리 단체"),
        email: s("office@nonprofit.example"),
        street: [s("서울특별시 종로구 세종대로 209"), None, None],
        city: s("서울"),
        postal_code: s("03171"),
        country: s("KR"),
        phone: s("+82.212345678"),
        ..ContactDraft::default()
    };
    let company = ContactDraft {
        first_name: s("John"),
        last_name: s("Smith"),
        organization: s("Acme Widgets Inc"),
        email: s("john@acme.example"),
        street: [s("350 Fifth Avenue"), s("Floor 21"), None],
        city: s("New York"),
        state: s("NY"),
        postal_code: s("10118"),
        country: s("US"),
        phone: s("+1.2125550123"),
        ..ContactDraft::default()
    };
    let bare = ContactDraft {
        organization: s("Bare Handle"),
        email: s("bare@handle.example"),
        street: [s("Plain Street 1"), None, None],
        city: s("Dublin"),
        country: s("IE"),
        phone: s("+353.15550100"),
        ..ContactDraft::default()
    };
    vec![("com", person), ("or.kr", korean), ("com", company), ("", bare)]
}

impl Operation for Objects {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        let mut holders = Vec::new();
        for (suffix, draft) in drafts() {
            let data = draft.check().map_err(Refusal::Fields)?;
            let zone = cx.zones().get(suffix);
            let family = zone.map_or("", |z| z.contact_family());
            let prefix = zone.map_or_else(|| "CALL".to_owned(), |z| z.handle_prefix());
            let holder = contact::create(tx, cx, &data, family, &prefix, false)?.0;
            // Their owners were asked long ago.
            crate::verification::proven(tx, cx, holder.account_id, &holder.email, "STAFF")?;
            holders.push(holder);
        }
        // The Korean name has its organization; the others, of several families, share the bare handle, which serves everywhere.
        let [_, korean, _, bare] = holders.as_slice() else { return Err(crate::error::broken("four contacts are seeded")) };
        for seeded in SEEDED_DOMAINS {
            let holder = if seeded.name.ends_with(".or.kr") { korean } else { bare };
            let domain = insert(tx, cx, seeded, holder.id)?;
            contacts::note_at_registry(tx, &domain.registry, holder.id, &crate::jobs::registry_id(holder.id), holder.version)?;
        }
        settings::set(tx, SEEDED, &cx.now.micros().to_string())?;
        audit::append(tx, cx, audit::Change { verb: "sandbox-seed", object: "demo", order_id: None, detail: "" })
    }
}

/// The name servers of seeded names: hosts of the outside world.
const SEEDED_HOSTS: &str = "ns1.example.net ns2.example.net";

/// What the registry must hold for the seeded names that are here.
struct Mirror;

impl Operation for Mirror {
    type Done = Vec<SeededObject>;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Vec<SeededObject>, Error> {
        let mut objects = Vec::new();
        for seeded in SEEDED_DOMAINS {
            let Some(domain) = domains::by_name(tx, seeded.name)? else { continue };
            let holder =
                contacts::by_id(tx, domain.registrant_id)?.ok_or_else(|| crate::error::broken("a seeded name without its contact"))?;
            objects.push(SeededObject {
                seeded: *seeded,
                created: domain.created_at,
                expires: domain.expires_at,
                contact_id: crate::jobs::registry_id(holder.id),
                contact: contact::from_json(&holder.data)?,
                hosts: domain.hosts.split_whitespace().map(str::to_owned).collect(),
            });
        }
        Ok(objects)
    }
}

/// Midnight before the start, so that days can be counted.
pub fn day(start: Timestamp, days: i64) -> Timestamp {
    let c = start.civil();
    Timestamp::from_date(c.year, c.month, c.day).unwrap_or(start).plus_days(days)
}

fn insert(tx: &mut Tx<'_>, cx: &Cx<'_>, seeded: &Seeded, holder: i64) -> Result<Domain, Error> {
    let name = model::DomainName::parse(seeded.name).map_err(|_| crate::error::broken("a seeded name"))?;
    let zone = cx.zones().zone_of(&name).ok_or_else(|| crate::error::broken("a seeded name without a zone"))?;
    let people = RoleContacts { admin: vec![holder], tech: vec![holder], billing: vec![holder] };
    let dnssec = if seeded.signed {
        vec![crate::domain::DnssecRecord::Ds {
            key_tag: 12_345,
            algorithm: 13,
            digest_type: 2,
            digest_hex: "49FD46E6C4B45C55D4AC69CBD3CD34AC1AFE51DE2C7C1F7A0E3A3C7B5B3F2A10".to_owned(),
        }]
    } else {
        Vec::new()
    };
    let fields = if seeded.name.ends_with(".or.kr") {
        vec![("X-KR-CTFY-TYPE".to_owned(), "UNIQUE".to_owned()), ("X-KR-CTFY-NO".to_owned(), "101-82-12345".to_owned())]
    } else {
        Vec::new()
    };
    let id = cx.id();
    let created_at = if seeded.created_day == 0 { cx.now } else { day(cx.now, seeded.created_day) };
    let expires_at = if seeded.created_day == 0 { cx.now.plus_days(seeded.expires_day) } else { day(cx.now, seeded.expires_day) };
    let domain = Domain {
        id,
        account_id: cx.actor.account,
        name: seeded.name.to_owned(),
        zone: zone.suffix.clone(),
        registry: cx.inner.registry_name(&zone.suffix).to_owned(),
        roid: format!("{id}_DOMAIN-DOMESDAY"),
        registrant_id: holder,
        contacts: json(&people)?,
        hosts: SEEDED_HOSTS.to_owned(),
        dnssec: json(&dnssec)?,
        locks: if seeded.locked { "user".to_owned() } else { String::new() },
        statuses: seeded.statuses.join(" "),
        renewal_mode: seeded.renewal_mode,
        transfer_mode: "default".to_owned(),
        privacy: Privacy::Off,
        privacy_until_at: None,
        trustee: false,
        price_class: if seeded.premium { "premium".to_owned() } else { String::new() },
        language: if seeded.name.starts_with("xn--") { "ger".to_owned() } else { String::new() },
        fields: json(&fields)?,
        auth_sealed: String::new(),
        created_at,
        created_by: "demo".to_owned(),
        updated_at: created_at,
        updated_by: "demo".to_owned(),
        expires_at,
        paid_until_at: if seeded.paid_until_day == seeded.expires_day { expires_at } else { day(cx.now, seeded.paid_until_day) },
        renewed_at: None,
    };
    crate::domain::admit(tx, cx, &domain)?;
    Ok(domain)
}
