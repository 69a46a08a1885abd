//! One call on its way to a command: the engine, who asks, and the parameters.

use crate::codes::Code;
use crate::params::{Params, Values};
use crate::reply::{Reply, date};
use crate::wire::Message;
use engine::order::{OrderRef, OrderStanding, OrderView};
use engine::{Actor, Engine, Error};
use std::time::Duration;

/// A synchronous command waits so long for its order, then answers the documented pending form (settled: Waiting).
const WAIT_SECONDS: u64 = 8;

/// A call before it is known who asks.
pub struct Door<'a> {
    pub engine: &'a Engine,
    /// The caller's address.
    pub peer: &'a str,
    pub message: &'a Message,
}

/// What a command gets to work with.
pub struct Call<'a> {
    pub engine: &'a Engine,
    /// Proven by password or session, and changed into a sub-account where `SUBUSER` said so.
    pub actor: Actor,
    pub params: &'a Values,
}

impl<'a> Call<'a> {
    /// A fresh reader over the parameters, which collects what is wrong with them.
    pub fn read(&self) -> Params<'a> {
        Params::new(self.params, self.actor.currency())
    }

    /// The order once it is decided, or as it stands when waiting is over.
    pub fn wait(&self, order: &OrderRef) -> Result<OrderView, Error> {
        self.engine.await_order(&self.actor, order.id, Duration::from_secs(WAIT_SECONDS))
    }

    /// The reply to an order that changes something: done, refused by the registry, or the documented pending form.
    pub fn outcome(&self, order: &OrderRef) -> Result<Reply, Error> {
        let order = self.wait(order)?;
        Ok(match order.standing {
            OrderStanding::Succeeded => Reply::ok(),
            OrderStanding::Failed => Reply::with_detail(Code::Failed, &order.message),
            OrderStanding::Pending => {
                let mut reply = Reply::ok();
                reply.put("status", "REQUESTED");
                reply.put("updated date", date(order.accepted));
                reply.put("job id", order.id.to_string());
                reply
            }
        })
    }
}
