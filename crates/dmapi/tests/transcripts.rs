//! Replays every file of `transcripts/` through the real router over a seeded registrar: once by GET and once by POST.

mod stage;

use libtest_mimic::{Arguments, Trial};
use stage::{Method, Standing};
use std::path::Path;
use testkit::stage::transcripts;
use testkit::transcript::replay;

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut trials = Vec::new();
    for (name, file) in transcripts(&folder) {
        for method in [Method::Get, Method::Post] {
            let file = file.clone();
            trials.push(Trial::test(format!("{name} {}", method.word()), move || {
                let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
                let mut stage = Standing::new(method);
                replay(&text, &mut stage)?;
                stage.end()?;
                Ok(())
            }));
        }
    }
    assert!(trials.len() > 100, "the transcripts are gone");
    libtest_mimic::run(&arguments, trials).exit();
}
