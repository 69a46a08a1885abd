//! Contacts in requests: handles, and data given inline under a role's name (1.5), and their properties in replies.

use crate::call::Call;
use crate::params::{Params, index};
use crate::reply::{Reply, date, flag};
use engine::Error;
use engine::contact::ContactView;
use engine::domain::ContactRef;
use engine::verification::Within;
use model::contact::{ContactData, ContactDraft};
use model::{ContactField, DomainName, Field, Problem, Timestamp};
use std::collections::BTreeMap;

/// Sets one part of a draft by its wire name; false if there is no such part. Streets are handled by the caller.
fn set(draft: &mut ContactDraft, part: &str, value: &str) -> bool {
    let place = match part {
        "TITLE" => &mut draft.title,
        "FIRSTNAME" => &mut draft.first_name,
        "MIDDLENAME" => &mut draft.middle_name,
        "LASTNAME" => &mut draft.last_name,
        "ORGANIZATION" => &mut draft.organization,
        "CITY" => &mut draft.city,
        "STATE" => &mut draft.state,
        "ZIP" => &mut draft.postal_code,
        "COUNTRY" => &mut draft.country,
        "PHONE" => &mut draft.phone,
        "FAX" => &mut draft.fax,
        "EMAIL" => &mut draft.email,
        "VATID" => &mut draft.vat_id,
        "STREET" | "STREET0" => &mut draft.street[0],
        "STREET1" => &mut draft.street[1],
        "STREET2" => &mut draft.street[2],
        _ => return false,
    };
    *place = Some(value.to_owned());
    true
}

/// The parts of a contact that a request can carry. STREET and STREET0 are the same line (2.3).
const PARTS: &[&str] = &[
    "TITLE",
    "FIRSTNAME",
    "MIDDLENAME",
    "LASTNAME",
    "ORGANIZATION",
    "CITY",
    "STATE",
    "ZIP",
    "COUNTRY",
    "PHONE",
    "FAX",
    "EMAIL",
    "VATID",
    "STREET",
    "STREET0",
    "STREET1",
    "STREET2",
];

/// The contact of AddContact: its parts under their plain names, a zone's own fields as `X-...`.
pub fn draft(p: &Params<'_>) -> ContactDraft {
    let mut draft = ContactDraft::default();
    for part in PARTS {
        if let Some(value) = p.text(part) {
            set(&mut draft, part, value);
        }
    }
    draft.extras =
        p.beginning("X-").filter(|(name, _)| !name.starts_with("VERIFICATION-")).map(|(n, v)| (format!("x-{n}"), v.to_owned())).collect();
    draft
}

/// The changes of ModifyContact. What is absent stays; an empty part, and one that `DELETE0`.. names, is cleared, where a contact can be
/// without it: an empty name or address of a whole form says nothing.
pub fn changes(p: &Params<'_>) -> ContactDraft {
    const CLEARABLE: &[&str] = &["TITLE", "MIDDLENAME", "ORGANIZATION", "STATE", "FAX", "VATID", "STREET1", "STREET2"];
    let mut draft = ContactDraft::default();
    for part in PARTS {
        match p.given(part) {
            Some("") if CLEARABLE.contains(part) => drop(set(&mut draft, part, "")),
            Some("") | None => {}
            Some(value) => drop(set(&mut draft, part, value)),
        }
    }
    for (_, name) in p.indexed("DELETE") {
        let name = name.to_ascii_uppercase();
        if CLEARABLE.contains(&name.as_str()) {
            set(&mut draft, &name, "");
        } else {
            let allowed = CLEARABLE.iter().map(|w| (*w).to_owned()).collect();
            p.problem(Field::Other("delete"), Problem::NotOneOf { allowed });
        }
    }
    draft.extras =
        p.beginning("X-").filter(|(name, _)| !name.starts_with("VERIFICATION-")).map(|(n, v)| (format!("x-{n}"), v.to_owned())).collect();
    draft
}

/// What a request says about one contact of a role.
#[derive(Default)]
struct Said {
    handle: Option<String>,
    draft: Option<ContactDraft>,
}

/// All contacts of a role: `ADMINCONTACT0` is a handle, `ADMINCONTACT0FIRSTNAME` a part of one given inline. At most `most`.
pub fn of_role(p: &Params<'_>, role: &'static str, most: u16, field_at: impl Fn(u8) -> Field) -> Vec<ContactRef> {
    let mut said: BTreeMap<u16, Said> = BTreeMap::new();
    for (rest, value) in p.beginning(role) {
        let value = value.trim_matches(' ');
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, part) = rest.split_at(digits);
        let Some(at) = (if number.is_empty() { Some(0) } else { index(number) }) else { continue };
        if value.is_empty() {
            continue;
        }
        if part.is_empty() {
            said.entry(at).or_default().handle = Some(value.to_owned());
        } else if PARTS.contains(&part) {
            set(said.entry(at).or_default().draft.get_or_insert_default(), part, value);
        }
        // Other parts (LEGALFORM, IDENTIFICACION) belong to zones that are not sold here; BLE sends them for all.
    }
    let mut contacts = Vec::new();
    for (at, one) in said {
        let field = field_at(u8::try_from(at).unwrap_or(u8::MAX));
        if at >= most {
            p.problem(field, Problem::OutOfRange { expected: format!("at most {most} of this role") });
            continue;
        }
        match (one.handle, one.draft) {
            (Some(_), Some(_)) => p.problem(field, Problem::Excludes { other: Box::new(Field::ContactPart(ContactField::Name)) }),
            (Some(handle), None) => contacts.push(ContactRef::Handle(handle)),
            (None, Some(draft)) => contacts.push(ContactRef::Inline(Box::new(divided(draft)))),
            (None, None) => {}
        }
    }
    contacts
}

/// BLE joins street lines as `line1 , line2`: they are lines again.
fn divided(mut draft: ContactDraft) -> ContactDraft {
    if let [Some(joined), None, None] = &draft.street
        && joined.contains(" , ")
    {
        let mut lines = joined.splitn(3, " , ").map(|line| Some(line.trim_matches(' ').to_owned()));
        draft.street = [lines.next().flatten(), lines.next().flatten(), lines.next().flatten()];
    }
    draft
}

/// The identity of a contact at this registrar, in the form that the documentation shows (1.10).
pub fn roid(contact: &ContactView) -> String {
    format!("{}_CONTACT-DOMESDAY", contact.id)
}

/// The properties of StatusContact in the order of its page. Names without blanks between their parts, as EX and WHM read them.
pub fn show(reply: &mut Reply, contact: &ContactView, registrar: &str) {
    let d = &contact.data;
    reply.put("registrar", registrar);
    reply.put("contact", &*contact.short_handle);
    reply.put("roid", roid(contact));
    reply.put("auto delete", flag(contact.auto_delete));
    reply.put("title", &*d.title);
    reply.put("firstname", &*d.first_name);
    reply.put("middlename", &*d.middle_name);
    reply.put("lastname", &*d.last_name);
    reply.put("organization", &*d.organization);
    reply.put_all("street", d.street.iter().map(String::as_str));
    reply.put("zip", &*d.postal_code);
    reply.put("city", &*d.city);
    reply.put("state", &*d.state);
    reply.put("country", &*d.country);
    reply.put("phone", &*d.phone);
    reply.put("fax", &*d.fax);
    reply.put("email", &*d.email);
    if !d.vat_id.is_empty() {
        reply.put("vatid", &*d.vat_id);
    }
    for (name, value) in &d.extras {
        reply.put(name.clone(), &**value);
    }
    reply.put("created date", date(contact.created));
    reply.put("created by", registrar);
    reply.put("updated date", date(contact.updated));
    reply.put("updated by", registrar);
    reply.put("status", "ok");
    if contact.domains != 0 {
        reply.put("status", "linked");
    }
    if !contact.auto_delete {
        reply.put("status", KEPT);
    }
    if let Some(at) = contact.deletion {
        reply.put("deletion date", date(at));
    }
    checked(reply, contact.validated, contact.verified);
    reply.put("verification requested", flag(contact.is_awaited()));
}

/// The status of a contact that stays although nothing uses it (D.3).
pub const KEPT: &str = "clientAutoDeleteProhibited";

/// How the page of verifications prints what happened: `2014-11-12 16:35:03 [EMAIL]; 2014-11-24 08:13:48 [EVENT];` (sample 40).
pub fn history(lines: &[(Timestamp, String)]) -> String {
    lines.iter().map(|(at, word)| format!("{} [{word}];", date(*at))).collect::<Vec<_>>().join(" ")
}

/// When a name is or was suspended, if nobody answers: with the fraction of samples 37, 39 and 43.
pub fn time_to_suspension(reply: &mut Reply, call: &Call<'_>, name: &DomainName) -> Result<(), Error> {
    if let Some(at) = call.engine.run(&call.actor, Within { name: name.clone() })? {
        reply.put("x-time-to-suspension", format!("{}.0", date(at)));
    }
    Ok(())
}

/// Whether the data was checked, and whether its mail address was proven (D.2).
pub fn checked(reply: &mut Reply, validated: bool, verified: bool) {
    reply.put("validated", flag(validated));
    reply.put("verified", flag(verified));
}

/// The data of a role's contact inside StatusDomain (SHOWCONTACTDATA, BLE): `ownercontactfirstname` and so on.
pub fn show_data(reply: &mut Reply, role: &str, d: &ContactData) {
    let parts = [
        ("firstname", &d.first_name),
        ("lastname", &d.last_name),
        ("organization", &d.organization),
        ("city", &d.city),
        ("state", &d.state),
        ("zip", &d.postal_code),
        ("country", &d.country),
        ("phone", &d.phone),
        ("fax", &d.fax),
        ("email", &d.email),
    ];
    for (part, value) in parts {
        reply.put(format!("{role}{part}"), &**value);
    }
    for (number, line) in d.street.iter().enumerate() {
        reply.put(format!("{role}street{number}"), &**line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Values;
    use model::{Currency, Refusal};

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn handles_and_inline_data_are_told_apart() {
        let v = values(&[
            ("ADMINCONTACT0", "P-ABC1"),
            ("ADMINCONTACT2FIRSTNAME", "Ada"),
            ("ADMINCONTACT2LASTNAME", "Weber"),
            ("ADMINCONTACT2STREET", "Lindenweg 3 , Hinterhaus"),
            ("ADMINCONTACT2LEGALFORM", "x"),
            ("ADMINCONTACT1", ""),
        ]);
        let p = Params::new(&v, Currency::USD);
        let contacts = of_role(&p, "ADMINCONTACT", 3, Field::AdminContact);
        assert_eq!(contacts.len(), 2);
        assert!(matches!(&contacts[0], ContactRef::Handle(h) if h == "P-ABC1"));
        let ContactRef::Inline(draft) = &contacts[1] else { panic!("inline") };
        assert_eq!(draft.first_name.as_deref(), Some("Ada"));
        assert_eq!(draft.street, [Some("Lindenweg 3".to_owned()), Some("Hinterhaus".to_owned()), None]);
        assert!(p.done(Some(())).is_ok());
    }

    #[test]
    fn one_contact_is_said_in_one_way_and_within_bounds() {
        let v = values(&[("OWNERCONTACT0", "P-A1"), ("OWNERCONTACT0EMAIL", "a@b.cd"), ("OWNERCONTACT1", "P-A2")]);
        let p = Params::new(&v, Currency::USD);
        assert!(of_role(&p, "OWNERCONTACT", 1, |_| Field::Registrant).is_empty());
        let Err(Refusal::Fields(problems)) = p.done(Some(())) else { panic!("refused") };
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn the_draft_takes_both_names_of_the_street() {
        for name in ["STREET", "STREET0"] {
            let v = values(&[(name, "Ludwigstrasse 5"), ("X-EU-TYPE", "1"), ("X-VERIFICATION-DATA0", "email")]);
            let draft = draft(&Params::new(&v, Currency::USD));
            assert_eq!(draft.street[0].as_deref(), Some("Ludwigstrasse 5"));
            assert_eq!(draft.extras, [("x-EU-TYPE".to_owned(), "1".to_owned())]);
        }
    }
}
