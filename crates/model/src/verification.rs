//! Verification of mail addresses: whether somebody who reads an address has said so, and why a name's resolution is interrupted.
//!
//! An address is verified within an account: proven once, it proves every contact of the account that has it (CentralNic, contact verification).

/// How an address of an account stands (DMAPI `wa-email-query-status` has the same words).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AddressState {
    /// Nobody was asked.
    Unverified,
    /// A mail went out and waits for its answer.
    Pending,
    /// Its reader said yes.
    Verified,
    /// Its reader said no, or nobody said anything in time.
    Invalid,
}

/// What can happen to an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AddressEvent {
    /// A mail with a link goes out.
    Asked,
    /// Its reader says that it reaches the person named.
    Confirmed,
    /// Its reader says that it does not.
    Denied,
    /// A name's time is over without an answer.
    TimedOut,
}

impl AddressState {
    pub const ALL: [AddressState; 4] = [AddressState::Unverified, AddressState::Pending, AddressState::Verified, AddressState::Invalid];

    pub fn word(self) -> &'static str {
        match self {
            AddressState::Unverified => "unverified",
            AddressState::Pending => "pending",
            AddressState::Verified => "verified",
            AddressState::Invalid => "invalid",
        }
    }

    pub fn from_word(word: &str) -> Option<AddressState> {
        AddressState::ALL.into_iter().find(|s| s.word() == word)
    }

    /// The state after an event. What is proven stays proven; what was denied or not answered can be asked about and proven later.
    pub fn next(self, event: AddressEvent) -> AddressState {
        match (self, event) {
            (AddressState::Verified, _) | (_, AddressEvent::Confirmed) => AddressState::Verified,
            (_, AddressEvent::Asked) => AddressState::Pending,
            (_, AddressEvent::Denied | AddressEvent::TimedOut) => AddressState::Invalid,
        }
    }

    pub fn is_verified(self) -> bool {
        self == AddressState::Verified
    }
}

/// Why a name's resolution is interrupted. It is, while any reason stands; each is lifted by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HoldReason {
    /// Its holder wants it so.
    User,
    /// Its term is over and was not renewed (ICANN ERRP).
    Term,
    /// Its registrant's address was not proven in time.
    Verification,
}

impl HoldReason {
    pub const ALL: [HoldReason; 3] = [HoldReason::User, HoldReason::Term, HoldReason::Verification];

    pub fn word(self) -> &'static str {
        match self {
            HoldReason::User => "user",
            HoldReason::Term => "term",
            HoldReason::Verification => "verification",
        }
    }

    pub fn from_word(word: &str) -> Option<HoldReason> {
        HoldReason::ALL.into_iter().find(|r| r.word() == word)
    }
}

/// An address as it is compared: in lower case, its domain as A-labels. Local parts that differ in case alone are one mailbox everywhere.
pub fn folded(address: &str) -> String {
    let address = address.trim();
    let Some((local, domain)) = address.rsplit_once('@') else { return address.to_lowercase() };
    let domain = crate::DomainName::parse(domain).map_or_else(|_| domain.to_lowercase(), |name| name.as_str().to_owned());
    format!("{}@{domain}", local.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_outcome_in_every_state() {
        use AddressEvent::{Asked, Confirmed, Denied, TimedOut};
        use AddressState::{Invalid, Pending, Unverified, Verified};
        let cases = [
            (Unverified, [Pending, Verified, Invalid, Invalid]),
            (Pending, [Pending, Verified, Invalid, Invalid]),
            (Verified, [Verified; 4]),
            (Invalid, [Pending, Verified, Invalid, Invalid]),
        ];
        for (state, expected) in cases {
            assert_eq!([Asked, Confirmed, Denied, TimedOut].map(|e| state.next(e)), expected, "{state:?}");
            assert_eq!(AddressState::from_word(state.word()), Some(state));
        }
        for reason in HoldReason::ALL {
            assert_eq!(HoldReason::from_word(reason.word()), Some(reason));
        }
        assert_eq!((AddressState::from_word("perhaps"), HoldReason::from_word("")), (None, None));
    }

    #[test]
    fn addresses_are_compared_without_regard_to_case_and_script() {
        for (written, compared) in [
            ("Ada@Example.COM", "ada@example.com"),
            (" info@Bücher.de ", "info@xn--bcher-kva.de"),
            ("ÄDA@example.com", "äda@example.com"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(folded(written), compared);
        }
    }
}
