//! `domesday account`: accounts made, listed, opened and closed, and their passwords set.

use super::{existing, key, table, words};
use crate::assemble::{self, StoreOptions};
use crate::world::world;
use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use engine::account::Profile;
use engine::account::manage::{AccountLine, Impersonate, List, NewAccount, SetActive, SetDetails};
use engine::hosted::{SetPaddedTexts, ShowPaddedTexts};
use engine::owner_change::{SetOptions, ShowOptions};
use engine::{Actor, Engine};
use model::owner_change::Mode;
use model::{Currency, Money};
use std::net::IpAddr;
use std::process::ExitCode;

#[derive(Subcommand, Clone, Debug)]
pub enum AccountCommand {
    /// Make an account; without --password one is made up and printed once.
    #[command(after_help = "Example: domesday account create anna --email anna@example.com --currency EUR")]
    Create(Box<CreateOptions>),
    /// List all accounts.
    #[command(after_help = "Example: domesday account list --data ./data")]
    List(ListOptions),
    /// Set a password and end all sessions; without --password one is made up and printed once.
    #[command(after_help = "Example: domesday account password anna")]
    Password(PasswordOptions),
    /// Show how an account's changes of owner go and how it reads its zones, or set it.
    #[command(after_help = "Example: domesday account option anna --owner-change-mode agent --owner-change-lock yes")]
    Option(OptionOptions),
    /// Set where an account is written to, in which language, and below which balance it is warned.
    #[command(after_help = "Example: domesday account set anna --language de --low-balance 50.00")]
    Set(DetailsOptions),
    /// Open an account that was closed.
    #[command(after_help = "Example: domesday account open anna")]
    Open(LoginOptions),
    /// Close an account: it can do nothing any more, and its sessions end. Its names stay.
    #[command(after_help = "Example: domesday account close anna")]
    Close(LoginOptions),
}

#[derive(Args, Clone, Debug)]
pub struct CreateOptions {
    /// The CentralNic login: 2 to 64 letters, digits and any of @ . _ - +
    login: String,
    /// Where the account's mails go.
    #[arg(long, env = "DOMESDAY_EMAIL", value_name = "ADDRESS")]
    email: String,
    /// The DMAPI login; the e-mail address if not given.
    #[arg(long, env = "DOMESDAY_DMAPI_LOGIN", value_name = "LOGIN")]
    dmapi_login: Option<String>,
    #[arg(long, env = "DOMESDAY_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// The account's only currency.
    #[arg(long, env = "DOMESDAY_CURRENCY", default_value = "USD", value_parser = currency)]
    currency: Currency,
    /// How far the balance may go below zero.
    #[arg(long, env = "DOMESDAY_CREDIT", default_value = "0", value_name = "AMOUNT")]
    credit: String,
    /// The account above, for a sub-account.
    #[arg(long, env = "DOMESDAY_PARENT", value_name = "LOGIN")]
    parent: Option<String>,
    /// The price tier; the list's prices if not given.
    #[arg(long, env = "DOMESDAY_TIER", default_value = "", hide_default_value = true)]
    tier: String,
    /// Names of premium price may be bought.
    #[arg(long, env = "DOMESDAY_PREMIUM")]
    premium: bool,
    #[arg(long, env = "DOMESDAY_FIRST_NAME", default_value = "", hide_default_value = true)]
    first_name: String,
    #[arg(long, env = "DOMESDAY_LAST_NAME", default_value = "", hide_default_value = true)]
    last_name: String,
    #[arg(long, env = "DOMESDAY_ORGANIZATION", default_value = "", hide_default_value = true)]
    organization: String,
    /// Two letters of ISO 3166.
    #[arg(long, env = "DOMESDAY_COUNTRY", default_value = "", hide_default_value = true)]
    country: String,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct ListOptions {
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct PasswordOptions {
    /// Either login.
    login: String,
    #[arg(long, env = "DOMESDAY_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct DetailsOptions {
    /// Either login.
    login: String,
    #[arg(long, env = "DOMESDAY_EMAIL", value_name = "ADDRESS")]
    email: Option<String>,
    /// The language of its mails, such as de; English where there is no template of it.
    #[arg(long, env = "DOMESDAY_LANGUAGE")]
    language: Option<String>,
    /// A charge that takes the balance below this is told by mail and event; 0 for never. In the account's currency.
    #[arg(long, env = "DOMESDAY_LOW_BALANCE", value_name = "AMOUNT")]
    low_balance: Option<String>,
    /// What the reseller says of itself in WHOIS, a line each time (the variable: one below the other); four at most. Replaces those there were.
    #[arg(long = "whois-line", env = "DOMESDAY_WHOIS_LINES", value_delimiter = '\n', value_name = "TEXT")]
    whois_lines: Option<Vec<String>>,
    /// An address from which the availability daemon may be asked on the account's behalf. May be given several times or with commas; replaces those there were.
    #[arg(long = "check-from", env = "DOMESDAY_CHECK_FROM", value_delimiter = ',', value_name = "ADDRESS")]
    check_from: Option<Vec<IpAddr>>,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct LoginOptions {
    /// Either login.
    login: String,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct OptionOptions {
    /// Either login.
    login: String,
    /// Who says yes to a change of owner: foa asks both owners, agent takes the account's word, default leaves it to each interface.
    #[arg(long, env = "DOMESDAY_OWNER_CHANGE_MODE", value_parser = ["foa", "agent", "default"])]
    owner_change_mode: Option<String>,
    /// Whether the name is locked afterwards where the present owner says nothing about it.
    #[arg(long, env = "DOMESDAY_OWNER_CHANGE_LOCK", value_name = "yes|no", value_parser = yes_or_no)]
    owner_change_lock: Option<bool>,
    /// Whether the present owner may say otherwise.
    #[arg(long, env = "DOMESDAY_OWNER_CHANGE_LOCK_OVERRIDE", value_name = "yes|no", value_parser = yes_or_no)]
    owner_change_lock_override: Option<bool>,
    /// Whether the account may speak for both owners at all.
    #[arg(long, env = "DOMESDAY_OWNER_CHANGE_AGENT", value_name = "yes|no", value_parser = yes_or_no)]
    owner_change_agent: Option<bool>,
    /// Whether texts of hosted zones are given back padded, as Joker's service did until 2020; for old WHMCS modules.
    #[arg(long, env = "DOMESDAY_ZONE_TEXTS_PADDED", value_name = "yes|no", value_parser = yes_or_no)]
    zone_texts_padded: Option<bool>,
    #[command(flatten)]
    store: StoreOptions,
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("yes or no".to_owned()),
    }
}

/// Reads an ISO 4217 code, for clap.
pub fn currency(code: &str) -> Result<Currency, String> {
    Currency::from_code(&code.to_ascii_uppercase()).ok_or_else(|| "not an ISO 4217 code such as USD".to_owned())
}

pub fn run(command: AccountCommand) -> anyhow::Result<ExitCode> {
    match command {
        AccountCommand::Create(options) => {
            // The first account may well be what makes the store.
            let opened = assemble::open(&options.store, false)?;
            create(opened.sandbox.engine(), *options)?;
        }
        AccountCommand::List(options) => table::say(list(&all(existing(&options.store)?.sandbox.engine())?))?,
        AccountCommand::Password(options) => {
            let opened = existing(&options.store)?;
            let (password, made_up) = given_or_made_up(options.password);
            opened.sandbox.engine().set_password(&Actor::staff(), &options.login, &password).map_err(words::told)?;
            table::say(format!("{} has a new password; its sessions have ended", options.login))?;
            tell_once(&password, made_up)?;
        }
        AccountCommand::Option(options) => option(&options)?,
        AccountCommand::Set(options) => {
            let opened = existing(&options.store)?;
            set_details(opened.sandbox.engine(), options)?;
        }
        AccountCommand::Open(options) => set_active(&options, true)?,
        AccountCommand::Close(options) => set_active(&options, false)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn create(engine: &Engine, options: CreateOptions) -> anyhow::Result<()> {
    let credit = Money::parse(&options.credit, options.currency).map_err(|_| anyhow!("--credit must be an amount such as 500.00"))?;
    if !options.country.is_empty() && (options.country.len() != 2 || !options.country.bytes().all(|b| b.is_ascii_alphabetic())) {
        bail!("--country must be two letters such as DE");
    }
    let (password, made_up) = given_or_made_up(options.password);
    let account = NewAccount {
        dmapi_login: options.dmapi_login.unwrap_or_else(|| options.email.clone()),
        kv_login: options.login,
        password: password.clone(),
        email: options.email,
        currency: options.currency,
        credit,
        parent: options.parent,
        tier: options.tier,
        premium: options.premium,
        profile: Profile {
            first_name: options.first_name,
            last_name: options.last_name,
            organization: options.organization,
            country: options.country.to_ascii_uppercase(),
            ..Profile::default()
        },
    };
    let (dmapi_login, kv_login) = (account.dmapi_login.clone(), account.kv_login.clone());
    let number = engine.create_account(&Actor::staff(), account).map_err(words::told)?;
    table::say(format!("account {number}: DMAPI login {dmapi_login}, CentralNic login {kv_login}"))?;
    tell_once(&password, made_up)?;
    Ok(())
}

fn option(options: &OptionOptions) -> anyhow::Result<()> {
    let opened = existing(&options.store)?;
    let change = SetOptions {
        login: Some(options.login.clone()),
        mode: options.owner_change_mode.as_deref().map(Mode::from_word),
        lock: options.owner_change_lock,
        lock_override: options.owner_change_lock_override,
        agent_allowed: options.owner_change_agent,
    };
    let nothing = change.mode.is_none() && change.lock.is_none() && change.lock_override.is_none() && change.agent_allowed.is_none();
    let engine = opened.sandbox.engine();
    let now = if nothing {
        engine.run(&Actor::staff(), ShowOptions { login: change.login }).map_err(words::told)?
    } else {
        engine.run(&Actor::staff(), change).map_err(words::told)?
    };
    if let Some(on) = options.zone_texts_padded {
        engine.run(&Actor::staff(), SetPaddedTexts { login: options.login.clone(), on }).map_err(words::told)?;
    }
    let padded = engine.run(&Actor::staff(), ShowPaddedTexts { login: options.login.clone() }).map_err(words::told)?;
    let yes = |on: bool| if on { "yes" } else { "no" };
    table::say(format!("zone-texts-padded: {}", yes(padded)))?;
    table::say(format!("owner-change-mode: {}", now.mode.map_or("default", Mode::word)))?;
    table::say(format!("owner-change-lock: {}", yes(now.lock)))?;
    table::say(format!("owner-change-lock-override: {}", yes(now.lock_override)))?;
    table::say(format!("owner-change-agent: {}", yes(now.agent_allowed)))
}

/// The password, and whether it was made up here: 100 random bits.
fn given_or_made_up(given: Option<String>) -> (String, bool) {
    match given {
        Some(password) => (password, false),
        None => {
            let mut random = [0_u8; 13];
            (world().entropy)(&mut random);
            (key::base32(&random).chars().take(20).collect(), true)
        }
    }
}

fn tell_once(password: &str, made_up: bool) -> anyhow::Result<()> {
    if made_up {
        table::say(format!("password: {password}"))?;
        table::say("It is shown only now; what is kept is a hash.")?;
    }
    Ok(())
}

fn set_details(engine: &Engine, options: DetailsOptions) -> anyhow::Result<()> {
    let actor = engine.run(&Actor::staff(), Impersonate { login: options.login.clone() }).map_err(words::told)?;
    let low_balance = match &options.low_balance {
        Some(text) => Some(Money::parse(text, actor.currency()).map_err(|_| anyhow!("--low-balance must be an amount such as 50.00"))?),
        None => None,
    };
    let set = SetDetails {
        login: options.login.clone(),
        email: options.email,
        language: options.language,
        low_balance,
        whois_lines: options.whois_lines,
        availability_from: options.check_from,
    };
    engine.run(&Actor::staff(), set).map_err(words::told)?;
    table::say(format!("{} is set", options.login))
}

fn set_active(options: &LoginOptions, active: bool) -> anyhow::Result<()> {
    let opened = existing(&options.store)?;
    let change = SetActive { login: options.login.clone(), active };
    opened.sandbox.engine().run(&Actor::staff(), change).map_err(words::told)?;
    table::say(format!("{} is {}", options.login, if active { "open" } else { "closed" }))?;
    Ok(())
}

fn all(engine: &Engine) -> anyhow::Result<Vec<AccountLine>> {
    let mut accounts: Vec<AccountLine> = Vec::new();
    loop {
        let after = accounts.last().map_or(0, |a| a.id);
        let page = engine.run(&Actor::staff(), List { after }).map_err(words::told)?;
        if page.is_empty() {
            return Ok(accounts);
        }
        accounts.extend(page);
    }
}

fn list(accounts: &[AccountLine]) -> String {
    let head = ["number", "CentralNic login", "DMAPI login", "e-mail", "state", "balance", "held", "credit"];
    let mut table = table::with_head(&head, &[5, 6, 7]);
    for a in accounts {
        let state = if a.active { "open" } else { "closed" };
        table.add_row([
            a.id.to_string(),
            a.kv_login.clone(),
            a.dmapi_login.clone(),
            a.email.clone(),
            state.to_owned(),
            a.balance.to_string(),
            a.held.to_string(),
            a.credit.to_string(),
        ]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Fixture;

    #[test]
    fn accounts_are_listed_with_their_money() {
        let fixture = Fixture::new();
        let accounts = all(fixture.engine()).unwrap();
        let logins: Vec<&str> = accounts.iter().map(|a| a.kv_login.as_str()).collect();
        assert_eq!(logins, ["demo", "rival", "julia"]);
        let text = list(&accounts);
        assert!(text.contains("10000.00 USD") && text.contains("julia@reseller.example"), "{text}");
    }

    #[test]
    fn details_are_set_one_by_one() {
        let fixture = Fixture::new();
        let engine = fixture.engine();
        let actor = fixture.actor(model::Channel::Dmapi, "demo");
        let set = |email: Option<&str>, language: Option<&str>, low: Option<&str>| {
            let text = |t: Option<&str>| t.map(str::to_owned);
            let store = StoreOptions { data: "unused".into(), database: None, zones: None, mails: None };
            set_details(
                engine,
                DetailsOptions {
                    login: "demo".to_owned(),
                    email: text(email),
                    language: text(language),
                    low_balance: text(low),
                    whois_lines: Some(vec!["Sold by Example Hosting".to_owned()]),
                    check_from: Some(vec!["::ffff:192.0.2.7".parse().unwrap()]),
                    store,
                },
            )
        };
        set(None, Some("de"), None).unwrap();
        set(Some("books@reseller.example"), None, Some("50.00")).unwrap();
        let shown = engine.run(&actor, engine::account::Show).unwrap();
        assert_eq!(
            (shown.email.as_str(), shown.profile.language.as_str(), shown.low_balance.to_string().as_str()),
            ("books@reseller.example", "de", "50.00 USD")
        );
        assert_eq!(
            (shown.profile.whois_lines, shown.availability_from),
            (vec!["Sold by Example Hosting".to_owned()], vec!["192.0.2.7".to_owned()])
        );
        assert!(set(Some("nobody"), None, None).is_err() && set(None, Some("de;x"), None).is_err() && set(None, None, Some("-1")).is_err());
    }

    #[test]
    fn made_up_passwords_are_long_and_differ() {
        let (one, made_up) = given_or_made_up(None);
        let (other, _) = given_or_made_up(None);
        assert!(made_up && one.len() == 20 && one != other);
        assert_eq!(given_or_made_up(Some("given-pass".to_owned())), ("given-pass".to_owned(), false));
    }
}
