//! Routes that exist only in a server that a bench has started: the limits of `check` and `list`.

use http::{HeaderValue, Request, Response, StatusCode, header};
use sandbox::{REGISTRAR, Sandbox};
use std::sync::OnceLock;

/// More than any list that is measured.
pub const OCTETS_MAX: usize = 64 << 20;

/// One check command, as our connector sends it.
const CHECK: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><command><check><domain:check xmlns:domain="urn:ietf:params:xml:ns:domain-1.0"><domain:name>a-name-that-is-free.com</domain:name></domain:check></check><clTRID>bench-0001</clTRID></command></epp>"#;

/// `/bench/hello`: nothing but the server. `/bench/check`: one round trip to the registry. `/bench/octets/N`: a copy of N octets.
pub fn answer(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    if path == "/bench/hello" {
        return reply(StatusCode::OK, b"hello\n".to_vec());
    }
    if path == "/bench/check" {
        let frame = sandbox.registry().act(REGISTRAR, CHECK);
        let free = frame.windows(9).any(|part| part == br#"avail="1""#);
        return if free { reply(StatusCode::OK, b"hello\n".to_vec()) } else { reply(StatusCode::INTERNAL_SERVER_ERROR, frame) };
    }
    match path.strip_prefix("/bench/octets/").and_then(|count| count.parse().ok()).filter(|count| *count <= OCTETS_MAX) {
        Some(count) => {
            static SOURCE: OnceLock<Vec<u8>> = OnceLock::new();
            let source = SOURCE.get_or_init(|| b"a-name-of-some-length.com 2027-11-22\n".repeat(OCTETS_MAX / 37 + 1));
            reply(StatusCode::OK, source[..count].to_vec())
        }
        None => reply(StatusCode::NOT_FOUND, b"no such route of the bench\n".to_vec()),
    }
}

fn reply(status: StatusCode, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Fixture;

    #[test]
    fn the_limits_answer() {
        let fixture = Fixture::new();
        let ask = |path: &str| {
            let response = answer(&fixture.sandbox, &Request::builder().uri(path).body(Vec::new()).unwrap());
            (response.status().as_u16(), response.into_body())
        };
        assert_eq!(ask("/bench/hello"), (200, b"hello\n".to_vec()));
        assert_eq!(ask("/bench/check"), (200, b"hello\n".to_vec()));
        assert_eq!(ask("/bench/octets/1000").1.len(), 1_000);
        assert_eq!(ask(&format!("/bench/octets/{OCTETS_MAX}")).1.len(), OCTETS_MAX);
        for path in ["/bench/octets/67108865", "/bench/octets/-1", "/bench/octets/", "/bench"] {
            assert_eq!(ask(path).0, 404, "{path}");
        }
    }
}
