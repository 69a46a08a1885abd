//! Replays every file of `transcripts/` through the real router over a seeded registrar: once by GET and once by POST.

mod stage;

use libtest_mimic::{Arguments, Trial};
use stage::{Method, Standing};
use std::path::{Path, PathBuf};
use testkit::transcript::replay;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "txt") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut trials = Vec::new();
    for file in files(&folder) {
        let name = file.strip_prefix(&folder).expect("it lies in the folder").with_extension("").display().to_string();
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
