//! What the engine may ask, verb by verb: build the command, send it the right way, read the answer.

use epp::{Command, Poll, ResData, TransferOp, Verb, codes};
use model::contact::ContactData;
use model::{DomainName, HostName, Money, Months, Timestamp};

use super::{Connector, Misread, contacts, domains, hosts, refused_here, words};
use crate::{Answer, Availability, ClientTransactionId, CreateDomain, CreatedDomain, FeeQuestion, PollMessage, Registry};
use crate::{RegistryContact, RegistryDomain, RegistryHost, RegistryTransfer, RenewDomain, TransferAction, Trouble, UpdateDomain};

/// Answers to the question for a transfer by which there is none, or none that the asker has a part in.
const NO_TRANSFER: [u16; 4] =
    [codes::NOT_PENDING_TRANSFER, codes::AUTHORIZATION_ERROR, codes::INVALID_AUTH_INFO, codes::OBJECT_DOES_NOT_EXIST];
/// Longest client transaction id (RFC 5730).
const ID_CHARS_MAX: usize = 64;
/// Longest text of a poll message kept; the frame is kept whole.
const POLL_CHARS_MAX: usize = 2_000;

impl Registry for Connector {
    fn id(&self) -> &str {
        &self.config.id
    }

    fn is_near(&self) -> bool {
        self.config.near
    }

    fn registrar(&self) -> &str {
        &self.config.registrar
    }

    fn check(&self, names: &[DomainName], fee: Option<&FeeQuestion>) -> Result<Vec<Availability>, Trouble> {
        let mut found = Vec::with_capacity(names.len());
        for batch in names.chunks(self.config.check_names_max.max(1)) {
            found.extend(self.query(
                "registry.check",
                |services| domains::check(services, batch, fee),
                |reply| domains::read_check(reply, batch, fee),
            )?);
        }
        Ok(found)
    }

    fn domain(&self, name: &DomainName, auth_info: Option<&str>) -> Result<Option<RegistryDomain>, Trouble> {
        self.query_object("registry.info", |_| Ok(domains::info(name, auth_info)), |reply| domains::read_info(reply, name))
    }

    fn create_domain(&self, id: &ClientTransactionId, wish: &CreateDomain) -> Result<Answer<CreatedDomain>, Trouble> {
        self.transform("registry.create", id, |services| domains::create(services, wish), |reply| domains::read_created(reply, &wish.name))
    }

    fn renew_domain(&self, id: &ClientTransactionId, wish: &RenewDomain) -> Result<Answer<Timestamp>, Trouble> {
        self.transform("registry.renew", id, |services| domains::renew(services, wish), |reply| domains::read_renewed(reply, &wish.name))
    }

    /// A change of nothing is done without a word.
    fn update_domain(&self, id: &ClientTransactionId, name: &DomainName, change: &UpdateDomain) -> Result<Answer<()>, Trouble> {
        if *change == UpdateDomain::default() {
            return Ok(Answer::Done(()));
        }
        self.transform("registry.update", id, |services| domains::update(services, name, change), |_| Ok(()))
    }

    fn delete_domain(&self, id: &ClientTransactionId, name: &DomainName) -> Result<Answer<()>, Trouble> {
        self.transform("registry.delete", id, |_| Ok(domains::delete(name)), |_| Ok(()))
    }

    fn release_domain(&self, id: &ClientTransactionId, name: &DomainName, to: Option<&str>) -> Result<Answer<()>, Trouble> {
        self.transform("registry.release", id, |services| domains::release(services, name, to), |_| Ok(()))
    }

    /// Asks for the name first: a restore that was already requested only lacks its report, so that the call may be repeated.
    fn restore_domain(&self, id: &ClientTransactionId, name: &DomainName, fee: Option<&Money>) -> Result<Answer<()>, Trouble> {
        let Some(found) = self.domain(name, None)? else {
            return Err(refused_here(codes::OBJECT_DOES_NOT_EXIST, "the name is gone"));
        };
        let requested = (self.clock)();
        let is_pending = |words: &[String]| words.iter().any(|word| word == "pendingRestore");
        if !is_pending(&found.rgp_statuses) {
            let answer = self.transform(
                "registry.restore",
                id,
                |services| domains::restore(services, name, fee),
                |reply| Ok(domains::read_restored(reply)),
            )?;
            let Answer::Done(words) = answer else { return Ok(Answer::Deferred) };
            if !self.config.restore_report {
                return Ok(Answer::Done(()));
            }
            // Some registries want no report for some of their zones: what they say of the name decides.
            let waits = if words.is_empty() {
                self.domain(name, None)
                    .map_err(|trouble| Trouble::Lost(format!("requested, but whether a report is wanted is not known: {trouble}")))?
                    .is_some_and(|found| is_pending(&found.rgp_statuses))
            } else {
                is_pending(&words)
            };
            if !waits {
                return Ok(Answer::Done(()));
            }
        } else if !self.config.restore_report {
            return Ok(Answer::Deferred);
        }
        let deleted = found.updated.unwrap_or(requested);
        let report_id: String = id.chars().take(ID_CHARS_MAX - "-report".len()).chain("-report".chars()).collect();
        self.transform("registry.restore", &report_id, |services| domains::report(services, &found, deleted, requested), |_| Ok(()))
    }

    /// A request is answered with 1001 and the pending transfer (RFC 5731 section 3.2.4): that is [`Answer::Done`] with the status
    /// `pending`. Deferred means that the registry does not even say that much.
    fn request_transfer(
        &self,
        id: &ClientTransactionId,
        name: &DomainName,
        auth_info: &str,
        months: Option<Months>,
        fee: Option<&Money>,
    ) -> Result<Answer<RegistryTransfer>, Trouble> {
        self.transfer_step(id, TransferOp::Request, name, Some(auth_info), months, fee)
    }

    /// `None` also where no transfer was ever asked for (2301).
    fn transfer(&self, name: &DomainName, auth_info: Option<&str>) -> Result<Option<RegistryTransfer>, Trouble> {
        let asked = self.query_object(
            "registry.transfer.query",
            |services| domains::transfer(services, TransferOp::Query, name, auth_info, None, None),
            |reply| domains::read_transfer(reply, name)?.ok_or_else(|| Misread::missing("how the transfer stands")),
        );
        match asked {
            // Who has no part in a transfer is not told of it.
            Err(Trouble::Refused { code, .. }) if NO_TRANSFER.contains(&code) => Ok(None),
            other => other,
        }
    }

    fn act_on_transfer(
        &self,
        id: &ClientTransactionId,
        name: &DomainName,
        action: TransferAction,
    ) -> Result<Answer<RegistryTransfer>, Trouble> {
        let op = match action {
            TransferAction::Approve => TransferOp::Approve,
            TransferAction::Reject => TransferOp::Reject,
            TransferAction::Cancel => TransferOp::Cancel,
        };
        self.transfer_step(id, op, name, None, None, None)
    }

    fn contact(&self, contact_id: &str) -> Result<Option<RegistryContact>, Trouble> {
        self.query_object(
            "registry.contact.info",
            |services| contacts::info(services, contact_id),
            |reply| contacts::read_info(reply, contact_id),
        )
    }

    fn create_contact(
        &self,
        id: &ClientTransactionId,
        contact_id: &str,
        data: &ContactData,
        auth_info: &str,
    ) -> Result<Answer<()>, Trouble> {
        // RFC 5730 clIDType.
        if !(3..=16).contains(&contact_id.chars().count()) {
            return Err(refused_here(codes::PARAMETER_SYNTAX, "a contact id has 3 to 16 characters"));
        }
        self.transform(
            "registry.contact.create",
            id,
            |services| contacts::create(services, contact_id, data, auth_info),
            |reply| contacts::read_created(reply, contact_id),
        )
    }

    fn update_contact(&self, id: &ClientTransactionId, contact_id: &str, data: &ContactData) -> Result<Answer<()>, Trouble> {
        self.transform("registry.contact.update", id, |services| contacts::update(services, contact_id, data), |_| Ok(()))
    }

    fn delete_contact(&self, id: &ClientTransactionId, contact_id: &str) -> Result<Answer<()>, Trouble> {
        self.transform("registry.contact.delete", id, |services| contacts::delete(services, contact_id), |_| Ok(()))
    }

    fn host(&self, name: &HostName) -> Result<Option<RegistryHost>, Trouble> {
        self.query_object("registry.host.info", |services| hosts::info(services, name), |reply| hosts::read_info(reply, name))
    }

    fn create_host(&self, id: &ClientTransactionId, host: &RegistryHost) -> Result<Answer<()>, Trouble> {
        self.transform("registry.host.create", id, |services| hosts::create(services, host), |reply| hosts::read_created(reply, &host.name))
    }

    /// Asks how it stands and sends the difference; done without a word where there is none.
    fn update_host(&self, id: &ClientTransactionId, host: &RegistryHost) -> Result<Answer<()>, Trouble> {
        let Some(found) = self.host(&host.name)? else {
            return Err(refused_here(codes::OBJECT_DOES_NOT_EXIST, "the host is not there"));
        };
        if hosts::is_same(&found, host) {
            return Ok(Answer::Done(()));
        }
        self.transform("registry.host.update", id, |services| hosts::update(services, &found, host), |_| Ok(()))
    }

    fn delete_host(&self, id: &ClientTransactionId, name: &HostName) -> Result<Answer<()>, Trouble> {
        self.transform("registry.host.delete", id, |services| hosts::delete(services, name), |_| Ok(()))
    }

    fn rename_host(&self, id: &ClientTransactionId, host: &RegistryHost, to: &RegistryHost) -> Result<Answer<()>, Trouble> {
        self.transform("registry.host.update", id, |services| hosts::update(services, host, to), |_| Ok(()))
    }

    fn poll(&self) -> Result<Option<PollMessage>, Trouble> {
        let command = || Command { verb: Verb::Poll(Poll::Request), extensions: Vec::new(), cltrid: None };
        self.query(
            "registry.poll",
            |_| Ok(command()),
            |reply| {
                if reply.response.code() == codes::SUCCESS_NO_MESSAGES {
                    return Ok(None);
                }
                let queue = reply.response.msg_queue.as_ref().ok_or_else(|| Misread::missing("which message it is"))?;
                let domain = reply.response.res_data.as_ref().and_then(subject).and_then(|name| DomainName::parse(name).ok());
                let shown = domain.as_ref().and_then(|name| domains::read_info(reply, name).ok());
                Ok(Some(PollMessage {
                    id: queue.id.clone(),
                    queued: queue.qdate.as_deref().and_then(Timestamp::parse_rfc3339),
                    text: words::clean(queue.msg.as_deref().unwrap_or_default(), POLL_CHARS_MAX),
                    domain,
                    shown: shown.filter(|d| !d.sponsor.is_empty() && !d.statuses.is_empty() && d.expires.is_some()),
                    frame: reply.frame.clone(),
                    count: queue.count,
                }))
            },
        )
    }

    /// A message that the registry no longer has (2303) counts as acknowledged: an earlier answer was lost.
    fn acknowledge(&self, message_id: &str) -> Result<(), Trouble> {
        let id = words::transaction_id("ack", &self.entropy);
        let command = Command { verb: Verb::Poll(Poll::Ack { msg_id: message_id.to_owned() }), extensions: Vec::new(), cltrid: None };
        match self.transform("registry.poll.ack", &id, |_| Ok(command.clone()), |_| Ok(())) {
            Ok(_) | Err(Trouble::Refused { code: codes::OBJECT_DOES_NOT_EXIST, .. }) => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }
}

/// The domain that a poll message's data is about.
fn subject(data: &ResData) -> Option<&str> {
    match data {
        ResData::DomainInfo(info) => Some(&info.name),
        ResData::DomainCreate(done) => Some(&done.object),
        ResData::DomainRenew(done) => Some(&done.name),
        ResData::DomainTransfer(transfer) => Some(&transfer.object),
        ResData::DomainPending(outcome) => Some(&outcome.object),
        ResData::DomainCheck(_)
        | ResData::HostCheck(_)
        | ResData::HostInfo(_)
        | ResData::HostCreate(_)
        | ResData::HostPending(_)
        | ResData::ContactCheck(_)
        | ResData::ContactInfo(_)
        | ResData::ContactCreate(_)
        | ResData::ContactTransfer(_)
        | ResData::ContactPending(_)
        | ResData::Unknown(_) => None,
    }
}

impl Connector {
    fn transfer_step(
        &self,
        id: &ClientTransactionId,
        op: TransferOp,
        name: &DomainName,
        auth_info: Option<&str>,
        months: Option<Months>,
        fee: Option<&Money>,
    ) -> Result<Answer<RegistryTransfer>, Trouble> {
        self.transform_with(
            "registry.transfer",
            id,
            |services| domains::transfer(services, op, name, auth_info, months, fee),
            |reply, outcome| match (domains::read_transfer(reply, name)?, outcome) {
                (Some(transfer), _) => Ok(Answer::Done(transfer)),
                (None, super::Outcome::Deferred) => Ok(Answer::Deferred),
                (None, super::Outcome::Done) => Err(Misread::missing("how the transfer stands")),
            },
        )
    }
}
