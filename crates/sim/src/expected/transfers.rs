//! Transfers: every wait has its end, an end is an end, and none completes against the word of who was asked.

use super::Model;
use super::names::Held;
use crate::house::ACCOUNTS;
use crate::wish::zone_of;
use engine::transfer::TransferView;
use model::Timestamp;
use model::policy::ZoneSet;
use model::transfer::{Direction, TransferState};

/// A transfer as it was last seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transferring {
    pub name: String,
    pub zone: String,
    pub direction: Direction,
    pub state: TransferState,
    pub requested: Timestamp,
    /// While open: until when somebody may answer.
    pub act_by: Timestamp,
    pub is_open: bool,
    /// The account here that asked for the name, and the one that would lose it.
    pub gainer: Option<usize>,
    pub loser: Option<usize>,
}

/// CentralNic: all codes end after so many days, where the zone says nothing else.
const CODE_DAYS: i64 = 30;

fn number(login: &str) -> Option<usize> {
    ACCOUNTS.iter().position(|known| *known == login)
}

impl Model {
    /// Names with an open transfer of this direction.
    pub fn names_in_transfer(&self, direction: Direction) -> Vec<String> {
        self.transfers.values().filter(|t| t.is_open && t.direction == direction).map(|t| t.name.clone()).collect()
    }

    /// Another registrar has asked for a name at the registry, which took it.
    pub fn asked_for_outside(&mut self, zones: &ZoneSet, name: &str, now: Timestamp) -> Result<(), String> {
        let untouched = !self.is_touched(name);
        self.touched.insert(name.to_owned());
        let Some(held) = self.held.get(name) else { return Ok(()) };
        let lifetime = zones.get(zone_of(name)).and_then(|zone| zone.auth_code.lifetime);
        let ends = |set: &Timestamp| lifetime.map_or_else(|| set.plus_days(CODE_DAYS), |span| span.after(*set));
        // An hour is left for a registry that could not be reached.
        if let Some(set) = self.code_set.get(name).filter(|set| untouched && ends(set).plus_seconds(3_600) < now) {
            return Err(format!("the code of {name} is of {set} and still opens it: {held:?}"));
        }
        let locked = self.staff_locks.get(name).is_some_and(|reasons| !reasons.is_empty())
            || held.user_lock == Some(true)
            || Self::is_owner_locked(held, now) && !held.lock_is_open;
        self.asked_outside.insert(name.to_owned());
        if untouched && locked && held.at_rest.is_some() {
            return Err(format!("{name} is locked, and another registrar could ask for it: {held:?}"));
        }
        Ok(())
    }

    /// A transfer as `account` sees it now.
    pub fn transfer(
        &mut self,
        zones: &ZoneSet,
        account: usize,
        view: &TransferView,
        now: Timestamp,
        settled: bool,
        faults: &mut Vec<String>,
    ) {
        let is_open = view.state.is_open();
        let (gainer, loser) = match view.direction {
            Direction::In => (Some(account), None),
            Direction::Out => (None, Some(account)),
            Direction::Internal => (number(&view.gaining), number(&view.losing)),
        };
        let known = self.transfers.get(&view.id).cloned();
        let act_by = if is_open { view.executes } else { known.as_ref().map_or(view.executes, |known| known.act_by) };
        let seen = Transferring {
            name: view.name.as_str().to_owned(),
            zone: view.zone.clone(),
            direction: view.direction,
            state: view.state,
            requested: view.requested,
            act_by,
            is_open,
            gainer,
            loser,
        };
        if known.as_ref() == Some(&seen) && !settled {
            return;
        }
        if let Some(before) = known.as_ref().filter(|before| !before.is_open) {
            if before.state != view.state {
                faults.push(format!("transfer {} of {} was {:?} and is now {:?}", view.id, view.name, before.state, view.state));
            }
            return;
        }
        self.touched.insert(seen.name.clone());
        if is_open {
            if settled {
                self.waits_rightly(view, now, faults);
                self.waits_for_a_tag(zones, view, faults);
            }
        } else {
            self.ended(view, act_by, faults);
            self.lapsed_rightly(zones, view, act_by, faults);
        }
        self.transfers.insert(view.id, seen);
    }

    /// At rest a transfer waits for somebody's word and for nothing else, and not beyond its time.
    fn waits_rightly(&self, view: &TransferView, now: Timestamp, faults: &mut Vec<String>) {
        let waits = matches!(
            view.state,
            TransferState::Unaddressed | TransferState::Asked | TransferState::Waiting | TransferState::Leaving | TransferState::Offered
        );
        let late = view.executes < now && view.state != TransferState::Unaddressed;
        if !waits || late {
            faults
                .push(format!("transfer {} of {} is {:?} at rest, due {}: {:?}", view.id, view.name, view.state, view.executes, view.log));
        }
    }

    fn ended(&self, view: &TransferView, act_by: Timestamp, faults: &mut Vec<String>) {
        let what = || format!("transfer {} of {} ended {:?} at {}: {:?}", view.id, view.name, view.state, view.executes, view.log);
        if view.state == TransferState::Lapsed && view.executes != act_by && self.time.was_quiet(act_by) {
            faults.push(format!("{}, due was {act_by}", what()));
        }
        if view.state == TransferState::Completed && self.refused.contains(&view.id) {
            faults.push(format!("{}, though it was refused", what()));
        }
    }

    /// A name comes here only with its holder's word, where the zone asks for that.
    pub fn came_rightly(&self, zones: &ZoneSet, view: &TransferView, faults: &mut Vec<String>) {
        let asks = zones.get(&view.zone).is_some_and(|zone| zone.transfer.foa) || self.came_unasked(zones, view);
        let past = matches!(
            view.state,
            TransferState::Requesting | TransferState::Waiting | TransferState::Arrived | TransferState::Charged | TransferState::Completed
        );
        if view.direction == Direction::In && asks && past && !self.agreed.contains(&view.id) {
            faults.push(format!("transfer {} of {} goes on and nobody agreed to it: {:?}", view.id, view.name, view.log));
        }
    }

    /// A name left for another registrar: somebody there asked, and nobody here who may refuse had refused.
    pub(super) fn may_leave(&mut self, name: &str, held: &Held, faults: &mut Vec<String>) {
        let of_name: Vec<(&i64, &Transferring)> =
            self.transfers.iter().filter(|(_, t)| t.name == name && t.direction == Direction::Out && t.requested >= held.since).collect();
        if let Some((id, t)) = of_name.last()
            && self.refused.contains(*id)
            && t.state == TransferState::Completed
        {
            faults.push(format!("{name} left by transfer {id}, which was refused"));
        }
        let asked = self.asked_outside.contains(name);
        if !asked && of_name.is_empty() && self.gone.get(name).is_none_or(|gone| *gone < held.since) && !self.deleted.contains_key(name) {
            faults.push(format!("{name} is elsewhere, and nobody there had asked for it: {held:?}"));
        }
    }
}
