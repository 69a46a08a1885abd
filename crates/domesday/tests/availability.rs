//! The availability daemon over real sockets: what it says, to whom, and how much of it at once (dmapi.md 9.4).

mod common;

use common::Server;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

fn connect(server: &Server) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(server.availability.as_deref().expect("it was asked for")).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    BufReader::new(stream)
}

fn line(wire: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    // What was sent and never read makes the end of a connection a reset.
    let end = |e: std::io::Error| if e.kind() == std::io::ErrorKind::ConnectionReset { Ok(0) } else { Err(e) };
    wire.read_line(&mut line).or_else(end).expect("a line or the end");
    line
}

#[test]
fn lines_are_answered_one_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(folder.path(), None, &["--availability", "127.0.0.1:0"]);
    let mut wire = connect(&server);
    let asked = "domain:never-seen-before.com\r\ndomain:taken.com\r\ndomain:b\u{fc}cher.com lang=de\n\r\ndomain:a.nosuchzone\r\ndomain:-a.com\r\nhello\r\n";
    wire.get_mut().write_all(asked.as_bytes()).expect("it listens");
    let told: Vec<String> = (0..6).map(|_| line(&mut wire)).collect();
    assert_eq!(told[0], "domain:never-seen-before.com free\r\n");
    assert!(told[1].starts_with("domain:taken.com registered"), "{told:?}");
    assert!(told[2].starts_with("domain:xn--bcher-kva.com registered"), "{told:?}");
    assert!(told[3].starts_with("domain:a.nosuchzone unknown Domain with extension"), "{told:?}");
    assert!(told[4].starts_with("domain:-a.com unknown expected"), "{told:?}");
    assert!(told[5].starts_with("domain:- unknown expected domain:NAME"), "{told:?}");
    // A line without end is no line.
    wire.get_mut().write_all(&[b'a'; 2_000]).expect("it listens");
    assert_eq!(line(&mut wire), "");

    // So many of one address at once, and room again when one is gone.
    let mut crowd: Vec<_> = (0..16).map(|_| connect(&server)).collect();
    for wire in &mut crowd {
        wire.get_mut().write_all(b"domain:taken.com\r\n").expect("it listens");
        assert!(line(wire).starts_with("domain:taken.com registered"));
    }
    let mut late = connect(&server);
    let _ = late.get_mut().write_all(b"domain:taken.com\r\n");
    let mut nothing = String::new();
    assert!(late.read_line(&mut nothing).map_or(true, |octets| octets == 0), "{nothing}");
}
