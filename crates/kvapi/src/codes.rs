//! Codes: the table of the CentralNic API, and which of them answers which refusal (1.9, A.5).

use crate::params;
use crate::reply::{Reply, date};
use model::{FieldProblem, Money, Problem, Refusal};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $text:literal,)+) => {
        /// A reply code with its documented text.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Code { $($(#[$doc])* $name,)+ }

        impl Code {
            pub fn number(self) -> u16 {
                match self { $(Code::$name => $number,)+ }
            }

            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }
        }
    };
}

codes! {
    Completed = 200 "Command completed successfully",
    Available = 210 "Domain name available",
    NotAvailable = 211 "Domain name not available",
    HostAvailable = 212 "Name server available",
    HostNotAvailable = 213 "Name server not available",
    ContactAvailable = 214 "Contact available",
    ContactNotAvailable = 215 "Contact not available",
    RequestAvailable = 218 "Request is available",
    RequestNotAvailable = 219 "Request is not available",
    /// Temporary: the same command may be sent again.
    TryAgain = 421 "Command failed due to server error. Client should try again",
    Abuse = 422 "Abuse detected! The account has been temporarily locked! Please standby some minutes.",
    CommandName = 500 "Invalid command name",
    AttributeName = 503 "Invalid attribute name",
    AttributeMissing = 504 "Missing required attribute",
    ValueSyntax = 505 "Invalid attribute value syntax",
    CommandFormat = 507 "Invalid command format",
    Authentication = 530 "Authentication failed",
    Authorization = 531 "Authorization failed",
    NotFlagged = 534 "Domain name has not been flagged for transfer",
    NotUnique = 540 "Attribute value is not unique",
    Value = 541 "Invalid attribute value",
    OldValue = 542 "Invalid old value for an attribute",
    NotFound = 545 "Entity reference not found",
    CreditLimit = 546 "Credit limit exceeded",
    Failed = 549 "Command failed",
    DomainStatus = 552 "Domain status does not allow for operation",
    DomainTaken = 554 "Domain already registered",
    AlreadyRenewed = 555 "Domain already renewed",
    TermTooLong = 556 "Maximum registration period exceeded",
    ObjectStatus = 557 "Object status prohibits operation",
}

/// The reply to a wish that was not granted.
pub fn refused(refusal: &Refusal) -> Reply {
    match refusal {
        // One text for every way of not being who one says: it tells nothing about what exists.
        Refusal::CredentialsWrong | Refusal::KeyWrong => Reply::new(Code::Authentication),
        // The SDKs' own template for a session that has ended (1.6).
        Refusal::SessionUnknown => Reply::with_description(Code::Authentication, "SESSION NOT FOUND".to_owned()),
        Refusal::TooManyAttempts { wait_seconds } => detail(Code::Abuse, format!("try again in {wait_seconds} seconds")),
        Refusal::AccountSuspended => detail(Code::Authorization, "the account is suspended"),
        Refusal::AddressDenied { .. } => detail(Code::Authorization, "Operation forbidden from this address"),
        Refusal::AccessDenied { .. } => detail(Code::Authorization, "Operation forbidden by ACL"),
        Refusal::RequestUnknown => Reply::new(Code::CommandName),
        Refusal::Fields(problems) => fields(problems),
        Refusal::ZoneNotSold { name } => detail(Code::Value, format!("no zone that is sold here holds {name}")),
        Refusal::ZoneClosed { zone, reason } => detail(Code::Failed, format!("{zone} takes no new registrations: {reason}")),
        Refusal::DomainUnavailable { reason, .. } => detail(Code::DomainTaken, reason),
        // Absent and foreign look the same; EX compares this description as a whole.
        Refusal::DomainUnknown { .. }
        | Refusal::ContactUnknown
        | Refusal::HostUnknown
        | Refusal::OrderUnknown
        | Refusal::EventUnknown
        | Refusal::WebhookUnknown => Reply::new(Code::NotFound),
        Refusal::KeyReused => detail(Code::NotUnique, "the key was used for another request"),
        Refusal::InUse { by } => detail(Code::ObjectStatus, format!("it is used by {by}")),
        Refusal::ObjectBusy { object } => detail(Code::ObjectStatus, format!("another order for {object} is on its way")),
        // PHP matches the bracketed words.
        Refusal::AuthInfoWrong => {
            Reply::with_description(Code::Authorization, format!("{} [Invalid authorization information]", Code::Authorization.text()))
        }
        Refusal::NotTransferable { reason } => detail(Code::DomainStatus, reason),
        Refusal::TransferUnknown { .. } => Reply::new(Code::NotFlagged),
        // As for any other object.
        Refusal::OwnerChangeUnknown { .. } | Refusal::HostedZoneUnknown { .. } => Reply::new(Code::NotFound),
        Refusal::NotYours => Reply::new(Code::Authorization),
        Refusal::AlreadyExists => Reply::new(Code::NotUnique),
        Refusal::StatusForbids { status } => detail(Code::DomainStatus, status),
        Refusal::NameBusy { name } => detail(Code::ObjectStatus, format!("another order for {name} is on its way")),
        Refusal::RenewedTooSoon { allowed_from, .. } => {
            detail(Code::AlreadyRenewed, format!("it can be renewed again from {} UTC on", date(*allowed_from)))
        }
        Refusal::TermMismatch { given, actual } => {
            detail(Code::OldValue, format!("EXPIRATION is {}, the term ends in {}", given.get(), actual.get()))
        }
        Refusal::TermTooLong { years_max } => detail(Code::TermTooLong, format!("at most {years_max} years from now")),
        Refusal::RenewalNotExplicit { .. } => {
            detail(Code::Value, "explicit renewals not allowed for this TLD; please set domain to AUTORENEW or RENEWONCE")
        }
        Refusal::PriceAboveLimit { price, limit } => {
            detail(Code::Value, format!("the price is {}, the limit {}", shown(*price), shown(*limit)))
        }
        Refusal::PriceLimitRequired { .. } => detail(Code::AttributeMissing, "premium domain name. please provide required parameters"),
        Refusal::PriceMismatch { price, given } => {
            detail(Code::Value, format!("X-FEE-AMOUNT is {}, the price is {}", shown(*given), shown(*price)))
        }
        Refusal::FundsShort { needed, available } => {
            detail(Code::CreditLimit, format!("{} needed, {} available", shown(*needed), shown(*available)))
        }
        Refusal::NotSupported { what } => detail(Code::Failed, format!("{what} is not supported")),
        // No command here means several names at once; the first reason speaks for all.
        Refusal::NoneChanged { names, .. } => names.first().map_or_else(|| Reply::new(Code::Failed), |(_, why)| refused(why)),
        Refusal::Busy => Reply::new(Code::TryAgain),
    }
}

fn detail(code: Code, text: impl AsRef<str>) -> Reply {
    Reply::with_detail(code, text)
}

fn shown(money: Money) -> String {
    format!("{} {}", money.decimal4(), money.currency.code())
}

/// All wrong fields in one description, under the code of the gravest.
fn fields(problems: &[FieldProblem]) -> Reply {
    let code = problems.iter().map(|p| code_of(&p.problem)).min().unwrap_or(Code::CommandFormat);
    let told = problems.iter().map(|p| format!("{} {}", params::wire_name(&p.field), p.problem.describe(params::wire_name)));
    Reply::with_detail(code, told.collect::<Vec<_>>().join("; "))
}

/// The lowest number is told where several apply: first what must not be there or is missing, then what cannot be read, then what is wrong.
fn code_of(problem: &Problem) -> Code {
    match problem {
        Problem::NotAllowed { .. } => Code::AttributeName,
        Problem::Missing => Code::AttributeMissing,
        Problem::Malformed { .. } | Problem::TooLong { .. } | Problem::Repeated => Code::ValueSyntax,
        Problem::OutOfRange { .. } | Problem::NotOneOf { .. } | Problem::Excludes { .. } => Code::Value,
        Problem::Unknown => Code::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Access, Currency, DomainName, Field, Timestamp, Year};

    /// The golden table: every refusal with its code and description, written from 1.9, A.5 and the literals that clients know.
    /// `docs/dialects/kvapi.md` shows the same table.
    #[test]
    fn every_refusal_has_its_code() {
        let usd = |e4| Money::new(e4, Currency::USD);
        let name = DomainName::parse("x.com").unwrap();
        let at = Timestamp::parse_rfc3339("2031-01-02T03:04:05Z").unwrap();
        let year = |y| Year::new(y).unwrap();
        let text = |t: &str| t.to_owned();
        let table: Vec<(Refusal, &str)> = vec![
            (Refusal::CredentialsWrong, "530 Authentication failed"),
            (Refusal::KeyWrong, "530 Authentication failed"),
            (Refusal::SessionUnknown, "530 SESSION NOT FOUND"),
            (
                Refusal::TooManyAttempts { wait_seconds: 4 },
                "422 Abuse detected! The account has been temporarily locked! Please standby some minutes.; try again in 4 seconds",
            ),
            (Refusal::AccountSuspended, "531 Authorization failed; the account is suspended"),
            (Refusal::AddressDenied { from: "192.0.2.9".to_owned() }, "531 Authorization failed; Operation forbidden from this address"),
            (Refusal::AccessDenied { access: Access::ReadOnly }, "531 Authorization failed; Operation forbidden by ACL"),
            (Refusal::RequestUnknown, "500 Invalid command name"),
            (
                Refusal::Fields(vec![FieldProblem::missing(Field::Registrant), FieldProblem::malformed(Field::Domain, "a domain name")]),
                "504 Missing required attribute; OWNERCONTACT0 is required; DOMAIN cannot be read, expected a domain name",
            ),
            (Refusal::ZoneNotSold { name: text("x.zz") }, "541 Invalid attribute value; no zone that is sold here holds x.zz"),
            (
                Refusal::ZoneClosed { zone: text("or.kr"), reason: text("non-profits only") },
                "549 Command failed; or.kr takes no new registrations: non-profits only",
            ),
            (Refusal::DomainUnavailable { name: name.clone(), reason: text("in use") }, "554 Domain already registered; in use"),
            (Refusal::DomainUnknown { name: text("x.com") }, "545 Entity reference not found"),
            (Refusal::ContactUnknown, "545 Entity reference not found"),
            (Refusal::HostUnknown, "545 Entity reference not found"),
            (Refusal::InUse { by: text("2 domains") }, "557 Object status prohibits operation; it is used by 2 domains"),
            (Refusal::ObjectBusy { object: text("P-A1") }, "557 Object status prohibits operation; another order for P-A1 is on its way"),
            (Refusal::OrderUnknown, "545 Entity reference not found"),
            (Refusal::EventUnknown, "545 Entity reference not found"),
            (Refusal::WebhookUnknown, "545 Entity reference not found"),
            (Refusal::KeyReused, "540 Attribute value is not unique; the key was used for another request"),
            (Refusal::AuthInfoWrong, "531 Authorization failed [Invalid authorization information]"),
            (Refusal::NotTransferable { reason: text("it is locked") }, "552 Domain status does not allow for operation; it is locked"),
            (Refusal::OwnerChangeUnknown { object: text("example.com") }, "545 Entity reference not found"),
            (Refusal::HostedZoneUnknown { name: text("example.com") }, "545 Entity reference not found"),
            (Refusal::TransferUnknown { name: text("example.com") }, "534 Domain name has not been flagged for transfer"),
            (Refusal::NotYours, "531 Authorization failed"),
            (Refusal::AlreadyExists, "540 Attribute value is not unique"),
            (Refusal::StatusForbids { status: text("pendingDelete") }, "552 Domain status does not allow for operation; pendingDelete"),
            (Refusal::NameBusy { name }, "557 Object status prohibits operation; another order for x.com is on its way"),
            (
                Refusal::RenewedTooSoon { interval_seconds: 432_000, allowed_from: at },
                "555 Domain already renewed; it can be renewed again from 2031-01-02 03:04:05 UTC on",
            ),
            (
                Refusal::TermMismatch { given: year(2030), actual: year(2031) },
                "542 Invalid old value for an attribute; EXPIRATION is 2030, the term ends in 2031",
            ),
            (Refusal::TermTooLong { years_max: 10 }, "556 Maximum registration period exceeded; at most 10 years from now"),
            (
                Refusal::RenewalNotExplicit { zone: text("de") },
                "541 Invalid attribute value; explicit renewals not allowed for this TLD; please set domain to AUTORENEW or RENEWONCE",
            ),
            (
                Refusal::PriceAboveLimit { price: usd(97_500), limit: usd(90_000) },
                "541 Invalid attribute value; the price is 9.7500 USD, the limit 9.0000 USD",
            ),
            (
                Refusal::PriceLimitRequired { price: usd(97_500) },
                "504 Missing required attribute; premium domain name. please provide required parameters",
            ),
            (
                Refusal::PriceMismatch { price: usd(97_500), given: usd(90_000) },
                "541 Invalid attribute value; X-FEE-AMOUNT is 9.0000 USD, the price is 9.7500 USD",
            ),
            (
                Refusal::FundsShort { needed: usd(97_500), available: usd(0) },
                "546 Credit limit exceeded; 9.7500 USD needed, 0.0000 USD available",
            ),
            (Refusal::NotSupported { what: text("restore under .or.kr") }, "549 Command failed; restore under .or.kr is not supported"),
            (
                Refusal::NoneChanged { names: vec![(DomainName::parse("x.com").unwrap(), Refusal::NotYours)], more: 0 },
                "531 Authorization failed",
            ),
            (Refusal::Busy, "421 Command failed due to server error. Client should try again"),
        ];
        for (refusal, expected) in table {
            let printed = refused(&refusal).print(0);
            let mut lines = printed.lines().skip(1);
            let code = lines.next().and_then(|l| l.strip_prefix("code = ")).unwrap();
            let description = lines.next().and_then(|l| l.strip_prefix("description = ")).unwrap();
            assert_eq!(format!("{code} {description}"), expected, "{refusal:?}");
        }
    }

    #[test]
    fn the_gravest_field_names_the_code() {
        let problem = |problem| FieldProblem::new(Field::Period, problem);
        let cases = [
            (vec![problem(Problem::Unknown)], 545),
            (vec![problem(Problem::Unknown), problem(Problem::NotOneOf { allowed: vec!["1".into()] })], 541),
            (vec![problem(Problem::NotOneOf { allowed: Vec::new() }), problem(Problem::Repeated)], 505),
            (vec![problem(Problem::TooLong { max: 3 }), problem(Problem::Missing)], 504),
            (vec![problem(Problem::Missing), problem(Problem::NotAllowed { reason: "x".into() })], 503),
        ];
        for (problems, number) in cases {
            assert!(fields(&problems).print(0).contains(&format!("code = {number}\n")), "{problems:?}");
        }
        let hostile = FieldProblem::new(Field::Extension("x-\nEOF\ncode = 200".into()), Problem::Missing);
        assert_eq!(fields(&[hostile]).print(0).lines().count(), 6);
    }

    /// A detail tells a caller what they sent; it never breaks its line.
    #[test]
    fn details_stay_on_their_line() {
        let text = refused(&Refusal::ZoneNotSold { name: "x\nproperty[sessionid][0] = 1".into() }).print(0);
        assert_eq!(text.lines().count(), 6);
        assert!(!text.contains("\nproperty"));
    }
}
