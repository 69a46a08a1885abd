//! `domesday mail`: what became of mails, and those that come back.

use super::{existing, table, words};
use crate::assemble::StoreOptions;
use crate::world::world;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use engine::Actor;
use engine::account::manage::Impersonate;
use engine::mail::{List, MailLine, Report, STATES};
use model::Timestamp;
use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Below the data folder: reports that wait to be taken up by whoever serves.
pub const RETURNS: &str = "returns";

#[derive(Subcommand, Clone, Debug)]
pub enum MailCommand {
    /// List mails, the latest first: all, or those of one account.
    #[command(after_help = "Example: domesday mail list anna --state bounced")]
    List(ListOptions),
    /// Lay down a report of a mail that came back (RFC 3464), for the registrar that serves this folder to take up.
    #[command(after_help = "Example: domesday mail bounce - --data ./data")]
    Bounce(BounceOptions),
}

#[derive(Args, Clone, Debug)]
pub struct ListOptions {
    /// The account's login of either interface; all accounts if not given.
    login: Option<String>,
    /// queued, captured, sent, failed or bounced.
    #[arg(long, env = "DOMESDAY_STATE", value_parser = state)]
    state: Option<&'static str>,
    #[arg(long, env = "DOMESDAY_LIMIT", default_value_t = 100)]
    limit: i64,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args, Clone, Debug)]
pub struct BounceOptions {
    /// The report as it came, headers and all; - for standard input.
    file: PathBuf,
    /// The registrar's data folder.
    #[arg(long, env = "DOMESDAY_DATA", default_value = "./data", value_name = "DIR")]
    data: PathBuf,
}

fn state(word: &str) -> Result<&'static str, String> {
    STATES.iter().find(|s| **s == word).copied().ok_or_else(|| format!("one of {}", STATES.join(", ")))
}

/// A report is this long at most.
const REPORT_OCTETS_MAX: u64 = 1 << 20;

pub fn run(command: MailCommand) -> anyhow::Result<ExitCode> {
    match command {
        MailCommand::List(o) => {
            let opened = existing(&o.store)?;
            let engine = opened.sandbox.engine();
            let actor = match o.login {
                Some(login) => engine.run(&Actor::staff(), Impersonate { login }).map_err(words::told)?,
                None => Actor::staff(),
            };
            let page = engine.run(&actor, List { state: o.state, before: None, limit: o.limit }).map_err(words::told)?;
            table::say(list(&page.rows))?;
        }
        MailCommand::Bounce(o) => {
            let mut octets = Vec::new();
            if o.file == Path::new("-") {
                std::io::stdin().take(REPORT_OCTETS_MAX).read_to_end(&mut octets)?;
            } else {
                let file = fs::File::open(&o.file).with_context(|| format!("{} cannot be read", o.file.display()))?;
                file.take(REPORT_OCTETS_MAX).read_to_end(&mut octets)?;
            }
            lay_down(&o.data, &octets)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Puts a report where it is taken up. It needs no lock on the folder: the registrar may be serving.
fn lay_down(data: &Path, octets: &[u8]) -> anyhow::Result<()> {
    if !data.is_dir() {
        bail!("there is no data in {}; name its folder with --data", data.display());
    }
    if Report::read(octets).is_none() {
        bail!("this is no report of a delivery (RFC 3464)");
    }
    let folder = data.join(RETURNS);
    fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let mut random = [0_u8; 12];
    (world().entropy)(&mut random);
    let name = super::key::base32(&random);
    let fresh = folder.join(format!("{name}.tmp"));
    let mut file = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&fresh)?;
    std::io::Write::write_all(&mut file, octets)?;
    file.sync_all()?;
    fs::rename(&fresh, folder.join(format!("{name}.{}", outbox::returns::ENDING)))?;
    Ok(())
}

fn list(mails: &[MailLine]) -> String {
    let mut table = table::with_head(&["number", "at", "to", "subject", "state", "attempts", "next attempt", "reason"], &[5]);
    for m in mails {
        table.add_row([
            m.id.to_string(),
            m.at.rfc3339(),
            m.to.clone(),
            m.subject.clone(),
            m.state.clone(),
            m.attempts.to_string(),
            m.next.map(Timestamp::rfc3339).unwrap_or_default(),
            m.reason.clone(),
        ]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_laid_down_whole_and_nothing_else_is() {
        let data = tempfile::tempdir().unwrap();
        assert!(lay_down(data.path(), b"hello").is_err() && lay_down(&data.path().join("none"), b"").is_err());
        lay_down(data.path(), b"Action: failed\nStatus: 5.1.1\n").unwrap();
        let names: Vec<_> = fs::read_dir(data.path().join(RETURNS)).unwrap().map(|e| e.unwrap().path()).collect();
        assert!(names.len() == 1 && names[0].extension().is_some_and(|e| e == "eml"), "{names:?}");
        let line = MailLine {
            id: 7,
            at: Timestamp::from_seconds(0),
            to: "a@b.example".to_owned(),
            subject: "Low balance".to_owned(),
            state: "bounced".to_owned(),
            attempts: 1,
            reason: "5.1.1 no such user".to_owned(),
            next: None,
        };
        assert!(list(&[line]).contains("5.1.1 no such user"));
    }
}
