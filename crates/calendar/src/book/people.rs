//! Who holds the names of a zone: people whom it takes, strangers, and heirs.

use super::Book;
use crate::lives::Life;

/// Where the new owner of a life reads mail.
pub(super) fn heir_address(life: &Life) -> String {
    format!("heir@{}.example", life.label)
}

impl Book<'_> {
    /// One contact in all roles, two name servers, and what the zone wants to know of an owner.
    pub(super) fn people(&mut self, account: &str, dmapi: bool, stranger: bool) -> Vec<(String, String)> {
        let country = if stranger { "US".to_owned() } else { self.eligible() };
        let (handle, short) = self.desk.handles(account, &country);
        let p = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let mut all = if dmapi {
            let roles = ["owner-c", "admin-c", "tech-c", "billing-c"].map(|role| p(role, &handle));
            roles.into_iter().chain([p("ns-list", "ns1.example.net:ns2.example.net")]).collect::<Vec<_>>()
        } else {
            let roles = ["ownercontact0", "admincontact0", "techcontact0", "billingcontact0"].map(|role| p(role, &short));
            let hosts = [p("nameserver0", "ns1.example.net"), p("nameserver1", "ns2.example.net")];
            roles.into_iter().chain(hosts).collect()
        };
        match &self.zone.trustee {
            Some(trustee) if stranger => all.push(p(&trustee.field, "1")),
            _ => all.extend(self.certificate()),
        }
        all
    }

    /// The handle of a person who is new here and whose address nobody has proven, one for each life.
    pub(super) fn heir(&self, place: usize, account: &str, dmapi: bool) -> String {
        let life = &self.pages[place].life;
        let organization = format!("Heirs of {}", life.label);
        let (handle, short) = self.desk.contact(account, &organization, &heir_address(life), &self.eligible());
        if dmapi { handle } else { short }
    }

    /// The same person in DMAPI's fields.
    pub(super) fn heir_in_full(&self, place: usize) -> Vec<(String, String)> {
        let life = &self.pages[place].life;
        let (organization, email, country) = (format!("Heirs of {}", life.label), heir_address(life), self.eligible());
        let fields = [
            ("organization", organization.as_str()),
            ("email", &email),
            ("address-1", "Street 1"),
            ("city", "City"),
            ("postal-code", "12345"),
            ("country", &country),
            ("phone", "+49.2211234567"),
        ];
        fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    }

    /// A country whose people may hold names of the zone.
    pub(super) fn eligible(&self) -> String {
        let countries = &self.zone.owner.country;
        match self.zone.country.as_deref() {
            Some(own) if countries.is_empty() || countries.iter().any(|c| c == own) => own.to_owned(),
            _ => countries.first().cloned().unwrap_or_else(|| "US".to_owned()),
        }
    }

    /// What the zone wants to know of an owner, if anything.
    pub(super) fn certificate(&self) -> Vec<(String, String)> {
        let asked = self.zone.fields.iter().any(|f| f.name == "X-KR-CTFY-TYPE");
        let fields = [("X-KR-CTFY-TYPE", "CORP"), ("X-KR-CTFY-NO", "101-82-12345")];
        fields.into_iter().filter(|_| asked).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }
}
