//! Create, modify, rename and delete host objects, at the registry first.
//!
//! Reached by DMAPI `ns-create`, `ns-modify`, `ns-delete`, CentralNic `AddNameserver`, `ModifyNameserver`, `DeleteNameserver`.
//! Refuses: DomainUnknown, HostUnknown, AlreadyExists, Fields, StatusForbids, NotSupported, ObjectBusy.

use crate::context::{Cx, Operation};
use crate::domain::{Accepted, DONE, Outcome, SetChange, of_account, zone_of};
use crate::error::broken;
use crate::order::{self, Finished, Intent, Wanted};
use crate::{Error, audit, events};
use model::order::OrderKind;
use model::policy::HostsAs;
use model::{DomainName, Field, FieldProblem, HostName, Money, Need, Problem, Refusal};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::hosts::{self, Host};
use store::orders::{self, Order};
use store::{Tx, contacts, domains};

/// Asks for a host below one of the account's domains.
#[derive(Clone, Debug)]
pub struct Create {
    pub name: HostName,
    pub addresses: Vec<IpAddr>,
    /// Of [`super::STATUSES`], in any case.
    pub statuses: Vec<String>,
    pub client_id: String,
}

/// Asks for other addresses, of which at least one must remain, for another name or for other statuses.
#[derive(Clone, Debug)]
pub struct Modify {
    pub name: HostName,
    pub addresses: HostAddresses,
    /// Below a name of the account too; the names that use the host go on using it.
    pub new_name: Option<HostName>,
    /// Of [`super::STATUSES`], in any case.
    pub statuses: SetChange<String>,
    pub client_id: String,
}

/// What becomes of a host's addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostAddresses {
    /// All of them, or single ones.
    Set(SetChange<IpAddr>),
    /// One of each kind, as DMAPI has them: `None` stays, `Some(None)` is emptied.
    OfKind { v4: Option<Option<IpAddr>>, v6: Option<Option<IpAddr>> },
}

/// Asks for a host to be deleted.
#[derive(Clone, Debug)]
pub struct Delete {
    pub name: HostName,
    /// Where names still use it: move it out of the way under a name that resolves nowhere (RFC 9874).
    pub force: bool,
    pub client_id: String,
}

/// What is done with a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HostVerb {
    Create,
    Modify,
    Delete,
    /// Renamed where it cannot be deleted.
    ForceDelete,
}

/// The wish as it is kept until the registry has decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostWish {
    pub verb: HostVerb,
    pub name: String,
    /// The domain above.
    pub domain: i64,
    /// Separated by blanks.
    pub addresses: String,
    /// Separated by blanks.
    pub statuses: String,
    /// The name that it gets; empty where it keeps its own.
    pub new_name: String,
}

/// More than any registry takes.
const ADDRESSES_MAX: usize = 13;

impl Operation for Create {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let parent = parent_of(cx, &self.name)?;
        let domain = of_account(tx, cx, &parent)?;
        let zone = zone_of(cx, &domain)?;
        if zone.hosts.managed_as == HostsAs::Attribute {
            return Err(Refusal::NotSupported { what: format!("host objects under .{}", zone.suffix) }.into());
        }
        let addresses = decide(&self.addresses)?;
        let statuses = super::status::after("", &SetChange::whole(self.statuses.clone()))?;
        let name = self.name.as_str().to_owned();
        let wish = HostWish { verb: HostVerb::Create, name, domain: domain.id, addresses, statuses, new_name: String::new() };
        open(tx, cx, &domain.registry, wish, &self.client_id, |tx| match hosts::by_name(tx, self.name.as_str())? {
            Some(_) => Err(Refusal::AlreadyExists.into()),
            None => Ok(false),
        })
    }
}

impl Operation for Modify {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let (host, registry) = own(tx, cx, &self.name)?;
        let present = super::addresses(&host.addresses)?;
        let addresses = decide(&changed(&present, &self.addresses)?)?;
        let statuses = super::status::after(&host.statuses, &self.statuses)?;
        let renamed = self.new_name.as_ref().filter(|new| new.as_str() != host.name);
        let domain = match renamed {
            Some(new) => destination(tx, cx, new, &registry)?,
            None => host.domain_id,
        };
        let new_name = renamed.map(|new| new.as_str().to_owned()).unwrap_or_default();
        let unchanged = addresses == host.addresses && statuses == host.statuses && renamed.is_none();
        if !unchanged {
            super::status::may_change(&host.statuses, &statuses)?;
        }
        let wish = HostWish { verb: HostVerb::Modify, name: host.name, domain, addresses, statuses, new_name };
        let taken = wish.new_name.clone();
        open(tx, cx, &registry, wish, &self.client_id, |tx| {
            if unchanged {
                return Ok(true);
            }
            // Another wish may be about the new name; a host that has it is somebody's.
            if !taken.is_empty() && orders::holder(tx, &lock_of(&taken))?.is_some() {
                return Err(Refusal::ObjectBusy { object: taken }.into());
            }
            if !taken.is_empty() && hosts::by_name(tx, &taken)?.is_some() { Err(Refusal::AlreadyExists.into()) } else { Ok(false) }
        })
    }
}

impl Operation for Delete {
    type Done = Accepted;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let (host, registry) = own(tx, cx, &self.name)?;
        let verb = if self.force { HostVerb::ForceDelete } else { HostVerb::Delete };
        super::status::may_go(&host.statuses, self.force)?;
        let Host { name, domain_id: domain, addresses, statuses, .. } = host;
        let wish = HostWish { verb, name, domain, addresses, statuses, new_name: String::new() };
        open(tx, cx, &registry, wish, &self.client_id, |_| Ok(false))
    }
}

/// The registered name that a host is below.
fn parent_of(cx: &Cx<'_>, name: &HostName) -> Result<DomainName, Refusal> {
    let unsold = || Refusal::ZoneNotSold { name: name.as_str().to_owned() };
    let whole = DomainName::parse(name.as_str()).map_err(|_| unsold())?;
    let zone = cx.zones().zone_of(&whole).ok_or_else(unsold)?;
    let below = name.as_str().strip_suffix(&zone.suffix).and_then(|rest| rest.strip_suffix('.')).ok_or_else(unsold)?;
    let label = below.rsplit('.').next().unwrap_or(below);
    DomainName::parse(&format!("{label}.{}", zone.suffix)).map_err(|_| unsold())
}

/// The account's domain that a host is to be below from now on, at the same registry.
fn destination(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &HostName, registry: &str) -> Result<i64, Error> {
    let parent = parent_of(cx, name)?;
    let domain = of_account(tx, cx, &parent)?;
    let zone = zone_of(cx, &domain)?;
    if zone.hosts.managed_as == HostsAs::Attribute {
        return Err(Refusal::NotSupported { what: format!("host objects under .{}", zone.suffix) }.into());
    }
    if domain.registry != registry {
        return Err(Refusal::NotSupported { what: "a new name for a host at another registry".to_owned() }.into());
    }
    Ok(domain.id)
}

fn own(tx: &mut Tx<'_>, cx: &Cx<'_>, name: &HostName) -> Result<(Host, String), Error> {
    let host = hosts::of_account(tx, cx.actor.account, name.as_str())?.ok_or(Refusal::HostUnknown)?;
    let domain = store::domains::by_id(tx, host.domain_id)?.ok_or_else(|| broken("a host without its domain"))?;
    Ok((host, domain.registry))
}

/// The addresses after a change.
fn changed(present: &[IpAddr], change: &HostAddresses) -> Result<Vec<IpAddr>, Refusal> {
    match change {
        HostAddresses::Set(change) => {
            if change.whole.is_none() && change.remove.iter().any(|gone| !present.contains(gone)) {
                return Err(Refusal::field(FieldProblem::new(Field::HostAddress(0), Problem::Unknown)));
            }
            Ok(change.applied(present))
        }
        HostAddresses::OfKind { v4, v6 } => {
            let mut all = Vec::new();
            for (is_v4, new) in [(true, v4), (false, v6)] {
                match new {
                    None => all.extend(present.iter().filter(|address| address.is_ipv4() == is_v4)),
                    Some(new) => all.extend(new),
                }
            }
            Ok(all)
        }
    }
}

/// The addresses as they are stored: IPv4 first, each once; or what is wrong with them. Pure.
fn decide(addresses: &[IpAddr]) -> Result<String, Refusal> {
    let mut all = addresses.to_vec();
    all.sort_unstable();
    all.dedup();
    let mut problems = Vec::new();
    if all.is_empty() {
        problems.push(FieldProblem::missing(Field::HostAddress(0)));
    }
    if all.len() > ADDRESSES_MAX {
        let expected = format!("at most {ADDRESSES_MAX} addresses");
        problems.push(FieldProblem::new(Field::HostAddress(0), Problem::OutOfRange { expected }));
    }
    for address in all.iter().filter(|address| !is_public(address)) {
        let reason = "it lies in a range that is reserved".to_owned();
        problems.push(FieldProblem::new(Field::HostAddress(u8::from(address.is_ipv6())), Problem::NotAllowed { reason }));
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems));
    }
    Ok(all.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(" "))
}

/// Whether the world can reach an address (IANA special-purpose registries). Those of documentation are taken: the sandbox and its examples
/// use them, and they harm nobody.
fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let protocol = a == 192 && b == 0 && c == 0;
            let benchmark = a == 198 && (b == 18 || b == 19);
            !(a == 0 || a >= 224 || v4.is_private() || v4.is_loopback() || v4.is_link_local() || shared || protocol || benchmark)
        }
        IpAddr::V6(v6) => {
            let head = v6.segments()[0];
            let local = head & 0xfe00 == 0xfc00 || head & 0xffc0 == 0xfe80 || head & 0xffc0 == 0xfec0;
            !(v6.is_unspecified() || v6.is_loopback() || v6.is_multicast() || local || v6.to_ipv4_mapped().is_some())
        }
    }
}

/// What an order about a host holds.
fn lock_of(name: &str) -> String {
    format!("host:{name}")
}

/// Joins the same wish on its way, or opens the order; `done` says whether there is nothing to do.
fn open(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    registry: &str,
    wish: HostWish,
    client_id: &str,
    done: impl FnOnce(&mut Tx<'_>) -> Result<bool, Error>,
) -> Result<Accepted, Error> {
    let kind = match wish.verb {
        HostVerb::Create => OrderKind::HostCreate,
        HostVerb::Modify => OrderKind::HostModify,
        HostVerb::Delete | HostVerb::ForceDelete => OrderKind::HostDelete,
    };
    let object = wish.name.clone();
    let lock = lock_of(&object);
    let fingerprint = format!("{} {object} {} {:?} {} {}", kind.word(), wish.addresses, wish.verb, wish.new_name, wish.statuses);
    if let Some(order) = order::join_object(tx, cx, &lock, &object, &fingerprint)? {
        return Ok(Accepted { order });
    }
    let price = Money::zero(cx.actor.currency);
    if done(tx)? {
        let done = Finished { kind, object: &object, client_id, price, message: DONE };
        return Ok(Accepted { order: order::finished(tx, cx, done)? });
    }
    let wanted = Wanted { kind, object: &object, lock: &lock, registry, fingerprint, price, client_id, intent: Intent::Host(wish) };
    Ok(Accepted { order: order::open_object(tx, cx, wanted)? })
}

/// The registry has it so.
pub(crate) fn settle(tx: &mut Tx<'_>, cx: &Cx<'_>, order: &Order, wish: &HostWish) -> Result<Outcome, Error> {
    let present = hosts::by_name(tx, &wish.name)?;
    let domain = domains::by_id(tx, wish.domain)?;
    let (subclass, message) = match (wish.verb, present) {
        (HostVerb::Create, None) if domain.is_some() => {
            let host = Host {
                id: cx.id(),
                account_id: domain.map_or(order.account_id, |d| d.account_id),
                domain_id: wish.domain,
                name: wish.name.clone(),
                addresses: wish.addresses.clone(),
                statuses: wish.statuses.clone(),
                created_at: cx.now,
                created_by: order.actor.clone(),
                updated_at: cx.now,
                updated_by: order.actor.clone(),
            };
            hosts::insert(tx, &host)?;
            ("NAMESERVER_CREATION_SUCCESSFUL", DONE)
        }
        (HostVerb::Create | HostVerb::Modify, Some(host)) => {
            let renamed = !wish.new_name.is_empty();
            if renamed {
                contacts::forget_host_at_registry(tx, &order.registry, &wish.name)?;
            }
            // One that got the name meanwhile is the same host at the registry.
            if let Some(twin) = hosts::by_name(tx, &wish.new_name)?.filter(|twin| twin.id != host.id) {
                hosts::delete(tx, twin.id)?;
            }
            match domain {
                Some(domain) => {
                    let name = if renamed { wish.new_name.clone() } else { host.name.clone() };
                    let (addresses, statuses, updated_by) = (wish.addresses.clone(), wish.statuses.clone(), order.actor.clone());
                    let (account_id, domain_id) = (domain.account_id, domain.id);
                    hosts::save(tx, &Host { account_id, domain_id, name, addresses, statuses, updated_at: cx.now, updated_by, ..host })?;
                }
                // The name that it is below now went away in the meantime, and the host with it.
                None => {
                    hosts::delete(tx, host.id)?;
                }
            }
            ("NAMESERVER_MODIFICATION_SUCCESSFUL", DONE)
        }
        (HostVerb::Delete | HostVerb::ForceDelete, Some(host)) => {
            hosts::delete(tx, host.id)?;
            contacts::forget_host_at_registry(tx, &order.registry, &wish.name)?;
            ("NAMESERVER_DELETION_SUCCESSFUL", DONE)
        }
        // Its domain went away in the meantime, and the host with it.
        (HostVerb::Create | HostVerb::Modify | HostVerb::Delete | HostVerb::ForceDelete, None) => {
            ("NAMESERVER_DELETION_SUCCESSFUL", "The host is gone")
        }
    };
    let mut data = vec![("nameserver", wish.name.as_str())];
    if !wish.new_name.is_empty() {
        data.push(("new nameserver", wish.new_name.as_str()));
    }
    let happened = events::Happened {
        account_id: order.account_id,
        class: "NAMESERVER_MODIFICATION",
        subclass,
        object: &wish.name,
        order_id: Some(order.id),
        data: &data,
    };
    events::append(tx, cx, happened)?;
    Ok((message.to_owned(), Vec::new()))
}

/// Some names that use a host which has another name at the registry now: they have it here too.
pub(crate) struct Rehost {
    /// The domains.
    pub domains: Vec<i64>,
    pub from: String,
    pub to: String,
}

impl Operation for Rehost {
    type Done = ();
    const NEED: Need = Need::Nothing;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        for id in &self.domains {
            let Some(domain) = domains::by_id(tx, *id)? else { continue };
            let Some(hosts) = exchanged(&domain.hosts, &self.from, &self.to) else { continue };
            domains::set_hosts(tx, *id, &hosts, cx.now, "registry")?;
            let detail = format!("name server {} is {} now", self.from, self.to);
            audit::append(tx, cx, audit::Change { verb: "host-renamed", object: &domain.name, order_id: None, detail: &detail })?;
        }
        Ok(())
    }
}

/// Name servers with one of them under another name; none where it is not among them. Pure.
pub(crate) fn exchanged(hosts: &str, from: &str, to: &str) -> Option<String> {
    let mut all: Vec<&str> = hosts.split_whitespace().collect();
    let place = all.iter().position(|host| *host == from)?;
    all[place] = to;
    Some(all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_renamed_server_is_exchanged_where_it_stands() {
        let cases = [
            ("ns1.a.com ns2.a.com", "ns1.a.com", Some("ns1.b.com ns2.a.com")),
            ("ns2.a.com ns1.a.com", "ns1.a.com", Some("ns2.a.com ns1.b.com")),
            ("xns1.a.com ns1.a.com.net", "ns1.a.com", None),
            ("", "ns1.a.com", None),
        ];
        for (hosts, from, wanted) in cases {
            assert_eq!(exchanged(hosts, from, "ns1.b.com").as_deref(), wanted, "{hosts}");
        }
    }

    #[test]
    fn reserved_addresses_are_refused() {
        for good in ["1.2.3.4", "192.0.2.1", "198.51.100.7", "2001:db8::1", "2a00::1"] {
            assert!(is_public(&ip(good)), "{good}");
        }
        let bad = [
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
        ];
        for bad in bad {
            assert!(!is_public(&ip(bad)), "{bad}");
        }
    }

    #[test]
    fn addresses_are_kept_once_and_ipv4_first() {
        let all = [ip("2001:db8::1"), ip("192.0.2.2"), ip("192.0.2.1"), ip("192.0.2.2")];
        assert_eq!(decide(&all).unwrap(), "192.0.2.1 192.0.2.2 2001:db8::1");
        assert!(matches!(decide(&[]), Err(Refusal::Fields(p)) if p == [FieldProblem::missing(Field::HostAddress(0))]));
        assert!(decide(&[ip("10.0.0.1"), ip("::1")]).is_err());
    }

    #[test]
    fn one_kind_of_address_can_be_emptied_and_the_other_stays() {
        let present = [ip("192.0.2.1"), ip("2001:db8::1")];
        let kinds = |v4, v6| changed(&present, &HostAddresses::OfKind { v4, v6 }).unwrap();
        assert_eq!(kinds(None, Some(None)), [ip("192.0.2.1")]);
        assert_eq!(kinds(Some(Some(ip("192.0.2.9"))), None), [ip("192.0.2.9"), ip("2001:db8::1")]);
        assert!(kinds(Some(None), Some(None)).is_empty());
        let gone = SetChange { remove: vec![ip("192.0.2.77")], ..SetChange::default() };
        assert!(changed(&present, &HostAddresses::Set(gone)).is_err());
        let swap = SetChange { add: vec![ip("192.0.2.5")], remove: vec![ip("192.0.2.1")], whole: None };
        assert_eq!(changed(&present, &HostAddresses::Set(swap)).unwrap(), [ip("2001:db8::1"), ip("192.0.2.5")]);
    }
}
