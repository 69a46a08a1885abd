//! Every wire command of a dialect's table has transcripts: a request and its exact reply, replayed through the real router.

use std::collections::BTreeSet;

use crate::Finding;
use crate::lex::parts;
use crate::tree::File;

/// The folders of a dialect's commands, and of their transcripts (one folder per command, named as on the wire).
const TABLES: &[(&str, &str)] =
    &[("crates/dmapi/src/requests/", "crates/dmapi/transcripts/"), ("crates/kvapi/src/commands/", "crates/kvapi/transcripts/")];

/// The names in `name: "..."` of the constants in one file: how each table of commands spells its entries.
fn names(file: &File) -> Vec<(usize, String)> {
    let cut = parts(&file.text);
    let shipped = cut.shipped();
    let mut found = Vec::new();
    // String literals stand in the code as `""`, in order: the n-th pair of quotes is the n-th literal.
    for (index, (at, _)) in shipped.match_indices("\"\"").enumerate() {
        if shipped[..at].trim_end().ends_with("name:")
            && let Some((line, text)) = cut.strings.get(index)
        {
            found.push((*line, text.clone()));
        }
    }
    found
}

/// All wire names of both tables, for a test that the table is not empty.
pub fn commands(files: &[File]) -> BTreeSet<String> {
    let in_a_table = |file: &&File| file.is_rust() && TABLES.iter().any(|(table, _)| file.path.starts_with(table));
    files.iter().filter(in_a_table).flat_map(names).map(|(_, name)| name).collect()
}

pub fn without_transcript(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (table, transcripts) in TABLES {
        let told: BTreeSet<String> = files
            .iter()
            .filter_map(|file| file.path.strip_prefix(transcripts)?.split_once('/'))
            .map(|(folder, _)| folder.to_lowercase())
            .collect();
        for file in files.iter().filter(|file| file.is_rust() && file.path.starts_with(table)) {
            for (line, name) in names(file) {
                // A command such as `v2/contact/create` has its folder under its last two words joined by hyphens.
                if !told.contains(&name.to_lowercase().replace('/', "-")) {
                    found.push(Finding { path: file.path.clone(), line, why: format!("`{name}` has no transcript in {transcripts}") });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_transcript_is_found() {
        let table = "//! x\npub const A: Request = Request { about: \"name: it\", name: \"domain-renew\", answer };\npub const B: Request = Request { name:\n    \"domain-lock\", answer };\npub const C: Request = Request { name: \"v2/contact/create\", answer };\n#[cfg(test)]\nmod t { const X: R = R { name: \"none\" }; }";
        let files = [
            File::new("crates/dmapi/src/requests/a.rs", table),
            File::new("crates/dmapi/transcripts/domain-renew/twice.txt", ""),
            File::new("crates/dmapi/transcripts/v2-contact-create/once.txt", ""),
        ];
        let found = without_transcript(&files);
        assert_eq!(found.len(), 1);
        assert!(found[0].why.starts_with("`domain-lock`") && found[0].line == 4, "{found:?}");
        assert_eq!(commands(&files).len(), 3);
    }
}
