//! Wishes about transfers: names of other registrars and accounts asked for, with right codes and wrong ones, answered, withdrawn, looked at.

use super::{BY_TAG, Meant, Wish, Writer, pair, zone_of};
use crate::wire::Face;

impl Writer<'_> {
    pub(super) fn transfer(&mut self, face: Face) -> Wish {
        match (face, self.chance.below(12)) {
            (_, 0..=4) => self.transfer_in(face),
            (Face::Dmapi, 5..=7) => {
                let name = self.asked_for();
                let action = *self.chance.pick(&["show", "resend-foa", "resend-foa", "cancel"]);
                self.wish("domain-transfer-control", &name, Meant::Nothing, vec![pair("action", action), pair("domain", name.clone())])
            }
            (Face::Dmapi, _) => self.transfer_in(face),
            (Face::Kvapi, 5 | 6) => self.offer(),
            (Face::Kvapi, 7 | 8) => {
                let approve = self.chance.once_in(2);
                let known = self.chance.any(self.leaving).cloned().filter(|_| !self.chance.once_in(4));
                let name = match known {
                    Some(name) => name,
                    None => self.own_name(),
                };
                let p = vec![pair("domain", name.clone()), pair("ACTION", if approve { "APPROVE" } else { "DENY" })];
                self.wish("TransferDomain", &name, Meant::Answer { approve }, p)
            }
            (Face::Kvapi, 9) => {
                let name = self.asked_for();
                self.wish("TransferDomain", &name, Meant::Nothing, vec![pair("domain", name.clone()), pair("ACTION", "CANCEL")])
            }
            (Face::Kvapi, 10) => {
                let name = self.wanted();
                let mut p = vec![pair("domain", name.clone())];
                p.extend(self.code_for(&name).map(|code| pair("AUTH", code)));
                self.wish("CheckDomainTransfer", &name, Meant::Nothing, p)
            }
            (Face::Kvapi, _) => {
                let name = self.asked_for();
                self.wish("TransferDomain", &name, Meant::Nothing, vec![pair("domain", name.clone()), pair("ACTION", "QUERY")])
            }
        }
    }

    fn asked_for(&mut self) -> String {
        match self.chance.any(&self.memory.transfers).cloned() {
            Some(name) => name,
            None => self.own_name(),
        }
    }

    /// A name that somebody else has, mostly one whose code is known.
    fn wanted(&mut self) -> String {
        let known: Vec<&String> = self.codes.keys().collect();
        if known.is_empty() || self.chance.once_in(8) { self.own_name() } else { (*self.chance.pick(&known)).clone() }
    }

    /// The right code, an old one, a wrong one, or none.
    fn code_for(&mut self, name: &str) -> Option<String> {
        match self.chance.below(12) {
            0 => None,
            1 => Some("Wrong-cOde-1!".to_owned()),
            _ => Some(self.codes.get(name).cloned().unwrap_or_else(|| "Wrong-cOde-2!".to_owned())),
        }
    }

    fn transfer_in(&mut self, face: Face) -> Wish {
        let askable = self.chance.any(self.askable).cloned();
        let name = match askable {
            Some(name) if self.chance.once_in(3) => name,
            _ => self.wanted(),
        };
        let zone = zone_of(&name);
        let korean = zone.ends_with("kr");
        // There are no codes where names go by tags.
        let without = BY_TAG.contains(&zone) && !self.chance.once_in(12);
        let code = if without { None } else { self.code_for(&name) };
        let handle = self.handle(zone);
        let mut p = vec![pair("domain", name.clone())];
        let command = match face {
            Face::Dmapi => {
                p.extend(code.map(|code| pair("transfer-auth-id", code)));
                let handle = handle.unwrap_or_else(|| "CCOM-100000000".to_owned());
                for role in ["owner-c", "admin-c", "tech-c", "billing-c"] {
                    p.push(pair(role, handle.clone()));
                }
                if self.chance.once_in(3) {
                    p.push(pair("status", *self.chance.pick(&["lock", "production"])));
                }
                if self.chance.once_in(3) {
                    p.push(pair("autorenew", *self.chance.pick(&["0", "1"])));
                }
                if self.chance.once_in(4) {
                    p.push(pair("ns-list", "ns1.example.net:ns2.example.net"));
                }
                *self.chance.pick(&["domain-transfer-in-reseller", "domain-transfer-in"])
            }
            Face::Kvapi => {
                p.push(pair("ACTION", "REQUEST"));
                p.extend(code.map(|code| pair("AUTH", code)));
                p.push(pair("FORCEREQUEST", "1"));
                let owner = self.someone(korean);
                for role in ["OWNERCONTACT0", "ADMINCONTACT0"] {
                    match &handle {
                        Some(handle) => p.push(pair(role, handle.clone())),
                        None => p.extend(owner.iter().map(|(part, value)| (format!("{role}{part}"), value.clone()))),
                    }
                }
                "TransferDomain"
            }
        };
        if korean {
            p.push(pair("X-KR-CTFY-TYPE", "CORP"));
            p.push(pair("X-KR-CTFY-NO", "110111-1234567"));
        }
        p.push(pair("cltrid", self.client_id.clone()));
        self.wish(command, &name, Meant::TransferIn, p)
    }

    /// A name of another account here is asked for.
    fn offer(&mut self) -> Wish {
        let theirs = self.chance.any(&self.foreign.names).cloned();
        let name = match theirs {
            Some(name) if self.chance.once_in(2) => name,
            _ => self.wanted(),
        };
        // Without its action it would be a transfer from another registrar.
        let mut p = vec![pair("domain", name.clone()), pair("ACTION", "USERTRANSFER"), pair("cltrid", self.client_id.clone())];
        p.extend(self.code_for(&name).map(|code| pair("AUTH", code)));
        if self.chance.once_in(3) {
            p.push(pair("TRANSFERLOCK", "1"));
        }
        self.wish("TransferDomain", &name, Meant::Offer, p)
    }
}
