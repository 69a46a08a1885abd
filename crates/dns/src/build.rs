//! A hosted zone as answers: SOA and name servers by themselves, redirections as our addresses, texts in strings, signatures where wanted.

use engine::hosted::Version;
use hickory_proto::dnssec::crypto::Ed25519SigningKey;
use hickory_proto::dnssec::rdata::DNSKEY;
use hickory_proto::dnssec::{DnssecSigner, Nsec3HashAlgorithm, SigningKey};
use hickory_proto::rr::rdata::{A, AAAA, CAA, CNAME, MX, NAPTR, NS, SOA, SRV, TXT};
use hickory_proto::rr::{LowerName, Name, RData, Record};
use hickory_server::dnssec::NxProofKind;
use hickory_server::net::runtime::TokioRuntimeProvider;
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use model::hosted::{Data, Record as HostedRecord};
use model::{DomainName, HostName};
use rustls_pki_types::PrivatePkcs8KeyDer;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Where web requests for redirected names are answered.
#[derive(Clone, Default, Debug)]
pub struct Redirects {
    pub v4: Vec<Ipv4Addr>,
    pub v6: Vec<Ipv6Addr>,
}

/// A zone ready to answer.
pub struct Built {
    pub catalog: Catalog,
    pub version: Version,
    /// What it weighs in memory, in records.
    pub weight: usize,
}

/// Seconds: of name servers and SOA, and of what is not there (RFC 2308).
const NAME_SERVER_TTL: u32 = 86_400;
const NEGATIVE_TTL: u32 = 300;
/// SOA timers (RFC 1912 section 2.2), in seconds.
const REFRESH: i32 = 10_800;
const RETRY: i32 = 3_600;
const EXPIRE: i32 = 604_800;
/// Signatures are good for so long; the zone is built anew each day.
const SIGNATURE: Duration = Duration::from_secs(14 * 86_400);
/// A signed record is kept with its signature, and with the proof of what is beside it and that one's signature.
const SIGNED_WEIGHT: usize = 4;
/// The name under which SOA speaks of name servers where none were made known.
const NOBODY: &str = "ns.invalid.";

/// Absence is proven by hashed names, without salt and further rounds (RFC 9276 section 3.1).
fn absence() -> NxProofKind {
    NxProofKind::Nsec3 { algorithm: Nsec3HashAlgorithm::SHA1, salt: Arc::from([]), iterations: 0, opt_out: false }
}

/// Builds the answers of a zone; the problem as text if it cannot be.
pub fn build(
    apex: &DomainName,
    version: Version,
    records: &[HostedRecord],
    name_servers: &[HostName],
    key: Option<[u8; 32]>,
    redirects: &Redirects,
) -> Result<Built, String> {
    let (origin, serial) = (absolute(apex.as_str())?, version.serial);
    let mut zone =
        InMemoryZoneHandler::<TokioRuntimeProvider>::empty(origin.clone(), ZoneType::Primary, AxfrPolicy::Deny, key.map(|_| absence()));
    let first = name_servers.first().map_or_else(|| absolute(NOBODY), |host| absolute(host.as_str()))?;
    let mailbox = absolute("hostmaster")?.append_domain(&origin).map_err(|e| e.to_string())?;
    let soa = SOA::new(first, mailbox, serial, REFRESH, RETRY, EXPIRE, NEGATIVE_TTL);
    zone.upsert_mut(Record::from_rdata(origin.clone(), NAME_SERVER_TTL, RData::SOA(soa)), serial);
    for host in name_servers {
        zone.upsert_mut(Record::from_rdata(origin.clone(), NAME_SERVER_TTL, RData::NS(NS(absolute(host.as_str())?))), serial);
    }
    for record in records {
        // A mailbox is no name of the DNS: it is for the mail side.
        if matches!(record.data, Data::MailForward { .. }) {
            continue;
        }
        let name = absolute(&record.label.below(apex))?;
        for data in answered(apex, &record.data, redirects)? {
            zone.upsert_mut(Record::from_rdata(name.clone(), record.answered_ttl_seconds(), data), serial);
        }
    }
    if let Some(seed) = key {
        zone.add_zone_signing_key_mut(signer(&seed, origin.clone())?).map_err(|e| e.to_string())?;
        zone.secure_zone_mut().map_err(|e| e.to_string())?;
    }
    let mut catalog = Catalog::new();
    catalog.upsert(LowerName::new(&origin), vec![Arc::new(zone)]);
    let weight = (records.len() + name_servers.len() + 1) * if key.is_some() { SIGNED_WEIGHT } else { 1 };
    Ok(Built { catalog, version, weight })
}

/// What the DNS says for a record.
fn answered(apex: &DomainName, data: &Data, redirects: &Redirects) -> Result<Vec<RData>, String> {
    let name = |target: &model::hosted::Target| absolute(&target.absolute(apex));
    let octets = |text: &model::hosted::Text| text.as_str().as_bytes().to_vec().into_boxed_slice();
    Ok(match data {
        Data::A(address) | Data::DynamicA(address) => vec![RData::A(A(*address))],
        Data::Aaaa(address) | Data::DynamicAaaa(address) => vec![RData::AAAA(AAAA(*address))],
        Data::Cname(target) => vec![RData::CNAME(CNAME(name(target)?))],
        Data::Ns(target) => vec![RData::NS(NS(name(target)?))],
        Data::Mx { preference, exchange } => vec![RData::MX(MX::new(*preference, name(exchange)?))],
        Data::Txt(text) => vec![RData::TXT(TXT::from_bytes(text.strings()))],
        Data::Srv { priority, weight, port, target } => vec![RData::SRV(SRV::new(*priority, *weight, *port, name(target)?))],
        Data::Naptr { order, preference, flags, service, regex, replacement } => {
            vec![RData::NAPTR(NAPTR::new(*order, *preference, octets(flags), octets(service), octets(regex), name(replacement)?))]
        }
        Data::Caa { flags, tag, value } => {
            let mut caa = CAA::new_issue(flags & 0x80 != 0, None, Vec::new());
            caa.reserved_flags = flags & 0x7f;
            caa.tag = tag.as_str().to_owned();
            caa.value = value.as_str().as_bytes().to_vec();
            vec![RData::CAA(caa)]
        }
        Data::Url(_) | Data::Frame { .. } => {
            let v4 = redirects.v4.iter().map(|address| RData::A(A(*address)));
            v4.chain(redirects.v6.iter().map(|address| RData::AAAA(AAAA(*address)))).collect()
        }
        Data::MailForward { .. } => Vec::new(),
    })
}

/// A name of the DNS; empty is the root.
fn absolute(name: &str) -> Result<Name, String> {
    let mut name = Name::from_str(name).map_err(|e| format!("{name}: {e}"))?;
    name.set_fqdn(true);
    Ok(name)
}

/// The key that signs the zone and is its own key-signing key (RFC 8080), from its seed.
fn signer(seed: &[u8; 32], origin: Name) -> Result<DnssecSigner, String> {
    let key = signing_key(seed)?;
    let public = key.to_public_key().map_err(|e| e.to_string())?;
    // Zone key and secure entry point: flags 257.
    let dnskey = DNSKEY::new(true, true, false, public);
    Ok(DnssecSigner::new(dnskey, Box::new(key), origin, SIGNATURE))
}

fn signing_key(seed: &[u8; 32]) -> Result<Ed25519SigningKey, String> {
    // PKCS #8 version 1 around an Ed25519 seed (RFC 8410 section 7).
    const PREFIX: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let der = [PREFIX.as_slice(), seed.as_slice()].concat();
    Ed25519SigningKey::from_pkcs8(&PrivatePkcs8KeyDer::from(der)).map_err(|e| e.to_string())
}
