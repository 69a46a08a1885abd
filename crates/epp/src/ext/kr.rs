//! Our extension for names under .kr (`urn:domesday:epp:kr-1.0`): the registry's own schema is not public.

/// `<kr:create>` and `<kr:infData>`: who the registrant is to the registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Data {
    /// Kind of the certificate, e.g. `BUSINESS`, `CORP`, `PASSPORT`; the registry judges it.
    pub certificate_type: Option<String>,
    pub certificate_number: Option<String>,
    /// Whether the registrant is a trustee for an owner without local presence.
    pub trustee: bool,
}

/// `<kr:update>`: what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Update {
    /// The empty text removes it.
    pub certificate_type: Option<String>,
    /// The empty text removes it.
    pub certificate_number: Option<String>,
    pub trustee: Option<bool>,
}
