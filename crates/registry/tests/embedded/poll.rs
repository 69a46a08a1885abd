//! The message queue (RFC 5730 section 2.9.2.3).

use crate::support::*;
use epp::{Poll, TransferOp, Verb};

fn ack(id: &str) -> Verb {
    Verb::Poll(Poll::Ack { msg_id: id.to_owned() })
}

#[test]
fn messages_are_shown_oldest_first_until_they_are_acknowledged() {
    let world = World::new();
    let (mut us, mut them) = (world.us(), world.them());
    assert_eq!(us.code(Verb::Poll(Poll::Request)), 1300);
    for name in ["one.com", "two.com"] {
        us.ok(create(name));
        them.ok(transfer(TransferOp::Request, name, Some("Open-Sesame-1")));
    }
    let first = us.ok(Verb::Poll(Poll::Request));
    let queue = first.msg_queue.clone().unwrap();
    assert_eq!(
        (first.code(), queue.count, queue.qdate.as_deref(), queue.msg.as_deref()),
        (1301, 2, Some(START), Some("Transfer requested"))
    );
    assert_eq!(us.ok(Verb::Poll(Poll::Request)).msg_queue.unwrap().id, queue.id, "the same again until it is acknowledged");
    assert_eq!(them.code(ack(&queue.id)), 2303, "not by another");
    assert_eq!(us.code(ack("12345")), 2303);
    assert_eq!(us.code(ack("no number")), 2303);
    let answer = us.ok(ack(&queue.id));
    assert_eq!((answer.code(), answer.msg_queue.unwrap().count), (1000, 1));
    assert_eq!(us.code(ack(&queue.id)), 2303, "only once");
    assert_eq!(us.drain().len(), 1);
    assert_eq!(us.code(Verb::Poll(Poll::Request)), 1300);
}
