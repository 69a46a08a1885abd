//! Hosted zones: the records of one domain as its holder wrote them, in order, and the rules that they must keep to.
//!
//! A hosted zone is no zone in the registrar's sense (a suffix under which names are sold): it is what our name servers answer for one domain.
//! Forms on the wire belong to the dialects; the form in which records are stored is [`stored`].

mod check;
mod parts;
pub mod stored;

pub use check::{Conflict, check};
pub use parts::{CaaTag, Label, MailAddress, PartError, Target, Text, WebAddress};

use std::net::{Ipv4Addr, Ipv6Addr};

/// At most so many records in one hosted zone.
pub const RECORDS_MAX: usize = 5_000;
/// The shortest time to live of a record that is cached, in seconds (Joker's DNS FAQ: at least 60).
pub const TTL_SECONDS_MIN: u32 = 60;
/// The longest, in seconds (RFC 2181 section 8).
pub const TTL_SECONDS_MAX: u32 = 2_147_483_647;
/// Redirections and mail forwarding live so long in caches, whatever was asked for (DMAPI dns-zone-put: "always act as 60").
pub const SERVICE_TTL_SECONDS: u32 = 60;

/// One record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    pub label: Label,
    pub ttl_seconds: u32,
    pub data: Data,
}

/// What a record says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    /// An address that its holder's router may change by the dynamic service.
    DynamicA(Ipv4Addr),
    DynamicAaaa(Ipv6Addr),
    Cname(Target),
    Ns(Target),
    Mx {
        preference: u16,
        exchange: Target,
    },
    Txt(Text),
    Srv {
        priority: u16,
        weight: u16,
        port: u16,
        target: Target,
    },
    Naptr {
        order: u16,
        preference: u16,
        flags: Text,
        service: Text,
        regex: Text,
        replacement: Target,
    },
    Caa {
        flags: u8,
        tag: CaaTag,
        value: Text,
    },
    /// A redirection of web requests.
    Url(WebAddress),
    /// A page that shows another one in a frame.
    Frame {
        address: WebAddress,
        header: Text,
        head: Text,
        title: Text,
        body: Text,
    },
    /// Mail to this local part goes on to another mailbox.
    MailForward {
        to: MailAddress,
        spam_filter: bool,
    },
}

/// The kinds of records, by the names that both dialects and the store use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    A,
    Aaaa,
    DynamicA,
    DynamicAaaa,
    Cname,
    Ns,
    Mx,
    Txt,
    Srv,
    Naptr,
    Caa,
    Url,
    Frame,
    MailForward,
}

impl Kind {
    pub const ALL: [Kind; 14] = [
        Kind::A,
        Kind::Aaaa,
        Kind::Mx,
        Kind::Cname,
        Kind::Url,
        Kind::Frame,
        Kind::MailForward,
        Kind::Txt,
        Kind::Naptr,
        Kind::DynamicA,
        Kind::DynamicAaaa,
        Kind::Srv,
        Kind::Caa,
        Kind::Ns,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Kind::A => "A",
            Kind::Aaaa => "AAAA",
            Kind::DynamicA => "DYNA",
            Kind::DynamicAaaa => "DYNAAAA",
            Kind::Cname => "CNAME",
            Kind::Ns => "NS",
            Kind::Mx => "MX",
            Kind::Txt => "TXT",
            Kind::Srv => "SRV",
            Kind::Naptr => "NAPTR",
            Kind::Caa => "CAA",
            Kind::Url => "URL",
            Kind::Frame => "FRAME",
            Kind::MailForward => "MAILFW",
        }
    }

    /// Case does not matter.
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    /// Whether a record of this kind may say 0 as its time to live (DMAPI: "0 allowed for NAPTR").
    pub fn may_be_uncached(self) -> bool {
        self == Kind::Naptr
    }

    /// Whether the record is a service of ours rather than something that the DNS knows.
    pub fn is_service(self) -> bool {
        matches!(self, Kind::Url | Kind::Frame | Kind::MailForward)
    }
}

impl Data {
    pub fn kind(&self) -> Kind {
        match self {
            Data::A(_) => Kind::A,
            Data::Aaaa(_) => Kind::Aaaa,
            Data::DynamicA(_) => Kind::DynamicA,
            Data::DynamicAaaa(_) => Kind::DynamicAaaa,
            Data::Cname(_) => Kind::Cname,
            Data::Ns(_) => Kind::Ns,
            Data::Mx { .. } => Kind::Mx,
            Data::Txt(_) => Kind::Txt,
            Data::Srv { .. } => Kind::Srv,
            Data::Naptr { .. } => Kind::Naptr,
            Data::Caa { .. } => Kind::Caa,
            Data::Url(_) => Kind::Url,
            Data::Frame { .. } => Kind::Frame,
            Data::MailForward { .. } => Kind::MailForward,
        }
    }

    /// The address of a record that has one.
    pub fn address(&self) -> Option<std::net::IpAddr> {
        match self {
            Data::A(address) | Data::DynamicA(address) => Some((*address).into()),
            Data::Aaaa(address) | Data::DynamicAaaa(address) => Some((*address).into()),
            _ => None,
        }
    }
}

impl Record {
    /// How long the answer may be cached, in seconds.
    pub fn answered_ttl_seconds(&self) -> u32 {
        if self.data.kind().is_service() { SERVICE_TTL_SECONDS } else { self.ttl_seconds }
    }
}

/// The credentials with which a router may change the dynamic records of a zone; `None` while that is off.
pub type Dynamic = Option<DynamicLogin>;

/// A user and a password for the dynamic service.
#[derive(Clone, PartialEq, Eq)]
pub struct DynamicLogin {
    pub user: String,
    pub password: String,
}

impl std::fmt::Debug for DynamicLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DynamicLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
            assert_eq!(Kind::from_word(&kind.word().to_ascii_lowercase()), Some(kind));
        }
        assert_eq!(Kind::from_word("SVC"), None);
        assert_eq!(Kind::from_word("SOA"), None);
    }
}
