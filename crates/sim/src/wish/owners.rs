//! Wishes about owners: another owner by every way there is, trades, answers by the keys of mails, proofs of addresses, and looks at all of it.

use super::people::jokers_words;
use super::{Letter, Meant, Wish, Writer, pair, zone_of};
use crate::wire::Face;

impl Writer<'_> {
    pub(super) fn owner_change(&mut self, face: Face) -> Wish {
        let name = self.own_name();
        match (face, self.chance.below(14)) {
            (Face::Dmapi, 0..=7) => self.changed_owner(&name),
            (Face::Kvapi, 0..=3) => self.owner_in_passing(&name),
            (Face::Kvapi, 4..=6) => self.trade(),
            (_, 8 | 9) => self.another_person(face),
            (Face::Kvapi, 7) => {
                let command = *self.chance.pick(&["ActivateOwnerChange", "TradeDomain"]);
                self.wish(command, &name, Meant::Nothing, vec![pair("ACTION", "CANCEL"), pair("DOMAIN", name.clone())])
            }
            (Face::Kvapi, 10 | 11) => {
                let token = self.key(Letter::OwnerChange);
                let yes = !self.chance.once_in(4);
                let action = if yes { "APPROVE" } else { "DENY" };
                let (command, key) = if self.chance.once_in(3) { ("TradeDomain", "AUTH") } else { ("ActivateOwnerChange", "TRIGGER") };
                let p = vec![pair("ACTION", action), pair("DOMAIN", name.clone()), pair(key, token.clone())];
                self.wish(command, "", Meant::Key { token, yes }, p)
            }
            (Face::Kvapi, 12) => {
                let side = *self.chance.pick(&["losing", "gaining", "both"]);
                let p = vec![pair("TYPE", "ownerchange"), pair("OBJECT", name.clone()), pair("RECIPIENT", side)];
                self.wish("ResendNotification", &name, Meant::Nothing, p)
            }
            (Face::Kvapi, _) => {
                let (command, p) = match self.chance.below(2) {
                    0 => ("StatusOwnerChange", vec![pair("DOMAIN", name.clone())]),
                    _ => ("QueryOwnerChangeList", Vec::new()),
                };
                self.wish(command, &name, Meant::Nothing, p)
            }
            (Face::Dmapi, _) => self.wish("query-whois", &name, Meant::Nothing, vec![pair("domain", name.clone())]),
        }
    }

    /// Certificates of Korean owners, where a zone asks for them.
    fn certificate(zone: &str) -> Vec<(String, String)> {
        let korean = zone.ends_with("kr");
        let both = [pair("X-KR-CTFY-TYPE", "CORP"), pair("X-KR-CTFY-NO", "110111-1234567")];
        both.into_iter().filter(|_| korean).collect()
    }

    fn changed_owner(&mut self, name: &str) -> Wish {
        let zone = zone_of(name);
        let declines = self.chance.once_in(3);
        let mut p = vec![pair("domain", name), pair("cltrid", self.client_id.clone())];
        p.extend(jokers_words(self.someone(zone.ends_with("kr"))));
        if declines {
            p.push(pair("lock-opt-out", "1"));
        }
        p.extend(Self::certificate(zone));
        self.wish("domain-owner-change", name, Meant::NewOwner { agent: true, declines }, p)
    }

    /// The owner by a handle or by data.
    fn owner(&mut self, zone: &str) -> Vec<(String, String)> {
        let handle = self.handle(zone);
        match handle {
            Some(handle) if self.chance.once_in(2) => vec![pair("OWNERCONTACT0", handle)],
            _ => {
                let parts = self.someone(zone.ends_with("kr"));
                parts.into_iter().map(|(part, value)| (format!("OWNERCONTACT0{part}"), value)).collect()
            }
        }
    }

    fn owner_in_passing(&mut self, name: &str) -> Wish {
        let zone = zone_of(name);
        let mut p = vec![pair("domain", name), pair("cltrid", self.client_id.clone())];
        p.extend(self.owner(zone));
        p.extend(Self::certificate(zone));
        let agent = self.chance.once_in(3);
        match self.chance.below(4) {
            _ if agent => p.push(pair("TRIGGERDA", "1")),
            0 => p.push(pair("TRIGGERFOA", "1")),
            _ => {}
        }
        if self.chance.once_in(8) {
            p.push(pair("CHECKONLY", "1"));
            return self.wish("ModifyDomain", name, Meant::Nothing, p);
        }
        if self.chance.once_in(5) {
            p.push(pair("NAMESERVER0", "ns1.example.net"));
            p.push(pair("NAMESERVER1", format!("ns{}.example.net", self.chance.between(2, 4))));
        }
        self.wish("ModifyDomain", name, Meant::NewOwner { agent, declines: false }, p)
    }

    fn trade(&mut self) -> Wish {
        let mine: Vec<&String> = self.held.iter().filter(|name| matches!(zone_of(name), "at" | "co.kr")).collect();
        let name = if mine.is_empty() || self.chance.once_in(6) { self.own_name() } else { (*self.chance.pick(&mine)).clone() };
        let zone = zone_of(&name);
        let mut p = vec![pair("domain", name.clone()), pair("cltrid", self.client_id.clone())];
        p.extend(self.owner(zone));
        p.extend(Self::certificate(zone));
        if self.chance.once_in(4) {
            p.push(pair("X-FEE-AMOUNT", *self.chance.pick(&["12.00", "11.99", "0.00"])));
        }
        self.wish("TradeDomain", &name, Meant::NewOwner { agent: false, declines: false }, p)
    }

    /// A contact that becomes another person, and with it the owner of all its names.
    fn another_person(&mut self, face: Face) -> Wish {
        let handle = self.chance.any(&self.memory.handles).map_or_else(|| "P-NOBODY1".to_owned(), |(handle, _)| handle.clone());
        let parts: Vec<(String, String)> =
            self.someone(false).into_iter().filter(|(part, _)| matches!(part.as_str(), "FIRSTNAME" | "EMAIL")).collect();
        let mut p = vec![pair(if face == Face::Dmapi { "handle" } else { "CONTACT" }, handle)];
        let (command, agent) = match face {
            Face::Dmapi => {
                p.extend(jokers_words(parts));
                ("contact-modify", true)
            }
            Face::Kvapi => {
                p.extend(parts);
                let agent = self.chance.once_in(3);
                if agent {
                    p.push(pair("TRIGGERDA", "1"));
                }
                ("ModifyContact", agent)
            }
        };
        p.push(pair("cltrid", self.client_id.clone()));
        self.wish(command, "", Meant::NewOwner { agent, declines: false }, p)
    }

    /// The key of one of the newest mails of a kind, or none that there is.
    fn key(&mut self, letter: Letter) -> String {
        let fit: Vec<&String> = self.keys.iter().filter(|(kind, _)| *kind == letter).map(|(_, token)| token).collect();
        if fit.is_empty() || self.chance.once_in(12) { "00ff".repeat(12) } else { (*self.chance.pick(&fit)).clone() }
    }

    /// Addresses asked about, looked at and proven.
    pub(super) fn proof(&mut self, face: Face) -> Wish {
        let email = match self.someone(false).into_iter().find(|(part, _)| part == "EMAIL") {
            Some((_, email)) => email,
            None => String::new(),
        };
        let token = self.key(Letter::Address);
        match (face, self.chance.below(8)) {
            (Face::Dmapi, 0) => self.wish("wa-email-list", "", Meant::Nothing, Vec::new()),
            (Face::Dmapi, 1) => self.wish("wa-email-query-status", "", Meant::Nothing, vec![pair("email", email)]),
            (Face::Dmapi, 2) => self.wish("wa-email-details", "", Meant::Nothing, vec![pair("key", token)]),
            (Face::Dmapi, 3 | 4) => self.wish("wa-email-validate", "", Meant::Nothing, vec![pair("email", email)]),
            (Face::Dmapi, _) => {
                let yes = !self.chance.once_in(3);
                let p = vec![pair("key", token.clone()), pair("answer", if yes { "yes" } else { "no" })];
                self.wish("wa-email-verify", "", Meant::Key { token, yes }, p)
            }
            (Face::Kvapi, 0..=3) => {
                let p = vec![pair("TYPE", "contactverification"), pair("OBJECT", email)];
                self.wish("ResendNotification", "", Meant::Nothing, p)
            }
            (Face::Kvapi, _) => {
                let p = vec![pair("TRIGGER", token.clone())];
                self.wish("ActivateContact", "", Meant::Key { token, yes: true }, p)
            }
        }
    }
}
