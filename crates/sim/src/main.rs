//! Runs seeds and prints, for the first that fails, what broke and how to see it again.

use clap::Parser;
use sim::{Plan, run};
use std::process::ExitCode;
use std::time::Instant;

/// Drives the registrar from a seed: both dialects, faults, crashes, clock jumps; checks what must hold.
#[derive(Parser)]
#[command(after_help = "Example: cargo run -p sim -- --seed 7 --steps 2000 --from 1990")]
struct Options {
    /// The seed; the same seed is the same run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps of each run.
    #[arg(long, default_value_t = 2_000)]
    steps: u64,
    /// How many seeds, counted from the first.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Prints the trace from this step on.
    #[arg(long)]
    from: Option<u64>,
    /// Plays on databases of its own of this PostgreSQL server, `postgres://user@host/database`; they are dropped afterwards.
    #[arg(long)]
    postgres: Option<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    for seed in options.seed..options.seed.saturating_add(options.seeds) {
        let begun = Instant::now();
        let ended = run(Plan { seed, steps: options.steps, from: options.from, postgres: options.postgres.clone() });
        let seconds = begun.elapsed().as_secs_f64();
        let counts: Vec<String> = ended.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
        println!("seed {seed}: {} steps in {seconds:.1} s, trace {}; {}", ended.steps, ended.hash, counts.join(", "));
        if !ended.broken.is_empty() {
            println!("\nThe last steps:");
            ended.last.iter().for_each(|line| println!("{line}"));
            println!("\nWhat does not hold:");
            ended.broken.iter().for_each(|broken| println!("- {broken}"));
            let from = ended.steps.saturating_sub(40);
            println!("\nAgain: cargo run -p sim -- --seed {seed} --steps {} --from {from}", ended.steps);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
