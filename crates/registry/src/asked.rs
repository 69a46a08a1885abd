//! What the engine asks of a registry and what it can hear back: one trait, no wire words.

use model::contact::ContactData;
use model::domain::Operation;
use model::{DomainName, HostName, Money, Months, Timestamp};

/// A client transaction id, unique for ever: 3 to 64 characters.
pub type ClientTransactionId = str;

/// The answer to a command that changes something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer<T> {
    /// Done (1000).
    Done(T),
    /// Taken, and decided later by poll message (1001).
    Deferred,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// The registry refused: nothing was changed there.
    #[error("the registry refused ({code}): {message}")]
    Refused { code: u16, message: String, reasons: Vec<String> },
    /// The registry has certainly not seen the command: it may be sent again.
    #[error("the registry was not reached: {0}")]
    NotSent(String),
    /// The command may have been done: time-out, cut connection, garbled or foreign reply, or 2400/2500 on a transform.
    /// It is asked about before anything is sent again.
    #[error("the registry's answer was lost: {0}")]
    Lost(String),
}

/// A fee that the registry names or is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fee {
    pub operation: Operation,
    pub months: Months,
    /// In the registry's currency.
    pub amount: Money,
}

/// Which fees a check asks for (RFC 8748).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeeQuestion {
    pub operation: Operation,
    pub months: Months,
}

/// What the registry says of one checked name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Availability {
    pub name: DomainName,
    pub available: bool,
    /// The registry's reason where it is not, such as `In use`.
    pub reason: Option<String>,
    /// The registry's price class; `None` or `standard` is the ordinary price.
    pub class: Option<String>,
    pub fees: Vec<Fee>,
}

impl Availability {
    pub fn is_premium(&self) -> bool {
        self.class.as_deref().is_some_and(|c| !c.is_empty() && !c.eq_ignore_ascii_case("standard"))
    }
}

/// The contact ids of a domain at the registry.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct DomainContacts {
    pub registrant: Option<String>,
    pub admin: Vec<String>,
    pub tech: Vec<String>,
    pub billing: Vec<String>,
}

/// A delegation signer or key record (RFC 5910).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Dnssec {
    Ds { key_tag: u16, algorithm: u8, digest_type: u8, digest_hex: String },
    Key { flags: u16, protocol: u8, algorithm: u8, public_key_base64: String },
}

/// The certificate that .kr registries ask for (our kr-1.0 extension).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct KrCertificate {
    pub kind: Option<String>,
    pub number: Option<String>,
    pub trustee: bool,
}

/// A host with its addresses and its sponsor's statuses, as a registry holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegistryHost {
    pub name: HostName,
    pub addresses: Vec<std::net::IpAddr>,
    /// Those that a client sets: `clientDeleteProhibited`, `clientUpdateProhibited`.
    pub statuses: Vec<String>,
}

/// A registration. Hosts and contacts must exist at the registry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateDomain {
    pub name: DomainName,
    pub months: Months,
    pub contacts: DomainContacts,
    pub hosts: Vec<HostName>,
    pub dnssec: Vec<Dnssec>,
    /// Random, at least 128 bits; the registry keeps a hash.
    pub auth_info: String,
    /// The fee to agree to, for names that are not of standard price.
    pub fee: Option<Money>,
    pub kr: Option<KrCertificate>,
    /// IDN table or language tag, where the registry wants one.
    pub idn_language: Option<String>,
}

/// A registration that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreatedDomain {
    pub created: Timestamp,
    pub expires: Timestamp,
}

/// A renewal. `current_expiry` makes a repetition harmless: a name already renewed refuses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenewDomain {
    pub name: DomainName,
    pub current_expiry: Timestamp,
    pub months: Months,
    pub fee: Option<Money>,
}

/// What is to change at a domain; empty parts stay as they are.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct UpdateDomain {
    pub add_hosts: Vec<HostName>,
    pub remove_hosts: Vec<HostName>,
    pub add_contacts: DomainContacts,
    pub remove_contacts: DomainContacts,
    pub registrant: Option<String>,
    /// EPP status words such as `clientTransferProhibited`.
    pub add_statuses: Vec<String>,
    pub remove_statuses: Vec<String>,
    /// `Some(Some(code))` sets, `Some(None)` clears.
    pub auth_info: Option<Option<String>>,
    pub add_dnssec: Vec<Dnssec>,
    pub remove_dnssec: Vec<Dnssec>,
    pub remove_all_dnssec: bool,
    pub kr: Option<KrCertificate>,
}

/// A domain as the registry holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegistryDomain {
    pub name: DomainName,
    pub roid: String,
    /// The registrar that sponsors it.
    pub sponsor: String,
    pub statuses: Vec<String>,
    pub rgp_statuses: Vec<String>,
    pub contacts: DomainContacts,
    pub hosts: Vec<HostName>,
    pub dnssec: Vec<Dnssec>,
    pub created: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub transferred: Option<Timestamp>,
    pub kr: Option<KrCertificate>,
}

/// A contact as the registry holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegistryContact {
    pub id: String,
    pub roid: String,
    pub sponsor: String,
    pub name: String,
    pub organization: String,
    pub email: String,
    pub country: String,
}

/// The state of a transfer at the registry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegistryTransfer {
    pub name: DomainName,
    /// EPP words: `pending`, `clientApproved`, `clientRejected`, `clientCancelled`, `serverApproved`, `serverCancelled`.
    pub status: String,
    pub requested_by: String,
    pub requested: Timestamp,
    pub acting: String,
    pub act_by: Timestamp,
    pub expires: Option<Timestamp>,
}

/// What is done with a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferAction {
    Approve,
    Reject,
    Cancel,
}

/// A message of the poll queue, raw: it is stored before it is understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PollMessage {
    pub id: String,
    pub queued: Option<Timestamp>,
    pub text: String,
    /// The domain that it is about, where it says so.
    pub domain: Option<DomainName>,
    /// How that domain stood when the message was queued, where it shows sponsor, statuses and expiry.
    pub shown: Option<RegistryDomain>,
    /// The whole response frame.
    pub frame: Vec<u8>,
    /// Messages still queued, this one included.
    pub count: u64,
}

/// One registry, as the engine sees it. Calls block up to the connector's time limits and never panic.
pub trait Registry: Send + Sync {
    /// The name under which our configuration knows it.
    fn id(&self) -> &str;
    /// Our registrar id there.
    fn registrar(&self) -> &str;

    /// True for a registry in this process, which answers on the caller's thread at once.
    fn is_near(&self) -> bool {
        false
    }

    fn check(&self, names: &[DomainName], fee: Option<&FeeQuestion>) -> Result<Vec<Availability>, Trouble>;
    /// `None` where the registry has no such domain (2303).
    fn domain(&self, name: &DomainName, auth_info: Option<&str>) -> Result<Option<RegistryDomain>, Trouble>;
    fn create_domain(&self, id: &ClientTransactionId, wish: &CreateDomain) -> Result<Answer<CreatedDomain>, Trouble>;
    /// Returns the new expiry.
    fn renew_domain(&self, id: &ClientTransactionId, wish: &RenewDomain) -> Result<Answer<Timestamp>, Trouble>;
    fn update_domain(&self, id: &ClientTransactionId, name: &DomainName, change: &UpdateDomain) -> Result<Answer<()>, Trouble>;
    fn delete_domain(&self, id: &ClientTransactionId, name: &DomainName) -> Result<Answer<()>, Trouble>;
    /// Lets a name go to the registrar of this id, or, without one, to the registry itself, which then deals with its holder.
    fn release_domain(&self, id: &ClientTransactionId, name: &DomainName, to: Option<&str>) -> Result<Answer<()>, Trouble>;
    /// Asks for the restore of a deleted name (RFC 3915), with its report where the registry wants one.
    fn restore_domain(&self, id: &ClientTransactionId, name: &DomainName, fee: Option<&Money>) -> Result<Answer<()>, Trouble>;

    fn request_transfer(
        &self,
        id: &ClientTransactionId,
        name: &DomainName,
        auth_info: &str,
        months: Option<Months>,
        fee: Option<&Money>,
    ) -> Result<Answer<RegistryTransfer>, Trouble>;
    /// The last transfer of a name; `None` where there was none, or none that the asker has a part in. Any other refusal tells nothing about it.
    fn transfer(&self, name: &DomainName, auth_info: Option<&str>) -> Result<Option<RegistryTransfer>, Trouble>;
    fn act_on_transfer(
        &self,
        id: &ClientTransactionId,
        name: &DomainName,
        action: TransferAction,
    ) -> Result<Answer<RegistryTransfer>, Trouble>;

    fn contact(&self, contact_id: &str) -> Result<Option<RegistryContact>, Trouble>;
    /// `contact_id` is ours to choose, 3 to 16 characters.
    fn create_contact(
        &self,
        id: &ClientTransactionId,
        contact_id: &str,
        data: &ContactData,
        auth_info: &str,
    ) -> Result<Answer<()>, Trouble>;
    fn update_contact(&self, id: &ClientTransactionId, contact_id: &str, data: &ContactData) -> Result<Answer<()>, Trouble>;
    fn delete_contact(&self, id: &ClientTransactionId, contact_id: &str) -> Result<Answer<()>, Trouble>;

    fn host(&self, name: &HostName) -> Result<Option<RegistryHost>, Trouble>;
    /// Makes a host with its addresses; statuses are set by an update.
    fn create_host(&self, id: &ClientTransactionId, host: &RegistryHost) -> Result<Answer<()>, Trouble>;
    /// Replaces addresses and statuses.
    fn update_host(&self, id: &ClientTransactionId, host: &RegistryHost) -> Result<Answer<()>, Trouble>;
    fn delete_host(&self, id: &ClientTransactionId, name: &HostName) -> Result<Answer<()>, Trouble>;
    /// Gives a host that stands as `host` another name, with the addresses and statuses of `to`, in one command. Names that use it go on using it.
    fn rename_host(&self, id: &ClientTransactionId, host: &RegistryHost, to: &RegistryHost) -> Result<Answer<()>, Trouble>;

    /// The oldest message of the poll queue, if any.
    fn poll(&self) -> Result<Option<PollMessage>, Trouble>;
    /// Acknowledges a message that is durably processed.
    fn acknowledge(&self, message_id: &str) -> Result<(), Trouble>;
}

/// The business clock, shared by the engine and the embedded registry: system time plus the lab's offset.
pub type Clock = std::sync::Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Fills a buffer with random octets from the system's generator (from a seed in simulations).
pub type Entropy = std::sync::Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What a registry did by itself.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Happened {
    /// The first of it, in order: when, and in words.
    pub first: Vec<(Timestamp, String)>,
    /// How much it was in all.
    pub count: u64,
}

/// A domain at a registry that can be looked into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FarDomain<'a> {
    pub name: &'a str,
    /// The registrar that sponsors it.
    pub sponsor: &'a str,
    pub expires: Timestamp,
    /// The ids of its contacts of all roles.
    pub contacts: &'a [String],
}

/// A registry that lives in this process or beside it and can be looked into: the embedded one.
pub trait FarSide: Send + Sync {
    /// When something falls due there by itself.
    fn next_due(&self) -> Result<Option<Timestamp>, String>;
    /// Does what is due; says what happened, in order.
    fn run_due(&self, now: Timestamp) -> Result<Happened, String>;
    /// Every domain there.
    fn each_domain(&self, take: &mut dyn FnMut(FarDomain<'_>)) -> Result<(), String>;
}

/// Where the holder of a name is written to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Holders {
    /// Registrar id.
    pub sponsor: String,
    /// Empty where unknown.
    pub owner_email: String,
    pub admin_email: String,
}

/// The world outside the registry: public data of names that are held elsewhere, and what their registrars do where the sandbox plays them.
pub trait Outside: Send + Sync {
    /// Whom a name's public data show; `None` where they show nobody.
    fn holders(&self, name: &DomainName) -> Option<Holders>;
    /// The losing registrar, having its holder's word, answers a pending transfer. The text of an error is for people.
    fn answer_transfer(&self, name: &DomainName, approve: bool) -> Result<(), String>;
}
