//! Wishes about names that go to others: parts in them, the names themselves, to another account or back to the registry.

use super::{Meant, Wish, Writer, pair, zone_of};
use crate::house::ACCOUNTS;
use crate::wire::Face;
use model::grant::GrantRole;

const ROLES: [(&str, GrantRole); 4] =
    [("@admin", GrantRole::Admin), ("@tech", GrantRole::Tech), ("@billing", GrantRole::Billing), ("@creator", GrantRole::Creator)];

impl Writer<'_> {
    /// The account that this one shares with: always the same, so that what the others may never see stays known.
    fn fellow(&self) -> usize {
        (self.account + 1) % ACCOUNTS.len()
    }

    pub(super) fn sharing(&mut self, face: Face) -> Wish {
        let name = self.held_name();
        match (face, self.chance.below(10)) {
            (Face::Dmapi, 0..=2) => self.invite(&name),
            (Face::Dmapi, 3..=5) => self.share(&name),
            (Face::Dmapi, 6 | 7) => self.unshare(&name),
            (Face::Dmapi, _) => {
                let p = vec![pair("domain", name.clone()), pair("showkey", if self.chance.once_in(2) { "1" } else { "0" })];
                self.wish("grants-list", &name, Meant::Nothing, p)
            }
            (Face::Kvapi, 0..=5) => {
                let below = if self.account == 0 && !self.chance.once_in(4) { 2 } else { self.fellow() };
                // A reseller takes back what it gave to an account below.
                let theirs = self.chance.any(self.below).cloned();
                // A name in which others have parts.
                let shared = self.chance.any(self.shared).map(|(name, _, _)| name.clone());
                let name = shared.filter(|_| !self.chance.once_in(3)).unwrap_or(name);
                let (name, to) = match theirs {
                    Some(theirs) if self.account == 0 && self.chance.once_in(2) => (theirs, 0),
                    _ => (name, below),
                };
                let p = vec![pair("OBJECT", name.clone()), pair("TYPE", "DOMAIN"), pair("TARGET", ACCOUNTS[to])];
                self.wish("PushObject", &name, Meant::Gift { to }, p)
            }
            (Face::Kvapi, _) => self.hand_over(name),
        }
    }

    /// Back to its registry, or to the registrar of a tag where names go by tags.
    fn hand_over(&mut self, name: String) -> Wish {
        let by_tag = self.chance.any(self.free_to_go).cloned();
        let back: Vec<&String> = self.memory.names.iter().filter(|name| matches!(zone_of(name), "at" | "de")).collect();
        let name = match by_tag {
            Some(name) if self.chance.once_in(2) => name,
            _ if back.is_empty() || self.chance.once_in(6) => name,
            _ => (*self.chance.pick(&back)).clone(),
        };
        let (target, tag) = match zone_of(&name) {
            _ if self.chance.once_in(8) => ("NOWHERE", Some("NOWHERE")),
            "uk" | "co.uk" => {
                let targets =
                    [("OUTSIDER", Some("outsider")), ("outsider", Some("outsider")), ("DETAGGED", None), ("DOMESDAY", Some("domesday"))];
                *self.chance.pick(&targets)
            }
            "at" => ("REGISTRY", None),
            _ => ("TRANSIT", None),
        };
        let p = vec![pair("domain", name.clone()), pair("TARGET", target), pair("cltrid", self.client_id.clone())];
        self.wish("PushDomain", &name, Meant::HandOver { tag }, p)
    }

    /// By a mail to somebody who may have an account or not.
    fn invite(&mut self, name: &str) -> Wish {
        let (word, _) = *self.chance.pick(&ROLES);
        let email = format!("friend-{}@friends.example", self.chance.below(3));
        let mut p = vec![pair("domain", name), pair("email", email), pair("role", word)];
        if self.chance.once_in(3) {
            p.push(pair("nickname", "Friend"));
        }
        self.wish("grants-invite", name, Meant::Nothing, p)
    }

    /// At once, by the account's number; sometimes with the address of nobody.
    fn share(&mut self, name: &str) -> Wish {
        // The whole name now and then only: it would soon be all with one account.
        let (word, role) = if self.chance.once_in(4) { ROLES[3] } else { *self.chance.pick(&ROLES[..3]) };
        // What goes has been shared before, often: the parts in it must end.
        let shared = self.chance.any(self.shared).filter(|_| role == GrantRole::Creator).map(|(name, _, _)| name.clone());
        let name = shared.as_deref().unwrap_or(name);
        let with = self.fellow();
        let wrong = self.chance.once_in(8);
        let email = if wrong { "nobody@friends.example".to_owned() } else { format!("{}@reseller.example", ACCOUNTS[with]) };
        let p = vec![pair("domain", name), pair("email", email), pair("role", word), pair("client-uid", self.numbers[with].to_string())];
        let meant = match role {
            _ if wrong => Meant::Nothing,
            GrantRole::Creator => Meant::Gift { to: with },
            role => Meant::Share { with, role },
        };
        self.wish("grants-invite", name, meant, p)
    }

    fn take_part_back(&mut self, name: &str, with: usize, role: GrantRole) -> Wish {
        let word = ROLES.iter().find(|(_, known)| *known == role).map_or("", |(word, _)| word);
        let number = self.numbers[with].to_string();
        let p = vec![pair("domain", name), pair("role", word), pair("type", "grant"), pair("client-uid", number)];
        self.wish("grants-revoke", name, Meant::Unshare { role, with: Some(with) }, p)
    }

    fn unshare(&mut self, name: &str) -> Wish {
        if !self.chance.once_in(4)
            && let Some((shared, with, role)) = self.chance.any(self.shared).cloned()
        {
            return self.take_part_back(&shared, with, role);
        }
        let (word, role) = *self.chance.pick(&ROLES);
        let mut p = vec![pair("domain", name), pair("role", word)];
        if self.chance.once_in(3) {
            p.push(pair("type", "invitation"));
            return self.wish("grants-revoke", name, Meant::Nothing, p);
        }
        p.push(pair("type", "grant"));
        let with = self.fellow();
        let with = self.chance.once_in(2).then_some(with);
        p.extend(with.map(|with| pair("client-uid", self.numbers[with].to_string())));
        self.wish("grants-revoke", name, Meant::Unshare { role, with }, p)
    }
}
