//! The statements and the commit of a registration alone, without frames, rules and prices: what a bench holds the whole against.

use super::EmbeddedRegistry;
use super::seed::SeedDomain;
use super::tables::{self, ChargeRow, DomainRow};
use store::Fault;

impl EmbeddedRegistry {
    /// Whether a name is taken: the one statement of a check.
    pub fn bare_check(&self, name: &str) -> Result<bool, Fault> {
        let name = name.to_owned();
        self.store.read(move |tx| Ok(tables::domain_due(tx, &name)?.is_some()))
    }

    /// Registers a name by the statements of a create command, in one transaction. `auth_info` is kept as it stands, as if it were the hash.
    /// False if the name is taken.
    pub fn bare_create(&self, wish: SeedDomain, amount_e4: i64) -> Result<bool, Fault> {
        let desk = self.desk.clone();
        self.store.write(move |tx| {
            let mut row = DomainRow::new(desk.number()?, wish.name.clone(), &wish.sponsor, wish.created, wish.expires);
            row.auth_hash.clone_from(&wish.auth_info);
            row.add_until = Some(wish.created.plus_days(5));
            if !tables::insert_domain(tx, &row)? {
                return Ok(false);
            }
            tables::give_hosts_under(tx, &row.name, &wish.sponsor, wish.created)?;
            let mut contacts = vec![(0, wish.registrant.as_str())];
            for (role, ids) in [(1, &wish.admin), (2, &wish.tech), (3, &wish.billing)] {
                contacts.extend(ids.iter().map(|id| (role, id.as_str())));
            }
            if tables::link_contacts(tx, row.id, &contacts)? != contacts.len() as u64 {
                return Err(Fault::corrupt(format_args!("{}: a contact is missing", wish.name)));
            }
            if tables::link_hosts(tx, row.id, &wish.hosts)? != wish.hosts.len() as u64 {
                return Err(Fault::corrupt(format_args!("{}: a host is missing", wish.name)));
            }
            let charge = ChargeRow {
                id: desk.number()?,
                at: wish.created,
                registrar: &wish.sponsor,
                domain: row.id,
                name: &row.name,
                operation: "create",
                months: 12,
                amount_e4,
                refundable_until: row.add_until,
            };
            tables::charge(tx, &charge)?;
            Ok(true)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::{SeedContact, SeedHost};
    use model::Timestamp;
    use std::sync::Arc;
    use store::Location;

    #[test]
    fn a_bare_registration_is_a_registration() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let registry = EmbeddedRegistry::open(&Location::Memory, Arc::new(move || now), Arc::new(|b: &mut [u8]| b.fill(3))).unwrap();
        registry.seed_registrar("domesday", "domesday-epp").unwrap();
        let contact = SeedContact {
            id: "C-1".into(),
            sponsor: "domesday".into(),
            name: "Erika Mustermann".into(),
            street: "Heidestrasse 17".into(),
            city: "Berlin".into(),
            country: "DE".into(),
            email: "erika@example.org".into(),
            ..SeedContact::default()
        };
        registry.seed_contact(contact).unwrap();
        registry.seed_host(SeedHost { name: "ns1.example.org".into(), sponsor: "domesday".into(), addresses: vec![] }).unwrap();
        let wish = || {
            let mut wish = SeedDomain::new("bare.com", "domesday", "C-1", now, now.plus_days(365));
            wish.hosts = vec!["ns1.example.org".into()];
            wish.admin = vec!["C-1".into()];
            wish
        };
        assert!(!registry.bare_check("bare.com").unwrap());
        assert!(registry.bare_create(wish(), 78_000).unwrap());
        assert!(registry.bare_check("bare.com").unwrap());
        assert!(!registry.bare_create(wish(), 78_000).unwrap(), "the name is taken");
        assert_eq!(registry.owed_e4("domesday").unwrap(), 78_000);
    }
}
