//! Grants: what an account may do with a name that another account holds.

/// The part that an account has in a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GrantRole {
    /// The account that holds the name. To become that is to be given the name.
    Creator,
    /// Looks after the name in everything but what would take it from its holder.
    Admin,
    /// Looks after its name servers and keys.
    Tech,
    /// Sees to it that it does not lapse, at its own cost.
    Billing,
}

/// What somebody is about to do with a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Deed {
    /// Look at it.
    See,
    /// Change name servers and DNSSEC keys, and its zone.
    Serve,
    /// Renew or restore it, and say what becomes of it at the end of its term. Who orders pays.
    Extend,
    /// Change its contacts other than the registrant, statuses, the holder's lock, privacy, properties and the zone's own fields.
    Change,
    /// Whatever could take it from its holder or end it: another registrant, the authorization code, transfers, deletion; and sharing it.
    Dispose,
}

impl Deed {
    pub const ALL: [Deed; 5] = [Deed::See, Deed::Serve, Deed::Extend, Deed::Change, Deed::Dispose];
}

impl GrantRole {
    pub const ALL: [GrantRole; 4] = [GrantRole::Creator, GrantRole::Admin, GrantRole::Tech, GrantRole::Billing];

    /// Whether the role reaches so far.
    pub fn may(self, deed: Deed) -> bool {
        match (self, deed) {
            (GrantRole::Creator, _) | (_, Deed::See) => true,
            (GrantRole::Admin, Deed::Serve | Deed::Extend | Deed::Change) => true,
            (GrantRole::Tech, Deed::Serve) => true,
            (GrantRole::Billing, Deed::Extend) => true,
            (GrantRole::Admin, Deed::Dispose) => false,
            (GrantRole::Tech, Deed::Extend | Deed::Change | Deed::Dispose) => false,
            (GrantRole::Billing, Deed::Serve | Deed::Change | Deed::Dispose) => false,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            GrantRole::Creator => "creator",
            GrantRole::Admin => "admin",
            GrantRole::Tech => "tech",
            GrantRole::Billing => "billing",
        }
    }

    pub fn from_word(word: &str) -> Option<GrantRole> {
        GrantRole::ALL.into_iter().find(|role| role.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_reaches_as_far_as_decided() {
        let reach = |role: GrantRole| Deed::ALL.map(|deed| role.may(deed));
        assert_eq!(reach(GrantRole::Creator), [true; 5]);
        assert_eq!(reach(GrantRole::Admin), [true, true, true, true, false]);
        assert_eq!(reach(GrantRole::Tech), [true, true, false, false, false]);
        assert_eq!(reach(GrantRole::Billing), [true, false, true, false, false]);
        for role in GrantRole::ALL {
            assert_eq!(GrantRole::from_word(role.word()), Some(role));
        }
    }
}
