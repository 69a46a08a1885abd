//! Host objects: name servers below the account's own domains, with their addresses.

mod change;
mod check;
mod list;
mod status;

pub use change::{Create, Delete, HostAddresses, Modify};
pub use list::{Info, List};
pub use status::STATUSES;

pub(crate) use change::{HostVerb, HostWish, Rehost, exchanged, settle};

use crate::Error;
use model::{HostName, Timestamp};
use std::net::IpAddr;
use store::hosts::Host;

/// A host as its account sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostView {
    pub name: HostName,
    /// IPv4 first.
    pub addresses: Vec<IpAddr>,
    /// The account's own; empty where there are none.
    pub statuses: Vec<String>,
    pub created: Timestamp,
    pub created_by: String,
    pub updated: Timestamp,
    pub updated_by: String,
}

fn view(h: Host) -> Result<HostView, Error> {
    Ok(HostView {
        name: HostName::parse(&h.name).map_err(|_| store::Fault::corrupt("a host's name"))?,
        addresses: addresses(&h.addresses)?,
        statuses: h.statuses.split_whitespace().map(str::to_owned).collect(),
        created: h.created_at,
        created_by: h.created_by,
        updated: h.updated_at,
        updated_by: h.updated_by,
    })
}

/// Addresses as they are stored.
pub(crate) fn addresses(text: &str) -> Result<Vec<IpAddr>, Error> {
    let read = text.split_whitespace().map(str::parse).collect::<Result<Vec<IpAddr>, _>>();
    read.map_err(|_| store::Fault::corrupt("a host's address").into())
}
