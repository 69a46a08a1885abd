//! Transfers: the states of one, and the one total function that says every legal step between them.
//!
//! A name comes here from another registrar (in), leaves for one (out), or changes accounts without leaving (internal). The states follow the
//! order in which they are passed; the last four of them are ends beside the good one.

/// Which way a transfer goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// From another registrar to an account here.
    In,
    /// From an account here to another registrar.
    Out,
    /// Between two accounts here; its registrar stays, and the registry is shown the contacts of the new account.
    Internal,
}

impl Direction {
    pub const ALL: [Direction; 3] = [Direction::In, Direction::Out, Direction::Internal];

    pub fn word(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::Internal => "internal",
        }
    }

    pub fn from_word(word: &str) -> Option<Direction> {
        Direction::ALL.into_iter().find(|d| d.word() == word)
    }
}

/// Who decided how a transfer ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Party {
    /// The holder of the name, asked by mail.
    Holder,
    /// The registrar or account that gives the name away.
    Losing,
    /// The registrar or account that asked for it.
    Gaining,
    /// The registry, or the passing of time.
    Registry,
}

impl Party {
    pub const ALL: [Party; 4] = [Party::Holder, Party::Losing, Party::Gaining, Party::Registry];

    pub fn word(self) -> &'static str {
        match self {
            Party::Holder => "holder",
            Party::Losing => "losing",
            Party::Gaining => "gaining",
            Party::Registry => "registry",
        }
    }

    pub fn from_word(word: &str) -> Option<Party> {
        Party::ALL.into_iter().find(|p| p.word() == word)
    }
}

/// Where a transfer stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TransferState {
    /// Written down.
    Stored,
    /// Its price is known.
    Priced,
    /// The price is held.
    Held,
    /// The holder must be asked and nobody can be found to ask: staff settle it.
    Unaddressed,
    /// The holder was asked by mail (form of authorization).
    Asked,
    /// The holder agreed.
    Agreed,
    /// The registry is being asked.
    Requesting,
    /// The registry has the request; the losing registrar may object.
    Waiting,
    /// It is being withdrawn at the registry.
    Withdrawing,
    /// The name is ours at the registry; what was wished for is being set.
    Arrived,
    /// Charged.
    Charged,
    /// Done: the good end.
    Completed,
    /// The holder said no.
    Refused,
    /// The losing side or the registry said no.
    Rejected,
    /// Whoever asked for it took it back.
    Cancelled,
    /// Nobody answered in time.
    Lapsed,
    /// A name of ours was asked for by another registrar.
    Leaving,
    /// Our answer to that is on its way to the registry.
    Answering,
    /// A name of one account here was asked for by another.
    Offered,
}

/// What happened to a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TransferEvent {
    PriceFound,
    PriceHeld,
    /// The holder was mailed.
    HolderAsked,
    /// Nobody could be mailed.
    NobodyToAsk,
    /// The zone wants nobody asked.
    NobodyNeedsAsking,
    HolderAgreed,
    HolderRefused,
    /// The request goes to the registry.
    Sent,
    /// The registry has it and waits for the loser.
    Pending,
    /// The name has changed hands at the registry.
    Moved,
    /// The losing side or the registry refused.
    Rejected,
    CancelAsked,
    /// The withdrawal is in force.
    Cancelled,
    /// Nobody answered in time.
    TimePassed,
    PriceTaken,
    /// Everything that was wished for is set.
    Finished,
    /// Our yes or no goes to the registry.
    AnswerSent,
    /// Our yes or no could not be given: the transfer waits as before.
    AnswerFailed,
}

impl TransferEvent {
    pub const ALL: [TransferEvent; 18] = [
        TransferEvent::PriceFound,
        TransferEvent::PriceHeld,
        TransferEvent::HolderAsked,
        TransferEvent::NobodyToAsk,
        TransferEvent::NobodyNeedsAsking,
        TransferEvent::HolderAgreed,
        TransferEvent::HolderRefused,
        TransferEvent::Sent,
        TransferEvent::Pending,
        TransferEvent::Moved,
        TransferEvent::Rejected,
        TransferEvent::CancelAsked,
        TransferEvent::Cancelled,
        TransferEvent::TimePassed,
        TransferEvent::PriceTaken,
        TransferEvent::Finished,
        TransferEvent::AnswerSent,
        TransferEvent::AnswerFailed,
    ];
}

impl TransferState {
    pub const ALL: [TransferState; 19] = [
        TransferState::Stored,
        TransferState::Priced,
        TransferState::Held,
        TransferState::Unaddressed,
        TransferState::Asked,
        TransferState::Agreed,
        TransferState::Requesting,
        TransferState::Waiting,
        TransferState::Withdrawing,
        TransferState::Arrived,
        TransferState::Charged,
        TransferState::Completed,
        TransferState::Refused,
        TransferState::Rejected,
        TransferState::Cancelled,
        TransferState::Lapsed,
        TransferState::Leaving,
        TransferState::Answering,
        TransferState::Offered,
    ];

    /// The next state, or `None` if the event cannot happen in this state: it then changes nothing.
    pub fn next(self, event: TransferEvent) -> Option<TransferState> {
        use {TransferEvent as E, TransferState as S};
        match (self, event) {
            (S::Stored, E::PriceFound) => Some(S::Priced),
            (S::Priced, E::PriceHeld) => Some(S::Held),
            (S::Held | S::Unaddressed | S::Asked, E::HolderAsked) => Some(S::Asked),
            (S::Held, E::NobodyToAsk) => Some(S::Unaddressed),
            (S::Held, E::NobodyNeedsAsking) => Some(S::Agreed),
            // Staff who hold the holder's consent in writing may say so where nobody could be mailed.
            (S::Asked | S::Unaddressed, E::HolderAgreed) => Some(S::Agreed),
            (S::Asked | S::Unaddressed, E::HolderRefused) => Some(S::Refused),
            (S::Asked | S::Unaddressed, E::TimePassed) => Some(S::Lapsed),
            (S::Stored | S::Priced | S::Held | S::Unaddressed | S::Asked | S::Agreed, E::CancelAsked) => Some(S::Cancelled),
            (S::Agreed | S::Requesting, E::Sent) => Some(S::Requesting),
            (S::Requesting | S::Waiting, E::Pending) => Some(S::Waiting),
            // A request that the registry has may be taken back; while it is being sent nobody knows whether there is anything to take back.
            (S::Waiting, E::CancelAsked) => Some(S::Withdrawing),
            (S::Withdrawing, E::Pending | E::CancelAsked) => Some(S::Withdrawing),
            (S::Withdrawing, E::Cancelled) => Some(S::Cancelled),
            // The registry decides: also against a withdrawal that came too late.
            (S::Requesting | S::Waiting | S::Withdrawing | S::Arrived, E::Moved) => Some(S::Arrived),
            (S::Requesting | S::Waiting | S::Withdrawing | S::Agreed, E::Rejected) => Some(S::Rejected),
            (S::Requesting | S::Waiting, E::Cancelled) => Some(S::Cancelled),
            (S::Requesting | S::Waiting | S::Withdrawing, E::TimePassed) => Some(S::Lapsed),
            (S::Arrived, E::PriceTaken) => Some(S::Charged),
            (S::Charged, E::Finished) => Some(S::Completed),
            (S::Leaving, E::AnswerSent) => Some(S::Answering),
            (S::Answering, E::AnswerFailed) => Some(S::Leaving),
            (S::Leaving | S::Answering | S::Offered, E::Moved) => Some(S::Completed),
            (S::Leaving | S::Answering | S::Offered, E::Rejected) => Some(S::Rejected),
            (S::Leaving | S::Answering | S::Offered, E::Cancelled) => Some(S::Cancelled),
            (S::Leaving | S::Answering | S::Offered, E::TimePassed) => Some(S::Lapsed),
            (
                S::Stored
                | S::Priced
                | S::Held
                | S::Unaddressed
                | S::Asked
                | S::Agreed
                | S::Requesting
                | S::Waiting
                | S::Withdrawing
                | S::Arrived
                | S::Charged
                | S::Leaving
                | S::Answering
                | S::Offered,
                _,
            ) => None,
            (S::Completed | S::Refused | S::Rejected | S::Cancelled | S::Lapsed, _) => None,
        }
    }

    pub fn is_open(self) -> bool {
        use TransferState as S;
        match self {
            S::Completed | S::Refused | S::Rejected | S::Cancelled | S::Lapsed => false,
            S::Stored
            | S::Priced
            | S::Held
            | S::Unaddressed
            | S::Asked
            | S::Agreed
            | S::Requesting
            | S::Waiting
            | S::Withdrawing
            | S::Arrived
            | S::Charged
            | S::Leaving
            | S::Answering
            | S::Offered => true,
        }
    }

    /// The word under which the store keeps it.
    pub fn word(self) -> &'static str {
        match self {
            TransferState::Stored => "stored",
            TransferState::Priced => "priced",
            TransferState::Held => "held",
            TransferState::Unaddressed => "unaddressed",
            TransferState::Asked => "asked",
            TransferState::Agreed => "agreed",
            TransferState::Requesting => "requesting",
            TransferState::Waiting => "waiting",
            TransferState::Withdrawing => "withdrawing",
            TransferState::Arrived => "arrived",
            TransferState::Charged => "charged",
            TransferState::Completed => "completed",
            TransferState::Refused => "refused",
            TransferState::Rejected => "rejected",
            TransferState::Cancelled => "cancelled",
            TransferState::Lapsed => "lapsed",
            TransferState::Leaving => "leaving",
            TransferState::Answering => "answering",
            TransferState::Offered => "offered",
        }
    }

    pub fn from_word(word: &str) -> Option<TransferState> {
        TransferState::ALL.into_iter().find(|s| s.word() == word)
    }

    /// The state in a few words, for people.
    pub fn sentence(self) -> &'static str {
        match self {
            TransferState::Stored | TransferState::Priced | TransferState::Held => "being prepared",
            TransferState::Unaddressed => "waiting for staff, since nobody was found who could be asked for consent",
            TransferState::Asked => "waiting for the holder's consent",
            TransferState::Agreed | TransferState::Requesting => "on its way to the registry",
            TransferState::Waiting => "waiting for the losing registrar",
            TransferState::Withdrawing => "being withdrawn",
            TransferState::Arrived | TransferState::Charged => "being completed",
            TransferState::Completed => "completed",
            TransferState::Refused => "refused by the holder",
            TransferState::Rejected => "rejected",
            TransferState::Cancelled => "cancelled",
            TransferState::Lapsed => "lapsed, since nobody answered in time",
            TransferState::Leaving => "asked for by another registrar",
            TransferState::Answering => "being answered at the registry",
            TransferState::Offered => "waiting for the account that holds the name",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use {TransferEvent as E, TransferState as S};

    /// Every state with every event that changes it; all others change nothing.
    const STEPS: &[(S, E, S)] = &[
        (S::Stored, E::PriceFound, S::Priced),
        (S::Stored, E::CancelAsked, S::Cancelled),
        (S::Priced, E::PriceHeld, S::Held),
        (S::Priced, E::CancelAsked, S::Cancelled),
        (S::Held, E::HolderAsked, S::Asked),
        (S::Held, E::NobodyToAsk, S::Unaddressed),
        (S::Held, E::NobodyNeedsAsking, S::Agreed),
        (S::Held, E::CancelAsked, S::Cancelled),
        (S::Unaddressed, E::HolderAsked, S::Asked),
        (S::Unaddressed, E::HolderAgreed, S::Agreed),
        (S::Unaddressed, E::HolderRefused, S::Refused),
        (S::Unaddressed, E::TimePassed, S::Lapsed),
        (S::Unaddressed, E::CancelAsked, S::Cancelled),
        (S::Asked, E::HolderAsked, S::Asked),
        (S::Asked, E::HolderAgreed, S::Agreed),
        (S::Asked, E::HolderRefused, S::Refused),
        (S::Asked, E::TimePassed, S::Lapsed),
        (S::Asked, E::CancelAsked, S::Cancelled),
        (S::Agreed, E::Sent, S::Requesting),
        (S::Agreed, E::Rejected, S::Rejected),
        (S::Agreed, E::CancelAsked, S::Cancelled),
        (S::Requesting, E::Sent, S::Requesting),
        (S::Requesting, E::Pending, S::Waiting),
        (S::Requesting, E::Moved, S::Arrived),
        (S::Requesting, E::Rejected, S::Rejected),
        (S::Requesting, E::Cancelled, S::Cancelled),
        (S::Requesting, E::TimePassed, S::Lapsed),
        (S::Waiting, E::Pending, S::Waiting),
        (S::Waiting, E::Moved, S::Arrived),
        (S::Waiting, E::Rejected, S::Rejected),
        (S::Waiting, E::CancelAsked, S::Withdrawing),
        (S::Waiting, E::Cancelled, S::Cancelled),
        (S::Waiting, E::TimePassed, S::Lapsed),
        (S::Withdrawing, E::Pending, S::Withdrawing),
        (S::Withdrawing, E::CancelAsked, S::Withdrawing),
        (S::Withdrawing, E::Cancelled, S::Cancelled),
        (S::Withdrawing, E::Moved, S::Arrived),
        (S::Withdrawing, E::Rejected, S::Rejected),
        (S::Withdrawing, E::TimePassed, S::Lapsed),
        (S::Arrived, E::Moved, S::Arrived),
        (S::Arrived, E::PriceTaken, S::Charged),
        (S::Charged, E::Finished, S::Completed),
        (S::Leaving, E::AnswerSent, S::Answering),
        (S::Leaving, E::Moved, S::Completed),
        (S::Leaving, E::Rejected, S::Rejected),
        (S::Leaving, E::Cancelled, S::Cancelled),
        (S::Leaving, E::TimePassed, S::Lapsed),
        (S::Answering, E::AnswerFailed, S::Leaving),
        (S::Answering, E::Moved, S::Completed),
        (S::Answering, E::Rejected, S::Rejected),
        (S::Answering, E::Cancelled, S::Cancelled),
        (S::Answering, E::TimePassed, S::Lapsed),
        (S::Offered, E::Moved, S::Completed),
        (S::Offered, E::Rejected, S::Rejected),
        (S::Offered, E::Cancelled, S::Cancelled),
        (S::Offered, E::TimePassed, S::Lapsed),
    ];

    #[test]
    fn every_state_meets_every_event() {
        for state in S::ALL {
            for event in E::ALL {
                let expected = STEPS.iter().find(|(from, on, _)| *from == state && *on == event).map(|(_, _, to)| *to);
                assert_eq!(state.next(event), expected, "{state:?} on {event:?}");
            }
        }
    }

    #[test]
    fn ends_are_ends_and_every_open_state_can_end() {
        for state in S::ALL {
            assert_eq!(state.is_open(), E::ALL.iter().any(|event| state.next(*event).is_some()), "{state:?}");
            let mut reached = vec![state];
            let mut looked = 0;
            while looked < reached.len() {
                let from = reached[looked];
                looked += 1;
                for to in E::ALL.iter().filter_map(|event| from.next(*event)) {
                    if !reached.contains(&to) {
                        reached.push(to);
                    }
                }
            }
            assert!(reached.iter().any(|s| !s.is_open()), "{state:?} never ends");
        }
    }

    #[test]
    fn words_are_read_back() {
        assert!(S::ALL.iter().all(|s| S::from_word(s.word()) == Some(*s)));
        assert!(Direction::ALL.iter().all(|d| Direction::from_word(d.word()) == Some(*d)));
        assert!(Party::ALL.iter().all(|p| Party::from_word(p.word()) == Some(*p)));
    }
}
