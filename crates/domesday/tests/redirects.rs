//! Redirected names over HTTPS: each has a certificate of the sandbox's authority when it is first asked for, and no other name has one.

mod common;

use common::Server;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// Asks a name over TLS; the reply, or why there is none.
fn https(address: SocketAddr, roots: &RootCertStore, host: &str) -> Result<String, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|e| e.to_string())?;
    let config = Arc::new(config.with_root_certificates(roots.clone()).with_no_client_auth());
    let name = ServerName::try_from(host.to_owned()).map_err(|e| e.to_string())?;
    let connection = ClientConnection::new(config, name).map_err(|e| e.to_string())?;
    let socket = TcpStream::connect(address).map_err(|e| e.to_string())?;
    socket.set_read_timeout(Some(Duration::from_secs(20))).map_err(|e| e.to_string())?;
    let mut stream = StreamOwned::new(connection, socket);
    let request = format!("GET /any HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(|e| e.to_string())?;
    let mut reply = Vec::new();
    // Where the server leaves without saying so, what came is the reply.
    if let Err(error) = stream.read_to_end(&mut reply)
        && reply.is_empty()
    {
        return Err(error.to_string());
    }
    Ok(String::from_utf8_lossy(&reply).into_owned())
}

#[test]
fn redirected_names_have_certificates_and_no_others() {
    let folder = tempfile::tempdir().expect("a folder");
    // Free now, and in a moment as a rule.
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let server = Server::start_with(folder.path(), None, &["--redirect-tls", &address.to_string()]);
    let zone =
        "go URL 0 http://joker.com/there 300\nframe FRAME 0 http://joker.com 300 0 0 \"\" \"\" \"Framed\" \"\"\nwww A 0 192.0.2.1 300";
    let put = server.dmapi("dns-zone-put", &[("api-key", "demo-key"), ("domain", "fresh.com"), ("zone", zone)]).expect("a reply");
    assert_eq!(put.code(), "0");

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.path().join("pki/ca.pem")).expect("the authority")).expect("a certificate");
    let sent_on = https(address, &roots, "go.fresh.com").expect("a reply");
    assert!(sent_on.starts_with("HTTP/1.1 302") && sent_on.to_lowercase().contains("location: http://joker.com/there"), "{sent_on}");
    let framed = https(address, &roots, "frame.fresh.com").expect("a reply");
    assert!(framed.starts_with("HTTP/1.1 200") && framed.contains("<title>Framed</title>"), "{framed}");
    assert!(https(address, &roots, "GO.fresh.com").is_ok(), "the same again, in another spelling");
    for host in ["www.fresh.com", "nothing.fresh.com", "example.org", "localhost"] {
        assert!(https(address, &roots, host).is_err(), "{host} has a certificate");
    }
    // Nobody who does not know the authority is led anywhere.
    assert!(https(address, &RootCertStore::empty(), "go.fresh.com").is_err());
    assert!(server.stop().is_some_and(|status| status.success()));
}
