//! Find where web requests for a host go, for the listener that answers redirections.
//!
//! Reached by web requests for names with a URL or FRAME record.

use super::records;
use crate::account::Actor;
use crate::context::{Cx, Operation};
use crate::{Engine, Error};
use model::hosted::{Data, Record, Text, WebAddress};
use model::{Currency, DomainName, HostName, Need};
use store::{Tx, hosted};

/// Asks where requests for a host go.
#[derive(Clone, Debug)]
pub struct FindRedirection {
    /// The domain that the host is or is below.
    pub apex: DomainName,
    pub host: HostName,
}

/// Where web requests go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Redirection {
    /// To another address.
    Url(WebAddress),
    /// Nowhere: another page is shown in a frame, with what its holder wants around it.
    Frame { address: WebAddress, header: Text, head: Text, title: Text, body: Text },
}

impl Engine {
    /// Where web requests for a host go; `None` for hosts that have no redirection here.
    pub fn redirection(&self, host: HostName) -> Result<Option<Redirection>, Error> {
        let Some(apex) = self.domain_above(host.as_str()) else { return Ok(None) };
        self.run(&Actor::system(0, Currency::USD), FindRedirection { apex, host })
    }
}

impl Operation for FindRedirection {
    type Done = Option<Redirection>;
    const NEED: Need = Need::Whois;
    const WRITES: bool = false;

    fn run(&self, tx: &mut Tx<'_>, _cx: &Cx<'_>) -> Result<Option<Redirection>, Error> {
        let Some(zone) = hosted::by_name(tx, self.apex.as_str())? else { return Ok(None) };
        Ok(decide(&self.apex, self.host.as_str(), &records(&zone)?))
    }
}

/// The redirection of a host in its zone: its own, or that of the nearest wildcard where nothing has the host's name. Pure.
fn decide(apex: &DomainName, host: &str, records: &[Record]) -> Option<Redirection> {
    let is_at = |r: &&Record, name: &str| !matches!(r.data, Data::MailForward { .. }) && r.label.below(apex) == name;
    let exists = |name: &str| records.iter().any(|r| is_at(&r, name));
    let of = |name: &str| records.iter().filter(|r| is_at(r, name)).find_map(redirection);
    if exists(host) {
        return of(host);
    }
    let mut rest = host;
    while let Some((_, above)) = rest.split_once('.') {
        if above.len() < apex.as_str().len() {
            break;
        }
        let wildcard = format!("*.{above}");
        if exists(&wildcard) {
            return of(&wildcard);
        }
        // A name that exists hides the wildcards above it (RFC 4592 section 3.3.1).
        if exists(above) {
            break;
        }
        rest = above;
    }
    None
}

fn redirection(record: &Record) -> Option<Redirection> {
    match &record.data {
        Data::Url(address) => Some(Redirection::Url(address.clone())),
        Data::Frame { address, header, head, title, body } => Some(Redirection::Frame {
            address: address.clone(),
            header: header.clone(),
            head: head.clone(),
            title: title.clone(),
            body: body.clone(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::hosted::stored;

    #[test]
    fn the_nearest_name_decides() {
        let zone = stored::read(
            &[
                "@|60|URL|http://a.example",
                "go|60|URL|http://b.example",
                "*|60|URL|http://c.example",
                "x.sub|60|A|192.0.2.1",
                "*.sub|60|URL|http://d.example",
                "info|60|MAILFW|to@example.org|0",
            ]
            .map(|line| line.replace('|', "\t"))
            .join("\n"),
        )
        .unwrap();
        let apex = DomainName::parse("example.com").unwrap();
        let to = |host: &str| match decide(&apex, host, &zone) {
            Some(Redirection::Url(address)) => Some(address.as_str().to_owned()),
            _ => None,
        };
        for (host, target) in [
            ("example.com", Some("http://a.example")),
            ("go.example.com", Some("http://b.example")),
            ("www.example.com", Some("http://c.example")),
            ("a.b.example.com", Some("http://c.example")),
            ("info.example.com", Some("http://c.example")),
            ("y.sub.example.com", Some("http://d.example")),
            ("x.sub.example.com", None),
            // `go` exists, so the wildcard says nothing about names below it.
            ("a.go.example.com", None),
        ] {
            assert_eq!(to(host).as_deref(), target, "{host}");
        }
    }
}
