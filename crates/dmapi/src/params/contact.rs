//! Reading contacts: their handles, their fields in old and new spellings, and what clears one.

use super::{Read, Reader};
use model::DomainName;
use model::contact::ContactDraft;
use model::field::{Field, Problem};

/// Set to empty (dmapi.md 6.3); an empty value says nothing.
const CLEARED: &str = "!@!";
const HANDLE: Field = Field::Other("handle");

/// Every parameter that a contact is read from; `x-*` are the fields of zones.
pub const CONTACT: &[&str] = &[
    "title",
    "fname",
    "lname",
    "name",
    "individual",
    "organization",
    "email",
    "address-1",
    "address-2",
    "address-3",
    "city",
    "state",
    "postal-code",
    "country",
    "phone",
    "extension",
    "fax",
    "vatid",
    "lang",
    "app-purpose",
    "nexus-category",
    "nexus-category-country",
    "account-type",
    "company-number",
    "orgid",
    "x-*",
];

/// Older spellings of zone fields, and the `x-` field each stands for (dmapi.md 6.5); the `x-` form wins.
const LEGACY_FIELDS: &[(&str, &str)] = &[
    ("lang", "x-eu-lang"),
    ("app-purpose", "x-us-app-purpose"),
    ("nexus-category", "x-us-nexus-category"),
    ("nexus-category-country", "x-us-nexus-category-country"),
    ("account-type", "x-nominet-type"),
    ("company-number", "x-nominet-company-no"),
    ("orgid", "x-iise-orgid"),
    ("orgid", "x-iinu-orgid"),
    ("vatid", "x-iise-vatid"),
    ("vatid", "x-iinu-vatid"),
];

/// `orgid` and `vatid` mean another field under .se than under .nu; the rest have one meaning.
fn legacy_applies(legacy: &str, name: &str, zone: Option<&str>) -> bool {
    match (legacy, zone.map(|z| z.rsplit('.').next().unwrap_or(z))) {
        ("orgid" | "vatid", Some("se")) => name.starts_with("x-iise"),
        ("orgid" | "vatid", Some("nu")) => name.starts_with("x-iinu"),
        ("orgid" | "vatid", _) => false,
        _ => true,
    }
}

impl Reader<'_> {
    /// The zone a contact is made for, without a leading dot, as an A-label.
    pub fn contact_zone(&self) -> Read<Option<String>> {
        self.optional(Field::ContactZone, |text| {
            let suffix = text.trim_start_matches('.');
            // A zone has a name like a domain; a single label becomes one by a label in front.
            let name =
                DomainName::parse(&format!("x.{suffix}")).map_err(|_| Problem::Malformed { expected: "a zone such as com".to_owned() })?;
            Ok(name.as_str().strip_prefix("x.").unwrap_or_default().to_owned())
        })
    }

    /// A contact's handle; whether it exists is the engine's business.
    pub fn handle(&self, field: Field) -> Read<Option<String>> {
        self.optional(field, |text| {
            let plain = text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if plain { Ok(text.to_owned()) } else { Err(Problem::Malformed { expected: "a handle such as CCOM-43438".to_owned() }) }
        })
    }

    /// A contact's handle under the name that changes of contacts have for it.
    pub fn own_handle(&self) -> Read<String> {
        self.required(HANDLE, self.handle(HANDLE))
    }

    /// The fields of a contact as they came; the engine checks them. `!@!` means empty (dmapi.md 6.3), which a new contact's field is anyway.
    pub fn contact(&self, zone: Option<&str>) -> Read<ContactDraft> {
        let text = |name: &str| self.params.get(name).filter(|value| value.trim_matches(' ') != "!@!").map(str::to_owned);
        let mut draft = self.draft(text, self.params.extensions(), zone)?;
        if draft.extras.iter().any(|(name, _)| name.ends_with("-vatid") && !name.starts_with("x-be")) {
            draft.vat_id = None;
        }
        Ok(draft)
    }

    /// A contact's fields, as `text` reads them; what the older names mean in `zone` joins `extras`.
    fn draft(&self, text: impl Fn(&str) -> Option<String>, mut extras: Vec<(String, String)>, zone: Option<&str>) -> Read<ContactDraft> {
        let individual = self.flag(Field::ContactPart(model::ContactField::Individual));
        for (legacy, name) in LEGACY_FIELDS {
            if let Some(value) = text(legacy)
                && legacy_applies(legacy, name, zone)
                && !extras.iter().any(|(n, _)| n == name)
            {
                extras.push(((*name).to_owned(), value));
            }
        }
        Ok(ContactDraft {
            title: text("title"),
            first_name: text("fname"),
            middle_name: None,
            last_name: text("lname"),
            name: text("name"),
            individual: individual?,
            organization: text("organization"),
            email: text("email"),
            street: [text("address-1"), text("address-2"), text("address-3")],
            city: text("city"),
            state: text("state"),
            postal_code: text("postal-code"),
            country: text("country"),
            phone: text("phone"),
            extension: text("extension"),
            fax: text("fax"),
            vat_id: text("vatid"),
            extras,
        })
    }
    /// New fields of a contact: what is absent or empty stays, `!@!` clears.
    pub fn contact_change(&self) -> Read<ContactDraft> {
        let cleared = |value: &str| if value.trim_matches(' ') == CLEARED { String::new() } else { value.to_owned() };
        let text = |name: &str| self.params.get(name).map(cleared);
        let extras = self.params.extensions().into_iter().map(|(name, value)| (name, cleared(&value))).collect();
        self.draft(text, extras, None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;
    use model::ContactField;

    #[test]
    fn contact_fields_take_old_and_new_spellings() {
        let draft = |query: &str, zone: &str| read(query, |r| r.contact(Some(zone))).unwrap();
        let d = draft("fname=A&lname=B&fax=!@!&orgid=[SE]1&vatid=SE1&x-us-nexus-category=C11&nexus-category=C12&individual=Yes", "se");
        assert_eq!(
            (d.first_name.as_deref(), d.last_name.as_deref(), d.fax.as_deref(), d.individual),
            (Some("A"), Some("B"), None, Some(true))
        );
        let extras: Vec<(&str, &str)> = d.extras.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(extras, [("x-us-nexus-category", "C11"), ("x-iise-orgid", "[SE]1"), ("x-iise-vatid", "SE1")]);
        assert_eq!(d.vat_id, None);
        assert_eq!(draft("vatid=DE1", "de").vat_id.as_deref(), Some("DE1"));
        let wrong = read("individual=perhaps", |r| r.contact(None)).unwrap_err();
        assert_eq!(wrong, [Field::ContactPart(ContactField::Individual)]);
    }

    #[test]
    fn an_empty_value_says_nothing_and_the_token_clears() {
        let draft = read("fax=!@!&city=&state=BE&x-eu-type=!@!", |r| r.contact_change()).unwrap();
        assert_eq!((draft.fax.as_deref(), draft.city, draft.state.as_deref()), (Some(""), None, Some("BE")));
        assert_eq!(draft.extras, [("x-eu-type".to_owned(), String::new())]);
    }

    #[test]
    fn zones_of_contacts_are_canonical() {
        let zone = |query: &str| read(query, |r| r.contact_zone());
        assert_eq!((zone("tld=.CO.UK"), zone("tld=com")), (Ok(Some("co.uk".to_owned())), Ok(Some("com".to_owned()))));
        assert_eq!(zone("tld=%ED%95%9C%EA%B5%AD"), Ok(Some("xn--3e0b707e".to_owned())));
        assert_eq!(zone("tld=a%20b"), Err(vec![Field::ContactZone]));
    }
}
