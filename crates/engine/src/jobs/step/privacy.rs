//! A privacy order taken to the registry, as far as the registry has a part in it.

use super::{Loaded, Outcome, Talk};
use crate::domain::order_privacy::PrivacyChange;
use crate::jobs::contacts;
use crate::order::Settlement;
use model::DomainName;
use registry::{Answer, Trouble, UpdateDomain};

impl Talk<'_> {
    /// `basic` is ours alone; for `pro` the registry gets the service's contact as registrant.
    pub(super) fn privacy(&mut self, loaded: &Loaded, wish: &PrivacyChange) -> Outcome {
        let Some(service) = loaded.people.first() else { return Outcome::Settled(Settlement::Changed) };
        let Ok(name) = DomainName::parse(&wish.name) else { return Outcome::NotDone("an order's name".to_owned()) };
        if let Err(outcome) = self.prepare(loaded, &name) {
            return outcome;
        }
        // An update to a state can be repeated: what is there already is not sent again.
        let present = match self.registry.domain(&name, None) {
            Ok(Some(found)) => found.contacts.registrant,
            Ok(None) => return Outcome::Settled(Settlement::Refused { message: format!("The registry does not know {name}") }),
            Err(trouble) => return Outcome::NotDone(trouble.to_string()),
        };
        if present.as_deref() == Some(service.registry_id.as_str()) {
            return Outcome::Settled(Settlement::Changed);
        }
        let change = UpdateDomain { registrant: Some(service.registry_id.clone()), ..UpdateDomain::default() };
        match self.registry.update_domain(&self.ids.next(), &name, &change) {
            Ok(Answer::Done(())) => Outcome::Settled(Settlement::Changed),
            Ok(Answer::Deferred) => Outcome::Settled(Settlement::Deferred),
            Err(Trouble::Refused { code, message, reasons }) => {
                Outcome::Settled(Settlement::Refused { message: contacts::refusal("change of", name.as_str(), code, &message, &reasons) })
            }
            Err(Trouble::NotSent(why)) => Outcome::NotDone(why),
            Err(Trouble::Lost(why)) => Outcome::Uncertain(why),
        }
    }
}
