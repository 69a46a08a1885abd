//! Prices: what an order may cost, from the quotes of the beginning and the zones' lists.

use super::{Model, fact};
use crate::wish::{Meant, Shield, Wish, is_premium, zone_of};
use engine::order::OrderView;
use model::order::OrderKind;
use model::policy::{Item, ZoneSet};
use model::{Channel, Months, Timestamp};

/// What less than a year costs, where it is sold.
fn short_price(zones: &ZoneSet, view: &OrderView, months: u16) -> Option<i64> {
    let price = zones.get(zone_of(&view.object))?.list_price(Item::Renew, Months::new(months), view.accepted)?;
    Some(price.amount_e4)
}

impl Model {
    /// The price is what was quoted, and within the limit.
    pub(super) fn price(&self, zones: &ZoneSet, wish: Option<&Wish>, view: &OrderView, faults: &mut Vec<String>) {
        let paid = view.price.amount_e4;
        let expected = match wish {
            Some(wish) if wish.spoiled => return,
            Some(wish) => self.expected(zones, wish, view),
            None => self.by_itself(zones, view),
        };
        let free =
            paid == 0 && view.kind == OrderKind::DomainRenew && wish.is_some_and(|wish| matches!(wish.meant, Meant::RenewUntil { .. }));
        // A name may have come with the trustee, which is paid for with every term.
        let zone = zones.get(zone_of(&view.object));
        let trustee =
            zone.and_then(|zone| zone.list_price(Item::Trustee, Months::new(12), view.accepted)).map_or(0, |price| price.amount_e4);
        let with_trustee = |expected: &[i64]| trustee > 0 && (1..=10).any(|years| expected.contains(&(paid - trustee * years)));
        if let Some(expected) = expected
            && !expected.contains(&paid)
            && !with_trustee(&expected)
            && !free
        {
            faults.push(format!("order {} cost {paid}, quoted was {expected:?}: {wish:?}", view.id));
        }
        if let Some(wish) = wish
            && view.channel == Channel::Dmapi
            && wish.limit_e4.is_some_and(|limit| paid > limit)
        {
            faults.push(format!("order {} cost {paid}, more than its limit: {wish:?}", view.id));
        }
    }

    fn yearly(&self, name: &str, operation: &'static str) -> Option<i64> {
        self.quotes.get(&(zone_of(name).to_owned(), operation, is_premium(name))).copied()
    }

    /// What nobody asked for costs what the same would by hand, or nothing.
    fn by_itself(&self, zones: &ZoneSet, view: &OrderView) -> Option<Vec<i64>> {
        if view.kind != OrderKind::DomainRenew {
            return Some(vec![0]);
        }
        let mut prices = vec![self.yearly(&view.object, "renew")?];
        prices.extend([1, 3].into_iter().filter_map(|months| short_price(zones, view, months)));
        Some(prices)
    }

    /// For how long a name was renewed by itself: its price says whether by the month or the quarter, where that is sold.
    pub(super) fn months_by_itself(&self, zones: &ZoneSet, view: &OrderView) -> Option<u32> {
        let paid = Some(view.price.amount_e4).filter(|_| !is_premium(&view.object));
        let short = [1, 3].into_iter().find(|months| paid.is_some() && short_price(zones, view, *months) == paid);
        match short {
            Some(months) => Some(u32::from(months)),
            None => zones.get(zone_of(&view.object)).map(|zone| u32::from(zone.renew.default.0.get())),
        }
    }

    /// Prices that this wish may have.
    fn expected(&self, zones: &ZoneSet, wish: &Wish, view: &OrderView) -> Option<Vec<i64>> {
        let zone = zone_of(&wish.name);
        let yearly = |operation| self.yearly(&wish.name, operation);
        let item = |item| {
            let price = zones.get(zone)?.list_price(item, Months::new(12), view.accepted)?;
            Some(price.amount_e4)
        };
        let shield = |shield| match shield {
            Shield::None | Shield::Keep => Some(0),
            Shield::Basic => item(Item::PrivacyBasic),
            Shield::Pro => item(Item::PrivacyPro),
        };
        Some(match &wish.meant {
            Meant::Register { months, shield: wanted, trustee } => {
                let trustee = if *trustee { item(Item::Trustee)? } else { 0 };
                vec![(yearly("register")? + shield(*wanted)? + trustee) * i64::from(*months) / 12]
            }
            Meant::Renew { months, shield: wanted } => {
                let years = i64::from(*months) / 12;
                let plain = yearly("renew")? * years;
                match wanted {
                    Shield::Keep => [Shield::None, Shield::Basic, Shield::Pro]
                        .into_iter()
                        .filter_map(|may| Some(plain + shield(may)? * years))
                        .collect(),
                    other => vec![plain + shield(*other)? * years],
                }
            }
            Meant::RenewUntil { .. } => {
                let months: i64 = fact(view, "months")?.parse().ok()?;
                vec![yearly("renew")? * months / 12]
            }
            Meant::Privacy { shield: wanted } => {
                let until = Timestamp::parse_rfc3339(fact(view, "privacy-until")?)?;
                let years = (1..=10_i64).find(|years| {
                    u16::try_from(*years).ok().and_then(Months::from_years).is_some_and(|m| view.accepted.plus_months(m) >= until)
                });
                vec![shield(*wanted)? * years.unwrap_or(10)]
            }
            // In mid-term the restore alone, else a year with it.
            Meant::Restore if !is_premium(&wish.name) => {
                let restore = item(Item::Restore)?;
                vec![restore, restore + yearly("renew")?]
            }
            Meant::TransferIn => vec![yearly("transfer")?],
            // A trade has its price; the same person once more is none.
            Meant::NewOwner { .. } if view.kind == OrderKind::DomainOwnerChange => vec![item(Item::Trade).unwrap_or(0), 0],
            Meant::NewOwner { .. } | Meant::HandOver { .. } => vec![0],
            Meant::Contact | Meant::Delete | Meant::Answer { .. } | Meant::Lock { .. } | Meant::Code(_) => vec![0],
            Meant::Host(_) | Meant::Gift { .. } | Meant::Share { .. } | Meant::Unshare { .. } | Meant::Key { .. } => vec![0],
            // A change may buy privacy for the rest of a term.
            Meant::Restore | Meant::Offer | Meant::Change | Meant::Nothing => return None,
        })
    }
}
