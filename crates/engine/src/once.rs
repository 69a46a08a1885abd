//! Requests with a key of their own: the first reply is kept with the change and given again to a repeat, which changes nothing more.
//!
//! Reached by `Idempotency-Key` of the JSON API. Refuses: KeyReused, and what the operation itself refuses.

use crate::Error;
use crate::context::{Cx, Operation};
use crate::error::broken;
use crate::secret::digest;
use model::{Need, Refusal};
use store::Tx;
use store::kept::{self, Kept};

/// A reply is kept for so long, seconds of the real clock.
pub(crate) const KEPT_SECONDS: i64 = 86_400;

/// An operation that has its effect once for a key. A refusal is not kept: nothing changed, and a repeat is judged anew.
pub struct Once<O: Operation> {
    /// The client's; none for a request that is not to be protected.
    pub key: Option<String>,
    /// All that makes the request what it is. The same key with another one is refused.
    pub request: String,
    pub operation: O,
    /// Makes status and body of the reply.
    pub render: fn(&O::Done) -> (u16, String),
}

/// A reply, made now or before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptReply {
    pub status: u16,
    pub body: String,
    /// It was made for an earlier request of the same key.
    pub repeated: bool,
}

impl<O: Operation + Sync> Operation for Once<O> {
    type Done = KeptReply;
    const NEED: Need = O::NEED;
    const WRITES: bool = true;
    const STAFF: bool = O::STAFF;

    fn run(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<KeptReply, Error> {
        let Some(key) = &self.key else { return self.made(tx, cx) };
        let (account, key_digest, request_digest) = (cx.actor.account, digest(key), digest(&self.request));
        let purpose = format!("reply:{account}:{key_digest}");
        let old = cx.real_now.plus_seconds(-KEPT_SECONDS);
        if let Some(found) = kept::get(tx, account, &key_digest)?.filter(|found| found.kept_at > old) {
            if found.request_digest != request_digest {
                return Err(Refusal::KeyReused.into());
            }
            let body = cx.inner.key.open(&purpose, &found.reply).ok_or_else(|| broken("a kept reply cannot be opened with this key"))?;
            let status = u16::try_from(found.status).map_err(|_| store::Fault::corrupt("the status of a kept reply"))?;
            return Ok(KeptReply { status, body, repeated: true });
        }
        let reply = self.made(tx, cx)?;
        let sealed = cx.inner.key.seal(&purpose, &reply.body, &|b| cx.random(b)).ok_or_else(|| broken("a reply cannot be sealed"))?;
        let keep = Kept { request_digest, status: i64::from(reply.status), reply: sealed, kept_at: cx.real_now };
        kept::keep(tx, account, &key_digest, &keep, old)?;
        Ok(reply)
    }
}

impl<O: Operation + Sync> Once<O> {
    fn made(&self, tx: &mut Tx<'_>, cx: &Cx<'_>) -> Result<KeptReply, Error> {
        let (status, body) = (self.render)(&self.operation.run(tx, cx)?);
        Ok(KeptReply { status, body, repeated: false })
    }
}
