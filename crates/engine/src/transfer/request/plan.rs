//! Whether a name can be asked for as its registry shows it. Pure: every rule about asking is here or in the zone's data.

use model::policy::{After, TransferKind, Zone};
use model::{Refusal, Timestamp};
use registry::RegistryDomain;

/// A term shorter than this may end before the transfer does, in days (DMAPI domain-transfer-in-reseller).
const TERM_DAYS_MIN: i64 = 7;

/// Whether the name can be asked for as the registry shows it, and what may go wrong; `here` if an account here has it. Pure: every rule about asking is
/// here or in the zone's data.
pub(super) fn decide(zone: &Zone, found: &RegistryDomain, here: bool, registrar: &str, now: Timestamp) -> Result<Option<String>, Refusal> {
    let refused = |reason: String| Err(Refusal::NotTransferable { reason });
    let by_tag = zone.transfer.kind == TransferKind::PushByTag;
    // By a tag a name may have come here that no account has asked for yet.
    if found.sponsor == registrar && (here || !by_tag) {
        return refused("it is held by this registrar already".to_owned());
    }
    // CentralNic's words for a name that is locked (cnr.md 1.9). Who sets another's tag lifts his own locks first.
    if let Some(lock) = found.statuses.iter().find(|s| s.ends_with("TransferProhibited") && !by_tag) {
        return refused(format!("DOMAIN TRANSFER IS PROHIBITED BY STATUS ({lock})"));
    }
    let ending = ["pendingTransfer", "pendingDelete", "pendingCreate", "redemptionPeriod", "pendingRestore"];
    if let Some(status) = found.statuses.iter().chain(&found.rgp_statuses).find(|s| ending.contains(&s.as_str())) {
        return refused(format!("DOMAIN TRANSFER IS PROHIBITED BY STATUS ({status})"));
    }
    for (after, since, what) in [(After::Register, found.created, "registered"), (After::Transfer, found.transferred, "transferred")] {
        let until = since.and_then(|at| zone.lock_after(after, at).map(|lock| lock.span.after(at)));
        if let Some(until) = until.filter(|until| now < *until) {
            return refused(format!("it was {what} too short a time ago; it can be asked for from {} on", until.date()));
        }
    }
    let short = found.expires.filter(|expires| *expires < now.plus_days(TERM_DAYS_MIN));
    Ok(short.map(|expires| format!("the term ends {}, within {TERM_DAYS_MIN} days: the transfer may not be done in time", expires.date())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::DomainName;
    use model::policy::ZoneSet;

    fn found(days: i64) -> (RegistryDomain, Timestamp) {
        let now = Timestamp::parse_rfc3339("2031-01-01T00:00:00Z").unwrap();
        let domain = RegistryDomain {
            name: DomainName::parse("movable.com").unwrap(),
            roid: String::new(),
            sponsor: "outsider".to_owned(),
            statuses: vec!["ok".to_owned()],
            rgp_statuses: Vec::new(),
            contacts: Default::default(),
            hosts: Vec::new(),
            dnssec: Vec::new(),
            created: Some(now.plus_days(-days)),
            updated: None,
            expires: Some(now.plus_days(100)),
            transferred: None,
            kr: None,
        };
        (domain, now)
    }

    #[test]
    fn a_name_is_asked_for_only_where_it_can_come() {
        let zones = ZoneSet::embedded().unwrap();
        let (com, de, uk) = (zones.get("com").unwrap(), zones.get("de").unwrap(), zones.get("co.uk").unwrap());
        let (old, now) = found(61);
        assert_eq!(decide(com, &old, false, "domesday", now), Ok(None));
        let changed = |change: fn(&mut RegistryDomain, Timestamp)| {
            let (mut domain, now) = found(61);
            change(&mut domain, now);
            domain
        };
        let cases: [(RegistryDomain, &str); 5] = [
            (changed(|d, _| d.sponsor = "domesday".to_owned()), "already"),
            (changed(|d, _| d.statuses = vec!["clientTransferProhibited".to_owned()]), "(clientTransferProhibited)"),
            (changed(|d, _| d.statuses = vec!["serverTransferProhibited".to_owned()]), "(serverTransferProhibited)"),
            (changed(|d, _| d.rgp_statuses = vec!["redemptionPeriod".to_owned()]), "(redemptionPeriod)"),
            (changed(|d, now| d.transferred = Some(now.plus_days(-59))), "transferred too short"),
        ];
        for (domain, word) in cases {
            let Err(Refusal::NotTransferable { reason }) = decide(com, &domain, false, "domesday", now) else { panic!("{word}") };
            assert!(reason.contains(word), "{reason}");
        }
        let (young, _) = found(59);
        assert!(decide(com, &young, false, "domesday", now).is_err());
        assert_eq!(decide(de, &young, false, "domesday", now), Ok(None), ".de knows no such lock");
        let soon = changed(|d, now| d.expires = Some(now.plus_days(6)));
        assert!(decide(com, &soon, false, "domesday", now).unwrap().unwrap().contains("within 7 days"));
        // By a tag: who is here, or is on its way out, cannot be asked for; a lock is the losing side's affair.
        let ours = changed(|d, _| d.sponsor = "domesday".to_owned());
        assert_eq!(decide(uk, &ours, false, "domesday", now), Ok(None), "pushed here, and nobody's yet");
        assert!(decide(uk, &ours, true, "domesday", now).is_err());
        assert_eq!(decide(uk, &changed(|d, _| d.statuses = vec!["clientTransferProhibited".to_owned()]), false, "domesday", now), Ok(None));
        assert!(decide(uk, &changed(|d, _| d.rgp_statuses = vec!["redemptionPeriod".to_owned()]), false, "domesday", now).is_err());
    }
}
