//! Contacts made and changed with CentralNic's demands: data that pass the formal check, a mail that asks for the address, deletion by itself.
//!
//! Reached by CentralNic `AddContact`, `ModifyContact`. Refuses: Fields, and what [`Create`] and [`Modify`] refuse; StatusForbids where too many
//! mails were asked for.

use super::modify::merged;
use super::unused::set_auto_delete;
use super::{ContactView, Create, Created, Modified, Modify, find, from_json, view};
use crate::context::{Cx, Operation};
use crate::verification::{contact_asked, state_of};
use crate::{Error, verification};
use model::contact::ContactData;
use model::{Field, FieldProblem, Need, Problem, Refusal};
use store::{Tx, contacts};

/// What is wanted beside the contact itself.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Demands {
    /// Refuse data that fail the formal check.
    pub validated: bool,
    /// Whether it is deleted by itself once nothing has used it for long; as it was, or by the interface, where not said.
    pub auto_delete: Option<bool>,
    /// Write to its address, unless that is proven or awaited.
    pub ask: bool,
}

/// What fails the formal check, as problems of fields.
fn problems(data: &ContactData) -> Vec<FieldProblem> {
    data.invalid_parts().into_iter().map(|part| FieldProblem::new(Field::ContactPart(part), Problem::Missing)).collect()
}

impl Demands {
    fn check(&self, data: &ContactData) -> Result<(), Refusal> {
        let found = problems(data);
        if self.validated && !found.is_empty() { Err(Refusal::Fields(found)) } else { Ok(()) }
    }

    /// What is done to a contact that is there.
    fn apply(&self, tx: &mut Tx<'_>, cx: &Cx<'_>, contact_id: i64) -> Result<ContactView, Error> {
        let gone = || crate::error::broken("a contact is gone in its own transaction");
        let mut contact = contacts::by_id(tx, contact_id)?.ok_or_else(gone)?;
        if let Some(on) = self.auto_delete {
            set_auto_delete(tx, cx, &mut contact, on)?;
        }
        if self.ask {
            contact_asked(tx, cx, &contact, false)?;
        }
        view(tx, contact)
    }
}

/// Makes a contact and sees to the demands.
#[derive(Clone, Debug)]
pub struct CreateChecked {
    pub create: Create,
    pub demands: Demands,
}

impl Operation for CreateChecked {
    type Done = Created;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Created, Error> {
        self.demands.check(&self.create.draft.check().map_err(Refusal::Fields)?)?;
        let created = self.create.run(tx, cx)?;
        let contact = self.demands.apply(tx, cx, created.contact.id)?;
        Ok(Created { contact, ..created })
    }
}

/// How data would stand as a contact of the account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judged {
    pub validated: bool,
    pub verified: bool,
}

/// Asks how data would stand; changes nothing.
#[derive(Clone, Debug)]
pub struct Judge {
    pub draft: model::contact::ContactDraft,
    /// Refuse data that fail the formal check.
    pub validated: bool,
}

impl Operation for Judge {
    type Done = Judged;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Judged, Error> {
        let data = self.draft.check().map_err(Refusal::Fields)?;
        Demands { validated: self.validated, ..Demands::default() }.check(&data)?;
        let validated = data.is_validated();
        Ok(Judged { validated, verified: validated && state_of(tx, cx.actor.account, &data.email)?.is_verified() })
    }
}

/// Changes a contact and sees to the demands.
#[derive(Clone, Debug)]
pub struct ModifyChecked {
    pub modify: Modify,
    pub demands: Demands,
}

impl Operation for ModifyChecked {
    type Done = Modified;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Modified, Error> {
        let before = find(tx, cx.actor.account, &self.modify.handle)?;
        let data = merged(&from_json(&before.data)?, &self.modify.draft).check().map_err(Refusal::Fields)?;
        self.demands.check(&data)?;
        let mut modified = self.modify.run(tx, cx)?;
        // The address that is asked about is the one that will be in force, even where registries have yet to take it.
        let demands = Demands { auto_delete: self.demands.auto_delete.filter(|_| !self.modify.check_only), ..self.demands };
        if demands.ask && !data.email.eq_ignore_ascii_case(&modified.contact.data.email) {
            let mut to_be = contacts::by_id(tx, before.id)?.unwrap_or(before);
            to_be.email.clone_from(&data.email);
            verification::contact_asked(tx, cx, &to_be, false)?;
            modified.contact = Demands { ask: false, ..demands }.apply(tx, cx, to_be.id)?;
        } else {
            modified.contact = demands.apply(tx, cx, before.id)?;
        }
        Ok(modified)
    }
}
