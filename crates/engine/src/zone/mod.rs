//! Zones as an account sees them: their policy, what they cost it, how many names it has there.
//!
//! Reached by DMAPI `login` (the list of zones), CentralNic `GetZoneInfo` and `QueryZoneList`. Refuses: ZoneNotSold.

mod prices;

pub use prices::{PriceLine, PriceList, YEARS};

use crate::context::{Cx, Operation};
use crate::{Error, pricing};
use model::pattern::Pattern;
use model::policy::{Item, SaleStatus, Zone};
use model::{DomainName, Money, Months, Need, Refusal};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::accounts::Account;
use store::{Tx, accounts, domains};

/// A zone with what it costs the account.
#[derive(Clone, Debug)]
pub struct ZoneView {
    pub zone: Arc<Zone>,
    /// Names of the account in it.
    pub domains: i64,
    /// One-year prices, where sold.
    pub prices: BTreeMap<Item, Money>,
    /// New names can be registered.
    pub open: bool,
}

fn view(tx: &mut Tx<'_>, cx: &Cx<'_>, account: &Account, zone: &Arc<Zone>, domains: i64) -> Result<ZoneView, Error> {
    let mut prices = BTreeMap::new();
    if let Some(one_year) = Months::from_years(1) {
        for item in Item::ALL {
            if let Some(priced) = pricing::standard(tx, zone, item, one_year, account.currency, &account.tier, cx.now)? {
                prices.insert(item, priced.price);
            }
        }
    }
    Ok(ZoneView { zone: zone.clone(), domains, prices, open: zone.sale_at(cx.now).0 == SaleStatus::Open })
}

/// Asks about one zone, by its suffix or by a name in it.
pub struct Info {
    pub zone: Option<String>,
    pub name: Option<DomainName>,
}

impl Operation for Info {
    type Done = ZoneView;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<ZoneView, Error> {
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let zone = match (&self.zone, &self.name) {
            (Some(zone), _) => {
                let suffix = zone.trim().trim_start_matches('.').to_lowercase();
                let ascii = DomainName::parse(&format!("x.{suffix}")).map(|n| n.parent().to_owned()).unwrap_or(suffix);
                cx.zones().get(&ascii).cloned().ok_or(Refusal::ZoneNotSold { name: ascii })?
            }
            (None, Some(name)) => cx.zones().zone_of(name).cloned().ok_or(Refusal::ZoneNotSold { name: name.as_str().to_owned() })?,
            (None, None) => return Err(model::FieldProblem::missing(model::Field::Zone).into()),
        };
        let counts: BTreeMap<String, i64> = domains::count_by_zone(tx, account.id)?.into_iter().collect();
        let count = counts.get(&zone.suffix).copied().unwrap_or(0);
        view(tx, cx, &account, &zone, count)
    }
}

/// Asks for zones whose suffix matches, sorted.
pub struct List {
    pub pattern: Pattern,
    /// Those that are closed for everything too.
    pub all: bool,
}

impl Operation for List {
    type Done = Vec<ZoneView>;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<Vec<ZoneView>, Error> {
        let account = accounts::by_id(tx, cx.actor.account)?.ok_or(Refusal::NotYours)?;
        let counts: BTreeMap<String, i64> = domains::count_by_zone(tx, account.id)?.into_iter().collect();
        let zones: Vec<Arc<Zone>> = cx.zones().iter().filter(|z| self.pattern.matches(&z.suffix)).cloned().collect();
        let mut views = Vec::with_capacity(zones.len());
        for zone in zones {
            if self.all || zone.sale_at(cx.now).0 != SaleStatus::Closed {
                views.push(view(tx, cx, &account, &zone, counts.get(&zone.suffix).copied().unwrap_or(0))?);
            }
        }
        Ok(views)
    }
}
