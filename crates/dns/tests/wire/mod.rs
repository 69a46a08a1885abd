//! Queries over real sockets, and what is made of replies.

#![allow(dead_code, reason = "each test program uses a part of it")]

use hickory_proto::dnssec::Verifier;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, RRSIG};
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::str::FromStr;
use std::time::Duration;

/// Sockets of one port.
pub fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        // The number of the one may be taken for the other.
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
            return (udp, tcp);
        }
    }
}

/// A question; with DNSSEC it would take 4096 octets.
pub fn question(name: &str, kind: RecordType, dnssec: bool) -> Message {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    let mut query = Query::query(Name::from_str(name).unwrap(), kind);
    query.set_query_class(DNSClass::IN);
    message.add_query(query);
    if dnssec {
        let mut edns = Edns::new();
        edns.set_dnssec_ok(true);
        edns.set_max_payload(4_096);
        message.set_edns(edns);
    }
    message
}

/// The reply over UDP; none within ten seconds.
pub fn over_udp(server: SocketAddr, message: &Message) -> Option<Message> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket.send_to(&message.to_vec().unwrap(), server).unwrap();
    let mut buffer = [0; 4_096];
    let length = socket.recv(&mut buffer).ok()?;
    Some(Message::from_vec(&buffer[..length]).unwrap())
}

/// The reply over TCP.
pub fn over_tcp(server: SocketAddr, message: &Message) -> Message {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let body = message.to_vec().unwrap();
    stream.write_all(&u16::try_from(body.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut body).unwrap();
    Message::from_vec(&body).unwrap()
}

/// The one key of a zone.
pub fn key(server: SocketAddr, zone: &str) -> Option<DNSKEY> {
    let keys = over_tcp(server, &question(zone, RecordType::DNSKEY, false));
    match keys.answers.as_slice() {
        [Record { data: RData::DNSSEC(DNSSECRData::DNSKEY(key)), .. }] => Some(key.clone()),
        [] => None,
        other => panic!("{other:?}"),
    }
}

/// Asks for records and holds their signature against the zone's key; yields the signature and the data.
pub fn verified(server: SocketAddr, zone: &str, name: &str, kind: RecordType) -> (RRSIG, Vec<String>) {
    let key = key(server, zone).expect("the zone has a key");
    let reply = over_tcp(server, &question(name, kind, true));
    let (signatures, records): (Vec<Record>, Vec<Record>) = reply.answers.into_iter().partition(|r| r.record_type() == RecordType::RRSIG);
    let [Record { data: RData::DNSSEC(DNSSECRData::RRSIG(signature)), .. }] = signatures.as_slice() else { panic!("{signatures:?}") };
    key.verify_rrsig(&Name::from_str(name).unwrap(), DNSClass::IN, signature, records.iter()).expect("the signature holds");
    (signature.clone(), records.iter().map(|record| record.data.to_string()).collect())
}
