//! Reading contacts: their handles, their fields in old and new spellings, and what clears one.

use super::{Read, Reader};
use model::DomainName;
use model::contact::ContactDraft;
use model::field::{Field, Problem};

/// Set to empty (dmapi.md 6.3); an empty value says nothing.
pub(super) const CLEARED: &str = "!@!";
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

/// Older spellings of zone fields (dmapi.md 6.1); which field of a contact's zone each stands for, the zone's data say.
const OLDER: &[&str] = &["lang", "app-purpose", "nexus-category", "nexus-category-country", "account-type", "company-number", "orgid"];

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

    /// The contact of a role of a name that is changed: `Some(None)` where it is to have none (WWJ writes the token for whatever is empty).
    pub fn role_change(&self, field: Field) -> Read<Option<Option<String>>> {
        if self.text(&field) == Some(CLEARED) { Ok(Some(None)) } else { Ok(self.handle(field)?.map(Some)) }
    }

    /// A contact's handle under the name that changes of contacts have for it.
    pub fn own_handle(&self) -> Read<String> {
        self.required(HANDLE, self.handle(HANDLE))
    }

    /// The fields of a contact as they came; the engine checks them. `!@!` means empty (dmapi.md 6.3), which a new contact's field is anyway.
    pub fn contact(&self) -> ContactDraft {
        let said = |value: &str| value.trim_matches(' ') != CLEARED;
        let text = |name: &str| self.params.get(name).filter(|value| said(value)).map(str::to_owned);
        let extras = self.params.extensions().into_iter().filter(|(_, value)| said(value)).collect();
        self.draft(text, extras)
    }

    /// A contact's fields, as `text` reads them; those under older names join `extras`.
    fn draft(&self, text: impl Fn(&str) -> Option<String>, mut extras: Vec<(String, String)>) -> ContactDraft {
        let individual = self.flag(Field::ContactPart(model::ContactField::Individual));
        extras.extend(OLDER.iter().filter_map(|name| text(name).map(|value| ((*name).to_owned(), value))));
        ContactDraft {
            title: text("title"),
            first_name: text("fname"),
            middle_name: None,
            last_name: text("lname"),
            name: text("name"),
            // What it is, if it is wrong, is noted.
            individual: individual.unwrap_or_default(),
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
        }
    }
    /// New fields of a contact: what is absent or empty stays, `!@!` clears.
    pub fn contact_change(&self) -> ContactDraft {
        let cleared = |value: &str| if value.trim_matches(' ') == CLEARED { String::new() } else { value.to_owned() };
        let text = |name: &str| self.params.get(name).map(cleared);
        let extras = self.params.extensions().into_iter().map(|(name, value)| (name, cleared(&value))).collect();
        self.draft(text, extras)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;
    use model::ContactField;

    #[test]
    fn contact_fields_take_old_and_new_spellings() {
        let draft = |query: &str| read(query, |r| Ok(r.contact())).unwrap();
        let d =
            draft("fname=A&lname=B&fax=!@!&orgid=[SE]1&vatid=SE1&x-us-nexus-category=C11&nexus-category=C12&individual=Yes&x-eu-type=!@!");
        assert_eq!(
            (d.first_name.as_deref(), d.last_name.as_deref(), d.fax.as_deref(), d.individual),
            (Some("A"), Some("B"), None, Some(true))
        );
        let extras: Vec<(&str, &str)> = d.extras.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(extras, [("x-us-nexus-category", "C11"), ("nexus-category", "C12"), ("orgid", "[SE]1")]);
        assert_eq!(d.vat_id.as_deref(), Some("SE1"));
        let wrong = read("individual=perhaps", |r| Ok(r.contact())).unwrap_err();
        assert_eq!(wrong, [Field::ContactPart(ContactField::Individual)]);
    }

    #[test]
    fn an_empty_value_says_nothing_and_the_token_clears() {
        let draft = read("fax=!@!&city=&state=BE&x-eu-type=!@!", |r| Ok(r.contact_change())).unwrap();
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
