//! The trace of a run: everything that was asked, answered and happened, as one digest and as the last lines.

use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::fmt::Write as _;

/// Lines kept to be shown when a run fails.
const KEPT_MAX: usize = 60;
/// A longer line is cut when shown; the digest covers all of it.
const SHOWN_MAX: usize = 1_500;

pub struct Trace {
    digest: Sha256,
    last: VecDeque<String>,
    step: u64,
    /// From this step on lines are printed as they come.
    from: Option<u64>,
}

impl Trace {
    pub fn new(from: Option<u64>) -> Trace {
        Trace { digest: Sha256::new(), last: VecDeque::new(), step: 0, from }
    }

    pub fn begin(&mut self, step: u64) {
        self.step = step;
    }

    pub fn line(&mut self, text: &str) {
        self.digest.update((text.len() as u64).to_be_bytes());
        self.digest.update(text.as_bytes());
        let cut = text.char_indices().nth(SHOWN_MAX).map_or(text.len(), |(at, _)| at);
        let shown = format!("{:>6} {}", self.step, text[..cut].escape_debug());
        if self.from.is_some_and(|from| self.step >= from) {
            println!("{shown}");
        }
        if self.last.len() == KEPT_MAX {
            self.last.pop_front();
        }
        self.last.push_back(shown);
    }

    /// SHA-256 over all lines so far, in hexadecimal.
    pub fn hash(&self) -> String {
        let mut text = String::new();
        for byte in self.digest.clone().finalize() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    pub fn last(&self) -> Vec<String> {
        self.last.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_tells_lines_apart() {
        let hash = |lines: &[&str]| {
            let mut trace = Trace::new(None);
            lines.iter().for_each(|line| trace.line(line));
            trace.hash()
        };
        assert_eq!(hash(&["a", "b"]), hash(&["a", "b"]));
        assert_ne!(hash(&["a", "b"]), hash(&["ab"]));
        assert_eq!(hash(&[]).len(), 64);
    }
}
