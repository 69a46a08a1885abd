//! Over real TLS, against a server that can cut, stall and speak out of turn.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use epp::frame::{read_frame, to_frame};
use epp::{ClientFrame, Verb};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use registry::connector::testing::{Said, answer_to, clock, entropy, greeting};
use registry::connector::{Config, Connector, TlsAddress, TlsDialer};
use registry::faults::Faults;
use registry::{Registry, Trouble};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::calls::{config, good, name};

/// A CA, and certificates of its making.
struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its key, as PEM.
struct Paper {
    certificate: String,
    key: String,
}

impl Ca {
    fn new() -> Ca {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ca { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn issue(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Paper {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Paper { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// What the server does with a command.
enum Act {
    Say(Said),
    /// Sleeps between the bytes.
    Drip(Said, Duration),
    /// Answers, and after a while says something unasked.
    SayMore(Said, Duration, Said),
}

type Script = Arc<dyn Fn(&epp::Command) -> Act + Send + Sync>;

/// A server for one test: it greets, logs in, and follows the script.
struct Server {
    address: SocketAddr,
    ca: Ca,
    connections: Arc<AtomicUsize>,
    commands: Arc<Mutex<Vec<epp::Command>>>,
}

impl Server {
    fn start(script: impl Fn(&epp::Command) -> Act + Send + Sync + 'static) -> Server {
        Server::with_paper(script, |_| ())
    }

    fn with_paper(script: impl Fn(&epp::Command) -> Act + Send + Sync + 'static, change: impl FnOnce(&mut CertificateParams)) -> Server {
        let ca = Ca::new();
        let paper = ca.issue("localhost", change);
        let mut roots = RootCertStore::empty();
        roots.add(ca.issuer.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
        let tls = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(paper.certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(paper.key.as_bytes()).unwrap(),
            )
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server { address: listener.local_addr().unwrap(), ca, connections: Arc::default(), commands: Arc::default() };
        let (tls, script): (_, Script) = (Arc::new(tls), Arc::new(script));
        let (connections, commands) = (server.connections.clone(), server.commands.clone());
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let Ok(socket) = socket else { return };
                connections.fetch_add(1, Ordering::SeqCst);
                let (tls, script, commands) = (tls.clone(), script.clone(), commands.clone());
                std::thread::spawn(move || {
                    let stream = StreamOwned::new(ServerConnection::new(tls).unwrap(), socket);
                    let _ = serve(stream, &script, &commands);
                });
            }
        });
        server
    }

    fn dialer(&self, ca: &Ca, server_name: &str) -> TlsDialer {
        let paper = self.ca.issue("domesday", |_| ());
        let address = TlsAddress {
            address: self.address.to_string(),
            server_name: server_name.to_owned(),
            frame_bytes_max: 64 * 1024,
            write_timeout: Duration::from_millis(700),
        };
        TlsDialer::new(address, ca.issuer.pem().as_bytes(), paper.certificate.as_bytes(), paper.key.as_bytes()).unwrap()
    }

    fn connector(&self, config: Config) -> Connector {
        Connector::new(config, Arc::new(self.dialer(&self.ca, "localhost")), Faults::none(), clock(), entropy())
    }

    fn asked(&self) -> usize {
        self.commands.lock().unwrap().iter().filter(|command| !matches!(command.verb, Verb::Login(_) | Verb::Logout)).count()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

type Stream = StreamOwned<ServerConnection, TcpStream>;

fn serve(mut stream: Stream, script: &Script, commands: &Mutex<Vec<epp::Command>>) -> std::io::Result<()> {
    let hello = to_frame(&epp::write_greeting(&greeting()).unwrap()).unwrap();
    stream.write_all(&hello)?;
    while let Ok(Some(frame)) = read_frame(&mut stream, 64 * 1024) {
        let command = match epp::read_client(&frame).unwrap() {
            ClientFrame::Hello => {
                stream.write_all(&hello)?;
                continue;
            }
            ClientFrame::Command(command) => *command,
        };
        commands.lock().unwrap().push(command.clone());
        let act = match command.verb {
            Verb::Login(_) => Act::Say(Said::reply(&answer_to(&command, 1000))),
            Verb::Logout => Act::Say(Said::reply(&answer_to(&command, 1500)).closing()),
            _ => script(&command),
        };
        let closes = match act {
            Act::Say(said) => {
                stream.write_all(&said.bytes)?;
                said.closes
            }
            Act::Drip(said, pause) => {
                for byte in said.bytes {
                    stream.write_all(&[byte])?;
                    std::thread::sleep(pause);
                }
                said.closes
            }
            Act::SayMore(said, pause, more) => {
                stream.write_all(&said.bytes)?;
                std::thread::sleep(pause);
                stream.write_all(&more.bytes)?;
                more.closes
            }
        };
        stream.flush()?;
        if closes {
            // The end of TCP without the end of TLS: as a crash or a cut would be.
            return stream.sock.shutdown(Shutdown::Both);
        }
    }
    Ok(())
}

fn whole(command: &epp::Command) -> Said {
    Said::reply(&good(command))
}

fn quick() -> Config {
    Config { command_timeout: Duration::from_millis(300), connect_timeout: Duration::from_secs(5), ..config() }
}

fn delete(connector: &Connector) -> Result<(), Trouble> {
    connector.delete_domain("id-1", &name()).map(drop)
}

#[test]
fn commands_and_answers_pass() {
    let server = Server::start(|command| Act::Say(whole(command)));
    let connector = server.connector(Config { keep_alive: Duration::ZERO, ..config() });
    let names: Vec<_> = (0..40).map(|n| model::DomainName::parse(&format!("a-long-name-number-{n}.com")).unwrap()).collect();
    for _ in 0..10 {
        assert_eq!(connector.check(&names, None).unwrap().len(), 40);
        assert_eq!(delete(&connector), Ok(()));
        connector.tend();
    }
    assert_eq!(server.connections(), 1);
    connector.close();
    assert!(server.commands.lock().unwrap().iter().any(|command| command.verb == Verb::Logout));
}

/// F14, F15: the end of the connection, wherever it comes in the reply.
#[test]
fn a_cut_reply_is_lost() {
    let at = Arc::new(AtomicUsize::new(0));
    let cut = at.clone();
    let server = Server::start(move |command| Act::Say(whole(command).cut_after(cut.load(Ordering::SeqCst))));
    let connector = server.connector(config());
    let length = {
        at.store(usize::MAX, Ordering::SeqCst);
        assert_eq!(delete(&connector), Ok(()), "F16: the whole reply counts, though the connection ends without the end of TLS");
        whole(&server.commands.lock().unwrap()[1]).bytes.len()
    };
    // Time for that end to arrive: a command sent before it would be lost without having been heard.
    std::thread::sleep(Duration::from_millis(50));
    let positions = (0..8).chain((8..length - 3).step_by(23)).chain(length - 3..length);
    for (turn, position) in positions.enumerate() {
        at.store(position, Ordering::SeqCst);
        let outcome = delete(&connector);
        assert!(matches!(outcome, Err(Trouble::Lost(_))), "cut after {position} of {length}: {outcome:?}");
        assert_eq!(server.asked(), turn + 2, "sent once");
    }
}

#[test]
fn silence_and_trickle_end_at_the_limit() {
    for act in [0, 1] {
        let server = Server::start(move |command| match act {
            0 => Act::Say(Said::nothing()),
            _ => Act::Drip(whole(command), Duration::from_millis(10)),
        });
        let started = Instant::now();
        let outcome = delete(&server.connector(quick()));
        assert!(matches!(outcome, Err(Trouble::Lost(_))), "{outcome:?}");
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(3), "{took:?}");
        assert_eq!(server.asked(), 1);
    }
}

/// F18: something unasked, or the end, while the session is idle: the next command goes over another connection, and is sent once.
#[test]
fn an_idle_session_that_speaks_or_ends_is_not_used() {
    let acts: [fn(&epp::Command) -> Said; 3] =
        [|command| whole(command), |_| Said { bytes: vec![0, 0], closes: false }, |_| Said::nothing().closing()];
    for more in acts {
        let server = Server::start(move |command| Act::SayMore(whole(command), Duration::from_millis(30), more(command)));
        let connector = server.connector(config());
        for turn in 1..=3 {
            assert_eq!(delete(&connector), Ok(()));
            assert_eq!((server.connections(), server.asked()), (turn, turn));
            std::thread::sleep(Duration::from_millis(120));
        }
    }
}

/// The registry takes only the first part of a command: nobody here can know how much of it.
#[test]
fn a_command_that_left_in_part_is_lost() {
    let server = Server::start(|command| Act::SayMore(whole(command), Duration::from_secs(3), Said::nothing()));
    let connector = server.connector(Config { frame_bytes_max: usize::MAX, ..config() });
    assert_eq!(delete(&connector), Ok(()));
    let mut wish = registry::connector::testing::create_wish();
    // More than all the buffers between here and there hold.
    wish.auth_info = "x".repeat(48 << 20);
    let outcome = connector.create_domain("id-2", &wish);
    assert!(matches!(&outcome, Err(Trouble::Lost(why)) if why.contains("sending")), "{outcome:?}");
    assert_eq!((server.connections(), connector.health().sessions), (1, 0));
}

#[test]
fn a_frame_beyond_the_limit_is_not_taken() {
    let server = Server::start(|_| Act::Say(Said { bytes: vec![0x7f; 70_000], closes: false }));
    assert!(matches!(delete(&server.connector(config())), Err(Trouble::Lost(_))));
}

/// F51: nothing is sent to a server whose certificate does not convince, and there is no way without TLS.
#[test]
fn an_unconvincing_server_gets_nothing() {
    let refused = |server: &Server, dialer: TlsDialer| {
        let connector = Connector::new(quick(), Arc::new(dialer), Faults::none(), clock(), entropy());
        let outcome = delete(&connector);
        assert!(matches!(&outcome, Err(Trouble::NotSent(_))), "{outcome:?}");
        assert!(server.commands.lock().unwrap().is_empty());
        connector.health().problem.unwrap_or_default()
    };
    let server = Server::start(|command| Act::Say(whole(command)));
    assert!(refused(&server, server.dialer(&Ca::new(), "localhost")).contains("certificate"));
    assert!(refused(&server, server.dialer(&server.ca, "registry.example")).contains("certificate"));
    let expired = Server::with_paper(
        |command| Act::Say(whole(command)),
        |params| {
            params.not_before = date_time_ymd(2019, 1, 1);
            params.not_after = date_time_ymd(2020, 1, 1);
        },
    );
    assert!(refused(&expired, expired.dialer(&expired.ca, "localhost")).contains("certificate"));
}

/// The server wants a certificate of its own CA: another's is not taken.
#[test]
fn a_foreign_client_certificate_is_refused() {
    let server = Server::start(|command| Act::Say(whole(command)));
    let paper = Ca::new().issue("domesday", |_| ());
    let address = TlsAddress {
        address: server.address.to_string(),
        server_name: "localhost".to_owned(),
        frame_bytes_max: 64 * 1024,
        write_timeout: Duration::from_secs(5),
    };
    let dialer = TlsDialer::new(address, server.ca.issuer.pem().as_bytes(), paper.certificate.as_bytes(), paper.key.as_bytes()).unwrap();
    let connector = Connector::new(quick(), Arc::new(dialer), Faults::none(), clock(), entropy());
    assert!(matches!(delete(&connector), Err(Trouble::NotSent(_))));
    assert!(server.commands.lock().unwrap().is_empty());
}

/// What listens there speaks no TLS, or says nothing at all, or nobody listens.
#[test]
fn no_tls_means_not_sent() {
    let server = Server::start(|command| Act::Say(whole(command)));
    let heard = Arc::new(Mutex::new(Vec::new()));
    for plain in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let record = heard.clone();
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            if plain {
                let _ = socket.write_all(&to_frame(&epp::write_greeting(&greeting()).unwrap()).unwrap());
            }
            let mut bytes = Vec::new();
            let _ = socket.read_to_end(&mut bytes);
            record.lock().unwrap().extend(bytes);
        });
        let started = Instant::now();
        let elsewhere = Server { address, ca: Ca::new(), connections: Arc::default(), commands: Arc::default() };
        let dialer = elsewhere.dialer(&server.ca, "localhost");
        let config = Config { connect_timeout: Duration::from_millis(300), ..config() };
        let connector = Connector::new(config, Arc::new(dialer), Faults::none(), clock(), entropy());
        assert!(matches!(delete(&connector), Err(Trouble::NotSent(_))));
        assert!(started.elapsed() < Duration::from_secs(3));
    }
    let text = String::from_utf8_lossy(&heard.lock().unwrap()).into_owned();
    assert!(!text.contains("domesday-epp") && !text.contains("clTRID"), "not a word of the log-in in plain text");

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = Server { address: nobody, ca: Ca::new(), connections: Arc::default(), commands: Arc::default() };
    assert!(matches!(delete(&nowhere.connector(quick())), Err(Trouble::NotSent(_))));
}

#[test]
fn papers_that_are_none_are_refused() {
    let ca = Ca::new();
    let paper = ca.issue("domesday", |_| ());
    let address = || TlsAddress {
        address: "127.0.0.1:700".to_owned(),
        server_name: "localhost".to_owned(),
        frame_bytes_max: 1024,
        write_timeout: Duration::from_secs(1),
    };
    let (ca_pem, certificate, key) = (ca.issuer.pem(), paper.certificate.as_str(), paper.key.as_str());
    let new = |address, ca: &str, certificate: &str, key: &str| {
        TlsDialer::new(address, ca.as_bytes(), certificate.as_bytes(), key.as_bytes()).is_ok()
    };
    assert!(new(address(), &ca_pem, certificate, key));
    assert!(!new(address(), "", certificate, key), "no CA");
    assert!(!new(address(), &ca_pem, certificate, ""), "no key");
    assert!(!new(address(), &ca_pem, "", key), "no certificate");
    assert!(!new(address(), &ca_pem, certificate, &ca.issue("other", |_| ()).key), "another's key");
    assert!(!new(TlsAddress { server_name: "no name".to_owned(), ..address() }, &ca_pem, certificate, key));
}
