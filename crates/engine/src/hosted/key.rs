//! The key that signs a hosted zone: made here, sealed in the store, and known to the registry by a DS or key record while the name is delegated
//! to our name servers.

use super::key_place;
use crate::context::Cx;
use crate::domain::DnssecRecord;
use crate::error::broken;
use crate::{Error, secret};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::HostName;
use model::policy::{DnssecInterface, Zone};
use sha2::{Digest, Sha256};

/// Ed25519 (RFC 8080), and SHA-256 of it (RFC 4509).
const ALGORITHM: u8 = 15;
const DIGEST_TYPE: u8 = 2;
/// Zone key and secure entry point: one key does both (RFC 4034 section 2.1.1).
const FLAGS: u16 = 257;
const PROTOCOL: u8 = 3;
/// A zone stays signed for so long after the registry was told to forget its key, since DS records live in caches for a day or two.
const LEAVING_SECONDS: i64 = 3 * 86_400;

/// A key as the store keeps it.
pub(super) struct Fresh {
    pub sealed: String,
    /// Base64 of the public half.
    pub public: String,
}

/// Makes a key for a zone.
pub(super) fn fresh(cx: &Cx<'_>, name: &str) -> Result<Fresh, Error> {
    let mut seed = [0_u8; 32];
    cx.random(&mut seed);
    let public = public_of(&seed).ok_or_else(|| broken("a key could not be made"))?;
    let sealed = cx.inner.key.seal(&key_place(name), &secret::hex(&seed), &|buffer| cx.random(buffer));
    Ok(Fresh { sealed: sealed.ok_or_else(|| broken("a key could not be sealed"))?, public })
}

/// Base64 of the public half of a key.
fn public_of(seed: &[u8; 32]) -> Option<String> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    Some(STANDARD.encode(pair.public_key().as_ref()))
}

/// What the registry of a zone is told of a key; `None` where it takes nothing of the kind.
pub(crate) fn record(zone: &Zone, name: &str, public: &str) -> Option<DnssecRecord> {
    match zone.dnssec.interface {
        DnssecInterface::None => None,
        DnssecInterface::Key => {
            Some(DnssecRecord::Key { flags: FLAGS, protocol: PROTOCOL, algorithm: ALGORITHM, public_key: public.to_owned() })
        }
        DnssecInterface::Ds => {
            let rdata = rdata(public)?;
            let digest = Sha256::digest([wire_name(name)?.as_slice(), &rdata].concat());
            let digest_hex = secret::hex(&digest).to_ascii_uppercase();
            Some(DnssecRecord::Ds { key_tag: key_tag(&rdata), algorithm: ALGORITHM, digest_type: DIGEST_TYPE, digest_hex })
        }
    }
}

/// Whether a zone is signed: its holder wants it, the registry still knows the key, or resolvers may.
pub(super) fn signs(wanted: bool, at_registry: bool, unwanted_since: Option<model::Timestamp>, now: model::Timestamp) -> bool {
    wanted || at_registry || unwanted_since.is_some_and(|since| now < since.plus_seconds(LEAVING_SECONDS))
}

/// Whether a name with these hosts is delegated to our name servers: to them and to nobody else.
pub(crate) fn delegated<'a>(ours: &[HostName], hosts: impl Iterator<Item = &'a str>) -> bool {
    let mut any = false;
    for host in hosts {
        if !ours.iter().any(|our| our.as_str().eq_ignore_ascii_case(host)) {
            return false;
        }
        any = true;
    }
    any
}

fn rdata(public: &str) -> Option<Vec<u8>> {
    let [high, low] = FLAGS.to_be_bytes();
    Some([[high, low, PROTOCOL, ALGORITHM].as_slice(), &STANDARD.decode(public).ok()?].concat())
}

/// RFC 4034 appendix B.
fn key_tag(rdata: &[u8]) -> u16 {
    let octets = rdata.iter().enumerate();
    let sum: u32 = octets.map(|(place, octet)| if place % 2 == 0 { u32::from(*octet) << 8 } else { u32::from(*octet) }).sum();
    // Both halves fit into 16 bits by the mask.
    u16::try_from((sum + (sum >> 16)) & 0xffff).unwrap_or(u16::MAX)
}

/// A name in the form of the DNS (RFC 4034 section 6.2): lower case, each label after its length.
fn wire_name(name: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len() + 2);
    for label in name.split('.') {
        out.push(u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?);
        out.extend(label.bytes().map(|octet| octet.to_ascii_lowercase()));
    }
    out.push(0);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    #[test]
    fn the_example_of_rfc_8080_comes_out() {
        let seed: [u8; 32] = STANDARD.decode("ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=").unwrap().try_into().unwrap();
        let public = public_of(&seed).unwrap();
        assert_eq!(public, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=");
        let rdata = rdata(&public).unwrap();
        assert_eq!(key_tag(&rdata), 3613);
        let digest = Sha256::digest([wire_name("Example.com").unwrap().as_slice(), &rdata].concat());
        assert_eq!(secret::hex(&digest), "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b");
    }

    #[test]
    fn registries_are_told_in_their_own_form() {
        let zones = model::policy::ZoneSet::embedded().unwrap();
        let public = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";
        let of = |suffix: &str| record(zones.get(suffix).unwrap(), &format!("example.{suffix}"), public);
        assert!(matches!(of("com"), Some(DnssecRecord::Ds { key_tag: 3613, algorithm: 15, digest_type: 2, .. })));
        assert!(matches!(of("de"), Some(DnssecRecord::Key { flags: 257, .. })));
        assert_eq!(wire_name("a..b"), None);
    }

    #[test]
    fn a_zone_stays_signed_until_nobody_knows_its_key() {
        let at = |day: i64| Timestamp::from_micros(day * 86_400_000_000);
        assert!(signs(true, false, None, at(0)));
        assert!(signs(false, true, Some(at(0)), at(30)));
        assert!(signs(false, false, Some(at(0)), at(2)));
        assert!(!signs(false, false, Some(at(0)), at(3)));
        assert!(!signs(false, false, None, at(0)));
    }

    #[test]
    fn delegation_is_to_us_alone_or_not_to_us() {
        let ours = [HostName::parse("a.ns.example").unwrap(), HostName::parse("b.ns.example").unwrap()];
        assert!(delegated(&ours, ["A.ns.example", "b.ns.example"].into_iter()));
        assert!(delegated(&ours, ["b.ns.example"].into_iter()));
        assert!(!delegated(&ours, ["a.ns.example", "ns.other.example"].into_iter()));
        assert!(!delegated(&ours, [].into_iter()));
        assert!(!delegated(&[], ["a.ns.example"].into_iter()));
    }
}
