//! The XML namespaces of EPP and of the extensions this crate speaks.

/// RFC 5730, the protocol itself.
pub const EPP: &str = "urn:ietf:params:xml:ns:epp-1.0";
/// RFC 5731, domain names.
pub const DOMAIN: &str = "urn:ietf:params:xml:ns:domain-1.0";
/// RFC 5732, host objects.
pub const HOST: &str = "urn:ietf:params:xml:ns:host-1.0";
/// RFC 5733, contacts.
pub const CONTACT: &str = "urn:ietf:params:xml:ns:contact-1.0";
/// RFC 5910, DNSSEC.
pub const SECDNS: &str = "urn:ietf:params:xml:ns:secDNS-1.1";
/// RFC 3915, grace periods and restore.
pub const RGP: &str = "urn:ietf:params:xml:ns:rgp-1.0";
/// RFC 8748, fees.
pub const FEE: &str = "urn:ietf:params:xml:ns:epp:fee-1.0";
/// Our own extension for names under .kr; its schema is `xsd/kr-1.0.xsd`.
pub const KR: &str = "urn:domesday:epp:kr-1.0";
/// Our own extension by which a sponsor lets a name go; its schema is `xsd/release-1.0.xsd`.
pub const RELEASE: &str = "urn:domesday:epp:release-1.0";
/// RFC 9038: the marker that a server puts data of namespaces without log-in into `<extValue>`.
pub const UNHANDLED: &str = "urn:ietf:params:xml:ns:epp:unhandled-namespaces-1.0";
