//! One query: the zone that holds its name, and that zone's answer. Names that we do not host are refused; nothing is looked up elsewhere, no zone
//! is handed out whole, and no update is taken.

use crate::build::Built;
use crate::cache::Cache;
use crate::reply::UDP_OCTETS_MAX;
use hickory_proto::op::{Edns, Header, HeaderCounts, MessageType, Metadata, OpCode, ResponseCode};
use hickory_proto::rr::{DNSClass, RecordType};
use hickory_server::net::runtime::Time;
use hickory_server::net::xfer::Protocol;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use std::sync::Arc;

/// Answers queries from hosted zones.
pub struct Answerer {
    cache: Arc<Cache>,
}

impl Answerer {
    pub fn new(cache: Cache) -> Answerer {
        Answerer { cache: Arc::new(cache) }
    }

    /// The zone that a name is in, or what is said instead of an answer.
    async fn zone_of(&self, name: &str) -> Result<Arc<Built>, ResponseCode> {
        let apex = self.cache.engine().domain_above(name).ok_or(ResponseCode::Refused)?;
        match self.cache.zone(apex).await {
            Ok(Some(zone)) => Ok(zone),
            Ok(None) => Err(ResponseCode::Refused),
            Err(_) => Err(ResponseCode::ServFail),
        }
    }
}

#[async_trait::async_trait]
impl RequestHandler for Answerer {
    async fn handle_request<R: ResponseHandler, T: Time>(&self, request: &Request, response: R) -> ResponseInfo {
        if request.metadata.message_type != MessageType::Query {
            return say(request, response, ResponseCode::FormErr, false).await;
        }
        if request.metadata.op_code != OpCode::Query {
            return say(request, response, ResponseCode::NotImp, false).await;
        }
        let Ok(info) = request.request_info() else { return say(request, response, ResponseCode::FormErr, false).await };
        let kind = info.query.query_type();
        if matches!(kind, RecordType::AXFR | RecordType::IXFR) || info.query.query_class() != DNSClass::IN {
            return say(request, response, ResponseCode::Refused, false).await;
        }
        match self.zone_of(&info.query.name().to_string().to_ascii_lowercase()).await {
            // Everything at once is for those who have shown that they are where they say (RFC 8482 section 4.4): a reply that is much longer than
            // its question would hit whoever's address was forged.
            Ok(_) if kind == RecordType::ANY && request.protocol() == Protocol::Udp => {
                say(request, response, ResponseCode::NoError, true).await
            }
            Ok(zone) => zone.catalog.handle_request::<R, T>(request, response).await,
            Err(code) => say(request, response, code, false).await,
        }
    }
}

/// A reply without records; one that is `cut` has the asker come again over TCP.
async fn say<R: ResponseHandler>(request: &Request, mut response: R, code: ResponseCode, cut: bool) -> ResponseInfo {
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_OCTETS_MAX);
    edns.set_version(0);
    let mut builder = MessageResponseBuilder::from_message_request(request);
    if request.edns.is_some() {
        builder.edns(&edns);
    }
    let mut reply = builder.error_msg(&request.metadata, code);
    reply.metadata_mut().truncation = cut;
    match response.send_response(reply).await {
        Ok(info) => info,
        Err(error) => {
            tracing::debug!(%error, "a reply could not be made");
            let header = Header { metadata: Metadata::response_from_request(&request.metadata), counts: HeaderCounts::default() };
            ResponseInfo::from(header)
        }
    }
}
