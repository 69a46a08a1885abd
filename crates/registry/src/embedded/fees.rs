//! Fees (RFC 8748): what an operation costs, what the client must agree to, and what was charged.

use super::command::Call;
use super::refuse::{Refusal, Stop, refuse, refuse_value};
use super::rules::{self, Prices, Zone};
use super::tables::{self, ChargeRow, DomainRow};
use epp::fee::{self, ChkItem, CommandFees, CommandSpec, Outcome, OutcomeVerb};
use epp::{Period, ResponseExt, codes, ns};
use model::{Currency, Money, Timestamp};
use store::{Fault, Tx};

/// What is paid for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operation {
    Create,
    Renew,
    Transfer,
    Restore,
    AutoRenew,
}

impl Operation {
    pub(super) fn word(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Renew => "renew",
            Operation::Transfer => "transfer",
            Operation::Restore => "restore",
            Operation::AutoRenew => "autorenew",
        }
    }

    /// The amount for so many months: yearly prices by the month, a restore once.
    fn amount_e4(self, prices: &Prices, months: i64) -> i64 {
        let yearly = match self {
            Operation::Create => prices.create_e4,
            Operation::Renew | Operation::AutoRenew => prices.renew_e4,
            Operation::Transfer => prices.transfer_e4,
            Operation::Restore => return prices.restore_e4,
        };
        // Prices are constants of this program and months at most 120.
        yearly.saturating_mul(months) / 12
    }
}

/// What the operation costs for this name, and whether that is not the ordinary price.
pub(super) fn price(zone: &Zone, name: &str, operation: Operation, months: i64) -> (bool, i64) {
    let (premium, prices) = zone.prices(name);
    (premium, operation.amount_e4(&prices, months))
}

fn decimal(amount_e4: i64) -> String {
    Money::new(amount_e4, Currency::USD).decimal()
}

/// Checks the fee that the client agreed to: needed for names of another class than standard (2003 where absent), and right (2004).
pub(super) fn agree(zone: &Zone, name: &str, operation: Operation, months: i64, agreed: Option<&fee::Transform>) -> Result<i64, Refusal> {
    let (premium, amount_e4) = price(zone, name, operation, months);
    let Some(agreed) = agreed else {
        if premium {
            return Err(refuse_value(codes::PARAMETER_MISSING, ns::FEE, "fee", "", "the name is premium: the fee must be agreed to"));
        }
        return Ok(amount_e4);
    };
    currency(agreed.currency.as_deref())?;
    if let Some(credit) = agreed.credits.first() {
        return Err(refuse_value(codes::PARAMETER_RANGE, ns::FEE, "credit", &credit.amount, "no credit is given"));
    }
    let mut sum = Money::zero(Currency::USD);
    for fee in &agreed.fees {
        let amount = Money::parse(&fee.amount, Currency::USD).ok();
        sum = amount
            .and_then(|amount| sum.checked_add(amount))
            .ok_or_else(|| refuse_value(codes::PARAMETER_RANGE, ns::FEE, "fee", &fee.amount, "an amount with at most four decimals"))?;
    }
    if sum.amount_e4 != amount_e4 {
        let reason = format!("the fee is {}", decimal(amount_e4));
        return Err(refuse_value(codes::PARAMETER_RANGE, ns::FEE, "fee", &sum.decimal(), reason));
    }
    Ok(amount_e4)
}

fn currency(asked: Option<&str>) -> Result<(), Refusal> {
    match asked {
        Some(other) if other != rules::CURRENCY => Err(refuse_value(codes::PARAMETER_RANGE, ns::FEE, "currency", other, "only USD")),
        _ => Ok(()),
    }
}

/// Says what was charged, to a client that had sent a fee.
pub(super) fn outcome(verb: OutcomeVerb, agreed: Option<&fee::Transform>, amount_e4: i64, grace_days: i64) -> Vec<ResponseExt> {
    if agreed.is_none() {
        return Vec::new();
    }
    let mut outcome = Outcome::new(verb);
    outcome.currency = Some(rules::CURRENCY.to_owned());
    outcome.fees = vec![stated(amount_e4, grace_days)];
    vec![ResponseExt::FeeOutcome(outcome)]
}

fn stated(amount_e4: i64, grace_days: i64) -> fee::Fee {
    let mut fee = fee::Fee::new(decimal(amount_e4));
    if grace_days > 0 {
        fee.refundable = Some(true);
        fee.grace_period = Some(format!("P{grace_days}D"));
    }
    fee
}

/// Answers a fee check for one name; `served` is none where the name is not ours.
pub(super) fn check_item(object: &str, served: Option<&rules::ServedName>, check: &fee::Check) -> Result<ChkItem, Refusal> {
    currency(check.currency.as_deref())?;
    let Some(served) = served else {
        return Ok(ChkItem {
            object: object.to_owned(),
            element: None,
            avail: false,
            class: None,
            commands: Vec::new(),
            reason: Some("Not a name that can be registered here".into()),
        });
    };
    let (premium, _) = served.zone.prices(&served.name);
    Ok(ChkItem {
        object: object.to_owned(),
        element: None,
        avail: true,
        class: Some(if premium { "premium" } else { "standard" }.to_owned()),
        commands: check.commands.iter().map(|spec| command_fees(served, spec, !premium)).collect(),
        reason: None,
    })
}

fn command_fees(served: &rules::ServedName, spec: &CommandSpec, standard: bool) -> CommandFees {
    let zone = served.zone;
    let unpriced = |reason: &str| CommandFees { spec: spec.clone(), standard, reason: Some(reason.into()), ..CommandFees::default() };
    if spec.phase.is_some() || spec.subphase.is_some() {
        return unpriced("No such launch phase");
    }
    let (operation, grace_days) = match spec.name.as_str() {
        "create" => (Operation::Create, zone.add_grace_days),
        "renew" => (Operation::Renew, zone.renew_grace_days),
        "transfer" => (Operation::Transfer, zone.transfer_grace_days),
        "restore" if zone.redemption_days > 0 => (Operation::Restore, 0),
        "restore" => return unpriced("There is no restore in this zone"),
        // Nothing is charged for these.
        "delete" | "update" => return CommandFees { spec: spec.clone(), standard, fees: vec![stated(0, 0)], ..CommandFees::default() },
        _ => return unpriced("No such command"),
    };
    let mut spec = spec.clone();
    let months = if operation == Operation::Restore {
        spec.period = None;
        0
    } else {
        match months(zone, spec.period) {
            Ok(months) => {
                spec.period.get_or_insert(Period::years(1));
                months
            }
            Err(_) => return unpriced("No such period"),
        }
    };
    let amount_e4 = price(zone, &served.name, operation, months).1;
    CommandFees { spec, standard, fees: vec![stated(amount_e4, grace_days)], ..CommandFees::default() }
}

/// A period in months; one year where none is given, 2004 where the zone does not sell it.
pub(super) fn months(zone: &Zone, period: Option<Period>) -> Result<i64, Refusal> {
    let period = period.unwrap_or(Period::years(1));
    let months = period.in_months();
    let sold = (months > 0 && months.is_multiple_of(12) && months <= u32::from(zone.years_max) * 12) || zone.short_terms.contains(&months);
    if sold {
        Ok(i64::from(months))
    } else {
        Err(refuse_value(codes::PARAMETER_RANGE, ns::DOMAIN, "period", &period.value.to_string(), "not a period of this zone"))
    }
}

/// Writes down what the registrar owes; `grace_days` is how long a deletion takes it back.
pub(super) fn charge(
    tx: &mut Tx<'_>,
    call: &Call,
    domain: &DomainRow,
    operation: Operation,
    months: i64,
    amount_e4: i64,
    grace_days: i64,
) -> Result<(), Fault> {
    charge_at(tx, &call.desk, domain, operation, months, amount_e4, (call.now, grace_days))
}

/// The same for what the registry does by itself, at the instant it was due.
pub(super) fn charge_at(
    tx: &mut Tx<'_>,
    desk: &super::Desk,
    domain: &DomainRow,
    operation: Operation,
    months: i64,
    amount_e4: i64,
    (at, grace_days): (Timestamp, i64),
) -> Result<(), Fault> {
    let refundable_until = (grace_days > 0).then(|| at.plus_days(grace_days));
    let row = ChargeRow {
        id: desk.number()?,
        at,
        registrar: &domain.sponsor,
        domain: domain.id,
        name: &domain.name,
        operation: operation.word(),
        months,
        amount_e4,
        refundable_until,
    };
    tables::charge(tx, &row)
}

/// Takes back what is still in its grace period: of all operations, or of the one named. Returns the months of renewals taken back.
pub(super) fn refund(tx: &mut Tx<'_>, desk: &super::Desk, domain: &DomainRow, only: Option<Operation>, at: Timestamp) -> Result<i64, Stop> {
    let mut months_back = 0_i64;
    for (operation, months, amount_e4) in tables::refundable(tx, domain.id, &domain.sponsor, at)? {
        if only.is_some_and(|only| only.word() != operation) {
            continue;
        }
        if operation != Operation::Create.word() {
            months_back = months_back.saturating_add(months);
        }
        let amount_e4 = amount_e4.checked_neg().ok_or_else(|| refuse(codes::COMMAND_FAILED))?;
        let row = ChargeRow {
            id: desk.number()?,
            at,
            registrar: &domain.sponsor,
            domain: domain.id,
            name: &domain.name,
            operation: "refund",
            months,
            amount_e4,
            refundable_until: None,
        };
        tables::charge(tx, &row)?;
    }
    tables::close_refunds(tx, domain.id, &domain.sponsor)?;
    Ok(months_back)
}
