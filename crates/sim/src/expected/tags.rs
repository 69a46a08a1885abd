//! Names that go by tags (.uk): who holds one and why, that one that left was wished for and its holder told, and that a request which nobody
//! heard ends at its instant.

use super::Model;
use super::names::Held;
use crate::wish::{Meant, Wish, zone_of};
use engine::order::OrderView;
use engine::transfer::TransferView;
use model::policy::{TransferKind, ZoneSet};
use model::transfer::{Direction, Party, TransferState};
use model::{Channel, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A name that an order handed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Handed {
    pub at: Timestamp,
    /// Nobody asked for it.
    pub by_itself: bool,
    /// The sponsor that it has at the registry from then on; none where nobody can tell.
    to: Option<String>,
}

#[derive(Default)]
pub(super) struct Tags {
    /// When the other registrar set our tag for names that no order has brought since.
    set: BTreeMap<String, Vec<Timestamp>>,
    /// When a name was last free again: whoever had set a tag for it before has said nothing about the next one.
    ended: BTreeMap<String, Timestamp>,
}

/// The registry itself, as the sponsor of what was handed back to it.
const REGISTRY: &str = "REGISTRY";

/// Whether names of this zone go by tags.
pub fn is_by_tag(zones: &ZoneSet, name: &str) -> bool {
    zones.get(zone_of(name)).is_some_and(|zone| zone.transfer.kind == TransferKind::PushByTag)
}

impl Model {
    /// The other registrar has set our tag, and the registry took it.
    pub fn tag_set(&mut self, name: &str, now: Timestamp) {
        self.tags.set.entry(name.to_owned()).or_default().push(now);
        self.registry.insert(name.to_owned(), sandbox::REGISTRAR.to_owned());
        self.touched.insert(name.to_owned());
    }

    /// When our tag was last set for a name that no order has brought since.
    fn our_tag(&self, name: &str) -> Option<Timestamp> {
        let last = self.tags.set.get(name)?.last().copied()?;
        self.tags.ended.get(name).is_none_or(|ended| *ended < last).then_some(last)
    }

    /// What was set until then has been used, or counts no more: the last of it.
    fn tag_used(&mut self, name: &str, until: Timestamp) -> Option<Timestamp> {
        let times = self.tags.set.get_mut(name)?;
        let ended = self.tags.ended.get(name).filter(|ended| **ended <= until);
        let last = times.iter().copied().filter(|set| *set <= until && ended.is_none_or(|ended| ended < set)).max();
        times.retain(|set| *set > until);
        if times.is_empty() {
            self.tags.set.remove(name);
        }
        last
    }

    /// The name is free again. What orders did to it before may be read later.
    pub(super) fn tag_ended(&mut self, name: &str, at: Timestamp) {
        self.tags.ended.insert(name.to_owned(), at);
    }

    /// Names that an account here may ask for without a code: they are registered, and nobody here has them.
    pub fn askable_by_tag(&self, zones: &ZoneSet) -> Vec<String> {
        self.registry.keys().filter(|name| is_by_tag(zones, name) && !self.held.contains_key(*name)).cloned().collect()
    }

    /// Names that the other registrar can hand to us.
    pub fn pushable(&self, zones: &ZoneSet) -> Vec<String> {
        let theirs = self.registry.iter().filter(|(name, sponsor)| *sponsor == sandbox::OUTSIDER && is_by_tag(zones, name));
        theirs.map(|(name, _)| name.clone()).collect()
    }

    /// The account's names that nothing keeps from going by a tag, as they were last seen.
    pub fn free_to_go(&self, zones: &ZoneSet, account: usize) -> Vec<String> {
        self.held
            .iter()
            .filter(|(name, held)| held.account == account && held.user_lock == Some(false) && is_by_tag(zones, name))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Whether our tag had been set when the name was asked for: then its holder's word is needed.
    pub(super) fn came_unasked(&self, zones: &ZoneSet, view: &TransferView) -> bool {
        is_by_tag(zones, view.name.as_str()) && self.our_tag(view.name.as_str()).is_some_and(|set| set < view.requested)
    }

    /// A name came to an account: the other registrar had set our tag, after it was asked for or with the holder's word.
    pub(super) fn came_by_tag(&mut self, zones: &ZoneSet, view: &OrderView, faults: &mut Vec<String>) {
        let name = view.object.as_str();
        if !is_by_tag(zones, name) {
            return;
        }
        match self.tag_used(name, view.decided.unwrap_or(view.accepted)) {
            None => faults.push(format!("order {} brought {name}, and nobody had set our tag", view.id)),
            Some(set) if set < view.accepted => {
                *self.by_kind.entry("names claimed that had come unasked").or_default() += 1;
                if !self.agreed.contains(&view.id) {
                    faults.push(format!("order {} brought {name}, which had come unasked at {set}, without its holder's word", view.id));
                }
            }
            Some(_) => *self.by_kind.entry("names that came by our tag").or_default() += 1,
        }
    }

    /// An order handed a name over: somebody wished that, and whom it went to, or its term was over.
    pub(super) fn handed_over(&mut self, wish: Option<&Wish>, view: &OrderView, faults: &mut Vec<String>) {
        let (name, Some(at)) = (view.object.clone(), view.decided) else { return };
        let by_itself = view.channel == Channel::System;
        let to = match Self::meant(wish) {
            Some(Meant::HandOver { tag: Some(tag) }) => Some(tag.to_lowercase()),
            Some(Meant::HandOver { tag: None }) => Some(REGISTRY.to_owned()),
            None if by_itself => Some(REGISTRY.to_owned()),
            None if wish.is_some_and(|wish| wish.spoiled) => None,
            other => {
                faults.push(format!("order {} handed {name} over, and nobody wished that: {other:?}", view.id));
                None
            }
        };
        // What came back before it went again was never here.
        self.tag_used(&name, at);
        let by_tag = to.as_deref().is_some_and(|to| to != REGISTRY);
        if by_tag && !self.told.released(&name, at) {
            faults.push(format!("{name} went to {to:?} at {at}, and its holder was not told"));
        }
        if by_tag {
            *self.by_kind.entry("names handed over by a tag").or_default() += 1;
        }
        self.handed.insert(name, Handed { at, by_itself, to });
    }

    /// A name was handed over: by itself only where it was not to be renewed; and whoever was to have it has it.
    pub(super) fn handed_rightly(&self, name: &str, held: &Held, faults: &mut Vec<String>) {
        let Some(handed) = self.handed.get(name) else { return };
        let rest = held.at_rest.as_ref();
        if handed.by_itself && rest.is_some_and(|rest| rest.renews && !rest.leaving) && !self.is_touched(name) {
            faults.push(format!("{name} was handed over by itself, though it was to be renewed: {held:?}"));
        }
        // Since then it may have ended, or come back by our tag.
        let since = |at: Option<Timestamp>| at.is_some_and(|at| at >= handed.at);
        let elsewhere = since(self.gone.get(name).copied()) || since(self.our_tag(name));
        if let (Some(to), Some(sponsor)) = (&handed.to, self.registry.get(name))
            && to != sponsor
            && !elsewhere
        {
            faults.push(format!("{name} was handed over to {to}, and is sponsored by {sponsor}: {held:?}"));
        }
    }

    /// At rest a request waits for our tag as long as the zone says.
    pub(super) fn waits_for_a_tag(&self, zones: &ZoneSet, view: &TransferView, faults: &mut Vec<String>) {
        let name = view.name.as_str();
        if view.direction != Direction::In || !is_by_tag(zones, name) || self.came_unasked(zones, view) {
            return;
        }
        let until = zones.get(zone_of(name)).map(|zone| zone.transfer.push_within.after(view.requested));
        if view.state != TransferState::Waiting || until != Some(view.executes) {
            faults.push(format!("transfer {} of {name} waits for our tag as {:?} until {}: {until:?}", view.id, view.state, view.executes));
        }
    }

    /// A request that nobody heard ends at its instant, and not where our tag was set.
    pub(super) fn lapsed_rightly(&mut self, zones: &ZoneSet, view: &TransferView, act_by: Timestamp, faults: &mut Vec<String>) {
        let name = view.name.as_str();
        let by_time = view.state == TransferState::Cancelled && view.ended_by == Some(Party::Registry);
        if view.direction != Direction::In || !is_by_tag(zones, name) || !by_time {
            return;
        }
        let what = || format!("transfer {} of {name} ended at {}: {:?}", view.id, view.executes, view.log);
        if let Some(set) = self.our_tag(name).filter(|set| *set >= view.requested && *set <= view.executes) {
            faults.push(format!("{}, and our tag was set at {set}", what()));
        }
        if view.executes < act_by {
            // Its registrar gave it up, or its term ended there.
            let is_theirs = self.registry.get(name).is_some_and(|sponsor| sponsor == sandbox::OUTSIDER);
            if is_theirs && self.gone.get(name).is_none_or(|gone| *gone < view.requested) {
                faults.push(format!("{}, and its time was until {act_by}", what()));
            }
            return;
        }
        *self.by_kind.entry("requests for our tag that nobody heard").or_default() += 1;
        if view.executes != act_by && self.time.was_quiet(act_by) {
            faults.push(format!("{}, due was {act_by}", what()));
        }
    }

    /// At rest a name that the registry holds for us is an account's, or came by our tag and waits for one.
    pub fn unclaimed(&self, waiting: &BTreeSet<String>, faults: &mut Vec<String>) {
        let ours = self.registry.iter().filter(|(name, sponsor)| *sponsor == sandbox::REGISTRAR && !self.held.contains_key(*name));
        let ours: BTreeSet<String> = ours.map(|(name, _)| name.clone()).collect();
        if ours != *waiting {
            faults.push(format!("names of ours that no account has are {ours:?}, and to be seen to are {waiting:?}"));
        }
        for name in ours.iter().filter(|name| self.our_tag(name).is_none()) {
            faults.push(format!("{name} is ours at the registry, no account has it, and nobody had set our tag"));
        }
    }
}
