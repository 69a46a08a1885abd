//! A receiver of webhooks on loopback that answers as a test tells it to.

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the receiver does with a request that it has read.
#[derive(Clone, Debug)]
pub enum Answer {
    /// This status and body.
    Say(u16, &'static str),
    /// A redirect to this address.
    Elsewhere(String),
    /// Nothing for so long, then 200.
    Slow(Duration),
    /// Hangs up without a word.
    HangUp,
    /// Octets that are no answer.
    Babble,
    /// 500 with a body without end.
    Flood,
    /// 200 with a head that does not end.
    HeadFlood,
}

/// A request that was received.
#[derive(Clone, Debug)]
pub struct Got {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}

struct Desk {
    answers: Mutex<VecDeque<Answer>>,
    got: Mutex<Vec<Got>>,
    stop: AtomicBool,
}

/// A receiver; gone when dropped.
pub struct Receiver {
    pub address: SocketAddr,
    desk: Arc<Desk>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Receiver {
    /// Answers the first requests as told and all others with 204.
    pub fn start(answers: Vec<Answer>) -> Receiver {
        Receiver::behind(answers, None)
    }

    /// The same behind TLS.
    pub fn behind(answers: Vec<Answer>, tls: Option<Arc<ServerConfig>>) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Desk { answers: Mutex::new(answers.into()), got: Mutex::default(), stop: false.into() });
        let at_work = desk.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if at_work.stop.load(Ordering::Acquire) {
                    return;
                }
                let (desk, tls, stream) = (at_work.clone(), tls.clone(), stream.unwrap());
                std::thread::spawn(move || {
                    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                    // A sender that goes away ends its request and nothing else.
                    let _ = match tls {
                        None => desk.talk(stream),
                        Some(tls) => desk.talk(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)),
                    };
                });
            }
        });
        Receiver { address, desk, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}/in?from=domesday", self.address)
    }

    pub fn got(&self) -> Vec<Got> {
        self.desk.got.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.desk.stop.store(true, Ordering::Release);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

impl Desk {
    fn talk(&self, stream: impl Read + Write) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        lines.read_line(&mut line)?;
        let (mut headers, mut length) = (Vec::new(), 0);
        loop {
            let mut header = String::new();
            if lines.read_line(&mut header)? == 0 {
                return Ok(());
            }
            let Some((name, value)) = header.trim_end().split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().unwrap_or(0);
            }
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        self.got.lock().unwrap().push(Got { line: line.trim_end().to_owned(), headers, body });
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Say(204, ""));
        let out = lines.get_mut();
        match answer {
            Answer::Say(status, text) => {
                write!(out, "HTTP/1.1 {status} So\r\nContent-Length: {}\r\n\r\n{text}", text.len())?;
            }
            Answer::Elsewhere(to) => write!(out, "HTTP/1.1 307 There\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")?,
            Answer::Slow(wait) => {
                std::thread::sleep(wait);
                write!(out, "HTTP/1.1 200 Late\r\nContent-Length: 0\r\n\r\n")?;
            }
            Answer::HangUp => return Ok(()),
            Answer::Babble => out.write_all(b"220 relay.test ESMTP\r\n\r\n\xff\xfe")?,
            Answer::Flood => {
                write!(out, "HTTP/1.1 500 Much\r\nTransfer-Encoding: chunked\r\n\r\n")?;
                while !self.stop.load(Ordering::Acquire) {
                    out.write_all(b"400\r\n")?;
                    out.write_all(&[b'x'; 1024])?;
                    out.write_all(b"\r\n")?;
                }
            }
            Answer::HeadFlood => {
                write!(out, "HTTP/1.1 200 Much\r\n")?;
                while !self.stop.load(Ordering::Acquire) {
                    write!(out, "X-More: {}\r\n", "x".repeat(1_000))?;
                }
            }
        }
        out.flush()
    }
}
