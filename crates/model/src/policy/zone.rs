//! The parts of a zone's policy, as its pack writes them, with the defaults that hold where it says nothing.
//!
//! Each default is argued in `zones/README.md`; keep both in step.

use super::examples::Example;
use super::field::FieldRule;
use super::price::{Price, Promotion};
use super::value::{Period, Periods, Span, instant, one_or_many, span_or_never};
use crate::contact::{ContactData, ContactDraft};
use crate::domain::{Privacy, RenewalMode, Role};
use crate::idn::Table;
use crate::{FieldProblem, Timestamp};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::sync::Arc;

/// All that is known about selling names under one suffix.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Zone {
    /// The format of the file; this program reads version 1.
    pub version: u32,
    /// The suffix as an A-label name without a leading dot: `or.kr`, `xn--3e0b707e`.
    #[serde(rename = "zone", default)]
    pub suffix: String,
    /// The family file whose keys this one inherits.
    #[serde(default)]
    pub family: Option<String>,
    #[serde(default)]
    pub kind: Kind,
    /// ISO 3166-1 alpha-2 of a country's zone; none for a generic one.
    #[serde(default)]
    pub country: Option<String>,
    /// Where the rules come from; at least one.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Facts worth knowing that no rule expresses, with their dates.
    #[serde(default)]
    pub notes: Vec<String>,
    #[serde(default)]
    pub registry: RegistryFacts,
    #[serde(default)]
    pub sale: Vec<Sale>,
    #[serde(default)]
    pub name: NameRules,
    #[serde(default)]
    pub idn: Idn,
    /// The longest term a name may have from now on; longer renewals are refused.
    #[serde(default = "ten_years")]
    pub max_term: Period,
    #[serde(default)]
    pub register: Register,
    #[serde(default)]
    pub renew: Renew,
    #[serde(default)]
    pub transfer: Transfer,
    #[serde(default)]
    pub restore: Restore,
    #[serde(default)]
    pub delete: Delete,
    #[serde(default)]
    pub lifecycle: Lifecycle,
    #[serde(default)]
    pub auth_code: AuthCode,
    #[serde(default)]
    pub owner_change: OwnerChange,
    #[serde(default)]
    pub support: Support,
    #[serde(default)]
    pub privacy: PrivacyRules,
    #[serde(default)]
    pub hosts: Hosts,
    #[serde(default)]
    pub dnssec: Dnssec,
    #[serde(default)]
    pub contacts: Contacts,
    #[serde(default)]
    pub owner: Owner,
    #[serde(default)]
    pub trustee: Option<Trustee>,
    #[serde(default)]
    pub premium: Premium,
    #[serde(default, rename = "lock")]
    pub locks: Vec<Lock>,
    /// The zone's own request fields (`X-KR-CTFY-TYPE`).
    #[serde(default, rename = "field")]
    pub fields: Vec<FieldRule>,
    #[serde(default, rename = "price")]
    pub prices: Vec<Price>,
    #[serde(default, rename = "promotion")]
    pub promotions: Vec<Promotion>,
    #[serde(default)]
    pub texts: Texts,
    #[serde(default, rename = "accept")]
    pub accepts: Vec<Example>,
    #[serde(default, rename = "reject")]
    pub rejects: Vec<Example>,
}

fn ten_years() -> Period {
    Period(crate::Months::from_years(10).expect("ten years are within the range of Months"))
}

fn one_year() -> Period {
    Period(crate::Months::from_years(1).expect("one year is within the range of Months"))
}

/// Who makes the rules: ICANN's contracts or a country's registry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Gtld,
    Cctld,
}

/// Who runs the zone and where it can be asked.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RegistryFacts {
    pub operator: String,
    pub whois_server: String,
    pub dispute_policy: String,
    /// Whether the registry answers commands at once, rather than by hand.
    pub realtime: bool,
}

impl Default for RegistryFacts {
    fn default() -> Self {
        RegistryFacts { operator: String::new(), whois_server: String::new(), dispute_policy: String::new(), realtime: true }
    }
}

/// Whether names are sold, from some instant on.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sale {
    pub status: SaleStatus,
    /// When this begins; from always where absent.
    #[serde(default, deserialize_with = "instant")]
    pub valid_from: Option<Timestamp>,
    /// Told to whoever is refused.
    #[serde(default)]
    pub reason: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaleStatus {
    /// Everything is offered.
    Open,
    /// No new registrations; names can be transferred in and renewed.
    TransfersOnly,
    /// Neither registrations nor transfers in; names that are here can be renewed.
    Closed,
}

/// What a label may look like.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct NameRules {
    /// Fewest characters of a label, counted in its U-form.
    pub min_length: usize,
    /// Most characters of a label, counted in its U-form; the A-label never exceeds 63 octets.
    pub max_length: usize,
    /// Labels that the registry keeps for itself.
    pub reserved: Vec<String>,
}

impl Default for NameRules {
    fn default() -> Self {
        NameRules { min_length: 1, max_length: crate::idn::LABEL_MAX, reserved: Vec::new() }
    }
}

/// Which scripts a label may be written in.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Idn {
    /// Names of the code point tables in `zones/tables/`; none means plain ASCII only. A label must fit into one of them.
    pub tables: Vec<String>,
    /// Whether every label must hold a character beyond ASCII (`.한국`).
    pub required: bool,
    /// The tables themselves, in the same order; put in place when the set is loaded.
    #[serde(skip)]
    pub loaded: Vec<Arc<Table>>,
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
            modes: vec![RenewalMode::AutoRenew, RenewalMode::AutoDelete, RenewalMode::AutoExpire, RenewalMode::RenewOnce],
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
    /// Whether the name can be handed to the registry instead (DMAPI `type=transit`).
    pub transit: bool,
}

impl Default for Delete {
    fn default() -> Self {
        Delete { offered: true, refund_within: Span::ZERO, transit: false }
    }
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

/// Yes-or-no capabilities that belong nowhere else.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Support {
    /// Whether a transfer that was asked for can be withdrawn.
    pub transfer_cancel: bool,
    /// Whether a name can be locked against transfer.
    pub transfer_lock: bool,
    /// Whether the data of a contact in use can be changed.
    pub handles_updatable: bool,
    /// Whether the holder may hide from WHOIS (DMAPI `whois-opt-out`, .tel).
    pub whois_opt_out: bool,
    pub registrar_tag: RegistrarTag,
}

impl Default for Support {
    fn default() -> Self {
        Support {
            transfer_cancel: true,
            transfer_lock: true,
            handles_updatable: true,
            whois_opt_out: false,
            registrar_tag: RegistrarTag::None,
        }
    }
}

/// Whether names carry a registrar tag (membership token, .xxx).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrarTag {
    None,
    Optional,
    Required,
}

/// Which privacy services are sold.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrivacyRules {
    #[serde(deserialize_with = "privacies")]
    pub offered: Vec<Privacy>,
}

fn privacies<'de, D: Deserializer<'de>>(de: D) -> Result<Vec<Privacy>, D::Error> {
    let words = Vec::<String>::deserialize(de)?;
    let known = |word: &String| match Privacy::from_word(word) {
        Some(Privacy::Off) | None => Err(D::Error::custom(format!("`{word}` is not a privacy service: basic, pro"))),
        Some(privacy) => Ok(privacy),
    };
    words.iter().map(known).collect()
}

/// How many name servers a name has.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Hosts {
    pub min: usize,
    pub max: usize,
    /// Whether a name may also have none at all.
    pub none_allowed: bool,
    pub managed_as: HostsAs,
    /// Whether the registry asks the servers about the zone before it accepts them.
    pub checked: bool,
}

impl Default for Hosts {
    fn default() -> Self {
        Hosts { min: 0, max: 13, none_allowed: false, managed_as: HostsAs::Object, checked: false }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostsAs {
    /// Host objects of their own (RFC 5732).
    Object,
    /// Attributes of the domain.
    Attribute,
}

/// What the registry takes for DNSSEC.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dnssec {
    pub interface: DnssecInterface,
    /// Most records of a name.
    pub max: usize,
    pub algorithms: Vec<u8>,
    /// Digest types, for DS data.
    pub digests: Vec<u8>,
}

impl Default for Dnssec {
    fn default() -> Self {
        Dnssec { interface: DnssecInterface::None, max: 6, algorithms: vec![8, 10, 13, 14, 15, 16], digests: vec![2, 4] }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnssecInterface {
    None,
    /// Digests of keys (com).
    Ds,
    /// The keys themselves (de).
    Key,
}

/// Which contacts a name has.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Contacts {
    /// Zones of one family share their contacts; the last label of the suffix where absent.
    pub family: Option<String>,
    /// The letters before the dash of a DMAPI handle; derived from kind and family where absent.
    pub handle_prefix: Option<String>,
    /// Whether a missing admin, tech or billing contact is taken from the owner.
    pub fill_from_owner: bool,
    pub owner: RoleRule,
    pub admin: RoleRule,
    pub tech: RoleRule,
    pub billing: RoleRule,
}

impl Default for Contacts {
    fn default() -> Self {
        Contacts {
            family: None,
            handle_prefix: None,
            fill_from_owner: true,
            owner: RoleRule { required: true, max: 1 },
            admin: RoleRule { required: true, max: 1 },
            tech: RoleRule { required: true, max: 1 },
            billing: RoleRule { required: true, max: 1 },
        }
    }
}

/// How many contacts of a role the registry wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RoleRule {
    pub required: bool,
    /// Zero where the zone has no such role.
    pub max: usize,
}

impl Default for RoleRule {
    fn default() -> Self {
        RoleRule { required: true, max: 1 }
    }
}

/// Who may hold a name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Owner {
    /// Countries of residence, ISO 3166-1 alpha-2; empty is all.
    pub country: Vec<String>,
    /// Persons, organizations; empty is both.
    pub kinds: Vec<OwnerKind>,
    /// Fields whose accepting value lifts the restriction on the country.
    #[serde(deserialize_with = "one_or_many")]
    pub waived_by: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerKind {
    Person,
    Organization,
}

/// The service that stands in for an owner who is not eligible.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trustee {
    /// The field that accepts the service's terms; its accepting values are those of the field's rule.
    pub field: String,
    pub contact: TrusteeContact,
}

/// What the registry and public data show instead of the owner.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrusteeContact {
    #[serde(default)]
    pub first_name: String,
    #[serde(default)]
    pub last_name: String,
    pub organization: String,
    pub street: String,
    pub city: String,
    #[serde(default)]
    pub state: String,
    pub postal_code: String,
    pub country: String,
    pub phone: String,
    pub email: String,
}

impl TrusteeContact {
    /// The contact as any other is checked and kept.
    pub fn check(&self) -> Result<ContactData, Vec<FieldProblem>> {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        ContactDraft {
            first_name: some(&self.first_name),
            last_name: some(&self.last_name),
            organization: some(&self.organization),
            street: [some(&self.street), None, None],
            city: some(&self.city),
            state: some(&self.state),
            postal_code: some(&self.postal_code),
            country: some(&self.country),
            phone: some(&self.phone),
            email: some(&self.email),
            ..ContactDraft::default()
        }
        .check()
    }
}

/// Whether the registry sells names at prices of their own.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Premium {
    pub offered: bool,
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

/// Sentences for people, one list a topic (CentralNic GetZoneInfo; the console).
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Texts {
    pub registration: Vec<String>,
    pub renewal: Vec<String>,
    pub transfer: Vec<String>,
    pub change_of_registrant: Vec<String>,
    pub deletion: Vec<String>,
    pub restore: Vec<String>,
    pub restrictions: Vec<String>,
    pub idn: Vec<String>,
}

impl Zone {
    /// Whether names are sold at an instant, and why not: the last change that has begun; open where the pack says nothing.
    pub fn sale_at(&self, now: Timestamp) -> (SaleStatus, &str) {
        let begun = |s: &&Sale| s.valid_from.is_none_or(|from| from <= now);
        self.sale.iter().filter(begun).max_by_key(|s| s.valid_from).map_or((SaleStatus::Open, ""), |s| (s.status, &s.reason))
    }

    /// The lock that an event of this kind at this instant brings.
    pub fn lock_after(&self, after: After, at: Timestamp) -> Option<&Lock> {
        let in_force =
            |l: &&Lock| l.after == after && l.valid_from.is_none_or(|from| from <= at) && l.valid_until.is_none_or(|until| at < until);
        self.locks.iter().find(in_force)
    }

    /// What zones with common contacts have in common: `kr` for `or.kr`.
    pub fn contact_family(&self) -> &str {
        self.contacts.family.as_deref().unwrap_or_else(|| self.suffix.rsplit('.').next().unwrap_or(&self.suffix))
    }

    /// The letters before the dash of a DMAPI handle: `C` and three letters for a gTLD, `co` and the country code otherwise
    /// (dmapi.md 6.1: `CCOM-43438`, `code-3464`), unless the pack names others.
    pub fn handle_prefix(&self) -> String {
        match (&self.contacts.handle_prefix, self.kind) {
            (Some(prefix), _) => prefix.clone(),
            (None, Kind::Gtld) => format!("C{}", self.contact_family().chars().take(3).collect::<String>().to_ascii_uppercase()),
            (None, Kind::Cctld) => format!("co{}", self.contact_family()),
        }
    }

    /// The suffix as people write it: `한국`.
    pub fn unicode_suffix(&self) -> String {
        self.suffix
            .split('.')
            .map(|l| crate::idn::Label::parse(l).map_or_else(|_| l.to_owned(), |l| l.unicode().to_owned()))
            .collect::<Vec<_>>()
            .join(".")
    }

    /// The rule for a role's contacts.
    pub fn role(&self, role: Role) -> RoleRule {
        match role {
            Role::Registrant => self.contacts.owner,
            Role::Admin => self.contacts.admin,
            Role::Tech => self.contacts.tech,
            Role::Billing => self.contacts.billing,
        }
    }

    /// The zone's field of this name or alias, in any case.
    pub fn field(&self, name: &str) -> Option<&FieldRule> {
        self.fields.iter().find(|f| f.answers_to(name))
    }

    /// Whether the registry moves the term when a name is transferred.
    pub fn transfer_renews(&self) -> bool {
        !self.transfer.periods.is_empty()
    }
}
