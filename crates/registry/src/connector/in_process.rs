//! Links to the embedded registry of this process: the same frames and the same log-in, on the caller's thread, without sockets.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use super::link::{Dial, Link, LinkError, Unasked};
use crate::embedded::{EmbeddedRegistry, Peer, Session};

/// Connects to the embedded registry as the holder of a registrar's certificate.
pub struct InProcessDialer {
    registry: Arc<EmbeddedRegistry>,
    registrar: String,
}

impl InProcessDialer {
    pub fn new(registry: Arc<EmbeddedRegistry>, registrar: impl Into<String>) -> InProcessDialer {
        InProcessDialer { registry, registrar: registrar.into() }
    }
}

impl Dial for InProcessDialer {
    fn dial(&self, _: Instant) -> Result<Box<dyn Link>, LinkError> {
        let session = self.registry.connect(Peer::Certificate { registrar: self.registrar.clone() });
        let inbox = VecDeque::from([session.greeting()]);
        Ok(Box::new(InProcessLink { session, inbox, closed: false }))
    }
}

/// The command is done when `send` returns, and its answer waits.
struct InProcessLink {
    session: Session,
    inbox: VecDeque<Vec<u8>>,
    closed: bool,
}

impl Link for InProcessLink {
    fn send(&mut self, frame: &[u8]) -> Result<(), LinkError> {
        if self.closed {
            return Err(LinkError::Unreached("closed by the registry".to_owned()));
        }
        let reply = self.session.handle(frame);
        self.closed = reply.close;
        self.inbox.push_back(reply.frame);
        Ok(())
    }

    fn receive(&mut self, _: Instant) -> Result<Vec<u8>, LinkError> {
        match self.inbox.pop_front() {
            Some(frame) => Ok(frame),
            None if self.closed => Err(LinkError::Cut("closed by the registry".to_owned())),
            // Nothing will come, however long one waits.
            None => Err(LinkError::TimedOut),
        }
    }

    fn unasked(&mut self) -> Unasked {
        match (self.inbox.is_empty(), self.closed) {
            (false, _) => Unasked::Data,
            (true, true) => Unasked::Closed,
            (true, false) => Unasked::Nothing,
        }
    }
}
