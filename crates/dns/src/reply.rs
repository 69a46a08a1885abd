//! One message in, one message out: what goes in is read, handed to the answerer, and what it says is kept within the size that fits the way back.

use crate::answer::Answerer;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::Record;
use hickory_proto::serialize::binary::BinEncoder;
use hickory_server::net::NetError;
use hickory_server::net::runtime::TokioTime;
use hickory_server::net::xfer::Protocol;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponse;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// Octets of a message over UDP that pass everywhere in one piece (DNS flag day 2020), whatever the asker would take.
pub const UDP_OCTETS_MAX: u16 = 1_232;
/// Octets of a header (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

/// The reply to a message; `None` where there should be none.
pub async fn reply(answerer: &Answerer, message: Vec<u8>, from: SocketAddr, protocol: Protocol) -> Option<Vec<u8>> {
    let head: [u8; HEADER] = message.get(..HEADER)?.try_into().ok()?;
    // A reply is not replied to: two servers would talk for ever.
    if head[2] & 0x80 != 0 {
        return None;
    }
    let Ok(request) = Request::from_bytes(message, from, protocol) else { return Some(unreadable(head)) };
    let limit = match protocol {
        Protocol::Udp => request.max_payload().min(UDP_OCTETS_MAX),
        _ => u16::MAX,
    };
    let said = Said { limit, octets: Arc::default() };
    answerer.handle_request::<_, TokioTime>(&request, said.clone()).await;
    let mut octets = said.octets.lock().unwrap_or_else(|p| p.into_inner());
    octets.take()
}

/// A header that says that the message could not be read.
fn unreadable(head: [u8; HEADER]) -> Vec<u8> {
    // A reply of the same kind, recursion as wished; counts are zero.
    let code = u8::try_from(u16::from(ResponseCode::FormErr)).unwrap_or(1);
    let mut out = vec![head[0], head[1], 0x80 | (head[2] & 0x79), code];
    out.resize(HEADER, 0);
    out
}

/// Takes what is answered, cut where it is too long.
#[derive(Clone)]
struct Said {
    limit: u16,
    octets: Arc<Mutex<Option<Vec<u8>>>>,
}

#[async_trait::async_trait]
impl ResponseHandler for Said {
    async fn send_response<'a>(
        &mut self,
        response: MessageResponse<
            '_,
            'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
        >,
    ) -> Result<ResponseInfo, NetError> {
        let mut octets = Vec::with_capacity(512);
        let mut encoder = BinEncoder::new(&mut octets);
        encoder.set_max_size(self.limit);
        let info = response.destructive_emit(&mut encoder)?;
        *self.octets.lock().unwrap_or_else(|p| p.into_inner()) = Some(octets);
        Ok(info)
    }
}
