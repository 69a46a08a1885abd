//! Our extension by which a sponsor lets a name go (`urn:domesday:epp:release-1.0`): to the registry itself, or to another registrar.
//!
//! Registries have such commands under names of their own (DENIC's TRANSIT, Nominet's release by tag, nic.at's withdrawal). As with Nominet it stands on
//! an update without changes, so that a server that overlooked it would change nothing.

/// `<release:update>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Release {
    /// The registrar that gets the name; none is the registry itself, which then deals with the holder.
    pub registrar: Option<String>,
}
