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

impl Greeting {
    /// A data collection policy for [`Greeting::dcp`]: all data, for provisioning, kept as long as stated, seen by us and the public.
    pub fn usual_dcp() -> RawXml {
        RawXml::trusted(
            concat!(
                r#"<access xmlns="urn:ietf:params:xml:ns:epp-1.0"><all/></access>"#,
                r#"<statement xmlns="urn:ietf:params:xml:ns:epp-1.0"><purpose><admin/><prov/></purpose>"#,
                r#"<recipient><ours/><public/></recipient><retention><stated/></retention></statement>"#,
            )
            .to_owned(),
        )
    }
}
