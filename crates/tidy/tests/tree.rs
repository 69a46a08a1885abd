//! The rules, applied to this repository.

use std::sync::LazyLock;

use tidy::Finding;
use tidy::rules::{dialects, documents, files, imports, sql, wire};
use tidy::tree::{self, File};

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| tree::files(&tree::root()));

/// Fails with one line per finding.
fn clean(found: Vec<Finding>) {
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_tree_was_read() {
    assert!(FILES.iter().filter(|file| file.is_rust()).count() > 20, "only {} files below {}", FILES.len(), tree::root().display());
}

#[test]
fn sql_stays_in_its_places() {
    clean(sql::outside_its_homes(&FILES));
}

#[test]
fn dialects_decide_nothing() {
    clean(dialects::decisions(&FILES));
}

#[test]
fn crates_lean_the_right_way() {
    clean(imports::against_the_plan(&FILES));
}

#[test]
fn every_crate_stands_in_the_plan() {
    clean(imports::unmentioned(&FILES));
}

#[test]
fn the_embedded_registry_is_another_party() {
    clean(imports::registry_reads_our_policy(&FILES));
}

#[test]
fn every_wire_command_has_a_transcript() {
    assert!(wire::commands(&FILES).len() > 20, "the tables of commands were not found: {:?}", wire::commands(&FILES));
    clean(wire::without_transcript(&FILES));
}

#[test]
fn every_file_begins_with_its_sentence() {
    clean(files::without_first_sentence(&FILES));
}

#[test]
fn no_file_is_too_long() {
    clean(files::too_long(&FILES));
}

#[test]
fn nothing_is_left_to_do() {
    clean(files::unfinished(&FILES));
}

#[test]
fn documents_name_what_is_there() {
    clean(documents::naming_what_is_not_there(&FILES));
}

#[test]
fn nothing_speaks_of_a_machine() {
    clean(files::about_a_machine(&FILES));
}
