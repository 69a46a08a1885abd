//! Queries over UDP: one socket, a bounded number of queries at once, and of replies to one network. What comes beyond is not answered; resolvers ask
//! again.

use crate::answer::Answerer;
use crate::limit::{Limiter, Verdict};
use crate::reply::{cut, is_query, reply};
use hickory_server::net::xfer::Protocol;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::sync::Semaphore;

/// Queries at once.
const AT_ONCE: usize = 1_024;
/// Longest query that is read, in octets; what is longer comes cut and is told to be unreadable.
const QUERY_OCTETS_MAX: usize = 4_096;

/// Answers until the future is dropped.
pub async fn serve(socket: UdpSocket, answerer: Arc<Answerer>, mut limiter: Limiter) {
    let socket = Arc::new(socket);
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut buffer = [0; QUERY_OCTETS_MAX];
    loop {
        let (length, from) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            Err(error) => {
                // One of the unreachable askers of earlier replies, mostly.
                tracing::debug!(%error, "nothing could be received");
                tokio::time::sleep(Duration::from_millis(1)).await;
                continue;
            }
        };
        // Nobody can be answered there, or nobody is waiting for an answer.
        if from.port() == 0 || from.ip().is_unspecified() || !is_query(&buffer[..length]) {
            continue;
        }
        match limiter.judge(from.ip(), Instant::now()) {
            Verdict::Answer => {}
            Verdict::Cut => {
                if let Some(octets) = cut(&buffer[..length])
                    && let Err(error) = socket.try_send_to(&octets, from)
                {
                    tracing::debug!(%error, "a cut reply could not be sent");
                }
                continue;
            }
            Verdict::Drop => continue,
        }
        let Ok(room) = room.clone().try_acquire_owned() else { continue };
        let (socket, answerer, message) = (socket.clone(), answerer.clone(), buffer[..length].to_vec());
        tokio::spawn(async move {
            let _room = room;
            if let Some(octets) = reply(&answerer, message, from, Protocol::Udp).await
                && let Err(error) = socket.send_to(&octets, from).await
            {
                tracing::debug!(%error, "a reply could not be sent");
            }
        });
    }
}
