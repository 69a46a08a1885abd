//! Filling the registry for a sandbox, a test or a bench: objects as if they had been made long ago. No rule of a command is asked.

use super::rules::{self, Zone};
use super::status::Statuses;
use super::tables::{self, ContactRow, DomainRow, HostRow, KeyRow, Phase, TransferRow};
use super::update::KIND_DS;
use super::{Desk, EmbeddedRegistry, contact, secrets};
use epp::contact::{Addr, PostalInfo, PostalKind};
use epp::kr;
use epp::secdns::DsData;
use model::Timestamp;
use std::sync::Arc;
use store::{Fault, Tx};

/// A contact to be there.
#[derive(Clone, Debug, Default)]
pub struct SeedContact {
    /// 3 to 16 characters.
    pub id: String,
    pub sponsor: String,
    pub name: String,
    pub org: Option<String>,
    pub street: String,
    pub city: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// `+CC.NUMBER`, or empty.
    pub voice: String,
    pub email: String,
}

/// A host to be there, with its glue if it lies under a name of this registry.
#[derive(Clone, Debug, Default)]
pub struct SeedHost {
    pub name: String,
    pub sponsor: String,
    pub addresses: Vec<std::net::IpAddr>,
}

/// Where a seeded domain stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum SeedPhase {
    /// Registered; if `expires` has passed, the registry's clock renews or deletes it at once.
    #[default]
    Registered,
    /// Deleted at this instant: in redemption or pending deletion, as its zone has it.
    Deleted(Timestamp),
    /// Being transferred to a registrar, asked for at this instant.
    Transfer { to: String, requested: Timestamp },
}

/// A domain to be there. Hosts and contacts must be there before it.
#[derive(Clone, Debug)]
pub struct SeedDomain {
    /// Under a served zone.
    pub name: String,
    pub sponsor: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// Last transfer.
    pub transferred: Option<Timestamp>,
    pub auth_info: Option<String>,
    /// EPP words of client and server statuses.
    pub statuses: Vec<String>,
    pub hosts: Vec<String>,
    pub registrant: String,
    pub admin: Vec<String>,
    pub tech: Vec<String>,
    pub billing: Vec<String>,
    pub dnssec: Vec<DsData>,
    pub kr: Option<kr::Data>,
    pub phase: SeedPhase,
}

impl SeedDomain {
    /// A plain registration without servers.
    pub fn new(
        name: impl Into<String>,
        sponsor: impl Into<String>,
        registrant: impl Into<String>,
        created: Timestamp,
        expires: Timestamp,
    ) -> SeedDomain {
        SeedDomain {
            name: name.into(),
            sponsor: sponsor.into(),
            created,
            expires,
            transferred: None,
            auth_info: None,
            statuses: Vec::new(),
            hosts: Vec::new(),
            registrant: registrant.into(),
            admin: Vec::new(),
            tech: Vec::new(),
            billing: Vec::new(),
            dnssec: Vec::new(),
            kr: None,
            phase: SeedPhase::Registered,
        }
    }
}

impl EmbeddedRegistry {
    /// Makes a registrar with this password; false if there is one of this id, which stays as it is.
    pub fn seed_registrar(&self, id: &str, password: &str) -> Result<bool, Fault> {
        if !(3..=16).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Fault::corrupt("a registrar id has 3 to 16 printable ASCII characters"));
        }
        let known = id.to_owned();
        if self.store.read::<_, Fault, _>(move |tx| tables::registrar_password(tx, &known))?.is_some() {
            return Ok(false);
        }
        let hash = self.door.hash(password, &self.desk.entropy).ok_or_else(|| Fault::corrupt("a password that cannot be hashed"))?;
        let (id, now) = (id.to_owned(), (self.clock)());
        self.store.write(move |tx| tables::put_registrar(tx, &id, &hash, now))
    }

    /// False if there is one of this id.
    pub fn seed_contact(&self, seed: SeedContact) -> Result<bool, Fault> {
        let (desk, now) = (self.desk.clone(), (self.clock)());
        self.store.write(move |tx| put_contact(tx, &desk, &seed, now))
    }

    /// False if there is one of this name.
    pub fn seed_host(&self, seed: SeedHost) -> Result<bool, Fault> {
        let (desk, now) = (self.desk.clone(), (self.clock)());
        self.store.write(move |tx| put_host(tx, &desk, &seed, now))
    }

    /// False if there is one of this name.
    pub fn seed_domain(&self, seed: SeedDomain) -> Result<bool, Fault> {
        Ok(self.seed_domains(vec![seed])? == 1)
    }

    /// Many in one transaction; returns how many were new.
    pub fn seed_domains(&self, seeds: Vec<SeedDomain>) -> Result<u64, Fault> {
        let desk: Arc<Desk> = self.desk.clone();
        self.store.write(move |tx| {
            let mut made = 0;
            for seed in &seeds {
                made += u64::from(put_domain(tx, &desk, seed)?);
            }
            Ok(made)
        })
    }
}

fn put_contact(tx: &mut Tx<'_>, desk: &Desk, seed: &SeedContact, now: Timestamp) -> Result<bool, Fault> {
    let ascii =
        [&seed.name, &seed.street, &seed.city].iter().all(|text| text.is_ascii()) && seed.org.as_ref().is_none_or(|org| org.is_ascii());
    let postal = PostalInfo {
        kind: if ascii { PostalKind::Int } else { PostalKind::Loc },
        name: seed.name.clone(),
        org: seed.org.clone(),
        addr: Addr {
            street: vec![seed.street.clone()],
            city: seed.city.clone(),
            sp: None,
            pc: Some(seed.postal_code.clone()),
            cc: seed.country.clone(),
        },
    };
    let packed =
        contact::pack_postal(&postal).map_err(|refusal| Fault::corrupt(format_args!("seeded contact {}: {}", seed.id, refusal.code)))?;
    let row = ContactRow {
        id: seed.id.clone(),
        number: desk.number()?,
        sponsor: seed.sponsor.clone(),
        creator: seed.sponsor.clone(),
        created: now,
        updater: None,
        updated: None,
        statuses: Statuses::NONE,
        auth_hash: None,
        int_postal: ascii.then(|| packed.clone()),
        loc_postal: (!ascii).then_some(packed),
        voice: (!seed.voice.is_empty()).then(|| seed.voice.clone()),
        fax: None,
        email: seed.email.clone(),
        disclose: None,
    };
    tables::insert_contact(tx, &row)
}

fn put_host(tx: &mut Tx<'_>, desk: &Desk, seed: &SeedHost, now: Timestamp) -> Result<bool, Fault> {
    let name = rules::canonical(&seed.name).ok_or_else(|| Fault::corrupt(format_args!("seeded host {}", seed.name)))?;
    let row = HostRow {
        id: desk.number()?,
        apex: rules::apex(&name).map(str::to_owned),
        name,
        sponsor: seed.sponsor.clone(),
        creator: seed.sponsor.clone(),
        created: now,
        updater: None,
        updated: None,
        transferred: None,
        statuses: Statuses::NONE,
        addresses: seed.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    };
    tables::insert_host(tx, &row)
}

fn put_domain(tx: &mut Tx<'_>, desk: &Desk, seed: &SeedDomain) -> Result<bool, Fault> {
    let wrong = |what: &str| Fault::corrupt(format_args!("seeded domain {}: {what}", seed.name));
    let served = rules::served(&seed.name).map_err(|trouble| wrong(trouble.reason()))?;
    let zone = served.zone;
    let mut row = DomainRow::new(desk.number()?, served.name, &seed.sponsor, seed.created, seed.expires);
    row.transferred = seed.transferred;
    row.auth_hash = seed.auth_info.as_deref().map(|code| secrets::hash_auth_info(code, &desk.entropy));
    for word in &seed.statuses {
        row.statuses = row.statuses.with(Statuses::of_word(word).ok_or_else(|| wrong("no such status"))?);
    }
    let until = |at: Timestamp, days: i64| (days > 0).then(|| at.plus_days(days));
    row.add_until = until(seed.created, zone.add_grace_days);
    row.transfer_until = seed.transferred.and_then(|at| until(at, zone.transfer_grace_days));
    if let Some(kr) = &seed.kr {
        row.kr_type.clone_from(&kr.certificate_type);
        row.kr_number.clone_from(&kr.certificate_number);
        row.kr_trustee = kr.trustee;
    }
    row.signed = !seed.dnssec.is_empty();
    let transfer = place(&mut row, zone, seed);
    if !tables::insert_domain(tx, &row)? {
        return Ok(false);
    }
    let mut contacts = vec![(0, seed.registrant.as_str())];
    for (role, ids) in [(1, &seed.admin), (2, &seed.tech), (3, &seed.billing)] {
        contacts.extend(ids.iter().map(|id| (role, id.as_str())));
    }
    if tables::link_contacts(tx, row.id, &contacts)? != contacts.len() as u64 {
        return Err(wrong("a contact is missing or named twice"));
    }
    if tables::link_hosts(tx, row.id, &seed.hosts)? != seed.hosts.len() as u64 {
        return Err(wrong("a host is missing, named twice or without glue"));
    }
    for ds in &seed.dnssec {
        let key = KeyRow {
            kind: KIND_DS,
            first: ds.key_tag.into(),
            algorithm: ds.alg.into(),
            second: ds.digest_type.into(),
            data: ds.digest.to_ascii_uppercase(),
        };
        tables::insert_key(tx, row.id, &key)?;
    }
    if let Some(transfer) = transfer {
        tables::put_transfer(tx, row.id, &transfer)?;
    }
    Ok(true)
}

/// Brings the row into the seed's phase.
fn place(row: &mut DomainRow, zone: &Zone, seed: &SeedDomain) -> Option<TransferRow> {
    match &seed.phase {
        SeedPhase::Registered => None,
        SeedPhase::Deleted(at) => {
            let redemption = zone.redemption_days > 0;
            row.phase = if redemption { Phase::Redemption } else { Phase::PendingDelete };
            let days = if redemption { zone.redemption_days } else { zone.pending_delete_days };
            row.phase_until = Some(at.plus_days(days));
            row.redemption_until = redemption.then(|| at.plus_days(days));
            row.statuses = row.statuses.with(Statuses::PENDING_DELETE);
            row.add_until = None;
            row.transfer_until = None;
            row.updated = Some(*at);
            row.updater = Some(seed.sponsor.clone());
            None
        }
        SeedPhase::Transfer { to, requested } => {
            let days = match zone.transfer {
                rules::TransferRule::Days(days) | rules::TransferRule::Consent(days) => days,
                rules::TransferRule::AtOnce | rules::TransferRule::ByTag => 0,
            };
            row.transfer_act_by = Some(requested.plus_days(days));
            row.statuses = row.statuses.with(Statuses::PENDING_TRANSFER);
            Some(TransferRow {
                status: "pending".to_owned(),
                requested_by: to.clone(),
                requested: *requested,
                acting: seed.sponsor.clone(),
                acted: requested.plus_days(days),
                expires: Some(match zone.on_transfer {
                    rules::OnTransfer::Keeps => seed.expires,
                    rules::OnTransfer::Extends => rules::plus_months(seed.expires, 12),
                    rules::OnTransfer::Restarts => rules::plus_months(requested.plus_days(days), 12),
                }),
            })
        }
    }
}
