//! Host objects (RFC 5732): our values to commands, data of replies to our values.

use std::net::IpAddr;

use epp::{Command, HostAddr, ResData, Status, Verb, codes, host, ns};
use model::HostName;

use super::session::{Reply, Services};
use super::{Misread, refused_here};
use crate::{RegistryHost, Trouble};

/// The command, where the registry has host objects at all.
fn command(services: &Services, body: host::Command) -> Result<Command, Trouble> {
    if !services.has(ns::HOST) {
        return Err(refused_here(codes::UNIMPLEMENTED_OBJECT, "the registry has no host objects"));
    }
    Ok(Command { verb: Verb::Host(body), extensions: Vec::new(), cltrid: None })
}

pub(super) fn info(services: &Services, name: &HostName) -> Result<Command, Trouble> {
    command(services, host::Command::Info { name: name.as_str().to_owned() })
}

pub(super) fn create(services: &Services, wish: &RegistryHost) -> Result<Command, Trouble> {
    let addrs = wish.addresses.iter().copied().map(HostAddr::from).collect();
    command(services, host::Command::Create(host::Create { name: wish.name.as_str().to_owned(), addrs }))
}

pub(super) fn delete(services: &Services, name: &HostName) -> Result<Command, Trouble> {
    command(services, host::Command::Delete { name: name.as_str().to_owned() })
}

/// What to add and to remove so that `present` becomes `wanted`; repetitions do not count.
fn difference<T: Clone + Ord>(present: &[T], wanted: &[T]) -> (Vec<T>, Vec<T>) {
    let only = |these: &[T], others: &[T]| {
        let mut list: Vec<T> = these.iter().filter(|one| !others.contains(one)).cloned().collect();
        list.sort();
        list.dedup();
        list
    };
    (only(wanted, present), only(present, wanted))
}

/// Whether a host stands as wanted.
pub(super) fn is_same(present: &RegistryHost, wanted: &RegistryHost) -> bool {
    let addresses = difference(&present.addresses, &wanted.addresses);
    let statuses = difference(&present.statuses, &wanted.statuses);
    present.name == wanted.name && addresses.0.is_empty() && addresses.1.is_empty() && statuses.0.is_empty() && statuses.1.is_empty()
}

/// The difference, with another name where that differs too.
pub(super) fn update(services: &Services, present: &RegistryHost, wanted: &RegistryHost) -> Result<Command, Trouble> {
    let part = |addresses: Vec<IpAddr>, statuses: Vec<String>| host::AddRem {
        addrs: addresses.into_iter().map(HostAddr::from).collect(),
        statuses: statuses.into_iter().map(Status::new).collect(),
    };
    let (new, gone) = difference(&present.addresses, &wanted.addresses);
    let (set, lifted) = difference(&present.statuses, &wanted.statuses);
    let name = present.name.as_str().to_owned();
    let new_name = (present.name != wanted.name).then(|| wanted.name.as_str().to_owned());
    command(services, host::Command::Update(host::Update { name, add: part(new, set), rem: part(gone, lifted), new_name }))
}

pub(super) fn read_info(reply: &Reply, name: &HostName) -> Result<RegistryHost, Misread> {
    let Some(ResData::HostInfo(data)) = &reply.response.res_data else { return Err(Misread::missing("what host it is")) };
    if !data.name.eq_ignore_ascii_case(name.as_str()) {
        return Err(Misread::foreign("host", &data.name));
    }
    let statuses = data.statuses.iter().map(|status| status.s.clone()).filter(|word| word.starts_with("client")).collect();
    Ok(RegistryHost { name: name.clone(), addresses: data.addrs.iter().filter_map(HostAddr::parse).collect(), statuses })
}

/// Whether a creation, if it says what was created, speaks of our host.
pub(super) fn read_created(reply: &Reply, name: &HostName) -> Result<(), Misread> {
    match &reply.response.res_data {
        Some(ResData::HostCreate(data)) if !data.object.eq_ignore_ascii_case(name.as_str()) => Err(Misread::foreign("host", &data.object)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_replaced_by_their_difference() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let (a, b, c) = (ip("192.0.2.1"), ip("192.0.2.2"), ip("2001:db8::1"));
        assert_eq!(difference(&[a, b], &[b, c, c]), (vec![c], vec![a]));
        assert_eq!(difference(&[a], &[a, a]), (vec![], vec![]));
        assert_eq!(difference::<IpAddr>(&[], &[]), (vec![], vec![]));
    }
}
