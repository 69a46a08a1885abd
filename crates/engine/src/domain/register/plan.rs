//! What registering would mean, or all that is wrong with it. Pure: every rule about registering is here or in the zone's data.

use super::Register;
use crate::domain::code::auth_problem;
use crate::domain::dnssec;
use crate::domain::people::role_field;
use model::domain::{Privacy, RenewalMode, Role};
use model::policy::{Accepted as AcceptedFields, FieldVerb, OwnerKind, Registrant, RegistrarTag, Zone};
use model::{Field, FieldProblem, HostName, Months, Problem, Refusal};

/// What registering would mean.
pub(super) struct Plan {
    pub months: Months,
    pub fields: AcceptedFields,
    pub renewal_mode: RenewalMode,
    pub lock: bool,
    pub language: String,
}

pub(super) fn decide(
    zone: &Zone,
    request: &Register,
    fields: &[(String, String)],
    registrant: Option<(&str, OwnerKind)>,
    role_counts: [usize; 3],
    lock_default: bool,
    mut problems: Vec<FieldProblem>,
) -> Result<Plan, Refusal> {
    let language = match zone.check_name(request.name.label(), request.language.as_deref()) {
        Ok(_) => request.language.clone().unwrap_or_default(),
        Err(problem) => {
            problems.push(problem.into());
            String::new()
        }
    };
    let months = match zone.register_term(request.months) {
        Ok(months) => months,
        Err(problem) => {
            problems.push(problem.into());
            zone.register.default.0
        }
    };
    for (role, count) in [Role::Admin, Role::Tech, Role::Billing].into_iter().zip(role_counts) {
        let rule = zone.role(role);
        if count > rule.max {
            let expected = format!("at most {} contacts of this role", rule.max);
            problems.push(FieldProblem::new(role_field(role, rule.max), Problem::OutOfRange { expected }));
        }
        if count == 0 && rule.required && !zone.contacts.fill_from_owner {
            problems.push(FieldProblem::missing(role_field(role, 0)));
        }
    }
    if let Err(problem) = zone.check_host_count(request.hosts.len()) {
        problems.push(problem);
    }
    let mut hosts: Vec<&HostName> = request.hosts.iter().collect();
    hosts.sort();
    if hosts.windows(2).any(|pair| pair[0] == pair[1]) {
        problems.push(FieldProblem::new(Field::NameServers, Problem::Repeated));
    }
    let owner = registrant.map(|(country, kind)| Registrant { country, kind });
    let fields = match zone.check_fields(FieldVerb::Register, owner, fields) {
        Ok(fields) => fields,
        Err(found) => {
            problems.extend(found);
            AcceptedFields::default()
        }
    };
    let tag = request.registrar_tag.as_deref().is_some_and(|t| !t.is_empty());
    match zone.support.registrar_tag {
        RegistrarTag::Required if !tag => problems.push(FieldProblem::missing(Field::RegistrarTag)),
        RegistrarTag::None if tag => {
            let reason = format!("names under .{} carry no tag", zone.suffix);
            problems.push(FieldProblem::new(Field::RegistrarTag, Problem::NotAllowed { reason }));
        }
        RegistrarTag::Required | RegistrarTag::Optional | RegistrarTag::None => {}
    }
    if request.privacy != Privacy::Off && !zone.privacy.offered.contains(&request.privacy) {
        let reason = format!("privacy {} is not offered under .{}", request.privacy.word(), zone.suffix);
        problems.push(FieldProblem::new(Field::Privacy, Problem::NotAllowed { reason }));
    }
    dnssec::check(zone, &request.dnssec, &mut problems);
    if request.transfer_lock == Some(true) && !zone.support.transfer_lock {
        let reason = format!(".{} knows no transfer lock", zone.suffix);
        problems.push(FieldProblem::new(Field::TransferLock, Problem::NotAllowed { reason }));
    }
    problems.extend(request.auth_info.as_deref().and_then(|code| auth_problem(zone, code)));
    let renewal_mode = request.renewal_mode.unwrap_or(RenewalMode::Default);
    if renewal_mode != RenewalMode::Default && !zone.renew.modes.contains(&renewal_mode) {
        let allowed = zone.renew.modes.iter().map(|m| m.word().to_uppercase()).collect();
        problems.push(FieldProblem::new(Field::RenewalMode, Problem::NotOneOf { allowed }));
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems));
    }
    let lock = zone.support.transfer_lock && request.transfer_lock.unwrap_or(lock_default);
    Ok(Plan { months, fields, renewal_mode, lock, language })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContactRef, DnssecRecord};
    use model::DomainName;
    use model::policy::ZoneSet;

    fn request(name: &str) -> Register {
        let host = |n: &str| HostName::parse(n).unwrap();
        Register {
            months: Months::new(12),
            registrant: Some(ContactRef::Handle("CCOM-1".into())),
            hosts: vec![host("ns1.example.net"), host("ns2.example.net")],
            ..Register::of(DomainName::parse(name).unwrap())
        }
    }

    fn decided(request: &Register, country: &str) -> Result<Plan, Vec<FieldProblem>> {
        let zones = ZoneSet::embedded().unwrap();
        let zone = zones.zone_of(&request.name).unwrap();
        let counts = [request.admin.len(), request.tech.len(), request.billing.len()];
        decide(zone, request, &request.fields, Some((country, OwnerKind::Organization)), counts, true, vec![]).map_err(|refusal| {
            match refusal {
                Refusal::Fields(problems) => problems,
                other => panic!("{other:?}"),
            }
        })
    }

    fn fields(problems: Result<Plan, Vec<FieldProblem>>) -> Vec<Field> {
        problems.map(|_| vec![]).unwrap_or_else(|p| p.into_iter().map(|p| p.field).collect())
    }

    #[test]
    fn an_ordinary_name_is_granted_and_locked() {
        let plan = decided(&request("example.com"), "DE").unwrap();
        assert!(plan.lock && plan.months.get() == 12 && plan.renewal_mode == RenewalMode::Default);
    }

    #[test]
    fn a_korean_name_needs_its_certificate_or_the_trustee() {
        let mut r = request("yourdomain.or.kr");
        r.months = None;
        assert_eq!(fields(decided(&r, "KR")), [Field::Extension("X-KR-CTFY-TYPE".into()), Field::Extension("X-KR-CTFY-NO".into())]);
        r.fields = vec![("X-KR-CTFY-TYPE".into(), "CORP".into()), ("X-KR-CTFY-NO".into(), "1".into())];
        assert_eq!(decided(&r, "KR").unwrap().months.get(), 12);
        assert_eq!(fields(decided(&r, "DE")), [Field::Registrant]);
        r.fields = vec![("x-kr-accept-trustee-tac".into(), "1".into())];
        assert!(decided(&r, "DE").unwrap().fields.trustee);
    }

    #[test]
    fn every_problem_is_told() {
        let mut r = request("example.com");
        r.months = Months::new(13);
        r.hosts = vec![];
        r.auth_info = Some("short".into());
        r.dnssec = vec![DnssecRecord::Ds { key_tag: 1, algorithm: 3, digest_type: 2, digest_hex: "00".into() }];
        let found = fields(decided(&r, "DE"));
        for field in [Field::Period, Field::AuthInfo, Field::DnssecDs(0)] {
            assert!(found.contains(&field), "{field:?} in {found:?}");
        }
    }
}
