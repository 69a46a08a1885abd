//! The parts of a zone's policy, as its pack writes them, with the defaults that hold where it says nothing.
//!
//! Each default is argued in `zones/README.md`; keep both in step.

use super::course::{After, AuthCode, Delete, Lifecycle, Lock, OwnerChange, Push, Register, Renew, Restore, Transfer, Verification};
use super::examples::Example;
use super::field::FieldRule;
use super::parties::{Contacts, Owner, RoleRule, Trustee};
use super::price::{Price, Promotion};
use super::technical::{Dnssec, Hosts, Idn, NameRules, Premium, PrivacyRules, Support};
use super::value::{Period, instant};
use crate::Timestamp;
use crate::domain::Role;
use serde::Deserialize;

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
    pub push: Push,
    #[serde(default)]
    pub lifecycle: Lifecycle,
    #[serde(default)]
    pub auth_code: AuthCode,
    #[serde(default)]
    pub owner_change: OwnerChange,
    #[serde(default)]
    pub support: Support,
    #[serde(default)]
    pub verification: Verification,
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

#[cfg(test)]
mod tests {
    use super::super::value::Span;
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn sale_and_locks_change_with_time() {
        let text = r#"
            version = 1
            [[sale]]
            status = "open"
            [[sale]]
            status = "transfers-only"
            valid-from = "2024-10-30T00:00:00Z"
            reason = "non-profit organizations only"
            [[lock]]
            after = "register"
            span = "60d"
            valid-until = "2027-01-01T00:00:00Z"
            [[lock]]
            after = "register"
            span = "30d"
            valid-from = "2027-01-01T00:00:00Z"
        "#;
        let zone: Zone = toml::from_str(text).unwrap();
        assert_eq!(zone.sale_at(at("2024-10-29T23:59:59Z")), (SaleStatus::Open, ""));
        assert_eq!(zone.sale_at(at("2024-10-30T00:00:00Z")), (SaleStatus::TransfersOnly, "non-profit organizations only"));
        assert_eq!(zone.lock_after(After::Register, at("2026-12-31T23:59:59Z")).map(|l| l.span), Some(Span::days(60)));
        assert_eq!(zone.lock_after(After::Register, at("2027-01-01T00:00:00Z")).map(|l| l.span), Some(Span::days(30)));
        assert_eq!(zone.lock_after(After::Transfer, at("2027-01-01T00:00:00Z")), None);
    }

    #[test]
    fn handles_begin_like_the_zone() {
        // dmapi.md 6.1: CCOM-43438, CORG-15192, CNEU-5149, code-3464
        let set = super::super::set::ZoneSet::embedded().unwrap();
        for (suffix, prefix) in
            [("com", "CCOM"), ("org", "CORG"), ("eu", "CNEU"), ("de", "code"), ("or.kr", "cokr"), ("xn--3e0b707e", "cokr"), ("me", "come")]
        {
            assert_eq!(set.get(suffix).unwrap().handle_prefix(), prefix, "{suffix}");
        }
    }
}
