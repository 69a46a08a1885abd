//! Domain names (RFC 5731) with DNSSEC, restore and .kr data: our values to commands, data of replies to our values.

use epp::domain::{AddRem, Change, ContactRef, ContactRole, Create, Hosts, Info, NameServers, Renew, Transfer, Update};
use epp::fee::TransformVerb;
use epp::release::Release;
use epp::rgp::{Report, Restore};
use epp::secdns::{Data, DsData, KeyData, Records, Remove};
use epp::{AuthInfo, AuthInfoChange, Command, CommandExt, Period, RawXml, ResData, ResponseExt, Status, TransferOp, Verb};
use epp::{TrnData, codes, domain, kr, ns, secdns};
use model::{DomainName, HostName, Money, Months, Timestamp};

use super::session::{IDN, Reply, Services};
use super::{Misread, fees, refused_here, words};
use crate::{Availability, CreateDomain, CreatedDomain, Dnssec, DomainContacts, FeeQuestion, KrCertificate};
use crate::{RegistryDomain, RegistryTransfer, RenewDomain, Trouble, UpdateDomain};

/// The two statements that a restore report makes (RFC 3915 section 4.2.5, in the words of its example).
const STATEMENTS: [&str; 2] = [
    "This registrar has not restored the Registered Name in order to assume the rights to use or sell the Registered Name for itself or \
     for any third party.",
    "The information in this report is true to best of this registrar's knowledge, and this registrar acknowledges that intentionally \
     supplying false information in this report shall constitute an incurable material breach of the Registry-Registrar Agreement.",
];

fn command(body: domain::Command, extensions: Vec<Option<CommandExt>>) -> Command {
    Command { verb: Verb::Domain(body), extensions: extensions.into_iter().flatten().collect(), cltrid: None }
}

fn require(services: &Services, uri: &str, what: &str) -> Result<(), Trouble> {
    if services.has(uri) { Ok(()) } else { Err(refused_here(codes::UNIMPLEMENTED_EXTENSION, format!("the registry takes no {what}"))) }
}

pub(super) fn check(services: &Services, names: &[DomainName], fee: Option<&FeeQuestion>) -> Result<Command, Trouble> {
    let names = names.iter().map(|name| name.as_str().to_owned()).collect();
    Ok(command(domain::Command::Check(names), vec![fees::question(services, fee)?]))
}

pub(super) fn read_check(reply: &Reply, names: &[DomainName], fee: Option<&FeeQuestion>) -> Result<Vec<Availability>, Misread> {
    let Some(ResData::DomainCheck(items)) = &reply.response.res_data else { return Err(Misread::missing("what is available")) };
    let find = |name: &DomainName| {
        let Some(item) = items.iter().find(|item| item.object.eq_ignore_ascii_case(name.as_str())) else {
            return Err(Misread { what: format!("the answer leaves out {name}"), foreign: true });
        };
        let (class, fees) = fees::stated(reply, name.as_str(), fee);
        let reason = item.reason.as_ref().map(|reason| words::clean(&reason.text, 200)).filter(|reason| !reason.is_empty());
        Ok(Availability { name: name.clone(), available: item.avail, reason, class, fees })
    };
    names.iter().map(find).collect()
}

pub(super) fn info(name: &DomainName, auth_info: Option<&str>) -> Command {
    let info = Info { name: name.as_str().to_owned(), hosts: Hosts::All, auth_info: auth_info.map(AuthInfo::pw) };
    command(domain::Command::Info(info), Vec::new())
}

pub(super) fn create(services: &Services, wish: &CreateDomain) -> Result<Command, Trouble> {
    let create = Create {
        name: wish.name.as_str().to_owned(),
        period: Some(fees::period(wish.months)?),
        ns: name_servers(&wish.hosts),
        registrant: wish.contacts.registrant.clone(),
        contacts: contact_refs(&wish.contacts),
        auth_info: AuthInfo::pw(wish.auth_info.as_str()),
    };
    let dnssec = match records(&wish.dnssec)? {
        Some(records) => {
            require(services, ns::SECDNS, "DNSSEC data")?;
            Some(CommandExt::SecDnsCreate(Data { max_sig_life: None, records }))
        }
        None => None,
    };
    let kr = match &wish.kr {
        Some(certificate) => {
            require(services, ns::KR, "certificates")?;
            Some(CommandExt::KrCreate(kr::Data {
                certificate_type: certificate.kind.clone(),
                certificate_number: certificate.number.clone(),
                trustee: certificate.trustee,
            }))
        }
        None => None,
    };
    let idn = wish.idn_language.as_deref().filter(|_| services.has(IDN)).map(|table| idn(table, &wish.name)).transpose()?;
    let fee = fees::agreement(services, TransformVerb::Create, wish.fee.as_ref())?;
    Ok(command(domain::Command::Create(create), vec![dnssec, kr, idn, fee]))
}

/// The IDN table of a name and its U-form (idn-1.0).
fn idn(table: &str, name: &DomainName) -> Result<CommandExt, Trouble> {
    let text = |text: &str| RawXml::text(text).map_err(|e| refused_here(codes::PARAMETER_SYNTAX, e.to_string()));
    let (table, uname) = (text(table)?, text(&name.unicode())?);
    let xml = format!(
        "<idn:data xmlns:idn=\"{IDN}\"><idn:table>{}</idn:table><idn:uname>{}</idn:uname></idn:data>",
        table.as_str(),
        uname.as_str()
    );
    let xml = RawXml::parse(xml).map_err(|e| refused_here(codes::PARAMETER_SYNTAX, e.to_string()))?;
    Ok(CommandExt::Unknown { ns: IDN.to_owned(), xml })
}

pub(super) fn renew(services: &Services, wish: &RenewDomain) -> Result<Command, Trouble> {
    let renew =
        Renew { name: wish.name.as_str().to_owned(), cur_exp_date: wish.current_expiry.date(), period: Some(fees::period(wish.months)?) };
    let fee = fees::agreement(services, TransformVerb::Renew, wish.fee.as_ref())?;
    Ok(command(domain::Command::Renew(renew), vec![fee]))
}

pub(super) fn delete(name: &DomainName) -> Command {
    command(domain::Command::Delete { name: name.as_str().to_owned() }, Vec::new())
}

pub(super) fn update(services: &Services, name: &DomainName, change: &UpdateDomain) -> Result<Command, Trouble> {
    let statuses = |words: &[String]| words.iter().map(Status::new).collect();
    let part = |hosts: &[HostName], contacts: &DomainContacts, words: &[String]| AddRem {
        ns: name_servers(hosts),
        contacts: contact_refs(contacts),
        statuses: statuses(words),
    };
    let auth_info = change.auth_info.as_ref().map(|code| match code {
        Some(code) => AuthInfoChange::Set(AuthInfo::pw(code.as_str())),
        None => AuthInfoChange::Null,
    });
    let update = Update {
        name: name.as_str().to_owned(),
        add: part(&change.add_hosts, &change.add_contacts, &change.add_statuses),
        rem: part(&change.remove_hosts, &change.remove_contacts, &change.remove_statuses),
        chg: Change { registrant: change.registrant.clone(), auth_info },
    };
    let rem = if change.remove_all_dnssec { Some(Remove::All) } else { records(&change.remove_dnssec)?.map(Remove::Records) };
    let add = records(&change.add_dnssec)?.map(|records| Data { max_sig_life: None, records });
    let dnssec = if rem.is_some() || add.is_some() {
        require(services, ns::SECDNS, "DNSSEC data")?;
        Some(CommandExt::SecDnsUpdate(secdns::Update { urgent: false, rem, add, chg_max_sig_life: None }))
    } else {
        None
    };
    let kr = match &change.kr {
        Some(certificate) => {
            require(services, ns::KR, "certificates")?;
            // The whole certificate is stated: what it no longer has is removed.
            Some(CommandExt::KrUpdate(kr::Update {
                certificate_type: Some(certificate.kind.clone().unwrap_or_default()),
                certificate_number: Some(certificate.number.clone().unwrap_or_default()),
                trustee: Some(certificate.trustee),
            }))
        }
        None => None,
    };
    Ok(command(domain::Command::Update(update), vec![dnssec, kr]))
}

/// Lets a name go to a registrar, or to the registry itself.
pub(super) fn release(services: &Services, name: &DomainName, to: Option<&str>) -> Result<Command, Trouble> {
    require(services, ns::RELEASE, "name back and hands none over")?;
    let update = Update { name: name.as_str().to_owned(), ..Update::default() };
    let release = Release { registrar: to.map(str::to_owned) };
    Ok(command(domain::Command::Update(update), vec![Some(CommandExt::Release(release))]))
}

/// First step of a restore (RFC 3915): the request, as an update without changes.
pub(super) fn restore(services: &Services, name: &DomainName, fee: Option<&Money>) -> Result<Command, Trouble> {
    require(services, ns::RGP, "restore")?;
    let update = Update { name: name.as_str().to_owned(), ..Update::default() };
    let fee = fees::agreement(services, TransformVerb::Update, fee)?;
    Ok(command(domain::Command::Update(update), vec![Some(CommandExt::RgpRestore(Restore::Request)), fee]))
}

/// Second step of a restore: the report. `deleted` and `requested` are the instants of the deletion and of the request.
pub(super) fn report(services: &Services, found: &RegistryDomain, deleted: Timestamp, requested: Timestamp) -> Result<Command, Trouble> {
    require(services, ns::RGP, "restore")?;
    let hosts: Vec<&str> = found.hosts.iter().map(HostName::as_str).collect();
    let registrant = found.contacts.registrant.as_deref().unwrap_or("none");
    let data = format!("Name: {}. Registrant: {registrant}. Name servers: {}.", found.name, hosts.join(" "));
    let data = RawXml::text(&data).map_err(|e| refused_here(codes::PARAMETER_SYNTAX, e.to_string()))?;
    let report = Report {
        pre_data: data.clone(),
        post_data: data,
        del_time: deleted.rfc3339(),
        res_time: requested.rfc3339(),
        res_reason: "The registrant asked for the name to be restored.".to_owned(),
        statements: STATEMENTS.map(str::to_owned).to_vec(),
        other: None,
    };
    let update = Update { name: found.name.as_str().to_owned(), ..Update::default() };
    Ok(command(domain::Command::Update(update), vec![Some(CommandExt::RgpRestore(Restore::Report(Box::new(report))))]))
}

pub(super) fn transfer(
    services: &Services,
    op: TransferOp,
    name: &DomainName,
    auth_info: Option<&str>,
    months: Option<Months>,
    fee: Option<&Money>,
) -> Result<Command, Trouble> {
    let period: Option<Period> = months.map(fees::period).transpose()?;
    let body = Transfer { name: name.as_str().to_owned(), period, auth_info: auth_info.map(AuthInfo::pw) };
    let fee = fees::agreement(services, TransformVerb::Transfer, fee)?;
    Ok(command(domain::Command::Transfer { op, body }, vec![fee]))
}

fn name_servers(hosts: &[HostName]) -> Option<NameServers> {
    (!hosts.is_empty()).then(|| NameServers::Objects(hosts.iter().map(|host| host.as_str().to_owned()).collect()))
}

fn contact_refs(contacts: &DomainContacts) -> Vec<ContactRef> {
    let roles = [(ContactRole::Admin, &contacts.admin), (ContactRole::Tech, &contacts.tech), (ContactRole::Billing, &contacts.billing)];
    roles.into_iter().flat_map(|(role, ids)| ids.iter().map(move |id| ContactRef { role: role.clone(), id: id.clone() })).collect()
}

/// The records in one of the two forms; RFC 5910 section 4 lets a command use only one.
fn records(list: &[Dnssec]) -> Result<Option<Records>, Trouble> {
    let (mut ds, mut keys) = (Vec::new(), Vec::new());
    for record in list {
        match record.clone() {
            Dnssec::Ds { key_tag, algorithm, digest_type, digest_hex } => {
                ds.push(DsData { key_tag, alg: algorithm, digest_type, digest: digest_hex.to_ascii_uppercase(), key_data: None });
            }
            Dnssec::Key { flags, protocol, algorithm, public_key_base64 } => {
                keys.push(KeyData { flags, protocol, alg: algorithm, pub_key: public_key_base64 });
            }
        }
    }
    match (ds.is_empty(), keys.is_empty()) {
        (true, true) => Ok(None),
        (false, true) => Ok(Some(Records::Ds(ds))),
        (true, false) => Ok(Some(Records::Key(keys))),
        (false, false) => Err(refused_here(codes::PARAMETER_POLICY, "DS and key records cannot be mixed in one command (RFC 5910)")),
    }
}

fn same_name(found: &str, name: &DomainName) -> Result<(), Misread> {
    if found.eq_ignore_ascii_case(name.as_str()) { Ok(()) } else { Err(Misread::foreign("name", found)) }
}

/// An instant of a reply. Some registries leave out the zone, which is always UTC (RFC 5730 section 2.4).
fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(text).or_else(|| Timestamp::parse_rfc3339(&format!("{}Z", text.trim())))
}

fn opt_instant(text: Option<&String>) -> Option<Timestamp> {
    text.and_then(|text| instant(text))
}

pub(super) fn read_created(reply: &Reply, name: &DomainName) -> Result<CreatedDomain, Misread> {
    let Some(ResData::DomainCreate(data)) = &reply.response.res_data else { return Err(Misread::missing("what was created")) };
    same_name(&data.object, name)?;
    let expires = opt_instant(data.ex_date.as_ref()).ok_or_else(|| Misread::missing("when the name expires"))?;
    let created = instant(&data.cr_date).ok_or_else(|| Misread::missing("when the name was created"))?;
    Ok(CreatedDomain { created, expires })
}

pub(super) fn read_renewed(reply: &Reply, name: &DomainName) -> Result<Timestamp, Misread> {
    let Some(ResData::DomainRenew(data)) = &reply.response.res_data else { return Err(Misread::missing("what was renewed")) };
    same_name(&data.name, name)?;
    opt_instant(data.ex_date.as_ref()).ok_or_else(|| Misread::missing("when the name expires"))
}

/// What the registry says of the restore: its grace-period words, if any.
pub(super) fn read_restored(reply: &Reply) -> Vec<String> {
    let words = reply.response.extensions.iter().find_map(|extension| match extension {
        ResponseExt::RgpUpdate(list) => Some(list.iter().map(|status| status.s.clone()).collect()),
        _ => None,
    });
    words.unwrap_or_default()
}

/// The transfer that a reply tells of; none where it tells nothing.
pub(super) fn read_transfer(reply: &Reply, name: &DomainName) -> Result<Option<RegistryTransfer>, Misread> {
    match &reply.response.res_data {
        Some(ResData::DomainTransfer(data)) => transfer_of(data, name).map(Some),
        _ => Ok(None),
    }
}

fn transfer_of(data: &TrnData, name: &DomainName) -> Result<RegistryTransfer, Misread> {
    same_name(&data.object, name)?;
    Ok(RegistryTransfer {
        name: name.clone(),
        status: data.tr_status.clone(),
        requested_by: data.re_id.clone(),
        requested: instant(&data.re_date).ok_or_else(|| Misread::missing("when the transfer was asked for"))?,
        acting: data.ac_id.clone(),
        act_by: instant(&data.ac_date).ok_or_else(|| Misread::missing("until when may be acted"))?,
        expires: opt_instant(data.ex_date.as_ref()),
    })
}

pub(super) fn read_info(reply: &Reply, name: &DomainName) -> Result<RegistryDomain, Misread> {
    let Some(ResData::DomainInfo(data)) = &reply.response.res_data else { return Err(Misread::missing("what name it is")) };
    same_name(&data.name, name)?;
    let mut found = RegistryDomain {
        name: name.clone(),
        roid: data.roid.clone(),
        sponsor: data.cl_id.clone(),
        statuses: data.statuses.iter().map(|status| status.s.clone()).collect(),
        rgp_statuses: Vec::new(),
        contacts: DomainContacts { registrant: data.registrant.clone().filter(|id| !id.is_empty()), ..DomainContacts::default() },
        hosts: Vec::new(),
        dnssec: Vec::new(),
        created: opt_instant(data.cr_date.as_ref()),
        updated: opt_instant(data.up_date.as_ref()),
        expires: opt_instant(data.ex_date.as_ref()),
        transferred: opt_instant(data.tr_date.as_ref()),
        kr: None,
    };
    for contact in &data.contacts {
        match contact.role {
            ContactRole::Admin => found.contacts.admin.push(contact.id.clone()),
            ContactRole::Tech => found.contacts.tech.push(contact.id.clone()),
            ContactRole::Billing => found.contacts.billing.push(contact.id.clone()),
            ContactRole::Other(_) => {}
        }
    }
    for host in data.ns.iter().flat_map(NameServers::names) {
        match HostName::parse(host) {
            Ok(host) => found.hosts.push(host),
            Err(_) => {
                tracing::warn!(name = name.as_str(), host = words::clean(host, 80), "the registry holds a host that has no proper name")
            }
        }
    }
    for extension in &reply.response.extensions {
        match extension {
            ResponseExt::SecDnsInfo(data) => found.dnssec = dnssec(&data.records),
            ResponseExt::RgpInfo(list) => found.rgp_statuses = list.iter().map(|status| status.s.clone()).collect(),
            ResponseExt::KrInfo(data) => {
                found.kr = Some(KrCertificate {
                    kind: data.certificate_type.clone(),
                    number: data.certificate_number.clone(),
                    trustee: data.trustee,
                });
            }
            _ => {}
        }
    }
    Ok(found)
}

fn dnssec(records: &Records) -> Vec<Dnssec> {
    match records {
        Records::Ds(list) => list
            .iter()
            .map(|ds| Dnssec::Ds {
                key_tag: ds.key_tag,
                algorithm: ds.alg,
                digest_type: ds.digest_type,
                digest_hex: ds.digest.to_ascii_uppercase(),
            })
            .collect(),
        Records::Key(list) => list
            .iter()
            .map(|key| Dnssec::Key { flags: key.flags, protocol: key.protocol, algorithm: key.alg, public_key_base64: key.pub_key.clone() })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dnssec_records_take_one_form() {
        let ds = Dnssec::Ds { key_tag: 1, algorithm: 13, digest_type: 2, digest_hex: "ab".repeat(32) };
        let key = Dnssec::Key { flags: 257, protocol: 3, algorithm: 13, public_key_base64: "AAAA".to_owned() };
        assert_eq!(records(&[]), Ok(None));
        let Ok(Some(Records::Ds(list))) = records(std::slice::from_ref(&ds)) else { panic!("DS records stay DS records") };
        assert_eq!(list[0].digest, "AB".repeat(32));
        assert!(matches!(records(std::slice::from_ref(&key)), Ok(Some(Records::Key(list))) if list.len() == 1));
        assert!(matches!(records(&[ds, key]), Err(Trouble::Refused { code: 2306, .. })));
    }

    #[test]
    fn instants_without_a_zone_are_utc() {
        let whole = Timestamp::parse_rfc3339("2031-01-01T00:00:00Z");
        assert_eq!(instant("2031-01-01T00:00:00"), whole);
        assert_eq!(instant("2031-01-01T00:00:00.0Z"), whole);
        assert_eq!(instant("2031-01-01T09:00:00+09:00"), whole);
        assert_eq!(instant("soon"), None);
    }
}
