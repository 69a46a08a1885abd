//! What a zone allows, demands and costs: read from `zones/*.toml`, asked through pure functions.
//!
//! A [`Zone`] is what is sold under one suffix. A [`ZoneSet`] holds all of them and finds the one that a name belongs to. The format, every
//! default and its reason stand in `zones/README.md`. Nothing here knows a TLD: what one file cannot say is a missing key, not an `if`.

mod check;
mod contact_fields;
mod course;
mod describe;
mod embedded;
mod examples;
mod faults;
mod field;
mod parties;
mod pattern;
mod price;
mod set;
mod technical;
mod value;
mod zone;

pub use check::{Accepted, CheckedName, NameProblem, Registrant, TermProblem};
pub use contact_fields::{check_contact, under_own_names};
pub use course::{
    After, AuthCode, Delete, EndOfLife, Lifecycle, Lock, OwnerChange, OwnerChangeKind, Push, Register, Renew, Restore, Transfer,
    TransferKind, Unverified, Verification,
};
pub use describe::Fact;
pub use examples::{Example, ExampleResult, Verb, field_word, reason_word, run_examples};
pub use field::{Carrier, FieldRule, FieldVerb, RequiredIf};
pub use parties::{Contacts, Owner, OwnerKind, RoleRule, Trustee, TrusteeContact};
pub use pattern::Pattern;
pub use price::{Item, Price, Promotion};
pub use set::{PackError, PackFile, ZoneSet};
pub use technical::{Dnssec, DnssecInterface, Hosts, HostsAs, Idn, NameRules, Premium, PrivacyRules, RegistrarTag, Support};
pub use value::{Period, Periods, Span};
pub use zone::{Kind, RegistryFacts, Sale, SaleStatus, Texts, Zone};
