//! The listener over loopback: certificates, frames, limits, stopping (RFC 5734; RST epp-03).

use crate::support::*;
use epp::frame;
use epp::{Command, Verb};
use registry::embedded::server::{ServerHandle, serve};
use registry::pki::Pki;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

type Wire = StreamOwned<ClientConnection, TcpStream>;

struct House {
    world: World,
    pki: Pki,
    _folder: tempfile::TempDir,
    server: ServerHandle,
}

/// TLS peers judge certificates by real time, which a test may read.
fn real_now() -> model::Timestamp {
    let now = rustls::time_provider::TimeProvider::current_time(&rustls::time_provider::DefaultTimeProvider).unwrap();
    model::Timestamp::from_seconds(i64::try_from(now.as_secs()).unwrap())
}

fn house() -> House {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let pki = Pki::open(folder.path(), &["domesday", "outsider", "nobody"], real_now()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = serve(listener, pki.server_config().unwrap(), world.registry.clone()).unwrap();
    House { world, pki, _folder: folder, server }
}

fn config(trusted: &Pki, client: Option<(&Pki, &str)>, versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.certificate("ca").unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    Arc::new(match client {
        None => builder.with_no_client_auth(),
        Some((pki, name)) => {
            let chain = vec![CertificateDer::from_pem_file(pki.path(name, "pem")).unwrap()];
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(pki.path(name, "key")).unwrap()).unwrap()
        }
    })
}

const BOTH: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

/// Connects and reads the greeting.
fn dial(house: &House, config: Arc<ClientConfig>) -> Result<Wire, Box<dyn std::error::Error>> {
    let socket = TcpStream::connect(house.server.address())?;
    socket.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut wire = StreamOwned::new(ClientConnection::new(config, ServerName::try_from("localhost")?)?, socket);
    let greeting = frame::read_frame(&mut wire, 1 << 20)?.ok_or("closed before the greeting")?;
    epp::read_greeting(&greeting)?;
    Ok(wire)
}

fn dial_as(house: &House, registrar: &str) -> Wire {
    dial(house, config(&house.pki, Some((&house.pki, &format!("client-{registrar}"))), BOTH)).unwrap()
}

fn ask(wire: &mut Wire, verb: impl Into<Verb>) -> epp::Response {
    frame::write_frame(wire, &epp::write_command(&Command::new(verb, "TLS-1")).unwrap()).unwrap();
    let reply = frame::read_frame(wire, 1 << 20).unwrap().expect("a reply");
    valid(&reply);
    epp::read_response(&reply).unwrap()
}

#[test]
fn the_certificate_decides_who_may_log_in() {
    let house = house();
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let mut wire = dial(&house, config(&house.pki, Some((&house.pki, "client-domesday")), &[version])).unwrap();
        assert_eq!(ask(&mut wire, Verb::Login(login("outsider", "outsider-epp", &[]))).code(), 2200, "another's account");
        assert_eq!(ask(&mut wire, Verb::Login(login("domesday", "domesday-epp", &ALL_EXTENSIONS))).code(), 1000);
        assert_eq!(ask(&mut wire, check(&["a.com"])).code(), 1000);
        assert_eq!(ask(&mut wire, Verb::Logout).code(), 1500);
        assert!(frame::read_frame(&mut wire, 1 << 20).unwrap().is_none(), "closed after the farewell");
    }
    let mut world = house.world.us();
    world.ok(create("over.com"));
    let mut wire = dial_as(&house, "outsider");
    ask(&mut wire, Verb::Login(login("outsider", "outsider-epp", &ALL_EXTENSIONS)));
    assert_eq!(ask(&mut wire, delete("over.com")).code(), 2201);
}

#[test]
fn strangers_are_not_greeted() {
    let house = house();
    let other_folder = tempfile::tempdir().unwrap();
    let other = Pki::open(other_folder.path(), &["domesday"], real_now()).unwrap();
    assert!(dial(&house, config(&house.pki, None, BOTH)).is_err(), "no certificate");
    assert!(dial(&house, config(&house.pki, Some((&other, "client-domesday")), BOTH)).is_err(), "another authority's");
    assert!(dial(&house, config(&house.pki, Some((&house.pki, "client-nobody")), BOTH)).is_err(), "of no registrar here");
    assert!(dial(&house, config(&house.pki, Some((&house.pki, "server")), BOTH)).is_err(), "a server's, not a client's");
    assert!(dial(&house, config(&other, Some((&house.pki, "client-domesday")), BOTH)).is_err(), "nor does a client trust a stranger");
    dial_as(&house, "domesday");
}

#[test]
fn broken_framing_ends_the_connection_and_only_that() {
    let house = house();
    let mut good = dial_as(&house, "domesday");
    for header in [[0, 0, 0, 0], [0, 0, 0, 4], [0xff, 0xff, 0xff, 0xff], [0, 0x10, 0, 0]] {
        let mut wire = dial_as(&house, "domesday");
        wire.write_all(&header).unwrap();
        wire.flush().unwrap();
        let reply = frame::read_frame(&mut wire, 1 << 20).unwrap().expect("a last word");
        assert_eq!(epp::read_response(&reply).unwrap().code(), 2001);
        let mut rest = Vec::new();
        wire.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty());
    }
    let mut plain = TcpStream::connect(house.server.address()).unwrap();
    plain.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut rest = Vec::new();
    let _ = plain.read_to_end(&mut rest);
    assert!(!String::from_utf8_lossy(&rest).contains("epp"));
    assert_eq!(ask(&mut good, Verb::Login(login("domesday", "domesday-epp", &[]))).code(), 1000);
}

#[test]
fn a_frame_may_come_in_pieces() {
    let house = house();
    let mut wire = dial_as(&house, "domesday");
    let bytes = frame::to_frame(&epp::write_hello()).unwrap();
    for byte in bytes {
        wire.write_all(&[byte]).unwrap();
        wire.flush().unwrap();
    }
    let reply = frame::read_frame(&mut wire, 1 << 20).unwrap().unwrap();
    epp::read_greeting(&reply).unwrap();
}

#[test]
fn connections_are_bounded_and_stopping_ends_them_all() {
    let house = house();
    let wires: Vec<Wire> = (0..64).map(|_| dial_as(&house, "domesday")).collect();
    assert_eq!(house.server.connections(), 64);
    assert!(dial(&house, config(&house.pki, Some((&house.pki, "client-domesday")), BOTH)).is_err(), "no room");
    let House { server, world, .. } = house;
    let registry = Arc::downgrade(&world.registry);
    let started = std::time::Instant::now();
    server.stop();
    assert!(started.elapsed() < Duration::from_secs(4));
    for mut wire in wires {
        assert!(matches!(frame::read_frame(&mut wire, 1 << 20), Ok(None) | Err(_)));
    }
    drop(world);
    assert!(registry.upgrade().is_none(), "no thread holds the registry any more");
}
