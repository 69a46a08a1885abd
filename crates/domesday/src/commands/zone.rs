//! `domesday zone`: what a reseller may do under a suffix, and whether the packs hold what their examples say.

use super::table;
use crate::assemble;
use crate::world;
use anyhow::anyhow;
use clap::{Args, Subcommand};
use model::DomainName;
use model::policy::{ExampleResult, Zone, ZoneSet, run_examples};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Subcommand, Clone, Debug)]
pub enum ZoneCommand {
    /// Show what may be done under a suffix, or with a name.
    #[command(after_help = "Example: domesday zone check or.kr")]
    Check(CheckOptions),
    /// Run every accept and reject example of every pack.
    #[command(after_help = "Example: domesday zone test --zones ./my-zones")]
    Test(PackOptions),
}

#[derive(Args, Clone, Debug)]
pub struct CheckOptions {
    /// A suffix such as or.kr, or a name such as example.or.kr.
    name: String,
    #[command(flatten)]
    packs: PackOptions,
}

#[derive(Args, Clone, Debug)]
pub struct PackOptions {
    /// Folder of zone packs that are laid over the built-in ones.
    #[arg(long, env = "DOMESDAY_ZONES", value_name = "DIR")]
    zones: Option<PathBuf>,
}

pub fn run(command: &ZoneCommand) -> anyhow::Result<ExitCode> {
    match command {
        ZoneCommand::Check(options) => {
            let zones = assemble::zones(options.packs.zones.as_deref())?;
            let zone = find(&zones, &options.name).ok_or_else(|| anyhow!("no zone that is sold holds {}", options.name))?;
            let mut facts = table::facts();
            for fact in zone.describe(world::now()) {
                facts.add_row([fact.topic, &fact.value]);
            }
            table::say(&facts)?;
            Ok(ExitCode::SUCCESS)
        }
        ZoneCommand::Test(options) => {
            let results = run_examples(&assemble::zones(options.zones.as_deref())?);
            let (text, good) = report(&results);
            table::say(text.trim_end())?;
            Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

/// The zone of a suffix, or else the one that a name is sold in. Suffixes may be typed in Unicode and with a leading dot.
fn find<'a>(zones: &'a ZoneSet, text: &str) -> Option<&'a Arc<Zone>> {
    let text = text.trim().trim_start_matches('.').trim_end_matches('.').to_lowercase();
    let ascii = DomainName::parse(&format!("x.{text}")).map(|name| name.parent().to_owned()).unwrap_or_else(|_| text.clone());
    zones.get(&ascii).or_else(|| zones.zone_of(&DomainName::parse(&text).ok()?))
}

/// What went wrong, the count of all, and whether all went well. A pack without examples proves nothing, so no examples are a failure.
fn report(results: &[ExampleResult]) -> (String, bool) {
    let bad: Vec<&ExampleResult> = results.iter().filter(|r| r.outcome.is_err()).collect();
    let mut text = String::new();
    if !bad.is_empty() {
        let mut table = table::with_head(&["zone", "example", "what happened", "source"], &[]);
        for result in &bad {
            let why = result.outcome.as_ref().err().map(String::as_str).unwrap_or_default();
            table.add_row([result.zone.as_str(), &result.example, why, &result.source]);
        }
        text = format!("{table}\n");
    }
    text.push_str(&format!("{} examples, {} failed\n", results.len(), bad.len()));
    (text, bad.is_empty() && !results.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_suffix_and_by_name() {
        let zones = ZoneSet::embedded().unwrap();
        let found = |text: &str| find(&zones, text).map(|zone| zone.suffix.clone());
        for (text, suffix) in
            [("or.kr", "or.kr"), (".COM", "com"), ("example.or.kr", "or.kr"), ("한국", "xn--3e0b707e"), ("demo.한국", "xn--3e0b707e")]
        {
            assert_eq!(found(text).as_deref(), Some(suffix), "{text}");
        }
        for text in ["nowhere", "a.nowhere", "", ".", "a b"] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn failures_are_told() {
        let result = |outcome: Result<(), String>| ExampleResult {
            zone: "or.kr".into(),
            example: "reject 1".into(),
            source: "seed".into(),
            outcome,
        };
        assert_eq!(report(&[result(Ok(()))]), ("1 examples, 0 failed\n".to_owned(), true));
        let (text, good) = report(&[result(Ok(())), result(Err("accepted".into()))]);
        assert!(!good && text.contains("accepted") && text.ends_with("2 examples, 1 failed\n"), "{text}");
        assert!(!report(&[]).1);
    }
}
