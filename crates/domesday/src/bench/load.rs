//! The load: many clients over kept connections, all on one thread, so that they take as little as can be from what is measured.

use anyhow::{Context, anyhow, bail};
use hdrhistogram::Histogram;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

/// What a client does, over and over.
pub trait Script: Send {
    /// Told the last reply, if one was asked for: what to send next, or how the whole ended. Begins anew after its end.
    fn next(&mut self, reply: Option<&Reply<'_>>) -> Next;
}

/// What comes next.
pub enum Next {
    /// These octets, a whole HTTP/1.1 request.
    Send(Vec<u8>),
    /// It is done.
    Done,
    /// It went wrong, and this is why.
    Failed(String),
}

/// A reply: its status, and the beginning of its body.
pub struct Reply<'a> {
    pub status: u16,
    /// At most the first 64 KiB.
    pub body: &'a [u8],
    /// Octets of the whole body.
    pub length: usize,
}

impl Reply<'_> {
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.body)
    }

    /// The first line of the body that begins with this, without it.
    pub fn after(&self, start: &str) -> Option<String> {
        self.text().lines().find_map(|line| line.strip_prefix(start)).map(|rest| rest.trim().to_owned())
    }
}

const KEPT_MAX: usize = 64 * 1024;
const HEAD_MAX: usize = 64 * 1024;
/// No reply takes longer; if one does, the run is void.
const REPLY_TIME_MAX: Duration = Duration::from_secs(60);

/// What came of a window.
pub struct Window {
    /// Done within the window.
    pub done: u64,
    pub failed: u64,
    /// Why the first failure failed.
    pub why: Option<String>,
    pub seconds: f64,
    /// Microseconds from the first request to the end.
    pub latency: Histogram<u64>,
    /// Octets of bodies.
    pub octets: u64,
}

impl Window {
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }

    /// The rate, or an error if anything failed: a rate of refusals is none.
    pub fn rate_of_good(&self) -> anyhow::Result<f64> {
        match &self.why {
            Some(why) => Err(anyhow!("{} of {} failed; the first: {why}", self.failed, self.failed + self.done)),
            None => Ok(self.rate()),
        }
    }
}

/// Clients with their connections, which last for all windows.
pub struct Load {
    runtime: Runtime,
    clients: Vec<Client>,
    /// Each client begins anew so often and not at once.
    every: Option<Duration>,
}

struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    script: Box<dyn Script>,
}

/// What one client did.
struct Tally {
    done: u64,
    failed: u64,
    why: Option<String>,
    latency: Histogram<u64>,
    octets: u64,
}

/// One microsecond to ten minutes, three digits.
fn histogram() -> anyhow::Result<Histogram<u64>> {
    Histogram::new_with_bounds(1, 600_000_000, 3).map_err(|e| anyhow!("a histogram: {e}"))
}

impl Load {
    /// Connects one client for each script.
    pub fn connect(address: SocketAddr, scripts: Vec<Box<dyn Script>>) -> anyhow::Result<Load> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let clients = runtime.block_on(async {
            let mut clients = Vec::new();
            for script in scripts {
                let stream = TcpStream::connect(address).await.context("the server does not answer")?;
                stream.set_nodelay(true)?;
                clients.push(Client { stream, buffer: Vec::with_capacity(KEPT_MAX), script });
            }
            Ok::<_, anyhow::Error>(clients)
        })?;
        Ok(Load { runtime, clients, every: None })
    }

    /// Clients that begin so often, as people and their programs do, rather than as soon as they can. What is on its way at the end of a window counts.
    pub fn paced(self, every: Duration) -> Load {
        Load { every: Some(every), ..self }
    }

    /// Runs all clients for so long. What is on its way at the end is waited for and not counted.
    pub fn window(&mut self, length: Duration) -> anyhow::Result<Window> {
        let (clients, every) = (std::mem::take(&mut self.clients), self.every);
        let begun = Instant::now();
        let ends = begun + length;
        let local = LocalSet::new();
        let results = local.block_on(&self.runtime, async {
            let running: Vec<_> = clients.into_iter().map(|client| tokio::task::spawn_local(client.run(ends, every))).collect();
            let mut results = Vec::new();
            for client in running {
                results.push(client.await.map_err(|e| anyhow!("a client broke: {e}"))??);
            }
            Ok::<_, anyhow::Error>(results)
        })?;
        let mut window = Window { done: 0, failed: 0, why: None, seconds: length.as_secs_f64(), latency: histogram()?, octets: 0 };
        for (client, tally) in results {
            self.clients.push(client);
            window.done += tally.done;
            window.failed += tally.failed;
            window.why = window.why.or(tally.why);
            window.octets += tally.octets;
            window.latency.add(&tally.latency).map_err(|e| anyhow!("histograms: {e}"))?;
        }
        Ok(window)
    }
}

impl Client {
    async fn run(mut self, ends: Instant, every: Option<Duration>) -> anyhow::Result<(Client, Tally)> {
        let mut tally = Tally { done: 0, failed: 0, why: None, latency: histogram()?, octets: 0 };
        while Instant::now() < ends {
            let begun = Instant::now();
            let mut next = self.script.next(None);
            let mut octets = 0;
            let outcome = loop {
                match next {
                    Next::Send(request) => {
                        self.stream.write_all(&request).await?;
                        let reply = tokio::time::timeout(REPLY_TIME_MAX, read(&mut self.stream, &mut self.buffer)).await;
                        let (status, kept, length) = reply.map_err(|_| anyhow!("no reply within {REPLY_TIME_MAX:?}"))??;
                        octets += length as u64;
                        next = self.script.next(Some(&Reply { status, body: &self.buffer[..kept], length }));
                    }
                    Next::Done => break Ok(()),
                    Next::Failed(why) => break Err(why),
                }
            };
            let end = Instant::now();
            if end > ends && every.is_none() {
                break;
            }
            match outcome {
                Ok(()) => {
                    tally.done += 1;
                    tally.octets += octets;
                    let micros = u64::try_from((end - begun).as_micros()).unwrap_or(u64::MAX);
                    tally.latency.saturating_record(micros);
                }
                Err(why) => {
                    tally.failed += 1;
                    tally.why.get_or_insert(why);
                }
            }
            if let Some(every) = every {
                tokio::time::sleep_until((begun + every).into()).await;
            }
        }
        Ok((self, tally))
    }
}

/// Reads one reply: status, octets kept at the front of `buffer`, octets of the body.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<(u16, usize, usize)> {
    buffer.clear();
    let (status, body_at, length) = loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed a connection");
        }
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = std::str::from_utf8(&buffer[..end]).context("a head that is no text")?;
            let (status, length) = head_of(head)?;
            break (status, end + 4, length);
        }
        if buffer.len() > HEAD_MAX {
            bail!("a head without end");
        }
    };
    buffer.drain(..body_at);
    let Some(length) = length else {
        let seen = read_chunks(stream, buffer).await?;
        return Ok((status, buffer.len(), seen));
    };
    let mut seen = buffer.len();
    while seen < length {
        let kept = buffer.len().min(KEPT_MAX);
        if kept == KEPT_MAX {
            // The rest is counted and let go.
            buffer.truncate(KEPT_MAX);
            buffer.reserve(256 * 1024);
        }
        let before = buffer.len();
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server cut a reply");
        }
        seen += buffer.len() - before;
    }
    if seen > length {
        bail!("the server sent more than it said");
    }
    Ok((status, buffer.len().min(KEPT_MAX), length))
}

/// Reads a body in chunks (RFC 9112, 7.1), of which `buffer` holds the beginning; leaves its first octets there and returns how many there were.
async fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<usize> {
    let mut raw = std::mem::take(buffer);
    let (mut at, mut seen) = (0, 0);
    loop {
        let end = loop {
            if let Some(end) = raw[at..].windows(2).position(|two| two == b"\r\n") {
                break at + end;
            }
            more(stream, &mut raw, &mut at).await?;
        };
        let size = std::str::from_utf8(&raw[at..end]).ok().and_then(|text| usize::from_str_radix(text.split(';').next()?.trim(), 16).ok());
        let mut left = size.ok_or_else(|| anyhow!("a chunk without its length"))?;
        at = end + 2;
        let last = left == 0;
        seen += left;
        while left > 0 {
            if at == raw.len() {
                more(stream, &mut raw, &mut at).await?;
            }
            let here = left.min(raw.len() - at);
            let kept = here.min(KEPT_MAX.saturating_sub(buffer.len()));
            buffer.extend_from_slice(&raw[at..at + kept]);
            at += here;
            left -= here;
        }
        while raw.len() - at < 2 {
            more(stream, &mut raw, &mut at).await?;
        }
        at += 2;
        if last {
            return Ok(seen);
        }
    }
}

/// Lets go what was read up to `at`, and reads more.
async fn more(stream: &mut TcpStream, raw: &mut Vec<u8>, at: &mut usize) -> anyhow::Result<()> {
    raw.drain(..*at);
    *at = 0;
    raw.reserve(256 * 1024);
    if stream.read_buf(raw).await? == 0 {
        bail!("the server cut a reply");
    }
    Ok(())
}

/// Status and length of a reply's head; no length where the body comes in chunks.
fn head_of(head: &str) -> anyhow::Result<(u16, Option<usize>)> {
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| anyhow!("no status in {:?}", head.get(..80).unwrap_or(head)))?;
    let mut length = None;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("transfer-encoding") && value.trim().eq_ignore_ascii_case("chunked") {
            return Ok((status, None));
        }
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        }
    }
    Ok((status, Some(length.ok_or_else(|| anyhow!("a reply without its length"))?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// Answers every request on every connection with a body of this length, in pieces.
    fn server(length: usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || {
                    let mut request = [0; 1024];
                    while stream.read(&mut request).is_ok_and(|n| n > 0) {
                        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
                        let (first, last) = head.split_at(20);
                        stream.write_all(first.as_bytes()).unwrap();
                        stream.write_all(last.as_bytes()).unwrap();
                        stream.write_all(&vec![b'y'; length]).unwrap();
                    }
                });
            }
        });
        address
    }

    struct Ask {
        expected: usize,
    }

    impl Script for Ask {
        fn next(&mut self, reply: Option<&Reply<'_>>) -> Next {
            match reply {
                None => Next::Send(b"GET / HTTP/1.1\r\n\r\n".to_vec()),
                Some(r)
                    if r.length == self.expected && r.body.len() == self.expected.min(KEPT_MAX) && r.body.iter().all(|b| *b == b'y') =>
                {
                    Next::Done
                }
                Some(r) => Next::Failed(format!("{} of {}", r.body.len(), r.length)),
            }
        }
    }

    #[test]
    fn replies_of_every_length_are_read_whole() {
        for length in [0, 5, KEPT_MAX - 1, KEPT_MAX, KEPT_MAX + 1, 3_000_000] {
            let scripts: Vec<Box<dyn Script>> = (0..3).map(|_| Box::new(Ask { expected: length }) as Box<dyn Script>).collect();
            let mut load = Load::connect(server(length), scripts).unwrap();
            for _ in 0..2 {
                let window = load.window(Duration::from_millis(150)).unwrap();
                assert!(window.done > 0 && window.failed == 0, "{length}: {:?}", window.why);
                assert_eq!((window.octets, window.latency.len()), (window.done * length as u64, window.done));
            }
        }
    }

    #[test]
    fn chunks_are_read_whole() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            while stream.read(&mut request).is_ok_and(|n| n > 0) {
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nyyy\r\n1").unwrap();
                stream.write_all(b"0000;x=1\r\n").unwrap();
                stream.write_all(&vec![b'y'; 65_536]).unwrap();
                stream.write_all(b"\r\n0\r\n").unwrap();
                stream.write_all(b"\r\n").unwrap();
            }
        });
        let mut load = Load::connect(address, vec![Box::new(Ask { expected: 65_539 })]).unwrap();
        let window = load.window(Duration::from_millis(100)).unwrap();
        assert!(window.done > 0 && window.failed == 0, "{:?}", window.why);
    }

    #[test]
    fn failures_are_told() {
        let mut load = Load::connect(server(7), vec![Box::new(Ask { expected: 8 })]).unwrap();
        let window = load.window(Duration::from_millis(50)).unwrap();
        assert!(window.failed > 0 && window.rate_of_good().unwrap_err().to_string().contains("7 of 7"));
    }
}
