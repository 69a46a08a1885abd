//! `domesday verify`: every promise that can be computed, over a store that nobody serves; ends with 1 where one is broken.

use super::{existing, table, words};
use crate::assemble::StoreOptions;
use clap::Args;
use engine::verify::Verdict;
use std::process::ExitCode;

#[derive(Args, Clone, Debug)]
pub struct VerifyOptions {
    #[command(flatten)]
    store: StoreOptions,
}

pub fn run(options: &VerifyOptions) -> anyhow::Result<ExitCode> {
    let opened = existing(&options.store)?;
    let verdict = opened.sandbox.verify().map_err(words::told)?;
    table::say(report(&verdict).trim_end())?;
    Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The table, and a last line that says it in one sentence.
fn report(verdict: &Verdict) -> String {
    let mut lines = table::with_head(&["promise", "holds", "what breaks it"], &[]);
    for promise in &verdict.promises {
        let holds = if promise.violations.is_empty() { "yes" } else { "NO" };
        lines.add_row([promise.name, holds, &promise.violations.join("\n")]);
    }
    let broken = verdict.promises.iter().filter(|p| !p.violations.is_empty()).count();
    let mut text = format!("{lines}\n");
    if verdict.attention > 0 {
        text.push_str(&format!("for staff to look at: {} (domesday attention list)\n", verdict.attention));
    }
    text.push_str(&match broken {
        0 => "every promise holds\n".to_owned(),
        1 => "one promise is broken\n".to_owned(),
        count => format!("{count} promises are broken\n"),
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::verify::Promise;

    #[test]
    fn what_is_broken_is_shown() {
        let good = Promise { name: "money is conserved", violations: vec![] };
        let bad = Promise { name: "history is whole", violations: vec!["audit row 7 was changed".to_owned()] };
        let whole = report(&Verdict { promises: vec![good.clone()], attention: 2 });
        assert!(whole.ends_with("for staff to look at: 2 (domesday attention list)\nevery promise holds\n"), "{whole}");
        let broken = report(&Verdict { promises: vec![good, bad], attention: 0 });
        assert!(broken.contains("audit row 7 was changed") && broken.ends_with("one promise is broken\n"), "{broken}");
    }
}
