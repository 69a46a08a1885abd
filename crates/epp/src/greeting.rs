//! The server's greeting.

use crate::RawXml;

/// `<greeting>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Name of the server, 3 to 64 characters.
    pub sv_id: String,
    /// The server's time, RFC 3339.
    pub sv_date: String,
    /// Protocol versions: `1.0`.
    pub versions: Vec<String>,
    /// Languages: at least `en`.
    pub langs: Vec<String>,
    pub obj_uris: Vec<String>,
    pub ext_uris: Vec<String>,
    /// Content of `<dcp>`, the data collection policy. No client acts on it.
    pub dcp: RawXml,
}
