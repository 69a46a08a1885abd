//! Restore: brings a deleted name back while the registry still keeps it.
//!
//! Reached by DMAPI `domain-redeem`, CentralNic `RestoreDomain`.
//! Refuses: DomainUnknown, NotYours, StatusForbids, NotSupported, NameBusy, PriceAboveLimit, PriceLimitRequired, PriceMismatch, FundsShort.

use super::settled::{DONE, Outcome, told};
use super::{Accepted, reach, zone_of};
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::order::{self, Intent, NewOrder};
use crate::pricing::{self, PriceLimit};
use crate::{Engine, Error, agenda};
use model::domain::{Operation as PricedOperation, RenewalMode};
use model::grant::Deed;
use model::order::OrderKind;
use model::policy::{Item, Zone};
use model::{DomainName, Months, Need, Refusal, Timestamp};
use registry::{Availability, FeeQuestion};
use serde::{Deserialize, Serialize};
use store::domains::{self, Domain};
use store::orders::Order;
use store::{Tx, accounts};

/// Asks for a deleted name back.
#[derive(Clone, Debug)]
pub struct Restore {
    pub name: DomainName,
    pub price_limit: Option<PriceLimit>,
    pub client_id: String,
}

/// The wish as it is kept until the registry has decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restoration {
    pub domain: i64,
    pub name: String,
    /// The renewal that is paid for with it; none where the term is not over.
    pub months: Option<u16>,
    /// The registry's fee to agree to, in ten-thousandths and currency, for names of another price.
    pub fee: Option<(i64, String)>,
}

impl Engine {
    /// Restores a name; asks the registry for its fees first where they are its own.
    pub fn restore(&self, actor: &Actor, request: Restore) -> Result<Accepted, Error> {
        let class = self.run(actor, PriceClass { name: request.name.clone() })?;
        let mut quoted = Quoted::default();
        if let Some((zone, months)) = class {
            let registry = self.registry_of(&zone)?;
            for (operation, place) in [(PricedOperation::Restore, &mut quoted.restore), (PricedOperation::Renew, &mut quoted.renew)] {
                *place = registry.check(std::slice::from_ref(&request.name), Some(&FeeQuestion { operation, months }))?.pop();
            }
        }
        self.run(actor, Accept { request, quoted })
    }
}

#[derive(Default)]
struct Quoted {
    restore: Option<Availability>,
    renew: Option<Availability>,
}

/// Whether the registry must be asked for its fees.
struct PriceClass {
    name: DomainName,
}

impl Operation for PriceClass {
    type Done = Option<(String, Months)>;
    const NEED: Need = Need::Spend;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Option<(String, Months)>, Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::Extend])?;
        let zone = zone_of(cx, &domain)?;
        Ok((!domain.price_class.is_empty()).then(|| (zone.suffix.clone(), zone.renew.default.0)))
    }
}

struct Accept {
    request: Restore,
    quoted: Quoted,
}

impl Operation for Accept {
    type Done = Accepted;
    const NEED: Need = Need::Spend;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Accepted, Error> {
        let request = &self.request;
        let domain = reach(tx, cx, &request.name, &[Deed::Extend])?;
        let zone = zone_of(cx, &domain)?;
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let fingerprint = format!("restore {} of {}", domain.name, domain.id);
        if let Some(order) = order::join(tx, cx, &request.name, &fingerprint)? {
            return Ok(Accepted { order });
        }
        let months = decide(&domain, &zone, cx.now)?;
        let premium = !domain.price_class.is_empty();
        let period = zone.renew.default.0;
        let mut price = |item: Item, quoted: &Option<Availability>, operation| {
            if premium {
                // Fees of a premium name are its own; what the registry names none for has the list price.
                let fee = quoted.as_ref().and_then(|q| pricing::fee_of(q, operation, period));
                match fee {
                    Some(fee) if fee.currency == account.currency => {
                        return pricing::premium(fee).ok_or_else(|| broken("a premium price overflows"));
                    }
                    None if item != Item::Renew => {}
                    Some(_) | None => return Err(pricing::unsold(item.word(), &zone, account.currency).into()),
                }
            }
            pricing::sold(tx, &zone, item, period, &account, cx.now)
        };
        let mut total = price(Item::Restore, &self.quoted.restore, PricedOperation::Restore)?;
        let own = total;
        if months.is_some() {
            let renewal = price(Item::Renew, &self.quoted.renew, PricedOperation::Renew)?;
            total = total.checked_add(renewal).ok_or_else(|| broken("a price overflows"))?;
            let trustee = pricing::trustee(tx, &zone, &domain, period, &account, cx.now)?;
            let trustee = trustee.ok_or_else(|| Refusal::NotSupported { what: format!("the trustee under .{}", zone.suffix) })?;
            total = total.checked_add(trustee).ok_or_else(|| broken("a price overflows"))?;
        }
        pricing::within(request.price_limit, own, total, premium)?;
        let fee = self.quoted.restore.as_ref().and_then(|q| pricing::fee_of(q, PricedOperation::Restore, period));
        let restoration = Restoration {
            domain: domain.id,
            name: domain.name.clone(),
            months: months.map(Months::get),
            fee: fee.map(|f| (f.amount_e4, f.currency.code().to_owned())),
        };
        let new = NewOrder {
            kind: OrderKind::DomainRestore,
            name: &request.name,
            registry: &domain.registry,
            fingerprint,
            price: total,
            client_id: &request.client_id,
            intent: Intent::Restore(restoration),
        };
        Ok(Accepted { order: order::open(tx, cx, new)? })
    }
}

/// Whether the name can come back, and the renewal that is due with it. Pure.
fn decide(domain: &Domain, zone: &Zone, now: Timestamp) -> Result<Option<Months>, Refusal> {
    if !zone.restore.offered {
        return Err(Refusal::NotSupported { what: format!("restore under .{}", zone.suffix) });
    }
    if !domain.statuses.split_whitespace().any(|s| s == "redemptionPeriod" || s == "pendingRestore") {
        let shown = domain.statuses.split_whitespace().find(|s| *s == "pendingDelete").unwrap_or("ok");
        return Err(Refusal::StatusForbids { status: shown.to_owned() });
    }
    let over = domain.paid_until_at <= now || domain.expires_at <= now;
    Ok(over.then_some(zone.renew.default.0).filter(|_| zone.restore.renews))
}

/// The registry has brought the name back, with this expiry and these statuses.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    cx: &Cx<'_>,
    order: &Order,
    wish: &Restoration,
    expires: Timestamp,
    statuses: &str,
) -> Result<Outcome, Error> {
    let domain = domains::by_id(tx, wish.domain)?.ok_or_else(|| broken("a restored domain is missing"))?;
    domains::set_at_registry(tx, domain.id, expires, statuses, cx.now, &order.actor)?;
    let months = wish.months.and_then(Months::new);
    // A deletion cancels what was to happen at the end of the term. After a restore with its renewal the account's default holds; after one in
    // mid-term the name is renewed once at its renewal date (CentralNic, renewal system).
    let renewal_mode = if months.is_some() { RenewalMode::Default } else { RenewalMode::RenewOnce };
    let paid_until_at = match months {
        Some(_) => expires,
        // A deletion gives up what the registry then takes back, such as a renewal of the same week: the term is what came back.
        None => domain.paid_until_at.min(expires),
    };
    let term = domains::Term { expires_at: expires, paid_until_at, renewed_at: domain.renewed_at, renewal_mode };
    domains::set_term(tx, domain.id, &term, cx.now, &order.actor)?;
    agenda::refresh(tx, cx, domain.id)?;
    // Resolution that was interrupted before the deletion comes back with the name.
    store::agenda::wake(tx, domain.id, agenda::RESUME, cx.now)?;
    agenda::changeable_again(tx, cx, &domain)?;
    told(tx, cx, order, "DOMAIN_RESTORE", "RESTORE_SUCCESSFUL", &[])?;
    if months.is_some() {
        told(tx, cx, order, "DOMAIN_RENEWAL", "RENEWAL_SUCCESSFUL", &[("period", "1"), ("autorenew", "0")])?;
    }
    Ok((DONE.to_owned(), vec![("expires".to_owned(), expires.rfc3339())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::renew::tests::domain;
    use model::policy::ZoneSet;

    #[test]
    fn only_what_is_in_redemption_comes_back() {
        let zones = ZoneSet::embedded().unwrap();
        let now = Timestamp::parse_rfc3339("2027-03-01T00:00:00Z").unwrap();
        let year = Some(Months::new(12).unwrap());
        for (name, expires, statuses, expected) in [
            ("example.com", "2027-02-01T00:00:00Z", "pendingDelete redemptionPeriod", Ok(year)),
            ("example.com", "2027-08-01T00:00:00Z", "pendingDelete redemptionPeriod", Ok(None)),
            ("example.com", "2027-02-01T00:00:00Z", "pendingDelete", Err("pendingDelete")),
            ("example.com", "2027-08-01T00:00:00Z", "", Err("ok")),
            ("example.de", "2027-02-01T00:00:00Z", "pendingDelete redemptionPeriod", Ok(year)),
        ] {
            let d = Domain { statuses: statuses.to_owned(), ..domain(name, expires) };
            let decided = decide(&d, zones.get(&d.zone).unwrap(), now);
            assert_eq!(decided, expected.map_err(|s| Refusal::StatusForbids { status: s.to_owned() }), "{name} {expires} {statuses}");
        }
        let korean = Domain { statuses: "pendingDelete".to_owned(), ..domain("yourdomain.or.kr", "2027-02-01T00:00:00Z") };
        assert!(matches!(decide(&korean, zones.get("or.kr").unwrap(), now), Err(Refusal::NotSupported { .. })));
    }
}
