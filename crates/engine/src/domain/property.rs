//! Properties: switches of one domain, or of every domain that a pattern matches.
//!
//! Reached by DMAPI `domain-set-property`, `domain-get-property`.
//! Refuses: DomainUnknown, Fields, NotSupported, NotYours, AccessDenied, StatusForbids, NameBusy, NoneChanged.

use super::list::range;
use super::modify::{self, Modify, PrivacyWish};
use super::{Accepted, default_mode, reach, set_renewal_mode, zone_of};
use crate::Error;
use crate::context::{Cx, Operation};
use crate::order::{self, Finished, OrderRef};
use crate::{account::Actor, audit};
use model::domain::{Privacy, RenewalMode};
use model::grant::Deed;
use model::order::OrderKind;
use model::pattern::Pattern;
use model::policy::Zone;
use model::{DomainName, Field, FieldProblem, Money, Need, Problem, Refusal};
use store::Tx;
use store::domains::{self, Domain, SortBy};

/// A switch of a domain (DMAPI `pname`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Property {
    /// Renew at the end of the term; else let it expire.
    Autorenew,
    /// Hide from WHOIS (.tel).
    WhoisOptOut,
    Privacy,
    /// Publish what is redacted by default.
    GdprOptIn,
}

impl Property {
    pub const ALL: [Property; 4] = [Property::Autorenew, Property::WhoisOptOut, Property::Privacy, Property::GdprOptIn];

    /// The name under which it is kept.
    pub fn word(self) -> &'static str {
        match self {
            Property::Autorenew => "autorenew",
            Property::WhoisOptOut => "whois-opt-out",
            Property::Privacy => "privacy",
            Property::GdprOptIn => "gdpr-opt-in",
        }
    }
}

/// What a property is set to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setting {
    /// As where nothing was ever set.
    Default,
    On,
    Off,
    /// A level of privacy.
    Level(Privacy),
}

/// Sets a property of every domain that matches.
#[derive(Clone, Debug)]
pub struct SetProperty {
    /// An exact name must be the account's, or shared with it so far; other patterns mean its own names alone.
    pub pattern: Pattern,
    pub property: Property,
    pub setting: Setting,
    pub client_id: String,
}

/// A property that was set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PropertySet {
    pub order: OrderRef,
    /// Names of the pattern that stay as they were, the first [`LEFT_TOLD_MAX`] of them ...
    pub left: Vec<LeftOut>,
    /// ... and how many more.
    pub left_more: usize,
}

/// A name that a pattern matches and that stays as it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    pub name: DomainName,
    /// In plain English, without colons; begins in lower case.
    pub reason: String,
}

/// More names in one request are refused: a narrower pattern serves.
const NAMES_MAX: i64 = 10_000;
/// So many names that could not be changed are told, with their reasons.
pub const LEFT_TOLD_MAX: usize = 100;
/// The key of an order's result under which a name that was left out stands with its reason, name first.
pub const LEFT_OUT: &str = "left-out";

impl Operation for SetProperty {
    type Done = PropertySet;
    const NEED: Need = Need::Modify;
    const WRITES: bool = true;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<PropertySet, Error> {
        let change = Change::of(self.property, self.setting)?;
        if let Pattern::Exact(name) = &self.pattern {
            let name = DomainName::parse(name).map_err(|e| FieldProblem::malformed(Field::Domain, e.expected()))?;
            let order = change.one(tx, cx, &name, &self.client_id)?.order;
            return Ok(PropertySet { order, left: Vec::new(), left_more: 0 });
        }
        let (range, rest) = range(&self.pattern);
        let mut found = Vec::new();
        domains::each(tx, cx.actor.account, &range, SortBy::Name, false, (0, NAMES_MAX + 1), |domain| {
            if rest.is_none_or(|p| p.matches(&domain.name)) {
                found.push(domain.name);
            }
            Ok(())
        })?;
        if found.is_empty() {
            return Err(Refusal::DomainUnknown { name: pattern_text(&self.pattern) }.into());
        }
        if found.len() as i64 > NAMES_MAX {
            let expected = format!("a pattern that matches at most {NAMES_MAX} names");
            return Err(FieldProblem::new(Field::Domain, Problem::OutOfRange { expected }).into());
        }
        let (mut changed, mut refused, mut refused_more) = (0_usize, Vec::new(), 0_usize);
        for name in &found {
            let name = DomainName::parse(name).map_err(|_| store::Fault::corrupt("a domain's name"))?;
            match change.among_many(tx, cx, &name) {
                Ok(()) => changed += 1,
                Err(Error::Refused(refusal)) if refused.len() < LEFT_TOLD_MAX => refused.push((name, refusal)),
                Err(Error::Refused(_)) => refused_more += 1,
                Err(fault) => return Err(fault),
            }
        }
        if changed == 0 {
            return Err(Refusal::NoneChanged { names: refused, more: refused_more }.into());
        }
        let left: Vec<LeftOut> = refused.into_iter().map(|(name, refusal)| LeftOut { reason: reason(&refusal), name }).collect();
        let mut message = format!("{changed} domains were changed");
        if !left.is_empty() {
            let named = left.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
            let more = if refused_more > 0 { " and others" } else { "" };
            message.push_str(&format!(", {} were not, {named}{more}", left.len() + refused_more));
        }
        let object = pattern_text(&self.pattern);
        audit::append(tx, cx, audit::Change { verb: "domain-set-property", object: &object, order_id: None, detail: &message })?;
        let result: Vec<_> = left.iter().map(|one| (LEFT_OUT, format!("{} {}", one.name, one.reason))).collect();
        let done = done(cx, &object, &self.client_id, &message);
        Ok(PropertySet { order: order::finished_with(tx, cx, done, &result)?, left, left_more: refused_more })
    }
}

/// Why a name was left out, in plain English and without colons. No wildcard: a new refusal must have its words here, since they are kept with the order.
fn reason(refusal: &Refusal) -> String {
    let text = match refusal {
        Refusal::StatusForbids { status } => format!("status {status} does not allow it"),
        Refusal::NotSupported { what } => format!("not supported, {what}"),
        Refusal::NameBusy { .. } => "another request for it is still in progress".to_owned(),
        Refusal::ObjectBusy { object } => format!("another request for {object} is still in progress"),
        Refusal::AccessDenied { .. } | Refusal::NotYours => "no permission for it".to_owned(),
        Refusal::AddressDenied { from } => format!("no permission for it from {from}"),
        Refusal::Fields(problems) => {
            let all = problems.iter().map(|p| p.problem.describe(|_| "another one".to_owned()));
            format!("the value {}", all.collect::<Vec<_>>().join(", "))
        }
        Refusal::FundsShort { needed, available } => format!("the balance is too low, {needed} needed and {available} available"),
        Refusal::PriceAboveLimit { price, limit } => format!("its price {price} is above {limit}"),
        Refusal::PriceLimitRequired { price } => format!("its price of {price} must be agreed to"),
        Refusal::PriceMismatch { price, given } => format!("its price is {price}, not {given}"),
        Refusal::DomainUnknown { name } => format!("{name} is not there any more"),
        Refusal::DomainUnavailable { reason, .. } => format!("it is not available, {reason}"),
        Refusal::ZoneNotSold { .. } => "names of this extension are not sold any more".to_owned(),
        Refusal::ZoneClosed { zone, reason } => format!("not under {zone} now, {reason}"),
        Refusal::ContactUnknown => "a contact of it was not found".to_owned(),
        Refusal::HostUnknown => "a name server of it was not found".to_owned(),
        Refusal::HostedZoneUnknown { .. } => "it has no hosted zone".to_owned(),
        Refusal::OrderUnknown => "a request about it was not found".to_owned(),
        Refusal::EventUnknown => "an event about it was not found".to_owned(),
        Refusal::WebhookUnknown => "a webhook for it was not found".to_owned(),
        Refusal::TransferUnknown { .. } => "it is not being transferred".to_owned(),
        Refusal::OwnerChangeUnknown { .. } => "its owner is not being changed".to_owned(),
        Refusal::InUse { by } => format!("it is still in use by {by}"),
        Refusal::AlreadyExists => "what would be made is there already".to_owned(),
        Refusal::NotTransferable { reason } => format!("it cannot be transferred, {reason}"),
        Refusal::AuthInfoWrong => "its authorization code is another one".to_owned(),
        Refusal::RenewedTooSoon { allowed_from, .. } => format!("it was renewed a moment ago, not again before {}", allowed_from.date()),
        Refusal::TermMismatch { given, actual } => format!("its term ends in {}, not in {}", actual.get(), given.get()),
        Refusal::TermTooLong { years_max } => format!("its term may reach at most {years_max} years ahead"),
        Refusal::RenewalNotExplicit { zone } => format!("names under {zone} are renewed automatically only"),
        Refusal::NoneChanged { .. } => "no part of it could be changed".to_owned(),
        Refusal::AccountSuspended => "the account is suspended".to_owned(),
        Refusal::CredentialsWrong | Refusal::KeyWrong | Refusal::SessionUnknown => "the caller is not logged in any more".to_owned(),
        Refusal::KeyReused => "the key was used for another request".to_owned(),
        Refusal::RequestUnknown => "there is no such request".to_owned(),
        Refusal::TooManyAttempts { wait_seconds } => format!("too many attempts, try again in {wait_seconds} seconds"),
        Refusal::Busy => "the server was busy, try again in a moment".to_owned(),
    };
    text.replace(':', ",")
}

/// The pattern as it was asked for.
fn pattern_text(pattern: &Pattern) -> String {
    match pattern {
        Pattern::All => "*".to_owned(),
        Pattern::Exact(text) | Pattern::Glob(text) => text.clone(),
        Pattern::Prefix(text) => format!("{text}*"),
        Pattern::Suffix(text) => format!("*{text}"),
    }
}

fn done<'a>(cx: &Cx<'_>, object: &'a str, client_id: &'a str, message: &'a str) -> Finished<'a> {
    Finished { kind: OrderKind::PropertySet, object, client_id, price: Money::zero(cx.actor.currency), message }
}

/// What is done to each name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    Renewal(RenewalMode),
    Privacy(Privacy),
    /// A switch of our own: none is its default.
    Flag(Property, Option<bool>),
}

/// What setting a property depends on.
struct Facts<'a> {
    domain: &'a Domain,
    zone: &'a Zone,
    /// The level of privacy that was paid for.
    bought: Option<Privacy>,
    /// What the default of renewal means for the name's account.
    default: RenewalMode,
}

impl Change {
    fn of(property: Property, setting: Setting) -> Result<Change, Refusal> {
        let wrong = |allowed: &[&str]| {
            let allowed = allowed.iter().map(|w| (*w).to_owned()).collect();
            Refusal::field(FieldProblem::new(Field::PropertyValue, Problem::NotOneOf { allowed }))
        };
        match (property, setting) {
            (Property::Autorenew, Setting::On) => Ok(Change::Renewal(RenewalMode::AutoRenew)),
            (Property::Autorenew, Setting::Off) => Ok(Change::Renewal(RenewalMode::AutoDelete)),
            (Property::Autorenew, Setting::Default) => Ok(Change::Renewal(RenewalMode::Default)),
            (Property::Privacy, Setting::Level(level)) => Ok(Change::Privacy(level)),
            (Property::Privacy, Setting::Default | Setting::Off) => Ok(Change::Privacy(Privacy::Off)),
            (Property::Privacy, Setting::On) => Err(wrong(&["off", "basic", "pro"])),
            (Property::WhoisOptOut | Property::GdprOptIn, Setting::On) => Ok(Change::Flag(property, Some(true))),
            // Off is what both are where nothing was set.
            (Property::WhoisOptOut | Property::GdprOptIn, Setting::Off | Setting::Default) => Ok(Change::Flag(property, None)),
            (Property::Autorenew | Property::WhoisOptOut | Property::GdprOptIn, Setting::Level(_)) => Err(wrong(&["0", "1"])),
        }
    }

    /// Every rule about setting a property by itself. Privacy is switched here and bought elsewhere.
    fn decide(self, facts: &Facts<'_>, actor: &Actor, now: model::Timestamp) -> Result<(), Refusal> {
        let Facts { domain, zone, bought, default } = *facts;
        match self {
            // A renewal costs: who may not spend may not have names renewed.
            Change::Renewal(mode) if mode.renews(default) && !actor.access().allows(Need::Spend) => {
                Err(Refusal::AccessDenied { access: actor.access() })
            }
            Change::Flag(Property::WhoisOptOut, Some(_)) if !zone.support.whois_opt_out => {
                Err(Refusal::NotSupported { what: format!("whois-opt-out under .{}", zone.suffix) })
            }
            Change::Privacy(level) if level != Privacy::Off && level != domain.privacy => {
                let paid = domain.privacy_until_at.is_some_and(|until| until > now);
                let covers = |have: Privacy| have == level || have == Privacy::Pro;
                if paid && [Some(domain.privacy), bought].into_iter().flatten().any(covers) {
                    return Ok(());
                }
                let reason = format!("privacy {} was not bought for {}", level.word(), domain.name);
                Err(Refusal::field(FieldProblem::new(Field::PropertyValue, Problem::NotAllowed { reason })))
            }
            Change::Renewal(_) | Change::Flag(..) | Change::Privacy(_) => Ok(()),
        }
    }

    fn deed(self) -> Deed {
        match self {
            Change::Renewal(_) => Deed::Extend,
            Change::Privacy(_) | Change::Flag(..) => Deed::Change,
        }
    }

    fn checked(self, tx: &mut Tx<'_>, cx: &Cx<'_>, name: &DomainName) -> Result<Domain, Error> {
        let domain = reach(tx, cx, name, &[self.deed()])?;
        let zone = zone_of(cx, &domain)?;
        let bought = domains::property(tx, domain.id, modify::BOUGHT)?.and_then(|word| Privacy::from_word(&word));
        let default = default_mode(tx, domain.account_id)?;
        self.decide(&Facts { domain: &domain, zone: &zone, bought, default }, &cx.actor, cx.now)?;
        Ok(domain)
    }

    fn one(self, tx: &mut Tx<'_>, cx: &Cx<'_>, name: &DomainName, client_id: &str) -> Result<Accepted, Error> {
        let domain = self.checked(tx, cx, name)?;
        if let Change::Flag(property, value) = self {
            set_flag(tx, cx, &domain, property, value)?;
            let done = done(cx, name.as_str(), client_id, super::settled::DONE);
            return Ok(Accepted { order: order::finished(tx, cx, done)? });
        }
        let mut wish = self.keeping_rhythm(&domain).wish(name);
        wish.client_id = client_id.to_owned();
        modify::accept(tx, cx, &wish, OrderKind::PropertySet)
    }

    /// As one of many in one transaction: nothing that would need an order of its own at a registry.
    fn among_many(self, tx: &mut Tx<'_>, cx: &Cx<'_>, name: &DomainName) -> Result<(), Error> {
        let domain = self.checked(tx, cx, name)?;
        match self.keeping_rhythm(&domain) {
            Change::Flag(property, value) => set_flag(tx, cx, &domain, property, value),
            Change::Privacy(level) if level != domain.privacy && [level, domain.privacy].contains(&Privacy::Pro) => {
                Err(Refusal::NotSupported { what: "switching privacy pro for several names at once".to_owned() }.into())
            }
            Change::Privacy(level) if level == domain.privacy => Ok(()),
            Change::Privacy(level) => modify::switch_privacy(tx, cx, &domain, level),
            Change::Renewal(mode) => {
                let zone = zone_of(cx, &domain)?;
                set_renewal_mode::set(tx, cx, &domain, &zone, mode)
            }
        }
    }

    /// A name that renews by the month does so already: the flag says nothing about its rhythm.
    fn keeping_rhythm(self, domain: &Domain) -> Change {
        match self {
            Change::Renewal(RenewalMode::AutoRenew) if domain.renewal_mode.rhythm().is_some() => Change::Renewal(domain.renewal_mode),
            other => other,
        }
    }

    fn wish(self, name: &DomainName) -> Modify {
        let nothing = Modify::nothing(name.clone());
        match self {
            Change::Renewal(mode) => Modify { renewal_mode: Some(mode), ..nothing },
            Change::Privacy(level) => Modify { privacy: Some(PrivacyWish::To(level)), ..nothing },
            Change::Flag(..) => nothing,
        }
    }
}

fn set_flag(tx: &mut Tx<'_>, cx: &Cx<'_>, domain: &Domain, property: Property, value: Option<bool>) -> Result<(), Error> {
    domains::set_property(tx, domain.id, property.word(), value.map(|on| if on { "1" } else { "0" }))?;
    let detail = format!("{} {}", property.word(), if value == Some(true) { "on" } else { "off" });
    audit::append(tx, cx, audit::Change { verb: "domain-set-property", object: &domain.name, order_id: None, detail: &detail })
}

/// Asks for the value of a property.
#[derive(Clone, Debug)]
pub struct GetProperty {
    pub name: DomainName,
    pub property: Property,
}

impl Operation for GetProperty {
    /// `0`, `1` or a level of privacy.
    type Done = String;
    const NEED: Need = Need::Read;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<String, Error> {
        let domain = reach(tx, cx, &self.name, &[Deed::See])?;
        let flag = |on: bool| if on { "1" } else { "0" }.to_owned();
        Ok(match self.property {
            Property::Autorenew => flag(domain.renewal_mode.renews(default_mode(tx, domain.account_id)?)),
            Property::Privacy => domain.privacy.word().to_owned(),
            Property::WhoisOptOut | Property::GdprOptIn => {
                flag(domains::property(tx, domain.id, self.property.word())?.as_deref() == Some("1"))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Currency;

    #[test]
    fn names_left_out_are_told_why() {
        let usd = |e4| Money::new(e4, Currency::USD);
        let at = model::Timestamp::parse_rfc3339("2031-01-02T03:04:05Z").unwrap();
        let name = DomainName::parse("example.com").unwrap();
        let what = "no: not so".to_owned();
        for (refusal, expected) in [
            (Refusal::StatusForbids { status: "pendingDelete".to_owned() }, "status pendingDelete does not allow it"),
            (
                Refusal::FundsShort { needed: usd(95_000), available: usd(0) },
                "the balance is too low, 9.50 USD needed and 0.00 USD available",
            ),
            (
                Refusal::RenewedTooSoon { interval_seconds: 21_600, allowed_from: at },
                "it was renewed a moment ago, not again before 2031-01-02",
            ),
            (Refusal::DomainUnavailable { name: name.clone(), reason: what.clone() }, "it is not available, no, not so"),
            (Refusal::NameBusy { name }, "another request for it is still in progress"),
            (Refusal::NotSupported { what }, "not supported, no, not so"),
            (
                Refusal::field(FieldProblem::new(Field::PropertyValue, Problem::NotOneOf { allowed: vec!["0".into(), "1".into()] })),
                "the value is not one of 0, 1",
            ),
        ] {
            assert_eq!(reason(&refusal), expected, "{refusal:?}");
        }
    }
}
