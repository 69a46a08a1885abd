//! Host objects (RFC 5732). A host under a name that is registered here belongs to that name's sponsor and has addresses; any other
//! host is only a name.

use super::command::{Call, Done};
use super::domain::{find, too_many};
use super::refuse::{Refusal, Stop, refuse, refuse_value};
use super::status::Statuses;
use super::tables::{self, HostRow, Phase};
use super::update::client_statuses;
use super::{roid, rules};
use epp::host::{Command, Create, InfData, Update};
use epp::{CheckItem, CreData, HostAddr, ResData, Status, codes, ns};
use model::Timestamp;
use std::net::IpAddr;
use store::Tx;

pub(super) fn run(tx: &mut Tx<'_>, call: &Call, command: &Command) -> Result<Done, Stop> {
    match command {
        Command::Check(names) => check(tx, names),
        Command::Info { name } => info(tx, name),
        Command::Create(wish) => create(tx, call, wish),
        Command::Delete { name } => delete(tx, call, name),
        Command::Update(wish) => update(tx, call, wish),
    }
}

fn check(tx: &mut Tx<'_>, names: &[String]) -> Result<Done, Stop> {
    if names.len() > rules::CHECK_MAX {
        return Err(too_many("name", rules::CHECK_MAX).into());
    }
    let mut items = Vec::with_capacity(names.len());
    for name in names {
        let reason = match rules::canonical(name) {
            None => Some("Invalid host name"),
            Some(host) if tables::host(tx, &host)?.is_some() => Some("In use"),
            Some(_) => None,
        };
        items.push(CheckItem { object: name.clone(), avail: reason.is_none(), reason: reason.map(Into::into) });
    }
    Ok(Done::data(ResData::HostCheck(items)))
}

fn canonical(name: &str) -> Result<String, Refusal> {
    rules::canonical(name).ok_or_else(|| refuse_value(codes::PARAMETER_SYNTAX, ns::HOST, "name", name, "a host name"))
}

fn load(tx: &mut Tx<'_>, name: &str) -> Result<HostRow, Stop> {
    let missing = || refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::HOST, "name", name, "no such host");
    Ok(tables::host(tx, &canonical(name)?)?.ok_or_else(missing)?)
}

fn load_own(tx: &mut Tx<'_>, call: &Call, name: &str) -> Result<HostRow, Stop> {
    let row = load(tx, name)?;
    if row.sponsor == call.registrar { Ok(row) } else { Err(refuse(codes::AUTHORIZATION_ERROR).into()) }
}

fn info(tx: &mut Tx<'_>, name: &str) -> Result<Done, Stop> {
    let row = load(tx, name)?;
    let mut statuses: Vec<Status> = row.statuses.words().map(Status::new).collect();
    if statuses.is_empty() {
        statuses.push(Status::new("ok"));
    }
    if tables::host_is_linked(tx, row.id)? {
        statuses.push(Status::new("linked"));
    }
    let data = InfData {
        name: row.name.clone(),
        roid: roid('H', row.id),
        statuses,
        addrs: row.addresses.split(' ').filter_map(|address| address.parse::<IpAddr>().ok()).map(HostAddr::from).collect(),
        cl_id: row.sponsor,
        cr_id: row.creator,
        cr_date: row.created.rfc3339(),
        up_id: row.updater,
        up_date: row.updated.map(Timestamp::rfc3339),
        tr_date: row.transferred.map(Timestamp::rfc3339),
    };
    Ok(Done::data(ResData::HostInfo(Box::new(data))))
}

/// An address that can be put into the public DNS.
fn address(given: &HostAddr) -> Result<IpAddr, Refusal> {
    let parsed =
        given.parse().ok_or_else(|| refuse_value(codes::PARAMETER_SYNTAX, ns::HOST, "addr", &given.addr, "an address of its version"))?;
    let public = match parsed {
        IpAddr::V4(v4) => {
            !(v4.is_unspecified() || v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast())
        }
        IpAddr::V6(v6) => {
            let unique_local = v6.segments()[0] & 0xfe00 == 0xfc00;
            let link_local = v6.segments()[0] & 0xffc0 == 0xfe80;
            !(v6.is_unspecified() || v6.is_loopback() || v6.is_multicast() || unique_local || link_local || v6.to_ipv4_mapped().is_some())
        }
    };
    if public { Ok(parsed) } else { Err(refuse_value(codes::PARAMETER_POLICY, ns::HOST, "addr", &given.addr, "a public address")) }
}

/// Where a host stands: inside a registered name that the caller sponsors (2201 if another does), or outside of all.
fn is_inside(tx: &mut Tx<'_>, call: &Call, apex: Option<&str>) -> Result<bool, Stop> {
    let Some(apex) = apex else { return Ok(false) };
    let Some(domain) = find(tx, call, apex)? else { return Ok(false) };
    if domain.sponsor != call.registrar {
        return Err(refuse_value(codes::AUTHORIZATION_ERROR, ns::HOST, "name", apex, "the domain above is another registrar's").into());
    }
    if domain.phase != Phase::Registered {
        return Err(refuse(codes::STATUS_PROHIBITS).into());
    }
    Ok(true)
}

/// Glue inside, and only there (RFC 5732 section 1.1).
fn judge_addresses(inside: bool, addresses: &[IpAddr], code_missing: u16) -> Result<(), Refusal> {
    if inside && addresses.is_empty() {
        return Err(refuse_value(code_missing, ns::HOST, "addr", "", "a host under a domain of this registry needs an address"));
    }
    if !inside && let Some(first) = addresses.first() {
        let reason = "only a host under a registered domain of this registry has addresses here";
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::HOST, "addr", &first.to_string(), reason));
    }
    if addresses.len() > rules::ADDRESSES_MAX {
        return Err(refuse_value(codes::PARAMETER_POLICY, ns::HOST, "addr", "", format!("at most {}", rules::ADDRESSES_MAX)));
    }
    Ok(())
}

fn judge_length(list: &[HostAddr]) -> Result<(), Refusal> {
    if list.len() > rules::LISTED_MAX {
        Err(refuse_value(codes::PARAMETER_POLICY, ns::HOST, "addr", "", "too many at once"))
    } else {
        Ok(())
    }
}

fn joined(addresses: &[IpAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn create(tx: &mut Tx<'_>, call: &Call, wish: &Create) -> Result<Done, Stop> {
    let name = canonical(&wish.name)?;
    judge_length(&wish.addrs)?;
    let mut addresses: Vec<IpAddr> = Vec::with_capacity(wish.addrs.len());
    for given in &wish.addrs {
        let address = address(given)?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    let apex = rules::apex(&name).map(str::to_owned);
    let inside = is_inside(tx, call, apex.as_deref())?;
    judge_addresses(inside, &addresses, codes::PARAMETER_MISSING)?;
    let row = HostRow {
        id: call.desk.number()?,
        name,
        apex,
        sponsor: call.registrar.clone(),
        creator: call.registrar.clone(),
        created: call.now,
        updater: None,
        updated: None,
        transferred: None,
        statuses: Statuses::NONE,
        addresses: joined(&addresses),
    };
    if !tables::insert_host(tx, &row)? {
        return Err(refuse_value(codes::OBJECT_EXISTS, ns::HOST, "name", &wish.name, "In use").into());
    }
    Ok(Done::data(ResData::HostCreate(CreData { object: wish.name.clone(), cr_date: row.created.rfc3339(), ex_date: None })))
}

fn delete(tx: &mut Tx<'_>, call: &Call, name: &str) -> Result<Done, Stop> {
    let row = load_own(tx, call, name)?;
    if row.statuses.any(Statuses::CLIENT_DELETE.with(Statuses::SERVER_DELETE)) {
        return Err(refuse(codes::STATUS_PROHIBITS).into());
    }
    if tables::host_is_linked(tx, row.id)? {
        return Err(refuse_value(codes::ASSOCIATION_PROHIBITS, ns::HOST, "name", name, "domains use it").into());
    }
    tables::delete_host(tx, row.id)?;
    Ok(Done::code(codes::SUCCESS))
}

fn update(tx: &mut Tx<'_>, call: &Call, wish: &Update) -> Result<Done, Stop> {
    let mut row = load_own(tx, call, &wish.name)?;
    if wish.add.is_empty() && wish.rem.is_empty() && wish.new_name.is_none() {
        return Err(refuse_value(codes::PARAMETER_MISSING, ns::HOST, "update", "", "nothing to change").into());
    }
    judge_length(&wish.add.addrs)?;
    judge_length(&wish.rem.addrs)?;
    let removed = client_statuses(&wish.rem.statuses, Statuses::HOST_ALL, ns::HOST)?;
    let added = client_statuses(&wish.add.statuses, Statuses::HOST_ALL, ns::HOST)?;
    let locked = row.statuses.any(Statuses::CLIENT_UPDATE) && !removed.any(Statuses::CLIENT_UPDATE);
    if locked || row.statuses.any(Statuses::SERVER_UPDATE) {
        return Err(refuse(codes::STATUS_PROHIBITS).into());
    }
    if added.any(removed) {
        return Err(refuse(codes::PARAMETER_POLICY).into());
    }
    row.statuses = row.statuses.without(removed).with(added);

    let mut addresses: Vec<IpAddr> = row.addresses.split(' ').filter_map(|address| address.parse().ok()).collect();
    for given in &wish.rem.addrs {
        let gone = address(given)?;
        let place = addresses.iter().position(|have| *have == gone);
        let missing = || refuse_value(codes::OBJECT_DOES_NOT_EXIST, ns::HOST, "addr", &given.addr, "not an address of this host");
        addresses.remove(place.ok_or_else(missing)?);
    }
    for given in &wish.add.addrs {
        let new = address(given)?;
        if !addresses.contains(&new) {
            addresses.push(new);
        }
    }
    if let Some(new) = &wish.new_name {
        rename(tx, call, &mut row, new)?;
    }
    let inside = is_inside(tx, call, row.apex.as_deref())?;
    judge_addresses(inside, &addresses, codes::PARAMETER_POLICY)?;
    row.addresses = joined(&addresses);
    row.updater = Some(call.registrar.clone());
    row.updated = Some(call.now);
    tables::save_host(tx, &row)?;
    Ok(Done::code(codes::SUCCESS))
}

/// A new name. It is refused where an outside host, before or after, serves other sponsors' domains (RFC 5732 section 3.2.5).
fn rename(tx: &mut Tx<'_>, call: &Call, row: &mut HostRow, new: &str) -> Result<(), Stop> {
    let name = canonical(new)?;
    if name == row.name {
        return Ok(());
    }
    if tables::host(tx, &name)?.is_some() {
        return Err(refuse_value(codes::OBJECT_EXISTS, ns::HOST, "name", new, "In use").into());
    }
    let apex = rules::apex(&name).map(str::to_owned);
    let was_inside = match &row.apex {
        Some(apex) => find(tx, call, apex)?.is_some(),
        None => false,
    };
    let inside = is_inside(tx, call, apex.as_deref())?;
    if !(was_inside && inside) && tables::host_is_linked_by_others(tx, row.id, &call.registrar)? {
        return Err(refuse_value(codes::ASSOCIATION_PROHIBITS, ns::HOST, "name", new, "domains of other registrars use it").into());
    }
    row.name = name;
    row.apex = apex;
    Ok(())
}
