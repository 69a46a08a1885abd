//! The availability daemon's listener (dmapi.md 9.4): lines and connections bounded, half a minute of silence ends one.

use crate::http::Faces;
use dmapi::availability::{LINE_MAX, answer_line};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Documented: closed after half a minute without a word.
const IDLE: Duration = Duration::from_secs(30);
const CONNECTIONS_MAX: usize = 256;
const CONNECTIONS_OF_ONE_MAX: usize = 16;

/// Who is connected, and how often.
#[derive(Default)]
struct Guests(Mutex<HashMap<IpAddr, usize>>);

/// A connection that counts, until dropped.
struct Guest {
    of: Arc<Guests>,
    address: IpAddr,
}

impl Guests {
    /// `None` if there are too many already.
    fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Guest> {
        let mut guests = self.0.lock().unwrap_or_else(|p| p.into_inner());
        let here = guests.get(&address).copied().unwrap_or(0);
        if here >= CONNECTIONS_OF_ONE_MAX || guests.values().sum::<usize>() >= CONNECTIONS_MAX {
            return None;
        }
        guests.insert(address, here + 1);
        Some(Guest { of: self.clone(), address })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut guests = self.of.0.lock().unwrap_or_else(|p| p.into_inner());
        match guests.get(&self.address).copied().unwrap_or(0) {
            0 | 1 => {
                guests.remove(&self.address);
            }
            more => {
                guests.insert(self.address, more - 1);
            }
        }
    }
}

/// Answers whoever connects, for as long as the process runs.
pub async fn serve(listener: TcpListener, faces: Arc<Faces>) {
    let guests = Arc::new(Guests::default());
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Who is one too many is not kept waiting.
                if let Some(guest) = guests.enter(peer.ip().to_canonical()) {
                    tokio::spawn(talk(stream, peer, faces.clone(), guest));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the availability daemon cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn talk(mut stream: TcpStream, peer: SocketAddr, faces: Arc<Faces>, _guest: Guest) {
    let address = peer.ip().to_canonical();
    let mut heard = Vec::new();
    loop {
        let Ok(Some(line)) = tokio::time::timeout(IDLE, next_line(&mut stream, &mut heard)).await else { return };
        let reply = match line {
            Line::Whole(line) if line.trim().is_empty() => continue,
            Line::Whole(line) => faces.work(move |faces| answer_line(&faces.engine, address, &line)).await,
            Line::TooLong => return,
        };
        let (reply, more) = match reply {
            Some(Some(reply)) => (reply, true),
            Some(None) => (format!("{address} may not ask here"), false),
            None => return,
        };
        let sent = tokio::time::timeout(IDLE, stream.write_all(format!("{reply}\r\n").as_bytes())).await;
        if !more || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

enum Line {
    Whole(String),
    TooLong,
}

/// The next line; `None` where the connection is over. What comes after the line stays in `heard`.
async fn next_line(stream: &mut TcpStream, heard: &mut Vec<u8>) -> Option<Line> {
    loop {
        if let Some(end) = heard.iter().position(|octet| *octet == b'\n') {
            if end > LINE_MAX {
                return Some(Line::TooLong);
            }
            let rest = heard.split_off(end + 1);
            let line = std::mem::replace(heard, rest);
            return Some(Line::Whole(String::from_utf8_lossy(&line).into_owned()));
        }
        if heard.len() > LINE_MAX {
            return Some(Line::TooLong);
        }
        let mut octets = [0; LINE_MAX];
        match stream.read(&mut octets).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => heard.extend_from_slice(&octets[..count]),
        }
    }
}
