//! Fees (RFC 8748, fee-1.0). Amounts are decimal texts, exact, as they stand on the wire.

use crate::common::{Period, Text};

/// `<fee:check>` beside `<domain:check>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Check {
    /// ISO 4217; absent means the server's default for the client.
    pub currency: Option<String>,
    /// At least one.
    pub commands: Vec<CommandSpec>,
}

/// Which command a fee is asked or stated for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandSpec {
    /// `create`, `delete`, `renew`, `update`, `transfer`, `restore` or `custom`; kept open.
    pub name: String,
    /// With `custom`.
    pub custom_name: Option<String>,
    /// Launch phase (RFC 8334).
    pub phase: Option<String>,
    pub subphase: Option<String>,
    pub period: Option<Period>,
}

impl CommandSpec {
    /// A command without phase.
    pub fn new(name: impl Into<String>, period: Option<Period>) -> CommandSpec {
        CommandSpec { name: name.into(), period, ..CommandSpec::default() }
    }
}

/// `<fee:chkData>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChkData {
    /// ISO 4217, of all amounts within.
    pub currency: String,
    pub items: Vec<ChkItem>,
}

/// `<fee:cd>`: fees of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChkItem {
    /// The domain name.
    pub object: String,
    /// Element of the object's mapping that `object` is taken from; absent means `name`.
    pub element: Option<String>,
    /// Whether fees could be stated at all; says nothing about the name being free.
    pub avail: bool,
    /// Price class of the name, e.g. `premium`.
    pub class: Option<String>,
    pub commands: Vec<CommandFees>,
    /// Why not, when `avail` is false.
    pub reason: Option<Text>,
}

/// `<fee:command>` of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandFees {
    pub spec: CommandSpec,
    /// Whether this is the ordinary price; with a price that is not, the client must agree by sending it.
    pub standard: bool,
    pub fees: Vec<Fee>,
    pub credits: Vec<Credit>,
    /// Why no fee is given.
    pub reason: Option<Text>,
}

/// `<fee:fee>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fee {
    /// Not negative.
    pub amount: String,
    pub description: Option<String>,
    /// Language of `description`; none means `en`.
    pub lang: Option<String>,
    pub refundable: Option<bool>,
    /// ISO 8601 duration within which it is refunded, e.g. `P5D`.
    pub grace_period: Option<String>,
    /// `immediate` or `delayed`.
    pub applied: Option<String>,
}

impl Fee {
    /// A bare amount.
    pub fn new(amount: impl Into<String>) -> Fee {
        Fee { amount: amount.into(), ..Fee::default() }
    }
}

/// `<fee:credit>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credit {
    /// Zero or negative.
    pub amount: String,
    pub description: Option<String>,
    /// Language of `description`; none means `en`.
    pub lang: Option<String>,
}

/// Commands that may carry an agreed fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransformVerb {
    Create,
    Renew,
    Transfer,
    Update,
}

/// `<fee:create>`, `<fee:renew>`, `<fee:transfer>`, `<fee:update>`: the fee that the client agrees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    pub verb: TransformVerb,
    pub currency: Option<String>,
    /// At least one.
    pub fees: Vec<Fee>,
    pub credits: Vec<Credit>,
}

/// Replies that may state what was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeVerb {
    Create,
    Renew,
    Transfer,
    Update,
    Delete,
}

/// `<fee:creData>`, `<fee:renData>`, `<fee:trnData>`, `<fee:updData>`, `<fee:delData>`: what was charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub verb: OutcomeVerb,
    pub currency: Option<String>,
    /// In a transfer query: the period added by the transfer.
    pub period: Option<Period>,
    pub fees: Vec<Fee>,
    pub credits: Vec<Credit>,
    /// The client's balance after it; may be negative.
    pub balance: Option<String>,
    pub credit_limit: Option<String>,
}

impl Outcome {
    /// Nothing charged yet.
    pub fn new(verb: OutcomeVerb) -> Outcome {
        Outcome { verb, currency: None, period: None, fees: Vec::new(), credits: Vec::new(), balance: None, credit_limit: None }
    }
}
