//! The files of the repository, read into memory once.

use std::fs;
use std::path::{Path, PathBuf};

/// What is built, fetched or private to a checkout. In a second working tree of git `.git` is a file.
const SKIPPED: &[&str] = &["target", ".git", "data", ".venv", "node_modules", "__pycache__"];
/// Larger files are data, not something that a person writes.
const MOST_BYTES: u64 = 4 << 20;

/// One text file.
#[derive(Debug, Clone)]
pub struct File {
    /// Path from the root, with `/`.
    pub path: String,
    pub text: String,
}

impl File {
    /// A file that is not on disk, for the rules' own tests.
    pub fn new(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    /// The crate that it belongs to, for what lies under `crates/`.
    pub fn of_crate(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// The root of the repository: two folders above this crate.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/tidy lies two folders below the root").to_owned()
}

/// All text files below `root`, in order of their paths.
pub fn files(root: &Path) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the tree is readable") {
            let entry = entry.expect("the tree is readable");
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().expect("the tree is readable");
            if SKIPPED.contains(&name.as_str()) {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && entry.metadata().is_ok_and(|known| known.len() <= MOST_BYTES) {
                // What is no UTF-8 is no text.
                if let Ok(text) = fs::read_to_string(&path) {
                    let path = path.strip_prefix(root).expect("it was found below the root").to_string_lossy().replace('\\', "/");
                    found.push(File { path, text });
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
