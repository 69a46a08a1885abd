//! Host objects (RFC 5732): our values to commands, data of replies to our values.

use std::net::IpAddr;

use epp::{Command, HostAddr, ResData, Verb, codes, host, ns};
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

/// The addresses to add and to remove so that `present` becomes `wanted`; repetitions do not count.
pub(super) fn difference(present: &[IpAddr], wanted: &[IpAddr]) -> (Vec<IpAddr>, Vec<IpAddr>) {
    let only = |these: &[IpAddr], others: &[IpAddr]| {
        let mut list: Vec<IpAddr> = these.iter().copied().filter(|address| !others.contains(address)).collect();
        list.sort();
        list.dedup();
        list
    };
    (only(wanted, present), only(present, wanted))
}

pub(super) fn update(services: &Services, name: &HostName, add: &[IpAddr], remove: &[IpAddr]) -> Result<Command, Trouble> {
    let part = |list: &[IpAddr]| host::AddRem { addrs: list.iter().copied().map(HostAddr::from).collect(), statuses: Vec::new() };
    let update = host::Update { name: name.as_str().to_owned(), add: part(add), rem: part(remove), new_name: None };
    command(services, host::Command::Update(update))
}

/// Another name, and none of the addresses.
pub(super) fn rename(services: &Services, present: &RegistryHost, to: &HostName) -> Result<Command, Trouble> {
    let gone = host::AddRem { addrs: present.addresses.iter().copied().map(HostAddr::from).collect(), statuses: Vec::new() };
    let none = host::AddRem { addrs: Vec::new(), statuses: Vec::new() };
    let update = host::Update { name: present.name.as_str().to_owned(), add: none, rem: gone, new_name: Some(to.as_str().to_owned()) };
    command(services, host::Command::Update(update))
}

pub(super) fn read_info(reply: &Reply, name: &HostName) -> Result<RegistryHost, Misread> {
    let Some(ResData::HostInfo(data)) = &reply.response.res_data else { return Err(Misread::missing("what host it is")) };
    if !data.name.eq_ignore_ascii_case(name.as_str()) {
        return Err(Misread::foreign("host", &data.name));
    }
    Ok(RegistryHost { name: name.clone(), addresses: data.addrs.iter().filter_map(HostAddr::parse).collect() })
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
        assert_eq!(difference(&[], &[]), (vec![], vec![]));
    }
}
