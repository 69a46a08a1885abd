//! `bench dns`: queries to the name server over UDP, beside the same loop of one socket that sends one constant reply.

use super::folder::Folder;
use super::{DnsOptions, noise, pairs, prepare};
use anyhow::{Context, bail};
use dns::{Limits, Options};
use engine::Credentials;
use engine::hosted::{Numbered, Put};
use hdrhistogram::Histogram;
use model::hosted::stored;
use model::{Channel, DomainName};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// The domain that is asked about; the seeded account holds it.
const DOMAIN: &str = "fresh.com";
/// One query in so many is for a name that is not there.
const ABSENT_EACH: usize = 10;
/// As many as the name server takes.
const AT_ONCE: usize = 1_024;
const WARM_UP: Duration = Duration::from_millis(500);
/// A reply that has not come by then is taken to be lost.
const LOST: Duration = Duration::from_millis(500);
/// The zone is read and built within this time.
const AWAKE: Duration = Duration::from_secs(30);
/// Lost replies that a run may have, each so many of all.
const LOST_EACH: u64 = 1_000;

pub fn run(options: &DnsOptions) -> anyhow::Result<std::process::ExitCode> {
    let measure = &options.measure;
    if measure.server_cores.is_some() {
        bail!("the name server runs in this process: --server-cores has no meaning here");
    }
    let folder = Folder::new(&measure.dir)?;
    let (opened, _) = prepare::sandbox(folder.path(), 0)?;
    let engine = opened.sandbox.engine();
    let demo = engine.authenticate(Channel::Dmapi, &Credentials::Key("demo-key".to_owned()), "bench")?;
    let text: String = (0..options.names).map(|n| format!("n{n}\t300\tA\t192.0.2.{}\n", n % 250 + 1)).collect();
    let records = stored::read(&text).context("the zone cannot be read")?;
    let records = (1..).zip(records).map(|(line, record)| Numbered { line, record }).collect();
    let name = DomainName::parse(DOMAIN).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    engine.run(&demo, Put { name, records, signed: Some(options.signed), dynamic: None, client_id: String::new() })?;

    let udp = UdpSocket::bind("127.0.0.1:0")?;
    let (address, tcp) = (udp.local_addr()?, TcpListener::bind("127.0.0.1:0")?);
    let limits = Limits { replies_per_second: options.rate, exempt: Vec::new(), ..Limits::default() };
    let running = dns::serve(engine.clone(), udp, tcp, Options { limits, ..Options::default() })?;
    let mut ours = Asker::new(address, options)?;
    ours.awake()?;
    ours.window(WARM_UP)?;
    let constant = Constant::start(ours.sample.clone())?;
    let mut limit = Asker::new(constant.address, options)?;
    limit.of_constant = true;
    limit.window(WARM_UP)?;

    let mut latency: Histogram<u64> = Histogram::new_with_bounds(1, 60_000_000, 3)?;
    let summary = pairs::run(
        "dns",
        measure.pairs,
        || {
            let (rate, window) = ours.window(measure.window())?;
            latency.add(&window)?;
            Ok(rate)
        },
        || Ok(limit.window(measure.window())?.0),
    )?;
    running.stop();
    let what = if options.signed { "a signed zone, with DNSSEC" } else { "an unsigned zone" };
    let title = format!(
        "dns: {} queries on their way over UDP, {what} of {} names; limit: the same loop with a constant reply",
        options.in_flight, options.names
    );
    print!("{}", summary.report(&title, "queries/s"));
    let at = |quantile: f64| latency.value_at_quantile(quantile) as f64 / 1_000.0;
    println!("  latency of ours: p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms; {} replies lost", at(0.5), at(0.9), at(0.99), ours.lost);
    let load = noise::load_average().map_or_else(|| "?".to_owned(), |l| format!("{l:.1}"));
    println!("  replies of {} octets; load average {load}; windows of {} s, {} build", ours.sample.len(), measure.seconds, build());
    Ok(std::process::ExitCode::SUCCESS)
}

fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

/// A query by hand: id 0, no recursion; with DNSSEC it brings EDNS with the mark that signatures are wanted.
fn query(name: &str, dnssec: bool) -> Vec<u8> {
    let mut message = vec![0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, u8::from(dnssec)];
    for label in name.split('.') {
        message.push(u8::try_from(label.len()).unwrap_or(0));
        message.extend(label.as_bytes());
    }
    // The root; type A, class IN.
    message.extend([0, 0, 1, 0, 1]);
    if dnssec {
        // OPT: the root, type 41, 1232 octets, DO, nothing else.
        message.extend([0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0]);
    }
    message
}

/// One thread that keeps a number of queries on their way over one socket.
struct Asker {
    socket: UdpSocket,
    queries: Vec<Vec<u8>>,
    /// When the query of each id was sent.
    sent: Vec<Instant>,
    next: usize,
    lost: u64,
    all: u64,
    /// A reply to a name that is there.
    sample: Vec<u8>,
    /// Every reply is that one.
    of_constant: bool,
}

impl Asker {
    fn new(server: SocketAddr, options: &DnsOptions) -> anyhow::Result<Asker> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(server)?;
        socket.set_read_timeout(Some(LOST))?;
        let names = 0..usize::try_from(options.names)?;
        let name = |n: usize| if n % ABSENT_EACH == ABSENT_EACH - 1 { format!("x{n}.{DOMAIN}") } else { format!("n{n}.{DOMAIN}") };
        let queries = names.map(|n| query(&name(n), options.signed)).collect();
        let sent = vec![Instant::now(); usize::from(options.in_flight)];
        Ok(Asker { socket, queries, sent, next: 0, lost: 0, all: 0, sample: Vec::new(), of_constant: false })
    }

    fn send(&mut self, id: usize) -> anyhow::Result<()> {
        let place = self.next % self.queries.len();
        self.next += 1;
        let message = &mut self.queries[place];
        message[..2].copy_from_slice(&u16::try_from(id)?.to_be_bytes());
        self.sent[id] = Instant::now();
        self.socket.send(message)?;
        Ok(())
    }

    /// Asks once, until the zone has been read and built.
    fn awake(&mut self) -> anyhow::Result<()> {
        let (begun, mut buffer) = (Instant::now(), [0; 4_096]);
        while begun.elapsed() < AWAKE {
            self.send(0)?;
            let built = self.socket.recv(&mut buffer).is_ok_and(|length| self.judge(&buffer[..length]).is_ok());
            if built {
                // What was sent before may still be answered.
                std::thread::sleep(LOST);
                self.emptied()?;
                return Ok(());
            }
        }
        bail!("the zone was not answered within {} s", AWAKE.as_secs());
    }

    /// Takes what is still on its way.
    fn emptied(&mut self) -> anyhow::Result<()> {
        let mut buffer = [0; 4_096];
        self.socket.set_read_timeout(Some(Duration::from_millis(50)))?;
        while self.socket.recv(&mut buffer).is_ok() {}
        self.socket.set_read_timeout(Some(LOST))?;
        Ok(())
    }

    /// Replies a second over a window, and how long each took, in microseconds.
    fn window(&mut self, window: Duration) -> anyhow::Result<(f64, Histogram<u64>)> {
        let mut latency: Histogram<u64> = Histogram::new_with_bounds(1, 60_000_000, 3)?;
        for id in 0..self.sent.len() {
            self.send(id)?;
        }
        let (begun, mut done) = (Instant::now(), 0_u64);
        let mut buffer = [0; 4_096];
        while begun.elapsed() < window {
            let Ok(length) = self.socket.recv(&mut buffer) else {
                // All that were on their way are lost.
                self.lost += self.sent.len() as u64;
                for id in 0..self.sent.len() {
                    self.send(id)?;
                }
                continue;
            };
            let reply = &buffer[..length];
            let id = usize::from(u16::from_be_bytes([reply[0], reply[1]]));
            self.judge(reply)?;
            latency.record(u64::try_from(self.sent[id].elapsed().as_micros())?.max(1))?;
            done += 1;
            self.send(id)?;
        }
        let rate = done as f64 / begun.elapsed().as_secs_f64();
        // What is still on its way must not be counted in the next window.
        self.emptied()?;
        self.all += done;
        if self.lost * LOST_EACH > self.all {
            bail!("{} of {} replies were lost", self.lost, self.all);
        }
        Ok((rate, latency))
    }

    /// A reply that is none makes the run void.
    fn judge(&mut self, reply: &[u8]) -> anyhow::Result<()> {
        let [_, _, flags, code, _, _, _, answers, ..] = reply else { bail!("a reply of {} octets", reply.len()) };
        let (cut, code, answers) = (flags & 0x02 != 0, code & 0x0f, *answers);
        match (cut, code, answers) {
            (false, 0, 1..) => {
                if self.sample.is_empty() {
                    self.sample = reply.to_vec();
                }
                Ok(())
            }
            // The name is not there.
            (false, 3, 0) if !self.of_constant => Ok(()),
            _ => bail!("a reply with code {code}, {answers} answers{}", if cut { ", cut" } else { "" }),
        }
    }
}

/// The limit: one socket, as many queries at once, a task for each, and always the same reply.
struct Constant {
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Constant {
    fn start(reply: Vec<u8>) -> anyhow::Result<Constant> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("bench-dns").enable_all().build()?;
        let socket = {
            let _inside = runtime.enter();
            Arc::new(tokio::net::UdpSocket::from_std(socket)?)
        };
        runtime.spawn(async move {
            let (room, mut buffer) = (Arc::new(Semaphore::new(AT_ONCE)), [0; 4_096]);
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let Ok(room) = room.clone().try_acquire_owned() else { continue };
                let (socket, message, mut reply) = (socket.clone(), buffer[..length].to_vec(), reply.clone());
                tokio::spawn(async move {
                    let _room = room;
                    reply[..2].copy_from_slice(&message[..2]);
                    let _ = socket.send_to(&reply, from).await;
                });
            }
        });
        Ok(Constant { address, _runtime: runtime })
    }
}
