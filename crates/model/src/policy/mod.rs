//! What a zone allows, demands and costs: read from `zones/*.toml`, asked through pure functions.
//!
//! A [`Zone`] is what is sold under one suffix. A [`ZoneSet`] holds all of them and finds the one that a name belongs to. The format, every
//! default and its reason stand in `zones/README.md`. Nothing here knows a TLD: what one file cannot say is a missing key, not an `if`.

mod check;
mod describe;
mod embedded;
mod examples;
mod field;
mod pattern;
mod price;
mod set;
mod value;
mod zone;

pub use check::{Accepted, CheckedName, NameProblem, Registrant, TermProblem};
pub use describe::Fact;
pub use examples::{Example, ExampleResult, Verb, field_word, reason_word, run_examples};
pub use field::{Carrier, FieldRule, FieldVerb, RequiredIf};
pub use pattern::Pattern;
pub use price::{Item, Price, Promotion};
pub use set::{PackError, PackFile, ZoneSet};
pub use value::{Period, Periods, Span};
pub use zone::{
    After, AuthCode, Contacts, Delete, Dnssec, DnssecInterface, EndOfLife, Hosts, HostsAs, Idn, Kind, Lifecycle, Lock, NameRules, Owner,
    OwnerChange, OwnerChangeKind, OwnerKind, Premium, PrivacyRules, Register, RegistrarTag, RegistryFacts, Renew, Restore, RoleRule, Sale,
    SaleStatus, Support, Texts, Transfer, TransferKind, Trustee, TrusteeContact, Zone,
};
