//! Habits of every file: a first sentence, a bounded length, nothing left to do, nothing about the machine it was written on.

use crate::Finding;
use crate::lex::parts;
use crate::tree::File;

/// A file of code longer than this is divided along its nature.
const MOST_LINES: usize = 700;

/// (path, why it is longer): tables that read better in one piece.
pub const LONGER: &[(&str, &str)] = &[];

/// Macros that stand for work not done, or for a look that somebody had and forgot.
const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!"];

/// Settings that point a package client elsewhere: they belong to a machine and not to the project.
const MIRROR_SETTINGS: &[&str] = &[
    "index-url",
    "extra-index-url",
    "find-links",
    "trusted-host",
    "replace-with",
    "sparse+http",
    "registry=http",
    "[source.",
    "PIP_INDEX_URL",
    "npm_config_registry",
];

/// Host names that mean something only inside somebody's network.
const PRIVATE_HOSTS: &[&str] = &[".internal/", ".internal:", ".corp/", ".corp:", ".lan/", ".lan:"];

pub fn without_first_sentence(files: &[File]) -> Vec<Finding> {
    let silent = |file: &&File| file.is_rust() && !file.text.starts_with("//! ");
    files
        .iter()
        .filter(silent)
        .map(|file| Finding { path: file.path.clone(), line: 1, why: "the first line says what the room holds: `//! ...`".into() })
        .collect()
}

pub fn too_long(files: &[File]) -> Vec<Finding> {
    let code = |file: &&File| file.is_rust() || [".py", ".pl", ".sh", ".js", ".css"].iter().any(|end| file.path.ends_with(end));
    files
        .iter()
        .filter(code)
        .filter(|file| !LONGER.iter().any(|(path, _)| *path == file.path) && !is_vendored(file))
        .filter_map(|file| {
            let count = file.text.lines().count();
            (count > MOST_LINES).then(|| Finding {
                path: file.path.clone(),
                line: count,
                why: format!("{count} lines, more than {MOST_LINES}: divide it, or argue in crates/tidy/src/rules/files.rs"),
            })
        })
        .collect()
}

/// Other people's files, kept whole.
fn is_vendored(file: &File) -> bool {
    file.path.contains("/vendor/") || file.path.ends_with(".min.js")
}

pub fn unfinished(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (number, line) in parts(&file.text).code.lines().enumerate() {
            for name in UNFINISHED {
                let at = line.find(name).filter(|at| !line[..*at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_'));
                if at.is_some() {
                    found.push(Finding { path: file.path.clone(), line: number + 1, why: format!("`{name}` is left in") });
                }
            }
        }
    }
    found
}

/// Paths of the machine that a file was written on, settings of package mirrors, hosts of private networks.
pub fn about_a_machine(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.path != "crates/tidy/src/rules/files.rs" && !is_vendored(file)) {
        for (number, line) in file.text.lines().enumerate() {
            let mut tell = |why: String| found.push(Finding { path: file.path.clone(), line: number + 1, why });
            for path in ["/work/", "/root/"] {
                let starts = |at: usize| !line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || "._-~*}/)".contains(c));
                if line.match_indices(path).any(|(at, _)| starts(at)) {
                    tell(format!("a path of one machine ({path})"));
                }
            }
            for setting in MIRROR_SETTINGS.iter().chain(PRIVATE_HOSTS) {
                if line.contains(setting) {
                    tell(format!("belongs to a machine, not to the project ({setting})"));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples::lines;

    #[test]
    fn habits_are_checked() {
        let good = File::new("crates/x/src/a.rs", "//! A room.\n// todo!() is a word here\nlet a = \"dbg!(x)\"; my_todo!();\n");
        let bad = File::new("crates/x/src/b.rs", "fn b() {\n    todo!(\"later\");\n    dbg!(1);\n}\n");
        let files = [good, bad];
        assert_eq!(lines(&without_first_sentence(&files)), vec![1]);
        assert_eq!(lines(&unfinished(&files)), vec![2, 3]);
        assert_eq!(too_long(&files), vec![]);
        assert_eq!(lines(&too_long(&[File::new("a.rs", &"x\n".repeat(701))])), vec![701]);
    }

    #[test]
    fn machines_are_not_mentioned() {
        let text = "see /work/shared/x\nhttps://host/work/shared\nindex-url = https://example.org\nhttp://cache.corp:8080\n~/work/x\n";
        assert_eq!(lines(&about_a_machine(&[File::new("docs/a.md", text)])), vec![1, 3, 4]);
    }

    #[test]
    fn every_long_file_is_argued() {
        for (path, why) in LONGER {
            assert!(why.len() > 20, "{path} has no reason");
        }
    }
}
