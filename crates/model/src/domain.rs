//! Domains as the registrar knows them: terms, renewal modes, privacy, and the words under which the store keeps them.

use crate::Months;

/// Whether public data shows the privacy service instead of the registrant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Privacy {
    Off,
    /// Public data shows the privacy service with a forwarding address.
    Basic,
    /// The registry too holds the service's contact.
    Pro,
}

impl Privacy {
    pub fn word(self) -> &'static str {
        match self {
            Privacy::Off => "off",
            Privacy::Basic => "basic",
            Privacy::Pro => "pro",
        }
    }

    pub fn from_word(word: &str) -> Option<Privacy> {
        [Privacy::Off, Privacy::Basic, Privacy::Pro].into_iter().find(|p| p.word() == word)
    }
}

/// What happens when the term ends (CentralNic renewal modes; DMAPI's autorenew flag is a view of it).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RenewalMode {
    /// As the account's default says.
    Default,
    AutoRenew,
    AutoDelete,
    AutoExpire,
    /// Renew once, then back to the default.
    RenewOnce,
    /// Renew once, then as [`RenewalMode::AutoExpire`].
    RenewOnceThenAutoExpire,
    /// Renew once, then as [`RenewalMode::AutoDelete`].
    RenewOnceThenAutoDelete,
    /// Renew month by month (.de, .nl).
    AutoRenewMonthly,
    /// Renew by three months (.nl).
    AutoRenewQuarterly,
}

impl RenewalMode {
    pub const ALL: [RenewalMode; 9] = [
        RenewalMode::Default,
        RenewalMode::AutoRenew,
        RenewalMode::AutoDelete,
        RenewalMode::AutoExpire,
        RenewalMode::RenewOnce,
        RenewalMode::RenewOnceThenAutoExpire,
        RenewalMode::RenewOnceThenAutoDelete,
        RenewalMode::AutoRenewMonthly,
        RenewalMode::AutoRenewQuarterly,
    ];

    pub fn word(self) -> &'static str {
        match self {
            RenewalMode::Default => "default",
            RenewalMode::AutoRenew => "autorenew",
            RenewalMode::AutoDelete => "autodelete",
            RenewalMode::AutoExpire => "autoexpire",
            RenewalMode::RenewOnce => "renewonce",
            RenewalMode::RenewOnceThenAutoExpire => "renewoncethenautoexpire",
            RenewalMode::RenewOnceThenAutoDelete => "renewoncethenautodelete",
            RenewalMode::AutoRenewMonthly => "autorenewmonthly",
            RenewalMode::AutoRenewQuarterly => "autorenewquarterly",
        }
    }

    pub fn from_word(word: &str) -> Option<RenewalMode> {
        RenewalMode::ALL.into_iter().find(|m| m.word().eq_ignore_ascii_case(word))
    }

    /// The mode that decides, given the account's default; names renew where that says nothing (CentralNic: AUTORENEW out of the box).
    pub fn in_force(self, account_default: RenewalMode) -> RenewalMode {
        match (self, account_default) {
            (RenewalMode::Default, RenewalMode::Default) => RenewalMode::AutoRenew,
            (RenewalMode::Default, default) => default,
            (own, _) => own,
        }
    }

    /// Whether the name will be renewed at the end of its term, given the account's default.
    pub fn renews(self, account_default: RenewalMode) -> bool {
        match self.in_force(account_default) {
            RenewalMode::AutoRenew
            | RenewalMode::RenewOnce
            | RenewalMode::RenewOnceThenAutoExpire
            | RenewalMode::RenewOnceThenAutoDelete
            | RenewalMode::AutoRenewMonthly
            | RenewalMode::AutoRenewQuarterly => true,
            RenewalMode::Default | RenewalMode::AutoDelete | RenewalMode::AutoExpire => false,
        }
    }

    /// By how much the name renews itself, where the mode says so; else the zone's own term counts.
    pub fn rhythm(self) -> Option<Months> {
        match self {
            RenewalMode::AutoRenewMonthly => Months::new(1),
            RenewalMode::AutoRenewQuarterly => Months::new(3),
            RenewalMode::Default
            | RenewalMode::AutoRenew
            | RenewalMode::AutoDelete
            | RenewalMode::AutoExpire
            | RenewalMode::RenewOnce
            | RenewalMode::RenewOnceThenAutoExpire
            | RenewalMode::RenewOnceThenAutoDelete => None,
        }
    }

    /// The mode after a renewal: a single one is used up.
    pub fn after_renewal(self) -> RenewalMode {
        match self {
            RenewalMode::RenewOnce => RenewalMode::Default,
            RenewalMode::RenewOnceThenAutoExpire => RenewalMode::AutoExpire,
            RenewalMode::RenewOnceThenAutoDelete => RenewalMode::AutoDelete,
            RenewalMode::Default
            | RenewalMode::AutoRenew
            | RenewalMode::AutoDelete
            | RenewalMode::AutoExpire
            | RenewalMode::AutoRenewMonthly
            | RenewalMode::AutoRenewQuarterly => self,
        }
    }
}

/// What is done with another registrar's request for a name, without asking its holder's reseller each time (CentralNic SetDomainTransferMode).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TransferMode {
    /// The reseller is asked, and silence lets the name go as the registry's rules say.
    Default,
    AutoApprove,
    AutoDeny,
}

impl TransferMode {
    pub const ALL: [TransferMode; 3] = [TransferMode::Default, TransferMode::AutoApprove, TransferMode::AutoDeny];

    pub fn word(self) -> &'static str {
        match self {
            TransferMode::Default => "default",
            TransferMode::AutoApprove => "autoapprove",
            TransferMode::AutoDeny => "autodeny",
        }
    }

    pub fn from_word(word: &str) -> Option<TransferMode> {
        TransferMode::ALL.into_iter().find(|m| m.word().eq_ignore_ascii_case(word))
    }
}

/// The part a contact plays for a domain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    Registrant,
    Admin,
    Tech,
    Billing,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Registrant, Role::Admin, Role::Tech, Role::Billing];

    pub fn word(self) -> &'static str {
        match self {
            Role::Registrant => "registrant",
            Role::Admin => "admin",
            Role::Tech => "tech",
            Role::Billing => "billing",
        }
    }
}

/// What is asked of or priced at a registry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Operation {
    Register,
    Renew,
    Transfer,
    Restore,
}

impl Operation {
    pub const ALL: [Operation; 4] = [Operation::Register, Operation::Renew, Operation::Transfer, Operation::Restore];

    pub fn word(self) -> &'static str {
        match self {
            Operation::Register => "register",
            Operation::Renew => "renew",
            Operation::Transfer => "transfer",
            Operation::Restore => "restore",
        }
    }

    pub fn from_word(word: &str) -> Option<Operation> {
        Operation::ALL.into_iter().find(|o| o.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_decide_with_the_accounts_default() {
        let d = RenewalMode::AutoRenew;
        assert!(RenewalMode::Default.renews(d) && RenewalMode::RenewOnce.renews(RenewalMode::AutoDelete));
        assert!(!RenewalMode::Default.renews(RenewalMode::AutoExpire) && !RenewalMode::AutoDelete.renews(d));
        assert!(RenewalMode::Default.renews(RenewalMode::Default), "out of the box names renew");
        for mode in RenewalMode::ALL {
            assert_eq!(RenewalMode::from_word(&mode.word().to_ascii_uppercase()), Some(mode));
            assert!(mode.rhythm().is_none() || mode.renews(RenewalMode::AutoDelete) && mode.after_renewal() == mode);
        }
        assert_eq!(RenewalMode::RenewOnce.after_renewal(), RenewalMode::Default);
        assert_eq!(RenewalMode::RenewOnceThenAutoDelete.after_renewal(), RenewalMode::AutoDelete);
        assert_eq!(RenewalMode::RenewOnceThenAutoExpire.after_renewal(), RenewalMode::AutoExpire);
    }
}
