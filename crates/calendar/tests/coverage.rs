//! `docs/dialects/coverage.md` against the folders of transcripts: every transcript that it names is there.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn what_the_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/dialects/coverage.md")).expect("the page");
    let (mut dialect, mut seen) = ("", 0);
    for line in page.lines() {
        match line {
            "## DMAPI" => dialect = "dmapi",
            "## CentralNic" => dialect = "kvapi",
            line if line.starts_with("## ") => dialect = "",
            _ => {}
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [command, transcripts, source, _] = cells.as_slice() else { continue };
        if dialect.is_empty() || command.starts_with("---") || *source == "source" {
            continue;
        }
        let folder = root.join("crates").join(dialect).join("transcripts").join(command);
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let there: BTreeSet<String> =
            entries.flatten().filter_map(|e| e.file_name().to_str()?.strip_suffix(".txt").map(str::to_owned)).collect();
        let told: BTreeSet<String> = transcripts.split(", ").map(|t| t.trim_matches('`').to_owned()).collect();
        assert!(told.is_subset(&there), "{dialect} {command}: {told:?} are not all among {there:?}");
        assert!(!source.is_empty(), "{command} has no source");
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}
