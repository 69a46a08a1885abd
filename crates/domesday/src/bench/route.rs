//! Routes that exist only in a server that a bench has started: the limits of `check` and `list`.

use http::{HeaderValue, Request, Response, StatusCode, header};
use model::domain::Operation;
use model::{DomainName, Months};
use registry::{FeeQuestion, Registry};
use sandbox::Sandbox;
use std::sync::OnceLock;

/// More than any list that is measured.
pub const OCTETS_MAX: usize = 64 << 20;

/// `/bench/hello`: nothing but the server. `/bench/check`: one round trip to the registry. `/bench/octets/N`: a copy of N octets.
pub fn answer(sandbox: &Sandbox, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    if path == "/bench/hello" {
        return reply(StatusCode::OK, b"hello\n".to_vec());
    }
    if path == "/bench/check" {
        // With codec and session on both sides, and with the fee that a check asks for.
        let question = FeeQuestion { operation: Operation::Register, months: Months::new(12).expect("a year") };
        let name = DomainName::parse("a-name-that-is-free.com").expect("a name");
        return match sandbox.connector().check(&[name], Some(&question)) {
            Ok(found) if found.iter().all(|f| f.available) => reply(StatusCode::OK, b"hello\n".to_vec()),
            other => reply(StatusCode::INTERNAL_SERVER_ERROR, format!("{other:?}\n").into_bytes()),
        };
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
