//! Orders: what was accepted, how it may move, and how it ends. One total function says every legal step.

/// What an order asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderKind {
    ContactCreate,
    DomainRegister,
    DomainRenew,
    PrivacyOrder,
    DomainDelete,
    DomainRestore,
    /// Handed to the registry.
    DomainPush,
    /// Resolution interrupted or resumed at the end of a term; only the agenda opens these.
    DomainSuspend,
    DomainModify,
    /// A new registrant.
    DomainOwnerChange,
    DomainLock,
    DomainUnlock,
    PropertySet,
    ContactModify,
    ContactDelete,
    HostCreate,
    HostModify,
    HostDelete,
    DomainTransfer,
    /// Our yes or no to another registrar's request.
    TransferAnswer,
    AuthCode,
    /// A hosted zone written anew; done at once.
    HostedZonePut,
}

impl OrderKind {
    pub const ALL: [OrderKind; 22] = [
        OrderKind::ContactCreate,
        OrderKind::DomainRegister,
        OrderKind::DomainRenew,
        OrderKind::PrivacyOrder,
        OrderKind::DomainDelete,
        OrderKind::DomainRestore,
        OrderKind::DomainPush,
        OrderKind::DomainSuspend,
        OrderKind::DomainModify,
        OrderKind::DomainOwnerChange,
        OrderKind::DomainLock,
        OrderKind::DomainUnlock,
        OrderKind::PropertySet,
        OrderKind::ContactModify,
        OrderKind::ContactDelete,
        OrderKind::HostCreate,
        OrderKind::HostModify,
        OrderKind::HostDelete,
        OrderKind::DomainTransfer,
        OrderKind::TransferAnswer,
        OrderKind::AuthCode,
        OrderKind::HostedZonePut,
    ];

    pub fn word(self) -> &'static str {
        match self {
            OrderKind::ContactCreate => "contact-create",
            OrderKind::DomainRegister => "domain-register",
            OrderKind::DomainRenew => "domain-renew",
            OrderKind::PrivacyOrder => "domain-privacy-order",
            OrderKind::DomainDelete => "domain-delete",
            OrderKind::DomainRestore => "domain-redeem",
            OrderKind::DomainPush => "domain-push",
            OrderKind::DomainSuspend => "domain-suspend",
            OrderKind::DomainModify => "domain-modify",
            OrderKind::DomainOwnerChange => "domain-owner-change",
            OrderKind::DomainLock => "domain-lock",
            OrderKind::DomainUnlock => "domain-unlock",
            OrderKind::PropertySet => "domain-set-property",
            OrderKind::ContactModify => "contact-modify",
            OrderKind::ContactDelete => "contact-delete",
            OrderKind::HostCreate => "host-create",
            OrderKind::HostModify => "host-modify",
            OrderKind::HostDelete => "host-delete",
            OrderKind::DomainTransfer => "domain-transfer-in-reseller",
            OrderKind::TransferAnswer => "domain-transfer-answer",
            OrderKind::AuthCode => "domain-transfer-get-auth-id",
            OrderKind::HostedZonePut => "dns-zone-put",
        }
    }

    pub fn from_word(word: &str) -> Option<OrderKind> {
        OrderKind::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderState {
    /// Accepted and held for; a runner sends it now or after a wait. The registry has not been asked yet, or is being asked.
    Sending,
    /// The registry took it (1001) and will tell by poll message.
    AtRegistry,
    /// It was sent and no answer that counts came: it is asked about, never sent again blindly.
    Unknown,
    /// The registry confirmed; charged.
    Succeeded,
    /// Refused for good; nothing charged.
    Failed,
}

/// Where an order stands, for its owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderStanding {
    Pending,
    Succeeded,
    Failed,
}

impl OrderStanding {
    pub const ALL: [OrderStanding; 3] = [OrderStanding::Pending, OrderStanding::Succeeded, OrderStanding::Failed];

    pub fn word(self) -> &'static str {
        match self {
            OrderStanding::Pending => "pending",
            OrderStanding::Succeeded => "succeeded",
            OrderStanding::Failed => "failed",
        }
    }

    pub fn from_word(word: &str) -> Option<OrderStanding> {
        OrderStanding::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// What happened to an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderEvent {
    /// The registry confirmed, or asking showed that it was done by us.
    Confirmed,
    /// The registry refused, or asking showed that it was not done and will not be.
    Refused,
    /// The registry will answer later.
    Deferred,
    /// The answer was lost, late, garbled or another's; or the sender died.
    AnswerLost,
    /// Asking showed that it was certainly not done: it may be sent again.
    NotDone,
}

impl OrderState {
    pub const ALL: [OrderState; 5] =
        [OrderState::Sending, OrderState::AtRegistry, OrderState::Unknown, OrderState::Succeeded, OrderState::Failed];

    /// The next state, or `None` if the event cannot happen in this state: it is then ignored and alarmed, and changes nothing.
    pub fn next(self, event: OrderEvent) -> Option<OrderState> {
        use {OrderEvent as E, OrderState as S};
        match (self, event) {
            (S::Sending | S::AtRegistry | S::Unknown, E::Confirmed) => Some(S::Succeeded),
            (S::Sending | S::AtRegistry | S::Unknown, E::Refused) => Some(S::Failed),
            (S::Sending | S::Unknown, E::Deferred) => Some(S::AtRegistry),
            (S::Sending | S::Unknown, E::AnswerLost) => Some(S::Unknown),
            (S::Sending | S::Unknown, E::NotDone) => Some(S::Sending),
            (S::AtRegistry, E::Deferred) => Some(S::AtRegistry),
            (S::AtRegistry, E::AnswerLost | E::NotDone) => None,
            (S::Succeeded | S::Failed, _) => None,
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, OrderState::Sending | OrderState::AtRegistry | OrderState::Unknown)
    }

    pub fn standing(self) -> OrderStanding {
        match self {
            OrderState::Sending | OrderState::AtRegistry | OrderState::Unknown => OrderStanding::Pending,
            OrderState::Succeeded => OrderStanding::Succeeded,
            OrderState::Failed => OrderStanding::Failed,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            OrderState::Sending => "sending",
            OrderState::AtRegistry => "at-registry",
            OrderState::Unknown => "unknown",
            OrderState::Succeeded => "succeeded",
            OrderState::Failed => "failed",
        }
    }

    pub fn from_word(word: &str) -> Option<OrderState> {
        OrderState::ALL.into_iter().find(|s| s.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_ends() {
        let events = [OrderEvent::Confirmed, OrderEvent::Refused, OrderEvent::Deferred, OrderEvent::AnswerLost, OrderEvent::NotDone];
        for end in [OrderState::Succeeded, OrderState::Failed] {
            assert!(events.iter().all(|e| end.next(*e).is_none()));
        }
        for open in OrderState::ALL.into_iter().filter(|s| s.is_open()) {
            assert_eq!(open.next(OrderEvent::Confirmed), Some(OrderState::Succeeded));
            assert_eq!(open.next(OrderEvent::Refused), Some(OrderState::Failed));
        }
    }

    #[test]
    fn a_lost_answer_is_neither_yes_nor_no() {
        assert_eq!(OrderState::Sending.next(OrderEvent::AnswerLost), Some(OrderState::Unknown));
        assert_eq!(OrderState::Unknown.next(OrderEvent::NotDone), Some(OrderState::Sending));
    }
}
