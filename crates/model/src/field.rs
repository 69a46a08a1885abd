//! The fields of requests, named once for all dialects, and what can be wrong with one.

/// A part of a contact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ContactField {
    Title,
    FirstName,
    MiddleName,
    LastName,
    /// The full name in one field, as DMAPI has it.
    Name,
    Individual,
    Organization,
    Email,
    /// A street line, 0 to 2.
    Street(u8),
    City,
    State,
    PostalCode,
    Country,
    Phone,
    Extension,
    Fax,
    Language,
    VatId,
    Auth,
}

/// A field of a request. Each dialect gives it its own name (`owner-c`, `ownercontact0`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Field {
    Domain,
    /// One of several domain names in one request.
    DomainAt(u16),
    Period,
    /// The year up to which to renew (DMAPI `expyear`).
    UntilYear,
    /// The year in which the caller believes the term ends (CentralNic `expiration`).
    FromYear,
    Registrant,
    AdminContact(u8),
    TechContact(u8),
    BillingContact(u8),
    NameServer(u8),
    /// All name servers together: their number, their list.
    NameServers,
    /// A host object's name.
    Host,
    /// An address of a host object, counted from 0; DMAPI has the IPv4 address first, then the IPv6 one.
    HostAddress(u8),
    /// A property's name and its value (DMAPI `pname`, `pvalue`).
    Property,
    PropertyValue,
    Autorenew,
    Status,
    Language,
    RegistrarTag,
    Privacy,
    PriceLimit,
    PriceCurrency,
    AuthInfo,
    TransferLock,
    DnssecKey(u8),
    DnssecDs(u8),
    RenewalMode,
    Contact,
    ContactPart(ContactField),
    /// The zone for which a contact is made (DMAPI `tld`).
    ContactZone,
    /// A zone's own field, by the name the caller used, such as `X-KR-CTFY-TYPE`.
    Extension(String),
    Zone,
    /// A line of a hosted zone, from 1; 0 is the zone as a whole.
    HostedLine(u32),
    Pattern,
    From,
    To,
    First,
    Limit,
    Order,
    OrderBy,
    Date,
    Login,
    Password,
    ApiKey,
    SessionId,
    Command,
    SubUser,
    ProcessId,
    TrackingId,
    ClientTransactionId,
    PriceOperation,
    PeriodUnit,
    PromotionCode,
    /// A switch or parameter that only one dialect has, by its wire name in lower case.
    Other(&'static str),
}

/// What is wrong with a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    Missing,
    /// Given more than once where one is meant.
    Repeated,
    /// Cannot be read; says what was expected.
    Malformed {
        expected: String,
    },
    /// Readable but outside what is allowed; says what is.
    OutOfRange {
        expected: String,
    },
    /// Not among the values allowed here.
    NotOneOf {
        allowed: Vec<String>,
    },
    /// Longer than allowed, in characters.
    TooLong {
        max: usize,
    },
    /// Names an object that does not exist in this account.
    Unknown,
    /// Excludes another field that was given too.
    Excludes {
        other: Box<Field>,
    },
    /// Has no meaning here; says why.
    NotAllowed {
        reason: String,
    },
}

/// One wrong field. A refusal carries all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldProblem {
    pub field: Field,
    pub problem: Problem,
}

impl FieldProblem {
    pub fn new(field: Field, problem: Problem) -> FieldProblem {
        FieldProblem { field, problem }
    }

    pub fn missing(field: Field) -> FieldProblem {
        FieldProblem::new(field, Problem::Missing)
    }

    pub fn malformed(field: Field, expected: impl Into<String>) -> FieldProblem {
        FieldProblem::new(field, Problem::Malformed { expected: expected.into() })
    }
}

impl Problem {
    /// The problem in plain English, after the field's name: `is required`, `is not one of A, B`. Holds nothing the caller sent.
    pub fn describe(&self, field_name: impl Fn(&Field) -> String) -> String {
        match self {
            Problem::Missing => "is required".to_owned(),
            Problem::Repeated => "may be given only once".to_owned(),
            Problem::Malformed { expected } => format!("cannot be read, expected {expected}"),
            Problem::OutOfRange { expected } => format!("is out of range, expected {expected}"),
            Problem::NotOneOf { allowed } => format!("is not one of {}", allowed.join(", ")),
            Problem::TooLong { max } => format!("is longer than {max} characters"),
            Problem::Unknown => "does not exist".to_owned(),
            Problem::Excludes { other } => format!("cannot be used together with {}", field_name(other)),
            Problem::NotAllowed { reason } => format!("is not allowed here, {reason}"),
        }
    }
}
