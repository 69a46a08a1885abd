//! Whom a request for a transfer means: everybody whom it names, found or judged, and the fields of the zone.

use super::{TransferIn, UnsettableContacts};
use crate::Error;
use crate::context::Cx;
use crate::domain::people::{Meant, meant};
use crate::domain::{ContactRef, role_field};
use model::contact::ContactDraft;
use model::domain::{Privacy, Role};
use model::policy::{Accepted as AcceptedFields, FieldVerb, Registrant, Zone};
use model::{Field, FieldProblem, Problem, Refusal};
use store::{Tx, accounts};

/// Whom a request means, by role.
pub(super) type People = Vec<(Role, Vec<Meant>)>;

/// Whom a request means and the zone's fields, or all that is wrong with the request itself.
pub(super) fn judged(tx: &mut Tx<'_>, cx: &Cx<'_>, zone: &Zone, request: &TransferIn) -> Result<(People, AcceptedFields), Error> {
    let mut problems = Vec::new();
    if zone.auth_code.required && request.auth_info.is_none() {
        problems.push(FieldProblem::missing(Field::AuthInfo));
    }
    let mut people = People::new();
    let owner: Vec<&ContactRef> = request.registrant.iter().collect();
    let given: [(Role, Vec<&ContactRef>); 4] = [
        (Role::Registrant, owner),
        (Role::Admin, request.admin.iter().collect()),
        (Role::Tech, request.tech.iter().collect()),
        (Role::Billing, request.billing.iter().collect()),
    ];
    for (role, refs) in given {
        let settable = zone.transfer.contacts.contains(&role) || request.unsettable == UnsettableContacts::Later;
        let mut found = Vec::new();
        for (place, r) in refs.iter().enumerate() {
            match request.unsettable {
                UnsettableContacts::Refuse if !settable => {
                    let reason = format!("a transfer under .{} sets no contact of this role", zone.suffix);
                    problems.push(FieldProblem::new(role_field(role, place), Problem::NotAllowed { reason }));
                }
                UnsettableContacts::Drop if !settable => {}
                _ => found.extend(meant(tx, cx, zone, role, place, r, &mut problems)?),
            }
        }
        if refs.is_empty() && zone.transfer.contacts_required.contains(&role) {
            problems.push(FieldProblem::missing(role_field(role, 0)));
        }
        people.push((role, found));
    }
    let registrant = people.first().and_then(|(_, found)| found.first()).map(|m| Registrant { country: m.country(), kind: m.kind() });
    let accepted = match zone.check_fields(FieldVerb::Transfer, registrant, &request.fields) {
        Ok(accepted) => accepted,
        Err(found) => {
            problems.extend(found);
            Default::default()
        }
    };
    if !request.hosts.is_empty()
        && let Err(problem) = zone.check_host_count(request.hosts.len())
    {
        problems.push(problem);
    }
    if request.privacy != Privacy::Off && !zone.privacy.offered.contains(&request.privacy) {
        let reason = format!("privacy {} is not offered under .{}", request.privacy.word(), zone.suffix);
        problems.push(FieldProblem::new(Field::Privacy, Problem::NotAllowed { reason }));
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems).into());
    }
    Ok((people, accepted))
}

/// A contact with the account holder's own data.
pub(super) fn holder_of_account(tx: &mut Tx<'_>, cx: &Cx<'_>, account: &accounts::Account, zone: &Zone) -> Result<i64, Error> {
    let profile: crate::account::Profile = crate::domain::parsed("an account's profile", &account.profile)?;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut street = profile.street.iter().map(|line| some(line));
    let draft = ContactDraft {
        first_name: some(&profile.first_name),
        last_name: some(&profile.last_name),
        organization: some(&profile.organization),
        email: some(&account.email),
        street: [street.next().flatten(), street.next().flatten(), street.next().flatten()],
        city: some(&profile.city),
        state: some(&profile.state),
        postal_code: some(&profile.postal_code),
        country: some(&profile.country),
        phone: some(&profile.phone),
        fax: some(&profile.fax),
        ..ContactDraft::default()
    };
    // An account whose own data do not make a contact must name one.
    let data = draft.check().map_err(|_| FieldProblem::missing(Field::Registrant))?;
    Ok(crate::contact::create(tx, cx, &data, "", &zone.handle_prefix(), true)?.0.id)
}
