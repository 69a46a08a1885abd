//! Waiting for an order to end, for callers that answer at once.

use super::retrieve::{OrderKey, Retrieve};
use super::{OrderStanding, OrderView};
use crate::account::Actor;
use crate::jobs::Hand;
use crate::{Engine, Error};
use std::time::{Duration, Instant};

/// So many callers are held at once that only poll: a quarter of all requests that there is room for. The next ones are answered as things stand.
const HELD_MAX: usize = 128;

impl Engine {
    /// As [`Engine::await_order`], for those who would only ask again: where too many are held already, the order as it stands.
    pub fn hold_for_order(&self, actor: &Actor, order_id: i64, limit: Duration) -> Result<OrderView, Error> {
        match self.inner.bell.seat(HELD_MAX) {
            Some(_seat) => self.await_order(actor, order_id, limit),
            None => self.run(actor, Retrieve { by: OrderKey::Id(order_id) }),
        }
    }

    /// The order once it is decided, or as it stands after `limit`. Another node may decide it, so the store is asked now and then.
    pub fn await_order(&self, actor: &Actor, order_id: i64, limit: Duration) -> Result<OrderView, Error> {
        if let Some(hand) = self.inner.bell.hand() {
            if hand == Hand::Work {
                self.work_once();
            }
            return self.run(actor, Retrieve { by: OrderKey::Id(order_id) });
        }
        let ends = Instant::now() + limit;
        (self.inner.on_wait)();
        // Listening before looking, so that a decision in between is not missed.
        let ear = self.inner.bell.listen(order_id);
        loop {
            let order = self.run(actor, Retrieve { by: OrderKey::Id(order_id) })?;
            let left = ends.saturating_duration_since(Instant::now());
            if order.standing != OrderStanding::Pending || left.is_zero() {
                return Ok(order);
            }
            ear.wait(left.min(Duration::from_millis(500)));
        }
    }
}
