//! Hosted zones: written by the holders of domains, answered by our name servers.

mod answer;
mod key;
mod put;
mod read_back;
mod redirect;
mod replace;
mod show;
mod signing;
mod update;

pub use answer::{Answered, Find, Version};
pub use put::{Numbered, Put};
pub use read_back::{SetPaddedTexts, ShowPaddedTexts};
pub use redirect::{FindRedirection, Redirection};
pub use replace::{Replace, Replaced};
pub use show::{HostedView, Show};
pub use update::Update;

pub(crate) use key::delegated;
pub(crate) use signing::follow;

use crate::context::Cx;
use crate::{Engine, Error, domain};
use model::grant::Deed;
use model::hosted::{DynamicLogin, Record, stored};
use model::{DomainName, HostName, Refusal, Timestamp};
use store::domains::Domain;
use store::hosted::HostedZone;
use store::{Fault, Tx};

/// The domain whose zone is meant, if the actor's account may do this with it: as holder, or by a part that it was granted.
fn held(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &DomainName, deed: Deed) -> Result<Domain, Error> {
    domain::reach(tx, cx, name, &[deed]).map_err(|error| match error {
        Error::Refused(Refusal::DomainUnknown { name }) => Refusal::HostedZoneUnknown { name }.into(),
        other => other,
    })
}

impl Engine {
    /// Whether a name with these hosts is delegated to our name servers alone, so that its hosted zone is what the world sees.
    pub fn is_delegated_here(&self, hosts: &[HostName]) -> bool {
        key::delegated(self.name_servers(), hosts.iter().map(HostName::as_str))
    }
}

/// Records as they are stored.
pub(crate) fn records(zone: &HostedZone) -> Result<Vec<Record>, Error> {
    Ok(stored::read(&zone.records).ok_or_else(|| Fault::corrupt("a hosted zone's records"))?)
}

/// The place to which the sealed secrets of a zone belong.
fn key_place(name: &str) -> String {
    format!("zone-key:{name}")
}

fn dynamic_place(name: &str) -> String {
    format!("dynamic:{name}")
}

/// The login of the dynamic service, opened.
fn dynamic(cx: &Cx<'_>, zone: &HostedZone) -> Result<Option<DynamicLogin>, Error> {
    if zone.dynamic_user.is_empty() {
        return Ok(None);
    }
    let password = cx.inner.key.open(&dynamic_place(&zone.name), &zone.dynamic_sealed);
    let password = password.ok_or_else(|| Fault::corrupt("a sealed password of the dynamic service"))?;
    Ok(Some(DynamicLogin { user: zone.dynamic_user.clone(), password }))
}

/// The serial after a change: seconds since 1970, or one more than the last where several changes fall into one second (RFC 1912 section 2.2
/// wants it to grow; resolvers look at nothing else).
fn next_serial(last: Option<i64>, now: Timestamp) -> i64 {
    let seconds = (now.micros() / 1_000_000).clamp(1, i64::from(u32::MAX));
    match last {
        // RFC 1982: after the highest number comes 1 again.
        Some(last) if last >= i64::from(u32::MAX) => 1,
        Some(last) if last >= seconds => last + 1,
        _ => seconds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_grow() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(next_serial(None, at(1_800_000_000)), 1_800_000_000);
        assert_eq!(next_serial(Some(1_700_000_000), at(1_800_000_000)), 1_800_000_000);
        assert_eq!(next_serial(Some(1_800_000_000), at(1_800_000_000)), 1_800_000_001);
        assert_eq!(next_serial(Some(i64::from(u32::MAX)), at(1_800_000_000)), 1);
        assert_eq!(next_serial(None, at(-5)), 1);
    }
}
