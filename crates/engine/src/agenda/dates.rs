//! The dates of a term: when its owner is told, when its account is warned, when it is renewed, let go and removed. Pure.

use model::Timestamp;
use model::policy::{Kind, Zone};
use store::domains::Domain;

/// ICANN ERRP: the owner hears about a month and about a week before expiry, and once within five days after it. Days from expiry.
const NOTICE_DAYS: [i64; 3] = [-30, -7, 1];
/// An account that cannot pay what is to be renewed is warned so many days before.
const FUNDS_DAYS: [i64; 3] = [-30, -7, -1];
/// Where a registry renews or deletes at the very expiry, a name that cannot be paid for is given back so long before.
const LAST_HOURS: i64 = 2;
/// What a registry did by itself is looked at so long after the instant, in case its message was lost.
const LOOK_AFTER_SECONDS: i64 = 2 * 3_600;
const LATE_SECONDS: i64 = 6 * 3_600;
const LEAVING_LOOK_DAYS: i64 = 7;

/// Statuses of a name that is on its way out, or on its way back.
const LEAVING: &[&str] = &["pendingDelete", "redemptionPeriod", "pendingRestore"];

pub(crate) fn is_leaving(domain: &Domain) -> bool {
    are_leaving(&domain.statuses)
}

/// The same, of the statuses alone.
pub(crate) fn are_leaving(statuses: &str) -> bool {
    statuses.split_whitespace().any(|s| LEAVING.contains(&s))
}

/// Whether the registry renews at expiry by itself, so that a renewal is only charged.
pub(crate) fn renews_by_itself(zone: &Zone) -> bool {
    !zone.lifecycle.auto_renew_grace.is_zero() || !zone.renew.explicit
}

/// The dates that follow from what was paid for, the zone's policy and the account's choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Dates {
    pub paid_until: Timestamp,
    /// When it is renewed by itself: the zone's renewal date, or expiry where the account chose that and it is earlier.
    pub renewal: Timestamp,
    /// When a name that is not renewed is let go: the zone's renewal date.
    pub let_go: Timestamp,
    /// The last moment that policy allows for removing it: interrupted resolution (ERRP) lies before.
    pub last: Timestamp,
    /// Whether its resolution is interrupted between `let_go` and `last`.
    pub suspends: bool,
    notices: bool,
}

impl Dates {
    pub fn of(paid_until: Timestamp, zone: &Zone, renew_at_expiry: bool) -> Dates {
        let let_go = zone.renewal_date(paid_until);
        let early = zone.lifecycle.renewal_date_offset.seconds() < 0;
        let last = if early { paid_until.plus_seconds(-LAST_HOURS * 3_600).max(let_go) } else { zone.lifecycle.suspension.after(let_go) };
        Dates {
            paid_until,
            renewal: if renew_at_expiry { let_go.min(paid_until) } else { let_go },
            let_go,
            last,
            suspends: !early && !zone.lifecycle.suspension.is_zero(),
            notices: zone.kind == Kind::Gtld,
        }
    }

    /// When the owner is told (gTLDs).
    pub fn notices(&self) -> Vec<Timestamp> {
        if self.notices { NOTICE_DAYS.iter().map(|days| self.paid_until.plus_days(*days)).collect() } else { Vec::new() }
    }

    /// When the account is warned that it cannot pay.
    pub fn warnings(&self) -> Vec<Timestamp> {
        FUNDS_DAYS.iter().map(|days| self.renewal.plus_days(*days)).collect()
    }

    /// When to try again what did not succeed: daily, more often when little time is left, and four times a day when it is too late anyway.
    pub fn again(&self, now: Timestamp) -> Timestamp {
        let left = self.last.seconds_since(now).max(0);
        let too_late = left == 0 && now >= self.paid_until;
        now.plus_seconds(if too_late { LATE_SECONDS } else { (left / 4).clamp(600, 86_400) })
    }
}

/// The next stage: the one that is due already stays, else the first that lies ahead.
pub(crate) fn next_stage(stages: &[Timestamp], pending: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    pending.filter(|due| stages.contains(due)).or_else(|| stages.iter().copied().find(|stage| *stage > now))
}

/// When to renew or let go next: at its date; a retry that is under way goes on.
pub(crate) fn next_renewal(date: Timestamp, pending: Option<Timestamp>, now: Timestamp) -> Timestamp {
    if date > now { date } else { pending.filter(|due| *due > now).unwrap_or(now) }
}

/// When to look at the registry next.
pub(crate) fn next_look(domain: &Domain, pending: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let after_expiry = domain.expires_at.plus_seconds(LOOK_AFTER_SECONDS);
    if is_leaving(domain) {
        let latest = now.plus_days(LEAVING_LOOK_DAYS);
        pending.filter(|due| *due > now && *due < latest).unwrap_or(latest)
    } else if after_expiry > now {
        after_expiry
    } else {
        now.plus_days(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::policy::ZoneSet;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn dates(zone: &str, at_expiry: bool) -> Dates {
        let zones = ZoneSet::embedded().unwrap();
        Dates::of(at("2027-06-01T12:00:00Z"), zones.get(zone).unwrap(), at_expiry)
    }

    #[test]
    fn each_family_has_its_dates() {
        let com = dates("com", false);
        assert_eq!(com.renewal, at("2027-07-06T12:00:00Z"), "35 days after expiry (CentralNic, renewal system)");
        assert_eq!(com.last, at("2027-07-14T12:00:00Z"), "day 43");
        assert!(com.suspends);
        assert_eq!(com.notices(), [at("2027-05-02T12:00:00Z"), at("2027-05-25T12:00:00Z"), at("2027-06-02T12:00:00Z")]);
        let eager = dates("com", true);
        assert_eq!((eager.renewal, eager.let_go), (at("2027-06-01T12:00:00Z"), com.let_go));
        for zone in ["de", "eu", "at", "kr", "or.kr"] {
            let d = dates(zone, true);
            assert_eq!(d.renewal, at("2027-05-31T12:00:00Z"), "{zone}: a day before");
            assert_eq!(d.last, at("2027-06-01T10:00:00Z"), "{zone}: two hours before");
            assert!(!d.suspends && d.notices().is_empty());
        }
    }

    #[test]
    fn who_renews() {
        let zones = ZoneSet::embedded().unwrap();
        for (zone, itself) in [("com", true), ("xxx", true), ("de", true), ("at", true), ("eu", false), ("kr", false), ("or.kr", false)] {
            assert_eq!(renews_by_itself(zones.get(zone).unwrap()), itself, "{zone}");
        }
    }

    #[test]
    fn stages_come_one_after_the_other() {
        let stages = [1, 5, 9].map(Timestamp::from_micros);
        let t = Timestamp::from_micros;
        assert_eq!(next_stage(&stages, None, t(0)), Some(t(1)));
        assert_eq!(next_stage(&stages, None, t(1)), Some(t(5)));
        assert_eq!(next_stage(&stages, Some(t(1)), t(3)), Some(t(1)), "what is overdue stays");
        assert_eq!(next_stage(&stages, Some(t(2)), t(3)), Some(t(5)), "a stage of another term does not");
        assert_eq!(next_stage(&stages, None, t(9)), None);
    }

    #[test]
    fn retries_are_daily_and_then_quicker() {
        let com = dates("com", false);
        assert_eq!(com.again(com.renewal), com.renewal.plus_days(1));
        assert_eq!(com.again(com.last), com.last.plus_seconds(6 * 3_600));
        let kr = dates("kr", false);
        assert_eq!(kr.again(kr.renewal).seconds_since(kr.renewal), 22 * 3_600 / 4);
        assert_eq!(kr.again(kr.last), kr.last.plus_seconds(600), "until the registry does something by itself");
    }
}
