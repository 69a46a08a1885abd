//! Domain names (RFC 5731): check, info, create, renew, delete.

use super::command::{Call, Done, Extensions, Services};
use super::fees::{self, Operation};
use super::refuse::{Refusal, Stop, refuse, refuse_value};
use super::rules::{self, ServedName, Zone};
use super::secrets;
use super::status::Statuses;
use super::tables::{self, DomainRow, KeyRow, Phase};
use super::{lifecycle, roid};
use epp::domain::{ContactRef, ContactRole, Create, Hosts, InfData, Info, NameServers, RenData, Renew};
use epp::fee::{ChkData, OutcomeVerb};
use epp::{AuthInfo, CheckItem, CreData, ResData, ResponseExt, Status, codes, fee, kr, ns, secdns};
use model::Timestamp;
use store::{Fault, Tx};

/// Finds a domain by its canonical name, after whatever was overdue there has happened.
pub(super) fn find(tx: &mut Tx<'_>, call: &Call, name: &str) -> Result<Option<DomainRow>, Stop> {
    match tables::domain(tx, name)? {
        Some(row) if row.due() <= call.now => {
            if !call.writing {
                return Err(Stop::Due);
            }
            lifecycle::settle(tx, &call.desk, name, call.now)?;
            Ok(tables::domain(tx, name)?)
        }
        found => Ok(found),
    }
}

/// Finds the domain of a command (2303 where there is none).
pub(super) fn load(tx: &mut Tx<'_>, call: &Call, text: &str) -> Result<DomainRow, Stop> {
    let missing = || Stop::from(refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::DOMAIN, "name", text, "not registered here"));
    match rules::served(text) {
        Ok(served) => find(tx, call, &served.name)?.ok_or_else(missing),
        Err(rules::NameTrouble::Syntax) => Err(rules::NameTrouble::Syntax.refusal(text).into()),
        Err(_) => Err(missing()),
    }
}

/// Finds a domain that the caller sponsors.
pub(super) fn load_own(tx: &mut Tx<'_>, call: &Call, text: &str) -> Result<DomainRow, Stop> {
    let row = load(tx, call, text)?;
    if row.sponsor != call.registrar {
        return Err(refuse(codes::AUTHORIZATION_ERROR).into());
    }
    Ok(row)
}

/// The zone of a stored domain.
pub(super) fn zone(row: &DomainRow) -> Result<&'static Zone, Fault> {
    Zone::of(&row.name).ok_or_else(|| Fault::corrupt(format_args!("{} is under no served zone", row.name)))
}

/// Whether a name is taken now.
fn is_taken(tx: &mut Tx<'_>, call: &Call, name: &str) -> Result<bool, Stop> {
    match tables::domain_due(tx, name)? {
        None => Ok(false),
        Some(due) if due > call.now => Ok(true),
        Some(_) if !call.writing => Err(Stop::Due),
        Some(_) => {
            lifecycle::settle(tx, &call.desk, name, call.now)?;
            Ok(tables::domain_due(tx, name)?.is_some())
        }
    }
}

pub(super) fn check(tx: &mut Tx<'_>, call: &Call, names: &[String], fee: Option<&fee::Check>) -> Result<Done, Stop> {
    if names.len() > rules::CHECK_MAX {
        return Err(too_many("name", rules::CHECK_MAX).into());
    }
    let mut items = Vec::with_capacity(names.len());
    let mut priced = Vec::new();
    for name in names {
        let served = rules::served(name);
        let reason = match &served {
            Err(trouble) => Some(trouble.reason()),
            Ok(served) if is_taken(tx, call, &served.name)? => Some("In use"),
            Ok(_) => None,
        };
        items.push(CheckItem { object: name.clone(), avail: reason.is_none(), reason: reason.map(Into::into) });
        if let Some(fee) = fee {
            priced.push(fees::check_item(name, served.as_ref().ok(), fee)?);
        }
    }
    let mut done = Done::data(ResData::DomainCheck(items));
    if fee.is_some() {
        done.extensions.push(ResponseExt::FeeCheck(ChkData { currency: rules::CURRENCY.to_owned(), items: priced }));
    }
    Ok(done)
}

pub(super) fn too_many(element: &'static str, max: usize) -> Refusal {
    refuse_value(codes::PARAMETER_POLICY, ns::DOMAIN, element, "", format!("at most {max}"))
}

/// Whether the authInfo given opens this domain: its own, or that of its registrant where a roid names it. 2202 where it does not.
pub(super) fn open_with(tx: &mut Tx<'_>, call: &Call, row: &DomainRow, given: &AuthInfo) -> Result<(), Stop> {
    let wrong = || refuse(codes::INVALID_AUTH_INFO);
    let AuthInfo::Pw { pw, roid: named } = given else { return Err(wrong().into()) };
    let kept = match named {
        None => row.auth_hash.clone(),
        Some(named) if *named == roid('D', row.id) => row.auth_hash.clone(),
        Some(named) => tables::registrant_auth(tx, row.id)?.filter(|(number, _)| *named == roid('C', *number)).and_then(|(_, kept)| kept),
    };
    let key = format!("{} {}", call.registrar, row.name);
    if call.desk.guesses.judge(key, kept.as_deref(), pw.expose(), call.now) { Ok(()) } else { Err(wrong().into()) }
}

/// The status words of a domain, as they are shown.
pub(super) fn status_words(statuses: Statuses, delegated: bool) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = statuses.words().collect();
    if !delegated {
        words.push("inactive");
    }
    if words.is_empty() {
        words.push("ok");
    }
    words
}

/// The grace periods and phases of RFC 3915 that hold at `now`.
fn rgp_statuses(row: &DomainRow, now: Timestamp) -> Vec<Status> {
    let runs = |until: Option<Timestamp>| until.is_some_and(|until| until > now);
    let word = match row.phase {
        Phase::Redemption => "redemptionPeriod",
        Phase::PendingRestore => "pendingRestore",
        Phase::PendingDelete => "pendingDelete",
        Phase::Registered => {
            let periods = [
                ("addPeriod", row.add_until),
                ("autoRenewPeriod", row.autorenew_until),
                ("renewPeriod", row.renew_until),
                ("transferPeriod", row.transfer_until),
            ];
            return periods.into_iter().filter(|(_, until)| runs(*until)).map(|(word, _)| Status::new(word)).collect();
        }
    };
    vec![Status::new(word)]
}

/// Role numbers of the tables.
pub(super) const REGISTRANT: i64 = 0;

pub(super) fn role_number(role: &ContactRole) -> Result<i64, Refusal> {
    match role {
        ContactRole::Admin => Ok(1),
        ContactRole::Tech => Ok(2),
        ContactRole::Billing => Ok(3),
        ContactRole::Other(word) => Err(refuse_value(codes::PARAMETER_RANGE, ns::DOMAIN, "contact", word, "admin, billing or tech")),
    }
}

fn role_of(number: i64) -> Option<ContactRole> {
    match number {
        1 => Some(ContactRole::Admin),
        2 => Some(ContactRole::Tech),
        3 => Some(ContactRole::Billing),
        _ => None,
    }
}

/// The sponsor, and who holds the authInfo, sees all; others see that the name is registered, by whom, until when, and its servers.
pub(super) fn info(tx: &mut Tx<'_>, call: &Call, info: &Info) -> Result<Done, Stop> {
    let row = load(tx, call, &info.name)?;
    let mut full = row.sponsor == call.registrar;
    // An empty password asks nothing; it is what clients send that have none.
    if let Some(given) = info.auth_info.as_ref().filter(|given| given.as_pw().is_none_or(|pw| !pw.expose().is_empty()))
        && !full
    {
        open_with(tx, call, &row, given)?;
        full = true;
    }
    let delegated = tables::hosts_of_domain(tx, row.id)?;
    let statuses = status_words(row.statuses, !delegated.is_empty()).into_iter().map(Status::new).collect();
    let mut data = InfData {
        name: row.name.clone(),
        roid: roid('D', row.id),
        statuses,
        cl_id: row.sponsor.clone(),
        cr_date: Some(row.created.rfc3339()),
        ex_date: Some(row.expires.rfc3339()),
        up_date: row.updated.map(Timestamp::rfc3339),
        tr_date: row.transferred.map(Timestamp::rfc3339),
        ..InfData::default()
    };
    if matches!(info.hosts, Hosts::All | Hosts::Del) && !delegated.is_empty() {
        data.ns = Some(NameServers::Objects(delegated));
    }
    if matches!(info.hosts, Hosts::All | Hosts::Sub) {
        data.hosts = tables::hosts_under(tx, &row.name)?;
    }
    if full {
        data.cr_id = Some(row.creator.clone());
        data.up_id = row.updater.clone();
        for (role, id) in tables::contacts_of_domain(tx, row.id)? {
            match role_of(role) {
                Some(role) => data.contacts.push(ContactRef { role, id }),
                None => data.registrant = Some(id),
            }
        }
    }
    let mut done = Done::data(ResData::DomainInfo(Box::new(data)));
    let periods = rgp_statuses(&row, call.now);
    if !periods.is_empty() {
        done.extensions.push(ResponseExt::RgpInfo(periods));
    }
    if row.signed && call.services.has(Services::SECDNS) {
        done.extensions.push(ResponseExt::SecDnsInfo(shown_keys(tables::keys(tx, row.id)?)?));
    }
    if full && (row.kr_type.is_some() || row.kr_number.is_some() || row.kr_trustee) {
        let data = kr::Data { certificate_type: row.kr_type, certificate_number: row.kr_number, trustee: row.kr_trustee };
        done.extensions.push(ResponseExt::KrInfo(data));
    }
    Ok(done)
}

fn shown_keys(rows: Vec<KeyRow>) -> Result<secdns::Data, Fault> {
    let small = |number: i64| u8::try_from(number).map_err(Fault::corrupt);
    let wide = |number: i64| u16::try_from(number).map_err(Fault::corrupt);
    let (ds, keys): (Vec<KeyRow>, Vec<KeyRow>) = rows.into_iter().partition(|row| row.kind == super::update::KIND_DS);
    let records = if ds.is_empty() {
        let key = |row: KeyRow| -> Result<secdns::KeyData, Fault> {
            Ok(secdns::KeyData { flags: wide(row.first)?, protocol: small(row.second)?, alg: small(row.algorithm)?, pub_key: row.data })
        };
        secdns::Records::Key(keys.into_iter().map(key).collect::<Result<_, _>>()?)
    } else {
        let signer = |row: KeyRow| -> Result<secdns::DsData, Fault> {
            Ok(secdns::DsData {
                key_tag: wide(row.first)?,
                alg: small(row.algorithm)?,
                digest_type: small(row.second)?,
                digest: row.data,
                key_data: None,
            })
        };
        secdns::Records::Ds(ds.into_iter().map(signer).collect::<Result<_, _>>()?)
    };
    Ok(secdns::Data { max_sig_life: None, records })
}

/// The authInfo to keep, hashed; none where it is empty (RFC 9154 section 4.1).
pub(super) fn kept_auth_info(call: &Call, given: &AuthInfo, ns: &'static str) -> Result<Option<String>, Refusal> {
    let Some(pw) = given.as_pw() else { return Err(refuse(codes::UNIMPLEMENTED_OPTION)) };
    let text = pw.expose();
    if text.is_empty() {
        return Ok(None);
    }
    if !rules::AUTH_INFO_LENGTH.contains(&text.chars().count()) {
        // The value is a secret: it is not repeated.
        return Err(refuse_value(codes::PARAMETER_RANGE, ns, "pw", "", "none, or 6 to 255 characters"));
    }
    Ok(Some(secrets::hash_auth_info(text, &call.desk.entropy)))
}

/// Host names of a command, canonical, each once.
pub(super) fn host_names(servers: &NameServers) -> Result<Vec<String>, Refusal> {
    let NameServers::Objects(names) = servers else {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::DOMAIN, "hostAttr", "", "this registry has host objects: hostObj"));
    };
    if names.len() > rules::LISTED_MAX {
        return Err(too_many("hostObj", rules::LISTED_MAX));
    }
    let mut hosts: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let host =
            rules::canonical(name).ok_or_else(|| refuse_value(codes::PARAMETER_SYNTAX, ns::DOMAIN, "hostObj", name, "a host name"))?;
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    Ok(hosts)
}

/// Links hosts: each must exist (2303), and have an address where it lies under a name of this registry (2306).
pub(super) fn link_hosts(tx: &mut Tx<'_>, domain: &DomainRow, names: &[String]) -> Result<(), Stop> {
    let linked = tables::link_hosts(tx, domain.id, names)?;
    if linked == names.len() as u64 {
        return Ok(());
    }
    for name in names {
        let Some(host) = tables::host(tx, name)? else {
            return Err(refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::DOMAIN, "hostObj", name, "no such host").into());
        };
        if let Some(apex) = &host.apex
            && host.addresses.is_empty()
            && tables::domain_due(tx, apex)?.is_some()
        {
            return Err(refuse_value(codes::PARAMETER_POLICY, ns::DOMAIN, "hostObj", name, "the host needs an address").into());
        }
    }
    Ok(())
}

/// Links contacts by role: each must exist (2303).
pub(super) fn link_contacts(tx: &mut Tx<'_>, domain: &DomainRow, wishes: &[(i64, &str)]) -> Result<(), Stop> {
    let linked = tables::link_contacts(tx, domain.id, wishes)?;
    if linked == wishes.len() as u64 {
        return Ok(());
    }
    for (role, id) in wishes {
        if !tables::contact_exists(tx, id)? {
            let element = if *role == REGISTRANT { "registrant" } else { "contact" };
            return Err(refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::DOMAIN, element, id, "no such contact").into());
        }
    }
    Ok(())
}

/// The contacts of a command with their role numbers, each once.
pub(super) fn contact_wishes(contacts: &[ContactRef]) -> Result<Vec<(i64, &str)>, Refusal> {
    if contacts.len() > rules::LISTED_MAX {
        return Err(too_many("contact", rules::LISTED_MAX));
    }
    let mut wishes: Vec<(i64, &str)> = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let wish = (role_number(&contact.role)?, contact.id.as_str());
        if !wishes.contains(&wish) {
            wishes.push(wish);
        }
    }
    Ok(wishes)
}

/// 2306 where a role has more contacts than it may.
pub(super) fn judge_contact_count(roles: impl Iterator<Item = i64>) -> Result<(), Refusal> {
    let mut counts = [0_usize; 4];
    for role in roles {
        if let Some(count) = usize::try_from(role).ok().and_then(|role| counts.get_mut(role)) {
            *count += 1;
        }
    }
    if counts.iter().any(|count| *count > rules::CONTACTS_PER_ROLE_MAX) {
        Err(too_many("contact", rules::CONTACTS_PER_ROLE_MAX))
    } else {
        Ok(())
    }
}

/// What the Korean zones ask for: a certificate by kind and number, or a trustee (2003, 2306).
pub(super) fn judge_certificate(zone: &Zone, row: &DomainRow) -> Result<(), Refusal> {
    if let Some(kind) = &row.kr_type
        && !rules::CERTIFICATES.contains(&kind.as_str())
    {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::KR, "ctfyType", kind, "no such kind of certificate"));
    }
    if !zone.certificate || row.kr_trustee {
        return Ok(());
    }
    let missing =
        |element| Err(refuse_value(codes::PARAMETER_MISSING, ns::KR, element, "", "a certificate or a trustee is needed in this zone"));
    match (&row.kr_type, &row.kr_number) {
        (None, _) => missing("ctfyType"),
        (_, None) => missing("ctfyNo"),
        (Some(_), Some(_)) => Ok(()),
    }
}

pub(super) fn create(tx: &mut Tx<'_>, call: &Call, wish: &Create, extensions: &Extensions<'_>) -> Result<Done, Stop> {
    let ServedName { name, zone } = rules::served(&wish.name).map_err(|trouble| trouble.refusal(&wish.name))?;
    let months = fees::months(zone, wish.period)?;
    let hosts = wish.ns.as_ref().map(host_names).transpose()?.unwrap_or_default();
    if hosts.len() > rules::HOSTS_MAX {
        return Err(too_many("hostObj", rules::HOSTS_MAX).into());
    }
    let Some(registrant) = &wish.registrant else {
        return Err(refuse_value(codes::PARAMETER_MISSING, ns::DOMAIN, "registrant", "", "a registrant is needed").into());
    };
    let mut contacts = contact_wishes(&wish.contacts)?;
    contacts.push((REGISTRANT, registrant));
    judge_contact_count(contacts.iter().map(|(role, _)| *role))?;
    let keys = extensions.keys_create.map(|data| super::update::created_keys(zone, data)).transpose()?.unwrap_or_default();

    let mut row = DomainRow::new(call.desk.number()?, name, &call.registrar, call.now, rules::plus_months(call.now, months));
    row.term_months = months;
    row.auth_hash = kept_auth_info(call, &wish.auth_info, ns::DOMAIN)?;
    row.add_until = (zone.add_grace_days > 0).then(|| call.now.plus_days(zone.add_grace_days));
    row.signed = !keys.is_empty();
    if let Some(kr) = extensions.kr_create {
        row.kr_type = kr.certificate_type.clone().filter(|text| !text.is_empty());
        row.kr_number = kr.certificate_number.clone().filter(|text| !text.is_empty());
        row.kr_trustee = kr.trustee;
    }
    judge_certificate(zone, &row)?;
    let amount_e4 = fees::agree(zone, &row.name, Operation::Create, months, extensions.fee)?;

    if !tables::insert_domain(tx, &row)? {
        // What holds the name may be overdue to go.
        if is_taken(tx, call, &row.name)? || !tables::insert_domain(tx, &row)? {
            return Err(refuse_value(codes::OBJECT_EXISTS, ns::DOMAIN, "name", &wish.name, "In use").into());
        }
    }
    // Hosts that were made while nobody held the name above them are now the new sponsor's.
    tables::give_hosts_under(tx, &row.name, &call.registrar, call.now)?;
    link_contacts(tx, &row, &contacts)?;
    if !hosts.is_empty() {
        link_hosts(tx, &row, &hosts)?;
    }
    for key in &keys {
        tables::insert_key(tx, row.id, key)?;
    }
    fees::charge(tx, call, &row, Operation::Create, months, amount_e4, zone.add_grace_days)?;

    let data = CreData { object: wish.name.clone(), cr_date: row.created.rfc3339(), ex_date: Some(row.expires.rfc3339()) };
    let mut done = Done::data(ResData::DomainCreate(data));
    done.extensions = fees::outcome(OutcomeVerb::Create, extensions.fee, amount_e4, zone.add_grace_days);
    Ok(done)
}

/// 2304 where a status forbids the operation.
pub(super) fn forbid(row: &DomainRow, statuses: Statuses) -> Result<(), Refusal> {
    if row.statuses.any(statuses) || row.phase != Phase::Registered { Err(refuse(codes::STATUS_PROHIBITS)) } else { Ok(()) }
}

pub(super) fn renew(tx: &mut Tx<'_>, call: &Call, wish: &Renew, agreed: Option<&fee::Transform>) -> Result<Done, Stop> {
    let mut row = load_own(tx, call, &wish.name)?;
    let zone = zone(&row)?;
    forbid(&row, Statuses::CLIENT_RENEW.with(Statuses::SERVER_RENEW).with(Statuses::PENDING_TRANSFER))?;
    // The date is what makes a repetition harmless: a renewal that was done has moved it. RFC 5731 writes an XML date, which may
    // carry a time zone; only the day counts.
    if wish.cur_exp_date.get(..10) != Some(row.expires.date().as_str()) {
        let reason = "not the present expiry date";
        return Err(refuse_value(codes::NOT_ELIGIBLE_FOR_RENEWAL, ns::DOMAIN, "curExpDate", &wish.cur_exp_date, reason).into());
    }
    let months = fees::months(zone, wish.period)?;
    let expires = rules::plus_months(row.expires, months);
    if expires > rules::horizon(call.now) {
        return Err(refuse_value(codes::PARAMETER_RANGE, ns::DOMAIN, "period", &months.to_string(), "beyond ten years from now").into());
    }
    let amount_e4 = fees::agree(zone, &row.name, Operation::Renew, months, agreed)?;
    row.expires = expires;
    row.term_months = months;
    row.updater = Some(call.registrar.clone());
    row.updated = Some(call.now);
    row.renew_until = (zone.renew_grace_days > 0).then(|| call.now.plus_days(zone.renew_grace_days));
    tables::save_domain(tx, &row)?;
    fees::charge(tx, call, &row, Operation::Renew, months, amount_e4, zone.renew_grace_days)?;
    let mut done = Done::data(ResData::DomainRenew(RenData { name: wish.name.clone(), ex_date: Some(row.expires.rfc3339()) }));
    done.extensions = fees::outcome(OutcomeVerb::Renew, agreed, amount_e4, zone.renew_grace_days);
    Ok(done)
}

pub(super) fn delete(tx: &mut Tx<'_>, call: &Call, name: &str) -> Result<Done, Stop> {
    let mut row = load_own(tx, call, name)?;
    forbid(&row, Statuses::CLIENT_DELETE.with(Statuses::SERVER_DELETE).with(Statuses::PENDING_TRANSFER))?;
    if tables::hosts_under_are_linked(tx, &row)? {
        return Err(refuse_value(codes::ASSOCIATION_PROHIBITS, ns::DOMAIN, "name", name, "other domains use hosts under it").into());
    }
    row.updater = Some(call.registrar.clone());
    row.updated = Some(call.now);
    row.pending_cltrid = call.cltrid.clone();
    row.pending_svtrid = Some(call.svtrid.clone());
    let gone = lifecycle::begin_deletion(tx, &call.desk, row, call.now)?;
    Ok(Done::code(if gone { codes::SUCCESS } else { codes::SUCCESS_PENDING }))
}
