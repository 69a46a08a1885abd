//! SQL stands in the store and in the embedded registry's tables, and nowhere else.

use crate::Finding;
use crate::lex::parts;
use crate::tree::File;

/// Where statements may stand. The registry's tables are those of another party, with a database of their own.
/// The testkit makes and drops the databases of the tests.
const HOMES: &[&str] =
    &["crates/store/", "crates/registry/src/embedded/tables/", "crates/registry/migrations/", "crates/testkit/src/database.rs"];

/// How a statement begins, and what else must follow, so that prose that begins with such a word is not taken for one.
const STATEMENTS: &[(&str, &[&str])] = &[
    ("SELECT ", &[" FROM ", "SELECT 1", "\nFROM "]),
    ("INSERT INTO ", &[]),
    ("INSERT OR ", &[]),
    ("UPDATE ", &[" SET ", "\nSET "]),
    ("DELETE FROM ", &[]),
    ("CREATE TABLE ", &[]),
    ("CREATE INDEX ", &[]),
    ("CREATE UNIQUE INDEX ", &[]),
    ("CREATE DATABASE ", &[]),
    ("ALTER TABLE ", &[]),
    ("DROP TABLE ", &[]),
    ("DROP DATABASE ", &[]),
    ("WITH ", &[" AS (", " AS MATERIALIZED ("]),
    ("PRAGMA ", &[]),
    ("SAVEPOINT ", &[]),
    ("BEGIN IMMEDIATE", &[]),
    ("VACUUM", &[]),
];

/// The libraries that speak to a database; naming one is as good as a statement.
const DRIVERS: &[&str] = &["rusqlite", "postgres", "sqlx", "diesel", "tokio_postgres"];

pub fn outside_its_homes(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        if HOMES.iter().any(|home| file.path.starts_with(home)) || file.path.starts_with("crates/tidy/") {
            continue;
        }
        if file.path.ends_with(".sql") {
            found.push(Finding {
                path: file.path.clone(),
                line: 0,
                why: "SQL files stand in crates/store or beside the embedded registry's tables".into(),
            });
        }
        if !file.is_rust() {
            continue;
        }
        let cut = parts(&file.text);
        for (line, text) in &cut.strings {
            if is_statement(text) {
                found.push(Finding { path: file.path.clone(), line: *line, why: format!("SQL outside the store: {:.60}", text.trim()) });
            }
        }
        for (number, text) in cut.code.lines().enumerate() {
            if DRIVERS.iter().any(|driver| text.contains(&format!("{driver}::"))) {
                found.push(Finding {
                    path: file.path.clone(),
                    line: number + 1,
                    why: format!("a database driver outside the store: {}", text.trim()),
                });
            }
        }
    }
    found
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    STATEMENTS.iter().any(|(start, more)| {
        let begins = text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        // Statements in lower case are caught where a second keyword tells them from prose.
        let upper = text.starts_with(start);
        begins
            && if more.is_empty() {
                upper
            } else {
                more.iter()
                    .any(|word| if upper { text.contains(word) } else { text.contains(&word.to_lowercase()) && text.contains(" where ") })
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples::lines;

    #[test]
    fn statements_are_found_and_prose_is_not() {
        let text = "//! x\nlet a = \"SELECT name FROM domains\";\nlet b = \"Select a domain from the list\";\nlet c = \"\n  UPDATE domains SET x = 1\";\nlet d = \"Update failed\";\nlet e = \"select a from b where c\";\n// \"DELETE FROM x\"\nrusqlite::open();\nlet f = \"WITH love\";";
        assert_eq!(lines(&outside_its_homes(&[File::new("crates/engine/src/x.rs", text)])), vec![2, 4, 7, 9]);
        assert_eq!(outside_its_homes(&[File::new("crates/store/src/x.rs", text)]), vec![]);
        assert_eq!(lines(&outside_its_homes(&[File::new("crates/engine/src/x.sql", "")])), vec![0]);
    }
}
