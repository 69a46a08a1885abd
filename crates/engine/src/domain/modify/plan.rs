//! What a change of a domain would mean, or all that is wrong with it. Pure: every rule about changing is here or in the zone's data.

use super::{Modify, NewCode, PrivacyWish, SetChange};
use crate::domain::code::auth_problem;
use crate::domain::people::role_field;
use crate::domain::set_renewal_mode;
use crate::domain::{DnssecRecord, dnssec};
use model::domain::{Privacy, Role};
use model::lock::{LockReason, Locks};
use model::owner_change::Kind;
use model::policy::{FieldVerb, OwnerChangeKind, OwnerKind, Registrant, RegistrarTag, Zone};
use model::verification::HoldReason;
use model::{Field, FieldProblem, HostName, Problem, Refusal, Timestamp};
use store::domains::Domain;

/// Statuses of the registry in which a name is not changed.
const FORBIDDING: &[&str] =
    &["pendingDelete", "redemptionPeriod", "pendingRestore", "pendingTransfer", "pendingUpdate", "serverUpdateProhibited"];
/// It forbids every change but its own removal (RFC 5731 section 2.3).
pub(crate) const CLIENT_UPDATE: &str = "clientUpdateProhibited";
const CLIENT_HOLD: &str = "clientHold";
const CLIENT_TRANSFER: &str = "clientTransferProhibited";
/// What a client may set beside the lock (RFC 5731 section 2.3).
const CLIENT_STATUSES: &[&str] = &["clientRenewProhibited", "clientDeleteProhibited", CLIENT_UPDATE, CLIENT_HOLD];
/// The names of an older protocol for two of them (CentralNic ModifyDomain).
const OLDER: &[(&str, &str)] = &[("registrar-lock", CLIENT_TRANSFER), ("registrar-hold", CLIENT_HOLD)];

/// What is known of a domain and its people beside the wish.
pub(super) struct Facts<'a> {
    pub domain: &'a Domain,
    pub zone: &'a Zone,
    /// The new registrant's country and kind, where there is a new one.
    pub owner: Option<(&'a str, OwnerKind)>,
    /// The present registrant's.
    pub holder: (&'a str, OwnerKind),
    /// How many admin, tech and billing contacts there will be, where that changes.
    pub counts: [Option<usize>; 3],
    /// The privacy that was bought, where another is switched on.
    pub bought: Option<Privacy>,
    /// Why it does not resolve, where it was suspended; its holder's own hold among them.
    pub holds: &'a [HoldReason],
    pub now: Timestamp,
}

/// What to do about privacy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PrivacyStep {
    /// It was bought, or is to be switched off.
    Switch(Privacy),
    Buy(Privacy),
}

/// What changes; nothing that stays as it is.
#[derive(Default, Debug)]
pub(super) struct Plan {
    pub hosts: Option<Vec<HostName>>,
    pub dnssec: Option<Vec<DnssecRecord>>,
    /// The client's statuses that are to stand, without the lock.
    pub statuses: Option<Vec<String>>,
    pub lock: Option<bool>,
    /// The holder's own hold comes or goes while the name is suspended anyway.
    pub own_hold: Option<bool>,
    pub fields: Option<Vec<(String, String)>>,
    pub trustee: Option<bool>,
    pub privacy: Option<PrivacyStep>,
}

/// The status that keeps a name from being changed at its registry.
pub(crate) fn forbidding<'a>(statuses: &'a str, after: Option<&[String]>) -> Option<&'a str> {
    let lifted = after.is_some_and(|after| after.iter().all(|word| word != CLIENT_UPDATE));
    statuses.split_whitespace().find(|word| FORBIDDING.contains(word) || (*word == CLIENT_UPDATE && !lifted))
}

pub(super) fn decide(facts: &Facts<'_>, request: &Modify, mut problems: Vec<FieldProblem>) -> Result<Plan, Refusal> {
    let (domain, zone) = (facts.domain, facts.zone);
    if facts.owner.is_some() && Kind::of(zone.owner_change.kind).is_none() {
        return Err(Refusal::NotSupported { what: format!("owner change under .{} by a plain modification", zone.suffix) });
    }
    let names_hold = |word: &String| {
        word.eq_ignore_ascii_case(CLIENT_HOLD) || OLDER.iter().any(|(old, new)| *new == CLIENT_HOLD && old.eq_ignore_ascii_case(word))
    };
    if !facts.holds.is_empty() && !facts.holds.contains(&HoldReason::User) && request.statuses.remove.iter().any(names_hold) {
        // CentralNic: the hold of a suspended name is not the reseller's to lift.
        return Err(Refusal::StatusForbids { status: format!("{CLIENT_HOLD} stays while the name is suspended") });
    }
    let mut plan = Plan::default();
    for (role, count) in [Role::Admin, Role::Tech, Role::Billing].into_iter().zip(facts.counts) {
        let rule = zone.role(role);
        match count {
            Some(count) if count > rule.max => {
                let expected = format!("at most {} contacts of this role", rule.max);
                problems.push(FieldProblem::new(role_field(role, rule.max), Problem::OutOfRange { expected }));
            }
            Some(0) if rule.required => problems.push(FieldProblem::missing(role_field(role, 0))),
            Some(_) | None => {}
        }
    }
    hosts(facts, request, &mut plan, &mut problems);
    records(facts, request, &mut plan, &mut problems);
    statuses(facts, request, &mut plan, &mut problems);
    fields(facts, request, &mut plan, &mut problems);
    privacy(facts, request, &mut plan, &mut problems);
    if let Some(NewCode::Given(code)) = &request.auth_info {
        problems.extend(auth_problem(zone, code));
    }
    match request.renewal_mode.map_or(Ok(()), |mode| set_renewal_mode::decide(domain, zone, mode)) {
        Err(Refusal::Fields(found)) => problems.extend(found),
        Err(other) => return Err(other),
        Ok(()) => {}
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems));
    }
    // What is as it was is no change.
    plan.hosts = plan.hosts.filter(|new| new.iter().map(HostName::as_str).ne(domain.hosts.split_whitespace()));
    Ok(plan)
}

fn hosts(facts: &Facts<'_>, request: &Modify, plan: &mut Plan, problems: &mut Vec<FieldProblem>) {
    if request.hosts.is_none() {
        return;
    }
    let present: Vec<HostName> = facts.domain.hosts.split_whitespace().filter_map(|h| HostName::parse(h).ok()).collect();
    if let Some(whole) = &request.hosts.whole {
        let mut sorted: Vec<&HostName> = whole.iter().collect();
        sorted.sort();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            problems.push(FieldProblem::new(Field::NameServers, Problem::Repeated));
        }
    }
    let missing = request.hosts.whole.is_none() && request.hosts.remove.iter().any(|h| !present.contains(h));
    if missing {
        problems.push(FieldProblem::new(Field::NameServers, Problem::Unknown));
    }
    let after = request.hosts.applied(&present);
    if let Err(problem) = facts.zone.check_host_count(after.len()) {
        problems.push(problem);
    }
    plan.hosts = Some(after);
}

fn records(facts: &Facts<'_>, request: &Modify, plan: &mut Plan, problems: &mut Vec<FieldProblem>) {
    if request.dnssec.is_none() {
        return;
    }
    let normal = |record: &DnssecRecord| dnssec::for_zone(facts.zone, &request.name, record);
    let present: Vec<DnssecRecord> = serde_json::from_str(&facts.domain.dnssec).unwrap_or_default();
    let change = SetChange {
        whole: request.dnssec.whole.as_ref().map(|list| list.iter().map(normal).collect()),
        add: request.dnssec.add.iter().map(normal).collect(),
        remove: request.dnssec.remove.iter().map(normal).collect(),
    };
    let mut after = change.applied(&present);
    after.sort();
    after.dedup();
    // Records in force are not judged again.
    let new: Vec<DnssecRecord> = after.iter().filter(|r| !present.contains(r)).cloned().collect();
    dnssec::check(facts.zone, &new, problems);
    if new.len() <= facts.zone.dnssec.max && after.len() > facts.zone.dnssec.max {
        let expected = format!("at most {} records", facts.zone.dnssec.max);
        problems.push(FieldProblem::new(Field::DnssecDs(0), Problem::OutOfRange { expected }));
    }
    let mut before = present;
    before.sort();
    plan.dnssec = Some(after).filter(|after| *after != before);
}

fn statuses(facts: &Facts<'_>, request: &Modify, plan: &mut Plan, problems: &mut Vec<FieldProblem>) {
    let own = Locks::parse(&facts.domain.locks).unwrap_or_default().holds(LockReason::User);
    let mut locked = own;
    let change = &request.statuses;
    if !change.is_none() {
        let mut read = |list: &[String]| -> Vec<String> {
            let mut words = Vec::new();
            for given in list {
                let modern = OLDER.iter().find(|(old, _)| old.eq_ignore_ascii_case(given)).map_or(given.as_str(), |(_, new)| new);
                match CLIENT_STATUSES.iter().chain(&[CLIENT_TRANSFER]).find(|word| word.eq_ignore_ascii_case(modern)) {
                    Some(word) => words.push((*word).to_owned()),
                    None => {
                        let allowed = CLIENT_STATUSES.iter().chain(&[CLIENT_TRANSFER]).map(|w| (*w).to_owned()).collect();
                        problems.push(FieldProblem::new(Field::Status, Problem::NotOneOf { allowed }));
                    }
                }
            }
            words
        };
        let change = SetChange { whole: change.whole.as_deref().map(&mut read), add: read(&change.add), remove: read(&change.remove) };
        let mut present: Vec<String> =
            facts.domain.statuses.split_whitespace().filter(|word| CLIENT_STATUSES.contains(word)).map(str::to_owned).collect();
        let mut before = present.clone();
        before.sort();
        if own {
            present.push(CLIENT_TRANSFER.to_owned());
        }
        let mut after = change.applied(&present);
        locked = after.iter().any(|word| word == CLIENT_TRANSFER);
        after.retain(|word| word != CLIENT_TRANSFER);
        if !facts.holds.is_empty() {
            // It is on hold for other reasons too, which stand; only the holder's own changes.
            let (own, held) = (facts.holds.contains(&HoldReason::User), after.iter().any(|word| word == CLIENT_HOLD));
            let added = change.add.iter().any(|word| word == CLIENT_HOLD);
            plan.own_hold = if own && !held { Some(false) } else { (added && !own).then_some(true) };
            if !held {
                after.push(CLIENT_HOLD.to_owned());
            }
        }
        after.sort();
        after.dedup();
        plan.statuses = Some(after).filter(|after| *after != before);
    }
    locked = request.transfer_lock.unwrap_or(locked);
    if locked && !own && !facts.zone.support.transfer_lock {
        let reason = format!(".{} knows no transfer lock", facts.zone.suffix);
        problems.push(FieldProblem::new(Field::TransferLock, Problem::NotAllowed { reason }));
    }
    plan.lock = (locked != own).then_some(locked);
}

fn fields(facts: &Facts<'_>, request: &Modify, plan: &mut Plan, problems: &mut Vec<FieldProblem>) {
    let (domain, zone) = (facts.domain, facts.zone);
    let before: Vec<(String, String)> = serde_json::from_str(&domain.fields).unwrap_or_default();
    let mut after = before.clone();
    let mut trustee = domain.trustee;
    if facts.owner.is_some() || !request.fields.is_empty() {
        let verb = if facts.owner.is_some() { FieldVerb::OwnerChange } else { FieldVerb::Modify };
        let has = |name: &str| before.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        // Fields that must come again with a new registrant come with the wish; for any other change those in force count.
        let again = facts.owner.is_some() && zone.owner_change.kind == OwnerChangeKind::UpdateWithFields;
        let owner = facts.owner.map(|(country, kind)| Registrant { country, kind });
        match zone.check_fields(verb, owner, &request.fields) {
            Ok(accepted) => {
                if again {
                    // What the former registrant proved says nothing about this one.
                    after.retain(|(name, _)| zone.field(name).is_none_or(|rule| !rule.required_on(FieldVerb::OwnerChange)));
                }
                let trustee_named = zone.trustee.as_ref().is_some_and(|t| accepted.get(&t.field).is_some());
                if trustee_named || facts.owner.is_some() {
                    trustee = accepted.trustee;
                }
                for (name, value) in accepted.values {
                    after.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
                    after.push((name, value));
                }
            }
            Err(found) => problems.extend(found.into_iter().filter(|p| match &p.field {
                Field::Extension(name) => !(p.problem == Problem::Missing && !again && has(name)),
                _ => true,
            })),
        }
        if domain.trustee && !trustee && facts.owner.is_none() {
            let (country, kind) = facts.holder;
            let without = zone.check_fields(FieldVerb::Register, Some(Registrant { country, kind }), &after);
            problems.extend(without.err().into_iter().flatten());
        }
    }
    if let Some(tag) = &request.registrar_tag {
        const TAG: &str = "registrar-tag";
        // Empty takes it away.
        if tag.is_empty() && zone.support.registrar_tag == RegistrarTag::Required {
            problems.push(FieldProblem::missing(Field::RegistrarTag));
        }
        if !tag.is_empty() && zone.support.registrar_tag == RegistrarTag::None {
            let reason = format!("names under .{} carry no tag", zone.suffix);
            problems.push(FieldProblem::new(Field::RegistrarTag, Problem::NotAllowed { reason }));
        }
        after.retain(|(name, _)| name != TAG);
        after.extend((!tag.is_empty()).then(|| (TAG.to_owned(), tag.clone())));
    }
    plan.fields = Some(after).filter(|after| *after != before);
    plan.trustee = (trustee != domain.trustee).then_some(trustee);
}

/// Bought privacy can be switched as one likes until its end; what was not bought is bought for the rest of the term.
fn privacy(facts: &Facts<'_>, request: &Modify, plan: &mut Plan, problems: &mut Vec<FieldProblem>) {
    let domain = facts.domain;
    let wanted = match request.privacy {
        Some(PrivacyWish::To(wanted)) if wanted != domain.privacy => wanted,
        Some(PrivacyWish::On) if domain.privacy == Privacy::Off => Privacy::Basic,
        Some(PrivacyWish::To(_) | PrivacyWish::On) | None => return,
    };
    if wanted == Privacy::Off {
        plan.privacy = Some(PrivacyStep::Switch(wanted));
        return;
    }
    if !facts.zone.privacy.offered.contains(&wanted) {
        let reason = format!("privacy {} is not offered under .{}", wanted.word(), facts.zone.suffix);
        problems.push(FieldProblem::new(Field::Privacy, Problem::NotAllowed { reason }));
        return;
    }
    let paid = domain.privacy_until_at.is_some_and(|until| until > facts.now);
    let covers = |level: Privacy| level == wanted || level == Privacy::Pro;
    let bought = paid && [Some(domain.privacy), facts.bought].into_iter().flatten().any(covers);
    plan.privacy = Some(if bought { PrivacyStep::Switch(wanted) } else { PrivacyStep::Buy(wanted) });
}

#[cfg(test)]
mod tests;
