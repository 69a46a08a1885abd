//! Contacts: the people and organizations behind names, and the formal checks on their data.

use crate::field::{ContactField, Field, FieldProblem, Problem};
use crate::text;

/// What a caller says about a contact: nothing checked yet, `None` where nothing was said.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ContactDraft {
    pub title: Option<String>,
    pub first_name: Option<String>,
    pub middle_name: Option<String>,
    pub last_name: Option<String>,
    /// The full name in one field (DMAPI `name`); first and last name win if they are given.
    pub name: Option<String>,
    pub individual: Option<bool>,
    pub organization: Option<String>,
    pub email: Option<String>,
    pub street: [Option<String>; 3],
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
    pub extension: Option<String>,
    pub fax: Option<String>,
    pub vat_id: Option<String>,
    /// A zone's own fields (`x-eu-type`), by lower-case name.
    pub extras: Vec<(String, String)>,
}

/// A contact's data in order: lines without control characters, a country that exists, a phone in EPP form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactData {
    pub title: String,
    pub first_name: String,
    pub middle_name: String,
    /// Empty for an organization that names no person.
    pub last_name: String,
    pub organization: String,
    pub email: String,
    /// One to three lines, none empty.
    pub street: Vec<String>,
    pub city: String,
    pub state: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// RFC 5733 form `+CC.NUMBER`, with `x1234` at the end where there is an extension.
    pub phone: String,
    /// Like `phone`; empty if none.
    pub fax: String,
    pub vat_id: String,
    pub extras: Vec<(String, String)>,
}

/// A contact that nothing has used for so long is deleted by itself, where that is wanted (CentralNic, contact handles).
pub const UNUSED_DAYS: i64 = 120;

/// Longest accepted values, in characters (RFC 5733 allows 255; DMAPI's own panel uses these).
const NAME_MAX: usize = 255;
const CITY_MAX: usize = 100;
const POSTAL_CODE_MAX: usize = 16;
const EXTRA_MAX: usize = 255;
const EXTRAS_MAX: usize = 40;

/// Countries that know no postal codes (CentralNic "definitions": 68 of them, as listed there).
const WITHOUT_POSTAL_CODES: &[&str] = &[
    "AO", "AG", "AW", "BS", "BZ", "BJ", "BW", "BF", "BI", "CM", "BQ", "CF", "KM", "CG", "CD", "CK", "CI", "DJ", "DM", "GQ", "ER", "FJ",
    "TF", "GM", "GH", "GD", "GN", "GY", "HK", "IE", "JM", "KE", "KI", "MO", "MW", "ML", "MR", "MU", "MS", "NR", "AN", "NU", "KP", "PA",
    "QA", "RW", "KN", "LC", "ST", "SA", "SC", "SL", "SB", "SO", "ZA", "SR", "SY", "TZ", "TL", "TK", "TO", "TT", "TV", "UG", "AE", "VU",
    "YE", "ZW",
];

impl ContactData {
    /// First, middle and last name in one line.
    pub fn person(&self) -> String {
        [&self.first_name, &self.middle_name, &self.last_name].into_iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    }

    /// The person, or the organization where no person is named.
    pub fn display_name(&self) -> String {
        let person = self.person();
        if person.is_empty() { self.organization.clone() } else { person }
    }

    pub fn is_organization(&self) -> bool {
        !self.organization.is_empty()
    }

    /// Whether the data pass CentralNic's formal check ("validated"); what is missing or wrong is told by [`ContactData::invalid_parts`].
    pub fn is_validated(&self) -> bool {
        self.invalid_parts().is_empty()
    }

    /// What of the data fails the formal check of CentralNic's contact verification: first and last name or an organization, street, city, postal
    /// code but for the countries without them, a country that exists, the phone as `+CCC.NNNNNNNNNNxEEEE`, a mail address.
    pub fn invalid_parts(&self) -> Vec<ContactField> {
        use ContactField as F;
        let mut parts = Vec::new();
        let mut want = |holds: bool, part: ContactField| {
            if !holds {
                parts.push(part);
            }
        };
        if self.organization.is_empty() {
            want(!self.first_name.is_empty(), F::FirstName);
            want(!self.last_name.is_empty(), F::LastName);
        }
        want(self.street.first().is_some_and(|line| !line.is_empty()), F::Street(0));
        want(!self.city.is_empty(), F::City);
        want(!self.postal_code.is_empty() || WITHOUT_POSTAL_CODES.contains(&self.country.as_str()), F::PostalCode);
        want(is_country(&self.country), F::Country);
        want(is_epp_phone(&self.phone), F::Phone);
        want(is_email(&self.email), F::Email);
        parts
    }
}

/// Gathers problems while fields are read one by one.
struct Checks {
    problems: Vec<FieldProblem>,
}

impl Checks {
    fn problem(&mut self, field: ContactField, problem: Problem) {
        self.problems.push(FieldProblem::new(Field::ContactPart(field), problem));
    }

    fn line(&mut self, field: ContactField, value: &Option<String>, max: usize) -> String {
        match text::line(value.as_deref().unwrap_or(""), max) {
            Ok(text) => text,
            Err(text::TextError::TooLong { max }) => {
                self.problem(field, Problem::TooLong { max });
                String::new()
            }
            Err(text::TextError::Forbidden(_)) => {
                self.problem(field, Problem::Malformed { expected: "one line of text without control characters".to_owned() });
                String::new()
            }
        }
    }

    fn required(&mut self, field: ContactField, value: &Option<String>, max: usize) -> String {
        if value.as_deref().is_none_or(|v| v.trim_matches(' ').is_empty()) {
            self.problem(field, Problem::Missing);
            return String::new();
        }
        self.line(field, value, max)
    }
}

impl ContactDraft {
    /// Checks everything at once. A person's name or an organization, e-mail, street, city, postal code where the country has
    /// them, country and phone are required (DMAPI contact-create; CentralNic AddContact "validated").
    pub fn check(&self) -> Result<ContactData, Vec<FieldProblem>> {
        use ContactField as F;
        let mut c = Checks { problems: Vec::new() };
        let mut first_name = c.line(F::FirstName, &self.first_name, NAME_MAX);
        let mut last_name = c.line(F::LastName, &self.last_name, NAME_MAX);
        let whole = c.line(F::Name, &self.name, NAME_MAX);
        if first_name.is_empty() && last_name.is_empty() && !whole.is_empty() {
            match whole.rsplit_once(' ') {
                Some((first, last)) => (first_name, last_name) = (first.trim_end().to_owned(), last.to_owned()),
                None => last_name = whole.clone(),
            }
        }
        let organization = c.line(F::Organization, &self.organization, NAME_MAX);
        if first_name.is_empty() && last_name.is_empty() && organization.is_empty() && c.problems.is_empty() {
            c.problem(F::Name, Problem::Missing);
        }
        let email = c.required(F::Email, &self.email, NAME_MAX);
        if !email.is_empty() && !is_email(&email) {
            c.problem(F::Email, Problem::Malformed { expected: "an e-mail address such as name@example.com".to_owned() });
        }
        let mut street = Vec::new();
        let first_line = c.required(F::Street(0), &self.street[0], NAME_MAX);
        street.push(first_line);
        for (line_no, value) in (1_u8..).zip(&self.street[1..]) {
            let line = c.line(F::Street(line_no), value, NAME_MAX);
            if !line.is_empty() {
                street.push(line);
            }
        }
        let city = c.required(F::City, &self.city, CITY_MAX);
        let state = c.line(F::State, &self.state, CITY_MAX);
        let country = c.required(F::Country, &self.country, 2).to_ascii_uppercase();
        if !country.is_empty() && !is_country(&country) {
            c.problem(F::Country, Problem::Malformed { expected: "a two-letter ISO 3166-1 country code".to_owned() });
        }
        let postal_code = if WITHOUT_POSTAL_CODES.contains(&country.as_str()) {
            c.line(F::PostalCode, &self.postal_code, POSTAL_CODE_MAX)
        } else {
            c.required(F::PostalCode, &self.postal_code, POSTAL_CODE_MAX)
        };
        let phone = self.number(&mut c, F::Phone, &self.phone, true);
        let fax = self.number(&mut c, F::Fax, &self.fax, false);
        let title = c.line(F::Title, &self.title, NAME_MAX);
        let middle_name = c.line(F::MiddleName, &self.middle_name, NAME_MAX);
        let vat_id = c.line(F::VatId, &self.vat_id, NAME_MAX);
        let extras = self.checked_extras(&mut c);
        if !c.problems.is_empty() {
            return Err(c.problems);
        }
        Ok(ContactData {
            title,
            first_name,
            middle_name,
            last_name,
            organization,
            email,
            street,
            city,
            state,
            postal_code,
            country,
            phone,
            fax,
            vat_id,
            extras,
        })
    }

    fn number(&self, c: &mut Checks, field: ContactField, value: &Option<String>, needed: bool) -> String {
        let text = if needed { c.required(field, value, 40) } else { c.line(field, value, 40) };
        if text.is_empty() {
            return text;
        }
        let extension = if field == ContactField::Phone { c.line(ContactField::Extension, &self.extension, 10) } else { String::new() };
        match phone(&text, &extension) {
            Some(phone) => phone,
            None => {
                c.problem(field, Problem::Malformed { expected: "an international number such as +49.30123456".to_owned() });
                String::new()
            }
        }
    }

    fn checked_extras(&self, c: &mut Checks) -> Vec<(String, String)> {
        if self.extras.len() > EXTRAS_MAX {
            let problem = Problem::OutOfRange { expected: format!("at most {EXTRAS_MAX} extension fields") };
            c.problems.push(FieldProblem::new(Field::Contact, problem));
            return Vec::new();
        }
        let mut kept = Vec::new();
        for (name, value) in &self.extras {
            match text::line(value, EXTRA_MAX) {
                Ok(line) if line.is_empty() => {}
                Ok(line) => kept.push((name.to_ascii_lowercase(), line)),
                Err(_) => {
                    let problem = Problem::Malformed { expected: format!("one line of at most {EXTRA_MAX} characters") };
                    c.problems.push(FieldProblem::new(Field::Extension(name.clone()), problem));
                }
            }
        }
        kept.sort();
        kept
    }
}

/// True for an address that mail can be sent to: one `@`, a plain or quoted-free local part, a domain name.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_ok = !local.is_empty()
        && local.chars().count() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .chars()
            .all(|c| if c.is_ascii() { c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(c) } else { c.is_alphanumeric() });
    local_ok && crate::DomainName::parse(domain).is_ok()
}

/// True for an officially assigned ISO 3166-1 alpha-2 code.
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && celes::Country::from_alpha2(code).is_ok()
}

/// Brings a number into the form of RFC 5733, `+CC.NUMBER` with an optional `x` extension. Accepts blanks, hyphens, slashes, parentheses
/// and numbers without the dot, whose country code is then found by the E.164 plan. `None` if it is no international number.
pub fn phone(text: &str, extension: &str) -> Option<String> {
    let (number, inner_extension) = match text.split_once(['x', 'X']) {
        Some((number, ext)) => (number, ext),
        None => (text, ""),
    };
    let rest = number.trim().strip_prefix('+')?;
    let (country, national) = match rest.split_once('.') {
        Some((country, national)) => (digits(country)?, digits(national)?),
        None => {
            let all = digits(rest)?;
            let length = country_code_length(&all)?;
            let (country, national) = all.split_at(length);
            (country.to_owned(), national.to_owned())
        }
    };
    if !(1..=3).contains(&country.len()) || country.starts_with('0') || national.len() < 3 || country.len() + national.len() > 15 {
        return None;
    }
    let extension = digits(if extension.trim().is_empty() { inner_extension } else { extension })?;
    if extension.len() > 10 {
        return None;
    }
    let tail = if extension.is_empty() { String::new() } else { format!("x{extension}") };
    Some(format!("+{country}.{national}{tail}"))
}

/// True for `+CCC.NNNNNNNNNNxEEEE`: one to three digits, the dot, up to fourteen digits, and `x` with digits if there is an extension
/// (RFC 5733 names no length for it; ten are kept).
pub fn is_epp_phone(text: &str) -> bool {
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let Some((country, rest)) = text.strip_prefix('+').and_then(|number| number.split_once('.')) else { return false };
    let (number, extension) = rest.split_once('x').map_or((rest, None), |(number, extension)| (number, Some(extension)));
    digits(country, 3) && digits(number, 14) && extension.is_none_or(|extension| digits(extension, 10))
}

fn digits(text: &str) -> Option<String> {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' => out.push(c),
            ' ' | '-' | '/' | '(' | ')' | '.' => {}
            _ => return None,
        }
    }
    Some(out)
}

/// How many digits the country code at the head of a number has, by the ITU-T E.164 plan of zones 1 to 9.
fn country_code_length(number: &str) -> Option<usize> {
    let mut heads = number.bytes();
    let (first, second) = (heads.next()?, heads.next()?);
    let two_digits: &[u8] = match first {
        b'1' | b'7' => return Some(1),
        b'2' => b"07",
        b'3' => b"0123469",
        b'4' => b"013456789",
        b'5' => b"12345678",
        b'6' => b"0123456",
        b'8' => b"12346",
        b'9' => b"0123458",
        _ => return None,
    };
    Some(if two_digits.contains(&second) { 2 } else { 3 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> ContactDraft {
        let s = |t: &str| Some(t.to_owned());
        ContactDraft {
            name: s("Erika Mustermann"),
            email: s("erika@example.de"),
            street: [s("Heidestr. 17"), None, None],
            city: s("Köln"),
            postal_code: s("51147"),
            country: s("de"),
            phone: s("+49 221 1234567"),
            ..ContactDraft::default()
        }
    }

    #[test]
    fn a_complete_draft_becomes_data() {
        let data = draft().check().unwrap();
        assert_eq!((data.first_name.as_str(), data.last_name.as_str()), ("Erika", "Mustermann"));
        assert_eq!((data.country.as_str(), data.phone.as_str()), ("DE", "+49.2211234567"));
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let problems = ContactDraft::default().check().unwrap_err();
        let fields: Vec<Field> = problems.into_iter().map(|p| p.field).collect();
        use ContactField as F;
        let expected = [F::Name, F::Email, F::Street(0), F::City, F::Country, F::PostalCode, F::Phone];
        assert_eq!(fields, expected.map(Field::ContactPart));
    }

    #[test]
    fn hostile_values_are_refused_by_field() {
        for bad in ["a\r\nStatus-Code: 0", "a\rEOF\r\n", "\0", "\u{202e}x", "a\u{2028}b"] {
            let mut d = draft();
            d.organization = Some(bad.to_owned());
            d.city = Some(bad.to_owned());
            d.fax = Some(bad.to_owned());
            assert_eq!(d.check().unwrap_err().len(), 3, "{bad:?}");
        }
    }

    #[test]
    fn phones_take_the_epp_form() {
        let cases = [
            ("+49.30123456", "", Some("+49.30123456")),
            ("+4991112345", "", Some("+49.91112345")),
            ("+82 2-1234-5678", "", Some("+82.212345678")),
            ("+1 (212) 555-0100", "12", Some("+1.2125550100x12")),
            ("+380.443063232", "", Some("+380.443063232")),
            ("+353 1 234567", "", Some("+353.1234567")),
            ("030 123456", "", None),
            ("+", "", None),
            ("+49.abc", "", None),
            ("+49.1234567890123456", "", None),
        ];
        for (text, extension, expected) in cases {
            assert_eq!(phone(text, extension).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_formal_check_names_what_is_wrong() {
        use ContactField as F;
        let data = draft().check().unwrap();
        assert!(data.is_validated());
        let with = |change: fn(&mut ContactData)| {
            let mut other = draft().check().unwrap();
            change(&mut other);
            other.invalid_parts()
        };
        type Case<'a> = (fn(&mut ContactData), &'a [ContactField]);
        let cases: [Case<'_>; 9] = [
            (|d| d.first_name.clear(), &[F::FirstName]),
            (|d| (d.first_name, d.last_name, d.organization) = (String::new(), String::new(), "Acme".into()), &[]),
            (|d| d.postal_code.clear(), &[F::PostalCode]),
            (|d| (d.postal_code, d.country) = (String::new(), "IE".into()), &[]),
            (|d| d.country = "XX".into(), &[F::Country]),
            (|d| d.street.clear(), &[F::Street(0)]),
            (|d| d.phone = "+492211234567".into(), &[F::Phone]),
            (|d| d.email = "nobody".into(), &[F::Email]),
            (|d| d.city.clear(), &[F::City]),
        ];
        for (change, expected) in cases {
            assert_eq!(with(change), expected);
        }
    }

    #[test]
    fn phones_have_plus_and_dot() {
        for good in ["+49.2211234567", "+1.2125550100x12", "+380.44306323200000"] {
            assert!(is_epp_phone(good), "{good}");
        }
        for bad in ["", "+49", "49.221", "+4921.1", "+49.", "+49.221x", "+49.123456789012345", "+49.22 1", "+49.221y5"] {
            assert!(!is_epp_phone(bad), "{bad}");
        }
    }

    #[test]
    fn mail_addresses_are_checked() {
        for good in ["a@example.com", "first.last+tag@sub.example.co.kr", "홍@한국.kr"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "@example.com",
            "a@",
            "a@b",
            "a b@example.com",
            "a@exa mple.com",
            "a@@example.com",
            ".a@example.com",
            "a@example.com\nBcc: x@y.z",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
