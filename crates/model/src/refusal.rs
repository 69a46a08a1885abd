//! The one domain error: why a wish was not granted, with data and without codes or wire words.

use crate::{Access, DomainName, FieldProblem, Money, Timestamp, Year};

/// Why a request was refused. Nothing was changed and nothing charged.
///
/// Each dialect maps every variant to its own code in its `codes.rs`, by a match without wildcard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Login and password do not belong together, or there is no such login: the caller cannot tell which.
    CredentialsWrong,
    /// No such API key, or it was revoked.
    KeyWrong,
    /// No session of that id, or it has ended.
    SessionUnknown,
    /// Too many sessions or wrong attempts; try again later.
    TooManyAttempts { wait_seconds: u32 },
    /// The account is closed or suspended.
    AccountSuspended,
    /// The key or session may not do this.
    AccessDenied { access: Access },
    /// The key is right, but may not be used from this address.
    AddressDenied { from: String },
    /// There is no request of that name.
    RequestUnknown,
    /// Fields are missing or wrong: all of them at once.
    Fields(Vec<FieldProblem>),
    /// No zone that we sell holds this name.
    ZoneNotSold { name: String },
    /// The zone takes no new registrations now.
    ZoneClosed { zone: String, reason: String },
    /// The name is taken, reserved or blocked.
    DomainUnavailable { name: DomainName, reason: String },
    /// No such domain in this account (it may exist elsewhere: that is not told).
    DomainUnknown { name: String },
    /// No such contact in this account.
    ContactUnknown,
    /// No such host object in this account.
    HostUnknown,
    /// Other objects still need it.
    InUse { by: String },
    /// Another order for this contact or host is still on its way.
    ObjectBusy { object: String },
    /// No such order in this account.
    OrderUnknown,
    /// No such event in this account, or it was acknowledged and history was not asked for.
    EventUnknown,
    /// No such webhook in this account.
    WebhookUnknown,
    /// The same key was used for another request within a day.
    KeyReused,
    /// The authorization code does not open the name.
    AuthInfoWrong,
    /// The name cannot be transferred now, or at all.
    NotTransferable { reason: String },
    /// The account has no part in a transfer of this name.
    TransferUnknown { name: String },
    /// Neither a name nor a contact of that name in this account is under a change of owner, or ever was.
    OwnerChangeUnknown { object: String },
    /// The account has no part in a name of which this would be the hosted zone.
    HostedZoneUnknown { name: String },
    /// Something the account has no right to touch (a sub-account that is not its own).
    NotYours,
    /// The object exists already.
    AlreadyExists,
    /// A status of the object forbids the operation.
    StatusForbids { status: String },
    /// Another order for this name is still on its way.
    NameBusy { name: DomainName },
    /// The last renewal was too recent. DMAPI domain-renew: once per 6 hours; .or.kr: not within five days.
    RenewedTooSoon { interval_seconds: i64, allowed_from: Timestamp },
    /// The caller's idea of the present expiry year is out of date, so the renewal would be a second one.
    TermMismatch { given: Year, actual: Year },
    /// The term would reach too far into the future.
    TermTooLong { years_max: u16 },
    /// The zone renews by itself only, never on request.
    RenewalNotExplicit { zone: String },
    /// The price is above what the caller will pay.
    PriceAboveLimit { price: Money, limit: Money },
    /// The name is not of standard price, and no price limit was given.
    PriceLimitRequired { price: Money },
    /// The caller named an amount that is not the price.
    PriceMismatch { price: Money, given: Money },
    /// The balance does not reach.
    FundsShort { needed: Money, available: Money },
    /// The zone or registry does not do that.
    NotSupported { what: String },
    /// None of the names that were meant could be changed: the first of them, each with its reason, and how many more there are.
    NoneChanged { names: Vec<(DomainName, Refusal)>, more: usize },
    /// The server has as much of this kind of work as it takes; try again in a moment.
    Busy,
}

impl Refusal {
    /// A refusal of one field.
    pub fn field(problem: FieldProblem) -> Refusal {
        Refusal::Fields(vec![problem])
    }
}
