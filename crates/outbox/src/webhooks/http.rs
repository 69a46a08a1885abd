//! One POST to a receiver: its name is looked up once, every address judged, and the connection made to just the address that was judged.

use engine::webhook::{Attempted, Sending, Target, Targets};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

/// The whole attempt, from the look-up to the last octet that is read.
const ATTEMPT_TIME_MAX: Duration = Duration::from_secs(15);
/// Of this, the connection with its TLS at most.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// So much of an answer's body is read for the log; the rest is not waited for.
const BODY_READ_MAX: usize = 512;
const BODY_TIME_MAX: Duration = Duration::from_secs(1);
const ADDRESSES_MAX: usize = 4;
const HEAD_OCTETS_MAX: usize = 16 * 1024;

/// Why no client could be made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{0}: {1}")]
    File(PathBuf, String),
    #[error("TLS: {0}")]
    Tls(String),
}

/// What is needed to send: the authorities that receivers' certificates may come from.
pub struct Client {
    tls: Arc<ClientConfig>,
    attempt_time_max: Duration,
}

impl Client {
    /// Trusts what the system trusts, and the authorities in `ca_file` (PEM) too.
    pub fn new(ca_file: Option<&Path>) -> Result<Client, ClientError> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "a certificate authority of the system cannot be read");
        }
        roots.add_parsable_certificates(found.certs);
        if let Some(file) = ca_file {
            let told = |why: String| ClientError::File(file.to_owned(), why);
            for certificate in CertificateDer::pem_file_iter(file).map_err(|e| told(e.to_string()))? {
                roots.add(certificate.map_err(|e| told(e.to_string()))?).map_err(|e| told(e.to_string()))?;
            }
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| ClientError::Tls(e.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Client { tls: Arc::new(tls), attempt_time_max: ATTEMPT_TIME_MAX })
    }

    /// The same with less patience.
    pub fn within(self, attempt_time_max: Duration) -> Client {
        Client { attempt_time_max: attempt_time_max.min(ATTEMPT_TIME_MAX), ..self }
    }

    /// Makes one attempt on the caller's thread.
    pub fn send(&self, sending: &Sending, targets: Targets) -> Attempted {
        let begun = Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let answered = match &runtime {
            Ok(runtime) => runtime.block_on(async {
                let whole = self.exchange(sending, targets);
                tokio::time::timeout(self.attempt_time_max, whole).await.unwrap_or_else(|_| Err(Missed::plain("no answer in time")))
            }),
            Err(error) => Err(Missed::plain(format!("no runtime: {error}"))),
        };
        // A name that is still being looked up is not waited for.
        if let Ok(runtime) = runtime {
            runtime.shutdown_background();
        }
        let millis = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        match answered {
            Ok(status) => Attempted { taken: true, status: Some(status), reason: String::new(), millis },
            Err(missed) => Attempted { taken: false, status: missed.status, reason: missed.why, millis },
        }
    }

    async fn exchange(&self, sending: &Sending, targets: Targets) -> Result<u16, Missed> {
        let target = &sending.target;
        if let Some(why) = targets.objection(target) {
            return Err(Missed::plain(why));
        }
        let addresses = look_up(target, targets).await?;
        let stream = tokio::time::timeout(CONNECT_TIME_MAX, connect(&addresses))
            .await
            .unwrap_or_else(|_| Err(Missed::plain("no connection in time")))?;
        let request = request(sending)?;
        let response = if target.secure {
            let name = match target.host.parse::<IpAddr>() {
                Ok(address) => ServerName::from(address),
                Err(_) => ServerName::try_from(target.host.trim_end_matches('.').to_owned())
                    .map_err(|_| Missed::plain("the host's name cannot stand in a certificate"))?,
            };
            let shaken = TlsConnector::from(self.tls.clone()).connect(name, stream);
            let stream = tokio::time::timeout(CONNECT_TIME_MAX, shaken)
                .await
                .map_err(|_| Missed::plain("no TLS in time"))?
                .map_err(|e| Missed::plain(format!("TLS: {e}")))?;
            talk(TokioIo::new(stream), request).await?
        } else {
            talk(TokioIo::new(stream), request).await?
        };
        judge(response).await
    }
}

/// Why an attempt did not succeed.
struct Missed {
    status: Option<u16>,
    why: String,
}

impl Missed {
    fn plain(why: impl Into<String>) -> Missed {
        Missed { status: None, why: why.into() }
    }
}

/// The addresses to try. One that may not be sent to spoils the name: a name that stands for both is not to be trusted.
async fn look_up(target: &Target, targets: Targets) -> Result<Vec<SocketAddr>, Missed> {
    let found: Vec<SocketAddr> = match target.host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, target.port)],
        Err(_) => lookup_host((target.host.as_str(), target.port))
            .await
            .map_err(|e| Missed::plain(format!("the host's name cannot be looked up: {e}")))?
            .collect(),
    };
    if let Some(why) = found.iter().find_map(|address| targets.objection_to(address.ip())) {
        return Err(Missed::plain(why));
    }
    if found.is_empty() {
        return Err(Missed::plain("the host's name has no address"));
    }
    Ok(found.into_iter().take(ADDRESSES_MAX).collect())
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Missed> {
    let mut why = String::new();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => why = format!("no connection: {error}"),
        }
    }
    Err(Missed::plain(why))
}

fn request(sending: &Sending) -> Result<Request<Full<Bytes>>, Missed> {
    Request::post(&sending.target.path)
        .header(header::HOST, sending.target.authority())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("Domesday/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close")
        .header("webhook-id", &sending.number)
        .header("webhook-timestamp", sending.timestamp)
        .header("webhook-signature", &sending.signature)
        .body(Full::new(Bytes::from(sending.body.clone())))
        .map_err(|e| Missed::plain(format!("the request cannot be written: {e}")))
}

async fn talk<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Missed>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let broken = |e: hyper::Error| Missed::plain(format!("the connection broke: {}", told(&e)));
    let (mut sender, connection) = http1::Builder::new().max_buf_size(HEAD_OCTETS_MAX).handshake(stream).await.map_err(broken)?;
    tokio::spawn(async move {
        // Its end is told to the sender too.
        let _ = connection.await;
    });
    sender.send_request(request).await.map_err(broken)
}

/// Only 2xx is a yes. A redirect is not followed: it could lead anywhere, and the signature was made for this receiver.
async fn judge(response: Response<Incoming>) -> Result<u16, Missed> {
    let status = response.status();
    if status.is_success() {
        return Ok(status.as_u16());
    }
    let mut body = response.into_body();
    let mut text: Vec<u8> = Vec::new();
    // What it says is good to know, and the status is known in any case.
    let _ = tokio::time::timeout(BODY_TIME_MAX, async {
        while text.len() < BODY_READ_MAX {
            let Some(Ok(frame)) = body.frame().await else { return };
            if let Ok(data) = frame.into_data() {
                text.extend_from_slice(&data[..data.len().min(BODY_READ_MAX - text.len())]);
            }
        }
    })
    .await;
    let mut why = status.to_string();
    if status.is_redirection() {
        why.push_str(", redirects are not followed");
    }
    let said = String::from_utf8_lossy(&text);
    if !said.trim().is_empty() {
        why = format!("{why}: {}", said.trim());
    }
    Err(Missed { status: Some(status.as_u16()), why })
}

/// An error with what it comes from.
fn told(error: &hyper::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
