//! The embedded registry, tried through frames alone.

#[path = "embedded/support.rs"]
mod support;

#[path = "embedded/bench.rs"]
mod bench;
#[path = "embedded/contacts.rs"]
mod contacts;
#[path = "embedded/dnssec.rs"]
mod dnssec;
#[path = "embedded/domains.rs"]
mod domains;
#[path = "embedded/fees.rs"]
mod fees;
#[path = "embedded/hostile.rs"]
mod hostile;
#[path = "embedded/hosts.rs"]
mod hosts;
#[path = "embedded/lab.rs"]
mod lab;
#[path = "embedded/lifecycle.rs"]
mod lifecycle;
#[path = "embedded/poll.rs"]
mod poll;
#[path = "embedded/releases.rs"]
mod releases;
#[path = "embedded/sessions.rs"]
mod sessions;
#[path = "embedded/tls.rs"]
mod tls;
#[path = "embedded/transfers.rs"]
mod transfers;
