//! `domesday webhook`: webhooks of accounts made, changed, listed and deleted, their deliveries looked at and sent once more.

use super::{existing, table, words};
use crate::assemble::{Opened, StoreOptions};
use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use engine::account::manage::Impersonate;
use engine::event::Place;
use engine::webhook::{Create, Delete, Deliveries, DeliveryFilter, DeliveryView, List, Modify, Replay, Rotate, WebhookView, What};
use engine::{Actor, Operation};
use model::Timestamp;
use std::process::ExitCode;

#[derive(Subcommand, Clone, Debug)]
pub enum WebhookCommand {
    /// Make a webhook and print its secret once.
    #[command(after_help = "Example: domesday webhook create anna https://hooks.example.com/in --events 'domain_*'")]
    Create(CreateOptions),
    /// List an account's webhooks and how their receivers do.
    #[command(after_help = "Example: domesday webhook list anna")]
    List(ListOptions),
    /// Change address, events or description; stop a webhook or set it going again.
    #[command(after_help = "Example: domesday webhook modify anna 4711 --active true")]
    Modify(ModifyOptions),
    /// Make a new secret and print it once; the old one signs too for a while.
    #[command(after_help = "Example: domesday webhook rotate anna 4711 --old-hours 24")]
    Rotate(RotateOptions),
    /// Delete a webhook with all that was queued for it.
    #[command(after_help = "Example: domesday webhook delete anna 4711")]
    Delete(OneOptions),
    /// List what became of deliveries, the latest events first.
    #[command(after_help = "Example: domesday webhook deliveries anna 4711 --state failed")]
    Deliveries(DeliveriesOptions),
    /// Queue one event, or all since an instant, once more.
    #[command(after_help = "Example: domesday webhook replay anna 4711 --since 2027-06-01T00:00:00Z")]
    Replay(ReplayOptions),
}

#[derive(Args, Clone, Debug)]
pub struct CreateOptions {
    /// The account's login of either interface.
    login: String,
    /// Where events are sent: https://host/path, or http:// where `serve` allows any receiver.
    url: String,
    /// Patterns over kinds of events, separated by commas; every event if not given.
    #[arg(long, env = "DOMESDAY_EVENTS", value_delimiter = ',', value_name = "PATTERNS")]
    events: Vec<String>,
    #[arg(long, env = "DOMESDAY_DESCRIPTION", default_value = "", hide_default_value = true)]
    description: String,
    /// Events of the account's sub-accounts too.
    #[arg(long, env = "DOMESDAY_SUB_ACCOUNTS")]
    sub_accounts: bool,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct ListOptions {
    /// The account's login of either interface.
    login: String,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct OneOptions {
    /// The account's login of either interface.
    login: String,
    /// The webhook's number.
    webhook: i64,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct ModifyOptions {
    #[command(flatten)]
    one: OneOptions,
    #[arg(long, env = "DOMESDAY_URL")]
    url: Option<String>,
    /// Patterns over kinds of events, separated by commas, in place of those before.
    #[arg(long, env = "DOMESDAY_EVENTS", value_delimiter = ',', value_name = "PATTERNS")]
    events: Option<Vec<String>>,
    #[arg(long, env = "DOMESDAY_DESCRIPTION")]
    description: Option<String>,
    /// Whether events of the account's sub-accounts come too.
    #[arg(long, env = "DOMESDAY_SUB_ACCOUNTS")]
    sub_accounts: Option<bool>,
    /// false stops it; true sets it going, also after it was paused.
    #[arg(long, env = "DOMESDAY_ACTIVE")]
    active: Option<bool>,
}

#[derive(Args, Clone, Debug)]
pub struct RotateOptions {
    #[command(flatten)]
    one: OneOptions,
    /// How long the old secret signs too; 0 for one that leaked.
    #[arg(long, env = "DOMESDAY_OLD_HOURS", default_value_t = 24)]
    old_hours: i64,
}

#[derive(Args, Clone, Debug)]
pub struct DeliveriesOptions {
    #[command(flatten)]
    one: OneOptions,
    /// queued, delivered or failed.
    #[arg(long, env = "DOMESDAY_STATE", value_parser = filter)]
    state: Option<DeliveryFilter>,
    #[arg(long, env = "DOMESDAY_LIMIT", default_value_t = 100)]
    limit: i64,
}

#[derive(Args, Clone, Debug)]
pub struct ReplayOptions {
    #[command(flatten)]
    one: OneOptions,
    /// The number of one event.
    #[arg(long, env = "DOMESDAY_EVENT", required_unless_present = "since", conflicts_with = "since")]
    event: Option<i64>,
    /// All that the webhook listens for since this instant.
    #[arg(long, env = "DOMESDAY_SINCE", value_name = "INSTANT")]
    since: Option<String>,
}

fn filter(word: &str) -> Result<DeliveryFilter, String> {
    DeliveryFilter::from_word(word).ok_or_else(|| "one of queued, delivered, failed".to_owned())
}

/// An account's store, with staff in the place of the account.
struct Desk {
    opened: Opened,
    actor: Actor,
}

impl Desk {
    fn at(store: &StoreOptions, login: &str) -> anyhow::Result<Desk> {
        let opened = existing(store)?;
        let actor = opened.sandbox.engine().run(&Actor::staff(), Impersonate { login: login.to_owned() }).map_err(words::told)?;
        Ok(Desk { opened, actor })
    }

    fn run<O: Operation>(&self, operation: O) -> anyhow::Result<O::Done> {
        self.opened.sandbox.engine().run(&self.actor, operation).map_err(words::told)
    }
}

pub fn run(command: WebhookCommand) -> anyhow::Result<ExitCode> {
    match command {
        WebhookCommand::Create(o) => {
            let desk = Desk::at(&o.store, &o.login)?;
            let created = desk.run(Create { url: o.url, description: o.description, events: o.events, sub_accounts: o.sub_accounts })?;
            table::say(format!("webhook {}", created.webhook.id))?;
            told_once(&created.secret)?;
        }
        WebhookCommand::List(o) => table::say(list(&Desk::at(&o.store, &o.login)?.run(List)?))?,
        WebhookCommand::Modify(o) => {
            let desk = Desk::at(&o.one.store, &o.one.login)?;
            let modify = Modify {
                id: o.one.webhook,
                url: o.url,
                description: o.description,
                events: o.events,
                sub_accounts: o.sub_accounts,
                active: o.active,
            };
            let webhook = desk.run(modify)?;
            table::say(format!("webhook {} is {}", webhook.id, webhook.state.word()))?;
        }
        WebhookCommand::Rotate(o) => {
            let desk = Desk::at(&o.one.store, &o.one.login)?;
            told_once(&desk.run(Rotate { id: o.one.webhook, old_hours: Some(o.old_hours) })?.secret)?;
        }
        WebhookCommand::Delete(o) => {
            Desk::at(&o.store, &o.login)?.run(Delete { id: o.webhook })?;
            table::say(format!("webhook {} is deleted", o.webhook))?;
        }
        WebhookCommand::Deliveries(o) => {
            let desk = Desk::at(&o.one.store, &o.one.login)?;
            let filter = o.state.unwrap_or(DeliveryFilter::All);
            let page = desk.run(Deliveries { webhook: o.one.webhook, filter, before: None, limit: o.limit })?;
            table::say(deliveries(&page.rows))?;
        }
        WebhookCommand::Replay(o) => replay(o)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn told_once(secret: &str) -> anyhow::Result<()> {
    table::say(format!("secret: {secret}"))?;
    table::say("It is shown only now; what is kept is sealed.")
}

fn replay(o: ReplayOptions) -> anyhow::Result<()> {
    let desk = Desk::at(&o.one.store, &o.one.login)?;
    let webhook = o.one.webhook;
    let mut what = match (o.event, &o.since) {
        (Some(event), None) => What::Event(event),
        (None, Some(text)) => {
            let since = Timestamp::parse_rfc3339(text).ok_or_else(|| anyhow!("--since must be an instant such as 2027-06-01T00:00:00Z"))?;
            What::After(Place::before(since))
        }
        _ => bail!("one of --event and --since is needed"),
    };
    let mut queued = 0;
    loop {
        let done = desk.run(Replay { webhook, what })?;
        queued += done.queued;
        match done.next {
            Some(place) => what = What::After(place),
            None => return table::say(format!("{queued} queued; they are sent once the registrar is served")),
        }
    }
}

fn list(webhooks: &[WebhookView]) -> String {
    let mut table =
        table::with_head(&["number", "state", "receiver", "events", "failures", "last delivered", "last error", "description"], &[4]);
    for w in webhooks {
        table.add_row([
            w.id.to_string(),
            w.state.word().to_owned(),
            w.url.clone(),
            w.events.join(","),
            w.failures.to_string(),
            w.last_delivered.map(Timestamp::rfc3339).unwrap_or_default(),
            w.last_error.clone(),
            w.description.clone(),
        ]);
    }
    table.to_string()
}

fn deliveries(rows: &[DeliveryView]) -> String {
    let mut table = table::with_head(&["event", "type", "object", "state", "attempts", "next attempt", "status", "reason"], &[4, 6]);
    for d in rows {
        table.add_row([
            d.event.to_string(),
            d.kind.clone(),
            d.object.clone(),
            d.state.clone(),
            d.attempts.to_string(),
            d.next.map(Timestamp::rfc3339).unwrap_or_default(),
            if d.status > 0 { d.status.to_string() } else { String::new() },
            d.reason.clone(),
        ]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Fixture;

    #[test]
    fn webhooks_are_listed_with_how_they_do() {
        let fixture = Fixture::new();
        let engine = fixture.engine();
        let actor = engine.run(&Actor::staff(), Impersonate { login: "demo".to_owned() }).unwrap();
        let create =
            Create { url: "https://hooks.example/in".to_owned(), description: "books".to_owned(), events: Vec::new(), sub_accounts: false };
        let id = engine.run(&actor, create).unwrap().webhook.id;
        let text = list(&engine.run(&actor, List).unwrap());
        assert!(text.contains("https://hooks.example/in") && text.contains("books") && text.contains("active"), "{text}");
        fixture.handle(&actor);
        let page = Deliveries { webhook: id, filter: DeliveryFilter::Queued, before: None, limit: 10 };
        let text = deliveries(&engine.run(&actor, page).unwrap().rows);
        assert!(text.contains("contact_registration.contact_registration_notify"), "{text}");
    }
}
