//! The console: for now the start page, which says how the registrar is, where everything answers and what to try first.
//!
//! Pages are made here and work without a script; nothing is fetched from elsewhere.

mod examples;
mod start;

pub use examples::{dmapi_example, kvapi_example};

use engine::Engine;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde::Serialize;

/// Where the listeners are, for people to copy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Addresses {
    /// With its scheme and without a path: `http://127.0.0.1:8700`.
    pub http: String,
    /// `127.0.0.1:7000`.
    pub epp: String,
    /// The name server's, over UDP and TCP.
    pub dns: String,
    /// Where redirected names are answered.
    pub redirects: String,
}

const CSS: &str = include_str!("../assets/console.css");
const SCRIPT: &str = include_str!("../assets/console.js");

/// Nothing but this server's own style and script; no frame around the page, no form to elsewhere.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Answers one request: the start page, its style and script, and `/healthz`.
pub fn answer(engine: &Engine, addresses: &Addresses, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    let known = matches!(path, "/" | "/healthz" | "/console.css" | "/console.js");
    if known && !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = reply(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", "GET and HEAD are the only methods here\n");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    match path {
        "/" => match start::page(engine, addresses) {
            Ok(html) => reply(StatusCode::OK, "text/html; charset=utf-8", html),
            Err(error) => {
                let incident = engine.incident();
                tracing::error!(%incident, %error, "the start page could not be made");
                let text = format!("The page could not be made; it was logged under {incident}.\n");
                reply(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", text)
            }
        },
        "/healthz" => health(engine),
        "/console.css" => reply(StatusCode::OK, "text/css; charset=utf-8", CSS),
        "/console.js" => reply(StatusCode::OK, "text/javascript; charset=utf-8", SCRIPT),
        _ => reply(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "There is nothing here. The start page is at /\n"),
    }
}

#[derive(Serialize)]
struct HealthView {
    ok: bool,
    /// `ok`, or `failed`; why stands in the log.
    store: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attention: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<i64>,
}

/// For whoever watches the process: 200 while the store answers and takes writes, else 503.
fn health(engine: &Engine) -> Response<Vec<u8>> {
    let (status, view) = match engine.health() {
        Ok(h) => (StatusCode::OK, HealthView { ok: true, store: "ok", attention: Some(h.attention), due: Some(h.due) }),
        Err(error) => {
            tracing::warn!(%error, "the store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, HealthView { ok: false, store: "failed", attention: None, due: None })
        }
    };
    let mut body = serde_json::to_vec(&view).unwrap_or_default();
    body.push(b'\n');
    reply(status, "application/json", body)
}

fn reply(status: StatusCode, kind: &'static str, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Fixture;

    fn get(fixture: &Fixture, method: &str, path: &str) -> Response<Vec<u8>> {
        let addresses = Addresses {
            http: "http://127.0.0.1:8700".to_owned(),
            epp: "127.0.0.1:7000".to_owned(),
            dns: "127.0.0.1:5300".to_owned(),
            redirects: "127.0.0.1:8780".to_owned(),
        };
        let request = Request::builder().method(method).uri(path).body(Vec::new()).unwrap();
        answer(fixture.engine(), &addresses, request)
    }

    fn text(response: &Response<Vec<u8>>) -> String {
        String::from_utf8(response.body().clone()).unwrap()
    }

    #[test]
    fn the_start_page_shows_the_sandbox() {
        let fixture = Fixture::new();
        let response = get(&fixture, "GET", "/");
        assert_eq!(response.status(), 200);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        // The template's escaping of slashes is the browser's to undo.
        let page = text(&response).replace("&#x2f;", "/");
        for seeded in engine::lab::SEEDED_DOMAINS {
            assert!(page.contains(seeded.name), "{} is missing", seeded.name);
        }
        for word in [
            "demo@reseller.example",
            "demo-pass",
            "demo-key-modify",
            "julia",
            "10,000.00",
            "/request/domain-register",
            "/sandbox/clock",
            "127.0.0.1:7000",
        ] {
            assert!(page.contains(word), "{word} is missing");
        }
        // Nothing on the page is fetched from elsewhere.
        for (at, _) in page.match_indices("src=").chain(page.match_indices("href=")) {
            let target = page[at..].split('"').nth(1).unwrap();
            assert!(target.starts_with('/') || target.starts_with('#') || target.starts_with("http://127.0.0.1:8700/"), "{target}");
        }
    }

    #[test]
    fn the_calls_on_the_page_work_as_they_stand() {
        let fixture = Fixture::new();
        let base = "http://127.0.0.1:8700";
        let dmapi = dmapi_example(fixture.engine(), base);
        let (url, form) = parts(&dmapi);
        assert_eq!(url, format!("{base}/request/domain-register"));
        assert!(form.iter().any(|(name, value)| name == "owner-c" && value.starts_with("CCOM-")), "{dmapi}");
        assert_ne!(dmapi, dmapi_example(fixture.engine(), base), "a second call registers another name");
        let kvapi = kvapi_example(fixture.engine(), base);
        let (url, form) = parts(&kvapi);
        assert_eq!(url, format!("{base}/api/call.cgi"));
        assert!(form.iter().any(|(name, value)| name == "ownercontact0" && value.starts_with("P-")), "{kvapi}");
    }

    /// The URL and the form of a `curl` line.
    fn parts(line: &str) -> (String, Vec<(String, String)>) {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[0], "curl");
        let pair = |word: &str| word.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap();
        let form = words.windows(2).filter(|w| w[0] == "-d").map(|w| pair(w[1])).collect();
        (words[words.len() - 1].to_owned(), form)
    }

    #[test]
    fn health_is_told() {
        let fixture = Fixture::new();
        let response = get(&fixture, "GET", "/healthz");
        assert_eq!((response.status().as_u16(), text(&response).starts_with("{\"ok\":true,\"store\":\"ok\"")), (200, true));
        assert_eq!(get(&fixture, "HEAD", "/healthz").status(), 200);
    }

    #[test]
    fn other_paths_and_methods_are_refused() {
        let fixture = Fixture::new();
        assert_eq!(get(&fixture, "GET", "/favicon.ico").status(), 404);
        assert_eq!(get(&fixture, "GET", "//").status(), 404);
        let response = get(&fixture, "POST", "/");
        assert_eq!((response.status().as_u16(), response.headers()[header::ALLOW].to_str().unwrap()), (405, "GET, HEAD"));
        for path in ["/console.css", "/console.js"] {
            assert_eq!(get(&fixture, "GET", path).status(), 200);
        }
    }
}
