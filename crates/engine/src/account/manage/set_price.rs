//! Set a price of the operator's own.
//!
//! Reached by `domesday price set`. Refuses: AccessDenied, ZoneNotSold, Fields.

use crate::context::{Cx, Operation};
use crate::{Error, audit};
use model::policy::Item;
use model::{Field, FieldProblem, Money, Months, Need, Refusal, Timestamp};
use store::settings::PriceRow;
use store::{Tx, settings};

/// Sets a price that overrides the zone pack's list from an instant on.
pub struct SetPrice {
    pub zone: String,
    pub item: Item,
    pub months: Months,
    /// Empty for every tier.
    pub tier: String,
    pub amount: Money,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
}

impl Operation for SetPrice {
    type Done = ();
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;
    const STAFF: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<(), Error> {
        if cx.zones().get(&self.zone).is_none() {
            return Err(Refusal::ZoneNotSold { name: self.zone.clone() }.into());
        }
        if self.amount.is_negative() {
            return Err(FieldProblem::malformed(Field::Other("amount"), "a price of zero or more").into());
        }
        let row = PriceRow {
            zone: self.zone.clone(),
            item: self.item.word().to_owned(),
            months: i64::from(self.months.get()),
            tier: self.tier.clone(),
            amount: self.amount.rounded(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        };
        settings::set_price(tx, cx.id(), &row)?;
        let detail = format!("{} {} months {} tier '{}' from {}", row.item, row.months, row.amount, row.tier, row.valid_from);
        audit::append(tx, cx, audit::Change { verb: "price-set", object: &self.zone, order_id: None, detail: &detail })
    }
}
