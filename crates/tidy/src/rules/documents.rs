//! Documents: what they name in this repository is there.

use crate::Finding;
use crate::tree::File;
use std::collections::BTreeSet;

/// Ends of names that are paths wherever they stand in a document, if they have a folder.
const ENDS: &[&str] = &[".rs", ".md", ".toml", ".sql", ".txt", ".py", "/"];
/// What a path must not hold: it stands for many, or for one of somebody else's.
const STANDS_FOR_MANY: &[char] = &['<', '>', '*', '{', '}', '$', '=', '(', ')', ':'];
/// Folders of a running registrar, or of a reader.
const ELSEWHERE: &[&str] =
    &["/", "./", "~", "data/", "DATA/", "DIR/", "FOLDER/", "keys/", "target/", "snapshots/", "zones/NAME", "mails/NAME", "v2/"];

/// Links that lead nowhere, and paths between backquotes that are no file and no folder here.
pub fn naming_what_is_not_there(files: &[File]) -> Vec<Finding> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for file in files {
        let mut path = file.path.as_str();
        known.insert(path);
        while let Some((folder, _)) = path.rsplit_once('/') {
            known.insert(folder);
            path = folder;
        }
    }
    let is_there = |path: &str| {
        let path = path.trim_end_matches('/');
        known.contains(path) || known.iter().any(|known| known.strip_suffix(path).is_some_and(|rest| rest.ends_with('/')))
    };
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md") && !file.path.contains("/outside/")) {
        let mut in_code = false;
        for (number, line) in file.text.lines().enumerate() {
            if line.starts_with("```") {
                in_code = !in_code;
            }
            if in_code {
                continue;
            }
            let mut tell = |why: String| found.push(Finding { path: file.path.clone(), line: number + 1, why });
            for link in links(line).filter(|link| !link.contains(':') && !link.is_empty()) {
                if !known.contains(joined(&file.path, link).as_str()) {
                    tell(format!("the link leads to {link}, which is not there"));
                }
            }
            for word in quoted(line).flat_map(str::split_whitespace) {
                let word = word.trim_end_matches([',', ';']);
                let named = word.trim_end_matches('/').contains('/') && ENDS.iter().any(|end| word.ends_with(end));
                let many = word.contains(STANDS_FOR_MANY) || word.contains("...") || ELSEWHERE.iter().any(|start| word.starts_with(start));
                if named && !many && !is_there(word) {
                    tell(format!("`{word}` is not there"));
                }
            }
        }
    }
    found
}

/// Where the links of a line lead, without the place on the page.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link.split('#').next().unwrap_or(link))
}

/// What stands between backquotes.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// A link of a document as a path from the root.
fn joined(document: &str, link: &str) -> String {
    let mut parts: Vec<&str> = document.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect());
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples::lines;

    #[test]
    fn what_is_named_must_be_there() {
        let page = "[there](../README.md#top) and [here](a.md) and [out](https://example.org/x.md)\n\
                    `engine/src/lib.rs`, `cargo run crates/gone.rs`, `crates/engine/`, `src/<name>.rs`, `a/*.rs`, `lib.rs`\n\
                    [gone](b.md) `docs/missing.md`\n\
                    ```\n[gone](b.md) `crates/gone.rs`\n```\n";
        let files = [
            File::new("docs/page.md", page),
            File::new("docs/a.md", ""),
            File::new("README.md", ""),
            File::new("crates/engine/src/lib.rs", ""),
        ];
        let found = naming_what_is_not_there(&files);
        assert_eq!(lines(&found), [2, 3, 3], "{found:?}");
    }
}
