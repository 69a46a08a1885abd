//! Wishes that change what an account has: deletions, restores, locks, modes, properties, codes, contacts, hosts.

use super::{BY_TAG, Meant, Wish, Writer, pair, zone_of};
use crate::wire::Face;

/// CentralNic's words, of which some are sold nowhere.
const MODES: [&str; 9] = [
    "DEFAULT",
    "AUTORENEW",
    "AUTODELETE",
    "AUTOEXPIRE",
    "RENEWONCE",
    "AUTORENEW",
    "AUTORENEWMONTHLY",
    "AUTORENEWQUARTERLY",
    "RENEWONCETHENAUTODELETE",
];

impl Writer<'_> {
    /// One of the newest names, where a deletion may be refunded; or any.
    fn young_name(&mut self) -> String {
        let generic = |name: &&String| matches!(zone_of(name), "com" | "net" | "org" | "info");
        let memory = self.memory;
        let newest: Vec<&String> = memory.names.iter().rev().filter(generic).take(3).collect();
        self.chance.any(&newest).map(|name| (*name).clone()).unwrap_or_else(|| self.own_name())
    }

    pub(super) fn delete(&mut self, face: Face) -> Wish {
        let name = if self.chance.once_in(3) { self.young_name() } else { self.own_name() };
        let mut p = vec![pair("domain", name.clone()), pair("cltrid", self.client_id.clone())];
        let mut handed_over = false;
        let at_end = match face {
            Face::Dmapi => {
                let word = *self.chance.pick(&["", "immediate", "endoflife", "endoflife", "transit"]);
                if !word.is_empty() {
                    p.push(pair("type", word));
                }
                if self.chance.once_in(2) {
                    p.push(pair("force", "1"));
                }
                handed_over = word == "transit";
                word == "endoflife"
            }
            Face::Kvapi => {
                let word = *self.chance.pick(&["", "INSTANT", "AUTODELETE", "AUTOEXPIRE"]);
                if !word.is_empty() {
                    p.push(pair("ACTION", word));
                }
                word.starts_with("AUTO")
            }
        };
        let command = if face == Face::Dmapi { "domain-delete" } else { "DeleteDomain" };
        let meant = match () {
            () if handed_over => Meant::HandOver { tag: None },
            () if at_end => Meant::Change,
            () => Meant::Delete,
        };
        self.wish(command, &name, meant, p)
    }

    /// The end of a name that was made a moment ago.
    pub fn young_end(&mut self, face: Face, name: &str) -> Wish {
        let (command, how) =
            if face == Face::Dmapi { ("domain-delete", ("type", "immediate")) } else { ("DeleteDomain", ("ACTION", "INSTANT")) };
        let p = vec![pair("domain", name), pair("cltrid", self.client_id.clone()), pair(how.0, how.1)];
        self.wish(command, name, Meant::Delete, p)
    }

    pub(super) fn restore(&mut self, face: Face) -> Wish {
        let gone = self.chance.any(&self.memory.names).cloned();
        let name = match gone {
            Some(name) if self.chance.once_in(3) => name,
            _ => self.lately_deleted(),
        };
        let p = vec![pair("domain", name.clone()), pair("cltrid", self.client_id.clone())];
        let command = if face == Face::Dmapi { "domain-redeem" } else { "RestoreDomain" };
        self.wish(command, &name, Meant::Restore, p)
    }

    /// A name in redemption, if there is one.
    fn lately_deleted(&mut self) -> String {
        let known = self.chance.any(self.deleted).cloned();
        known.unwrap_or_else(|| self.own_name())
    }

    /// Locks, modes, properties, codes, name servers, keys.
    pub(super) fn change(&mut self, face: Face) -> Wish {
        let name = if self.chance.once_in(2) { self.held_name() } else { self.own_name() };
        match (face, self.chance.below(8)) {
            (_, 0 | 1) => self.lock(face, &name),
            (_, 2 | 3) => self.mode(face, &name),
            (_, 4) => self.code(face, &name),
            (Face::Kvapi, 5) => {
                let mode = *self.chance.pick(&["DEFAULT", "DEFAULT", "AUTOAPPROVE", "AUTODENY"]);
                self.changed("SetDomainTransferMode", &name, &[("TRANSFERMODE", mode)])
            }
            (Face::Dmapi, 5) => {
                let setting = *self.chance.pick(&[("gdpr-opt-in", "1"), ("gdpr-opt-in", "0"), ("privacy", ""), ("autorenew", "")]);
                self.changed("domain-set-property", &name, &[("pname", setting.0), ("pvalue", setting.1)])
            }
            _ => self.modify(face, &name),
        }
    }

    fn changed(&self, command: &'static str, name: &str, more: &[(&str, &str)]) -> Wish {
        let mut p = vec![pair("domain", name), pair("cltrid", self.client_id.clone())];
        p.extend(more.iter().map(|(key, value)| pair(key, *value)));
        self.wish(command, name, Meant::Change, p)
    }

    fn lock(&mut self, face: Face, name: &str) -> Wish {
        let locked = self.chance.once_in(if BY_TAG.contains(&zone_of(name)) { 5 } else { 2 });
        let mut wish = match (face, locked) {
            (Face::Dmapi, true) => self.changed("domain-lock", name, &[]),
            (Face::Dmapi, false) => self.changed("domain-unlock", name, &[]),
            (Face::Kvapi, _) => self.changed("ModifyDomain", name, &[("TRANSFERLOCK", if locked { "1" } else { "0" })]),
        };
        wish.meant = Meant::Lock { locked };
        wish
    }

    fn mode(&mut self, face: Face, name: &str) -> Wish {
        match face {
            Face::Dmapi => {
                // A pattern reaches many names at once.
                let meant = if self.chance.once_in(6) { "plain-1*".to_owned() } else { name.to_owned() };
                let on = if self.chance.once_in(3) { "0" } else { "1" };
                self.changed("domain-set-property", &meant, &[("pname", "autorenew"), ("pvalue", on)])
            }
            Face::Kvapi => {
                let mode = *self.chance.pick(&MODES);
                self.changed("SetDomainRenewalMode", name, &[("RENEWALMODE", mode)])
            }
        }
    }

    fn code(&mut self, face: Face, name: &str) -> Wish {
        let code = format!("Sim-{}-cOde1!", self.client_id);
        match (face, self.chance.below(5)) {
            (Face::Dmapi, _) => self.changed("domain-transfer-get-auth-id", name, &[]),
            (Face::Kvapi, 0) => self.changed("SetAuthCode", name, &[("ACTION", "DELETE")]),
            (Face::Kvapi, 1) => self.changed("SetAuthCode", name, &[]),
            (Face::Kvapi, way) => {
                let command = if way == 2 { "ModifyDomain" } else { "SetAuthCode" };
                Wish { meant: Meant::Code(code.clone()), ..self.changed(command, name, &[("AUTH", &code)]) }
            }
        }
    }

    fn modify(&mut self, face: Face, name: &str) -> Wish {
        let host = self.chance.any(&self.memory.hosts).cloned().unwrap_or_else(|| "ns3.example.net".to_owned());
        let handle = self.handle(zone_of(name));
        match (face, self.chance.below(5)) {
            (Face::Dmapi, 0 | 1) => self.changed("domain-modify", name, &[("ns-list", &format!("ns1.example.net:{host}"))]),
            (Face::Dmapi, 2) => self.changed("domain-modify", name, &[("dnssec", "1"), ("ds-1", &format!("7:8:2:{}", "ab".repeat(32)))]),
            (Face::Dmapi, _) => self.changed("domain-modify", name, &[("tech-c", &handle.unwrap_or_else(|| "CCOM-100000000".to_owned()))]),
            (Face::Kvapi, 0) => self.changed("ModifyDomain", name, &[("ADDNAMESERVER0", &host)]),
            (Face::Kvapi, 1) => self.changed("ModifyDomain", name, &[("NAMESERVER0", "ns1.example.net"), ("NAMESERVER1", &host)]),
            (Face::Kvapi, 2) => {
                let key = if self.chance.once_in(2) { "ADDSTATUS0" } else { "DELSTATUS0" };
                let word =
                    *self.chance.pick(&["clientTransferProhibited", "clientUpdateProhibited", "clientHold", "clientDeleteProhibited"]);
                self.changed("ModifyDomain", name, &[(key, word)])
            }
            (Face::Kvapi, 3) => self.changed("ModifyDomain", name, &[("TECHCONTACT0", &handle.unwrap_or_else(|| "P-NOBODY1".to_owned()))]),
            (Face::Kvapi, _) => self.changed("ModifyDomain", name, &[("DNSSECDELALL", "1")]),
        }
    }

    pub(super) fn contact_change(&mut self, face: Face) -> Wish {
        let memory = if self.chance.once_in(10) { self.foreign } else { self.memory };
        let handle = self.chance.any(&memory.handles).map_or_else(|| "P-NOBODY1".to_owned(), |(handle, _)| handle.clone());
        let street = format!("Sim Street {}", self.chance.below(20));
        let mut p = vec![];
        let mut meant = Meant::Change;
        let command = match (face, self.chance.below(5)) {
            (Face::Dmapi, 0) => "contact-delete",
            (Face::Dmapi, _) => {
                p.push(pair("address-1", street));
                "contact-modify"
            }
            (Face::Kvapi, 0) => "DeleteContact",
            (Face::Kvapi, 1) => "CloneContact",
            (Face::Kvapi, 2) => {
                // A whole person, the same or another.
                p.extend(self.someone(false));
                meant = Meant::NewOwner { agent: false, declines: false };
                "ModifyContact"
            }
            (Face::Kvapi, _) => {
                p.push(pair("STREET0", street));
                "ModifyContact"
            }
        };
        p.insert(0, pair(if face == Face::Dmapi { "handle" } else { "CONTACT" }, handle));
        if command != "CloneContact" {
            p.push(pair("cltrid", self.client_id.clone()));
        }
        self.wish(command, "", meant, p)
    }
}
