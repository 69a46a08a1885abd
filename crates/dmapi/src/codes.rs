//! Refusals in DMAPI's words: one code and its reasons for each, and the wire name of every field (dmapi.md 2.3).

use model::field::Problem;
use model::{ContactField, DomainName, Field, FieldProblem, Refusal};
use std::borrow::Cow;

/// How a rejection is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// An EPP result code (RFC 5730), the only numbers that are evidenced on this interface.
    pub code: u16,
    pub text: &'static str,
    /// One `Error` header each.
    pub errors: Vec<String>,
    /// A body, for the client that reads nothing else.
    pub body: Option<&'static str>,
}

const UNKNOWN_COMMAND: &str = "Unknown command";
const MISSING: &str = "Required parameter missing";
const RANGE: &str = "Parameter value range error";
const SYNTAX: &str = "Parameter value syntax error";
const COMMAND_SYNTAX: &str = "Command syntax error";
const OPTION: &str = "Unimplemented option";
const BILLING: &str = "Billing failure";
const NOT_RENEWABLE: &str = "Object is not eligible for renewal";
const NOT_TRANSFERABLE: &str = "Object is not eligible for transfer";
const NO_TRANSFER: &str = "Object not pending transfer";
const WRONG_AUTH: &str = "Invalid authorization information";
const AUTHENTICATION: &str = "Authentication error";
/// Clients log in again when they find one of these words here (dmapi.md 2.3).
const DEAD_SESSION: &str = "Authentication error (invalid or expired session, Auth-Sid)";
const AUTHORIZATION: &str = "Authorization error";
const EXISTS: &str = "Object exists";
const NO_OBJECT: &str = "Object does not exist";
const STATUS: &str = "Object status prohibits operation";
const ASSOCIATION: &str = "Object association prohibits operation";
const POLICY: &str = "Parameter value policy error";
const FAILED: &str = "Command failed";
const LIMIT: &str = "Limit exceeded, try again later";

fn told(code: u16, text: &'static str, error: impl Into<String>) -> Told {
    Told { code, text, errors: vec![error.into()], body: None }
}

/// The code and reasons of a refusal. No wildcard: a new refusal must be decided here.
pub fn refused(refusal: &Refusal) -> Told {
    match refusal {
        Refusal::CredentialsWrong => told(2200, AUTHENTICATION, "User name or password is wrong"),
        // lexicon compares the first line of the body (dmapi.md 2.3).
        Refusal::KeyWrong => Told { body: Some("API key is invalid"), ..told(2200, AUTHENTICATION, "API key is invalid") },
        Refusal::SessionUnknown => told(2200, DEAD_SESSION, "The session is unknown or has ended, please log in"),
        Refusal::TooManyAttempts { wait_seconds } => {
            told(2502, LIMIT, format!("Too many attempts or sessions, try again in {wait_seconds} seconds"))
        }
        Refusal::AccountSuspended => told(2201, AUTHORIZATION, "Permission denied, the reseller account is suspended"),
        Refusal::AccessDenied { access } => {
            told(2201, AUTHORIZATION, format!("No permission, this request is not allowed with access mode @{access}"))
        }
        Refusal::AddressDenied { from } => told(2201, AUTHORIZATION, format!("No permission, this key is not allowed from {from}")),
        Refusal::RequestUnknown => told(2000, UNKNOWN_COMMAND, "There is no request of this name"),
        Refusal::Fields(problems) => fields(problems),
        // ClientExec's module looks for these words (dmapi.md 5.7).
        Refusal::ZoneNotSold { name } => {
            told(2005, SYNTAX, format!("Domain with extension supported by Joker.com is required, {name} is not one"))
        }
        Refusal::ZoneClosed { zone, reason } => told(2306, POLICY, format!("No new registrations under {zone}, {reason}")),
        Refusal::DomainUnavailable { name, reason } => told(2302, EXISTS, format!("Domain {name} is not available, {reason}")),
        Refusal::DomainUnknown { name } => told(2303, NO_OBJECT, format!("Domain {name} not found")),
        Refusal::ContactUnknown => told(2303, NO_OBJECT, "Contact not found"),
        Refusal::HostUnknown => told(2303, NO_OBJECT, "Name server not found"),
        Refusal::InUse { by } => told(2305, ASSOCIATION, format!("The object is still in use by {by}")),
        Refusal::ObjectBusy { object } => told(2304, STATUS, format!("Another request for {object} is still in progress")),
        Refusal::EventUnknown => told(2303, NO_OBJECT, "No event of this number"),
        Refusal::WebhookUnknown => told(2303, NO_OBJECT, "No webhook of this number"),
        Refusal::KeyReused => told(2302, EXISTS, "The key was used for another request"),
        Refusal::OrderUnknown => told(2303, NO_OBJECT, "No request of this Proc-ID or SvTrID"),
        Refusal::AuthInfoWrong => told(2202, WRONG_AUTH, format!("{} is wrong", wire_name(&Field::AuthInfo))),
        Refusal::NotTransferable { reason } => told(2106, NOT_TRANSFERABLE, format!("The domain cannot be transferred, {reason}")),
        Refusal::TransferUnknown { name } => told(2301, NO_TRANSFER, format!("No transfer of {name} found")),
        Refusal::OwnerChangeUnknown { object } => told(2303, NO_OBJECT, format!("No owner change of {object} found")),
        // lego knows this code for zones of other accounts.
        Refusal::HostedZoneUnknown { name } => told(2202, AUTHORIZATION, format!("No zone {name} found, or no permission for it")),
        Refusal::NotYours => told(2201, AUTHORIZATION, "No permission for this object"),
        Refusal::AlreadyExists => told(2302, EXISTS, "The object exists already"),
        Refusal::StatusForbids { status } => told(2304, STATUS, format!("Status {status} does not allow this")),
        Refusal::NameBusy { name } => told(2304, STATUS, format!("Another request for {name} is still in progress")),
        Refusal::RenewedTooSoon { interval_seconds, allowed_from } => told(
            2105,
            NOT_RENEWABLE,
            format!("A domain can only be renewed once per {}, the next time from {}", span(*interval_seconds), allowed_from.rfc3339()),
        ),
        Refusal::TermMismatch { given, actual } => told(2004, RANGE, format!("The term ends in {}, not in {}", actual.get(), given.get())),
        Refusal::TermTooLong { years_max } => {
            told(2004, RANGE, format!("{} is out of range, the term may reach at most {years_max} years ahead", wire_name(&Field::Period)))
        }
        Refusal::RenewalNotExplicit { zone } => {
            told(2105, NOT_RENEWABLE, format!("Domains under {zone} are renewed automatically only, never on request"))
        }
        Refusal::PriceAboveLimit { price, limit } => {
            told(2306, POLICY, format!("{} {limit} is lower than the price {price}", wire_name(&Field::PriceLimit)))
        }
        Refusal::PriceLimitRequired { price } => told(
            2306,
            POLICY,
            format!("{} is required for a domain of non-standard pricing, the price is {price}", wire_name(&Field::PriceLimit)),
        ),
        Refusal::PriceMismatch { price, given } => told(2306, POLICY, format!("The price is {price}, not {given}")),
        Refusal::FundsShort { needed, available } => {
            told(2104, BILLING, format!("Account balance too low, {needed} needed and {available} available"))
        }
        Refusal::NotSupported { what } => told(2102, OPTION, format!("Not supported, {what}")),
        Refusal::NoneChanged { names, more } => none_changed(names, *more),
        Refusal::Busy => told(2502, LIMIT, "The server is busy, try again in a moment"),
    }
}

/// A refusal as problems of fields, so that it can stand beside others; none where it is about no field of the request. `named` is the field that
/// holds the name which the request is about.
pub fn of_fields(refusal: Refusal, named: Field) -> Vec<FieldProblem> {
    let unknown = |field| vec![FieldProblem::new(field, Problem::Unknown)];
    match refusal {
        Refusal::Fields(problems) => problems,
        Refusal::DomainUnknown { .. } | Refusal::HostedZoneUnknown { .. } => unknown(named),
        Refusal::ContactUnknown => unknown(Field::Other("handle")),
        Refusal::HostUnknown => unknown(Field::Host),
        Refusal::ZoneNotSold { .. } => {
            let reason = "names of this extension are not sold here".to_owned();
            vec![FieldProblem::new(named, Problem::NotAllowed { reason })]
        }
        _ => Vec::new(),
    }
}

/// A failure that is ours: its number, and nothing of what happened.
pub fn fault(incident: &str) -> Told {
    told(2400, FAILED, format!("Internal error, please try again later, incident {incident}"))
}

/// A request that cannot be read at all.
pub fn unreadable(reason: &str) -> Told {
    told(2001, COMMAND_SYNTAX, reason)
}

/// A request that was stopped before it was read: the sender may try again where the server was at its limit.
pub fn turned_away(status: http::StatusCode, reason: &'static str) -> Told {
    if status.is_server_error() { told(2502, LIMIT, reason) } else { unreadable(reason) }
}

/// All field problems, one `Error` each; the first one gives the code.
fn fields(problems: &[FieldProblem]) -> Told {
    let (code, text) = problems.first().map_or((2001, COMMAND_SYNTAX), problem_code);
    let say = |p: &FieldProblem| format!("{} {}", wire_name(&p.field), p.problem.describe(|field| wire_name(field).into_owned()));
    Told { code, text, errors: problems.iter().map(say).collect(), body: None }
}

/// Each name with its reasons, one `Error` each; the first one gives the code.
fn none_changed(names: &[(DomainName, Refusal)], more: usize) -> Told {
    let (code, text) = names.first().map_or((2400, FAILED), |(_, first)| {
        let first = refused(first);
        (first.code, first.text)
    });
    let mut errors: Vec<String> =
        names.iter().map(|(name, why)| format!("{name} was not changed, {}", refused(why).errors.join(", "))).collect();
    if more > 0 {
        errors.push(format!("{more} more names were not changed"));
    }
    Told { code, text, errors, body: None }
}

fn problem_code(wrong: &FieldProblem) -> (u16, &'static str) {
    match wrong.problem {
        // What a zone demands beyond the request's own parameters is its policy (dmapi.md 2.3).
        Problem::Missing if matches!(wrong.field, Field::Extension(_)) => (2306, POLICY),
        // dnscontrol looks for this code after it put an empty zone.
        Problem::Missing if wrong.field == Field::HostedLine(0) => (2400, FAILED),
        Problem::Missing => (2003, MISSING),
        Problem::Repeated | Problem::Excludes { .. } => (2001, COMMAND_SYNTAX),
        Problem::Malformed { .. } | Problem::TooLong { .. } => (2005, SYNTAX),
        Problem::OutOfRange { .. } | Problem::NotOneOf { .. } => (2004, RANGE),
        Problem::Unknown => (2303, NO_OBJECT),
        Problem::NotAllowed { .. } => (2306, POLICY),
    }
}

/// `6 hours`, `5 days`: whole units, the largest that divides the span.
fn span(seconds: i64) -> String {
    let (count, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, "day"),
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// The parameter under which DMAPI knows a field. No wildcard.
pub fn wire_name(field: &Field) -> Cow<'static, str> {
    Cow::Borrowed(match field {
        Field::Domain | Field::DomainAt(_) => "domain",
        Field::Period => "period",
        Field::UntilYear => "expyear",
        Field::FromYear => "expiration",
        Field::Registrant => "owner-c",
        Field::AdminContact(_) => "admin-c",
        Field::TechContact(_) => "tech-c",
        Field::BillingContact(_) => "billing-c",
        Field::NameServer(_) | Field::NameServers => "ns-list",
        Field::Host => "host",
        Field::HostAddress(0) => "ip",
        Field::HostAddress(_) => "ipv6",
        Field::Property => "pname",
        Field::PropertyValue => "pvalue",
        Field::Autorenew | Field::RenewalMode => "autorenew",
        Field::Status => "status",
        Field::Language => "language",
        Field::RegistrarTag => "registrar-tag",
        Field::Privacy => "privacy",
        Field::PriceLimit => "max-price",
        Field::PriceCurrency => "currency",
        Field::AuthInfo => "transfer-auth-id",
        Field::TransferLock => "lock",
        Field::DnssecKey(place) | Field::DnssecDs(place) => return Cow::Owned(format!("ds-{}", u16::from(*place) + 1)),
        Field::Contact => "contact",
        Field::ContactPart(part) => contact_name(*part),
        Field::ContactZone => "tld",
        Field::Extension(name) => return Cow::Owned(name.to_ascii_lowercase()),
        Field::Zone => "tld",
        Field::HostedLine(0) => "zone",
        Field::HostedLine(line) => return Cow::Owned(format!("zone line {line}")),
        Field::Pattern => "pattern",
        Field::From => "from",
        Field::To => "to",
        Field::First => "offset",
        Field::Limit => "limit",
        Field::Order => "proc-id",
        Field::OrderBy => "order-by",
        Field::Date => "date",
        Field::Login => "username",
        Field::Password => "password",
        Field::ApiKey => "api-key",
        Field::SessionId => "auth-sid",
        Field::Command => "request",
        Field::SubUser => "subuser",
        Field::ProcessId => "proc-id",
        Field::TrackingId => "svtrid",
        Field::ClientTransactionId => "cltrid",
        Field::PriceOperation => "check-price",
        Field::PeriodUnit => "period-unit",
        Field::PromotionCode => "promotion-code",
        Field::Other(name) => name,
    })
}

fn contact_name(part: ContactField) -> &'static str {
    match part {
        ContactField::Title => "title",
        ContactField::FirstName => "fname",
        ContactField::MiddleName => "mname",
        ContactField::LastName => "lname",
        ContactField::Name => "name",
        ContactField::Individual => "individual",
        ContactField::Organization => "organization",
        ContactField::Email => "email",
        ContactField::Street(0) => "address-1",
        ContactField::Street(1) => "address-2",
        ContactField::Street(_) => "address-3",
        ContactField::City => "city",
        ContactField::State => "state",
        ContactField::PostalCode => "postal-code",
        ContactField::Country => "country",
        ContactField::Phone => "phone",
        ContactField::Extension => "extension",
        ContactField::Fax => "fax",
        ContactField::Language => "lang",
        ContactField::VatId => "vatid",
        ContactField::Auth => "auth",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Access, Currency, Money, Timestamp, Year};

    /// A new variant does not compile until it has its name here, and a sample below.
    fn name(refusal: &Refusal) -> &'static str {
        match refusal {
            Refusal::CredentialsWrong => "CredentialsWrong",
            Refusal::KeyWrong => "KeyWrong",
            Refusal::SessionUnknown => "SessionUnknown",
            Refusal::TooManyAttempts { .. } => "TooManyAttempts",
            Refusal::AccountSuspended => "AccountSuspended",
            Refusal::AccessDenied { .. } => "AccessDenied",
            Refusal::AddressDenied { .. } => "AddressDenied",
            Refusal::RequestUnknown => "RequestUnknown",
            Refusal::Fields(_) => "Fields",
            Refusal::ZoneNotSold { .. } => "ZoneNotSold",
            Refusal::ZoneClosed { .. } => "ZoneClosed",
            Refusal::DomainUnavailable { .. } => "DomainUnavailable",
            Refusal::DomainUnknown { .. } => "DomainUnknown",
            Refusal::ContactUnknown => "ContactUnknown",
            Refusal::HostUnknown => "HostUnknown",
            Refusal::InUse { .. } => "InUse",
            Refusal::ObjectBusy { .. } => "ObjectBusy",
            Refusal::OrderUnknown => "OrderUnknown",
            Refusal::EventUnknown => "EventUnknown",
            Refusal::WebhookUnknown => "WebhookUnknown",
            Refusal::KeyReused => "KeyReused",
            Refusal::AuthInfoWrong => "AuthInfoWrong",
            Refusal::NotTransferable { .. } => "NotTransferable",
            Refusal::TransferUnknown { .. } => "TransferUnknown",
            Refusal::OwnerChangeUnknown { .. } => "OwnerChangeUnknown",
            Refusal::HostedZoneUnknown { .. } => "HostedZoneUnknown",
            Refusal::NotYours => "NotYours",
            Refusal::AlreadyExists => "AlreadyExists",
            Refusal::StatusForbids { .. } => "StatusForbids",
            Refusal::NameBusy { .. } => "NameBusy",
            Refusal::RenewedTooSoon { .. } => "RenewedTooSoon",
            Refusal::TermMismatch { .. } => "TermMismatch",
            Refusal::TermTooLong { .. } => "TermTooLong",
            Refusal::RenewalNotExplicit { .. } => "RenewalNotExplicit",
            Refusal::PriceAboveLimit { .. } => "PriceAboveLimit",
            Refusal::PriceLimitRequired { .. } => "PriceLimitRequired",
            Refusal::PriceMismatch { .. } => "PriceMismatch",
            Refusal::FundsShort { .. } => "FundsShort",
            Refusal::NotSupported { .. } => "NotSupported",
            Refusal::NoneChanged { .. } => "NoneChanged",
            Refusal::Busy => "Busy",
        }
    }

    fn samples() -> Vec<Refusal> {
        let text = |t: &str| t.to_owned();
        let domain = DomainName::parse("example.com").unwrap();
        let usd = |e4| Money::new(e4, Currency::USD);
        let year = |y| Year::new(y).unwrap();
        let problem = |field: Field, problem: Problem| Refusal::field(FieldProblem::new(field, problem));
        let (price, limit) = (usd(97_500), usd(50_000));
        let from = Timestamp::parse_rfc3339("2031-01-01T06:00:00Z").unwrap();
        vec![
            Refusal::CredentialsWrong,
            Refusal::KeyWrong,
            Refusal::SessionUnknown,
            Refusal::TooManyAttempts { wait_seconds: 8 },
            Refusal::AccountSuspended,
            Refusal::AccessDenied { access: Access::ReadOnly },
            Refusal::AddressDenied { from: text("192.0.2.9") },
            Refusal::RequestUnknown,
            Refusal::Fields(vec![FieldProblem::missing(Field::Domain), FieldProblem::malformed(Field::NameServer(1), "a host")]),
            problem(Field::Period, Problem::OutOfRange { expected: text("1 to 10 years") }),
            problem(Field::Privacy, Problem::NotOneOf { allowed: vec![text("basic"), text("pro")] }),
            problem(Field::ContactPart(ContactField::Street(0)), Problem::TooLong { max: 255 }),
            problem(Field::Registrant, Problem::Unknown),
            problem(Field::Period, Problem::Excludes { other: Box::new(Field::UntilYear) }),
            problem(Field::Extension(text("X-KR-CTFY-TYPE")), Problem::NotAllowed { reason: text("not for .com") }),
            problem(Field::Extension(text("X-KR-CTFY-TYPE")), Problem::Missing),
            problem(Field::Domain, Problem::Repeated),
            Refusal::ZoneNotSold { name: text("example.xyz") },
            Refusal::ZoneClosed { zone: text("or.kr"), reason: text("closed until 2031") },
            Refusal::DomainUnavailable { name: domain.clone(), reason: text("in use") },
            Refusal::DomainUnknown { name: text("example.com") },
            Refusal::ContactUnknown,
            Refusal::HostUnknown,
            Refusal::InUse { by: text("2 domains") },
            Refusal::ObjectBusy { object: text("CCOM-1") },
            Refusal::OrderUnknown,
            Refusal::EventUnknown,
            Refusal::WebhookUnknown,
            Refusal::KeyReused,
            Refusal::AuthInfoWrong,
            Refusal::NotTransferable { reason: text("it is locked") },
            Refusal::TransferUnknown { name: text("example.com") },
            Refusal::OwnerChangeUnknown { object: text("example.com") },
            Refusal::HostedZoneUnknown { name: text("example.com") },
            Refusal::NotYours,
            Refusal::AlreadyExists,
            Refusal::StatusForbids { status: text("redemption") },
            Refusal::NameBusy { name: domain.clone() },
            Refusal::RenewedTooSoon { interval_seconds: 21_600, allowed_from: from },
            Refusal::RenewedTooSoon { interval_seconds: 432_000, allowed_from: from },
            Refusal::TermMismatch { given: year(2031), actual: year(2032) },
            Refusal::TermTooLong { years_max: 10 },
            Refusal::RenewalNotExplicit { zone: text("de") },
            Refusal::PriceAboveLimit { price, limit },
            Refusal::PriceLimitRequired { price },
            Refusal::PriceMismatch { price, given: limit },
            Refusal::FundsShort { needed: price, available: limit },
            Refusal::NotSupported { what: text("restore under .or.kr") },
            Refusal::NoneChanged { names: vec![(domain, Refusal::StatusForbids { status: text("redemption") })], more: 2 },
            Refusal::Busy,
        ]
    }

    /// The whole table stands in a file, so that a change of one code is seen by whoever reviews it.
    #[test]
    fn every_refusal_has_its_code() {
        let mut table = String::new();
        for refusal in samples() {
            let told = refused(&refusal);
            table.push_str(&format!("{:<20} {} {} | {}\n", name(&refusal), told.code, told.text, told.errors.join(" | ")));
        }
        let told = fault("0123abcd");
        table.push_str(&format!("{:<20} {} {} | {}\n", "(fault)", told.code, told.text, told.errors.join(" | ")));
        assert_eq!(table, include_str!("../golden/refusals.txt"), "\n{table}");
    }

    /// Substrings that clients look for (dmapi.md 2.3).
    #[test]
    fn clients_find_their_words() {
        let dead = refused(&Refusal::SessionUnknown);
        assert!(["Auth-Sid", "session"].iter().all(|word| dead.text.contains(word)));
        let denied = refused(&Refusal::AccessDenied { access: Access::ModifyOnly });
        assert!(["permission", "not allowed"].iter().all(|word| denied.errors[0].contains(word)));
        let unsold = refused(&Refusal::ZoneNotSold { name: "a.xyz".to_owned() });
        assert!(unsold.errors[0].contains("Domain with extension supported by Joker.com"));
        // A client drops what stands after a second colon: nothing that must be read does.
        for refusal in samples() {
            let told = refused(&refusal);
            let before_colon = |error: &String| error.split(':').next().unwrap_or("").len();
            assert!(told.code >= 2000 && told.errors.iter().all(|error| before_colon(error) > 15), "{refusal:?}");
        }
    }
}
