//! Receivers of webhooks: how their addresses are written, and which of them may be sent to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) const EXPECTED: &str = "an address such as https://host.example/path, without user and fragment";

const URL_OCTETS_MAX: usize = 2_000;

/// Where to send, taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// As it was given.
    pub url: String,
    /// TLS from the first octet.
    pub secure: bool,
    /// A name in lower case, or an address without brackets.
    pub host: String,
    pub port: u16,
    /// With the query, beginning with a slash.
    pub path: String,
}

/// Which receivers may be sent to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Targets {
    /// Over TLS, at public addresses only.
    Public,
    /// Any, also without TLS: for the sandbox, and where receivers are the operator's own.
    Any,
}

impl Target {
    /// Reads `http://` or `https://`, a name or an address, perhaps a port, path and query. Nothing is looked up.
    pub fn parse(url: &str) -> Option<Target> {
        let url = url.trim_matches(' ');
        if url.len() > URL_OCTETS_MAX
            || !url.bytes().all(|b| (0x21..0x7f).contains(&b))
            || url.contains(['#', '\\', '"', '<', '>', '^', '`', '{', '|', '}'])
        {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (address.to_owned(), port.strip_prefix(':').or(if port.is_empty() { Some("") } else { None })?)
            }
            None => {
                let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
                (host.to_ascii_lowercase(), port)
            }
        };
        let is_name = |name: &str| {
            let label = |l: &str| {
                (1..=63).contains(&l.len())
                    && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                    && !l.starts_with('-')
                    && !l.ends_with('-')
            };
            name.len() <= 253 && name.trim_end_matches('.').split('.').all(label)
        };
        // What ends in digits is an address or nothing: resolvers read `127.1` and `0x7f.1` as addresses.
        let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        let numeric = last.starts_with(|c: char| c.is_ascii_digit()) && last.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x');
        let is_address = host.parse::<IpAddr>().is_ok();
        if !is_address && (numeric || !is_name(&host)) {
            return None;
        }
        let port = match port {
            "" if secure => 443,
            "" => 80,
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().filter(|p| *p > 0)?,
            _ => return None,
        };
        Some(Target { url: url.to_owned(), secure, host, port, path })
    }

    /// The receiver without path and query.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.authority())
    }

    /// Host and port as the `Host` header carries them.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

impl Targets {
    pub fn from_word(word: &str) -> Option<Targets> {
        match word {
            "public" => Some(Targets::Public),
            "any" => Some(Targets::Any),
            _ => None,
        }
    }

    /// Why a receiver may not be sent to, as far as can be seen without looking its name up.
    pub fn objection(self, target: &Target) -> Option<&'static str> {
        match self {
            Targets::Any => None,
            Targets::Public if !target.secure => Some("receivers must be reached by https"),
            Targets::Public => target.host.parse().ok().and_then(|address| self.objection_to(address)),
        }
    }

    /// Why an address that a name stands for may not be sent to.
    pub fn objection_to(self, address: IpAddr) -> Option<&'static str> {
        match self {
            Targets::Any => None,
            Targets::Public => (!is_public(address)).then_some("the address is not a public one"),
        }
    }
}

/// True for addresses that are reached over the public network: none of IANA's registries of special-purpose addresses, none for multicast.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224.., _, _)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let embedded = || {
        let ([a, b], [c, d]) = (s[6].to_be_bytes(), s[7].to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (s[0], s[1]) {
        // ::ffff:0:0/96, an IPv4 address in other clothes.
        (0, 0) if s[2..5] == [0, 0, 0] && s[5] == 0xffff => embedded(),
        // 64:ff9b::/96, a translator's view of an IPv4 address.
        (0x64, 0xff9b) if s[2..6] == [0, 0, 0, 0] => embedded(),
        // IETF protocol assignments with Teredo and ORCHID, documentation, 6to4.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) => false,
        (0x3fff, 0..=0xfff) => false,
        (first, _) => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let cases = [
            ("https://Hooks.Example/in?x=1", (true, "hooks.example", 443, "/in?x=1"), "https://hooks.example"),
            ("http://127.0.0.1:8080", (false, "127.0.0.1", 8080, "/"), "http://127.0.0.1:8080"),
            ("https://[2001:db8::1]:8443/a", (true, "2001:db8::1", 8443, "/a"), "https://[2001:db8::1]:8443"),
            ("HTTPS://a_b.example.?q", (true, "a_b.example.", 443, "/?q"), "https://a_b.example."),
        ];
        for (url, (secure, host, port, path), origin) in cases {
            let target = Target::parse(url).unwrap_or_else(|| panic!("{url}"));
            assert_eq!((target.secure, target.host.as_str(), target.port, target.path.as_str()), (secure, host, port, path));
            assert_eq!(target.origin(), origin);
        }
    }

    #[test]
    fn what_is_no_address_is_not_taken_for_one() {
        for bad in [
            "",
            "hooks.example",
            "ftp://hooks.example/",
            "https://",
            "https:///path",
            "https://user:pass@hooks.example/",
            "https://user@hooks.example/",
            "https://hooks.example/#part",
            "https://hooks.example:0/",
            "https://hooks.example:65536/",
            "https://hooks.example:/x:y@z",
            "https://hooks.example:80:80/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://127.0.0.1./",
            "https://0177.0.0.1/",
            "https://[::1/",
            "https://[::1]x/",
            "https://[fe80::1%25eth0]/",
            "https://hooks.example/a b",
            "https://hooks.example/\r\nHost: evil",
            "https://höoks.example/",
            "https://-a.example/",
            "https://a..b/",
            "file:///etc/passwd",
        ] {
            let ends_harmless = bad == "https://hooks.example:/x:y@z";
            assert_eq!(Target::parse(bad).is_some(), ends_harmless, "{bad:?}");
        }
        assert!(Target::parse(&format!("https://hooks.example/{}", "x".repeat(2_000))).is_none());
    }

    #[test]
    fn only_public_addresses_are_public() {
        for address in ["93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:2800::1", "2a00::1", "64:ff9b::808:808"]
        {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let objection = |url: &str| Targets::Public.objection(&Target::parse(url).unwrap());
        assert_eq!(objection("https://hooks.example/"), None);
        assert!(objection("http://hooks.example/").is_some_and(|why| why.contains("https")));
        assert!(objection("https://10.0.0.1/").is_some() && objection("https://[::1]/").is_some());
        assert_eq!(Targets::Any.objection(&Target::parse("http://10.0.0.1/").unwrap()), None);
    }
}
