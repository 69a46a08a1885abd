//! Web requests for redirected names: sent on to another address, or shown a page that holds another one in a frame.
//!
//! What stands around a frame is the holder's own, for their own name; it is served to nobody else's.

use engine::Engine;
use engine::hosted::Redirection;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use model::HostName;

/// Answers a request by the host that it names.
pub fn redirect(engine: &Engine, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are redirected\n");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let Some(host) = host_of(request) else { return plain(StatusCode::BAD_REQUEST, "the request names no host\n") };
    match engine.redirection(host) {
        Ok(Some(Redirection::Url(address))) => sent_on(address.as_str()),
        Ok(Some(Redirection::Frame { address, header, head, title, body })) => {
            framed(address.as_str(), header.as_str(), head.as_str(), title.as_str(), body.as_str())
        }
        Ok(None) => plain(StatusCode::NOT_FOUND, "nothing is redirected under this name\n"),
        Err(error) => {
            let incident = engine.incident();
            tracing::error!(incident, %error, "a redirection could not be looked up");
            plain(StatusCode::SERVICE_UNAVAILABLE, "please try again in a moment\n")
        }
    }
}

/// The host that is asked for, without its port.
fn host_of(request: &Request<Vec<u8>>) -> Option<HostName> {
    let named = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).or_else(|| request.uri().host())?;
    HostName::parse(named.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(named, |(host, _)| host))
        .ok()
}

/// Not for ever: its holder may point the name elsewhere.
fn sent_on(address: &str) -> Response<Vec<u8>> {
    let mut response = plain(StatusCode::FOUND, "");
    if let Ok(value) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

fn framed(address: &str, extra: &str, head: &str, title: &str, body: &str) -> Response<Vec<u8>> {
    let page = format!(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>{}</title>{head}\
         <style>html,body{{margin:0;height:100%}}iframe{{border:0;width:100%;height:100%}}</style></head>\
         <body>{body}<iframe src=\"{}\" title=\"{}\"></iframe></body></html>\n",
        escaped(title),
        escaped(address),
        escaped(title),
    );
    let mut response = Response::new(page.into_bytes());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Some((name, value)) = header_of(extra) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The header that a holder wants on the page; none that frames the message or speaks for this server.
fn header_of(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    let name = HeaderName::try_from(name.trim()).ok()?;
    let ours = [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
        header::UPGRADE,
        header::TRAILER,
        header::CONTENT_TYPE,
        header::CONTENT_ENCODING,
        header::DATE,
        header::SERVER,
        header::LOCATION,
    ];
    if ours.contains(&name) {
        return None;
    }
    Some((name, HeaderValue::from_str(value.trim()).ok()?))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn plain(status: StatusCode, text: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(text.as_bytes().to_vec());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::hosted::{Numbered, Put};
    use model::hosted::stored;
    use model::{Channel, DomainName};
    use testkit::Fixture;

    fn get(f: &Fixture, host: &str) -> Response<Vec<u8>> {
        redirect(f.engine(), &Request::get("/any?x=1").header("host", host).body(Vec::new()).unwrap())
    }

    #[test]
    fn hosts_are_sent_on_or_framed() {
        let f = Fixture::new();
        let zone = [
            "go|60|URL|http://joker.com/a?b",
            "f|60|FRAME|http://joker.com|X-Mine: 1|<meta name=\"a\">|A & B|<p>hi</p>",
            "bad|60|FRAME|http://joker.com|Content-Length: 5|||",
        ];
        let text: String = zone.iter().map(|line| line.replace('|', "\t") + "\n").collect();
        let records = (1..).zip(stored::read(&text).unwrap()).map(|(line, record)| Numbered { line, record }).collect();
        let name = DomainName::parse("fresh.com").unwrap();
        let put = Put { name, records, signed: None, dynamic: None, client_id: String::new() };
        f.engine().run(&f.actor(Channel::Dmapi, "demo"), put).unwrap();

        let on = get(&f, "GO.fresh.com:8702");
        assert_eq!((on.status(), &on.headers()["location"]), (StatusCode::FOUND, &HeaderValue::from_static("http://joker.com/a?b")));
        let framed = get(&f, "f.fresh.com");
        let page = String::from_utf8(framed.body().clone()).unwrap();
        assert_eq!((framed.status(), &framed.headers()["x-mine"]), (StatusCode::OK, &HeaderValue::from_static("1")));
        assert!(
            page.contains("<title>A &amp; B</title><meta name=\"a\">") && page.contains("<p>hi</p><iframe src=\"http://joker.com\""),
            "{page}"
        );
        assert!(get(&f, "bad.fresh.com").headers().get("content-length").is_none());
        for (host, status) in [("fresh.com", 404), ("none.fresh.com", 404), ("example.org", 404), ("", 400), ("a b", 400), ("[::1]", 400)] {
            assert_eq!(get(&f, host).status(), status, "{host:?}");
        }
        let post = redirect(f.engine(), &Request::post("/").header("host", "go.fresh.com").body(Vec::new()).unwrap());
        assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
