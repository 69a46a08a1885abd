//! Changes of owner: the kinds there are, the states of one, and the one total function that says every legal step between them.
//!
//! Sources: ICANN Transfer Policy II (change of registrant), CentralNic's owner change (two approvals, fourteen days, a lock of sixty days).

use crate::Timestamp;
use crate::contact::ContactData;
use crate::policy::{OwnerChangeKind, Span};

/// What a change of owner takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A new registrant in an update; whoever asks answers for the owners' consent.
    Plain,
    /// The same, with the zone's fields given again for the new owner (.kr: the certificate).
    WithFields,
    /// ICANN's change of registrant: both owners consent, or an agent does for them; then the name is locked against transfer.
    Icann,
    /// A trade at the registry, with its price where it has one.
    Trade,
    /// A trade that both owners must confirm by mail (.at, .se).
    TradeConfirmed,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Plain, Kind::WithFields, Kind::Icann, Kind::Trade, Kind::TradeConfirmed];

    /// The kind that a zone's policy asks for; `None` where it takes paper or begins a new term, which nobody here does.
    pub fn of(policy: OwnerChangeKind) -> Option<Kind> {
        match policy {
            OwnerChangeKind::Update => Some(Kind::Plain),
            // Kept by the reseller, who is bound by contract to have it in writing before asking.
            OwnerChangeKind::UpdateWithConfirmation => Some(Kind::Plain),
            OwnerChangeKind::UpdateWithFields => Some(Kind::WithFields),
            OwnerChangeKind::Irtp => Some(Kind::Icann),
            OwnerChangeKind::TradeFree | OwnerChangeKind::TradePaid => Some(Kind::Trade),
            OwnerChangeKind::TradeConfirmed => Some(Kind::TradeConfirmed),
            OwnerChangeKind::TradeResetsTerm | OwnerChangeKind::TradeOnPaper => None,
        }
    }

    /// Whether both owners, or an agent for them, must have said yes.
    pub fn needs_consent(self) -> bool {
        match self {
            Kind::Icann | Kind::TradeConfirmed => true,
            Kind::Plain | Kind::WithFields | Kind::Trade => false,
        }
    }

    /// Whether it is a trade: asked for as such, with a price of its own.
    pub fn is_trade(self) -> bool {
        match self {
            Kind::Trade | Kind::TradeConfirmed => true,
            Kind::Plain | Kind::WithFields | Kind::Icann => false,
        }
    }

    /// Whether an agent may speak for the owners. A trade's two confirmations are their own.
    pub fn takes_agent(self) -> bool {
        self != Kind::TradeConfirmed
    }

    /// How long both owners have to answer: CentralNic's owner change fourteen days, its trades ten.
    pub fn answer_days(self) -> i64 {
        if self == Kind::TradeConfirmed { 10 } else { 14 }
    }

    pub fn word(self) -> &'static str {
        match self {
            Kind::Plain => "plain",
            Kind::WithFields => "with-fields",
            Kind::Icann => "icann",
            Kind::Trade => "trade",
            Kind::TradeConfirmed => "trade-confirmed",
        }
    }

    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// Who says yes for the owners.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// They do, each by the link of a mail (form of authorization).
    Foa,
    /// The reseller as their designated agent: done at once, and both are told.
    Agent,
}

impl Mode {
    pub const ALL: [Mode; 2] = [Mode::Foa, Mode::Agent];

    pub fn word(self) -> &'static str {
        match self {
            Mode::Foa => "foa",
            Mode::Agent => "agent",
        }
    }

    pub fn from_word(word: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|m| m.word() == word)
    }
}

/// One of the two who are asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// The owner so far.
    Losing,
    /// The owner to be.
    Gaining,
}

impl Side {
    pub const ALL: [Side; 2] = [Side::Losing, Side::Gaining];

    pub fn word(self) -> &'static str {
        match self {
            Side::Losing => "losing",
            Side::Gaining => "gaining",
        }
    }
}

/// Where a change of owner stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OwnerChangeState {
    /// Neither side has answered.
    Requested,
    /// The present owner agreed; the new one has not answered.
    LosingApproved,
    /// The new owner agreed; the present one has not answered.
    GainingApproved,
    /// Agreed; the registry is being told.
    CarryingOut,
    /// Done: the good end.
    Succeeded,
    /// The present owner said no.
    LosingDenied,
    /// The new owner said no.
    GainingDenied,
    /// Whoever asked for it took it back.
    Cancelled,
    /// Not both answered in time.
    Expired,
    /// It could not be carried out: the registry refused, or the name or a contact was not there any more.
    Failed,
}

/// What happened to a change of owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OwnerChangeEvent {
    Approved(Side),
    Denied(Side),
    /// Nobody needs to be asked, or a designated agent spoke for both.
    AgentApproved,
    Cancelled,
    /// Fourteen days are over.
    TimePassed,
    /// The registry has it.
    CarriedOut,
    /// It cannot be done.
    Refused,
}

impl OwnerChangeEvent {
    pub const ALL: [OwnerChangeEvent; 9] = [
        OwnerChangeEvent::Approved(Side::Losing),
        OwnerChangeEvent::Approved(Side::Gaining),
        OwnerChangeEvent::Denied(Side::Losing),
        OwnerChangeEvent::Denied(Side::Gaining),
        OwnerChangeEvent::AgentApproved,
        OwnerChangeEvent::Cancelled,
        OwnerChangeEvent::TimePassed,
        OwnerChangeEvent::CarriedOut,
        OwnerChangeEvent::Refused,
    ];
}

impl OwnerChangeState {
    pub const ALL: [OwnerChangeState; 10] = [
        OwnerChangeState::Requested,
        OwnerChangeState::LosingApproved,
        OwnerChangeState::GainingApproved,
        OwnerChangeState::CarryingOut,
        OwnerChangeState::Succeeded,
        OwnerChangeState::LosingDenied,
        OwnerChangeState::GainingDenied,
        OwnerChangeState::Cancelled,
        OwnerChangeState::Expired,
        OwnerChangeState::Failed,
    ];

    /// The next state, or `None` if the event cannot happen in this state: it then changes nothing. Either no ends it.
    pub fn next(self, event: OwnerChangeEvent) -> Option<OwnerChangeState> {
        use {OwnerChangeEvent as E, OwnerChangeState as S, Side::*};
        match (self, event) {
            (S::Requested, E::Approved(Losing)) => Some(S::LosingApproved),
            (S::Requested, E::Approved(Gaining)) => Some(S::GainingApproved),
            (S::LosingApproved, E::Approved(Gaining)) | (S::GainingApproved, E::Approved(Losing)) => Some(S::CarryingOut),
            (S::Requested, E::AgentApproved) => Some(S::CarryingOut),
            // Who has agreed has answered: the link is spent.
            (S::Requested | S::GainingApproved, E::Denied(Losing)) => Some(S::LosingDenied),
            (S::Requested | S::LosingApproved, E::Denied(Gaining)) => Some(S::GainingDenied),
            (S::Requested | S::LosingApproved | S::GainingApproved, E::Cancelled) => Some(S::Cancelled),
            (S::Requested | S::LosingApproved | S::GainingApproved, E::TimePassed) => Some(S::Expired),
            (S::CarryingOut, E::CarriedOut) => Some(S::Succeeded),
            (S::Requested | S::LosingApproved | S::GainingApproved | S::CarryingOut, E::Refused) => Some(S::Failed),
            (S::Requested | S::LosingApproved | S::GainingApproved | S::CarryingOut, _) => None,
            (S::Succeeded | S::LosingDenied | S::GainingDenied | S::Cancelled | S::Expired | S::Failed, _) => None,
        }
    }

    /// Whether this side is still to answer.
    pub fn waits_for(self, side: Side) -> bool {
        match (self, side) {
            (OwnerChangeState::Requested, _) => true,
            (OwnerChangeState::LosingApproved, Side::Gaining) | (OwnerChangeState::GainingApproved, Side::Losing) => true,
            (OwnerChangeState::LosingApproved, Side::Losing) | (OwnerChangeState::GainingApproved, Side::Gaining) => false,
            (
                OwnerChangeState::CarryingOut
                | OwnerChangeState::Succeeded
                | OwnerChangeState::LosingDenied
                | OwnerChangeState::GainingDenied
                | OwnerChangeState::Cancelled
                | OwnerChangeState::Expired
                | OwnerChangeState::Failed,
                _,
            ) => false,
        }
    }

    /// Whether somebody is still to answer.
    pub fn is_waiting(self) -> bool {
        Side::ALL.into_iter().any(|side| self.waits_for(side))
    }

    pub fn is_open(self) -> bool {
        self.is_waiting() || self == OwnerChangeState::CarryingOut
    }

    /// The word under which the store keeps it.
    pub fn word(self) -> &'static str {
        match self {
            OwnerChangeState::Requested => "requested",
            OwnerChangeState::LosingApproved => "losing-approved",
            OwnerChangeState::GainingApproved => "gaining-approved",
            OwnerChangeState::CarryingOut => "carrying-out",
            OwnerChangeState::Succeeded => "succeeded",
            OwnerChangeState::LosingDenied => "losing-denied",
            OwnerChangeState::GainingDenied => "gaining-denied",
            OwnerChangeState::Cancelled => "cancelled",
            OwnerChangeState::Expired => "expired",
            OwnerChangeState::Failed => "failed",
        }
    }

    pub fn from_word(word: &str) -> Option<OwnerChangeState> {
        OwnerChangeState::ALL.into_iter().find(|s| s.word() == word)
    }

    /// The state in a few words, for people.
    pub fn sentence(self) -> &'static str {
        match self {
            OwnerChangeState::Requested => "waiting for the consent of both owners",
            OwnerChangeState::LosingApproved => "waiting for the new owner's consent",
            OwnerChangeState::GainingApproved => "waiting for the present owner's consent",
            OwnerChangeState::CarryingOut => "being carried out",
            OwnerChangeState::Succeeded => "completed",
            OwnerChangeState::LosingDenied => "refused by the present owner",
            OwnerChangeState::GainingDenied => "refused by the new owner",
            OwnerChangeState::Cancelled => "cancelled",
            OwnerChangeState::Expired => "expired, since not both owners answered in time",
            OwnerChangeState::Failed => "failed",
        }
    }
}

/// ICANN Transfer Policy II.A.1.1 and CentralNic: first, middle and last name, organization and e-mail make a registrant another one. The
/// case of an address says nothing.
pub fn is_material(before: &ContactData, after: &ContactData) -> bool {
    before.first_name != after.first_name
        || before.middle_name != after.middle_name
        || before.last_name != after.last_name
        || before.organization != after.organization
        || !before.email.eq_ignore_ascii_case(&after.email)
}

/// Until when a name stays locked after a change of owner at `now`, where the zone's lock lasts for `span` and one may be running already. An
/// agent's change starts it anew, one that the owners consented to leaves a running one as it is (CentralNic); who declined it gets no new one.
pub fn lock_until(mode: Mode, declined: bool, running: Option<Timestamp>, now: Timestamp, span: Span) -> Option<Timestamp> {
    let running = running.filter(|until| *until > now);
    match (mode, declined, running) {
        (_, true, running) => running,
        (Mode::Foa, false, Some(running)) => Some(running),
        (Mode::Foa, false, None) | (Mode::Agent, false, _) => Some(span.after(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use {OwnerChangeEvent as E, OwnerChangeState as S, Side::*};

    /// Every state with every event that changes it; all others change nothing.
    const STEPS: &[(S, E, S)] = &[
        (S::Requested, E::Approved(Losing), S::LosingApproved),
        (S::Requested, E::Approved(Gaining), S::GainingApproved),
        (S::Requested, E::Denied(Losing), S::LosingDenied),
        (S::Requested, E::Denied(Gaining), S::GainingDenied),
        (S::Requested, E::AgentApproved, S::CarryingOut),
        (S::Requested, E::Cancelled, S::Cancelled),
        (S::Requested, E::TimePassed, S::Expired),
        (S::Requested, E::Refused, S::Failed),
        (S::LosingApproved, E::Approved(Gaining), S::CarryingOut),
        (S::LosingApproved, E::Denied(Gaining), S::GainingDenied),
        (S::LosingApproved, E::Cancelled, S::Cancelled),
        (S::LosingApproved, E::TimePassed, S::Expired),
        (S::LosingApproved, E::Refused, S::Failed),
        (S::GainingApproved, E::Approved(Losing), S::CarryingOut),
        (S::GainingApproved, E::Denied(Losing), S::LosingDenied),
        (S::GainingApproved, E::Cancelled, S::Cancelled),
        (S::GainingApproved, E::TimePassed, S::Expired),
        (S::GainingApproved, E::Refused, S::Failed),
        (S::CarryingOut, E::CarriedOut, S::Succeeded),
        (S::CarryingOut, E::Refused, S::Failed),
    ];

    #[test]
    fn every_state_meets_every_event() {
        for state in S::ALL {
            for event in E::ALL {
                let expected = STEPS.iter().find(|(from, on, _)| *from == state && *on == event).map(|(_, _, to)| *to);
                assert_eq!(state.next(event), expected, "{state:?} on {event:?}");
            }
            assert_eq!(state.is_open(), E::ALL.iter().any(|event| state.next(*event).is_some()), "{state:?}");
            for side in Side::ALL {
                assert_eq!(state.waits_for(side), state.next(E::Approved(side)).is_some(), "{state:?} {side:?}");
                assert_eq!(state.waits_for(side), state.next(E::Denied(side)).is_some(), "{state:?} {side:?}");
            }
        }
    }

    #[test]
    fn nothing_is_carried_out_without_both_or_an_agent() {
        for from in S::ALL {
            for event in E::ALL.into_iter().filter(|event| from.next(*event) == Some(S::CarryingOut)) {
                let both = from == S::LosingApproved && event == E::Approved(Gaining)
                    || from == S::GainingApproved && event == E::Approved(Losing)
                    || from == S::Requested && event == E::AgentApproved;
                assert!(both, "{from:?} {event:?}");
            }
            assert_eq!(from.next(E::CarriedOut), (from == S::CarryingOut).then_some(S::Succeeded));
        }
    }

    #[test]
    fn words_are_read_back() {
        assert!(S::ALL.iter().all(|s| S::from_word(s.word()) == Some(*s)));
        assert!(Kind::ALL.iter().all(|k| Kind::from_word(k.word()) == Some(*k)));
        assert!(Mode::ALL.iter().all(|m| Mode::from_word(m.word()) == Some(*m)));
    }

    #[test]
    fn the_lock_follows_mode_wish_and_the_one_that_runs() {
        let now = Timestamp::from_seconds(1_900_000_000);
        let (span, full) = (Span::days(60), now.plus_days(60));
        let (running, over) = (now.plus_days(7), now.plus_days(-1));
        for (mode, declined, before, expected) in [
            (Mode::Foa, false, None, Some(full)),
            (Mode::Foa, false, Some(running), Some(running)),
            (Mode::Foa, false, Some(over), Some(full)),
            (Mode::Foa, true, None, None),
            (Mode::Foa, true, Some(running), Some(running)),
            (Mode::Foa, true, Some(over), None),
            (Mode::Agent, false, None, Some(full)),
            (Mode::Agent, false, Some(running), Some(full)),
            (Mode::Agent, true, None, None),
            (Mode::Agent, true, Some(running), Some(running)),
        ] {
            assert_eq!(lock_until(mode, declined, before, now, span), expected, "{mode:?} {declined} {before:?}");
        }
    }

    #[test]
    fn zones_say_what_a_change_takes() {
        let set = crate::policy::ZoneSet::embedded().unwrap();
        for (zone, kind) in [
            ("com", Some(Kind::Icann)),
            ("org", Some(Kind::Icann)),
            ("or.kr", Some(Kind::WithFields)),
            ("kr", Some(Kind::WithFields)),
            ("de", Some(Kind::Plain)),
            ("co.kr", Some(Kind::Trade)),
            ("at", Some(Kind::TradeConfirmed)),
        ] {
            assert_eq!(Kind::of(set.get(zone).unwrap().owner_change.kind), kind, "{zone}");
        }
        assert!(Kind::ALL.into_iter().filter(|k| k.needs_consent()).eq([Kind::Icann, Kind::TradeConfirmed]));
        assert!([OwnerChangeKind::TradeOnPaper, OwnerChangeKind::TradeResetsTerm].into_iter().all(|kind| Kind::of(kind).is_none()));
    }
}
