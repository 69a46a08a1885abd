//! Wishes about hosts: made, changed, renamed, guarded by statuses, deleted.

use super::{Meant, Wish, Writer, pair};
use crate::wire::Face;

/// What becomes of a host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostWish {
    Create {
        address: String,
    },
    Address {
        address: String,
    },
    Rename {
        to: String,
    },
    /// A status comes or goes.
    Status {
        word: &'static str,
        on: bool,
    },
    Delete,
}

const STATUSES: [&str; 2] = ["clientDeleteProhibited", "clientUpdateProhibited"];

impl Writer<'_> {
    pub(super) fn host(&mut self, face: Face) -> Wish {
        let known = self.chance.any(&self.memory.hosts).cloned();
        let draw = self.chance.below(if face == Face::Dmapi { 4 } else { 8 });
        let fresh = draw < 2;
        let host = match known {
            Some(host) if !self.chance.once_in(if fresh { 3 } else { 12 }) => host,
            _ => format!("ns{}.{}", self.chance.between(1, 3), self.held_name()),
        };
        let address = format!("192.0.2.{}", self.chance.between(1, 250));
        let mut p = vec![pair(if face == Face::Dmapi { "host" } else { "NAMESERVER" }, host.clone())];
        let (command, meant) = match (face, draw) {
            (Face::Dmapi, 0 | 1) => ("ns-create", HostWish::Create { address }),
            (Face::Dmapi, 2) => ("ns-modify", HostWish::Address { address }),
            (Face::Dmapi, _) => ("ns-delete", HostWish::Delete),
            (Face::Kvapi, 0 | 1) => ("AddNameserver", HostWish::Create { address }),
            (Face::Kvapi, 2) => ("ModifyNameserver", HostWish::Address { address }),
            (Face::Kvapi, 3) => {
                if self.chance.once_in(3) {
                    p.push(pair("FORCE", "1"));
                }
                ("DeleteNameserver", HostWish::Delete)
            }
            (Face::Kvapi, 4 | 5) => {
                let below = match host.split_once('.') {
                    Some((_, parent)) if !self.chance.once_in(3) => parent.to_owned(),
                    _ => self.held_name(),
                };
                let to = format!("ns{}.{below}", self.chance.between(1, 6));
                p.push(pair("NEWNAMESERVER", to.clone()));
                ("ModifyNameserver", HostWish::Rename { to })
            }
            (Face::Kvapi, _) => {
                let (word, on) = (*self.chance.pick(&STATUSES), self.chance.once_in(2));
                p.push(pair(if on { "ADDSTATUS0" } else { "DELSTATUS0" }, word));
                ("ModifyNameserver", HostWish::Status { word, on })
            }
        };
        if let HostWish::Create { address } | HostWish::Address { address } = &meant {
            p.push(pair(if face == Face::Dmapi { "ip" } else { "IPADDRESS0" }, address.clone()));
        }
        p.push(pair("cltrid", self.client_id.clone()));
        self.wish(command, "", Meant::Host(meant), p)
    }
}
