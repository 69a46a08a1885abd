//! A small mail relay on loopback that answers as a test tells it to.

use crate::{Relay, RelayConfig, Security};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A certificate for a host that nobody vouches for, a server that shows it, and the file by which it can be trusted.
pub struct SelfSigned {
    pub server: Arc<ServerConfig>,
    pub ca_file: std::path::PathBuf,
    /// Holds the file.
    pub folder: tempfile::TempDir,
}

impl SelfSigned {
    pub fn of(host: &str) -> SelfSigned {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, made.cert.pem()).unwrap();
        let server = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], made.signing_key.into())
            .unwrap();
        SelfSigned { server: Arc::new(server), ca_file, folder }
    }
}

/// What the relay does with a mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Take,
    /// 451 to the recipient.
    Later,
    /// 550 to the recipient.
    Refuse,
    /// Hangs up amid the content.
    DropInData,
    /// Has the whole content, keeps it, and hangs up without a word.
    DropAfterData,
}

/// A mail that the relay has.
#[derive(Clone, Debug)]
pub struct Taken {
    pub login: String,
    pub from: String,
    pub to: String,
    pub data: String,
}

impl Taken {
    pub fn header(&self, name: &str) -> String {
        let start = format!("{name}: ");
        self.data.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default().to_owned()
    }
}

struct Desk {
    answers: Mutex<VecDeque<Answer>>,
    taken: Mutex<Vec<Taken>>,
    connections: AtomicUsize,
    stop: std::sync::atomic::AtomicBool,
}

/// A relay; gone when dropped.
pub struct Server {
    address: SocketAddr,
    desk: Arc<Desk>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Answers the first mails as told and takes all others.
    pub fn start(answers: &[Answer]) -> Server {
        Server::behind(answers, None)
    }

    /// The same behind TLS from the first octet.
    pub fn behind(answers: &[Answer], tls: Option<Arc<ServerConfig>>) -> Server {
        Server::made(answers, tls, false)
    }

    /// The same, in the open until STARTTLS, without which nothing is taken.
    pub fn with_starttls(answers: &[Answer], tls: Arc<ServerConfig>) -> Server {
        Server::made(answers, Some(tls), true)
    }

    fn made(answers: &[Answer], tls: Option<Arc<ServerConfig>>, later: bool) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Desk {
            answers: Mutex::new(answers.iter().copied().collect()),
            taken: Mutex::default(),
            connections: AtomicUsize::new(0),
            stop: false.into(),
        });
        let at_work = desk.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if at_work.stop.load(Ordering::Acquire) {
                    return;
                }
                at_work.connections.fetch_add(1, Ordering::AcqRel);
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
                // A client that goes away ends its conversation and nothing else.
                let _ = match &tls {
                    None => at_work.talk(stream, true),
                    Some(_) if later && before_tls(&stream).is_err() => Ok(()),
                    Some(tls) => at_work.talk(StreamOwned::new(ServerConnection::new(tls.clone()).unwrap(), stream), !later),
                };
            }
        });
        Server { address, desk, thread: Some(thread) }
    }

    pub fn config(&self) -> RelayConfig {
        RelayConfig {
            host: "127.0.0.1".to_owned(),
            port: self.address.port(),
            security: Security::Plain,
            login: None,
            from: "Domesday <noreply@registrar.example>".to_owned(),
            returns: None,
            ca_file: None,
            timeout: Duration::from_secs(5),
        }
    }

    pub fn relay(&self) -> Relay {
        Relay::new(self.config()).unwrap()
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.desk.taken.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.desk.connections.load(Ordering::Acquire)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.desk.stop.store(true, Ordering::Release);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

/// The conversation up to STARTTLS, octet by octet: what follows it is for TLS.
fn before_tls(mut stream: &TcpStream) -> std::io::Result<()> {
    stream.write_all(b"220 relay.test ESMTP\r\n")?;
    loop {
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            let mut octet = [0_u8];
            stream.read_exact(&mut octet)?;
            line.push(octet[0]);
        }
        match line.get(..4).unwrap_or_default() {
            b"EHLO" => stream.write_all(b"250-relay.test\r\n250 STARTTLS\r\n")?,
            b"STAR" => return stream.write_all(b"220 go on\r\n"),
            _ => stream.write_all(b"530 STARTTLS first\r\n")?,
        }
    }
}

/// What stands between `<` and `>`.
fn address(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address.to_owned()).unwrap_or_default()
}

impl Desk {
    fn talk(&self, stream: impl Read + Write, greets: bool) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream);
        let (mut login, mut from, mut to) = (String::new(), String::new(), String::new());
        let mut answer = Answer::Take;
        if greets {
            lines.get_mut().write_all(b"220 relay.test ESMTP\r\n")?;
            lines.get_mut().flush()?;
        }
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let word = line.split([' ', ':', '\r']).next().unwrap_or_default().to_ascii_uppercase();
            let reply: &[u8] = match word.as_str() {
                "EHLO" => b"250-relay.test\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
                "AUTH" => {
                    login = plain(line.trim_end().rsplit(' ').next().unwrap_or_default());
                    b"235 welcome\r\n"
                }
                "MAIL" => {
                    from = address(&line);
                    answer = self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Take);
                    b"250 ok\r\n"
                }
                "RCPT" if answer == Answer::Later => b"451 come again later\r\n",
                "RCPT" if answer == Answer::Refuse => b"550 no such user\r\n",
                "RCPT" => {
                    to = address(&line);
                    b"250 ok\r\n"
                }
                "DATA" => {
                    lines.get_mut().write_all(b"354 go ahead\r\n")?;
                    lines.get_mut().flush()?;
                    let mut data = String::new();
                    loop {
                        let mut line = String::new();
                        if lines.read_line(&mut line)? == 0 || answer == Answer::DropInData {
                            return Ok(());
                        }
                        if line == ".\r\n" {
                            break;
                        }
                        data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    }
                    self.taken.lock().unwrap().push(Taken { login: login.clone(), from: from.clone(), to: to.clone(), data });
                    if answer == Answer::DropAfterData {
                        return Ok(());
                    }
                    b"250 queued\r\n"
                }
                "NOOP" | "RSET" => b"250 ok\r\n",
                "QUIT" => {
                    lines.get_mut().write_all(b"221 bye\r\n")?;
                    lines.get_mut().flush()?;
                    return Ok(());
                }
                _ => b"502 what\r\n",
            };
            lines.get_mut().write_all(reply)?;
            lines.get_mut().flush()?;
        }
    }
}

/// Base64 of `AUTH PLAIN`, without its line's end.
fn plain(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut octets) = (0_u32, 0, Vec::new());
    for digit in text.bytes().filter_map(|b| DIGITS.iter().position(|d| *d == b)) {
        bits = (bits << 6) | u32::try_from(digit).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf8(octets).unwrap()
}
