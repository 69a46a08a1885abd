//! Queries over TCP (RFC 7766): bounded connections, in all and of one network, closed when they are idle, and sooner where few places are left.

use crate::answer::Answerer;
use crate::limit::network;
use crate::reply::reply;
use hickory_server::net::xfer::Protocol;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Connections at once.
const CONNECTIONS: usize = 512;
/// Of these from one network, an IPv4 /24 or an IPv6 /56.
const OF_ONE_NETWORK: usize = 32;
/// A connection that asks nothing for so long, or does not take its reply, is closed (RFC 7766 section 6.2.3).
const IDLE: Duration = Duration::from_secs(10);
/// So long where less than a quarter of the places is left.
const IDLE_CROWDED: Duration = Duration::from_secs(2);
/// A connection is closed after so many queries, so that places change hands.
const QUERIES_MAX: usize = 10_000;
/// Longest query that is read, in octets.
const QUERY_OCTETS_MAX: usize = 4_096;

type Peers = Arc<Mutex<HashMap<u64, usize>>>;

/// A connection's place among those of its network.
struct Place {
    peers: Peers,
    network: u64,
}

impl Place {
    fn take(peers: &Peers, address: IpAddr) -> Option<Place> {
        let mut counts = peers.lock().unwrap_or_else(|p| p.into_inner());
        let network = network(address);
        let count = counts.entry(network).or_insert(0);
        if *count >= OF_ONE_NETWORK {
            return None;
        }
        *count += 1;
        Some(Place { peers: peers.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.peers.lock().unwrap_or_else(|p| p.into_inner());
        if let Some(count) = counts.get_mut(&self.network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

/// Answers until the future is dropped.
pub async fn serve(listener: TcpListener, answerer: Arc<Answerer>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let peers = Peers::default();
    loop {
        // A listener without room does not accept: who knocks waits in the system's queue, whose length is bounded too.
        let Ok(taken) = room.clone().acquire_owned().await else { return };
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        let Some(place) = Place::take(&peers, from.ip()) else { continue };
        let (answerer, room) = (answerer.clone(), room.clone());
        tokio::spawn(async move {
            let (_taken, _place) = (taken, place);
            // Either way it is over; why is the other side's business.
            let _ = converse(stream, from, &answerer, &room).await;
        });
    }
}

/// One query after the other, each answered before the next is read, so that one connection holds one place only.
async fn converse(mut stream: TcpStream, from: SocketAddr, answerer: &Answerer, room: &Semaphore) -> std::io::Result<()> {
    for _ in 0..QUERIES_MAX {
        let idle = if room.available_permits() < CONNECTIONS / 4 { IDLE_CROWDED } else { IDLE };
        let length = usize::from(timeout(idle, stream.read_u16()).await??);
        if length > QUERY_OCTETS_MAX {
            return Ok(());
        }
        let mut message = vec![0; length];
        timeout(IDLE, stream.read_exact(&mut message)).await??;
        let Some(octets) = reply(answerer, message, from, Protocol::Tcp).await else { return Ok(()) };
        let Ok(length) = u16::try_from(octets.len()) else { return Ok(()) };
        let framed = [length.to_be_bytes().as_slice(), &octets].concat();
        timeout(IDLE, stream.write_all(&framed)).await??;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_so_many_places() {
        let peers = Peers::default();
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        let mut places: Vec<Place> = (0..OF_ONE_NETWORK).map(|_| Place::take(&peers, one).unwrap()).collect();
        assert!(Place::take(&peers, one).is_none());
        assert!(Place::take(&peers, "192.0.2.2".parse().unwrap()).is_none());
        assert!(Place::take(&peers, "192.0.3.1".parse().unwrap()).is_some());
        places.pop();
        assert!(Place::take(&peers, one).is_some());
        places.clear();
        assert!(peers.lock().unwrap().is_empty());
    }
}
