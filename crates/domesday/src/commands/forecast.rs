//! `domesday forecast`: the renewals that an account has to pay for, and from when on its money does not reach.

use super::{existing, table, words};
use crate::assemble::StoreOptions;
use clap::Args;
use engine::Actor;
use engine::account::manage::Impersonate;
use engine::domain::{Forecast, Outlook};
use std::process::ExitCode;

#[derive(Args, Clone, Debug)]
pub struct ForecastOptions {
    /// The account's login of either interface.
    login: String,
    /// How far to look ahead, at most 90.
    #[arg(long, env = "DOMESDAY_DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=Forecast::DAYS_MAX))]
    days: i64,
    #[command(flatten)]
    store: StoreOptions,
}

pub fn run(options: &ForecastOptions) -> anyhow::Result<ExitCode> {
    let opened = existing(&options.store)?;
    let engine = opened.sandbox.engine();
    let actor = engine.run(&Actor::staff(), Impersonate { login: options.login.clone() }).map_err(words::told)?;
    let outlook = engine.run(&actor, Forecast { days: options.days }).map_err(words::told)?;
    table::say(shown(&outlook))?;
    Ok(ExitCode::SUCCESS)
}

fn shown(outlook: &Outlook) -> String {
    let mut table = table::with_head(&["due", "domain", "price", "waits for"], &[2]);
    for coming in &outlook.renewals {
        table.add_row([coming.due.rfc3339(), coming.name.clone(), coming.price.to_string(), coming.attention.clone()]);
    }
    let reach = match outlook.short_from {
        Some(at) => format!("the money does not reach from {} on", at.rfc3339()),
        None => "the money reaches".to_owned(),
    };
    format!("{table}\nuntil {}: {} needed, {} available; {reach}", outlook.until.rfc3339(), outlook.needed, outlook.available)
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Fixture;

    #[test]
    fn renewals_are_listed_with_their_sum() {
        let fixture = Fixture::new();
        let demo = fixture.engine().run(&Actor::staff(), Impersonate { login: "demo".to_owned() }).unwrap();
        let outlook = fixture.engine().run(&demo, Forecast { days: 90 }).unwrap();
        let text = shown(&outlook);
        assert!(text.contains("soon-due.com") && text.contains("the money reaches") && !text.contains("soon-gone.net"), "{text}");
        assert!(text.contains(&format!("{} needed", outlook.needed)), "{text}");
    }
}
