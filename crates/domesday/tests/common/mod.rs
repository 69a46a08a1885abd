//! The real binary, started on free ports with a store of its own, and the plainest HTTP client that can talk to it.
// Each test program uses a part of this.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a debug binary may take to make its store, seed it and listen.
const START: Duration = Duration::from_secs(90);

/// A running server; dropped, it is killed.
pub struct Server {
    child: Child,
    /// `host:port` of the HTTP listener.
    pub http: String,
    /// Port of the registry's EPP listener on 127.0.0.1.
    pub epp: u16,
    /// `host:port` of the availability daemon, where it was asked for.
    pub availability: Option<String>,
    lines: Mutex<Receiver<String>>,
}

impl Server {
    /// Starts on `data`, on PostgreSQL when a URL is given, and returns once it listens.
    pub fn start(data: &Path, database: Option<&str>) -> Server {
        Server::start_with(data, database, &[])
    }

    /// The same with further arguments.
    pub fn start_with(data: &Path, database: Option<&str>, more: &[&str]) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_domesday"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--epp", "127.0.0.1:0", "--whois", "127.0.0.1:0", "--dns", "127.0.0.1:0", "--data"])
            .arg(data);
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        command.args(more);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary was built");
        let (tell, lines) = channel();
        let out = child.stdout.take().expect("it is piped");
        let err = child.stderr.take().expect("it is piped");
        for stream in [Box::new(out) as Box<dyn Read + Send>, Box::new(err)] {
            let tell = tell.clone();
            std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        }
        let (mut http, mut epp, mut availability, mut seen) = (None, None, None, Vec::new());
        let deadline = Instant::now() + START;
        while http.is_none() || epp.is_none() {
            let line = match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => panic!("it does not listen after {START:?}:\n{}", seen.join("\n")),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended before it listened:\n{}", seen.join("\n")),
            };
            if let Some((_, at)) = line.split_once("availability listening on ") {
                availability = Some(at.trim().to_owned());
            } else if let Some((_, at)) = line.split_once("epp listening on ") {
                epp = at.split_whitespace().next().and_then(|at| at.rsplit_once(':')).and_then(|(_, port)| port.parse().ok());
            } else if let Some((_, at)) = line.split_once("listening on http://") {
                http = at.split_whitespace().next().map(|at| at.trim_end_matches('/').to_owned());
            }
            seen.push(line);
        }
        Server { child, http: http.expect("the loop ended"), epp: epp.expect("the loop ended"), availability, lines: Mutex::new(lines) }
    }

    /// One request; `Err` when the connection broke before a whole reply.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String)> {
        ask(&self.http, method, path, body)
    }

    pub fn get(&self, path: &str) -> String {
        self.ask("GET", path, "").unwrap_or_else(|problem| panic!("GET {path}: {problem}")).1
    }

    /// A call of the lab; panics when it is refused.
    pub fn lab(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, text) = self.ask(method, path, body).unwrap_or_else(|problem| panic!("{method} {path}: {problem}"));
        assert!((200..300).contains(&status), "{method} {path} {body} answered {status}: {text}");
        if text.trim().is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|problem| panic!("{path} is no JSON ({problem}): {text}"))
        }
    }

    /// A DMAPI request as demo: the header block and the body.
    pub fn dmapi(&self, request: &str, parameters: &[(&str, &str)]) -> std::io::Result<Dmapi> {
        let mut query = vec![("api-key", "demo-key")];
        query.extend_from_slice(parameters);
        let text = self.ask("POST", &format!("/request/{request}"), &form(&query))?.1;
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        Ok(Dmapi { head: head.to_owned(), body: body.to_owned() })
    }

    /// A CentralNic command as demo.
    pub fn kvapi(&self, command: &str, parameters: &[(&str, &str)]) -> std::io::Result<Kvapi> {
        let mut query = vec![("s_login", "demo"), ("s_pw", "demo-pass"), ("command", command)];
        query.extend_from_slice(parameters);
        Ok(Kvapi { text: self.ask("POST", "/api/call.cgi", &form(&query))?.1 })
    }

    /// As a power cut: SIGKILL, while others still talk to it.
    pub fn kill(&self) {
        self.signal("-KILL");
    }

    /// Waits for a death that was asked for.
    pub fn dies_within(&mut self, limit: Duration) -> bool {
        self.ended_within(limit).is_some()
    }

    fn ended_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks it to end, as an operator's service manager does.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("there is a kill");
        assert!(sent.success());
    }

    /// SIGTERM, and its exit status if it ended within ten seconds.
    pub fn stop(mut self) -> Option<ExitStatus> {
        self.terminate();
        self.ended_within(Duration::from_secs(10))
    }

    pub fn wait_after_terminate(mut self) -> Option<ExitStatus> {
        self.ended_within(Duration::from_secs(10))
    }

    /// What it printed since it listened.
    pub fn printed(&self) -> String {
        self.lines.lock().expect("no panic").try_iter().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A DMAPI reply.
#[derive(Debug)]
pub struct Dmapi {
    pub head: String,
    pub body: String,
}

impl Dmapi {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn code(&self) -> &str {
        self.header("Status-Code").unwrap_or_default()
    }

    /// The value of `key: value` in the body.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.body.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
    }
}

/// A CentralNic reply.
#[derive(Debug)]
pub struct Kvapi {
    pub text: String,
}

impl Kvapi {
    pub fn code(&self) -> &str {
        self.text.lines().find_map(|line| line.strip_prefix("code = ")).unwrap_or_default()
    }

    pub fn property(&self, name: &str) -> Option<&str> {
        let start = format!("property[{name}][0] = ");
        self.text.lines().find_map(|line| line.strip_prefix(&start))
    }
}

/// HTTP/1.0, so that the reply ends with the connection and is never in chunks.
pub fn ask(http: &str, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String)> {
    let mut wire = TcpStream::connect(http)?;
    wire.set_read_timeout(Some(Duration::from_secs(60)))?;
    wire.set_write_timeout(Some(Duration::from_secs(60)))?;
    let kind = if body.starts_with(['{', '[']) { "application/json" } else { "application/x-www-form-urlencoded" };
    write!(wire, "{method} {path} HTTP/1.0\r\nHost: {http}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    let mut bytes = Vec::new();
    wire.read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(std::io::Error::other)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| std::io::Error::other(format!("no whole reply: {text:?}")))?;
    let status =
        head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| std::io::Error::other(format!("no status: {head}")))?;
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().to_owned()));
    if length.is_some_and(|length| length != body.len().to_string()) {
        return Err(std::io::Error::other("the reply was cut"));
    }
    Ok((status, body.to_owned()))
}

/// `application/x-www-form-urlencoded`.
pub fn form(parameters: &[(&str, &str)]) -> String {
    let escape = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    parameters.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

/// Asks again every 100 ms until there is an answer.
pub fn until<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
