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

/// Whether a message has a header, and is no reply: replies are not replied to, or two servers would talk for ever.
pub fn is_query(message: &[u8]) -> bool {
    message.len() >= HEADER && message[2] & 0x80 == 0
}

/// The reply to a message; `None` where there should be none.
pub async fn reply(answerer: &Answerer, message: Vec<u8>, from: SocketAddr, protocol: Protocol) -> Option<Vec<u8>> {
    if !is_query(&message) {
        return None;
    }
    let head: [u8; HEADER] = message.get(..HEADER)?.try_into().ok()?;
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

/// The reply to a query that has the asker come again over TCP: its header and question, marked as cut, so never longer than the query. `None` where
/// there is not one question that can be read.
pub fn cut(message: &[u8]) -> Option<Vec<u8>> {
    /// Type and class behind the name.
    const KIND: usize = 4;
    let questions = message.get(4..6)?;
    let mut end = HEADER;
    loop {
        match usize::from(*message.get(end)?) {
            0 => break,
            // The first name of a message has nothing before it that it could point to.
            length @ 1..=63 => end += 1 + length,
            _ => return None,
        }
    }
    let question = message.get(HEADER..end + 1 + KIND)?;
    if questions != [0, 1] {
        return None;
    }
    // Same id and kind, a reply, cut, recursion as wished; one question and nothing else.
    let head = [message[0], message[1], 0x82 | (message[2] & 0x79), 0, 0, 1, 0, 0, 0, 0, 0, 0];
    Some([head.as_slice(), question].concat())
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

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_proto::op::{Message, MessageType, OpCode, Query};
    use hickory_proto::rr::{Name, RecordType};
    use std::str::FromStr;

    #[test]
    fn a_cut_reply_is_no_longer_than_its_query() {
        let mut query = Message::new(4711, MessageType::Query, OpCode::Query);
        query.metadata.recursion_desired = true;
        query.add_query(Query::query(Name::from_str("www.example.com.").unwrap(), RecordType::TXT));
        let octets = query.to_vec().unwrap();
        let reply = cut(&octets).unwrap();
        assert_eq!(reply.len(), octets.len());
        let read = Message::from_vec(&reply).unwrap();
        assert!(read.metadata.truncation && read.metadata.message_type == MessageType::Response && read.metadata.recursion_desired);
        assert_eq!((read.metadata.id, read.queries.as_slice()), (4711, query.queries.as_slice()));
        assert!(read.answers.is_empty());
        for end in 0..octets.len() {
            assert_eq!(cut(&octets[..end]), None, "{end} octets");
        }
        let pointer = [&octets[..HEADER], &[0xc0, 0x0c, 0, 1, 0, 1]].concat();
        assert_eq!(cut(&pointer), None);
        let mut two = octets.clone();
        two[5] = 2;
        assert_eq!(cut(&two), None);
        assert!(is_query(&octets) && !is_query(&reply) && !is_query(&octets[..11]));
    }
}
