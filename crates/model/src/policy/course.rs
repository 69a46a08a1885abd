//! The parts of a policy that say what can happen to a name: register, renew, transfer, restore, delete, and how it ends.
//!
//! Each default is argued in `zones/README.md`; keep both in step.

use super::value::{Period, Periods, Span, instant, span_or_never};
use crate::Timestamp;
use crate::domain::{RenewalMode, Role};
use serde::{Deserialize, Deserializer, de::Error as _};

fn one_year() -> Period {
    Period(crate::Months::from_years(1).expect("one year is within the range of Months"))
}

/// How long a name can be registered for.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Register {
    pub periods: Periods,
    /// Taken where the caller names no period.
    pub default: Period,
    /// Whether the caller must name a period.
    pub period_required: bool,
}

impl Default for Register {
    fn default() -> Self {
        Register { periods: Periods::default(), default: one_year(), period_required: false }
    }
}

/// How and for how long a name can be renewed.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Renew {
    pub periods: Periods,
    pub default: Period,
    /// Whether a renewal can be asked for, rather than only happening by itself.
    pub explicit: bool,
    /// A renewal that is asked for within this span after the last successful one is refused, by any channel.
    pub interval_min: Span,
    /// What may be set to happen at the end of the term.
    #[serde(deserialize_with = "modes")]
    pub modes: Vec<RenewalMode>,
}

impl Default for Renew {
    fn default() -> Self {
        Renew {
            periods: Periods::default(),
            default: one_year(),
            explicit: true,
            interval_min: Span::ZERO,
            modes: vec![
                RenewalMode::AutoRenew,
                RenewalMode::AutoDelete,
                RenewalMode::AutoExpire,
                RenewalMode::RenewOnce,
                RenewalMode::RenewOnceThenAutoExpire,
                RenewalMode::RenewOnceThenAutoDelete,
            ],
        }
    }
}

fn modes<'de, D: Deserializer<'de>>(de: D) -> Result<Vec<RenewalMode>, D::Error> {
    let words = Vec::<String>::deserialize(de)?;
    let mode = |word: &String| RenewalMode::from_word(word).ok_or_else(|| D::Error::custom(format!("`{word}` is not a renewal mode")));
    words.iter().map(mode).collect()
}

/// How a name comes here from another registrar.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Transfer {
    pub kind: TransferKind,
    /// What a transfer may add to the term; none where it adds nothing.
    pub periods: Periods,
    pub default: Period,
    /// Whether the term starts anew at the transfer instead of growing (CentralNic `R1Y`).
    pub resets_term: bool,
    /// Whether we mail a form of authorization (FOA) to the holder before asking the registry.
    pub foa: bool,
    /// Whether the losing side, being us, must have the holder's consent by mail before the registry is told yes.
    pub losing_consent_required: bool,
    /// Without an answer the registry lets the transfer happen after this span; zero where it happens at once, none (written `never`) where
    /// silence decides nothing.
    #[serde(deserialize_with = "span_or_never")]
    pub completes_after: Option<Span>,
    /// Where the losing side sets our tag (`push-by-tag`): so long a request waits for that; zero elsewhere.
    pub push_within: Span,
    /// Roles whose contacts may be given with the request.
    #[serde(deserialize_with = "roles")]
    pub contacts: Vec<Role>,
    /// Roles whose contacts must be given with the request.
    #[serde(deserialize_with = "roles")]
    pub contacts_required: Vec<Role>,
}

impl Default for Transfer {
    fn default() -> Self {
        Transfer {
            kind: TransferKind::AuthCodeThenTimeout,
            periods: Periods::new(vec![one_year().0]),
            default: one_year(),
            resets_term: false,
            foa: true,
            losing_consent_required: false,
            completes_after: Some(Span::days(5)),
            push_within: Span::ZERO,
            contacts: Role::ALL.to_vec(),
            contacts_required: Vec::new(),
        }
    }
}

fn roles<'de, D: Deserializer<'de>>(de: D) -> Result<Vec<Role>, D::Error> {
    let words = Vec::<String>::deserialize(de)?;
    let role = |word: &String| match word.as_str() {
        "owner" => Ok(Role::Registrant),
        "admin" => Ok(Role::Admin),
        "tech" => Ok(Role::Tech),
        "billing" => Ok(Role::Billing),
        _ => Err(D::Error::custom(format!("`{word}` is not a role: owner, admin, tech, billing"))),
    };
    words.iter().map(role).collect()
}

/// How a transfer between registrars is settled (CentralNic's kinds; transfers between accounts of this registrar never reach the registry).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferKind {
    /// Auth code; the registry tells the loser; silence completes it (gTLDs).
    #[default]
    AuthCodeThenTimeout,
    /// Our own confirmation mail first, then as above (.ae).
    ConfirmedThenAuthCode,
    /// Auth code, and it is done (.de).
    AuthCodeInstant,
    /// The losing side pushes the name to our tag (.uk).
    PushByTag,
    /// The registry mails the holder, who decides (.au; .at and .be on request).
    RegistryMailsHolder,
    /// The losing registrar mails the holder, who must confirm (.or.kr).
    LoserMailsHolder,
    /// The loser approves by hand (.jp).
    LoserByHand,
    /// People at the registry do it (.한국).
    Manual,
    /// Transfer and owner change in one (.it, .eu).
    WithOwnerChange,
    /// Never possible.
    Declined,
}

/// Bringing a deleted name back.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Restore {
    /// Whether it is possible at all.
    pub offered: bool,
    /// Whether the restored name is renewed at once where its term is over.
    pub renews: bool,
}

/// Giving a name up.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Delete {
    /// Whether a deletion can be asked for.
    pub offered: bool,
    /// The registration fee comes back for a name deleted within this span after its registration; zero is never.
    pub refund_within: Span,
}

impl Default for Delete {
    fn default() -> Self {
        Delete { offered: true, refund_within: Span::ZERO }
    }
}

/// Letting a name go otherwise than by deletion or at another registrar's request.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Push {
    /// The target word (CentralNic PushDomain) that hands a name to the registry, which then deals with its holder itself: `TRANSIT` of .de,
    /// `REGISTRY` of .at. None where the registry takes no names back.
    pub registry: Option<String>,
    /// Whether any other target is the tag of a registrar, to whom the name then goes (.uk).
    pub tags: bool,
    /// Whether a name in mode autoexpire is handed to the registry at its end, instead of being deleted.
    pub at_end: bool,
}

/// What happens to a name over time.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lifecycle {
    /// After registration: the registry takes the name back with credit.
    pub add_grace: Span,
    /// After a renewal that was asked for.
    pub renew_grace: Span,
    /// After a transfer.
    pub transfer_grace: Span,
    /// After the registry's own renewal at expiry; zero where the registry does not renew by itself.
    pub auto_renew_grace: Span,
    /// From registry expiry to the instant at which we renew or let go ("deletion timeframe"); negative is before it.
    pub renewal_date_offset: Span,
    /// Before the deletion, this long without resolution (ERRP).
    pub suspension: Span,
    /// After deletion: still restorable.
    pub redemption: Span,
    /// Then: neither usable nor restorable.
    pub pending_delete: Span,
    pub end_of_life: EndOfLife,
}

/// What a name goes through after its deletion.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndOfLife {
    /// Redemption, pending delete, free (RFC 3915).
    #[default]
    Redemption,
    /// Pending delete, free: nobody can bring it back.
    PendingDelete,
    /// Free at once.
    Immediate,
    /// The registry takes it over and deals with the holder itself.
    Registry,
}

/// The secret that proves the right to transfer.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AuthCode {
    /// Whether a transfer in needs one.
    pub required: bool,
    pub min_length: usize,
    pub max_length: usize,
    /// How long one stays good; none where it does until it is replaced.
    pub lifetime: Option<Span>,
}

impl Default for AuthCode {
    fn default() -> Self {
        AuthCode { required: true, min_length: 8, max_length: 32, lifetime: None }
    }
}

/// How a name gets another registrant.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnerChange {
    pub kind: OwnerChangeKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerChangeKind {
    /// A new registrant in an update.
    #[default]
    Update,
    /// An update that must carry the zone's fields again (.kr).
    UpdateWithFields,
    /// An update under ICANN's change of registrant: both sides consent, then a transfer lock.
    Irtp,
    /// An update with a confirmation in writing (.de).
    UpdateWithConfirmation,
    /// A trade at the registry, free of charge.
    TradeFree,
    /// A trade that costs.
    TradePaid,
    /// A trade that starts a new term.
    TradeResetsTerm,
    /// A trade that both sides confirm by mail (.at, .se).
    TradeConfirmed,
    /// A trade on paper (.pt, .hk).
    TradeOnPaper,
}

impl OwnerChangeKind {
    /// Whether the registry's trade procedure is used (CentralNic TradeDomain).
    pub fn is_trade(self) -> bool {
        match self {
            OwnerChangeKind::TradeFree
            | OwnerChangeKind::TradePaid
            | OwnerChangeKind::TradeResetsTerm
            | OwnerChangeKind::TradeConfirmed
            | OwnerChangeKind::TradeOnPaper => true,
            OwnerChangeKind::Update
            | OwnerChangeKind::UpdateWithFields
            | OwnerChangeKind::Irtp
            | OwnerChangeKind::UpdateWithConfirmation => false,
        }
    }
}

/// Whether and until when the registrant's mail address must be proven after a registration, a transfer in or an owner change.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Verification {
    /// So long after the event; zero where no proof is asked for.
    pub within: Span,
    pub then: Unverified,
}

/// What becomes of a name whose registrant's address was not proven in time. It is locked against transfer in any case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unverified {
    /// It resolves no more (`clientHold`).
    #[default]
    Hold,
    /// It goes on resolving.
    Lock,
}

/// A span after an event in which the name cannot leave, while the rule is in force.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lock {
    pub after: After,
    pub span: Span,
    /// Whether the holder may decline it beforehand (DMAPI `lock-opt-out`).
    #[serde(default)]
    pub opt_out: bool,
    /// In force from here on (always, where absent): the event's instant decides.
    #[serde(default, deserialize_with = "instant")]
    pub valid_from: Option<Timestamp>,
    /// In force before this instant.
    #[serde(default, deserialize_with = "instant")]
    pub valid_until: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum After {
    Register,
    Transfer,
    OwnerChange,
}
