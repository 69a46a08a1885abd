//! Replays every file under `transcripts/` through the real router, one test each.

mod stage;

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::Path;
use testkit::stage::transcripts;

fn play(path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let mut api = stage::Api::new();
    testkit::transcript::replay(&text, &mut api)?;
    api.fixture.assert_promises();
    Ok(())
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut trials: Vec<Trial> = transcripts(&root).into_iter().map(|(name, path)| Trial::test(name, move || play(&path))).collect();
    trials.push(Trial::test("every command has a transcript", move || {
        let silent: Vec<&str> = kvapi::command_names().filter(|name| !root.join(name).is_dir()).collect();
        if silent.is_empty() { Ok(()) } else { Err(format!("no folder for {silent:?}").into()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
