//! Time: what was due in a stretch of the clock that nothing disturbed was done at its instant, to the second, and once.

use super::names::{Around, Held};
use super::{Model, OrderKind};
use crate::house::ACCOUNTS;
use crate::wish::{is_premium, zone_of};
use model::Timestamp;
use model::policy::Kind;

/// Stretches of the business clock since all was last at rest.
#[derive(Default)]
pub struct Time {
    /// Moved by the lab with no fault waiting: whatever was due there was done there.
    quiet: Vec<(Timestamp, Timestamp)>,
    /// Moved with faults waiting, or while the registry did not answer; kept long, since a name may be lost to it much later.
    blind: Vec<(Timestamp, Timestamp)>,
    pub rested: Option<Timestamp>,
}

/// The registry out of reach for so long around the end of a term may cost the name.
const BLIND_SECONDS: i64 = 50 * 86_400;
/// ICANN ERRP: about a month and a week before expiry and within five days after it.
const NOTICE_DAYS: [i64; 3] = [-30, -7, 1];
/// More than any name but a premium one costs for a year, for each name that an account may have to renew at once.
const ENOUGH_E4: i64 = 20_000_000;

impl Time {
    pub fn moved(&mut self, from: Timestamp, to: Timestamp, disturbed: bool) {
        if disturbed {
            self.blind.push((from, to));
            if self.blind.len() > 200 {
                self.blind.remove(0);
            }
        } else {
            self.quiet.push((from, to));
        }
    }

    /// Whether an instant lies within an undisturbed stretch: after its beginning, at its end at the latest.
    pub fn was_quiet(&self, at: Timestamp) -> bool {
        self.quiet.iter().any(|(from, to)| *from < at && at <= *to)
    }

    pub fn was_blind_near(&self, at: Timestamp) -> bool {
        self.blind.iter().any(|(from, to)| from.plus_seconds(-86_400) <= at.plus_seconds(BLIND_SECONDS) && at <= to.plus_seconds(86_400))
    }
}

impl Model {
    /// What was due for a name since all was last at rest, if nobody did anything to it meanwhile.
    pub(super) fn on_time(&mut self, held: &Held, name: &str, around: &Around<'_>, faults: &mut Vec<String>) {
        let (Some(rest), Some(rested)) = (&held.at_rest, self.time.rested) else { return };
        if rest.leaving || self.is_touched(name) {
            return;
        }
        let due = rest.renewal_date;
        let passed = rested < due && self.time.was_quiet(due);
        let renewals: Vec<_> = self
            .orders
            .values()
            .filter(|o| o.by_itself && o.kind == OrderKind::DomainRenew && o.name == name && o.accepted > rested)
            .collect();
        if passed && rest.renews {
            let at_once = renewals.iter().any(|o| o.accepted == due);
            let told = self.told.could_not_renew(held.account, name);
            if !at_once && !told {
                faults.push(format!("{name} was to be renewed by itself at {due}, and nothing happened then: {renewals:?} {held:?}"));
            }
            // Money that was there all the time is enough.
            if told && !at_once && !is_premium(name) && self.surely_had_e4(held.account, 0) >= ENOUGH_E4 {
                faults.push(format!("{name} was not renewed for lack of money, and {} had enough", ACCOUNTS[held.account]));
            }
        }
        if !rest.renews && !renewals.is_empty() {
            faults.push(format!("{name} was renewed by itself, and was not to be: {renewals:?} {held:?}"));
        }
        let gtld = around.zones.get(zone_of(name)).is_some_and(|zone| zone.kind == Kind::Gtld);
        if gtld {
            for days in NOTICE_DAYS {
                let stage = rest.paid_until.plus_days(days);
                if rested < stage && self.time.was_quiet(stage) {
                    let sent = self.told.notices(name, stage);
                    if sent != 1 {
                        faults.push(format!("{sent} mails told of the end of {name}, {days} days from {}", rest.paid_until));
                    }
                }
            }
        }
    }

    /// All is at rest: what comes is held against how it stands now.
    pub fn now_rests(&mut self, now: Timestamp) {
        self.time.quiet.clear();
        self.time.rested = Some(now);
        // Whose transfer is open may be renewed or let go later than planned.
        self.touched = self.transfers.values().filter(|t| t.is_open).map(|t| t.name.clone()).collect();
        self.rest_money();
        self.told.rest(now);
        self.forget(now);
    }
}
