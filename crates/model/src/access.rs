//! Who may ask for what: access modes of keys, what a request needs, and the channel it came through.

use std::fmt;

/// What an API key or session may do (DMAPI access modes; the CentralNic side logs in with full access).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    Full,
    /// Queries only.
    ReadOnly,
    /// Everything that cannot cost money.
    ModifyOnly,
    /// Whois and availability only.
    WhoisOnly,
}

/// What a request does, at most.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Need {
    /// Nothing: the request is about the session itself.
    Nothing,
    /// Looks up public or availability data.
    Whois,
    /// Reads the account's own objects.
    Read,
    /// Changes objects without cost.
    Modify,
    /// May cost money.
    Spend,
}

impl Access {
    pub const ALL: [Access; 4] = [Access::Full, Access::ReadOnly, Access::ModifyOnly, Access::WhoisOnly];

    pub fn allows(self, need: Need) -> bool {
        match (self, need) {
            (_, Need::Nothing | Need::Whois) => true,
            (Access::Full, _) => true,
            (Access::ModifyOnly, Need::Read | Need::Modify) => true,
            (Access::ReadOnly, Need::Read) => true,
            (Access::ModifyOnly, Need::Spend) => false,
            (Access::ReadOnly, Need::Modify | Need::Spend) => false,
            (Access::WhoisOnly, Need::Read | Need::Modify | Need::Spend) => false,
        }
    }

    /// The word under which the store and the DMAPI `User-Access` header know it.
    pub fn word(self) -> &'static str {
        match self {
            Access::Full => "full",
            Access::ReadOnly => "read-only",
            Access::ModifyOnly => "modify-only",
            Access::WhoisOnly => "whois-only",
        }
    }

    pub fn from_word(word: &str) -> Option<Access> {
        Access::ALL.into_iter().find(|a| a.word() == word)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The way by which a request reached the engine; some guards bind one way only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Channel {
    /// Joker DMAPI.
    Dmapi,
    /// CentralNic Reseller API.
    Kvapi,
    /// Our JSON API and console.
    Json,
    /// Command line and staff.
    Staff,
    /// The engine itself: timers, reconciliation.
    System,
}

impl Channel {
    pub fn word(self) -> &'static str {
        match self {
            Channel::Dmapi => "dmapi",
            Channel::Kvapi => "kvapi",
            Channel::Json => "json",
            Channel::Staff => "staff",
            Channel::System => "system",
        }
    }

    pub fn from_word(word: &str) -> Option<Channel> {
        [Channel::Dmapi, Channel::Kvapi, Channel::Json, Channel::Staff, Channel::System].into_iter().find(|c| c.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_grant_what_their_names_say() {
        let needs = [Need::Nothing, Need::Whois, Need::Read, Need::Modify, Need::Spend];
        let granted = |a: Access| needs.map(|n| a.allows(n));
        assert_eq!(granted(Access::Full), [true; 5]);
        assert_eq!(granted(Access::ModifyOnly), [true, true, true, true, false]);
        assert_eq!(granted(Access::ReadOnly), [true, true, true, false, false]);
        assert_eq!(granted(Access::WhoisOnly), [true, true, false, false, false]);
    }
}
