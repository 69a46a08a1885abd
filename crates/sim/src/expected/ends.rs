//! Names that are not where they were: moved to another account, gone to another registrar or back to their registry, or ended, each with its reason.

use super::Model;
use super::names::{Held, Moved};
use crate::house::ACCOUNTS;
use crate::wish::is_premium;

impl Model {
    /// The gaining account asked, and the losing one agreed or was silent; or the losing one gave it, or who stands above it. Since it was last seen
    /// it may have gone through another account.
    pub(super) fn may_move(&self, last: usize, to: usize, name: &str, moved: &Moved) -> bool {
        let silent = moved.ended.seconds_since(moved.requested) >= 5 * 86_400;
        let by_word = |from: usize| {
            let agreed = self.approvals.contains(&(from, name.to_owned()));
            self.asked.contains(&(to, name.to_owned())) && !self.refused.contains(&moved.transfer) && (silent || agreed)
        };
        let given = |from: usize, to: usize| self.shares.gifts.contains(&(name.to_owned(), from, to));
        let asked =
            |from: usize, to: usize| self.approvals.contains(&(from, name.to_owned())) && self.asked.contains(&(to, name.to_owned()));
        let through = |middle: usize| (given(last, middle) || asked(last, middle)) && middle == moved.from;
        let came_there = moved.from == last || (0..ACCOUNTS.len()).any(through);
        came_there && (by_word(moved.from) || given(moved.from, to))
    }

    /// A name goes from one account here to another, with its contacts' data.
    pub(super) fn given(&mut self, from: usize, to: usize, name: &str) {
        let seen: Vec<usize> = (0..ACCOUNTS.len()).filter(|owner| self.kin.contains(&(*owner, from))).collect();
        self.kin.extend(seen.into_iter().chain([from]).map(|owner| (owner, to)));
        self.proofs_go_along(from, to);
        self.touched.insert(name.to_owned());
        self.codes.remove(name);
        *self.by_kind.entry("names between accounts").or_default() += 1;
    }

    /// Why a name may not be here any more.
    pub(super) fn why_gone(&self, name: &str, held: &Held) -> Option<&'static str> {
        if self.handed.get(name).is_some_and(|handed| handed.at >= held.since) {
            return Some("handed over");
        }
        if self.registry.get(name).is_some_and(|sponsor| sponsor != sandbox::REGISTRAR) {
            return Some("elsewhere");
        }
        if let Some((at, by_itself)) = self.deleted.get(name)
            && *at >= held.since
        {
            return Some(if *by_itself { "let go" } else { "deleted" });
        }
        self.gone.get(name).is_some_and(|gone| *gone >= held.since).then_some("dropped")
    }

    /// A name went: somebody wished it, or its term ended and could not be paid for, and its account was told.
    pub(super) fn lost(&mut self, name: &str, held: &Held, why: &'static str, faults: &mut Vec<String>) {
        let rest = held.at_rest.as_ref();
        let touched = self.is_touched(name);
        match why {
            "let go" | "dropped" => {
                let wished = rest.is_none_or(|rest| !rest.renews || rest.leaving) || touched;
                let unpaid = self.told.could_not_renew(held.account, name);
                let unseen = self.time.was_blind_near(held.paid_until);
                if !(wished || unpaid || unseen || is_premium(name)) {
                    faults.push(format!("{name} was {why}, though it was to be renewed and could be paid for: {held:?}"));
                }
            }
            "elsewhere" => self.may_leave(name, held, faults),
            "handed over" => self.handed_rightly(name, held, faults),
            _ => {}
        }
        *self.by_kind.entry(why).or_default() += 1;
        if !self.told.heard_of_the_end(held.account, name, held.since) {
            faults.push(format!("{name} was {why}, and no event told {} of it: {held:?}", ACCOUNTS[held.account]));
        }
    }
}
