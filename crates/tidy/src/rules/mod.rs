//! The rules, one file each: a function from files to findings, with samples that break it beside it.

pub mod dialects;
pub mod documents;
pub mod files;
pub mod imports;
pub mod sql;
pub mod wire;

#[cfg(test)]
mod samples {
    use crate::Finding;

    /// The lines of the findings, for short comparisons.
    pub fn lines(found: &[Finding]) -> Vec<usize> {
        found.iter().map(|finding| finding.line).collect()
    }
}
