//! DNSSEC records: a registry that takes digests is given the digest of a key, and what a zone takes is checked.

use super::DnssecRecord;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::policy::{DnssecInterface, Zone};
use model::{DomainName, Field, FieldProblem, Problem};
use sha2::{Digest, Sha256};

/// RFC 4509: the digest that is made of a key, SHA-256.
const SHA256: u8 = 2;
/// RFC 4034 2.1.1: the flag of keys that sign zones.
const ZONE_KEY: u16 = 256;

/// A record as the zone's registry takes it: a key becomes its digest where the zone takes digests only, in capitals. What cannot be made into
/// one stays as it is, and is refused by [`check`].
pub(super) fn for_zone(zone: &Zone, name: &DomainName, record: &DnssecRecord) -> DnssecRecord {
    match record {
        DnssecRecord::Ds { key_tag, algorithm, digest_type, digest_hex } => DnssecRecord::Ds {
            key_tag: *key_tag,
            algorithm: *algorithm,
            digest_type: *digest_type,
            digest_hex: digest_hex.to_ascii_uppercase(),
        },
        DnssecRecord::Key { flags, protocol, algorithm, public_key } => {
            let takes_digests = zone.dnssec.interface == DnssecInterface::Ds && zone.dnssec.digests.contains(&SHA256);
            let digest = takes_digests.then(|| digest_of(name, *flags, *protocol, *algorithm, public_key)).flatten();
            digest.unwrap_or_else(|| record.clone())
        }
    }
}

/// The digest of a zone key (RFC 4034 5.1.4); none if it is no such key.
fn digest_of(name: &DomainName, flags: u16, protocol: u8, algorithm: u8, public_key: &str) -> Option<DnssecRecord> {
    let key = STANDARD.decode(public_key).ok().filter(|key| !key.is_empty())?;
    if flags & ZONE_KEY == 0 || protocol != 3 {
        return None;
    }
    let mut data = flags.to_be_bytes().to_vec();
    data.extend([protocol, algorithm]);
    data.extend(key);
    let mut owner = Vec::new();
    for label in name.as_str().split('.') {
        owner.push(u8::try_from(label.len()).ok()?);
        owner.extend(label.to_ascii_lowercase().bytes());
    }
    owner.push(0);
    let digest = Sha256::digest([owner, data.clone()].concat());
    let digest_hex = digest.iter().map(|b| format!("{b:02X}")).collect();
    Some(DnssecRecord::Ds { key_tag: key_tag(&data), algorithm, digest_type: SHA256, digest_hex })
}

/// RFC 4034, appendix B; the one algorithm that counts otherwise, 1, is taken by no zone.
fn key_tag(data: &[u8]) -> u16 {
    let sum = data
        .iter()
        .enumerate()
        .fold(0_u32, |sum, (place, octet)| sum.wrapping_add(if place % 2 == 0 { u32::from(*octet) << 8 } else { u32::from(*octet) }));
    let folded = sum.wrapping_add((sum >> 16) & 0xFFFF) & 0xFFFF;
    u16::try_from(folded).unwrap_or(u16::MAX)
}

/// What is wrong with records that come new to a name.
pub(super) fn check(zone: &Zone, records: &[DnssecRecord], problems: &mut Vec<FieldProblem>) {
    if records.len() > zone.dnssec.max {
        let expected = format!("at most {} records", zone.dnssec.max);
        problems.push(FieldProblem::new(Field::DnssecDs(0), Problem::OutOfRange { expected }));
    }
    for (place, record) in (0_u8..).zip(records) {
        let (field, wanted, algorithm, digest) = match record {
            DnssecRecord::Ds { algorithm, digest_type, .. } => {
                (Field::DnssecDs(place), DnssecInterface::Ds, *algorithm, Some(*digest_type))
            }
            DnssecRecord::Key { algorithm, .. } => (Field::DnssecKey(place), DnssecInterface::Key, *algorithm, None),
        };
        if zone.dnssec.interface != wanted {
            let reason = match zone.dnssec.interface {
                DnssecInterface::None => format!(".{} takes no DNSSEC records", zone.suffix),
                DnssecInterface::Ds => format!(".{} takes DS records", zone.suffix),
                DnssecInterface::Key => format!(".{} takes DNSKEY records", zone.suffix),
            };
            problems.push(FieldProblem::new(field, Problem::NotAllowed { reason }));
        } else if !zone.dnssec.algorithms.contains(&algorithm) {
            let allowed = zone.dnssec.algorithms.iter().map(u8::to_string).collect();
            problems.push(FieldProblem::new(field, Problem::NotOneOf { allowed }));
        } else if digest.is_some_and(|d| !zone.dnssec.digests.contains(&d)) {
            let allowed = zone.dnssec.digests.iter().map(u8::to_string).collect();
            problems.push(FieldProblem::new(field, Problem::NotOneOf { allowed }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and digest of RFC 4509 2.3, and one as it stands in the DNS.
    #[test]
    fn a_key_has_the_digest_of_the_standard() {
        let key = "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==";
        let name = DomainName::parse("dskey.example.com").unwrap();
        let made = digest_of(&name, 256, 3, 5, key).unwrap();
        let digest_hex = "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A".to_owned();
        assert_eq!(made, DnssecRecord::Ds { key_tag: 60485, algorithm: 5, digest_type: 2, digest_hex });
        let another = "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==";
        let made = digest_of(&DomainName::parse("cloudflare.com").unwrap(), 257, 3, 13, another).unwrap();
        let digest_hex = "32996839A6D808AFE3EB4A795A0E6A7A39A76FC52FF228B22B76F6D63826F2B9".to_owned();
        assert_eq!(made, DnssecRecord::Ds { key_tag: 2371, algorithm: 13, digest_type: 2, digest_hex });
        for (flags, protocol, key) in [(0, 3, key), (256, 2, key), (256, 3, "=="), (256, 3, "")] {
            assert_eq!(digest_of(&name, flags, protocol, 5, key), None);
        }
    }
}
