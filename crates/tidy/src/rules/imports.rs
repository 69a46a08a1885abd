//! Which crate may lean on which: the floor plan of ARCHITECTURE.md, as Cargo sees it.

use std::collections::BTreeMap;

use crate::Finding;
use crate::tree::File;

/// Everything that is shipped.
const SHIPPED: &[&str] =
    &["model", "store", "epp", "registry", "engine", "dmapi", "kvapi", "api", "console", "public", "outbox", "dns", "sandbox"];

/// What each crate may use of ours in what it ships. A crate that stands nowhere here has to be placed first.
/// Tests may lean on more (`[dev-dependencies]`): they build the whole house around a room.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("epp", &[]),
    ("store", &["model"]),
    ("registry", &["model", "store", "epp"]),
    ("engine", &["model", "store", "registry"]),
    ("dmapi", &["model", "engine"]),
    ("kvapi", &["model", "engine"]),
    ("api", &["model", "engine"]),
    ("console", &["model", "engine"]),
    ("public", &["model", "engine"]),
    ("outbox", &["model", "engine"]),
    ("dns", &["model", "engine"]),
    ("sandbox", &["model", "store", "registry", "engine"]),
    ("domesday", SHIPPED),
    // Tests only: they may build the whole house, and nothing that is shipped may lean on them.
    ("testkit", SHIPPED),
    ("sim", &["model", "store", "registry", "engine", "dmapi", "kvapi", "public", "sandbox", "testkit"]),
    ("calendar", &["model", "registry", "engine", "sandbox", "dmapi", "kvapi", "public", "testkit"]),
    ("tidy", &[]),
];

/// The name and the dependencies of ours of every crate, from the manifests under `crates/`.
fn manifests(files: &[File]) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for file in files {
        let Some(name) = file.of_crate().filter(|name| file.path == format!("crates/{name}/Cargo.toml")) else { continue };
        let manifest: toml::Table = file.text.parse().unwrap_or_else(|problem| panic!("{}: {problem}", file.path));
        let mut uses = Vec::new();
        for section in ["dependencies", "build-dependencies"] {
            if let Some(toml::Value::Table(table)) = manifest.get(section) {
                uses.extend(table.keys().cloned());
            }
        }
        found.insert(name.to_owned(), uses);
    }
    found
}

pub fn against_the_plan(files: &[File]) -> Vec<Finding> {
    let crates = manifests(files);
    let mut found = Vec::new();
    for (name, uses) in &crates {
        let mut tell = |why: String| found.push(Finding { path: format!("crates/{name}/Cargo.toml"), line: 0, why });
        match MAY_USE.iter().find(|(known, _)| known == name) {
            None => tell(format!("`{name}` has no place in the plan (crates/tidy/src/rules/imports.rs)")),
            Some((_, allowed)) => {
                for used in uses.iter().filter(|used| crates.contains_key(*used) && !allowed.contains(&used.as_str())) {
                    tell(format!("`{name}` may not lean on `{used}`"));
                }
            }
        }
    }
    found
}

/// Every crate has its line in ARCHITECTURE.md, as `name` in backticks or as the folder `name/`.
pub fn unmentioned(files: &[File]) -> Vec<Finding> {
    let plan = files.iter().find(|file| file.path == "ARCHITECTURE.md").map_or("", |file| file.text.as_str());
    let mentioned = |name: &str| {
        plan.contains(&format!("`{name}`"))
            || plan
                .match_indices(&format!("{name}/"))
                .any(|(at, _)| !plan[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_'))
    };
    manifests(files)
        .keys()
        .filter(|name| !mentioned(name))
        .map(|name| Finding { path: "ARCHITECTURE.md".into(), line: 0, why: format!("the crate `{name}` is not mentioned") })
        .collect()
}

/// The embedded registry is another party: it must not agree with our policy by sharing it.
pub fn registry_reads_our_policy(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && file.path.starts_with("crates/registry/src/embedded")) {
        for (number, line) in crate::lex::parts(&file.text).shipped().lines().enumerate() {
            if line.contains("model::policy") || line.contains("zones/") {
                found.push(Finding {
                    path: file.path.clone(),
                    line: number + 1,
                    why: "the embedded registry does not read our policy".into(),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, rest: &str) -> File {
        File::new(&format!("crates/{name}/Cargo.toml"), &format!("[package]\nname = \"{name}\"\n{rest}"))
    }

    #[test]
    fn a_face_may_not_see_the_store() {
        let files = [
            manifest("store", "[dependencies]\nmodel.workspace = true"),
            manifest("model", ""),
            manifest("dmapi", "[dependencies]\nstore = { path = \"../store\" }\n[dev-dependencies]\nmodel.workspace = true"),
            manifest("attic", ""),
        ];
        let found: Vec<String> = against_the_plan(&files).into_iter().map(|finding| finding.why).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("`attic` has no place") && found[1].contains("`dmapi` may not lean on `store`"), "{found:?}");
    }

    #[test]
    fn a_crate_without_its_line_is_found() {
        let files =
            [manifest("store", ""), manifest("epp", ""), File::new("ARCHITECTURE.md", "The `store` holds; my-epp/ is something else.")];
        assert_eq!(
            unmentioned(&files).into_iter().map(|finding| finding.why).collect::<Vec<_>>(),
            vec!["the crate `epp` is not mentioned"]
        );
    }

    #[test]
    fn the_registry_must_not_borrow_our_policy() {
        let files = [
            File::new("crates/registry/src/embedded/x.rs", "use model::policy::Zone;"),
            File::new("crates/registry/src/connector.rs", "use model::policy::Zone;"),
        ];
        assert_eq!(registry_reads_our_policy(&files).len(), 1);
    }
}
