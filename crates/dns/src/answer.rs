//! One query: the zone that holds its name, and that zone's answer. Names that we do not host are refused; nothing is looked up elsewhere, no zone
//! is handed out whole, and no update is taken.

use crate::build::Built;
use crate::cache::Cache;
use hickory_proto::op::{MessageType, Metadata, OpCode, ResponseCode};
use hickory_proto::rr::RecordType;
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use std::sync::Arc;

/// So many labels of a name are tried as zones, from the shortest with two labels on: hosted domains have no more.
const LABELS_MAX: usize = 5;

/// Answers queries from hosted zones.
pub struct Answerer {
    cache: Arc<Cache>,
}

impl Answerer {
    pub fn new(cache: Cache) -> Answerer {
        Answerer { cache: Arc::new(cache) }
    }

    /// The zone that a name is in: the longest of its ends that is a domain of ours.
    async fn zone_of(&self, name: &str) -> Result<Option<Arc<Built>>, engine::Error> {
        let mut unknown = Vec::new();
        let mut found = None;
        for candidate in candidates(name) {
            match self.cache.fresh(candidate) {
                Some(Some(zone)) => {
                    found = Some(zone);
                    break;
                }
                Some(None) => {}
                None => {
                    unknown.push(candidate.to_owned());
                }
            }
        }
        if unknown.is_empty() {
            return Ok(found);
        }
        let cache = self.cache.clone();
        let asked = tokio::task::spawn_blocking(move || {
            for candidate in unknown {
                if let Some(zone) = cache.ask(&candidate)? {
                    return Ok(Some(zone));
                }
            }
            Ok(None)
        });
        // What was not fresh is longer than what was, so it comes first.
        match asked.await {
            Ok(Ok(Some(zone))) => Ok(Some(zone)),
            Ok(Ok(None)) => Ok(found),
            Ok(Err(error)) => Err(error),
            Err(_) => Ok(found),
        }
    }
}

/// The ends of a name that may be domains, longest first.
fn candidates(name: &str) -> impl Iterator<Item = &str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let starts: Vec<usize> = std::iter::once(0).chain(name.match_indices('.').map(|(at, _)| at + 1)).collect();
    let labels = starts.len();
    starts.into_iter().enumerate().filter(move |(place, _)| (2..=LABELS_MAX).contains(&(labels - place))).map(|(_, at)| &name[at..])
}

#[async_trait::async_trait]
impl RequestHandler for Answerer {
    async fn handle_request<R: ResponseHandler, T: Time>(&self, request: &Request, response: R) -> ResponseInfo {
        if request.metadata.message_type != MessageType::Query {
            return say(request, response, ResponseCode::FormErr).await;
        }
        if request.metadata.op_code != OpCode::Query {
            return say(request, response, ResponseCode::NotImp).await;
        }
        let Ok(info) = request.request_info() else { return say(request, response, ResponseCode::FormErr).await };
        let kind = info.query.query_type();
        if matches!(kind, RecordType::AXFR | RecordType::IXFR) {
            return say(request, response, ResponseCode::Refused).await;
        }
        match self.zone_of(&info.query.name().to_string().to_ascii_lowercase()).await {
            Ok(Some(zone)) => zone.catalog.handle_request::<R, T>(request, response).await,
            Ok(None) => say(request, response, ResponseCode::Refused).await,
            Err(error) => {
                tracing::warn!(%error, "a zone could not be read");
                say(request, response, ResponseCode::ServFail).await
            }
        }
    }
}

/// A reply without records.
async fn say<R: ResponseHandler>(request: &Request, mut response: R, code: ResponseCode) -> ResponseInfo {
    let reply = MessageResponseBuilder::from_message_request(request).error_msg(&request.metadata, code);
    match response.send_response(reply).await {
        Ok(info) => info,
        Err(error) => {
            tracing::debug!(%error, "a reply could not be sent");
            ResponseInfo::from(hickory_proto::op::Header {
                metadata: Metadata::response_from_request(&request.metadata),
                counts: Default::default(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_end_is_tried_first() {
        let of = |name: &'static str| candidates(name).collect::<Vec<_>>();
        assert_eq!(of("www.example.com."), ["www.example.com", "example.com"]);
        assert_eq!(of("example.com"), ["example.com"]);
        assert_eq!(of("com."), Vec::<&str>::new());
        assert_eq!(of("."), Vec::<&str>::new());
        assert_eq!(of("a.b.c.d.e.f.or.kr"), ["d.e.f.or.kr", "e.f.or.kr", "f.or.kr", "or.kr"]);
    }
}
