//! What may be asked of a domain: sets, privacy, code and all the rest of a change, with what it does to the name.

use crate::domain::{ContactRef, DnssecRecord};
use crate::order::OrderRef;
use crate::owner_change::{Begun, Terms};
use crate::pricing::PriceLimit;
use model::domain::{Privacy, RenewalMode, TransferMode};
use model::grant::Deed;
use model::{DomainName, HostName};

/// A change of a set: all of it anew, or single members; members are taken out before others come in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetChange<T> {
    pub whole: Option<Vec<T>>,
    pub add: Vec<T>,
    pub remove: Vec<T>,
}

impl<T> Default for SetChange<T> {
    fn default() -> Self {
        SetChange { whole: None, add: Vec::new(), remove: Vec::new() }
    }
}

impl<T> SetChange<T> {
    /// This set and no other.
    pub fn whole(members: Vec<T>) -> SetChange<T> {
        SetChange { whole: Some(members), add: Vec::new(), remove: Vec::new() }
    }

    pub fn is_none(&self) -> bool {
        self.whole.is_none() && self.add.is_empty() && self.remove.is_empty()
    }
}

impl<T: Clone + PartialEq> SetChange<T> {
    /// What the set becomes; a member that was there already is not added twice.
    pub(crate) fn applied(&self, present: &[T]) -> Vec<T> {
        let mut all = self.whole.clone().unwrap_or_else(|| present.to_vec());
        all.retain(|member| !self.remove.contains(member));
        for member in &self.add {
            if !all.contains(member) {
                all.push(member.clone());
            }
        }
        all
    }
}

/// A new authorization code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NewCode {
    Given(String),
    /// One that is made here.
    Fresh,
}

/// What is wished of privacy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PrivacyWish {
    To(Privacy),
    /// Whatever level is on; else `basic`.
    On,
}

/// Asks for a change; what is not named stays.
#[derive(Clone, Debug)]
pub struct Modify {
    pub name: DomainName,
    pub registrant: Option<ContactRef>,
    pub admin: SetChange<ContactRef>,
    pub tech: SetChange<ContactRef>,
    pub billing: SetChange<ContactRef>,
    pub hosts: SetChange<HostName>,
    pub dnssec: SetChange<DnssecRecord>,
    /// EPP words of statuses that a client sets, `registrar-lock` and `registrar-hold`.
    pub statuses: SetChange<String>,
    /// The holder's own lock against transfer; no other reason for a lock is touched.
    pub transfer_lock: Option<bool>,
    pub renewal_mode: Option<RenewalMode>,
    pub transfer_mode: Option<TransferMode>,
    /// Switched where it was bought, else bought for the rest of the term.
    pub privacy: Option<PrivacyWish>,
    pub auth_info: Option<NewCode>,
    /// The zone's own fields, laid over those in force.
    pub fields: Vec<(String, String)>,
    /// An empty one takes the tag away.
    pub registrar_tag: Option<String>,
    /// How a new registrant is consented to.
    pub terms: Terms,
    /// What a trade may cost.
    pub trade_limit: Option<PriceLimit>,
    pub client_id: String,
}

/// A change that was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    pub order: OrderRef,
    /// The change of owner that is part of it. Where the owners are asked, its order is another one, unless nothing else changes.
    pub owner_change: Option<Begun>,
}

impl Modify {
    /// A change of nothing, to be filled.
    pub fn nothing(name: DomainName) -> Modify {
        Modify {
            name,
            registrant: None,
            admin: SetChange::default(),
            tech: SetChange::default(),
            billing: SetChange::default(),
            hosts: SetChange::default(),
            dnssec: SetChange::default(),
            statuses: SetChange::default(),
            transfer_lock: None,
            renewal_mode: None,
            transfer_mode: None,
            privacy: None,
            auth_info: None,
            fields: Vec::new(),
            registrar_tag: None,
            terms: Terms::default(),
            trade_limit: None,
            client_id: String::new(),
        }
    }
}

/// What a change does with the name, for whoever was granted a part in it. Another registrant is judged where it is known whether it is one.
pub(super) fn deeds(request: &Modify) -> Vec<Deed> {
    let Modify {
        name: _,
        registrant: _,
        admin,
        tech,
        billing,
        hosts,
        dnssec,
        statuses,
        transfer_lock,
        renewal_mode,
        transfer_mode,
        privacy,
        auth_info,
        fields,
        registrar_tag,
        terms: _,
        trade_limit: _,
        client_id: _,
    } = request;
    let people = [admin, tech, billing].iter().any(|change| !change.is_none());
    let switched = transfer_lock.is_some() || privacy.is_some() || registrar_tag.is_some();
    let asked = [
        (Deed::See, true),
        (Deed::Serve, !hosts.is_none() || !dnssec.is_none()),
        (Deed::Extend, renewal_mode.is_some()),
        (Deed::Change, people || switched || !statuses.is_none() || !fields.is_empty()),
        (Deed::Dispose, transfer_mode.is_some() || auth_info.is_some()),
    ];
    asked.into_iter().filter(|(_, asked)| *asked).map(|(deed, _)| deed).collect()
}
