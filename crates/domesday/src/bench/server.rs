//! The server that is measured: this program itself, as a process of its own.

use super::Measure;
use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A check of every promise over millions of rows takes minutes.
const REPLY_TIME_MAX: Duration = Duration::from_secs(1_800);

/// A running server; dropped, it is killed: its store is thrown away.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts on a folder that was prepared, and returns once it listens.
    pub fn start(data: &Path, measure: &Measure) -> anyhow::Result<Server> {
        Server::start_on(data, None, measure)
    }

    /// The same on PostgreSQL, where a URL is given.
    pub fn start_on(data: &Path, database: Option<&str>, measure: &Measure) -> anyhow::Result<Server> {
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let mut command = match &measure.server_cores {
            Some(cores) => {
                let mut command = Command::new("taskset");
                command.args(["-c", cores]).arg(program);
                command
            }
            None => Command::new(program),
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DOMESDAY_")) {
            command.env_remove(name);
        }
        let any = "127.0.0.1:0";
        command
            .args(["serve", "--quiet", "--bench-routes", "--listen", any, "--epp", any, "--whois", any, "--dns", any, "--data"])
            .arg(data);
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("the server cannot be started")?;
        let Some(out) = child.stdout.take() else { bail!("the server's output is not to be had") };
        let mut lines = BufReader::new(out).lines();
        let address = loop {
            match lines.next() {
                Some(Ok(line)) => {
                    if let Some(address) = line.strip_prefix("listening on http://") {
                        break address.trim().parse().context("an address")?;
                    }
                }
                Some(Err(_)) | None => {
                    let status = child.wait()?;
                    bail!("the server ended before it listened: {status}");
                }
            }
        };
        // What else it says is read and dropped, so that it never waits for a reader.
        std::thread::spawn(move || for _ in lines.map_while(Result::ok) {});
        Ok(Server { child, address })
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// A GET; its body.
    pub fn get(&self, path: &str) -> anyhow::Result<String> {
        let mut wire = TcpStream::connect(self.address)?;
        wire.set_read_timeout(Some(REPLY_TIME_MAX))?;
        wire.write_all(format!("GET {path} HTTP/1.0\r\nHost: bench\r\n\r\n").as_bytes())?;
        let mut text = String::new();
        wire.read_to_string(&mut text)?;
        Ok(text.split_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned()).unwrap_or_default())
    }

    /// Whether every promise holds, and what the lab says about it.
    pub fn promises(&self) -> anyhow::Result<(bool, String)> {
        let body = self.get("/sandbox/invariants")?;
        Ok((body.starts_with("{\"ok\":true,"), body))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
