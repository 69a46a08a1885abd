//! Locks against transfer: a set of reasons, each lifted by itself alone; the name is locked while any of them stands.

/// Why a name is locked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LockReason {
    /// Its holder wants it so: the only reason that a reseller sets and lifts.
    User,
    /// It has a new registrant (ICANN Transfer Policy, II.C).
    OwnerChange,
    /// A proceeding about it is going on (UDRP, URS).
    Dispute,
    /// Something about it is not paid.
    Unpaid,
    /// Its registrant's data are not verified.
    Verification,
    /// The registry or the operator's staff hold it.
    Registry,
}

impl LockReason {
    pub const ALL: [LockReason; 6] = [
        LockReason::User,
        LockReason::OwnerChange,
        LockReason::Dispute,
        LockReason::Unpaid,
        LockReason::Verification,
        LockReason::Registry,
    ];

    pub fn word(self) -> &'static str {
        match self {
            LockReason::User => "user",
            LockReason::OwnerChange => "owner-change",
            LockReason::Dispute => "dispute",
            LockReason::Unpaid => "unpaid",
            LockReason::Verification => "verification",
            LockReason::Registry => "registry",
        }
    }

    pub fn from_word(word: &str) -> Option<LockReason> {
        LockReason::ALL.into_iter().find(|r| r.word() == word)
    }
}

/// The reasons for which a name is locked, each at most once and in a fixed order.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Locks(Vec<LockReason>);

impl Locks {
    /// As stored: words separated by blanks. `None` if one of them is no reason.
    pub fn parse(text: &str) -> Option<Locks> {
        let mut reasons = text.split_whitespace().map(LockReason::from_word).collect::<Option<Vec<_>>>()?;
        reasons.sort_unstable();
        reasons.dedup();
        Some(Locks(reasons))
    }

    /// As they are stored.
    pub fn words(&self) -> String {
        self.0.iter().map(|r| r.word()).collect::<Vec<_>>().join(" ")
    }

    pub fn with(mut self, reason: LockReason) -> Locks {
        if !self.holds(reason) {
            self.0.push(reason);
            self.0.sort_unstable();
        }
        self
    }

    /// Without this reason; every other one still holds.
    pub fn without(mut self, reason: LockReason) -> Locks {
        self.0.retain(|r| *r != reason);
        self
    }

    pub fn holds(&self, reason: LockReason) -> bool {
        self.0.contains(&reason)
    }

    /// Nothing locks the name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = LockReason> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifting_one_reason_never_lifts_another() {
        for lifted in LockReason::ALL {
            for other in LockReason::ALL.into_iter().filter(|r| *r != lifted) {
                let locks = Locks::default().with(other).with(lifted).without(lifted);
                assert!(locks.holds(other) && !locks.holds(lifted) && !locks.is_empty(), "{lifted:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let all = LockReason::ALL.into_iter().fold(Locks::default(), Locks::with);
        assert_eq!(Locks::parse(&all.words()), Some(all.clone()));
        assert_eq!(all.words(), "user owner-change dispute unpaid verification registry");
        assert_eq!(Locks::parse("user user").map(|l| l.words()), Some("user".to_owned()));
        assert_eq!((Locks::parse(""), Locks::parse("hostage")), (Some(Locks::default()), None));
    }
}
