//! The simulator: from one seed it drives both dialects through their doors, with faults, crashes and clock jumps, and holds everything that
//! can be seen against a model in plain maps. One thread, one clock of its own: a seed is a run, and its trace has one digest.

mod chance;
mod checks;
mod expected;
mod house;
mod outside;
mod run;
mod talk;
mod trace;
mod wire;
mod wish;

pub use run::{Ended, Plan, run};
