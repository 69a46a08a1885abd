//! Whom a registration means: everybody whom it names, found or judged, and the fields that its registrant carries.

use super::Register;
use crate::Error;
use crate::context::Cx;
use crate::domain::people::{Meant, meant};
use model::domain::Role;
use model::policy::{Carrier, Zone};
use model::{Field, FieldProblem};
use store::Tx;

/// Whom a request means, and the fields of the zone with those that its registrant carries.
pub(super) struct People {
    pub registrant: Option<Meant>,
    pub roles: Vec<(Role, Vec<Meant>)>,
    pub fields: Vec<(String, String)>,
}

/// Finds or checks everybody whom a request names, and notes what is wrong with them.
pub(super) fn people(tx: &mut Tx<'_>, cx: &Cx<'_>, zone: &Zone, request: &Register) -> Result<(People, Vec<FieldProblem>), Error> {
    let mut problems = Vec::new();
    let registrant = match &request.registrant {
        Some(r) => meant(tx, cx, zone, Role::Registrant, 0, r, &mut problems)?,
        None => {
            problems.push(FieldProblem::missing(Field::Registrant));
            None
        }
    };
    let mut roles = Vec::new();
    for (role, refs) in [(Role::Admin, &request.admin), (Role::Tech, &request.tech), (Role::Billing, &request.billing)] {
        let mut people = Vec::new();
        for (place, r) in refs.iter().enumerate() {
            people.extend(meant(tx, cx, zone, role, place, r, &mut problems)?);
        }
        roles.push((role, people));
    }
    let carried = registrant.as_ref().map(Meant::extras).transpose()?.unwrap_or_default();
    let fields = with_carried(zone, &request.fields, &carried);
    Ok((People { registrant, roles, fields }, problems))
}

/// The fields of a wish, and those of the zone that its registrant carries and the wish does not name (DMAPI keeps them with the contact).
fn with_carried(zone: &Zone, given: &[(String, String)], carried: &[(String, String)]) -> Vec<(String, String)> {
    let mut fields = given.to_vec();
    for rule in zone.fields.iter().filter(|rule| rule.applies_to == Some(Carrier::Owner)) {
        if !given.iter().any(|(name, _)| rule.answers_to(name)) {
            fields.extend(carried.iter().find(|(name, _)| rule.answers_to(name)).cloned());
        }
    }
    fields
}
