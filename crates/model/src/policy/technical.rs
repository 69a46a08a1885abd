//! The parts of a policy that speak of the name itself: its label and scripts, its name servers and keys, what else it can carry.
//!
//! Each default is argued in `zones/README.md`; keep both in step.

use crate::domain::Privacy;
use crate::idn::Table;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::sync::Arc;

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

/// Whether the registry sells names at prices of their own.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Premium {
    pub offered: bool,
}
