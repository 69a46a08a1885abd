//! The requests of the workloads, as clients of either interface send them.

use super::Via;
use super::load::{Next, Reply, Script};
use super::prepare::Reseller;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Names that no other client asks for, of one length.
#[derive(Clone)]
pub struct Names {
    stem: &'static str,
    next: Arc<AtomicU64>,
}

impl Names {
    pub fn new(stem: &'static str) -> Names {
        Names { stem, next: Arc::default() }
    }

    pub fn next(&self) -> String {
        format!("{}{:010}.com", self.stem, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// A POST of a form whose values need no escaping.
pub fn post(path: &str, form: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}

pub fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n").into_bytes()
}

fn odd(reply: &Reply<'_>) -> Next {
    let text: String = reply.text().chars().take(400).collect();
    Next::Failed(format!("HTTP {}: {text}", reply.status))
}

/// A GET over and over; good replies have this status and begin with this.
pub struct Asking {
    pub request: Vec<u8>,
    pub begins: &'static str,
}

impl Script for Asking {
    fn next(&mut self, reply: Option<&Reply<'_>>) -> Next {
        match reply {
            None => Next::Send(self.request.clone()),
            Some(reply) if reply.status == 200 && reply.body.starts_with(self.begins.as_bytes()) => Next::Done,
            Some(reply) => odd(reply),
        }
    }
}

/// Registrations of one reseller, from the request to the known outcome.
pub struct Registering {
    pub via: Via,
    pub reseller: Reseller,
    pub names: Names,
}

impl Script for Registering {
    fn next(&mut self, reply: Option<&Reply<'_>>) -> Next {
        let r = &self.reseller;
        match (self.via, reply) {
            (Via::Centralnic, None) => {
                let (login, password, handle, name) = (&r.login, &r.password, &r.short_handle, self.names.next());
                let form = format!(
                    "s_login={login}&s_pw={password}&command=AddDomain&domain={name}&period=1&ownercontact0={handle}&admincontact0={handle}\
                     &techcontact0={handle}&billingcontact0={handle}&nameserver0=ns1.example.net&nameserver1=ns2.example.net"
                );
                Next::Send(post("/api/call.cgi", &form))
            }
            (Via::Centralnic, Some(reply)) => match reply.after("code = ").as_deref() {
                Some("200") => Next::Done,
                _ => odd(reply),
            },
            (Via::Dmapi, None) => {
                let (key, handle, name) = (&r.key, &r.handle, self.names.next());
                let form = format!("api-key={key}&domain={name}&period=12&owner-c={handle}&ns-list=ns1.example.net:ns2.example.net");
                Next::Send(post("/request/domain-register", &form))
            }
            // First comes the reply that the order is taken, then, as often as it takes, that to the question what became of it.
            (Via::Dmapi, Some(reply)) => match (reply.after("Completion-Status: ").as_deref(), reply.after("Proc-ID: ")) {
                (Some("ack"), _) => Next::Done,
                (None | Some("?"), Some(order)) if reply.after("Status-Code: ").as_deref() == Some("0") => {
                    Next::Send(post("/request/result-retrieve", &format!("api-key={}&proc-id={order}", r.key)))
                }
                _ => odd(reply),
            },
        }
    }
}

/// Checks of one reseller, each of another free name.
pub struct Checking {
    pub via: Via,
    pub reseller: Reseller,
    pub names: Names,
}

impl Script for Checking {
    fn next(&mut self, reply: Option<&Reply<'_>>) -> Next {
        let r = &self.reseller;
        match (self.via, reply) {
            (Via::Centralnic, None) => {
                let form = format!("s_login={}&s_pw={}&command=CheckDomain&domain={}", r.login, r.password, self.names.next());
                Next::Send(post("/api/call.cgi", &form))
            }
            (Via::Centralnic, Some(reply)) => match reply.after("code = ").as_deref() {
                Some("210") => Next::Done,
                _ => odd(reply),
            },
            (Via::Dmapi, None) => Next::Send(post("/request/domain-check", &format!("api-key={}&domain={}", r.key, self.names.next()))),
            (Via::Dmapi, Some(reply)) => match reply.after("domain-status: ").as_deref() {
                Some("available") => Next::Done,
                _ => odd(reply),
            },
        }
    }
}

/// A customer of some names, who in turn checks a free one, lists a few and renews one.
pub struct Browsing {
    pub reseller: Reseller,
    pub free: Names,
    /// Names that can be renewed, each once; without any the turn is left out.
    pub own: Arc<Mutex<Vec<String>>>,
    pub turn: u32,
}

impl Script for Browsing {
    fn next(&mut self, reply: Option<&Reply<'_>>) -> Next {
        let key = &self.reseller.key;
        match reply {
            None => {
                self.turn = self.turn.wrapping_add(1);
                let renewable = if self.turn % 3 == 2 { self.own.lock().unwrap_or_else(|p| p.into_inner()).pop() } else { None };
                Next::Send(match (self.turn % 3, renewable) {
                    (2, Some(name)) => post("/request/domain-renew", &format!("api-key={key}&domain={name}&period=12")),
                    (1, _) => post("/request/query-domain-list", &format!("api-key={key}&pattern=b*&from=1&to=20")),
                    _ => post("/request/domain-check", &format!("api-key={key}&domain={}", self.free.next())),
                })
            }
            // `domain-check` says 1000, all others 0.
            Some(reply) if matches!(reply.after("Status-Code: ").as_deref(), Some("0" | "1000")) => Next::Done,
            Some(reply) => odd(reply),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reseller() -> Reseller {
        let s = str::to_owned;
        Reseller { login: s("l"), password: s("p"), key: s("k"), handle: s("H"), short_handle: s("P"), contact: 2 }
    }

    fn sent(next: Next) -> String {
        match next {
            Next::Send(octets) => String::from_utf8(octets).unwrap(),
            Next::Done => "done".to_owned(),
            Next::Failed(why) => format!("failed: {why}"),
        }
    }

    fn told(script: &mut dyn Script, body: &str) -> String {
        sent(script.next(Some(&Reply { status: 200, body: body.as_bytes(), length: body.len() })))
    }

    #[test]
    fn a_dmapi_order_is_asked_about_until_it_is_decided() {
        let mut script = Registering { via: Via::Dmapi, reseller: reseller(), names: Names::new("b") };
        assert!(sent(script.next(None)).contains("domain=b0000000000.com"));
        let taken = "Status-Code: 0\nProc-ID: 42\n\n";
        assert!(told(&mut script, taken).ends_with("api-key=k&proc-id=42"));
        assert!(told(&mut script, "Status-Code: 0\n\nProc-ID: 42\nCompletion-Status: ?\n").ends_with("proc-id=42"));
        assert_eq!(told(&mut script, "Status-Code: 0\n\nProc-ID: 42\nCompletion-Status: ack\n"), "done");
        assert!(told(&mut script, "Status-Code: 0\n\nProc-ID: 42\nCompletion-Status: nack\n").starts_with("failed"));
        assert!(told(&mut script, "Status-Code: 2104\nProc-ID: 42\n\n").starts_with("failed"));
    }

    #[test]
    fn pending_and_taken_count_as_failures() {
        let mut script = Registering { via: Via::Centralnic, reseller: reseller(), names: Names::new("b") };
        let request = sent(script.next(None));
        let (head, form) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", form.len())));
        assert_eq!(told(&mut script, "[RESPONSE]\ncode = 200\n"), "done");
        assert!(told(&mut script, "[RESPONSE]\ncode = 554\n").starts_with("failed"));
        let mut script = Checking { via: Via::Centralnic, reseller: reseller(), names: Names::new("c") };
        assert!(told(&mut script, "[RESPONSE]\ncode = 211\n").starts_with("failed"));
    }
}
