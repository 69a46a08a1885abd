//! Wishes that change nothing: checks of names and prices, lists and looks of every kind.

use super::{Meant, Wish, Writer, ZONES, pair};
use crate::wire::Face;

impl Writer<'_> {
    pub(super) fn check(&mut self, face: Face) -> Wish {
        let name = self.name();
        match face {
            Face::Dmapi => {
                let mut p = vec![pair("domain", name.clone())];
                if self.chance.once_in(2) {
                    p.push(pair("check-price", *self.chance.pick(&["create", "renew", "transfer"])));
                    p.push(pair("period", self.years().to_string()));
                }
                self.wish("domain-check", &name, Meant::Nothing, p)
            }
            Face::Kvapi => match self.chance.below(3) {
                0 => self.wish("CheckDomain", &name, Meant::Nothing, vec![pair("domain", name.clone())]),
                1 => {
                    let p = (0..4).map(|at| (format!("DOMAIN{at}"), self.name())).collect();
                    self.wish("CheckDomains", &name, Meant::Nothing, p)
                }
                _ => self.wish("DomainPrice", &name, Meant::Nothing, vec![pair("domain", name.clone())]),
            },
        }
    }

    /// Queries of every kind.
    pub(super) fn look(&mut self, face: Face) -> Wish {
        let name = self.own_name();
        let none = Vec::new();
        let memory = if self.chance.once_in(8) { self.foreign } else { self.memory };
        let some_handle = self.chance.any(&memory.handles).map_or_else(|| "P-NOBODY1".to_owned(), |(handle, _)| handle.clone());
        let (command, p) = match face {
            Face::Dmapi => match self.chance.below(13) {
                9 => ("query-ns-list", vec![pair("pattern", "*"), pair("full", "1")]),
                10 => ("domain-get-property", vec![pair("domain", name.clone()), pair("pname", "autorenew")]),
                11 => ("domain-transfer-control", vec![pair("action", "list")]),
                12 => match self.chance.any(&memory.transfers) {
                    Some(asked) => ("domain-transfer-control", vec![pair("action", "show"), pair("domain", asked.clone())]),
                    None => ("query-request-list", none),
                },
                0 => ("query-domain-list", vec![pair("showstatus", "1"), pair("showprivacy", "1")]),
                1 => ("query-domain-list", vec![pair("pattern", "plain-*"), pair("from", "2"), pair("to", "5")]),
                2 => ("query-whois", vec![pair("domain", name.clone())]),
                3 => ("query-whois", vec![pair("contact", some_handle)]),
                4 => ("query-profile", none),
                5 => ("query-contact-list", vec![pair("from", "1"), pair("to", "20")]),
                6 => ("result-list", vec![pair("pending", "1"), pair("limit", "20")]),
                7 => match self.chance.any(&memory.orders) {
                    Some(order) => ("result-retrieve", vec![pair("proc-id", order.clone())]),
                    None => ("query-request-list", none),
                },
                _ => match self.chance.any(&memory.orders).filter(|_| self.account == 1) {
                    Some(order) => ("result-delete", vec![pair("proc-id", order.clone())]),
                    None => ("version", none),
                },
            },
            Face::Kvapi => match self.chance.below(14) {
                7 => ("QueryEventList", vec![pair("LIMIT", "20"), pair("SHOWALL", "1"), pair("ORDER", "DESC")]),
                8 => ("QueryTransferList", vec![pair("WIDE", "1")]),
                9 => ("QueryForeignTransferList", vec![pair("WIDE", "1")]),
                10 => match self.chance.any(&memory.transfers) {
                    Some(asked) => ("StatusDomainTransfer", vec![pair("domain", asked.clone())]),
                    None => ("QueryNameserverList", none),
                },
                11 => ("QueryNameserverList", vec![pair("LIMIT", "20")]),
                12 => match self.chance.any(&memory.hosts) {
                    Some(host) => ("StatusNameserver", vec![pair("NAMESERVER", host.clone())]),
                    None => ("CheckNameserver", vec![pair("NAMESERVER0", format!("ns1.{name}"))]),
                },
                13 => ("CheckContact", vec![pair("CONTACT", some_handle)]),
                0 => ("StatusDomain", vec![pair("domain", name.clone()), pair("SHOWCONTACTDATA", "1")]),
                1 => ("QueryDomainList", vec![pair("LIMIT", "50"), pair("WIDE", "1")]),
                2 => ("StatusAccount", none),
                3 => ("QueryContactList", vec![pair("LIMIT", "20")]),
                4 => ("StatusContact", vec![pair("CONTACT", some_handle)]),
                5 => ("GetZoneInfo", vec![pair("ZONE", *self.chance.pick(&ZONES))]),
                _ => ("QueryZoneList", none),
            },
        };
        self.wish(command, &name, Meant::Nothing, p)
    }
}
