//! Tidy: reads the source tree and tells where it breaks the rules of ARCHITECTURE.md. Only tests use it.

pub mod lex;
pub mod rules;
pub mod tree;

/// Where a rule is broken, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path from the root of the repository.
    pub path: String,
    /// Line from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong, for the one who has to change it.
    pub why: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.why)
    }
}
