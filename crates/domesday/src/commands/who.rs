//! Who of the staff does something, and why: asked of every command that changes what is a reseller's, and kept in the audit log.

use anyhow::bail;
use clap::Args;
use engine::staff::Noted;
use engine::{Actor, Operation};

#[derive(Args, Clone, Debug)]
pub struct Who {
    /// Your name, as the audit log shall keep it.
    #[arg(long, env = "DOMESDAY_BY", value_name = "NAME")]
    by: String,
    /// Why, and where the evidence is kept.
    #[arg(long, env = "DOMESDAY_REASON", value_name = "TEXT")]
    reason: String,
}

const NAME_MAX: usize = 64;
const REASON_MAX: usize = 500;

impl Who {
    /// Both must say something in one line.
    pub fn check(&self) -> anyhow::Result<()> {
        let line = |text: &str, max: usize| !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control);
        if !line(&self.by, NAME_MAX) {
            bail!("--by must be a name of at most {NAME_MAX} characters");
        }
        if !line(&self.reason, REASON_MAX) {
            bail!("--reason must be one line of at most {REASON_MAX} characters");
        }
        Ok(())
    }

    pub fn name(&self) -> &str {
        self.by.trim()
    }

    pub fn reason(&self) -> &str {
        self.reason.trim()
    }

    pub fn actor(&self) -> Actor {
        Actor::staff_member(self.name())
    }

    /// The operation with its reason beside it.
    pub fn noted<O: Operation>(&self, object: &str, operation: O) -> Noted<O> {
        Noted { operation, object: object.to_owned(), reason: self.reason().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_says_something() {
        let who = |by: &str, reason: &str| Who { by: by.to_owned(), reason: reason.to_owned() }.check().is_ok();
        assert!(who("anna", "UDRP case D2027-0001"));
        for (by, reason) in [("", "x"), (" ", "x"), ("anna", ""), ("anna", "\n"), ("an\nna", "x"), (&"a".repeat(65), "x")] {
            assert!(!who(by, reason), "{by:?} {reason:?}");
        }
    }
}
