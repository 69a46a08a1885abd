//! What the engine's values are called on this interface. Every match is exhaustive: a new value must be given its word here.

use engine::domain::{Condition, RowDetail};
use engine::order::OrderStanding;
use model::Months;
use model::domain::{Operation, Privacy};
use model::grant::GrantRole;
use model::lock::LockReason;
use model::order::OrderKind;
use model::policy::Item;
use model::transfer::TransferState;

/// The request that opened an order.
pub fn request_type(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::ContactCreate => "contact-create",
        OrderKind::DomainRegister => "domain-register",
        OrderKind::DomainRenew => "domain-renew",
        OrderKind::PrivacyOrder => "domain-privacy-order",
        // The one request that hands a name over is the deletion.
        OrderKind::DomainDelete | OrderKind::DomainPush => "domain-delete",
        OrderKind::DomainRestore => "domain-redeem",
        OrderKind::DomainSuspend => "domain-suspend",
        OrderKind::DomainModify => "domain-modify",
        OrderKind::DomainOwnerChange => "domain-owner-change",
        OrderKind::DomainLock => "domain-lock",
        OrderKind::DomainUnlock => "domain-unlock",
        OrderKind::PropertySet => "domain-set-property",
        OrderKind::ContactModify => "contact-modify",
        OrderKind::ContactDelete => "contact-delete",
        OrderKind::HostCreate => "ns-create",
        OrderKind::HostModify => "ns-modify",
        OrderKind::HostDelete => "ns-delete",
        OrderKind::DomainTransfer => "domain-transfer-in-reseller",
        OrderKind::TransferAnswer => "domain-transfer-answer",
        OrderKind::AuthCode => "domain-transfer-get-auth-id",
        OrderKind::HostedZonePut => "dns-zone-put",
    }
}

/// Joker's thirteen words for the states of a transfer (dmapi.md 8.13). It has one word for every bad end but the withdrawn one.
pub fn transfer_state(state: TransferState) -> &'static str {
    use TransferState as S;
    match state {
        S::Stored => "IN_DB",
        S::Priced => "PAYMENT_PREPARED",
        S::Held => "PAYMENT_ACQUIRED",
        S::Unaddressed => "PENDING_FOA_SENDING",
        S::Asked => "FOA_BEEN_SENT",
        S::Refused | S::Rejected | S::Lapsed => "FOA_NACK",
        S::Agreed => "FOA_ACK",
        S::Requesting => "REGISTRY_REQUEST_SENT",
        S::Waiting | S::Leaving | S::Answering | S::Offered => "REGISTRY_REQUEST_RECEIVED_NOW_WAITING",
        S::Withdrawing | S::Cancelled => "REGISTRY_CANCELATION_PENDING",
        S::Arrived => "DOMAIN_WITH_JOKER_PENDING_COMPLETE",
        S::Charged => "PAYMENT_COMMITTED",
        S::Completed => "TRANSFER_PROCESSED_SUCCESSFULLY",
    }
}

/// The part that an account has in a name (dmapi.md 8.14).
pub fn grant_role(role: GrantRole) -> &'static str {
    match role {
        GrantRole::Creator => "@creator",
        GrantRole::Admin => "@admin",
        GrantRole::Tech => "@tech",
        GrantRole::Billing => "@billing",
    }
}

/// The same as they are written in requests.
pub const GRANT_ROLES: &[(&str, GrantRole)] =
    &[("@creator", GrantRole::Creator), ("@admin", GrantRole::Admin), ("@tech", GrantRole::Tech), ("@billing", GrantRole::Billing)];

/// In result-retrieve, where any other word than `?` counts as final (dmapi.md 11).
pub fn completion(standing: OrderStanding) -> &'static str {
    match standing {
        OrderStanding::Pending => "?",
        OrderStanding::Succeeded => "ack",
        OrderStanding::Failed => "nack",
    }
}

/// In result-list, where the official modules look for `pending` (dmapi.md 11).
pub fn listed_standing(standing: OrderStanding) -> &'static str {
    match standing {
        OrderStanding::Pending => "pending",
        OrderStanding::Succeeded => "ack",
        OrderStanding::Failed => "nack",
    }
}

/// What result-list takes as `status`.
pub const STANDINGS: &[(&str, OrderStanding)] = &[
    ("ack", OrderStanding::Succeeded),
    ("nack", OrderStanding::Failed),
    ("?", OrderStanding::Pending),
    ("pending", OrderStanding::Pending),
];

/// The machine-readable line of a result's text.
pub fn request_state(standing: OrderStanding) -> &'static str {
    match standing {
        OrderStanding::Pending => "PENDING",
        OrderStanding::Succeeded => "SUCCESS",
        OrderStanding::Failed => "FAILED",
    }
}

/// What domain-check takes as `check-price`.
pub const PRICE_OPERATIONS: &[(&str, Operation)] =
    &[("create", Operation::Register), ("renew", Operation::Renew), ("transfer", Operation::Transfer), ("restore", Operation::Restore)];

/// The key of a price in domain-check.
pub fn price_key(operation: Operation) -> &'static str {
    match operation {
        Operation::Register => "domain-price-create",
        Operation::Renew => "domain-price-renew",
        Operation::Transfer => "domain-price-transfer",
        Operation::Restore => "domain-price-restore",
    }
}

/// What has a price, in a price list. A trade has no word there, and clients stop at words they do not know (dmapi.md 5.6).
pub fn priced_item(item: Item) -> Option<&'static str> {
    match item {
        Item::Register => Some("create"),
        Item::Renew => Some("renew"),
        Item::Transfer => Some("transfer"),
        Item::Restore => Some("rgp"),
        Item::Trustee => Some("trustee"),
        Item::PrivacyBasic => Some("privacy-basic"),
        Item::PrivacyPro => Some("privacy-pro"),
        Item::Trade => None,
    }
}

/// `5y`; a term of no whole years as `18m`.
pub fn period(months: Months) -> String {
    months.whole_years().map_or_else(|| format!("{}m", months.get()), |years| format!("{years}y"))
}

/// The level of privacy, as in a list's `privacy-origin`: only `off` is a word that clients know (dmapi.md 12.31).
pub fn privacy_origin(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Off => "off",
        Privacy::Basic | Privacy::Pro => "purchased",
    }
}

/// `domain.status` of query-whois: `lock` stands alone where nothing else applies, and never beside `production` (dmapi.md 5.4, 8.16). `expired` ends
/// with the deletion (12.29), after which the name is not in the DNS.
pub fn status(domain: &Condition) -> String {
    let held = domain.statuses.iter().any(|word| word.eq_ignore_ascii_case("clientHold") || word.eq_ignore_ascii_case("serverHold"));
    // A lock after an owner change and one for want of proof have words of their own.
    let new_owner = domain.locks.holds(LockReason::OwnerChange);
    let unproven = domain.locks.holds(LockReason::Verification);
    let words: Vec<&str> = [
        (!domain.locks.is_empty(), "lock"),
        (held || domain.deleted, "hold"),
        (domain.expired && !domain.deleted, "expired"),
        (new_owner, "transfer-prohibited-cor"),
        (unproven, "invalid-address"),
    ]
    .into_iter()
    .filter(|(is, _)| *is)
    .map(|(_, word)| word)
    .collect();
    if words.is_empty() { "production".to_owned() } else { words.join(",") }
}

/// `domain_status` of query-domain-list, which tells about renewal too.
pub fn listed_status(domain: &RowDetail) -> String {
    let status = status(&domain.condition);
    if domain.renews { format!("{status},autorenew") } else { status }
}
