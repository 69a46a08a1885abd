//! What clients wish for: random commands of both dialects, sound ones mostly, and what each would mean if it is granted.

mod changes;
mod hosts;
mod looks;
mod owners;
mod people;
mod sharing;
mod transfers;

pub use hosts::HostWish;

use crate::chance::Chance;
use crate::house::ACCOUNTS;
use crate::wire::Face;
use model::Timestamp;
use model::grant::GrantRole;
use people::jokers_words;
use std::collections::BTreeMap;

/// Privacy as it is asked for with an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shield {
    None,
    Basic,
    Pro,
    /// As it runs now.
    Keep,
}

/// What a command would change, as the client means it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Meant {
    Register {
        months: u16,
        shield: Shield,
        trustee: bool,
    },
    Renew {
        months: u16,
        shield: Shield,
    },
    RenewUntil {
        year: i16,
    },
    Privacy {
        shield: Shield,
    },
    Contact,
    Delete,
    Restore,
    /// A name from another registrar.
    TransferIn,
    /// A name of another account here.
    Offer,
    /// The word of who gives a name away.
    Answer {
        approve: bool,
    },
    /// The holder's own lock.
    Lock {
        locked: bool,
    },
    /// A code for a transfer, chosen by the client.
    Code(String),
    /// Another owner. `agent`: the client speaks for both; `declines`: without the lock that follows.
    NewOwner {
        agent: bool,
        declines: bool,
    },
    /// Given back to its registry, or to the registrar of a tag.
    HandOver {
        tag: Option<&'static str>,
    },
    /// The name itself for another account, without being asked.
    Gift {
        to: usize,
    },
    /// A part in the name for another account, at once.
    Share {
        with: usize,
        role: GrantRole,
    },
    /// The parts of this role, or one account's, are taken away.
    Unshare {
        role: GrantRole,
        with: Option<usize>,
    },
    /// An answer that somebody gives with the key of a mail: for an owner, or for whoever reads an address.
    Key {
        token: String,
        yes: bool,
    },
    /// About a host.
    Host(HostWish),
    /// Something that costs nothing and moves no term.
    Change,
    Nothing,
}

/// A command without its credentials.
#[derive(Clone, Debug)]
pub struct Wish {
    pub command: &'static str,
    pub params: Vec<(String, String)>,
    pub name: String,
    pub meant: Meant,
    /// The most the client will pay, in ten-thousandths: for everything (DMAPI), or exactly for the name (CentralNic).
    pub limit_e4: Option<i64>,
    pub client_id: String,
    /// Something in it was left out or made hostile: what it means is open.
    pub spoiled: bool,
}

/// What a client remembers.
#[derive(Clone, Default, Debug)]
pub struct Memory {
    pub session: BTreeMap<&'static str, String>,
    /// Handles with the zone that they were made for; empty for those that serve everywhere.
    pub handles: Vec<(String, &'static str)>,
    /// Names that it has, or had.
    pub names: Vec<String>,
    /// Orders that it was told of.
    pub orders: Vec<String>,
    /// Hosts that it made.
    pub hosts: Vec<String>,
    /// Transfers that it asked for, by name.
    pub transfers: Vec<String>,
}

pub const ZONES: [&str; 11] = ["com", "net", "org", "info", "de", "or.kr", "co.kr", "kr", "at", "co.uk", "uk"];
/// Those of them in which names go by tags.
pub const BY_TAG: [&str; 2] = ["co.uk", "uk"];
/// So many labels are wanted at one time; which ones moves on with the steps, and comes round again.
const LABELS: u64 = 12;
const LABELS_EVER: u64 = 150;
const STEPS_PER_LABEL: u64 = 200;
const PREMIUM_LABELS: u64 = 2;
/// What the link of a mail asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Letter {
    /// Whether a transfer is agreed to.
    Transfer,
    /// Whether a change of owner is.
    OwnerChange,
    /// Whether an address is right.
    Address,
    /// Whether a shared name is accepted.
    Invitation,
}

impl Letter {
    pub const ALL: [Letter; 4] = [Letter::Transfer, Letter::OwnerChange, Letter::Address, Letter::Invitation];

    /// Where its page is.
    pub fn path(self) -> &'static str {
        match self {
            Letter::Transfer => "/foa/",
            Letter::OwnerChange => "/owner-change/",
            Letter::Address => "/verify/",
            Letter::Invitation => "/grant/",
        }
    }
}

/// Values that try to break out of where they stand (reliability 2.4).
const HOSTILE: &[&str] = &[
    "a\r\nStatus-Code: 0",
    "x\n\nEOF\n[RESPONSE]\ncode = 200",
    "nul\0byte",
    "]][0] = evil",
    "\"quoted\" <b>&amp;</b> ]]>",
    "\u{202e}turned\u{2028}line",
    "%0d%0aResult: ACK",
    "\u{1f600}\u{0085}",
    "property[code][0] = 200",
    "'; DROP TABLE domains; --",
];

/// Writes wishes for one account at one instant.
pub struct Writer<'a> {
    pub chance: &'a mut Chance,
    pub memory: &'a Memory,
    /// What another account has: to be asked for in vain.
    pub foreign: &'a Memory,
    pub account: usize,
    pub now: Timestamp,
    pub step: u64,
    /// Yearly prices that a client has been quoted: (zone, operation, premium) in ten-thousandths.
    pub quotes: &'a BTreeMap<(String, &'static str, bool), i64>,
    /// Codes of names that are held elsewhere, and of those of other accounts.
    pub codes: &'a BTreeMap<String, String>,
    /// The account's names that others have asked for, and those in redemption, as they were last seen.
    pub leaving: &'a [String],
    pub deleted: &'a [String],
    /// Names that can be asked for without a code, since another registrar's tag is set.
    pub askable: &'a [String],
    /// The account's names, as they were last seen.
    pub held: &'a [String],
    /// The account's names that nothing keeps from going by a tag.
    pub free_to_go: &'a [String],
    /// Keys of the newest mails, by what they are for.
    pub keys: &'a [(Letter, String)],
    /// Names of the account below, where this one is above another.
    pub below: &'a [String],
    /// Parts in the account's names that others have: name, with whom, as what.
    pub shared: &'a [(String, usize, GrantRole)],
    /// Names of others in which the account has a part, or had one.
    pub parts: &'a [String],
    /// The accounts' numbers.
    pub numbers: &'a [i64; ACCOUNTS.len()],
    pub client_id: String,
}

fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// A name of the small world that all contend for.
pub fn plain_name(chance: &mut Chance, step: u64) -> String {
    let zone = *chance.pick(&ZONES);
    format!("plain-{}.{zone}", (step / STEPS_PER_LABEL + chance.below(LABELS)) % LABELS_EVER)
}

/// One of those that go by tags.
pub fn tagged_name(chance: &mut Chance, step: u64) -> String {
    let zone = *chance.pick(&BY_TAG);
    format!("plain-{}.{zone}", (step / STEPS_PER_LABEL + chance.below(LABELS)) % LABELS_EVER)
}

pub fn zone_of(name: &str) -> &'static str {
    ZONES.iter().copied().filter(|zone| name.ends_with(&format!(".{zone}"))).max_by_key(|zone| zone.len()).unwrap_or("com")
}

pub fn is_premium(name: &str) -> bool {
    name.starts_with("premium-")
}

impl Writer<'_> {
    pub fn any(&mut self, face: Face) -> Wish {
        let mut wish = match self.chance.below(250) {
            0..=41 => self.register(face),
            42..=69 => self.renew(face),
            70..=75 => self.privacy(face),
            76..=85 => self.contact(face),
            86..=93 => self.check(face),
            94..=101 => self.delete(face),
            102..=109 => self.restore(face),
            110..=131 => self.change(face),
            132..=155 => self.transfer(face),
            156..=163 => self.contact_change(face),
            164..=180 => self.host(face),
            181..=204 => self.owner_change(face),
            205..=216 => self.proof(face),
            217..=233 => self.sharing(face),
            _ => self.look(face),
        };
        if self.chance.once_in(25) {
            self.spoil(&mut wish);
        }
        wish
    }

    /// A registration or a renewal.
    pub fn order(&mut self, face: Face) -> Wish {
        if self.chance.once_in(2) { self.register(face) } else { self.renew(face) }
    }

    fn wish(&self, command: &'static str, name: &str, meant: Meant, params: Vec<(String, String)>) -> Wish {
        Wish { command, params, name: name.to_owned(), meant, limit_e4: None, client_id: self.client_id.clone(), spoiled: false }
    }

    fn name(&mut self) -> String {
        if self.chance.once_in(15) {
            let zone = *self.chance.pick(&["com", "net", "org", "info"]);
            return format!("premium-{}.{zone}", self.chance.below(PREMIUM_LABELS));
        }
        plain_name(self.chance, self.step)
    }

    /// One of its own names mostly.
    fn own_name(&mut self) -> String {
        let known = match self.chance.below(20) {
            0 => None,
            1 => self.chance.any(&self.foreign.names).cloned(),
            2 => self.chance.any(self.parts).cloned(),
            _ => self.chance.any(&self.memory.names).cloned(),
        };
        known.unwrap_or_else(|| self.name())
    }

    /// One that it has for sure, or any of its own.
    fn held_name(&mut self) -> String {
        let held = self.chance.any(self.held).cloned();
        match held {
            Some(name) if !self.chance.once_in(8) => name,
            _ => self.own_name(),
        }
    }

    fn handle(&mut self, zone: &str) -> Option<String> {
        if self.chance.once_in(40) {
            return self.chance.any(&self.foreign.handles).map(|(handle, _)| handle.clone());
        }
        let fit: Vec<&String> = self
            .memory
            .handles
            .iter()
            .filter(|(_, made)| made.is_empty() || *made == zone || (made.ends_with("kr") && zone.ends_with("kr")))
            .map(|(h, _)| h)
            .collect();
        if fit.is_empty() { None } else { Some((*self.chance.pick(&fit)).clone()) }
    }

    /// The limit that goes with an order: none, generous, exact, or too small.
    fn limit(&mut self, face: Face, name: &str, operation: &'static str, months: u16) -> Option<i64> {
        let premium = is_premium(name);
        if !premium && !self.chance.once_in(4) {
            return None;
        }
        let yearly = *self.quotes.get(&(zone_of(name).to_owned(), operation, premium))?;
        let exact = yearly * i64::from(months) / 12;
        Some(match (face, self.chance.below(6)) {
            (_, 0) => exact - 100,
            (Face::Kvapi, _) => exact,
            (Face::Dmapi, _) => exact + self.chance.between(0, 60_000) / 100 * 100,
        })
    }

    fn limited(&mut self, face: Face, mut wish: Wish, operation: &'static str, months: u16) -> Wish {
        let name = wish.name.clone();
        if let Some(limit) = self.limit(face, &name, operation, months).filter(|limit| *limit > 0) {
            let amount = format!("{}.{:02}", limit / 10_000, limit % 10_000 / 100);
            wish.params.push(pair(if face == Face::Dmapi { "max-price" } else { "X-FEE-AMOUNT" }, amount));
            wish.limit_e4 = Some(limit);
        }
        wish
    }

    fn years(&mut self) -> u16 {
        match self.chance.below(12) {
            0..=7 => 1,
            8..=10 => 2,
            _ => 3,
        }
    }

    fn register(&mut self, face: Face) -> Wish {
        let name = self.name();
        self.registration(face, name)
    }

    pub fn registration(&mut self, face: Face, name: String) -> Wish {
        let zone = zone_of(&name);
        let years = self.years();
        let months = years * 12;
        let korean = zone.ends_with("kr");
        let trustee = korean && self.chance.once_in(3);
        let shield = if korean || !self.chance.once_in(5) {
            Shield::None
        } else if face == Face::Dmapi && self.chance.once_in(2) {
            Shield::Pro
        } else {
            Shield::Basic
        };
        let handle = self.handle(zone);
        let mut p = vec![pair("domain", name.clone())];
        match face {
            Face::Dmapi => {
                p.push(pair("period", months.to_string()));
                p.push(pair("ns-list", "ns1.example.net:ns2.example.net"));
                let handle = handle.unwrap_or_else(|| "CCOM-100000000".to_owned());
                for role in ["owner-c", "admin-c", "tech-c", "billing-c"] {
                    p.push(pair(role, handle.clone()));
                }
                match shield {
                    Shield::Basic => p.push(pair("privacy", "basic")),
                    Shield::Pro => p.push(pair("privacy", "pro")),
                    Shield::None | Shield::Keep => {}
                }
            }
            Face::Kvapi => {
                if years > 1 || self.chance.once_in(2) {
                    p.push(pair("PERIOD", years.to_string()));
                }
                p.push(pair("NAMESERVER0", "ns1.example.net"));
                p.push(pair("NAMESERVER1", "ns2.example.net"));
                let inline = self.someone(korean);
                let by_data = self.chance.once_in(4);
                for role in ["OWNERCONTACT0", "ADMINCONTACT0", "TECHCONTACT0", "BILLINGCONTACT0"] {
                    match &handle {
                        Some(handle) if !by_data => p.push(pair(role, handle.clone())),
                        _ => p.extend(inline.iter().map(|(part, value)| (format!("{role}{part}"), value.clone()))),
                    }
                }
                if shield == Shield::Basic {
                    p.push(pair("X-WHOISPRIVACY", "1"));
                }
                // A name that is to go on soon.
                if BY_TAG.contains(&zone) && self.chance.once_in(3) {
                    p.push(pair("TRANSFERLOCK", "0"));
                }
            }
        }
        if trustee {
            p.push(pair("X-KR-ACCEPT-TRUSTEE-TAC", "1"));
        } else if korean {
            p.push(pair("X-KR-CTFY-TYPE", "CORP"));
            p.push(pair("X-KR-CTFY-NO", "110111-1234567"));
        }
        p.push(pair("cltrid", self.client_id.clone()));
        let command = if face == Face::Dmapi { "domain-register" } else { "AddDomain" };
        let wish = self.wish(command, &name, Meant::Register { months, shield, trustee }, p);
        self.limited(face, wish, "register", months)
    }

    fn renew(&mut self, face: Face) -> Wish {
        let name = self.own_name();
        self.renewal(face, name)
    }

    pub fn renewal(&mut self, face: Face, name: String) -> Wish {
        let years = self.years();
        let months = years * 12;
        let mut p = vec![pair("domain", name.clone()), pair("cltrid", self.client_id.clone())];
        match face {
            Face::Dmapi if self.chance.once_in(4) => {
                let year = self.now.year() + i16::try_from(self.chance.between(0, 4)).unwrap_or(1);
                p.push(pair("expyear", year.to_string()));
                self.wish("domain-renew", &name, Meant::RenewUntil { year }, p)
            }
            Face::Dmapi => {
                p.push(pair("period", months.to_string()));
                let (shield, word) = *self.chance.pick(&[
                    (Shield::None, ""),
                    (Shield::None, ""),
                    (Shield::None, "none"),
                    (Shield::Basic, "basic"),
                    (Shield::Pro, "pro"),
                    (Shield::Keep, "keep"),
                ]);
                if !word.is_empty() {
                    p.push(pair("privacy", word));
                }
                let wish = self.wish("domain-renew", &name, Meant::Renew { months, shield }, p);
                self.limited(face, wish, "renew", months)
            }
            Face::Kvapi => {
                p.push(pair("PERIOD", years.to_string()));
                if self.chance.once_in(2) {
                    let year = self.now.year() + i16::try_from(self.chance.between(0, 3)).unwrap_or(1);
                    p.push(pair("EXPIRATION", year.to_string()));
                }
                let wish = self.wish("RenewDomain", &name, Meant::Renew { months, shield: Shield::None }, p);
                self.limited(face, wish, "renew", months)
            }
        }
    }

    fn privacy(&mut self, face: Face) -> Wish {
        if face == Face::Kvapi {
            return self.look(face);
        }
        let name = self.own_name();
        let (shield, word) = *self.chance.pick(&[(Shield::Basic, "basic"), (Shield::Pro, "pro")]);
        let mut p = vec![pair("domain", name.clone()), pair("privacy", word), pair("cltrid", self.client_id.clone())];
        match self.chance.below(3) {
            0 => p.push(pair("period", "12")),
            1 => p.push(pair("expyear", (self.now.year() + 1).to_string())),
            _ => {}
        }
        self.wish("domain-privacy-order", &name, Meant::Privacy { shield }, p)
    }

    fn contact(&mut self, face: Face) -> Wish {
        let korean = self.chance.once_in(3);
        let mut p = self.someone(korean);
        let command = match face {
            Face::Kvapi => {
                if self.chance.once_in(4) {
                    p.push(pair("PREVERIFY", "1"));
                }
                "AddContact"
            }
            Face::Dmapi => {
                p = jokers_words(p);
                p.push(pair("tld", if korean { "or.kr" } else { *self.chance.pick(&["com", "de", "org", "at"]) }));
                "contact-create"
            }
        };
        p.push(pair("cltrid", self.client_id.clone()));
        self.wish(command, "", Meant::Contact, p)
    }

    /// Puts something hostile into one parameter, or leaves one out. What it would mean is open then.
    fn spoil(&mut self, wish: &mut Wish) {
        if wish.params.is_empty() {
            return;
        }
        let place = usize::try_from(self.chance.below(wish.params.len() as u64)).unwrap_or(0);
        if wish.params[place].0.eq_ignore_ascii_case("cltrid") {
            return;
        }
        // A question that has lost its word is a request, and bears no id.
        let is_word = wish.params[place].0 == "ACTION" && !wish.params.iter().any(|(name, _)| name.eq_ignore_ascii_case("cltrid"));
        wish.spoiled = true;
        if self.chance.once_in(3) && !is_word {
            wish.params.remove(place);
        } else {
            wish.params[place].1 = (*self.chance.pick(HOSTILE)).to_owned();
        }
    }
}
