//! The rows of the embedded registry's tables, as values.

use super::status::Statuses;
use model::Timestamp;
use store::Fault;

/// Where a domain stands in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Registered,
    Redemption,
    PendingRestore,
    PendingDelete,
}

impl Phase {
    pub(super) fn from_int(number: i64) -> Result<Phase, Fault> {
        Ok(match number {
            0 => Phase::Registered,
            1 => Phase::Redemption,
            2 => Phase::PendingRestore,
            3 => Phase::PendingDelete,
            other => return Err(Fault::corrupt(format_args!("phase {other}"))),
        })
    }
}

/// A row of `domains`.
#[derive(Clone, Debug)]
pub(super) struct DomainRow {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) sponsor: String,
    pub(super) creator: String,
    pub(super) created: Timestamp,
    pub(super) updater: Option<String>,
    pub(super) updated: Option<Timestamp>,
    pub(super) transferred: Option<Timestamp>,
    pub(super) expires: Timestamp,
    pub(super) statuses: Statuses,
    pub(super) auth_hash: Option<String>,
    pub(super) add_until: Option<Timestamp>,
    pub(super) renew_until: Option<Timestamp>,
    pub(super) autorenew_until: Option<Timestamp>,
    pub(super) transfer_until: Option<Timestamp>,
    pub(super) phase: Phase,
    /// When the phase ends; `None` while registered.
    pub(super) phase_until: Option<Timestamp>,
    /// End of the redemption period, kept while a restore is pending.
    pub(super) redemption_until: Option<Timestamp>,
    /// While a transfer is pending: when it is approved by silence.
    pub(super) transfer_act_by: Option<Timestamp>,
    /// Ids of the delete command that was answered with 1001.
    pub(super) pending_cltrid: Option<String>,
    pub(super) pending_svtrid: Option<String>,
    pub(super) signed: bool,
    pub(super) kr_type: Option<String>,
    pub(super) kr_number: Option<String>,
    pub(super) kr_trustee: bool,
}

impl DomainRow {
    /// A registration as `domain:create` makes it.
    pub(super) fn new(id: i64, name: String, sponsor: &str, created: Timestamp, expires: Timestamp) -> DomainRow {
        DomainRow {
            id,
            name,
            sponsor: sponsor.to_owned(),
            creator: sponsor.to_owned(),
            created,
            updater: None,
            updated: None,
            transferred: None,
            expires,
            statuses: Statuses::NONE,
            auth_hash: None,
            add_until: None,
            renew_until: None,
            autorenew_until: None,
            transfer_until: None,
            phase: Phase::Registered,
            phase_until: None,
            redemption_until: None,
            transfer_act_by: None,
            pending_cltrid: None,
            pending_svtrid: None,
            signed: false,
            kr_type: None,
            kr_number: None,
            kr_trustee: false,
        }
    }

    /// When something next happens to it by itself.
    pub(super) fn due(&self) -> Timestamp {
        let ends = if self.phase == Phase::Registered { self.expires } else { self.phase_until.unwrap_or(self.expires) };
        self.transfer_act_by.map_or(ends, |act_by| act_by.min(ends))
    }
}

/// What a dump says of one domain.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) sponsor: String,
    pub(super) created: Timestamp,
    pub(super) expires: Timestamp,
    pub(super) statuses: Statuses,
    pub(super) delegated: bool,
}

/// A row of `domain_keys`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct KeyRow {
    /// 0 delegation signer, 1 key.
    pub(super) kind: i64,
    /// Key tag, or flags.
    pub(super) first: i64,
    pub(super) algorithm: i64,
    /// Digest type, or protocol.
    pub(super) second: i64,
    /// Digest in upper-case hexadecimal, or key in base64.
    pub(super) data: String,
}

/// A row of `hosts`.
#[derive(Clone, Debug)]
pub(super) struct HostRow {
    pub(super) id: i64,
    pub(super) name: String,
    /// The registrable name above it, where its zone is served here.
    pub(super) apex: Option<String>,
    pub(super) sponsor: String,
    pub(super) creator: String,
    pub(super) created: Timestamp,
    pub(super) updater: Option<String>,
    pub(super) updated: Option<Timestamp>,
    pub(super) transferred: Option<Timestamp>,
    pub(super) statuses: Statuses,
    /// Separated by blanks.
    pub(super) addresses: String,
}

/// A row of `contacts`. Postal addresses and phones are packed, see `contact.rs`.
#[derive(Clone, Debug)]
pub(super) struct ContactRow {
    pub(super) id: String,
    pub(super) number: i64,
    pub(super) sponsor: String,
    pub(super) creator: String,
    pub(super) created: Timestamp,
    pub(super) updater: Option<String>,
    pub(super) updated: Option<Timestamp>,
    pub(super) statuses: Statuses,
    pub(super) auth_hash: Option<String>,
    pub(super) int_postal: Option<String>,
    pub(super) loc_postal: Option<String>,
    pub(super) voice: Option<String>,
    pub(super) fax: Option<String>,
    pub(super) email: String,
    pub(super) disclose: Option<i64>,
}

/// A row of `transfers`.
#[derive(Clone, Debug)]
pub(super) struct TransferRow {
    pub(super) status: String,
    pub(super) requested_by: String,
    pub(super) requested: Timestamp,
    pub(super) acting: String,
    /// When it was acted on; while pending, until when it may be.
    pub(super) acted: Timestamp,
    pub(super) expires: Option<Timestamp>,
}

/// A row of `poll_messages`; what the columns mean depends on the kind, see `poll.rs`.
#[derive(Clone, Debug)]
pub(super) struct PollRow {
    pub(super) id: i64,
    pub(super) queued: Timestamp,
    pub(super) text: String,
    pub(super) kind: i64,
    pub(super) object: String,
    pub(super) word: String,
    pub(super) first_party: String,
    pub(super) second_party: String,
    pub(super) first: Timestamp,
    pub(super) second: Timestamp,
    pub(super) expires: Option<Timestamp>,
}

/// A row of `charges`.
pub(super) struct ChargeRow<'a> {
    pub(super) id: i64,
    pub(super) at: Timestamp,
    pub(super) registrar: &'a str,
    pub(super) domain: i64,
    pub(super) name: &'a str,
    pub(super) operation: &'a str,
    pub(super) months: i64,
    pub(super) amount_e4: i64,
    pub(super) refundable_until: Option<Timestamp>,
}
