//! The start page: gathered here, laid out in `templates/start.html`.

use crate::Addresses;
use crate::examples;
use engine::account::Show;
use engine::domain::Info;
use engine::lab::SEEDED_DOMAINS;
use engine::{Actor, Engine, Error};
use minijinja::value::Serde;
use minijinja::{Environment, context};
use model::{DomainName, Money};
use serde::Serialize;

#[derive(Serialize)]
struct Account {
    name: &'static str,
    dmapi: &'static str,
    kvapi: &'static str,
    password: &'static str,
    keys: &'static [(&'static str, &'static str)],
    note: &'static str,
    balance: String,
}

/// The sandbox's accounts; their balances are looked up.
const ACCOUNTS: [Account; 3] = [
    Account {
        name: "demo",
        dmapi: "demo@reseller.example",
        kvapi: "demo",
        password: "demo-pass",
        keys: &[("demo-key", "full"), ("demo-key-read", "read-only"), ("demo-key-modify", "modify-only")],
        note: "",
        balance: String::new(),
    },
    Account {
        name: "rival",
        dmapi: "rival@reseller.example",
        kvapi: "rival",
        password: "rival-pass",
        keys: &[("rival-key", "full")],
        note: "",
        balance: String::new(),
    },
    Account {
        name: "julia",
        dmapi: "julia@reseller.example",
        kvapi: "julia",
        password: "julia-pass",
        keys: &[],
        note: "sub-account of demo: SUBUSER=julia",
        balance: String::new(),
    },
];

#[derive(Serialize)]
struct Example {
    title: &'static str,
    line: String,
}

#[derive(Serialize)]
struct Name {
    name: String,
    ascii: &'static str,
    what: &'static str,
    created: String,
    expires: String,
    /// False once it is the account's no more.
    here: bool,
}

#[derive(Serialize)]
struct LabCall {
    what: &'static str,
    /// What a browser can follow.
    link: Option<&'static str>,
    line: String,
}

pub(crate) fn page(engine: &Engine, addresses: &Addresses) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.add_template("start.html", include_str!("../templates/start.html"))?;
    let health = engine.health().map_err(|error| tracing::warn!(%error, "the store does not answer")).ok();
    let sandbox = engine.is_sandbox();
    // A store that does not answer is said above; the rest of the page stays as full as it can be.
    let world = if sandbox && health.is_some() { gather(engine, &addresses.http).unwrap_or_default() } else { World::default() };
    let now = engine.now();
    // To the nearest day: the two clocks are never read at the same instant.
    let moved_days = now.seconds_since(engine.real_now()).saturating_add(43_200) / 86_400;
    environment.get_template("start.html")?.render(context! {
        version => env!("CARGO_PKG_VERSION"),
        sandbox,
        http => addresses.http.as_str(),
        epp => addresses.epp.as_str(),
        dns => addresses.dns.as_str(),
        redirects => addresses.redirects.as_str(),
        store_ok => health.is_some(),
        attention => health.map(|h| h.attention),
        due => health.map(|h| h.due),
        day => now.date(),
        time => now.rfc3339().get(11..19),
        moved_days,
        accounts => Serde(world.accounts),
        examples => Serde(world.examples),
        names => Serde(world.names),
        lab => Serde(world.lab),
    })
}

#[derive(Default)]
struct World {
    accounts: Vec<Account>,
    examples: Vec<Example>,
    names: Vec<Name>,
    lab: Vec<LabCall>,
}

fn gather(engine: &Engine, base: &str) -> Result<World, Error> {
    let staff = Actor::staff();
    let mut accounts = Vec::new();
    for account in ACCOUNTS {
        let login = account.kvapi.to_owned();
        let actor = engine.run(&staff, engine::account::manage::Impersonate { login })?;
        let view = engine.run(&actor, Show)?;
        accounts.push(Account { balance: grouped(view.balance), ..account });
    }
    let demo = examples::demo(engine)?;
    let mut shown = Vec::new();
    if let Some(handles) = examples::handles(engine, &demo)? {
        shown.push(Example { title: "Joker DMAPI: register", line: examples::dmapi_register(engine, base, &handles) });
        shown.push(Example { title: "CentralNic Reseller API: register", line: examples::kvapi_register(engine, base, &handles) });
    }
    shown.push(Example { title: "Joker DMAPI: list", line: examples::dmapi_list(base) });
    shown.push(Example { title: "CentralNic Reseller API: list", line: examples::kvapi_list(base) });
    let mut names = Vec::new();
    for seeded in SEEDED_DOMAINS {
        let Ok(name) = DomainName::parse(seeded.name) else { continue };
        let found = match engine.run(&demo, Info { name: name.clone() }) {
            Ok(view) => Some(view),
            Err(Error::Refused(_)) => None,
            Err(fault) => return Err(fault),
        };
        names.push(Name {
            name: name.unicode(),
            ascii: seeded.name,
            what: seeded.what,
            created: found.as_ref().map(|d| d.created.date()).unwrap_or_default(),
            expires: found.as_ref().map(|d| d.paid_until.date()).unwrap_or_default(),
            here: found.is_some(),
        });
    }
    Ok(World { accounts, examples: shown, names, lab: lab_calls(base) })
}

fn lab_calls(base: &str) -> Vec<LabCall> {
    let get = |what, link: &'static str| LabCall { what, link: Some(link), line: format!("curl {base}{link}") };
    let post = |what, path: &str, body: &str| LabCall { what, link: None, line: format!("curl -d '{body}' {base}{path}") };
    vec![
        get("What time is it?", "/sandbox/clock"),
        post("Move the clock by five days; all that falls due happens first", "/sandbox/clock", r#"{"advance":"P5D"}"#),
        get("Read the mails that were sent", "/sandbox/mail"),
        get("Do all promises hold?", "/sandbox/invariants"),
        post(
            "Lose the registry's next answer to a registration",
            "/sandbox/faults",
            r#"{"at":"registry.create","kind":"reply-lost","times":1}"#,
        ),
        get("See what is scripted to go wrong", "/sandbox/faults"),
        LabCall { what: "Script nothing any more", link: None, line: format!("curl -X DELETE {base}/sandbox/faults") },
        post("Die after the next order is accepted, as by SIGKILL", "/sandbox/crash", r#"{"after":"order.accepted"}"#),
        post("Keep the whole state under a name", "/sandbox/snapshot", r#"{"id":"before"}"#),
        post("Go back to it, clock and all", "/sandbox/restore", r#"{"id":"before"}"#),
        LabCall { what: "Start over from the seed", link: None, line: format!("curl -X POST {base}/sandbox/reset") },
    ]
}

/// An amount with its thousands apart: `USD 10,000.00`.
fn grouped(money: Money) -> String {
    let decimal = money.decimal();
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{} {sign}{text}.{fraction}", money.currency.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Currency;

    #[test]
    fn amounts_are_grouped() {
        let cases = [
            (0, "USD 0.00"),
            (99_900, "USD 9.99"),
            (9_999_900, "USD 999.99"),
            (100_000_000, "USD 10,000.00"),
            (-12_345_678_900, "USD -1,234,567.89"),
        ];
        for (e4, text) in cases {
            assert_eq!(grouped(Money::new(e4, Currency::USD)), text);
        }
    }
}
