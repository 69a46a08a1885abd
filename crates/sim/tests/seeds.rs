//! Seeds replayed: those under which something once broke, and a few more; each run twice where its trace must repeat itself.

use sim::{Plan, run};

fn clean(seed: u64, steps: u64) -> String {
    let ended = run(Plan { seed, steps, from: None, postgres: None });
    let again = format!("cargo run -p sim -- --seed {seed} --steps {} --from {}", ended.steps, ended.steps.saturating_sub(40));
    assert!(ended.broken.is_empty(), "seed {seed}: {:#?}\nagain: {again}\n{}", ended.broken, ended.last.join("\n"));
    assert_eq!(ended.steps, steps);
    // A run that does nothing proves nothing.
    let count = |what: &str| ended.counts.get(what).copied().unwrap_or(0);
    assert!(count("granted") > steps / 10 && count("orders succeeded") > 0, "{:?}", ended.counts);
    ended.hash
}

/// `crates/sim/seeds/*.txt`: comments, and lines of seed and steps. A seed means the same run only while the generator stays as it is; what it
/// once found has a test of its own beside the code that was mended.
#[test]
fn seeds_that_once_failed_stay_clean() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the seeds are there").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file of seeds can be read");
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let mut numbers = line.split_whitespace().map(|n| n.parse::<u64>().expect("seed and steps"));
            let (Some(seed), Some(steps)) = (numbers.next(), numbers.next()) else { panic!("{}: {line}", file.display()) };
            clean(seed, steps);
            count += 1;
        }
    }
    assert!(count > 0, "no seed is kept");
}

#[test]
fn a_seed_is_a_run() {
    assert_eq!(clean(11, 300), clean(11, 300));
    assert_ne!(clean(12, 100), clean(13, 100));
}
