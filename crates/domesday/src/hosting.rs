//! Hosted zones outside: the sockets of the name server and of the listener for redirected names, and by which names and addresses they are known.

use anyhow::Context;
use clap::Args;
use dns::{Limits, Options, Redirects, Running};
use engine::Engine;
use model::{HostName, Network};
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};

/// How hosted zones are answered.
#[derive(Args, Clone, Debug)]
pub struct HostingOptions {
    /// Where the name server answers for hosted zones, over UDP and TCP.
    #[arg(long, env = "DOMESDAY_DNS", default_value = "127.0.0.1:5300", value_name = "ADDR")]
    pub dns: SocketAddr,
    /// The names by which that name server is known, as domains are delegated to it. They stand in every zone.
    #[arg(
        long,
        env = "DOMESDAY_NAME_SERVERS",
        default_value = "ns1.example.net,ns2.example.net",
        value_delimiter = ',',
        value_parser = host,
        value_name = "NAMES"
    )]
    pub name_servers: Vec<HostName>,
    /// Replies a second over UDP to one network (an IPv4 /24, an IPv6 /56); 0 is no limit.
    #[arg(long, env = "DOMESDAY_DNS_RATE", default_value_t = dns::REPLIES_PER_SECOND, value_name = "NUMBER")]
    dns_rate: u32,
    /// Of the queries beyond that rate each so-manyeth is told to come again over TCP; 0 tells none.
    #[arg(long, env = "DOMESDAY_DNS_SLIP", default_value_t = dns::SLIP, value_name = "NUMBER")]
    dns_slip: u32,
    /// Networks without that limit.
    #[arg(long, env = "DOMESDAY_DNS_EXEMPT", default_value = "127.0.0.0/8,::1", value_delimiter = ',', value_name = "NETWORKS")]
    dns_exempt: Vec<Network>,
    /// Where web requests for redirected names (URL and FRAME records) are answered, over HTTP. Without it 80 ports above `--listen`.
    #[arg(long, env = "DOMESDAY_REDIRECT", value_name = "ADDR")]
    redirect: Option<SocketAddr>,
    /// Where they are answered over HTTPS too, with certificates that the sandbox's authority (DATA/pki/ca.pem) makes for each redirected name.
    #[arg(long, env = "DOMESDAY_REDIRECT_TLS", value_name = "ADDR")]
    pub redirect_tls: Option<SocketAddr>,
    /// The addresses that the name server tells for redirected names. Without it the address of `--redirect`.
    #[arg(long, env = "DOMESDAY_REDIRECT_ADDRESSES", value_delimiter = ',', value_name = "ADDRS")]
    redirect_addresses: Vec<IpAddr>,
}

fn host(text: &str) -> Result<HostName, String> {
    HostName::parse(text.trim_end_matches('.')).map_err(|_| "a host name, such as ns1.example.net".to_owned())
}

/// How far above the main listener redirections are answered, where nothing else was said.
const ABOVE: u16 = 80;
/// Free ports are tried so often: the number of one protocol may be taken for the other.
const TRIES: usize = 16;

/// A name server at work.
pub struct NameServer {
    running: Running,
    address: SocketAddr,
}

impl NameServer {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn stop(self) {
        self.running.stop();
    }
}

/// Binds the listener for redirected names.
pub fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address} (--redirect)"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl HostingOptions {
    /// Where redirected names are answered; a free port where the main listener has one.
    pub fn redirect(&self, listen: SocketAddr) -> SocketAddr {
        let beside = if listen.port() == 0 { 0 } else { listen.port().checked_add(ABOVE).unwrap_or(0) };
        self.redirect.unwrap_or(SocketAddr::new(listen.ip(), beside))
    }

    /// Starts the name server.
    pub fn answer(&self, engine: &Engine, redirect: SocketAddr) -> anyhow::Result<NameServer> {
        let (udp, tcp) = both(self.dns).with_context(|| format!("cannot listen on {} (--dns)", self.dns))?;
        let address = udp.local_addr()?;
        let told = if self.redirect_addresses.is_empty() { vec![redirect.ip()] } else { self.redirect_addresses.clone() };
        let mut redirects = Redirects::default();
        for address in told.into_iter().filter(|address| !address.is_unspecified()) {
            match address {
                IpAddr::V4(address) => redirects.v4.push(address),
                IpAddr::V6(address) => redirects.v6.push(address),
            }
        }
        let limits = Limits { replies_per_second: self.dns_rate, slip: self.dns_slip, exempt: self.dns_exempt.clone() };
        let running = dns::serve(engine.clone(), udp, tcp, Options { redirects, limits, ..Options::default() })?;
        Ok(NameServer { running, address })
    }
}

/// One port for both protocols.
fn both(address: SocketAddr) -> std::io::Result<(UdpSocket, TcpListener)> {
    let mut left = if address.port() == 0 { TRIES } else { 1 };
    loop {
        left -= 1;
        let udp = UdpSocket::bind(address)?;
        match TcpListener::bind(udp.local_addr()?) {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) if left == 0 => return Err(error),
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirections_stand_beside_the_main_listener() {
        let options = |redirect: Option<&str>| HostingOptions {
            dns: "127.0.0.1:0".parse().unwrap(),
            name_servers: Vec::new(),
            dns_rate: 0,
            dns_slip: 0,
            dns_exempt: Vec::new(),
            redirect: redirect.map(|address| address.parse().unwrap()),
            redirect_tls: None,
            redirect_addresses: Vec::new(),
        };
        let of = |redirect, listen: &str| options(redirect).redirect(listen.parse().unwrap()).to_string();
        assert_eq!(of(None, "127.0.0.1:8700"), "127.0.0.1:8780");
        assert_eq!(of(None, "127.0.0.1:0"), "127.0.0.1:0");
        assert_eq!(of(None, "127.0.0.1:65530"), "127.0.0.1:0");
        assert_eq!(of(Some("192.0.2.1:80"), "127.0.0.1:8700"), "192.0.2.1:80");
        assert!(host("ns1.example.net.").is_ok() && host("not a host").is_err());
        let (udp, tcp) = both("127.0.0.1:0".parse().unwrap()).unwrap();
        assert_eq!(udp.local_addr().unwrap(), tcp.local_addr().unwrap());
    }
}
