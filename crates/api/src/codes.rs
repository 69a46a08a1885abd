//! Refusals as HTTP: status, field and message of each.

use http::StatusCode;
use model::{ContactField, Field, Refusal};

/// The status, the field where one is meant, and the message of a refusal.
pub(crate) fn refused(refusal: &Refusal) -> (StatusCode, Option<String>, String) {
    let plain = |status: StatusCode, message: String| (status, None, message);
    match refusal {
        Refusal::CredentialsWrong => plain(StatusCode::UNAUTHORIZED, "login or password is wrong".to_owned()),
        Refusal::KeyWrong => plain(StatusCode::UNAUTHORIZED, "the key is wrong or was revoked".to_owned()),
        Refusal::SessionUnknown => plain(StatusCode::UNAUTHORIZED, "the session has ended".to_owned()),
        Refusal::TooManyAttempts { wait_seconds } => {
            plain(StatusCode::TOO_MANY_REQUESTS, format!("too many attempts; try again in {wait_seconds} seconds"))
        }
        Refusal::AccountSuspended => plain(StatusCode::FORBIDDEN, "the account is closed".to_owned()),
        Refusal::AddressDenied { from } => plain(StatusCode::FORBIDDEN, format!("this key is not allowed from {from}")),
        Refusal::AccessDenied { access } => plain(StatusCode::FORBIDDEN, format!("{access} access does not allow that")),
        Refusal::RequestUnknown => plain(StatusCode::NOT_FOUND, "there is no such request".to_owned()),
        Refusal::Fields(problems) => {
            let sentence = |p: &model::FieldProblem| format!("{} {}", field_name(&p.field), p.problem.describe(field_name));
            let message = problems.iter().map(sentence).collect::<Vec<_>>().join("; ");
            (StatusCode::BAD_REQUEST, problems.first().map(|p| field_name(&p.field)), message)
        }
        Refusal::ZoneNotSold { name } => plain(StatusCode::NOT_FOUND, format!("no zone that is sold holds {name}")),
        Refusal::ZoneClosed { zone, reason } => plain(StatusCode::CONFLICT, format!(".{zone} takes no registrations now: {reason}")),
        Refusal::DomainUnavailable { name, reason } => plain(StatusCode::CONFLICT, format!("{name} is not available: {reason}")),
        Refusal::DomainUnknown { name } => plain(StatusCode::NOT_FOUND, format!("there is no domain {name} in this account")),
        Refusal::ContactUnknown => plain(StatusCode::NOT_FOUND, "there is no such contact in this account".to_owned()),
        Refusal::HostUnknown => plain(StatusCode::NOT_FOUND, "there is no such host in this account".to_owned()),
        Refusal::InUse { by } => plain(StatusCode::CONFLICT, format!("it is used by {by}")),
        Refusal::ObjectBusy { object } => plain(StatusCode::CONFLICT, format!("another order for {object} is on its way")),
        Refusal::EventUnknown => plain(StatusCode::NOT_FOUND, "there is no such event in this account".to_owned()),
        Refusal::WebhookUnknown => plain(StatusCode::NOT_FOUND, "there is no such webhook in this account".to_owned()),
        Refusal::KeyReused => {
            plain(StatusCode::UNPROCESSABLE_ENTITY, "this Idempotency-Key was used for another request within a day".to_owned())
        }
        Refusal::OrderUnknown => plain(StatusCode::NOT_FOUND, "there is no such order in this account".to_owned()),
        Refusal::AuthInfoWrong => plain(StatusCode::FORBIDDEN, "the authorization code is wrong".to_owned()),
        Refusal::NotTransferable { reason } => plain(StatusCode::CONFLICT, format!("the name cannot be transferred: {reason}")),
        Refusal::OwnerChangeUnknown { object } => plain(StatusCode::NOT_FOUND, format!("there is no owner change of {object}")),
        Refusal::TransferUnknown { name } => plain(StatusCode::NOT_FOUND, format!("there is no transfer of {name}")),
        Refusal::HostedZoneUnknown { name } => plain(StatusCode::NOT_FOUND, format!("there is no zone {name}")),
        Refusal::NotYours => plain(StatusCode::FORBIDDEN, "that is not this account's".to_owned()),
        Refusal::AlreadyExists => plain(StatusCode::CONFLICT, "it exists already".to_owned()),
        Refusal::StatusForbids { status } => plain(StatusCode::CONFLICT, format!("the status {status} forbids that")),
        Refusal::NameBusy { name } => plain(StatusCode::CONFLICT, format!("another order for {name} is on its way")),
        Refusal::RenewedTooSoon { allowed_from, .. } => {
            plain(StatusCode::CONFLICT, format!("renewed too recently; possible from {allowed_from}"))
        }
        Refusal::TermMismatch { given, actual } => {
            plain(StatusCode::CONFLICT, format!("the term ends in {}, not in {}", actual.get(), given.get()))
        }
        Refusal::TermTooLong { years_max } => plain(StatusCode::CONFLICT, format!("the term would be longer than {years_max} years")),
        Refusal::RenewalNotExplicit { zone } => plain(StatusCode::CONFLICT, format!(".{zone} renews by itself only")),
        Refusal::PriceAboveLimit { price, limit } => {
            plain(StatusCode::CONFLICT, format!("the price is {price}, above the limit of {limit}"))
        }
        Refusal::PriceLimitRequired { price } => plain(StatusCode::CONFLICT, format!("the price is {price}; it must be agreed to")),
        Refusal::PriceMismatch { price, given } => plain(StatusCode::CONFLICT, format!("the price is {price}, not {given}")),
        Refusal::FundsShort { needed, available } => {
            plain(StatusCode::PAYMENT_REQUIRED, format!("{needed} are needed, {available} are available"))
        }
        Refusal::NotSupported { what } => plain(StatusCode::CONFLICT, format!("not supported: {what}")),
        Refusal::NoneChanged { names, more } => {
            let status = names.first().map_or(StatusCode::CONFLICT, |(_, why)| refused(why).0);
            let each = names.iter().map(|(name, why)| format!("{name}: {}", refused(why).2)).collect::<Vec<_>>().join("; ");
            plain(status, if *more > 0 { format!("{each}; and {more} more") } else { each })
        }
        Refusal::Busy => plain(StatusCode::SERVICE_UNAVAILABLE, "too much work at the moment; try again shortly".to_owned()),
    }
}

/// A field's name in JSON.
pub(crate) fn field_name(field: &Field) -> String {
    let plain = match field {
        Field::Domain => "domain",
        Field::DomainAt(place) => return format!("domains[{place}]"),
        Field::Period => "months",
        Field::UntilYear => "until_year",
        Field::FromYear => "from_year",
        Field::Registrant => "registrant",
        Field::AdminContact(place) => return format!("admin[{place}]"),
        Field::TechContact(place) => return format!("tech[{place}]"),
        Field::BillingContact(place) => return format!("billing[{place}]"),
        Field::NameServer(place) => return format!("hosts[{place}]"),
        Field::NameServers => "hosts",
        Field::Autorenew => "autorenew",
        Field::Status => "status",
        Field::Language => "language",
        Field::RegistrarTag => "registrar_tag",
        Field::Privacy => "privacy",
        Field::PriceLimit => "price_limit",
        Field::PriceCurrency => "currency",
        Field::AuthInfo => "auth_info",
        Field::TransferLock => "transfer_lock",
        Field::DnssecKey(place) | Field::DnssecDs(place) => return format!("dnssec[{place}]"),
        Field::RenewalMode => "renewal_mode",
        Field::Contact => "contact",
        Field::ContactPart(part) => contact_name(*part),
        Field::ContactZone => "zone",
        Field::Extension(name) => return name.clone(),
        Field::Zone => "zone",
        Field::HostedLine(_) => "records",
        Field::Pattern => "pattern",
        Field::From => "from",
        Field::To => "to",
        Field::First => "first",
        Field::Limit => "limit",
        Field::Order => "order",
        Field::OrderBy => "order_by",
        Field::Date => "date",
        Field::Login => "login",
        Field::Password => "password",
        Field::ApiKey => "api_key",
        Field::SessionId => "session",
        Field::Command => "command",
        Field::SubUser => "sub_user",
        Field::ProcessId => "order_id",
        Field::TrackingId => "tracking_id",
        Field::ClientTransactionId => "client_id",
        Field::PriceOperation => "operation",
        Field::PeriodUnit => "period_unit",
        Field::PromotionCode => "promotion_code",
        Field::Host => "host",
        Field::HostAddress(place) => return format!("addresses[{place}]"),
        Field::Property => "property",
        Field::PropertyValue => "value",
        Field::Other(name) => name,
    };
    plain.to_owned()
}

fn contact_name(part: ContactField) -> &'static str {
    match part {
        ContactField::Title => "title",
        ContactField::FirstName => "first_name",
        ContactField::MiddleName => "middle_name",
        ContactField::LastName => "last_name",
        ContactField::Name => "name",
        ContactField::Individual => "individual",
        ContactField::Organization => "organization",
        ContactField::Email => "email",
        ContactField::Street(0) => "street[0]",
        ContactField::Street(1) => "street[1]",
        ContactField::Street(_) => "street[2]",
        ContactField::City => "city",
        ContactField::State => "state",
        ContactField::PostalCode => "postal_code",
        ContactField::Country => "country",
        ContactField::Phone => "phone",
        ContactField::Extension => "extension",
        ContactField::Fax => "fax",
        ContactField::Language => "language",
        ContactField::VatId => "vat_id",
        ContactField::Auth => "auth",
    }
}
