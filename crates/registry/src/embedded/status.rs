//! Object statuses as a set of bits, with their EPP words (RFC 5731 to 5733, section 2.3 of each).

/// Statuses of one object. `ok`, `linked` and `inactive` are not stored: they follow from the rest.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Statuses(i64);

/// All stored statuses; the place in the list is the bit. Never reorder: the bits are in the tables.
const WORDS: [&str; 12] = [
    "clientDeleteProhibited",
    "clientHold",
    "clientRenewProhibited",
    "clientTransferProhibited",
    "clientUpdateProhibited",
    "serverDeleteProhibited",
    "serverHold",
    "serverRenewProhibited",
    "serverTransferProhibited",
    "serverUpdateProhibited",
    "pendingDelete",
    "pendingTransfer",
];

impl Statuses {
    pub(super) const NONE: Statuses = Statuses(0);
    pub(super) const CLIENT_DELETE: Statuses = Statuses(1);
    pub(super) const CLIENT_RENEW: Statuses = Statuses(1 << 2);
    pub(super) const CLIENT_TRANSFER: Statuses = Statuses(1 << 3);
    pub(super) const CLIENT_UPDATE: Statuses = Statuses(1 << 4);
    pub(super) const SERVER_DELETE: Statuses = Statuses(1 << 5);
    pub(super) const SERVER_RENEW: Statuses = Statuses(1 << 7);
    pub(super) const SERVER_TRANSFER: Statuses = Statuses(1 << 8);
    pub(super) const SERVER_UPDATE: Statuses = Statuses(1 << 9);
    pub(super) const PENDING_DELETE: Statuses = Statuses(1 << 10);
    pub(super) const PENDING_TRANSFER: Statuses = Statuses(1 << 11);
    /// What the sponsor may set on a domain.
    pub(super) const CLIENT_ALL: Statuses = Statuses(0b1_1111);
    /// What the sponsor may set on a host: deletion and update.
    pub(super) const HOST_ALL: Statuses = Statuses(1 | 1 << 4);
    /// What the sponsor may set on a contact: deletion, transfer and update.
    pub(super) const CONTACT_ALL: Statuses = Statuses(1 | 1 << 3 | 1 << 4);

    pub(super) fn from_bits(bits: i64) -> Statuses {
        Statuses(bits & ((1 << WORDS.len()) - 1))
    }

    pub(super) fn bits(self) -> i64 {
        self.0
    }

    /// The status of this word, if it is one that is stored.
    pub(super) fn of_word(word: &str) -> Option<Statuses> {
        WORDS.iter().position(|known| *known == word).map(|bit| Statuses(1 << bit))
    }

    /// Whether any of `other` is set.
    pub(super) fn any(self, other: Statuses) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of `other` are set.
    pub(super) fn all(self, other: Statuses) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) fn with(self, other: Statuses) -> Statuses {
        Statuses(self.0 | other.0)
    }

    pub(super) fn without(self, other: Statuses) -> Statuses {
        Statuses(self.0 & !other.0)
    }

    /// The words, in the order of the list.
    pub(super) fn words(self) -> impl Iterator<Item = &'static str> {
        WORDS.iter().enumerate().filter(move |(bit, _)| self.0 & (1 << bit) != 0).map(|(_, word)| *word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_the_words() {
        let pairs = [
            (Statuses::CLIENT_DELETE, "clientDeleteProhibited"),
            (Statuses::CLIENT_RENEW, "clientRenewProhibited"),
            (Statuses::CLIENT_TRANSFER, "clientTransferProhibited"),
            (Statuses::CLIENT_UPDATE, "clientUpdateProhibited"),
            (Statuses::SERVER_DELETE, "serverDeleteProhibited"),
            (Statuses::SERVER_RENEW, "serverRenewProhibited"),
            (Statuses::SERVER_TRANSFER, "serverTransferProhibited"),
            (Statuses::SERVER_UPDATE, "serverUpdateProhibited"),
            (Statuses::PENDING_DELETE, "pendingDelete"),
            (Statuses::PENDING_TRANSFER, "pendingTransfer"),
        ];
        for (status, word) in pairs {
            assert_eq!(Statuses::of_word(word), Some(status));
            assert_eq!(status.words().collect::<Vec<_>>(), [word]);
        }
        assert!(Statuses::CLIENT_ALL.words().all(|word| word.starts_with("client")));
        assert_eq!(Statuses::CLIENT_ALL.words().count(), 5);
        assert_eq!(Statuses::of_word("ok"), None);
    }
}
