//! DNSSEC data of a domain (RFC 5910, secDNS-1.1).

/// `<secDNS:create>`, `<secDNS:add>` and `<secDNS:infData>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Data {
    /// The client's wish for the lifetime of signatures, in seconds.
    pub max_sig_life: Option<u32>,
    /// At least one entry on the wire.
    pub records: Records,
}

/// The two interfaces: a registry takes one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    Ds(Vec<DsData>),
    Key(Vec<KeyData>),
}

impl Default for Records {
    fn default() -> Records {
        Records::Ds(Vec::new())
    }
}

impl Records {
    /// How many records.
    pub fn len(&self) -> usize {
        match self {
            Records::Ds(list) => list.len(),
            Records::Key(list) => list.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// `<dsData>`: a DS record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DsData {
    pub key_tag: u16,
    pub alg: u8,
    pub digest_type: u8,
    /// Hexadecimal digits as they came, an even number.
    pub digest: String,
    /// The key the record was made from, for the registry to check.
    pub key_data: Option<KeyData>,
}

/// `<keyData>`: a DNSKEY record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct KeyData {
    pub flags: u16,
    pub protocol: u8,
    pub alg: u8,
    /// Base64 without blanks.
    pub pub_key: String,
}

/// `<secDNS:update>`: first `rem`, then `add`, then `chg`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    /// Asks for high priority.
    pub urgent: bool,
    pub rem: Option<Remove>,
    pub add: Option<Data>,
    /// New `maxSigLife`, in seconds.
    pub chg_max_sig_life: Option<u32>,
}

/// `<secDNS:rem>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remove {
    /// `<all>true</all>`.
    All,
    Records(Records),
}
